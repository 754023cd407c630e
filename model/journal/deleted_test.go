package journal

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"redrive/model"
)

// deletionOf is a deletion of n messages.
func deletionOf(name string, n int) model.Operation {
	o := operation(name, n)
	o.Verb = model.Delete
	return o
}

func deleting(t testing.TB, name string, entries ...int) model.Write {
	t.Helper()
	w := retry(t, name, entries...)
	w.Verb, w.Overrides = model.Delete, model.Overrides{}
	return w
}

// copiesOf are copies of the first n messages.
func copiesOf(n int) []model.Detail {
	all := make([]model.Detail, n)
	for i := range all {
		all[i].Key = key(i)
	}
	return all
}

// theTrash is the only file of the trash, with the entries that come back from it.
func theTrash(t testing.TB, j *Journal) (model.Trashed, []string) {
	t.Helper()
	all, err := j.Trash()
	if err != nil || len(all) != 1 {
		t.Fatalf("the trash has %+v, error %v", all, err)
	}
	entries, err := j.LoadTrash(all[0].Name)
	must(t, err)
	var ids []string
	for i := range entries {
		ids = append(ids, entries[i].Key.ID)
	}
	return all[0], ids
}

func TestOnlyWhatTheRecordSaysWasDeletedComesBackFromTheTrash(t *testing.T) {
	const name = "redrive-1"
	answered := func(t *testing.T, j *Journal, r model.WriteResult, err error, entries ...int) {
		t.Helper()
		_, got := j.Wrap(answers(r, err)).Do(t.Context(), deleting(t, name, entries...))
		if !errors.Is(got, err) {
			t.Fatal(got)
		}
	}
	done := model.WriteResult{Done: true}
	note := func(t *testing.T, j *Journal, entry int, s model.OutcomeState) {
		t.Helper()
		must(t, j.Note(name, []model.Note{{Index: entry, Outcome: model.Outcome{State: s}}}))
	}
	for says, of := range map[string]struct {
		happens func(t *testing.T, j *Journal)
		back    []int
		doubt   int
	}{
		"nothing was sent":   {func(*testing.T, *Journal) {}, nil, 0},
		"one was deleted":    {func(t *testing.T, j *Journal) { answered(t, j, done, nil, 1) }, []int{1}, 0},
		"all were deleted":   {func(t *testing.T, j *Journal) { answered(t, j, model.WriteResult{Count: 3}, nil, 0, 1, 2) }, []int{0, 1, 2}, 0},
		"one was refused":    {func(t *testing.T, j *Journal) { answered(t, j, done, &model.BadRequestError{Status: 400}, 1) }, nil, 0},
		"one was gone":       {func(t *testing.T, j *Journal) { answered(t, j, done, &model.NotFoundError{}, 1) }, nil, 0},
		"one never left":     {func(t *testing.T, j *Journal) { answered(t, j, done, &model.NeverSentError{}, 1) }, nil, 0},
		"one was too fast":   {func(t *testing.T, j *Journal) { answered(t, j, done, &model.RateLimitedError{}, 1) }, nil, 0},
		"many were too fast": {func(t *testing.T, j *Journal) { answered(t, j, done, &model.RateLimitedError{}, 0, 1) }, nil, 0},
		"an answer was lost": {func(t *testing.T, j *Journal) { answered(t, j, done, &model.LostAnswerError{}, 1) }, []int{1}, 1},
		"fewer than asked": {func(t *testing.T, j *Journal) {
			answered(t, j, done, nil, 2)
			answered(t, j, model.WriteResult{Count: 1}, nil, 0, 1)
		}, []int{0, 1, 2}, 2},
		"fewer than asked, and it was looked": {func(t *testing.T, j *Journal) {
			answered(t, j, model.WriteResult{Count: 1}, nil, 0, 1)
			note(t, j, 0, model.Refused)
			note(t, j, 1, model.Sent)
		}, []int{1}, 0},
		"lost, and gone": {func(t *testing.T, j *Journal) {
			answered(t, j, done, &model.LostAnswerError{}, 1)
			note(t, j, 1, model.GoneUnknownHow)
		}, []int{1}, 1},
		"too fast, and then deleted": {func(t *testing.T, j *Journal) {
			answered(t, j, done, &model.RateLimitedError{}, 0, 1)
			answered(t, j, done, nil, 0)
		}, []int{0}, 0},
	} {
		for _, ended := range []bool{false, true} {
			t.Run(says, func(t *testing.T) {
				dir, c := t.TempDir(), newClock()
				j := session(t, dir, c)
				must(t, j.Begin(deletionOf(name, 3)))
				must(t, j.SaveTrash(name, copiesOf(3), time.Time{}))
				of.happens(t, j)
				if ended {
					must(t, j.End(name))
				}
				var want []string
				for _, n := range of.back {
					want = append(want, id(n))
				}
				check := func(j *Journal) {
					t.Helper()
					got, ids := theTrash(t, j)
					if got.Number != len(want) || got.Doubt != of.doubt || got.Kinds[model.Message] != len(want) || !slices.Equal(ids, want) {
						t.Errorf("%+v with %v, want %v, %d in doubt", got, ids, want, of.doubt)
					}
					if got.Nothing != (ended && len(want) == 0) {
						t.Errorf("that it is for nothing is %v", got.Nothing)
					}
				}
				check(j)
				must(t, j.Close())
				check(session(t, dir, c))
			})
		}
	}
}

func TestWhatAnotherSessionIsDeletingIsNotOfferedYet(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	must(t, j.Begin(deletionOf("redrive-1", 2)))
	must(t, j.SaveTrash("redrive-1", copiesOf(2), time.Time{}))
	do(t, j, answers(model.WriteResult{Done: true}, nil), deleting(t, "redrive-1", 0))
	other := session(t, dir, c)
	if got, ids := theTrash(t, other); got.Number != 0 || got.Nothing || len(ids) != 0 {
		t.Errorf("%+v with %v", got, ids)
	}
	must(t, j.Close())
	if got, ids := theTrash(t, other); got.Number != 1 || !slices.Equal(ids, []string{id(0)}) {
		t.Errorf("once it has ended: %+v with %v", got, ids)
	}
}

func TestWhatADamagedRecordLacksMayHaveBeenDeleted(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"a line":     func(b []byte) []byte { return append(b, "{}\n"...) },
		"the plan":   func(b []byte) []byte { return b[1:] },
		"everything": func([]byte) []byte { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			dir, c := t.TempDir(), newClock()
			j := session(t, dir, c)
			must(t, j.Begin(deletionOf("redrive-1", 2)))
			must(t, j.SaveTrash("redrive-1", copiesOf(2), time.Time{}))
			must(t, j.Close())
			path := theFile(t, dir, "ops")
			content, err := os.ReadFile(path)
			must(t, err)
			must(t, os.WriteFile(path, damage(content), 0o600))
			if got, ids := theTrash(t, session(t, dir, c)); got.Number != 2 || got.Doubt != 2 || got.Nothing || len(ids) != 2 {
				t.Errorf("%+v with %v", got, ids)
			}
		})
	}
}

func TestAnAnswerAfterTheEndSettlesWhatWasDeleted(t *testing.T) {
	j := InMemory()
	must(t, j.Begin(deletionOf("redrive-1", 1)))
	must(t, j.SaveTrash("redrive-1", copiesOf(1), time.Time{}))
	do(t, j, server{do: func(model.Write) (model.WriteResult, error) {
		must(t, j.End("redrive-1"))
		if got, _ := theTrash(t, j); got.Number != 1 || got.Doubt != 1 {
			t.Errorf("before the answer: %+v", got)
		}
		return model.WriteResult{Done: true}, nil
	}}, deleting(t, "redrive-1", 0))
	if got, _ := theTrash(t, j); got.Number != 1 || got.Doubt != 0 {
		t.Errorf("after it: %+v", got)
	}
}

func TestAnEntryThatAnOperationHasACopyOfIsNotKeptTwice(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	must(t, j.Begin(deletionOf("redrive-1", 3)))
	must(t, j.SaveTrash("redrive-1", copiesOf(2), time.Time{}))
	must(t, j.SaveTrash("redrive-1", copiesOf(2), time.Time{}))
	theFile(t, dir, "trash")
	must(t, j.SaveTrash("redrive-1", copiesOf(3), time.Time{}))
	must(t, j.SaveTrash("redrive-10", copiesOf(3), time.Time{}))
	do(t, j, answers(model.WriteResult{Count: 3}, nil), deleting(t, "redrive-1", 0, 1, 2))
	all, err := j.Trash()
	must(t, err)
	n := map[string]int{}
	for _, o := range all {
		n[o.Operation] += o.Number
	}
	if len(all) != 3 || n["redrive-1"] != 3 || n["redrive-10"] != 3 {
		t.Errorf("%+v", all)
	}
}

func TestACopyThatCannotBeReadIsKeptAnew(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	must(t, j.SaveTrash("redrive-1", copiesOf(1), time.Time{}))
	must(t, os.WriteFile(theFile(t, dir, "trash"), []byte("no gzip"), 0o600))
	must(t, j.SaveTrash("redrive-1", copiesOf(1), time.Time{}))
	if all, err := j.Trash(); err != nil || len(all) != 2 {
		t.Errorf("%+v, error %v", all, err)
	}
}
