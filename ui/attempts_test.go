package ui_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"redrive/api/emulator"
	"redrive/keymap"
	"redrive/model"
)

// triedTwice is the log of messages that were tried twice, and failed.
func triedTwice(q model.LogQuery) (p model.LogPage, _ error) {
	at := func(ms int) time.Time { return start.Add(-time.Minute).Add(time.Duration(ms) * time.Millisecond) }
	for _, id := range q.MessageIDs {
		p.Events = append(p.Events,
			model.LogEvent{At: at(20_900), MessageID: id, State: "FAILED"},
			model.LogEvent{At: at(20_840), MessageID: id, State: "ERROR", Status: 503, Response: "no healthy\nupstream, password=hunter2"},
			model.LogEvent{At: at(20_000), MessageID: id, State: "ACTIVE"},
			model.LogEvent{At: at(1_200), MessageID: id, State: "RETRY", NextAt: at(20_000)},
			model.LogEvent{At: at(1_100), MessageID: id, State: "ERROR", Error: "connection refused"},
			model.LogEvent{At: at(1_000), MessageID: id, State: "ACTIVE"},
			model.LogEvent{At: at(0), MessageID: id, State: "CREATED"},
		)
	}
	return p, nil
}

func TestTheAttemptsOfAMessageAreShownByItsLog(t *testing.T) {
	d := newDriver(t, withRuns(3, 0, triedTwice), 120, 40)
	d.press(keymap.Open, keymap.Open, keymap.Attempts)
	d.shows("Attempts of message", "2 in the log, 3 retries configured", "· CREATED         03:07:00.000",
		"✗ 1 ERROR         03:07:01.000 · after 100ms · connection refused · next at 03:07:20.000",
		"✗ 2 ERROR         03:07:20.000 · 503 · after 840ms · no healthy upstream, password=••••••", "✗ FAILED          03:07:20.900")
	d.hides("hunter2", "Destination")
	d.press(keymap.Secrets)
	d.shows("password=hunter2")
	d.press(keymap.Attempts)
	d.shows("Destination")
	d.hides("Attempts of message")
}

func TestTheStepsOfARunAreShownByItsLog(t *testing.T) {
	d := newDriver(t, incident(t, emulator.IncidentOptions{Messages: -1, Workflows: 3, Odd: -1}), 120, 40)
	d.press(keymap.Workflows, keymap.Open, keymap.Open, keymap.Attempts)
	d.shows("Steps of workflow run", "RUN_FAILED", "after 52m48.9s", "Failed step       charge-card", "✓ create-intent   SUCCESS · Run", "+600ms",
		"✗ charge-card     FAILED · 3 retries configured", "    attempt 4", "504", "t entry")
}

func TestEscLeavesTheLogThenThePane(t *testing.T) {
	d := newDriver(t, withRuns(3, 0, triedTwice), 120, 40)
	d.press(keymap.Open, keymap.Open, keymap.Attempts, keymap.Back)
	d.shows("▸ Message")
	d.press(keymap.Back)
	d.shows(" Message 1")
	d.hides("▸ Message")
}

func TestThereIsNoLogOfEveryEntry(t *testing.T) {
	b := withRuns(2, 2, nil)
	b.entries[model.Message][1].MessageID = ""
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Open, keymap.Open, keymap.Attempts)
	d.shows("No log of it      logs are kept for a shorter time than dead letters")
	d.press(keymap.NextPane, keymap.Down)
	d.pass(time.Second)
	d.shows("No log of it      the entry does not have the id of its message")
	d.press(keymap.Workflows)
	d.pass(time.Second)
	d.shows("Steps of workflow run", "No log of it      logs are kept")
	// What came since is read with r.
	b.log = chargeFailed
	d.press(keymap.TakeIn)
	d.shows("✗ charge-card")
}

func TestALogThatCannotBeReadSaysSoAndIsReadAgain(t *testing.T) {
	b := withRuns(2, 0, func(model.LogQuery) (model.LogPage, error) {
		return model.LogPage{}, &model.ServerError{Host: "qstash.example", Status: 500, Detail: "\x1b]0;PWNED\a"}
	})
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Open, keymap.Open, keymap.Attempts)
	d.shows("The log could not be read: qstash.example failed (500)", "␛]0;PWNED␇")
	b.log = triedTwice
	d.press(keymap.TakeIn)
	d.shows("✗ 2 ERROR")
}

func TestALogThatComesLateIsNotShownForAnotherEntry(t *testing.T) {
	b := withRuns(3, 0, triedTwice)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Open, keymap.Open)
	d.holding = true
	d.press(keymap.Attempts)
	d.shows("reading the log …")
	late := d.held
	d.held, d.holding = nil, false
	d.press(keymap.Attempts)
	for _, c := range late {
		d.run(c)
	}
	d.shows("Destination")
	d.hides("Attempts of message")
	d.press(keymap.Attempts)
	d.shows("msg_0000", "✗ 2 ERROR")
	d.press(keymap.NextPane, keymap.Down)
	d.pass(time.Second)
	d.shows("Attempts of message", "msg_0001", "✗ 2 ERROR")
}

func TestALogIsReadToItsEndWithinReason(t *testing.T) {
	pages := 0
	b := withRuns(1, 0, nil)
	b.log = func(q model.LogQuery) (model.LogPage, error) {
		if pages++; pages > 20 {
			return model.LogPage{}, errors.New("too far")
		}
		p, err := triedTwice(q)
		p.Next = strings.Repeat("c", pages)
		return p, err
	}
	d := newDriver(t, b, 120, 60)
	d.press(keymap.Open, keymap.Open, keymap.Attempts)
	d.shows("And more", "the log goes on beyond what is read here")
	if pages > 5 {
		t.Errorf("%d pages", pages)
	}
}

func TestTheLogIsSearchedLikeTheEntry(t *testing.T) {
	d := newDriver(t, withRuns(1, 0, triedTwice), 120, 40)
	d.press(keymap.Open, keymap.Open, keymap.Attempts, keymap.EditSearch)
	d.typed("healthy")
	d.press(keymap.ApplySearch)
	d.shows("1 of 1")
}
