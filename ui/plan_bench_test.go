package ui_test

import (
	"testing"

	"redrive/keymap"
)

func BenchmarkPlan(b *testing.B) {
	t := &testing.T{}
	d := newDriver(t, newMemory(20_000, 0), 120, 40)
	d.press(keymap.LoadAll)
	d.press(keymap.MarkAll)
	d.holding = true // the check is not made
	b.ReportAllocs()
	for b.Loop() {
		d.press(keymap.BringBack)
		d.press(keymap.Drop)
		d.held = nil
	}
}
