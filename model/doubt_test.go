package model_test

import (
	"slices"
	"testing"

	"redrive/model"
)

func TestWhatWasLeftInDoubtIsWhatNobodyFoundOutLater(t *testing.T) {
	operation := func(name string, states ...model.OutcomeState) model.Recorded {
		r := model.Recorded{Operation: model.Operation{
			Name: name, Verb: model.Resume, DLQ: "test", Kind: model.WorkflowRun, Entries: []model.RecordedEntry{{ID: "1-0"}, {ID: "2-0"}},
		}}
		for i, s := range states {
			r.Notes = append(r.Notes, model.Note{Index: i, Outcome: model.Outcome{State: s}})
		}
		return r
	}
	key := func(id string) model.Key { return model.Key{DLQ: "test", Kind: model.WorkflowRun, ID: id} }
	for name, c := range map[string]struct {
		past  []model.Recorded // the latest first
		doubt []string
	}{
		"nothing":              {nil, nil},
		"one of two":           {[]model.Recorded{operation("a", model.InDoubt, model.Delivered)}, []string{"1-0"}},
		"found out by another": {[]model.Recorded{operation("b", model.AlreadyGone), operation("a", model.InDoubt, model.InDoubt)}, []string{"2-0"}},
		"in doubt at last":     {[]model.Recorded{operation("b", model.InDoubt), operation("a", model.Refused)}, []string{"1-0"}},
		"of no entry":          {[]model.Recorded{operation("a", model.Refused, model.Refused, model.InDoubt)}, nil},
	} {
		doubt := model.Doubt{}
		for _, r := range slices.Backward(c.past) {
			doubt.Add(&r)
		}
		if len(doubt) != len(c.doubt) {
			t.Errorf("%s: %v", name, doubt)
		}
		for _, id := range c.doubt {
			if o := doubt[key(id)]; o.State != model.InDoubt || o.Verb != model.Resume {
				t.Errorf("%s: %s is %v of a %v", name, id, o.State, o.Verb)
			}
		}
	}
}
