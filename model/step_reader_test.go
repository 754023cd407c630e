package model_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redrive/model"
)

// withRuns is a reader of n runs, each created a minute before it failed.
func withRuns(n int) (*model.StepReader, *model.Store) {
	s := model.NewStore()
	for i := range n {
		s.Put(createdRun(i))
	}
	return model.NewStepReader(s, account), s
}

func createdRun(n int) model.Entry {
	return run(n, func(e *model.Entry) {
		e.WorkflowCreatedAt = e.FailedAt.Add(-time.Minute)
		e.Cause = e.CauseOf(model.ReadResponse([]byte("timed out")))
	})
}

// failedAt is the log of a run that failed at the step.
func failedAt(ref model.RunRef, step string) model.Run {
	return model.Run{ID: ref.ID, CreatedAt: ref.CreatedAt, State: model.RunFailed, Steps: []model.RunStep{stepOf("next", step, model.StepFailed, 1)}}
}

// nobody is on the screen.
func nobody(func(model.Key) bool) {}

func ask(t rapid.TB, r *model.StepReader, now time.Time, first ...model.Key) model.StepRead {
	t.Helper()
	read, ok := r.Next(now, slices.Values(first))
	if !ok {
		t.Fatal("nothing is asked for")
	}
	if err := read.Log.Valid(); err != nil {
		t.Fatal(err)
	}
	return read
}

func asksNothing(t rapid.TB, r *model.StepReader, now time.Time) {
	t.Helper()
	if read, ok := r.Next(now, nobody); ok {
		t.Fatalf("%v is asked for", read.Log.Runs)
	}
}

func runsOf(read model.StepRead) (out []string) {
	for _, r := range read.Log.Runs {
		out = append(out, r.ID)
	}
	return out
}

func answer(read model.StepRead, step string) (p model.LogPage) {
	for _, ref := range read.Log.Runs {
		p.Runs = append(p.Runs, failedAt(ref, step))
	}
	return p
}

func TestWhatIsOnTheScreenIsAskedForFirstAndTenAtATime(t *testing.T) {
	r, _ := withRuns(23)
	read := ask(t, r, epoch, createdRun(20).Key, createdRun(7).Key, message(1).Key)
	if diff := cmp.Diff([]string{"wfr_20", "wfr_7", "wfr_0", "wfr_1", "wfr_2", "wfr_3", "wfr_4", "wfr_5", "wfr_6", "wfr_8"}, runsOf(read)); diff != "" {
		t.Error(diff)
	}
	if !read.Log.Background || read.Log.DLQ != account {
		t.Errorf("%+v", read.Log)
	}
	asksNothing(t, r, epoch)
	r.Apply(read, answer(read, "charge"))
	read = ask(t, r, epoch)
	r.Apply(read, answer(read, "charge"))
	if read = ask(t, r, epoch); len(read.Log.Runs) != 3 {
		t.Errorf("%d are left", len(read.Log.Runs))
	}
	r.Apply(read, answer(read, "charge"))
	asksNothing(t, r, epoch)
	if r.Waiting() != 23 {
		t.Errorf("%d wait", r.Waiting())
	}
}

func TestAStepIsPartOfTheCauseOnceItIsTakenAndStaysWhenTheEntryIsReadAgain(t *testing.T) {
	r, s := withRuns(1)
	k := createdRun(0).Key
	entry := func() *model.Entry { row, _ := s.Find(k); return s.At(row) }
	base := entry().Cause
	read := ask(t, r, epoch)
	r.Apply(read, answer(read, "charge"))
	if entry().Cause != base {
		t.Error("the cause changed before the step was taken")
	}
	if step, state := r.Known(k); step != "charge" || state != model.StepLearned {
		t.Errorf("known is %q, %v", step, state)
	}
	r.Take()
	if entry().Cause != base.AtStep("charge") || r.Waiting() != 0 {
		t.Errorf("%+v, and %d wait", entry().Cause, r.Waiting())
	}
	rows := s.Len()
	s.Put(createdRun(0))
	if s.Len() != rows {
		t.Error("the same entry, read again, is another one")
	}
	s.Put(run(0, status(500), func(e *model.Entry) { e.Cause = e.CauseOf(model.ReadResponse([]byte("busy"))) }))
	if got := entry().Cause; got.Step != "charge" || got.Text != "busy" {
		t.Errorf("%+v", got)
	}
	asksNothing(t, r, epoch)
}

func TestARunThatTheLogHasNothingOfIsAskedForOnceAndAgainWhenToldTo(t *testing.T) {
	r, s := withRuns(2)
	s.Put(run(5, func(e *model.Entry) { e.WorkflowRunID = "" }))
	read := ask(t, r, epoch)
	r.Apply(read, model.LogPage{Runs: []model.Run{{ID: "wfr_0", CreatedAt: read.Log.Runs[0].CreatedAt, State: model.RunStarted}}})
	asksNothing(t, r, epoch.Add(time.Hour))
	if _, state := r.Known(createdRun(0).Key); state != model.StepSilent {
		t.Errorf("it is %v", state)
	}
	r.Again(slices.Values([]model.Key{createdRun(1).Key, run(5).Key, message(1).Key}))
	read = ask(t, r, epoch)
	if diff := cmp.Diff([]string{"wfr_1"}, runsOf(read)); diff != "" {
		t.Error(diff)
	}
	r.Apply(read, answer(read, "charge"))
	if r.Waiting() != 1 {
		t.Errorf("%d wait", r.Waiting())
	}
}

func TestAFailureIsWaitedForAndARateLimitToItsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		err          error
		first, third time.Duration
	}{
		"a server error":    {&model.ServerError{Status: 500}, 5 * time.Second, 20 * time.Second},
		"a lost answer":     {&model.LostAnswerError{}, 5 * time.Second, 20 * time.Second},
		"a rate limit":      {&model.RateLimitedError{Until: epoch.Add(time.Minute)}, time.Minute, time.Minute},
		"no limit in sight": {&model.RateLimitedError{}, 5 * time.Second, 20 * time.Second},
		"no such path":      {&model.BadRequestError{Status: 404}, 5 * time.Minute, 5 * time.Minute},
		"a token":           {&model.UnauthorizedError{}, 5 * time.Minute, 5 * time.Minute},
	} {
		r, _ := withRuns(3)
		now := epoch
		r.Fail(ask(t, r, now), now, c.err)
		if got := r.RetryAt().Sub(now); got != c.first || !errors.Is(r.Err(), c.err) {
			t.Errorf("%s: waits %v, want %v (%v)", name, got, c.first, r.Err())
		}
		asksNothing(t, r, r.RetryAt().Add(-time.Millisecond))
		for range 2 {
			at := r.RetryAt()
			var limit *model.RateLimitedError
			err := c.err
			if errors.As(err, &limit) && !limit.Until.IsZero() {
				err = &model.RateLimitedError{Until: at.Add(time.Minute)}
			}
			r.Fail(ask(t, r, at), at, err)
			now = at
		}
		if got := r.RetryAt().Sub(now); got != c.third {
			t.Errorf("%s, the third time: waits %v, want %v", name, got, c.third)
		}
		read := ask(t, r, r.RetryAt())
		r.Apply(read, answer(read, "charge"))
		if r.Waiting() != 3 || r.Err() != nil || !r.RetryAt().IsZero() {
			t.Errorf("%s: %d wait, %v, %v", name, r.Waiting(), r.Err(), r.RetryAt())
		}
	}
}

func TestAskedAgainItWaitsNoLongerUnlessForARateLimit(t *testing.T) {
	r, _ := withRuns(1)
	r.Fail(ask(t, r, epoch), epoch, &model.ServerError{Status: 500})
	r.Again(nobody)
	r.Fail(ask(t, r, epoch), epoch, &model.RateLimitedError{Until: epoch.Add(time.Minute)})
	r.Again(nobody)
	asksNothing(t, r, epoch.Add(59*time.Second))
	ask(t, r, epoch.Add(time.Minute))
}

func TestRunsThatCannotBeAskedForTogetherAreAskedForOneByOne(t *testing.T) {
	r, s := withRuns(3)
	refused := &model.BadRequestError{Status: 400}
	r.Fail(ask(t, r, epoch), epoch, refused)
	var asked []string
	for range 3 {
		read := ask(t, r, epoch)
		asked = append(asked, runsOf(read)...)
		if runsOf(read)[0] == "wfr_1" {
			r.Fail(read, epoch, refused)
			continue
		}
		r.Apply(read, answer(read, "charge"))
	}
	if diff := cmp.Diff([]string{"wfr_0", "wfr_1", "wfr_2"}, asked); diff != "" {
		t.Error(diff)
	}
	asksNothing(t, r, epoch)
	if r.Waiting() != 2 {
		t.Errorf("%d wait", r.Waiting())
	}
	// A server that takes none is not asked for all of them in a row.
	for i := range 30 {
		s.Put(createdRun(100 + i))
	}
	calls := 0
	for read, ok := r.Next(epoch, nobody); ok; read, ok = r.Next(epoch, nobody) {
		r.Fail(read, epoch, refused)
		calls++
	}
	if calls > 5 {
		t.Errorf("%d calls at once", calls)
	}
}

func TestOfRunsThatShareAnIDTheEntrysIsTaken(t *testing.T) {
	other := func(dlq, step string, created time.Time) model.Run {
		r := failedAt(model.RunRef{ID: "wfr_0", CreatedAt: created}, step)
		r.DLQID = dlq
		return r
	}
	entry := createdRun(0)
	noCreation := run(0)
	for name, c := range map[string]struct {
		e    model.Entry
		runs []model.Run
		want string
	}{
		"by its creation":           {entry, []model.Run{other("x", "a", epoch), other("", "b", entry.WorkflowCreatedAt)}, "b"},
		"by its entry":              {noCreation, []model.Run{other("x", "a", seconds(9)), other(entry.Key.ID, "b", epoch), other("", "c", seconds(5))}, "b"},
		"the newest":                {noCreation, []model.Run{other("", "a", epoch), other("", "b", seconds(5)), other("", "c", seconds(3))}, "b"},
		"of another entry":          {noCreation, []model.Run{other("x", "a", epoch)}, ""},
		"of another creation":       {entry, []model.Run{other("", "a", seconds(7))}, ""},
		"of an unknown creation":    {entry, []model.Run{other("", "a", time.Time{})}, "a"},
		"of an id that begins so":   {entry, []model.Run{{ID: "wfr_01", State: model.RunFailed, Steps: []model.RunStep{stepOf("next", "a", model.StepFailed, 1)}}}, ""},
		"of several that say there": {entry, []model.Run{other("", "b", entry.WorkflowCreatedAt), other("", "c", entry.WorkflowCreatedAt)}, "b"},
	} {
		s := model.NewStore()
		s.Put(c.e)
		r := model.NewStepReader(s, account)
		r.Apply(ask(t, r, epoch), model.LogPage{Runs: c.runs})
		if step, _ := r.Known(c.e.Key); step != c.want {
			t.Errorf("%s: %q, want %q", name, step, c.want)
		}
	}
}

func TestPagesOfTheSameRunsAreFollowedAsLongAsTheyBringSome(t *testing.T) {
	r, _ := withRuns(10)
	read := ask(t, r, epoch)
	page := answer(read, "charge")
	for i := range 10 {
		r.Apply(read, model.LogPage{Runs: page.Runs[i : i+1], Next: fmt.Sprint("c", i)})
		if i < 9 {
			if read = ask(t, r, epoch); read.Log.Cursor != fmt.Sprint("c", i) || len(read.Log.Runs) != 10 {
				t.Fatalf("%+v", read.Log)
			}
		}
	}
	asksNothing(t, r, epoch)
	if r.Waiting() != 10 {
		t.Errorf("%d wait", r.Waiting())
	}

	r, _ = withRuns(1)
	calls := 0
	for read, ok := r.Next(epoch, nobody); ok; read, ok = r.Next(epoch, nobody) {
		r.Apply(read, model.LogPage{Next: fmt.Sprint("c", calls)})
		calls++
	}
	if calls > 10 {
		t.Errorf("%d pages of nothing were read", calls)
	}
}

func TestAnAnswerToAnotherCallChangesNothing(t *testing.T) {
	r, _ := withRuns(1)
	old := ask(t, r, epoch)
	r.Fail(old, epoch, &model.ServerError{Status: 500})
	read := ask(t, r, r.RetryAt())
	if got := r.Apply(old, answer(old, "late")); got != nil {
		t.Errorf("%v was learned", got)
	}
	r.Fail(old, epoch, &model.ServerError{Status: 500})
	r.Fail(model.StepRead{}, epoch, &model.ServerError{Status: 500})
	if got := r.Apply(read, answer(read, "charge")); len(got) != 1 {
		t.Errorf("%v was learned", got)
	}
}
