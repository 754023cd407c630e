package ui_test

import (
	"fmt"
	"testing"
	"time"

	"redrive/keymap"
)

// views are the states of the screen that are measured.
var views = []struct {
	name string
	keys []keymap.Action
}{
	{"list", nil},
	{"detail", []keymap.Action{keymap.Open}},
	{"causes", []keymap.Action{keymap.CausesView}},
	{"jobs", []keymap.Action{keymap.Mark, keymap.BringBack, keymap.JobsView}},
}

// shown is a driver with a view opened.
func shown(rows int, keys []keymap.Action) *driver {
	d := newDriver(&testing.T{}, newMemory(rows, 0), 120, 40)
	d.press(keymap.LoadAll)
	for _, k := range keys {
		if k == keymap.JobsView {
			d.confirm()
		}
		d.press(k)
	}
	d.pass(10 * time.Second)
	return d
}

// BenchmarkView draws a frame in which nothing has changed; it must not cost more with more rows.
func BenchmarkView(b *testing.B) {
	for _, v := range views {
		for _, rows := range []int{1_000, 100_000} {
			if rows > 1_000 && v.name != "list" {
				continue
			}
			b.Run(fmt.Sprint(v.name, "/", rows), func(b *testing.B) {
				d := shown(rows, v.keys)
				b.ReportAllocs()
				for b.Loop() {
					d.m.View()
				}
			})
		}
	}
}

// BenchmarkDrawAfresh draws a frame of which nothing was drawn before.
func BenchmarkDrawAfresh(b *testing.B) {
	d := shown(1_000, nil)
	b.ReportAllocs()
	for b.Loop() {
		d.m.DrawAfresh()
	}
}

// BenchmarkMove presses j and draws.
func BenchmarkMove(b *testing.B) {
	for _, v := range views {
		b.Run(v.name, func(b *testing.B) {
			d := shown(10_000, v.keys)
			b.ReportAllocs()
			for b.Loop() {
				d.m.Update(keyPress("j"))
				d.m.View()
			}
		})
	}
}
