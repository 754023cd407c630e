package model_test

import (
	"errors"
	"testing"

	"redrive/model"
)

func TestSelectionCannotBeMadeOfWhatTheServerWouldTakeForEverything(t *testing.T) {
	for name, keys := range map[string][]model.Key{
		"nothing":           nil,
		"no id":             {{DLQ: account}},
		"no id among some":  {key(1), {DLQ: account}, key(2)},
		"two kinds":         {key(1), run(1).Key},
		"two DLQs":          {key(1), {DLQ: "us-east-1", ID: "1-0"}},
		"two DLQs, same id": {key(1), {DLQ: "us-east-1", ID: key(1).ID}},
	} {
		s, err := model.NewSelection(keys...)
		if err == nil || s.Len() != 0 || !errors.Is(s.Valid(), model.ErrEmptySelection) {
			t.Errorf("%s: %v, %v", name, s, err)
		}
		if (len(keys) == 0) != errors.Is(err, model.ErrEmptySelection) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSelectionIsFrozenAndWithoutRepetitions(t *testing.T) {
	keys := []model.Key{key(2), key(1), key(2), key(3), key(1)}
	s, err := model.NewSelection(keys...)
	if err != nil || s.Valid() != nil {
		t.Fatal(err, s.Valid())
	}
	for i := range keys {
		keys[i] = key(9)
	}
	if s.Len() != 3 || s.At(0) != key(2) || s.At(1) != key(1) || s.At(2) != key(3) || s.Kind() != model.Message {
		t.Errorf("%+v", s)
	}
}

func TestSelectionIsOfTheKindOfItsEntries(t *testing.T) {
	s, err := model.NewSelection(run(1).Key, run(2).Key)
	if err != nil || s.Kind() != model.WorkflowRun {
		t.Errorf("%v, %v", s.Kind(), err)
	}
	if k := (model.Selection{}).Kind(); k != model.Message {
		t.Errorf("of no entries: %v", k)
	}
}

func TestKindIsNamedForACount(t *testing.T) {
	for n, want := range map[int][2]string{
		0: {"messages", "workflow runs"}, 1: {"message", "workflow run"}, 2: {"messages", "workflow runs"},
	} {
		for _, k := range model.Kinds {
			if got := k.Noun(n); got != want[k] {
				t.Errorf("%d %s", n, got)
			}
		}
	}
}

func TestVerbsAreForTheirKindsAndOnlyRetryAndDeleteMayBeSentAgain(t *testing.T) {
	for v, want := range map[model.Verb]struct {
		name  string
		kind  model.Kind
		again bool
	}{
		model.Retry:                {"retry", model.Message, true},
		model.Resume:               {"resume", model.WorkflowRun, false},
		model.Restart:              {"restart", model.WorkflowRun, false},
		model.RerunFailureFunction: {"failure function", model.WorkflowRun, false},
		model.Delete:               {"delete", model.WorkflowRun, true},
	} {
		if v.String() != want.name || !v.Takes(want.kind) || v.MaySendAgain() != want.again {
			t.Errorf("%v: again %v", v, v.MaySendAgain())
		}
	}
	if model.Verb(0).String() != "unknown verb" || model.Verb(0).MaySendAgain() {
		t.Error("no verb is taken for one")
	}
}

func TestTimeOfAnEntryIsThatOfItsFailureWhenKnown(t *testing.T) {
	e := message(1)
	if at, failed := e.When(); !at.Equal(seconds(1)) || !failed {
		t.Errorf("%v, %v", at, failed)
	}
	e.FailedAt = model.Entry{}.FailedAt
	if at, failed := e.When(); !at.Equal(e.CreatedAt) || failed {
		t.Errorf("%v, %v", at, failed)
	}
	e.CreatedAt = e.FailedAt
	if at, failed := e.When(); !at.IsZero() || failed {
		t.Errorf("%v, %v", at, failed)
	}
}
