package run_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"redrive/model"
	"redrive/model/run"
)

// filterable are the changes that have a form by filter.
func filterable() (some []change) {
	for _, c := range changes {
		if c.verb != model.RerunFailureFunction {
			some = append(some, c)
		}
	}
	return some
}

func (w *world) matching(t rapid.TB) model.Matching {
	t.Helper()
	m, err := model.NewMatching(dlq, w.kind, model.ServerFilter{Labels: []string{"mine"}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// within checks what holds of every write by filter: what does not match is left alone, nothing follows a call that failed,
// and every call asks for something in particular.
func (w *world) within(v model.Verb) error {
	for _, id := range w.server.Touched() {
		if slices.Contains(w.others, id) {
			return fmt.Errorf("%s was touched, and does not match", id)
		}
	}
	for i, x := range w.passed {
		if i > 0 && (w.passed[i-1].lost || w.passed[i-1].status >= 400) {
			return fmt.Errorf("%+v was followed by another call", w.passed[i-1])
		}
		if len(x.ids) > 0 || x.label != "mine" || x.count == "" {
			return fmt.Errorf("%+v is not by the filter", x)
		}
	}
	for _, id := range w.mine {
		if n := done(v, w.fate(id)); n > 1 {
			return fmt.Errorf("%s was done %d times", id, n)
		}
	}
	return nil
}

func TestSweepUnderEveryFaultStaysWithinItsFilter(t *testing.T) {
	for row, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for n, c := range filterable() {
				synctest.Test(t, func(t *testing.T) {
					w, p := f.set(t, c, c.bulk, uint64(row*100+n))
					s, err := model.NewSweep(c.verb, w.matching(t), model.Overrides{}, p.Selection.Len())
					if err != nil {
						t.Fatal(err)
					}
					var failed error
					for !s.Done() {
						write, ok := s.Next()
						if !ok {
							t.Fatal("no call is given out, and it is not done")
						}
						var r model.WriteResult
						r, failed = w.client.Do(t.Context(), write)
						s.Apply(r, failed)
					}
					if err := w.within(c.verb); err != nil {
						t.Errorf("%s: %v", c, err)
					}
					really := 0
					for _, id := range w.mine {
						really += done(c.verb, w.fate(id))
					}
					_, lost := errors.AsType[*model.LostAnswerError](failed)
					switch {
					case failed != nil && s.Stopped() == "":
						t.Errorf("%s: %v, and it does not say so", c, failed)
					case s.Count() > c.bulk || really < s.Count() && !f.arrivals:
						t.Errorf("%s: it counts %d, and %d of %d were done", c, s.Count(), really, c.bulk)
					case !lost && really > s.Count():
						t.Errorf("%s: it counts %d, and %d were done without a lost answer", c, s.Count(), really)
					case failed == nil && f.harmless && s.Count() != c.bulk:
						t.Errorf("%s: it did %d of %d: %q", c, s.Count(), c.bulk, s.Stopped())
					}
				})
			}
		})
	}
}

func TestJobByFilterUnderEveryFaultTellsTheTruth(t *testing.T) {
	var tab table
	var rows, columns []string
	for _, c := range filterable() {
		columns = append(columns, fmt.Sprint(c.bulk, " ", c))
	}
	t.Cleanup(func() { tab.print(t, "by filter", rows, columns) })
	for row, f := range faults {
		rows = append(rows, f.name)
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for n, c := range filterable() {
				synctest.Test(t, func(t *testing.T) {
					w, p := f.set(t, c, c.bulk, uint64(row*100+n))
					w.byFilter = true
					p.Matching = w.matching(t)
					j := model.NewJob(1, p)
					run.Run(t.Context(), w.client, j, run.SystemClock{}, nil)
					for _, err := range []error{w.within(c.verb), w.truth(j)} {
						if err != nil {
							t.Errorf("%s: %v", c, err)
						}
					}
					last := w.passed[len(w.passed)-1]
					if (last.lost || last.status >= 400) && j.Stopped() == "" {
						t.Errorf("%s: it ended with %+v, and does not say so", c, last)
					}
					tab.set(f.name, columns[n], brief(j))
				})
			}
		})
	}
}
