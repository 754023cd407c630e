package ui_test

import (
	"errors"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
)

func TestALostAnswerIsNeverSentAgain(t *testing.T) {
	tests := map[string]struct {
		done bool
		want string
	}{
		"it was carried out":     {true, "gone, unknown how"},
		"it was not carried out": {false, "in doubt, found still there"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newMemory(10, 0)
			b.do = func(model.Write) (bool, error) {
				return tt.done, &model.LostAnswerError{Host: "qstash.example", Cause: errors.New("connection reset")}
			}
			d := newDriver(t, b, 140, 40)
			d.press(keymap.BringBack)
			d.confirm()
			d.shows("in doubt")
			d.pass(3 * time.Minute)
			d.shows(tt.want)
			if len(b.writes) != 1 {
				t.Errorf("written %d times", len(b.writes))
			}
			if n := b.calls["get"]; tt.done && n != 1 || !tt.done && n != 3 {
				t.Errorf("%d looks", n)
			}
		})
	}
}

func TestWhatWasFoundStillThereMayBeRetriedButNotResumed(t *testing.T) {
	for _, kind := range model.Kinds {
		t.Run(kind.Noun(1), func(t *testing.T) {
			b := newMemory(3, 3)
			b.do = func(model.Write) (bool, error) { return false, &model.LostAnswerError{Host: "h"} }
			d := newDriver(t, b, 140, 40)
			if kind == model.WorkflowRun {
				d.press(keymap.Workflows)
			}
			d.press(keymap.BringBack)
			d.confirm()
			d.pass(3 * time.Minute)
			d.press(keymap.BringBack)
			d.confirm()
			want := 2
			if kind == model.WorkflowRun {
				want = 1
			}
			if len(b.writes) != want {
				t.Errorf("%d writes, want %d", len(b.writes), want)
			}
		})
	}
}

func TestEachRefusalIsSaidOnItsRow(t *testing.T) {
	tests := map[string]struct {
		err   error
		shows []string
	}{
		"gone":         {&model.NotFoundError{What: "x"}, []string{"already gone"}},
		"refused":      {&model.BadRequestError{Host: "h", Status: 400, Detail: "bad id"}, []string{"refused", "bad id"}},
		"no right":     {&model.UnauthorizedError{Host: "h", Status: 403}, []string{"not sent", "does not permit"}},
		"daily limit":  {&model.RateLimitedError{Host: "h", Daily: true, Until: start.Add(time.Hour)}, []string{"not sent", "daily limit"}},
		"over quota":   {&model.QuotaError{Detail: "maxRetries exceeded"}, []string{"refused", "maxRetries exceeded"}},
		"server error": {&model.ServerError{Host: "h", Status: 500}, []string{"in doubt"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newMemory(3, 0)
			b.do = func(model.Write) (bool, error) { return false, tt.err }
			d := newDriver(t, b, 200, 40)
			d.press(keymap.BringBack)
			d.confirm()
			d.shows(tt.shows...)
		})
	}
}

func TestABurstLimitIsWaitedForAndTheCallMadeOnce(t *testing.T) {
	b := newMemory(3, 0)
	refusals := 2
	b.do = func(model.Write) (bool, error) {
		if refusals > 0 {
			refusals--
			return false, &model.RateLimitedError{Host: "h", Until: start.Add(5 * time.Second)}
		}
		return true, nil
	}
	d := newDriver(t, b, 140, 40)
	d.press(keymap.BringBack)
	d.confirm()
	d.shows("sending")
	d.pass(time.Minute)
	d.shows("sent → msg_new1")
	if b.made != 1 {
		t.Errorf("made %d messages", b.made)
	}
}

func TestWhatWasInDoubtIsSaidBeforeItIsSentAgain(t *testing.T) {
	b := newMemory(3, 0)
	b.do = func(model.Write) (bool, error) { return false, &model.LostAnswerError{Host: "h"} }
	d := newDriver(t, b, 140, 40)
	d.press(keymap.BringBack)
	d.confirm()
	d.pass(3 * time.Minute)
	d.press(keymap.BringBack)
	d.shows("in doubt from before: 1, which may be sent twice")
	d.press(keymap.No, keymap.TakeIn, keymap.BringBack)
	d.shows("in doubt from before: 1, which may be sent twice")
	d.press(keymap.No, keymap.JobsView, keymap.PlanAgain)
	d.shows("Retry 1 message", "in doubt from before: 1, which may be sent twice")
}
