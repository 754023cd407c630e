package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"redrive/api/emulator"
	"redrive/model"
)

// fill adds so many entries of a kind with a label, and some others.
func fill(e *emulator.Server, kind model.Kind, n int, label string) (ids []string) {
	began := time.Now().Add(-time.Hour)
	for i := range n {
		entry := emulator.Entry{DLQID: fmt.Sprintf("%d-0", began.UnixMilli()+int64(i)), URL: "https://a.example/wf", Labels: []string{label, fmt.Sprint("n", i)}}
		if kind == model.WorkflowRun {
			entry.Workflow = &emulator.Workflow{}
		}
		ids = append(ids, e.Add(entry))
	}
	for range 5 {
		e.Add(emulator.Entry{URL: "https://a.example/wf", Labels: []string{"other"}})
		e.Add(emulator.Entry{Workflow: &emulator.Workflow{}, Labels: []string{"other"}})
	}
	return ids
}

func asSelection(t *testing.T, kind model.Kind, ids []string) model.Selection {
	all := make([]model.Key, len(ids))
	for i, id := range ids {
		all[i] = key(kind, id)
	}
	return selection(t, all...)
}

func TestListOfIDsTouchesExactlyThose(t *testing.T) {
	for _, m := range everyMany {
		c, e := emulated(t, emulator.Options{Switches: emulator.Switches{ShuffledResponses: true}})
		ids := fill(e, m.kind, 30, "mine")
		got, err := c.Do(t.Context(), model.Write{Verb: m.verb, Selection: asSelection(t, m.kind, ids[5:25])})
		if err != nil || got.Count != 20 || m.verb.Creates() && len(got.Created) != 20 {
			t.Errorf("%s: %+v, %v", m, got, err)
		}
		touched := e.Touched()
		slices.Sort(touched)
		if !slices.Equal(touched, ids[5:25]) {
			t.Errorf("%s: touched %q", m, touched)
		}
	}
}

func TestListWithAnIDThatIsGoneLeavesOpenWhatBecameOfTheOthers(t *testing.T) {
	for _, none := range []bool{false, true} {
		for _, m := range everyMany {
			c, e := emulated(t, emulator.Options{Switches: emulator.Switches{AllOrNothing404: none}})
			ids := fill(e, m.kind, 3, "mine")
			before := len(e.Requests())
			got, err := c.Do(t.Context(), model.Write{Verb: m.verb, Selection: asSelection(t, m.kind, append(ids, "1760000000000-9"))})
			if m.verb == model.Delete {
				if err != nil || got.Count != 3 {
					t.Errorf("%s: %+v, %v", m, got, err)
				}
				continue
			}
			if kindOf(err) != "some not found" || got.Count != 0 || len(e.Requests())-before != 1 {
				t.Errorf("%s: %+v, %v", m, got, err)
			}
			if done := len(e.Touched()); done != map[bool]int{false: 3, true: 0}[none] {
				t.Errorf("%s: %d were done", m, done)
			}
		}
	}
}

func TestSweepOfTheEmulatorDoesAllThatMatchesAndNothingElse(t *testing.T) {
	for name, switches := range map[string]emulator.Switches{
		"as observed": {}, "oldest first": {OldestFirst: true}, "null at the end": {LastCursor: emulator.CursorNull},
		"no cursor at the end": {LastCursor: emulator.CursorAbsent}, "an empty cursor": {LastCursor: emulator.CursorEmpty}, "strict about the count": {RefuseOverRunLimit: true},
	} {
		for _, m := range everyMany {
			c, e := emulated(t, emulator.Options{Switches: switches})
			ids := fill(e, m.kind, 230, "mine")
			sweep, err := model.NewSweep(m.verb, m.byFilter(t, model.ServerFilter{Labels: []string{"mine"}}, 1, "").Matching, model.Overrides{}, len(ids))
			if err != nil {
				t.Fatal(err)
			}
			for !sweep.Done() {
				w, _ := sweep.Next()
				sweep.Apply(c.Do(t.Context(), w))
			}
			touched := e.Touched()
			slices.Sort(touched)
			if sweep.Stopped() != "" || sweep.Count() != 230 || !slices.Equal(touched, ids) {
				t.Errorf("%s, %s: %d, touched %d: %q", m, name, sweep.Count(), len(touched), sweep.Stopped())
			}
		}
	}
}

func TestSweepWhoseAnswerIsLostLeavesTheRestAlone(t *testing.T) {
	for _, m := range everyMany {
		c, e := emulated(t, emulator.Options{})
		ids := fill(e, m.kind, 230, "mine")
		calls := 0
		e.SetFaults(func(r *http.Request) emulator.Fault {
			if r.Method == http.MethodGet {
				return emulator.Fault{}
			}
			if calls++; calls == 2 {
				return emulator.Dropped().AfterCommit()
			}
			return emulator.Fault{}
		})
		sweep, err := model.NewSweep(m.verb, m.byFilter(t, model.ServerFilter{Labels: []string{"mine"}}, 1, "").Matching, model.Overrides{}, len(ids))
		if err != nil {
			t.Fatal(err)
		}
		for !sweep.Done() {
			w, _ := sweep.Next()
			sweep.Apply(c.Do(t.Context(), w))
		}
		if n := m.verb.MostAtOnce(); sweep.Stopped() == "" || sweep.Count() != n || len(e.Touched()) != 2*n || calls != 2 {
			t.Errorf("%s: %d counted, %d touched, %d calls: %q", m, sweep.Count(), len(e.Touched()), calls, sweep.Stopped())
		}
	}
}

func TestFailureFunctionInProgressIsCancelled(t *testing.T) {
	for _, location := range []string{"", "/v2/workflows/dlq"} {
		c, e := emulated(t, emulator.Options{Switches: emulator.Switches{CancelCallbackLocation: location}})
		for state, want := range map[emulator.CallbackState]string{emulator.CallbackInProgress: "none", emulator.CallbackFail: "bad request", "": "bad request"} {
			id := e.Add(emulator.Entry{Workflow: &emulator.Workflow{Callback: emulator.FailureCallback{State: state}}})
			before := len(e.Requests())
			if err := c.CancelFailureFunction(t.Context(), key(model.WorkflowRun, id)); kindOf(err) != want {
				t.Errorf("%q: %v", state, err)
			}
			if n := e.Fate(id).CallbackCancels; (n == 1) != (want == "none") || len(e.Requests())-before != 1 {
				t.Errorf("%q: cancelled %d times, %d requests", state, n, len(e.Requests())-before)
			}
		}
	}
}
