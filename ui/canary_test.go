package ui_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
)

// delivering lets everything that is made be delivered.
func delivering(b *memory) *memory {
	b.ends = func(id string) model.LogEvent {
		if strings.HasPrefix(id, "wfr") {
			return model.LogEvent{State: model.RunSuccess, Response: `{"charged":true}`}
		}
		return model.LogEvent{State: "DELIVERED", Status: 200, Response: `{"ok":true}`}
	}
	return b
}

// sendCanary marks everything, and sends one of it first.
func sendCanary(d *driver) {
	d.t.Helper()
	d.press(keymap.MarkAll, keymap.Canary)
	d.confirm()
}

func TestACanaryGoesFirstAndTheOthersAreAskedForOnceItWasDelivered(t *testing.T) {
	for _, kind := range model.Kinds {
		b := delivering(newMemory(90, 70))
		d := newDriver(t, b, 120, 40)
		at, all, others := message(3).Key, "90 messages", "89 messages"
		if kind == model.WorkflowRun {
			d.press(keymap.Workflows)
			at, all, others = run(3).Key, "70 workflow runs", "69 workflow runs"
		}
		d.press(keymap.Down, keymap.Down, keymap.Down, keymap.MarkAll, keymap.Canary)
		n := strings.Fields(others)[0]
		d.shows(" 1 of "+all, "the other "+n+" wait: nothing of them is sent", "retries 0")
		d.confirm()
		if len(b.writes) != 1 || b.writes[0].Selection.Len() != 1 || b.writes[0].Selection.At(0) != at || b.writes[0].Overrides.Values[model.SetRetries] != "0" {
			t.Fatalf("sent %+v", b.writes)
		}
		d.press(keymap.Canary)
		d.shows("the canary of job 1 is on its way")
		d.pass(10 * time.Second)
		d.shows("the canary of job 1 was delivered: C shows what was answered, and the sheet for the other " + others)
		if len(b.writes) != 1 {
			t.Fatalf("%d calls, and the others were not asked for", len(b.writes))
		}
		d.press(keymap.Canary)
		d.shows(others, "delivered (job 1): ", "true}", "the 50 oldest first, with retries 0", "if 95 % of those were delivered", "by itself under 95 %", "Type the number")
		d.pass(time.Second)
		d.typed(n)
		d.press(keymap.Answer)
		d.pass(time.Minute)
		for i, w := range b.writes {
			if retries := w.Overrides.Values[model.SetRetries]; i <= 50 && (retries != "0" || w.Selection.Len() != 1) || i > 50 && retries != "" {
				t.Errorf("call %d is for %d with retries %q", i, w.Selection.Len(), retries)
			}
		}
		if b.made != len(b.entries[kind])+map[model.Kind]int{model.Message: 90, model.WorkflowRun: 70}[kind] {
			t.Errorf("%d were made, %d are left", b.made, len(b.entries[kind]))
		}
		d.press(keymap.JobsView)
		d.shows(n+" delivered", "canary")
	}
}

func TestNothingMoreIsSentWhenACanaryIsNotDelivered(t *testing.T) {
	answer := func(done bool, err error) func(*memory) {
		return func(b *memory) { b.do = func(model.Write) (bool, error) { return done, err } }
	}
	for name, ends := range map[string]func(*memory){
		"came back":   func(b *memory) { b.ends = func(string) model.LogEvent { return model.LogEvent{State: "FAILED"} } },
		"cancelled":   func(b *memory) { b.ends = func(string) model.LogEvent { return model.LogEvent{State: "CANCELLED"} } },
		"no evidence": func(b *memory) { b.ends = nil },
		"refused":     answer(false, &model.BadRequestError{Host: "h", Status: 400, Detail: "no"}),
		"already gone": func(b *memory) {
			b.do = func(w model.Write) (bool, error) { return false, &model.NotFoundError{What: w.Selection.At(0).ID} }
		},
		"not sent":          answer(false, &model.UnauthorizedError{Host: "h"}),
		"in doubt":          answer(false, &model.LostAnswerError{Host: "h", Cause: errors.New("reset")}),
		"gone, unknown how": answer(true, &model.LostAnswerError{Host: "h", Cause: errors.New("reset")}),
	} {
		t.Run(name, func(t *testing.T) {
			b := delivering(newMemory(30, 0))
			ends(b)
			d := newDriver(t, b, 200, 40)
			sendCanary(d)
			d.pass(20 * time.Minute)
			d.shows("was not delivered ("+name+")", "nothing more is sent: the other 29 messages stay in the DLQ")
			d.press(keymap.JobsView, keymap.Canary)
			d.shows("what waited behind this canary was sent, or is not to be")
			d.hides("Retry 29 messages")
			if len(b.writes) != 1 {
				t.Errorf("%d calls", len(b.writes))
			}
		})
	}
}

func TestTheOthersCanBeLeftAndPlannedLaterFromTheJobOfTheCanary(t *testing.T) {
	b := delivering(newMemory(30, 0))
	d := newDriver(t, b, 80, 24)
	sendCanary(d)
	d.pass(10 * time.Second)
	d.shows("C shows what was answered")
	d.press(keymap.Back)
	d.hides("C shows what was answered")
	d.press(keymap.JobsView, keymap.Canary)
	d.shows("Retry 29 messages", "Type the number")
	d.press(keymap.Drop)
	d.press(keymap.Canary)
	d.shows("Retry 29 messages")
	if len(b.writes) != 1 {
		t.Errorf("%d calls", len(b.writes))
	}
}

func TestWhatWaitsBehindACanaryIsFrozenWithIt(t *testing.T) {
	b := delivering(newMemory(30, 0))
	d := newDriver(t, b, 120, 40)
	sendCanary(d)
	b.arrive(5)
	for i := range 4 {
		b.remove(message(20 + i).Key) // by a second operator
	}
	d.pass(time.Minute)
	d.press(keymap.TakeIn)
	d.pass(time.Second)
	d.shows("34 loaded")
	d.press(keymap.Unmark, keymap.First, keymap.BringBack) // a newcomer, which is none of the canary's
	d.confirm()
	d.press(keymap.Last, keymap.BringBack)
	d.confirm()
	d.pass(time.Second)
	sent := len(b.writes)
	d.press(keymap.Canary)
	d.pass(time.Second)
	d.shows("Retry 24 messages", "5 marked, but already acted on", "all 24 are still there", "24 × POST /v2/dlq/retry/{dlqId}")
	d.typed("24")
	d.press(keymap.Answer)
	d.pass(time.Minute)
	for _, w := range b.writes[sent:] {
		if k := w.Selection.At(0); k.ID >= message(0).Key.ID {
			t.Errorf("%v came later", k)
		}
	}
	if len(b.writes) != sent+24 {
		t.Errorf("%d calls", len(b.writes)-sent)
	}
}

func TestACanaryOfAGroupIsTheNewestOfIt(t *testing.T) {
	b := delivering(withCauses())
	d := newDriver(t, b, 120, 40)
	d.press(keymap.CausesView, keymap.Canary)
	d.shows("Canary: retry 1 of 40 messages")
	d.confirm()
	if len(b.writes) != 1 || b.writes[0].Selection.At(0) != message(0).Key {
		t.Fatalf("sent %+v", b.writes)
	}
	d.pass(5 * time.Second)
	d.shows("the other 39 messages")
	d.press(keymap.Canary)
	d.shows("Retry 39 messages")
	d.pass(time.Second)
	d.typed("39")
	d.press(keymap.Answer)
	d.pass(time.Minute)
	if len(b.writes) != 40 {
		t.Errorf("%d calls", len(b.writes))
	}
}

func TestACanaryOfOneEntryHasNothingBehindIt(t *testing.T) {
	b := delivering(newMemory(3, 0))
	d := newDriver(t, b, 80, 24)
	d.press(keymap.Canary)
	d.shows("Canary: retry 1 of 1 message", "and nothing waits behind it")
	d.confirm()
	d.pass(time.Minute)
	d.hides("was delivered: C")
	d.press(keymap.JobsView, keymap.Canary)
	d.shows("nothing waits behind this canary")
}

func TestReadOnlySendsNoCanary(t *testing.T) {
	d := newDriver(t, newMemory(3, 0), 120, 40, func(o *ui.Options) { o.ReadOnly = true })
	d.press(keymap.Canary)
	d.shows("--read-only")
}

func TestAKeyPressedTwiceSendsOneCanary(t *testing.T) {
	b := delivering(newMemory(30, 0))
	d := newDriver(t, b, 120, 40)
	d.press(keymap.MarkAll)
	d.typed("CCyCy")
	if len(b.writes) != 0 {
		t.Fatalf("sent %+v", b.writes)
	}
	d.pass(time.Second)
	d.typed("yyCy")
	d.pass(time.Second)
	if len(b.writes) != 1 {
		t.Errorf("%d calls", len(b.writes))
	}
}

func TestTheStopRuleIsSetInTheOverrides(t *testing.T) {
	b := newMemory(330, 0)
	b.ends = func(id string) model.LogEvent { return model.LogEvent{State: "CANCELLED"} }
	for typed, want := range map[string]string{"": "330 messages", "0": "whatever comes back", "200": "a whole number from 0 to 100 is needed"} {
		d := newDriver(t, b, 120, 40)
		d.press(keymap.LoadAll, keymap.MarkAll, keymap.BringBack)
		d.shows("by itself under 95 %")
		d.press(keymap.Overrides)
		for range 11 {
			d.press(keymap.NextField)
		}
		d.shows("stops under")
		d.typed(typed)
		d.send(keyPress("enter"))
		d.shows(want)
	}
}

func TestAJobThatItsRuleStoppedSaysWhy(t *testing.T) {
	b := newMemory(330, 0)
	b.ends = func(id string) model.LogEvent { return model.LogEvent{State: "CANCELLED"} }
	d := newDriver(t, b, 160, 40)
	bulk(d, "330")
	d.pass(time.Minute)
	d.press(keymap.JobsView)
	d.shows("100 cancelled", "230 not sent", "stopped")
	d.press(keymap.Open)
	d.shows("stopped by its rule")
	if len(b.writes) != 1 {
		t.Errorf("%d calls", len(b.writes))
	}
}
