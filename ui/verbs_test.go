package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
)

// failed is the runs of a backend with every second one's failure function failed.
func failedRuns(n int) *memory {
	b := newMemory(5, n)
	for i := range b.entries[model.WorkflowRun] {
		if i%2 == 0 {
			b.entries[model.WorkflowRun][i].FailureState = "CALLBACK_FAIL"
		}
	}
	return b
}

func TestARestartSaysThatFinishedStepsRunAgain(t *testing.T) {
	b := newMemory(5, 5)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Workflows, keymap.Restart)
	d.shows("Restart 1 workflow run from the first step", "steps that are finished run again; R resumes", "/v2/workflows/dlq/restart/", "space: I have read what is red")
	d.confirm()
	if len(b.writes) != 0 {
		t.Fatal("it was sent before what is red was ticked")
	}
	d.press(keymap.Tick)
	d.confirm()
	d.shows("sent → wfr_new1")
	if len(b.writes) != 1 || b.writes[0].Verb != model.Restart {
		t.Errorf("wrote %v", b.writes)
	}
}

func TestARestartOfMoreThanOneAsksForTheNumber(t *testing.T) {
	b := newMemory(5, 9)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Workflows, keymap.Mark, keymap.Mark, keymap.Mark, keymap.Restart)
	d.shows("space: I have read what is red")
	d.press(keymap.Tick)
	d.shows("Type the number of workflow runs and enter:")
	d.pass(time.Second)
	d.typed("4")
	d.press(keymap.Answer)
	d.shows("it is 3, not 4")
	if len(b.writes) != 0 {
		t.Fatal("a wrong number sent")
	}
	d.typed("3")
	d.press(keymap.Answer)
	if len(b.writes) != 3 {
		t.Errorf("%d writes", len(b.writes))
	}
}

func TestTheFailureFunctionIsRunOnlyWhereItFailed(t *testing.T) {
	b := failedRuns(6)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Workflows)
	for range 4 {
		d.press(keymap.Mark)
	}
	d.press(keymap.RerunFailure)
	d.shows("Run the failure function of 2 workflow runs again", "2 with no failed failure function: wfr_0001, wfr_0003", "/v2/workflows/dlq/callback/")
	d.confirm()
	d.shows("failure function started again")
	if len(b.writes) != 2 || b.writes[0].Verb != model.RerunFailureFunction {
		t.Errorf("wrote %v", b.writes)
	}
	d.press(keymap.TakeIn)
	d.shows("2 Workflows 6") // the runs stay
}

func TestRestartAndFailureFunctionAreNotForMessages(t *testing.T) {
	b := newMemory(5, 5)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Restart)
	d.shows("it is for workflow runs (2)")
	d.press(keymap.RerunFailure)
	d.confirm()
	if len(b.writes) != 0 {
		t.Error("sent")
	}
}

func TestADeleteOfWhichNothingIsKeptAsksForTheWord(t *testing.T) {
	for _, kind := range model.Kinds {
		t.Run(kind.Noun(1), func(t *testing.T) {
			b := newMemory(5, 5)
			d := newDriver(t, b, 120, 40)
			if kind == model.WorkflowRun {
				d.press(keymap.Workflows)
			}
			d.press(keymap.Mark, keymap.Mark, keymap.Delete)
			d.shows("Delete 2 "+kind.Noun(2), "Type delete and enter:", "gone for good")
			d.pass(time.Second)
			d.typed("delete")
			if len(b.writes) != 0 {
				t.Fatal("the word alone deleted")
			}
			d.press(keymap.Answer)
			d.shows("deleting 2 entries in 8s, z takes back")
			d.pass(7 * time.Second)
			d.shows("deleting 2 entries in 1s")
			if len(b.writes) != 0 {
				t.Fatal("deleted before the time to take it back was over")
			}
			d.pass(2 * time.Second)
			d.shows("deleted", "delete of 2 "+kind.Noun(2)+": 2 deleted")
			if len(b.writes) != 2 || b.writes[0].Verb != model.Delete || b.writes[0].Selection.Kind() != kind {
				t.Errorf("wrote %v", b.writes)
			}
		})
	}
}

func TestADeleteIsNotAnsweredByWhatWasNotMeant(t *testing.T) {
	answers := map[string]func(d *driver){
		"typed in one go":    func(d *driver) { d.typed("delete"); d.send(keyPress("enter")) },
		"enter with nothing": func(d *driver) { d.pass(time.Second); d.send(keyPress("enter")) },
		"y":                  func(d *driver) { d.pass(time.Second); d.typed("y"); d.send(keyPress("enter")) },
		"half the word":      func(d *driver) { d.pass(time.Second); d.typed("del"); d.send(keyPress("enter")) },
		"the word and more":  func(d *driver) { d.pass(time.Second); d.typed("deleted"); d.send(keyPress("enter")) },
		"the word pasted": func(d *driver) {
			d.pass(time.Second)
			d.send(tea.PasteMsg{Content: "delete\n"})
			d.send(keyPress("enter"))
		},
		"the word, then esc":    func(d *driver) { d.pass(time.Second); d.typed("delete"); d.send(keyPress("esc")) },
		"the word, then ctrl+c": func(d *driver) { d.pass(time.Second); d.typed("delete"); d.send(keyPress("ctrl+c")) },
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			b := newMemory(5, 0)
			d := newDriver(t, b, 120, 40)
			d.press(keymap.Delete)
			answer(d)
			d.pass(time.Minute)
			if len(b.writes) != 0 {
				t.Errorf("deleted %d", len(b.writes))
			}
		})
	}
}

func TestOverridesAreShownAsTheHeadersThatGoOut(t *testing.T) {
	b := newMemory(5, 0)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.BringBack)
	d.shows("none (o)")
	d.press(keymap.Overrides)
	d.shows("retries", "not sent", "0 is one attempt only")
	d.typed("0")
	d.press(keymap.NextField)
	d.typed("5")
	d.shows("the unit is missing: 5s for seconds")
	d.press(keymap.Take)
	d.shows("the unit is missing") // the form stays
	d.typed("m")
	d.hides("the unit is missing")
	d.press(keymap.Take)
	d.shows("Upstash-Retries: 0", "Upstash-Delay: 5m", "Send 1 retry now?", "Retry 1 message, with 2 overrides")
	d.typed("y")
	if len(b.writes) != 0 {
		t.Fatal("the sheet was answered before it was read anew")
	}
	d.confirm()
	if len(b.writes) != 1 {
		t.Fatalf("%d writes", len(b.writes))
	}
	got := fmt.Sprint(b.writes[0].Overrides.Headers())
	if want := "[{Upstash-Retries 0} {Upstash-Delay 5m} {Upstash-Label release-42,redrive-0badcafe}]"; got != want {
		t.Errorf("goes out as %s, want %s", got, want)
	}
}

func TestTheFormTakesHeadersAndLeavesAsItWas(t *testing.T) {
	b := newMemory(5, 0)
	d := newDriver(t, b, 120, 50)
	d.press(keymap.BringBack, keymap.Overrides, keymap.LastField)
	d.shows("Name: value")
	d.send(tea.PasteMsg{Content: "X-Tenant: t_9"})
	d.press(keymap.NextField, keymap.NextField)
	d.press(keymap.Take)
	d.shows("Upstash-Forward-X-Tenant: t_9")
	d.press(keymap.Overrides)
	d.typed("7")
	d.send(keyPress("esc"))
	d.shows("Upstash-Forward-X-Tenant: t_9")
	d.hides("Upstash-Retries")
}

func TestTheFormOfAResumeHasOnlyWhatItsEndpointTakes(t *testing.T) {
	d := newDriver(t, newMemory(5, 5), 120, 50)
	d.press(keymap.Workflows, keymap.BringBack, keymap.Overrides)
	d.shows("retries", "retry delay", "flow-control key", "failure callback")
	d.hides("timeout", "forward header")
}

func TestTypedLabelsReplaceTheEntrysAndTheOperationIsAdded(t *testing.T) {
	b := newMemory(5, 0)
	d := newDriver(t, b, 120, 50)
	d.press(keymap.BringBack, keymap.Overrides)
	for range model.SetLabels {
		d.press(keymap.NextField)
	}
	d.typed("a, b")
	d.press(keymap.Take)
	d.shows("a, b, redrive-0badcafe")
	d.confirm()
	if got := fmt.Sprint(b.writes[0].Overrides.Labels); got != "[a b redrive-0badcafe]" {
		t.Errorf("labels %s", got)
	}
}

func TestTheListIsSortedByAColumnAndRoundAgain(t *testing.T) {
	d := newDriver(t, newMemory(9, 0), 120, 40)
	d.press(keymap.Sort)
	d.shows("Sort by", "status", "destination")
	d.press(keymap.Down, keymap.Choose)
	d.press(keymap.First)
	if got := lineWith(d, "▸"); !strings.Contains(got, "429") {
		t.Errorf("the first row is %s", got)
	}
	d.press(keymap.Sort, keymap.Choose, keymap.First)
	if got := lineWith(d, "▸"); !strings.Contains(got, "503") {
		t.Errorf("turned round, the first row is %s", got)
	}
	d.press(keymap.Sort)
	d.send(keyPress("esc"))
	d.hides("Sort by")
}
