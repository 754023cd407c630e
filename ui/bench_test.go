package ui_test

import (
	"fmt"
	"testing"

	"redrive/keymap"
)

// BenchmarkView draws the list; it must not cost more with more rows.
func BenchmarkView(b *testing.B) {
	for _, rows := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			t := &testing.T{}
			d := newDriver(t, newMemory(rows, 0), 120, 40)
			d.press(keymap.LoadAll)
			b.ReportAllocs()
			for b.Loop() {
				d.m.View()
			}
		})
	}
}

// BenchmarkMove presses j and draws.
func BenchmarkMove(b *testing.B) {
	t := &testing.T{}
	d := newDriver(t, newMemory(10_000, 0), 120, 40)
	d.press(keymap.LoadAll)
	b.ReportAllocs()
	for b.Loop() {
		d.m.Update(keyPress("j"))
		d.m.View()
	}
}
