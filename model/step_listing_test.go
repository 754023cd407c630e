package model_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

// learned is a list of runs that are loaded, and the reader that has learned the step of each and holds them back.
func learned(t *testing.T, runs ...model.Entry) (*model.Listing, *model.Store, *model.StepReader) {
	t.Helper()
	s := model.NewStore()
	l := model.NewListing(s, account, model.WorkflowRun)
	l.Resize(10)
	arrive(t, l, "", runs...)
	r := model.NewStepReader(s, account)
	read := ask(t, r, epoch)
	r.Apply(read, answer(read, "charge"))
	return l, s, r
}

func runIDs(l *model.Listing) (out []string) {
	for i := range l.Len() {
		out = append(out, l.At(i).WorkflowRunID)
	}
	return out
}

func takeSteps(l *model.Listing, s *model.Store, r *model.StepReader) {
	known := s.Len()
	r.Take()
	l.AdoptSteps(known)
}

func TestTakenStepsChangeWhatTheListShowsAndNotWhereItStands(t *testing.T) {
	l, s, r := learned(t, createdRun(4), createdRun(3), createdRun(2), createdRun(1))
	l.MoveTo(2)
	l.Marks.Toggle(createdRun(3).Key)
	before := runIDs(l)
	takeSteps(l, s, r)
	if diff := cmp.Diff(before, runIDs(l)); diff != "" {
		t.Error(diff)
	}
	e, _ := l.Current()
	if e.Key != createdRun(2).Key || e.Cause.Step != "charge" || !l.Marks.Has(createdRun(3).Key) {
		t.Errorf("the cursor is on %v, of step %q", e.Key, e.Cause.Step)
	}
	if n := s.Count(model.WorkflowRun); n != 4 {
		t.Errorf("%d runs are known", n)
	}
}

func TestAFilterByStepFollowsWhatIsTakenIn(t *testing.T) {
	for line, want := range map[string][2]int{"step:charge": {0, 2}, "step:?": {2, 0}, "charge": {0, 2}, "-step:charge": {2, 0}, "step:other": {0, 0}} {
		l, s, r := learned(t, createdRun(2), createdRun(1))
		refilter(t, l, line)
		if l.Len() != want[0] {
			t.Errorf("%s: %d are shown before", line, l.Len())
		}
		takeSteps(l, s, r)
		if l.Len() != want[1] {
			t.Errorf("%s: %d are shown", line, l.Len())
		}
	}
}

func TestStepsTakenInWhileAFilterIsWorkedOutAreSeenByIt(t *testing.T) {
	l, s, r := learned(t, createdRun(2), createdRun(1))
	work := l.Refilter(filter(t, "step:charge"), true)
	result := work.Run()
	takeSteps(l, s, r)
	if !l.ApplyRebuilt(result) || l.Len() != 2 {
		t.Errorf("%d are shown", l.Len())
	}
}

func TestAStepOfANewcomerIsTakenInWithIt(t *testing.T) {
	l, s, r := learned(t, createdRun(1))
	newcomers(t, l, createdRun(5), createdRun(1))
	read := ask(t, r, epoch)
	r.Apply(read, answer(read, "charge"))
	takeSteps(l, s, r)
	if l.Len() != 1 || l.Waiting() != 1 {
		t.Errorf("%d are shown, %d wait", l.Len(), l.Waiting())
	}
	l.TakeIn(func(model.Key) bool { return false })
	if e := l.At(0); l.Len() != 2 || e.Cause.Step != "charge" {
		t.Errorf("%d are shown, the first of step %q", l.Len(), e.Cause.Step)
	}
}

// kept are the texts of some entries.
type kept map[model.Key]model.Texts

func (k kept) Texts(key model.Key, _ model.TextParts) (model.Texts, bool) {
	t, ok := k[key]
	return t, ok
}

func TestATextThatWasLookedInIsNotLookedInAgainForAStep(t *testing.T) {
	s := model.NewStore()
	l := model.NewListing(s, account, model.WorkflowRun)
	l.Resize(10)
	l.SearchIn(kept{createdRun(1).Key: {Body: "ord_17"}})
	arrive(t, l, "", createdRun(2), createdRun(1))
	refilter(t, l, "body:ord_17")
	if l.Len() != 1 {
		t.Fatalf("%d are shown", l.Len())
	}
	r := model.NewStepReader(s, account)
	read := ask(t, r, epoch)
	r.Apply(read, answer(read, "charge"))
	takeSteps(l, s, r)
	if looked, of := l.Searched(); l.Len() != 1 || of != 2 {
		t.Errorf("%d are shown, %d of %d looked in", l.Len(), looked, of)
	}
}

func TestGroupsAreMadeByStep(t *testing.T) {
	step := func(name string) func(*model.Entry) { return func(e *model.Entry) { e.Cause.Step = name } }
	s := model.NewStore()
	var rows []model.Row
	for _, e := range []model.Entry{
		message(1), message(2), message(3), run(4), run(5), run(6, step("charge")),
	} {
		row, _ := s.Put(e)
		rows = append(rows, row)
	}
	groups := s.Snapshot().GroupBy(rows, model.GroupQuery{By: model.PerStep, Now: epoch})
	if diff := cmp.Diff([]string{" 3", "? 2", "charge 1"}, keysOf(groups)); diff != "" {
		t.Error(diff)
	}
	for i, want := range []string{"", "step:?", "step:charge"} {
		if got := groups[i].Term(model.PerStep, s); got != want {
			t.Errorf("term %q, want %q", got, want)
		}
		if runs := groups[i].Runs; runs != []int{0, 2, 1}[i] {
			t.Errorf("%d runs", runs)
		}
	}
}
