package ui_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/keymap"
	"redrive/model"
)

// logged is a memory with a log, which tells what it was asked for.
type logged struct {
	*memory
	log   func(model.LogQuery) (model.LogPage, error)
	asked []model.LogQuery
}

func (b *logged) Logs(_ context.Context, q model.LogQuery) (model.LogPage, error) {
	b.asked = append(b.asked, q)
	if b.log == nil {
		return model.LogPage{}, nil
	}
	return b.log(q)
}

// chargeFailed is the log of runs that failed when the card was charged.
func chargeFailed(q model.LogQuery) (p model.LogPage, _ error) {
	for _, r := range q.Runs {
		p.Runs = append(p.Runs, model.Run{ID: r.ID, State: model.RunFailed, Steps: []model.RunStep{
			{Name: "init", Type: "Initial", Group: "sequential", State: model.StepSuccess},
			{Name: "charge-card", Group: "next", State: model.StepFailed, Errors: []model.StepError{{At: start, Status: 504, Text: "too slow"}}},
		}})
	}
	return p, nil
}

func withRuns(messages, runs int, log func(model.LogQuery) (model.LogPage, error)) *logged {
	b := newMemory(messages, runs)
	for _, k := range model.Kinds {
		for i := range b.entries[k] {
			e := &b.entries[k][i]
			e.Cause = e.CauseOf(model.ReadResponse([]byte("timed out")))
		}
	}
	return &logged{memory: b, log: log}
}

func TestRunsStandUnderStepUnknownUntilTheirStepsAreTakenIn(t *testing.T) {
	d := newDriver(t, incident(t, emulator.IncidentOptions{Messages: 20, Workflows: 25, Odd: -1}), 120, 40)
	d.press(keymap.CausesView)
	d.shows("▲ 25 steps known  r show", "FUNCTION_INVOCATION_TIMEOUT  ⟂ step unknown")
	d.pass(2 * time.Minute)
	d.shows("step unknown")
	d.press(keymap.TakeIn)
	d.pass(2 * time.Second)
	d.shows("FUNCTION_INVOCATION_TIMEOUT  ⟂ step charge-card")
	d.hides("steps known", "step unknown")
	d.press(keymap.WhyTogether)
	d.shows("together as Vercel FUNCTION_INVOCATION_TIMEOUT (timeout)  ⟂ step charge-card")
}

func TestTheCursorStaysOnTheRunsOfAGroupThatGetsAStep(t *testing.T) {
	d := newDriver(t, withRuns(30, 12, chargeFailed), 80, 24)
	d.press(keymap.CausesView)
	toUnknown := func() {
		d.press(keymap.First)
		for range 5 {
			if strings.Contains(lineWith(d, "▸"), "step unknown") {
				return
			}
			d.press(keymap.Down)
		}
		t.Fatalf("there is no such group:\n%s", d.screen())
	}
	toUnknown()
	d.press(keymap.Mark)
	toUnknown()
	d.shows("1 marked")
	d.press(keymap.TakeIn)
	d.pass(2 * time.Second)
	if line := lineWith(d, "▸"); !strings.Contains(line, "step charge-card") {
		t.Errorf("the cursor is on %q", line)
	}
	// What was marked is no group any more.
	d.hides("marked")
}

func TestStepsAreInTheFilterOnceTheyAreTakenIn(t *testing.T) {
	d := newDriver(t, withRuns(5, 25, chargeFailed), 120, 40)
	d.press(keymap.Workflows)
	filterBy(d, "step:charge-card")
	d.shows("0 of 25 loaded", "no match yet: r takes in what 25 steps known")
	d.press(keymap.TakeIn)
	d.shows("25 of 25 loaded", "row 1 of 25")
	filterBy(d, "step:?")
	d.shows("0 of 25 loaded", "no workflow runs match")
	filterBy(d, "CHARGE-card")
	d.shows("25 of 25 loaded")
	filterBy(d, "-step:charge-card")
	d.shows("0 of 25 loaded")
	d.press(keymap.Messages)
	filterBy(d, "step:charge-card")
	d.shows("no message has step: that is of workflow runs (2)")
}

func TestRowsStayWhereTheyAreWhileStepsAreLearnedAndTakenIn(t *testing.T) {
	b := withRuns(0, 60, chargeFailed)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Workflows, keymap.Down, keymap.Down, keymap.Mark)
	d.shows("1 marked", "row 4 of 60", "60 steps known")
	rows := strings.Split(d.screen(), "\n")[4:]
	d.press(keymap.TakeIn)
	d.hides("steps known")
	for i, line := range strings.Split(d.screen(), "\n")[4:] {
		if line != rows[i] && i < 30 {
			t.Errorf("row %d was %q and is %q", i, rows[i], line)
		}
	}
}

func TestGroupsAreMadeByStepAndShownByAFilter(t *testing.T) {
	d := newDriver(t, withRuns(30, 12, chargeFailed), 100, 30)
	d.press(keymap.CausesView, keymap.Regroup)
	for range model.PerStep {
		d.press(keymap.Down)
	}
	d.press(keymap.Choose)
	d.pass(2 * time.Second)
	d.shows("BY step", "no step", "step unknown")
	d.press(keymap.Down, keymap.Open)
	d.shows("filter  step:?", "12 of 12 loaded")
	d.press(keymap.Back, keymap.TakeIn)
	d.pass(2 * time.Second)
	d.shows("charge-card")
	d.press(keymap.Open)
	d.shows("filter  step:charge-card", "12 of 12 loaded")
	d.press(keymap.Back, keymap.Up, keymap.Open)
	d.shows("there is no term for a filter by what these lack: their step")
}

func TestTheStepIsOfferedAsAFilter(t *testing.T) {
	d := newDriver(t, withRuns(0, 3, chargeFailed), 100, 30)
	d.press(keymap.Workflows, keymap.FilterBy)
	d.shows("step:?")
	d.press(keymap.CancelFilter, keymap.TakeIn, keymap.FilterBy)
	d.shows("step:charge-card")
}

func TestWhatIsOnTheScreenIsReadFirst(t *testing.T) {
	limited := true
	b := withRuns(0, 90, nil)
	b.log = func(q model.LogQuery) (model.LogPage, error) {
		if limited {
			return model.LogPage{}, &model.RateLimitedError{Until: start.Add(time.Minute)}
		}
		return chargeFailed(q)
	}
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Workflows, keymap.Last)
	d.pass(59 * time.Second)
	if len(b.asked) != 1 {
		t.Fatalf("asked %d times while the rate is limited", len(b.asked))
	}
	d.hides("✗")
	limited = false
	d.pass(time.Second)
	if len(b.asked) != 10 {
		t.Fatalf("asked %d times for 90 runs", len(b.asked)-1)
	}
	seen := map[string]bool{}
	for i, q := range b.asked[1:] {
		if len(q.Runs) > model.MostRuns || !q.Background {
			t.Errorf("%+v", q)
		}
		for _, r := range q.Runs {
			if seen[r.ID] {
				t.Errorf("%s was asked for twice", r.ID)
			}
			seen[r.ID] = true
			if i < 3 && r.ID < "wfr_0056" {
				t.Errorf("call %d asks for %s, which is not on the screen", i+1, r.ID)
			}
		}
	}
	d.shows("▲ 90 steps known  r show")
}

func TestARunThatTheLogHasNothingOfIsNotAskedForAgainUntilR(t *testing.T) {
	b := withRuns(0, 12, nil)
	d := newDriver(t, b, 100, 40)
	d.press(keymap.Workflows)
	d.pass(10 * time.Minute)
	if len(b.asked) != 2 {
		t.Fatalf("asked %d times", len(b.asked))
	}
	d.hides("steps known")
	d.press(keymap.Open)
	d.shows("Failed step       not known: the workflow logs do not tell it")
	b.log = chargeFailed
	d.press(keymap.TakeIn)
	d.pass(time.Second)
	if len(b.asked) < 3 || len(b.asked) > 4 {
		t.Errorf("asked %d times", len(b.asked))
	}
	d.shows("Failed step       charge-card", "steps known  r show")
}

func TestTheDetailSaysTheStepAsSoonAsItIsKnown(t *testing.T) {
	limited := true
	b := withRuns(0, 2, nil)
	b.log = func(q model.LogQuery) (model.LogPage, error) {
		if limited {
			return model.LogPage{}, &model.RateLimitedError{Until: start.Add(time.Minute)}
		}
		return chargeFailed(q)
	}
	d := newDriver(t, b, 100, 40)
	d.press(keymap.Workflows, keymap.Open)
	d.shows("Failed step       not known yet: the workflow logs are being read")
	limited = false
	d.pass(time.Minute)
	d.shows("Failed step       charge-card")
}

// TestTroubleWithTheLogsStaysInTheBackground sends what goes wrong with the logs through the real client.
func TestTroubleWithTheLogsStaysInTheBackground(t *testing.T) {
	all := func(*http.Request) bool { return true }
	for name, c := range map[string]struct {
		fault emulator.Fault
		of    func(*http.Request) bool
		wait  time.Duration
		says  string
	}{
		"a server error":  {emulator.ServerError(), all, 6 * time.Second, "not known yet: the workflow logs could not be read"},
		"a rate limit":    {emulator.BurstLimited(10, start.Add(time.Second)), all, 6 * time.Second, "not known yet: the workflow logs are being read"},
		"no such path":    {emulator.Failing(404, "not found"), all, 6 * time.Minute, "not known yet: the workflow logs could not be read"},
		"no right":        {emulator.Failing(403, "no"), all, 6 * time.Minute, "not known yet: the workflow logs could not be read"},
		"refused at once": {emulator.Failing(400, "no such parameter"), func(r *http.Request) bool { return r.URL.Query().Has("workflowRuns") }, 0, "charge-card"},
		"an older server": {emulator.Failing(404, "not found"), func(r *http.Request) bool { return r.URL.Path == "/v2/workflows/logs" }, 0, "charge-card"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := emulator.New(emulator.Options{Seed: 1, BurstLimit: 10_000, Clock: func() time.Time { return start }})
			s.SeedIncident(emulator.IncidentOptions{Messages: -1, Workflows: 15, Odd: -1, Seed: 1})
			s.SetFaults(func(r *http.Request) emulator.Fault {
				if strings.HasPrefix(r.URL.Path, "/v2/workflows/") && !strings.HasPrefix(r.URL.Path, "/v2/workflows/dlq") && c.of(r) {
					return c.fault
				}
				return emulator.Fault{}
			})
			client, err := api.New(api.Config{
				URL: "http://localhost", Token: emulator.DefaultToken, DLQ: "test", Transport: s.Transport(), Timeout: time.Second,
				Now: func() time.Time { return start },
			})
			if err != nil {
				t.Fatal(err)
			}
			d := newDriver(t, model.ReadOnly(client), 160, 40)
			d.press(keymap.Workflows, keymap.Open)
			d.shows(c.says)
			d.hides("✗")
			s.SetFaults(nil)
			d.pass(c.wait)
			d.shows("Failed step       charge-card", "▲ 15 steps known  r show")
			d.hides("✗")
			d.press(keymap.Open, keymap.Attempts)
			d.shows("Steps of workflow run", "✗ charge-card")
		})
	}
}

func TestAStepThatTheLogDoesNotNameIsToldByTheOneBeforeIt(t *testing.T) {
	s := emulator.New(emulator.Options{
		Seed: 1, BurstLimit: 10_000, Clock: func() time.Time { return start }, Switches: emulator.Switches{NextStepWithoutName: true},
	})
	s.SeedIncident(emulator.IncidentOptions{Messages: -1, Workflows: 5, Odd: -1, Seed: 1})
	client, err := api.New(api.Config{URL: "http://localhost", Token: emulator.DefaultToken, DLQ: "test", Transport: s.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	d := newDriver(t, client, 120, 40)
	d.press(keymap.CausesView, keymap.TakeIn)
	d.pass(2 * time.Second)
	d.shows("⟂ step after create-intent")
	d.press(keymap.Open, keymap.Open, keymap.Open, keymap.Attempts)
	d.shows("Failed step       after create-intent", "✗ (not named)")
}

func TestStepsAreWrittenToFiles(t *testing.T) {
	d := inDirectory(t, withRuns(0, 2, chargeFailed))
	d.press(keymap.Workflows, keymap.TakeIn)
	writeTo(d, "runs.jsonl")
	for _, line := range readLines(t, "runs.jsonl") {
		if line["failedStep"] != "charge-card" {
			t.Errorf("%v", line)
		}
	}
	writeTo(d, "runs.csv")
	raw, err := os.ReadFile("runs.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatal(rows, err)
	}
	for i, name := range rows[0] {
		if name == "step" && rows[1][i] == "charge-card" && rows[2][i] == "charge-card" {
			return
		}
	}
	t.Errorf("%v", rows)
}

func TestAHostileNameOfAStepIsShownAndDoesNotAct(t *testing.T) {
	b := withRuns(0, 2, func(q model.LogQuery) (model.LogPage, error) {
		p, err := chargeFailed(q)
		for i := range p.Runs {
			p.Runs[i].Steps[1].Name = "A\x1b]0;PWNED\x07B\u009b2J\u202eE"
			p.Runs[i].Steps[1].Errors[0].Text = "C\x1b[2J"
		}
		return p, err
	})
	d := newDriver(t, b, 160, 50)
	harmless := func(shown string) {
		t.Helper()
		d.shows(shown)
		for _, bad := range []string{"\x1b]", "\u009b", "\u202e", "\x07", "\x1b[2J"} {
			if strings.Contains(d.m.View().Content, bad) {
				t.Errorf("the screen has %q", bad)
			}
		}
	}
	d.press(keymap.CausesView, keymap.TakeIn)
	d.pass(2 * time.Second)
	harmless("PWNED")
	d.press(keymap.Workflows, keymap.Open)
	harmless("Failed step       A")
	d.press(keymap.Open, keymap.Attempts)
	harmless("✗ A␛]0;PWNED␇")
	d.press(keymap.NextPane, keymap.FilterBy)
	harmless(`step:"A`)
}
