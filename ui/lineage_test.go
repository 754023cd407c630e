package ui_test

import (
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
)

// withPast is a journal that knows operations of earlier sessions.
type withPast struct {
	journal
	past []model.Recorded
}

func (j *withPast) Past(int) ([]model.Recorded, error) { return j.past, nil }
func (j *withPast) LeftInDoubt() (model.Doubt, error)  { return nil, nil }

func TestWhatAnEarlierSessionBroughtBackIsSaidToHaveComeBack(t *testing.T) {
	b := withCauses()
	j := &withPast{past: []model.Recorded{{
		Operation: model.Operation{Name: "redrive-7c1e0a2b", Verb: model.Retry, At: start.Add(-57 * time.Minute)},
		Notes: []model.Note{
			{Outcome: model.Outcome{Created: model.Created{MessageID: "msg_0004"}}},
			{Outcome: model.Outcome{Created: model.Created{MessageID: "msg_0005"}}},
		},
	}}}
	d := newDriver(t, b, 120, 40, func(o *ui.Options) { o.Recorder = j })
	d.press(keymap.CausesView, keymap.Down)
	d.shows("2 came back", "also 2 came back from an earlier retry", "redrive-7c1e0a2b, 02:11")
	d.press(keymap.BringBack)
	d.shows("2: came back from an earlier retry, of redrive-7c1e0a2b, 02:11")
	d.press(keymap.Drop, keymap.Open, keymap.Open)
	d.shows("Came back", "from an earlier retry: redrive-7c1e0a2b at 02:11")
	d.press(keymap.Back, keymap.Last)
	d.pass(time.Second)
	d.hides("from an earlier retry")
}

func TestWhatThisSessionSentAndCameBackIsSaidToHaveComeBack(t *testing.T) {
	b := withCauses()
	d := newDriver(t, b, 120, 40)
	d.press(keymap.CausesView, keymap.Down, keymap.Down, keymap.BringBack)
	d.confirm()
	d.pass(3 * time.Second)
	d.hides("came back")
	e := message(-1)
	e.MessageID, e.Status, e.URL = "msg_new1", 429, "https://api.example/hook"
	e.Cause = e.CauseOf(model.ReadResponse([]byte(`{"error":"rate limit exceeded"}`)))
	b.entries[model.Message] = append([]model.Entry{e}, b.entries[model.Message]...)
	d.pass(31 * time.Second)
	d.press(keymap.TakeIn)
	d.pass(2 * time.Second)
	d.press(keymap.Down)
	d.shows("1 came back", "1 came back from an earlier retry", "redrive-0badcafe, 03:08")
}
