package ui_test

import (
	"strings"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
)

// withCauses has messages of three causes: 40 of a, 20 of b, 10 of c.
func withCauses() *memory { return withSoManyCauses(70) }

func withSoManyCauses(n int) *memory {
	b := newMemory(n, 5)
	for i := range b.entries[model.Message] {
		e := &b.entries[model.Message][i]
		said := "no healthy upstream"
		switch {
		case i%7 == 6:
			e.Status, said = 400, `{"error":"unknown field"}`
		case i%7 >= 4:
			e.Status, said = 429, `{"error":"rate limit exceeded"}`
		default:
			e.Status = 503
		}
		e.URL, e.Response = "https://api.example/hook", said
		e.Cause = e.CauseOf(model.ReadResponse([]byte(said)))
	}
	for i := range b.entries[model.WorkflowRun] {
		e := &b.entries[model.WorkflowRun][i]
		e.Cause = e.CauseOf(model.ReadResponse([]byte("timed out")))
	}
	return b
}

func TestWhatFailedIsPutTogetherByWhyItFailed(t *testing.T) {
	d := newDriver(t, withCauses(), 80, 24)
	d.press(keymap.CausesView)
	d.shows("group 1 of 4", "Envoy upstream unavailable", "40   53%  503", "rate limit exceeded", "20   27%  429", "unknown field", "10   13%  400", "BLEEDING", "of 75 loaded")
	lines := strings.Split(d.screen(), "\n")
	if !strings.Contains(lines[4], "Envoy upstream unavailable") || !strings.Contains(lines[6], "rate limit exceeded") {
		t.Errorf("not in the order of their numbers:\n%s", d.screen())
	}
}

func TestAGroupIsShownByAFilterAndEscComesBackToIt(t *testing.T) {
	d := newDriver(t, withCauses(), 80, 24)
	d.press(keymap.CausesView, keymap.Down, keymap.Open)
	d.shows("filter  cause:", "20 of 70 loaded", "429")
	d.press(keymap.Back)
	d.shows("▸       20", "group 2 of 4")
	d.press(keymap.Messages)
	d.shows("filter  none", "70 loaded")
}

func TestEscKeepsAFilterThatWasChanged(t *testing.T) {
	d := newDriver(t, withCauses(), 80, 24)
	d.press(keymap.CausesView, keymap.Down, keymap.Open)
	d.press(keymap.EditFilter)
	d.typed("label:release-42")
	d.send(keyPress("enter"))
	d.press(keymap.Back)
	d.shows("group 2 of 4")
	d.press(keymap.Messages)
	d.shows("label:release-42")
}

func TestAGroupIsRetriedAsAWhole(t *testing.T) {
	b := withCauses()
	d := newDriver(t, b, 120, 40)
	d.press(keymap.CausesView, keymap.Down, keymap.BringBack)
	d.shows("Retry 20 messages", "20 × 429")
	d.confirm()
	d.pass(3 * time.Second)
	if len(b.writes) != 20 {
		t.Fatalf("%d writes", len(b.writes))
	}
	for _, w := range b.writes {
		k := w.Selection.At(0)
		for i := range 70 {
			if message(i).Key == k && i%7 < 4 {
				t.Errorf("%v is of another cause", k)
			}
		}
	}
	d.press(keymap.BringBack)
	d.shows("already acted on")
}

func TestWhyEntriesAreTogetherIsSaid(t *testing.T) {
	d := newDriver(t, withCauses(), 100, 30)
	d.press(keymap.CausesView, keymap.WhyTogether)
	d.shows("together as Envoy upstream unavailable", "40  no healthy upstream")
	d.press(keymap.Back)
	d.hides("together as")
}

func TestGroupsArePutTogetherByOtherThings(t *testing.T) {
	d := newDriver(t, withCauses(), 100, 30)
	d.press(keymap.CausesView, keymap.Regroup, keymap.Down, keymap.Choose)
	d.pass(2 * time.Second)
	d.shows("BY status", "503", "429", "400", "504")
	d.press(keymap.Sort, keymap.Down, keymap.Down, keymap.Down, keymap.Choose)
	d.shows("sorted by what they have in common")
}

func TestGroupsDoNotJumpWhilePagesComeIn(t *testing.T) {
	b := withCauses()
	d := newDriver(t, b, 80, 24)
	d.press(keymap.CausesView, keymap.Down, keymap.Down)
	d.shows("▸       10")
	for i := range 40 {
		e := message(-i - 1)
		e.Status, e.URL = 400, "https://api.example/hook"
		e.Cause = e.CauseOf(model.ReadResponse([]byte(`{"error":"unknown field"}`)))
		b.entries[model.Message] = append([]model.Entry{e}, b.entries[model.Message]...)
	}
	d.pass(31 * time.Second)
	d.shows("▲ 40 new (400 api.example 40)  r show", "▸       10", "▲40")
	d.press(keymap.TakeIn)
	d.pass(2 * time.Second)
	d.shows("▸       50")
}

func TestMarkedGroupsAreRetriedTogether(t *testing.T) {
	b := withCauses()
	d := newDriver(t, b, 120, 40)
	d.press(keymap.CausesView, keymap.Down, keymap.Mark, keymap.Mark)
	d.shows("2 marked")
	d.press(keymap.First, keymap.BringBack)
	d.shows("Retry 30 messages", "20 × 429 · 10 × 400")
	d.press(keymap.Drop, keymap.Unmark, keymap.BringBack)
	d.shows("Retry 40 messages")
	d.press(keymap.Drop, keymap.Mark, keymap.Last, keymap.Mark, keymap.BringBack)
	d.shows("these are messages and workflow runs")
}

func TestBarsArePlainWhereThereIsNoUTF8(t *testing.T) {
	d := newDriver(t, withCauses(), 120, 40, func(o *ui.Options) { o.ASCII = true })
	d.press(keymap.CausesView)
	d.shows("#")
	d.hides("█")
}

// fresh puts newcomers at the head of the messages, which failed with the status and said so.
func (b *memory) fresh(n, status int, said string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for range n {
		e := message(-len(b.entries[model.Message]))
		e.Status, e.URL = status, "https://api.example/hook"
		e.Cause = e.CauseOf(model.ReadResponse([]byte(said)))
		b.entries[model.Message] = append([]model.Entry{e}, b.entries[model.Message]...)
	}
}

func TestNewcomersAreNamedByTheirGroupAndANewCauseStandsOut(t *testing.T) {
	b := withCauses()
	d := newDriver(t, b, 80, 24)
	d.press(keymap.CausesView)
	b.fresh(2, 429, `{"error":"rate limit exceeded"}`)
	b.fresh(5, 400, `{"error":"unknown field"}`)
	b.fresh(1, 418, "short and stout")
	d.pass(31 * time.Second)
	d.shows("▲ 8 new (new cause 1, 400 api.example 5, 2 others)  r show", "▲5", "▲2")
	d.hides("short and stout", "sorted by", "▸       41")
	b.fresh(1, 419, "something else")
	d.pass(31 * time.Second)
	d.shows("▲ 9 new (2 in 2 new groups, 400 api.example 5, 2 others)")
	d.resize(140, 40)
	d.shows("sorted by the number of entries", "400 api.example 5, 429 api.example 2)  r show   of 75 loaded")
	d.resize(40, 10)
	d.shows("▲ 9 new  r show")
	d.press(keymap.TakeIn)
	d.pass(2 * time.Second)
	d.resize(140, 40)
	d.shows("short and stout", "something else", "of 84 loaded")
	d.hides("▲")
}

func TestNewcomersKeepAGroupBleeding(t *testing.T) {
	b := withCauses()
	d := newDriver(t, b, 80, 24)
	d.press(keymap.CausesView)
	d.pass(10 * time.Minute)
	d.hides("BLEEDING")
	d.shows("stopped 03:07")
	now := d.now
	e := message(0)
	e.Key.ID, e.FailedAt, e.Status, e.URL = "fresh", now, 429, "https://api.example/hook"
	e.Cause = e.CauseOf(model.ReadResponse([]byte(`{"error":"rate limit exceeded"}`)))
	b.entries[model.Message] = append([]model.Entry{e}, b.entries[model.Message]...)
	d.pass(time.Minute)
	d.shows("▲1  1 in 5 min")
}

func TestTheGravestAdviceStandsInEveryGroupAndWholeBelow(t *testing.T) {
	d := newDriver(t, withCauses(), 80, 24)
	d.press(keymap.CausesView)
	d.shows("queue order", "⚠ slow down", "⚠ permanent", "⚠ may have run", "all 40: goes to the end of its queue")
	d.press(keymap.Last)
	d.shows("⚠ all 5: may have run: the destination did not answer in time")
	d.press(keymap.First, keymap.Down, keymap.Down)
	d.shows("⚠ all 10: permanent", "also queue order")
	d.resize(40, 10)
	d.shows("⚠ permanent")
	plain := newDriver(t, withCauses(), 80, 24, func(o *ui.Options) { o.ASCII = true })
	plain.press(keymap.CausesView, keymap.Last)
	plain.shows("! may have run", "! all 5: may have run")
	plain.hides("⚠")
}

func TestGroupsDoNotMoveWithTheLengthOfTheirAdvice(t *testing.T) {
	d := newDriver(t, withCauses(), 80, 24)
	d.press(keymap.CausesView)
	before := strings.Split(d.screen(), "\n")
	d.press(keymap.Down)
	after := strings.Split(d.screen(), "\n")
	if len(before) != len(after) {
		t.Fatalf("%d lines, then %d", len(before), len(after))
	}
	for i := range before[:12] {
		if strings.TrimLeft(before[i], " ▸") != strings.TrimLeft(after[i], " ▸") {
			t.Errorf("line %d was %q, and is %q", i, before[i], after[i])
		}
	}
}

func TestMarksOfGroupsAreWholeCharacters(t *testing.T) {
	d := newDriver(t, withCauses(), 80, 24)
	d.press(keymap.CausesView, keymap.Mark, keymap.Mark, keymap.Up)
	d.shows("  ●      40", " ▸●      20")
}

func TestSortingWhileGroupsArePutTogetherAnewHasNothingToSort(t *testing.T) {
	d := newDriver(t, withCauses(), 80, 24)
	d.press(keymap.CausesView, keymap.Regroup, keymap.Down)
	d.holding = true
	d.press(keymap.Choose, keymap.Sort, keymap.Down, keymap.Choose)
	d.release()
	d.pass(2 * time.Second)
	d.shows("group 1 of")
}
