package ui_test

import (
	"strings"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
)

// Whatever the length of a text, a frame costs what its cells cost.
func TestFieldsOfMegabytesDoNotMakeFramesDearer(t *testing.T) {
	long := strings.Repeat("\u202eab\x1b[2Jé", 1<<20/10)
	b := attacked(long)
	for _, kind := range model.Kinds {
		b.entries[kind] = b.entries[kind][1:2]
	}
	b.do = func(model.Write) (bool, error) {
		return false, &model.BadRequestError{Host: "h", Status: 400, Detail: strings.Repeat("x\x1b", 500)}
	}
	past := &bin{past: []model.Trashed{{Name: "a", Operation: "redrive-1", At: start, Until: start.Add(time.Hour), Number: 1}}}
	d := newDriver(t, b, 120, 40, trashed(past), func(o *ui.Options) { o.Title = long })
	frame := func(place string) {
		t.Helper()
		d.m.View()
		during, _ := allocated(func() { d.m.View() })
		began := time.Now()
		for range 10 {
			d.m.View()
		}
		t.Logf("%s: %d KB, %s", place, during>>10, time.Since(began)/10)
		if most := int64(512 << 10); during > most && underRace == 1 {
			t.Errorf("%s: a frame allocates %d KB, want %d KB at most", place, during>>10, most>>10)
		}
	}
	for _, list := range []keymap.Action{keymap.Messages, keymap.Workflows} {
		d.press(list)
		frame("the list")
		d.press(keymap.Right, keymap.Right)
		frame("the list, to the right")
		d.press(keymap.Left, keymap.Left, keymap.FilterBy)
		frame("the menu")
		d.press(keymap.Back, keymap.Open)
		d.pass(time.Second)
		frame("the detail")
		d.press(keymap.Back, keymap.Delete)
		d.pass(time.Second)
		frame("the sheet of a delete")
		d.press(keymap.Back, keymap.BringBack)
		d.pass(time.Second)
		frame("the sheet")
		d.press(keymap.Tick)
		d.confirm()
		frame("an outcome")
		d.press(keymap.JobsView)
		frame("the jobs")
		d.press(keymap.Open)
		frame("a job")
		d.press(keymap.Back, keymap.CausesView)
		frame("the causes")
		d.press(keymap.WhyTogether)
		frame("why they are together")
		d.press(keymap.WhyTogether)
	}
}
