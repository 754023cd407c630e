package run_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"redrive/api/emulator"
	"redrive/model"
	"redrive/model/run"
)

// staged is a world of n entries, and the plan that takes the oldest of them ahead. Of the i-th, in order of their failure,
// script says how its destination answers.
func staged(t *testing.T, kind model.Kind, n int, script func(i int) emulator.Script) (*world, model.Plan) {
	w := newWorld(t, kind, 0, emulator.Options{LogLag: time.Second}, time.Hour)
	oldest := time.Now().Add(-time.Hour)
	for i := range n {
		e := entry(kind, 0, oldest.Add(time.Duration(i)*time.Second), "mine")
		e.MaxRetries, e.FlowControlKey, e.Rate, e.Period, e.Script = 3, "acme", 6000, time.Minute, script(i)
		e.ResponseBody = []byte("no healthy upstream")
		w.mine = append(w.mine, w.server.Add(e))
	}
	verb := model.Retry
	if kind == model.WorkflowRun {
		verb = model.Resume
	}
	p := w.plan(t, verb)
	p.Stop = model.StopRule{}
	return w, p
}

func failing50(n int) func(int) emulator.Script {
	return func(i int) emulator.Script { return emulator.Script{FailsAgain: i < n} }
}

// sentOnes are the entries that went out, in order, with the retries that were asked for.
func (w *world) sentOnes() (ids, retries []string) {
	for _, x := range w.passed {
		for _, id := range x.ids {
			ids, retries = append(ids, id), append(retries, x.retries)
		}
	}
	return ids, retries
}

func TestTheOthersGoOnceTheFirstWereDelivered(t *testing.T) {
	for _, kind := range model.Kinds {
		for bad, goOn := range map[int]bool{0: true, 2: true, 3: false, 50: false} {
			t.Run(fmt.Sprint(kind.Noun(2), ", ", bad, " of the first fail"), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w, p := staged(t, kind, 130, failing50(bad))
					j := model.NewJob(1, p.InStages())
					run.Run(t.Context(), w.client, j, run.SystemClock{}, nil)
					for _, err := range []error{w.untouched(), w.once(p.Verb), w.truth(j)} {
						if err != nil {
							t.Error(err)
						}
					}
					ids, retries := w.sentOnes()
					if !goOn {
						// The rule may stop it before all of the first were sent.
						if len(ids) > 50 || j.Count(model.NotSent) < 80 || j.Stopped() == "" {
							t.Errorf("%d were sent: %v, %q", len(ids), j.Counts(), j.Stopped())
						}
						return
					}
					if slices.ContainsFunc(retries[:50], func(r string) bool { return r != "0" }) || !slices.Equal(slices.Sorted(slices.Values(ids[:50])), slices.Sorted(slices.Values(w.mine[:50]))) {
						t.Errorf("the first were %q with the retries %q", ids[:50], retries[:50])
					}
					if len(ids) != 130 || j.Count(model.Delivered) != 130-bad || j.Stopped() != "" {
						t.Errorf("%d were sent: %v, %q", len(ids), j.Counts(), j.Stopped())
					}
					if slices.Contains(retries[50:], "0") {
						t.Errorf("the others went with the retries %q", retries[50:])
					}
				})
			})
		}
	}
}

func TestNothingOfTheOthersGoesOutUnderAnyFaultBeforeTheFirstWereDelivered(t *testing.T) {
	for row, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range model.Kinds {
				synctest.Test(t, func(t *testing.T) {
					w, p := staged(t, kind, 90, failing50(1))
					w.blind = f.blind
					w.script(t, uint64(row), f.rules, nil)
					j := model.NewJob(1, p.InStages())
					run.Run(t.Context(), w.client, j, run.SystemClock{}, nil)
					for _, err := range []error{w.untouched(), w.once(p.Verb), w.truth(j)} {
						if err != nil {
							t.Error(err)
						}
					}
					others := 0
					for _, id := range w.mine[50:] {
						others += done(p.Verb, w.fate(id))
					}
					delivered, not, _ := j.FirstCounts()
					if others > 0 && delivered*100 < model.StopLeast*(delivered+not) {
						t.Errorf("%d others were sent, and of the first %d were delivered and %d not", others, delivered, not)
					}
				})
			}
		})
	}
}

func TestAJobStopsWhenTooLittleIsDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := staged(t, model.Message, 600, func(i int) emulator.Script { return emulator.Script{FailsAgain: i%10 == 0} })
		p.Overrides.Values[model.SetRetries] = "0"
		j := model.NewJob(1, p)
		run.Run(t.Context(), w.client, j, run.SystemClock{}, nil)
		if !strings.Contains(j.Stopped(), "95 in a hundred") || j.Count(model.NotSent) < 200 || j.Count(model.CameBack) < 3 {
			t.Errorf("%v, %q", j.Counts(), j.Stopped())
		}
		again, err := model.PlanAgain(j, "redrive-00000002", time.Now(), func(model.Key) bool { return false })
		if err != nil || again.Selection.Len() != j.Count(model.NotSent)+j.Count(model.CameBack) {
			t.Fatalf("%d are planned again of %v: %v", again.Selection.Len(), j.Counts(), err)
		}
		again.Stop = model.StopRule{Least: 50}
		more := model.NewJob(2, again)
		run.Run(t.Context(), w.client, more, run.SystemClock{}, nil)
		if more.Stopped() != "" || more.Count(model.NotSent) > 0 {
			t.Errorf("with another rule: %v, %q", more.Counts(), more.Stopped())
		}
	})
}

func TestAJobStopsAtANewCause(t *testing.T) {
	for _, kind := range model.Kinds {
		synctest.Test(t, func(t *testing.T) {
			w, p := staged(t, kind, 400, func(i int) emulator.Script {
				if i == 3 {
					return emulator.Script{Attempts: []emulator.Attempt{{Status: 409, Body: []byte("already processed")}}}
				}
				return emulator.Script{}
			})
			p.Overrides.Values[model.SetRetries] = "0"
			j := model.NewJob(1, p)
			run.Run(t.Context(), w.client, j, run.SystemClock{}, nil)
			if !strings.Contains(j.Stopped(), "in a new way, with 409: already processed") || j.Count(model.NotSent) < 100 {
				t.Errorf("%v, %q", j.Counts(), j.Stopped())
			}
		})
	}
}

func TestWhatCameBackOfACanaryGetsItsOwnSettingsBack(t *testing.T) {
	for _, kind := range model.Kinds {
		synctest.Test(t, func(t *testing.T) {
			w, p := staged(t, kind, 30, failing50(30))
			p.Overrides.Values[model.SetFlowKey], p.Overrides.Values[model.SetParallelism], p.Overrides.Values[model.SetLabels] = "slow", "1", "tonight"
			canary, behind := p.Canary(p.Selection.At(7))
			if canary.Selection.At(0) != p.Selection.At(7) || behind.Selection.Len() != 29 || behind.Selection.Has(canary.Selection.At(0)) {
				t.Fatalf("the canary is %v, and %d are behind it", canary.Selection.At(0), behind.Selection.Len())
			}
			j := model.NewJob(1, canary)
			run.Run(t.Context(), w.client, j, run.SystemClock{}, nil)
			again, err := model.PlanAgain(j, "redrive-00000002", time.Now(), func(model.Key) bool { return false })
			if err != nil || j.Count(model.CameBack) != 1 {
				t.Fatalf("%v: %v", j.Counts(), err)
			}
			retries, flow, labels := again.GivenBack()
			if len(retries) != 1 || retries[0] != (model.Count{Value: "3", N: 1}) || flow != 1 || labels != 1 {
				t.Errorf("given back: %v, %d, %d", retries, flow, labels)
			}
			w.passed = nil
			run.Run(t.Context(), w.client, model.NewJob(2, again), run.SystemClock{}, nil)
			x := w.passed[0]
			if x.retries != "3" || x.flow != "acme; rate=6000,period=60s" || x.labels != "mine,redrive-00000002" {
				t.Errorf("sent %+v", x)
			}
		})
	}
}

func TestASlowJobSendsFewAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := staged(t, model.Message, 150, failing50(0))
		j := model.NewJob(1, p)
		for range 3 {
			j.Slower(time.Now()) // 10, 5, 2
		}
		run.Run(t.Context(), w.client, j, run.SystemClock{}, nil)
		for _, x := range w.passed {
			if len(x.ids) > 20 {
				t.Errorf("%d at once at 2 a second", len(x.ids))
			}
		}
		if err := w.once(p.Verb); err != nil || j.Count(model.Delivered) != 150 {
			t.Errorf("%v: %v", j.Counts(), err)
		}
	})
}
