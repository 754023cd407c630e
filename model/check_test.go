package model_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"redrive/model"
)

func TestCheckFindsExactlyThoseThatAreGone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 950).Draw(t, "entries")
		runs := rapid.Bool().Draw(t, "runs")
		entries := messages(1, n)
		verb := model.Retry
		for i := range entries {
			if runs {
				entries[i] = run(i + 1)
				verb = model.Resume
			}
		}
		p := planFor(t, verb, entries...)
		gone := map[model.Key]bool{}
		for range rapid.IntRange(0, 20).Draw(t, "gone") {
			gone[p.Selection.At(rapid.IntRange(0, n-1).Draw(t, "which"))] = true
		}
		c := model.NewCheck(&p)
		var open []model.Step
		steps := 0
		for !c.Done() {
			started := c.Next()
			steps += len(started)
			if open = append(open, started...); len(open) == 0 || len(open) > model.MaxInFlight {
				t.Fatalf("%d steps at once", len(open))
			}
			i := rapid.IntRange(0, len(open)-1).Draw(t, "answered")
			s := open[i]
			open = slices.Delete(open, i, i+1)
			if s.Kind != model.LookStep || len(s.Keys) > 100 && !runs {
				t.Fatalf("%+v", s)
			}
			r := model.StepResult{Step: s}
			for _, k := range s.Keys {
				if !gone[k] {
					r.Found = append(r.Found, model.Entry{Key: k})
				}
			}
			if len(s.Keys) == 1 && len(r.Found) == 0 {
				r.Err = &model.NotFoundError{What: "it"}
			}
			before := c.Checked()
			c.Apply(r)
			// An answer that comes twice counts once.
			c.Apply(r)
			if c.Checked() != before+len(s.Keys) {
				t.Fatalf("%d were checked, and then %d", before, c.Checked())
			}
		}
		want := (n + 99) / 100
		if runs {
			want = 1
		}
		if c.Err() != nil || c.Checked() != n || len(c.Gone()) != len(gone) || steps != want {
			t.Fatalf("%d checked by %d steps, %d of %d gone: %v", c.Checked(), steps, len(c.Gone()), len(gone), c.Err())
		}
		rest, left := p.Without(c.Gone())
		if left != (len(gone) < n) || left && (rest.Selection.Len() != n-len(gone) || len(rest.Entries) != n-len(gone) || rest.Gone != len(gone)) {
			t.Fatalf("%d are left: %v, %d gone", rest.Selection.Len(), left, rest.Gone)
		}
		for i := range rest.Entries {
			if rest.Entries[i].Key != rest.Selection.At(i) || gone[rest.Selection.At(i)] {
				t.Fatalf("%v is left in place %d", rest.Selection.At(i), i)
			}
		}
	})
}

func TestCheckThatFailsAsksNoMore(t *testing.T) {
	p := planFor(t, model.Retry, messages(1, 900)...)
	c := model.NewCheck(&p)
	steps := c.Next()
	failed := &model.ServerError{Host: "h", Status: 500}
	c.Apply(model.StepResult{Step: steps[0], Err: failed})
	if more := c.Next(); len(more) > 0 || c.Done() || !errors.Is(c.Err(), failed) {
		t.Errorf("%d more, %v", len(more), c.Err())
	}
	for _, s := range steps[1:] {
		c.Apply(model.StepResult{Step: s})
	}
	if !c.Done() || c.Checked() != 300 {
		t.Errorf("done %v after %d", c.Done(), c.Checked())
	}
}

func TestLostAnswerToACheckIsNoProofThatAnythingIsGone(t *testing.T) {
	p := planFor(t, model.Retry, message(1))
	for _, err := range []error{
		&model.LostAnswerError{Cause: &model.NotFoundError{What: "x"}}, &model.ServerError{Host: "h", Status: 502},
		&model.UnauthorizedError{Host: "h", Status: 401},
	} {
		c := model.NewCheck(&p)
		c.Apply(model.StepResult{Step: c.Next()[0], Err: err})
		if len(c.Gone()) > 0 || !errors.Is(c.Err(), err) || !c.Done() {
			t.Errorf("%v: %v gone, %v", err, c.Gone(), c.Err())
		}
	}
}

func TestPlanOfWhichAllIsGoneIsNoPlan(t *testing.T) {
	p := planFor(t, model.Retry, messages(1, 2)...)
	if rest, left := p.Without([]model.Key{key(1), key(2)}); left || rest.Selection.Len() != 0 || rest.Gone != 2 {
		t.Errorf("%+v", rest)
	}
	if p.Selection.Len() != 2 || p.Gone != 0 {
		t.Error("the plan itself was changed")
	}
}
