package ui_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
)

// The driver compares every frame with one that is drawn afresh: here it is led through as many states as there are.
func TestWhatIsKeptOfAFrameIsNeverOutOfDate(t *testing.T) {
	t.Chdir(t.TempDir()) // files are written too
	var pressed []keymap.Action
	for _, b := range keymap.All() {
		if b.Action != keymap.Quit && b.Action != keymap.Interrupt && b.Action != keymap.Suspend {
			pressed = append(pressed, b.Action)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		var steps []string
		defer func() {
			if t.Failed() {
				t.Log(steps)
			}
		}()
		b := withRuns(rapid.IntRange(0, 250).Draw(r, "messages"), rapid.IntRange(0, 60).Draw(r, "runs"), func(q model.LogQuery) (model.LogPage, error) {
			if len(q.Runs) > 0 {
				return chargeFailed(q)
			}
			return triedTwice(q)
		})
		d := newDriver(t, b, 120, 40, func(o *ui.Options) { o.Refresh = 5 * time.Hour })
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			step := rapid.IntRange(0, 11).Draw(r, "step")
			steps = append(steps, fmt.Sprint(step))
			switch step {
			case 0:
				d.resize(rapid.SampledFrom([]int{40, 80, 119, 160, 200}).Draw(r, "width"), rapid.SampledFrom([]int{10, 24, 40, 60}).Draw(r, "height"))
			case 1:
				b.arrive(rapid.IntRange(1, 3).Draw(r, "arrivals"))
			case 2:
				d.pass(rapid.SampledFrom([]time.Duration{100 * time.Millisecond, time.Minute, 20 * time.Hour}).Draw(r, "time"))
			case 3:
				b.listErr = rapid.SampledFrom([]error{nil, errors.New("no route to host")}).Draw(r, "error")
			case 4:
				line := rapid.SampledFrom([]string{"", "status:429", "hook/0", "nothing"}).Draw(r, "filter")
				steps = append(steps, line)
				d.press(keymap.Back, keymap.Back, keymap.EditFilter, keymap.EmptyFilter)
				d.typed(line)
				d.press(keymap.ApplyFilter)
			case 5:
				d.press(keymap.Mark, keymap.BringBack)
				d.confirm()
			case 6:
				// What was read before is read again, and has changed.
				if n := len(b.entries[model.Message]); n > 0 {
					b.entries[model.Message][rapid.IntRange(0, min(n, 40)-1).Draw(r, "changed")].Response = fmt.Sprint("changed ", len(steps))
				}
			default:
				a := rapid.SampledFrom(pressed).Draw(r, "key")
				steps = append(steps, string(a))
				d.press(a)
			}
		}
	})
}

func TestAFrameTakesFewAllocations(t *testing.T) {
	for name, c := range map[string]struct {
		open   []keymap.Action
		frames float64 // at most, when nothing has changed
		moves  float64 // at most, with a move of the cursor
	}{
		"list":             {nil, 20, 40},
		"list with detail": {[]keymap.Action{keymap.Open}, 20, 60},
		"marked":           {[]keymap.Action{keymap.Mark, keymap.Mark, keymap.Mark}, 20, 40},
		"causes":           {[]keymap.Action{keymap.CausesView}, 20, 80},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDriver(t, twentyCauses(2_000), 120, 40)
			d.press(keymap.LoadAll)
			d.press(c.open...)
			d.pass(time.Minute)
			if got := testing.AllocsPerRun(100, func() { d.m.View() }); got > c.frames {
				t.Errorf("%v allocations for a frame in which nothing has changed", got)
			}
			down := keyPress("j")
			if got := testing.AllocsPerRun(100, func() {
				d.m.Update(down)
				d.m.View()
			}); got > c.moves {
				t.Errorf("%v allocations for a row down", got)
			}
		})
	}
}
