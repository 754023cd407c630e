package ui_test

import (
	"testing"

	"redrive/keymap"
)

// BenchmarkPlan asks for the plan of 20,000 marked entries and leaves it: the frame is not held up by making it.
func BenchmarkPlan(b *testing.B) {
	t := &testing.T{}
	d := newDriver(t, newMemory(20_000, 0), 120, 40)
	d.press(keymap.LoadAll)
	d.press(keymap.MarkAll)
	d.holding = true // the plan is not made
	b.ReportAllocs()
	for b.Loop() {
		d.press(keymap.BringBack)
		d.press(keymap.Drop)
		d.held = nil
	}
}

// BenchmarkPlanMade makes it, and shows the sheet.
func BenchmarkPlanMade(b *testing.B) {
	t := &testing.T{}
	d := newDriver(t, newMemory(20_000, 0), 120, 40)
	d.press(keymap.LoadAll)
	d.press(keymap.MarkAll)
	b.ReportAllocs()
	for b.Loop() {
		d.holding = true
		d.press(keymap.BringBack)
		for _, made := range d.held {
			if msg := made(); msg != nil { // the check is not made
				d.m.Update(msg)
			}
		}
		d.press(keymap.Drop)
		d.held = nil
	}
}
