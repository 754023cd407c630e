package ui_test

import (
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
)

// oldIncident has 60 messages of a small cause, before them 40 of two others, and 900 of the cause that most failed by, which
// are the oldest.
func oldIncident() *memory {
	b := newMemory(1000, 0)
	for i := range b.entries[model.Message] {
		e := &b.entries[model.Message][i]
		said := "no healthy upstream"
		switch {
		case i < 60:
			e.Status, said = 429, `{"error":"rate limit exceeded"}`
		case i < 90:
			e.Status, said = 400, `{"error":"unknown field"}`
		case i < 100:
			e.Status, said = 418, "short and stout"
		default:
			e.Status = 503
		}
		e.URL, e.Response = "https://api.example/hook", said
		e.Cause = e.CauseOf(model.ReadResponse([]byte(said)))
	}
	return b
}

func TestCausesOfAPartSayPlainlyThatTheyAreOfAPart(t *testing.T) {
	d := newDriver(t, oldIncident(), 100, 24)
	d.press(keymap.CausesView)
	d.shows("only the newest 200 are counted · a loads all", "ENTRIES % OF 200", "100   50%  503")
	d.hides("SHARE")
	for width, words := range map[int]string{80: "only the newest 200 are counted · a loads all", 50: "only 200 counted · a loads all", 40: "only 200 counted"} {
		d.resize(width, 24)
		d.shows(words)
	}
	d.resize(100, 24)
	d.holding = true
	d.press(keymap.LoadAll)
	d.shows("loading: 200 counted so far · esc or a stops", "% OF 200")
	d.release()
	d.pass(2 * time.Second)
	d.shows("of 1,000 loaded", "SHARE", "900   90%  503")
	d.hides("counted", "% OF")
}

func TestThatCausesAreBeingLoadedComesBeforeTheStepsThatWait(t *testing.T) {
	b := newMemory(0, 400)
	d := newDriver(t, &logged{memory: b, log: chargeFailed}, 80, 24)
	d.press(keymap.Workflows)
	d.pass(5 * time.Second)
	d.press(keymap.CausesView)
	d.pass(2 * time.Second)
	d.shows("steps known  r show", "only the newest 200 counted · a loads all")
	d.holding = true
	d.press(keymap.LoadAll)
	d.shows("steps known  r show", "loading: 200 so far · esc stops")
	d.resize(60, 24)
	d.shows("loading: 200 so far")
}

func TestWhoIsAtTheTopOfTheCausesStaysThere(t *testing.T) {
	for name, keys := range map[string][]keymap.Action{"never moved": nil, "moved and came back": {keymap.Down, keymap.Up}} {
		t.Run(name, func(t *testing.T) {
			b := oldIncident()
			b.entries[model.Message] = b.entries[model.Message][:150]
			d := newDriver(t, b, 80, 14)
			d.press(keymap.CausesView)
			d.press(keys...)
			d.shows("▸       60", "group 1 of 4")
			b.fresh(90, 400, `{"error":"unknown field"}`)
			d.pass(31 * time.Second)
			d.press(keymap.TakeIn)
			d.pass(2 * time.Second)
			d.shows("▸      120", "group 1 of 4")
			d.hides("above")
		})
	}
}

func TestTheCursorKeepsItsCauseAndMoreAboveIsSaid(t *testing.T) {
	b := oldIncident()
	b.entries[model.Message] = b.entries[model.Message][:150]
	d := newDriver(t, b, 80, 14)
	d.press(keymap.CausesView, keymap.Down, keymap.Down)
	d.shows("▸       30  ", "group 3 of 4")
	b.fresh(90, 418, "short and stout")
	d.pass(31 * time.Second)
	d.press(keymap.TakeIn)
	d.pass(2 * time.Second)
	d.shows("▸       30  ", "group 4 of 4", "↑ ", " above")
	d.press(keymap.First)
	d.hides(" above")
	d.press(keymap.Last, keymap.Sort, keymap.Down, keymap.Down, keymap.Down, keymap.Choose)
	d.shows("▸       30  ", "group 3 of 4")
	d.resize(40, 10)
	d.press(keymap.Last)
	d.shows("↑ 2 above")
}
