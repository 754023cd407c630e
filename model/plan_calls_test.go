package model_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redrive/model"
)

// writesOf are all writes of a job, none of which is answered before the next goes out.
func writesOf(t rapid.TB, p model.Plan) (writes []model.Write) {
	t.Helper()
	j := model.NewJob(1, p)
	now := epoch
	for sent := 0; sent < p.Selection.Len(); {
		at, ok := j.WakeAt(now)
		if !ok {
			t.Fatalf("it never wakes with %d of %d sent", sent, p.Selection.Len())
		}
		now = at
		for _, s := range j.Next(now) {
			if s.Kind != model.SendStep {
				continue
			}
			sent += s.Write.Selection.Len()
			writes = append(writes, s.Write)
			// A refusal ends it for these entries, and nothing else.
			j.Apply(model.StepResult{Step: s, Err: &model.BadRequestError{Host: "h", Status: 400}}, now)
		}
	}
	return writes
}

func sizes(writes []model.Write) (n []int) {
	for _, w := range writes {
		n = append(n, w.Selection.Len())
	}
	slices.Sort(n)
	return n
}

// labelled are n messages, from the number on, with the labels.
func labelled(from, n int, l ...string) []model.Entry { return messages(from, from+n-1, labels(l...)) }

func TestEntriesThatShareLabelsShareACall(t *testing.T) {
	first := func(e *model.Entry) { e.FirstLabelOnly = true }
	for name, c := range map[string]struct {
		entries    []model.Entry
		sizes      []int
		unlabelled int
	}{
		"all alike":                         {labelled(1, 250, "a"), []int{50, 100, 100}, 0},
		"two groups, as many calls":         {append(labelled(1, 100, "a"), labelled(200, 100, "b")...), []int{100, 100}, 0},
		"two groups in one call":            {append(labelled(1, 50, "a"), labelled(200, 50, "b")...), []int{100}, 100},
		"a full group and a small one":      {append(labelled(1, 100, "a"), labelled(200, 1, "b")...), []int{1, 100}, 0},
		"room for one of two groups":        {append(labelled(1, 90, "a"), labelled(200, 60, "b")...), []int{60, 90}, 0},
		"room for one of three groups":      {slices.Concat(labelled(1, 90, "a"), labelled(200, 60, "b"), labelled(300, 30, "c")), []int{90, 90}, 90},
		"none has labels":                   {messages(1, 120), []int{20, 100}, 0},
		"not all labels are known":          {messages(1, 120, labels("a"), first), []int{20, 100}, 120},
		"a label that cannot be sent back":  {messages(1, 120, labels("a,b")), []int{20, 100}, 120},
		"those of an operation are no part": {append(labelled(1, 60, "a", "redrive-00000000"), labelled(200, 40, "redrive-11111111", "a")...), []int{100}, 0},
		"the same labels, turned round":     {append(labelled(1, 60, "a", "b"), labelled(200, 41, "b", "a")...), []int{41, 60}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := planFor(t, model.Retry, c.entries...)
			p.Operation = "redrive-1a2b3c4d"
			writes := writesOf(t, p)
			without := 0
			for _, w := range writes {
				if w.Overrides.Labels == nil {
					without += w.Selection.Len()
				}
			}
			if got := sizes(writes); !slices.Equal(got, c.sizes) || without != c.unlabelled {
				t.Errorf("calls for %v, %d of them without the label", got, without)
			}
			if s := p.Summary(); s.Calls != len(c.sizes) || s.Unlabelled != c.unlabelled {
				t.Errorf("it says %+v", s)
			}
		})
	}
}

func TestEveryEntryIsInOneCallWithItsOwnLabels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		verb := rapid.SampledFrom(model.Verbs[:]).Draw(t, "verb")
		n := rapid.OneOf(rapid.IntRange(1, 25), rapid.IntRange(21, 320)).Draw(t, "entries")
		long := rapid.SampledFrom([]int{0, 0, 60, 150, 400}).Draw(t, "long ids")
		entries := make([]model.Entry, n)
		for i := range entries {
			e := message(rapid.IntRange(0, 40).Draw(t, "failed")*1000 + i)
			if verb != model.Retry && verb != model.Delete {
				e = run(rapid.IntRange(0, 40).Draw(t, "failed")*1000 + i)
			}
			e.Key.ID = fmt.Sprint(i, "-", strings.Repeat("/", long))
			e.Labels = slices.Clone([][]string{nil, {"a"}, {"b"}, {"a", "b"}, {"a", "redrive-0"}, {"x,y"}}[rapid.IntRange(0, 5).Draw(t, "labels")])
			e.FirstLabelOnly = rapid.IntRange(0, 9).Draw(t, "first label only") == 0
			entries[i] = e
		}
		p := planFor(t, verb, entries...)
		p.Operation = rapid.SampledFrom([]string{"", "redrive-1a2b3c4d"}).Draw(t, "operation")
		writes := writesOf(t, p)
		seen := map[model.Key]bool{}
		unlabelled := 0
		for _, w := range writes {
			query := 0
			for i := range w.Selection.Len() {
				k := w.Selection.At(i)
				if seen[k] {
					t.Fatalf("%v is in two calls", k)
				}
				seen[k] = true
				query += len("&dlqIds=" + url.QueryEscape(k.ID))
				at := slices.IndexFunc(entries, func(e model.Entry) bool { return e.Key == k })
				if own := p.Labels(at); w.Overrides.Labels != nil && !slices.Equal(own, w.Overrides.Labels) {
					t.Fatalf("%v goes out with the labels %q", entries[at].Labels, w.Overrides.Labels)
				}
			}
			if err := w.Valid(); err != nil || w.Selection.Len() > 1 && query > 4<<10 {
				t.Fatalf("%d entries by a query of %d bytes: %v", w.Selection.Len(), query, err)
			}
			if w.Overrides.Labels == nil {
				unlabelled += w.Selection.Len()
			}
			if w.Operation != p.Operation || w.Overrides.Labels != nil && !slices.Contains(w.Overrides.Labels, p.Operation) {
				t.Fatalf("%+v", w)
			}
		}
		fewest := n
		if n > model.MaxSingle && verb != model.Delete {
			most := verb.MostAtOnce()
			fewest = (n + most - 1) / most
		}
		if len(seen) != n || long == 0 && len(writes) != fewest {
			t.Fatalf("%d of %d entries by %d calls, and %d would do", len(seen), n, len(writes), fewest)
		}
		if s := p.Summary(); s.Calls != len(writes) || s.Unlabelled != unlabelled {
			t.Fatalf("it says %+v; %d calls, %d without the label", s, len(writes), unlabelled)
		}
	})
}

func TestOldestFailuresOfManyGoFirst(t *testing.T) {
	p := planFor(t, model.Retry, messages(1, 250)...)
	next := 1
	for _, w := range writesOf(t, p) {
		for i := range w.Selection.Len() {
			if w.Selection.At(i) != key(next) {
				t.Fatalf("%v is sent in place %d", w.Selection.At(i), next)
			}
			next++
		}
	}
}

func TestTypedLabelsGoOutWithAll(t *testing.T) {
	p := planFor(t, model.Retry, append(labelled(1, 30, "a"), messages(200, 230, labels("b,c"))...)...)
	p.Operation = "redrive-1a2b3c4d"
	p.Overrides.Values[model.SetLabels] = "typed, other"
	want := []string{"typed", "other", "redrive-1a2b3c4d"}
	writes := writesOf(t, p)
	if len(writes) != 1 || !slices.Equal(writes[0].Overrides.Labels, want) || !slices.Equal(p.Labels(40), want) || p.Summary().Unlabelled != 0 {
		t.Errorf("%d calls with %q", len(writes), writes[0].Overrides.Labels)
	}
}

func TestPlanSaysWhichCallsItMakes(t *testing.T) {
	runs := func(n int) (all []model.Entry) {
		for i := range n {
			all = append(all, run(i+1))
		}
		return all
	}
	for want, p := range map[string]model.Plan{
		"1 × POST /v2/dlq/retry/{dlqId}":               planFor(t, model.Retry, messages(1, 1)...),
		"3 × POST /v2/dlq/retry/{dlqId}, 3 at once":    planFor(t, model.Retry, messages(1, 3)...),
		"20 × DELETE /v2/dlq/{dlqId}, 4 at once":       planFor(t, model.Delete, messages(1, 20)...),
		"250 × DELETE /v2/dlq/{dlqId}":                 planFor(t, model.Delete, messages(1, 250)...),
		"1 × DELETE /v2/workflows/dlq/{dlqId}":         planFor(t, model.Delete, runs(1)...),
		"50 × DELETE /v2/workflows/dlq/{dlqId}":        planFor(t, model.Delete, runs(50)...),
		"3 × POST /v2/workflows/dlq/resume?dlqIds=":    planFor(t, model.Resume, runs(120)...),
		"2 × POST /v2/workflows/dlq/restart?dlqIds=":   planFor(t, model.Restart, runs(100)...),
		"30 × POST /v2/workflows/dlq/callback/{dlqId}": planFor(t, model.RerunFailureFunction, runs(30)...),
		"about 3 × POST /v2/dlq/retry by filter, one after the other": func() model.Plan {
			p := planFor(t, model.Retry, messages(1, 250)...)
			p.Matching = matching(t, model.Message, model.ServerFilter{Labels: []string{"a"}})
			return p
		}(),
	} {
		if got := p.CallText(p.Summary()); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if p := planFor(t, model.Retry, messages(1, 250)...); p.Duration().Seconds() != 12.5 {
		t.Errorf("it takes %v", p.Duration())
	}
}
