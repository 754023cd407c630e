package model_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

func newJob(t testing.TB, n int) *model.Job {
	t.Helper()
	l := loaded(t, 5, messages(1, n)...)
	for i := 1; i <= n; i++ {
		l.Marks.Toggle(key(i))
	}
	p := mustPlan(t, l)
	// Without a label nothing can be looked for in the logs.
	p.Operation = ""
	return model.NewJob(7, p)
}

// subject is the only entry that a step is for.
func subject(s model.Step) model.Key {
	if s.Kind == model.LookStep {
		return s.Keys[0]
	}
	return s.Write.Selection.At(0)
}

// indexOf is the place of the step's entry in the job.
func indexOf(j *model.Job, s model.Step) int {
	for i := range j.Len() {
		if j.Key(i) == subject(s) {
			return i
		}
	}
	return -1
}

func sent(id string) model.WriteResult {
	return model.WriteResult{Created: []model.Created{{MessageID: id}}}
}

// one starts the only call that is due.
func one(t testing.TB, j *model.Job, now time.Time) model.Step {
	t.Helper()
	steps := j.Next(now)
	if len(steps) != 1 {
		t.Fatalf("%d calls start", len(steps))
	}
	return steps[0]
}

func TestAnswerToAWriteSaysWhatBecameOfTheEntry(t *testing.T) {
	const host = "qstash.upstash.io"
	for name, c := range map[string]struct {
		result model.WriteResult
		err    error
		want   model.OutcomeState
		says   string
	}{
		"made":           {result: sent("msg_new"), want: model.Sent},
		"duplicate":      {result: model.WriteResult{Created: []model.Created{{MessageID: "msg_old", Deduplicated: true}}}, want: model.Duplicate, says: "msg_old"},
		"gone":           {err: &model.NotFoundError{What: "1-0"}, want: model.AlreadyGone, says: "1-0 is not in the DLQ"},
		"bad request":    {err: &model.BadRequestError{Host: host, Status: 400, Detail: "no such header"}, want: model.Refused, says: "no such header"},
		"quota":          {err: &model.QuotaError{Detail: "retries"}, want: model.Refused, says: "retries"},
		"refused here":   {err: &model.RefusedError{Reason: "the id is bad"}, want: model.Refused, says: "nothing was sent: the id is bad"},
		"no selection":   {err: model.ErrEmptySelection, want: model.Refused, says: "no entry is selected"},
		"bad token":      {err: &model.UnauthorizedError{Host: host, Status: 401}, want: model.NotSent, says: "refused the token"},
		"forbidden":      {err: &model.UnauthorizedError{Host: host, Status: 403}, want: model.NotSent, says: "does not permit"},
		"read-only":      {err: &model.ReadOnlyError{Verb: model.Retry}, want: model.NotSent, says: "--read-only"},
		"daily limit":    {err: &model.RateLimitedError{Host: host, Daily: true}, want: model.NotSent, says: "daily limit"},
		"burst":          {err: &model.RateLimitedError{Host: host}, want: model.Sending, says: "limits the rate"},
		"never sent":     {err: &model.NeverSentError{Host: host}, want: model.Sending, says: "cannot be reached"},
		"lost":           {err: &model.LostAnswerError{Host: host}, want: model.InDoubt, says: "no answer came"},
		"server error":   {err: &model.ServerError{Host: host, Status: 502}, want: model.InDoubt, says: "failed (502)"},
		"unreadable":     {err: &model.UnreadableError{Host: host, What: "not JSON"}, want: model.InDoubt, says: "not JSON"},
		"deadline":       {err: context.DeadlineExceeded, want: model.InDoubt, says: "deadline"},
		"unknown error":  {err: errors.New("what?"), want: model.InDoubt, says: "what?"},
		"nothing made":   {want: model.InDoubt, says: "does not say what was done"},
		"two made":       {result: model.WriteResult{Created: make([]model.Created, 2)}, want: model.InDoubt, says: "does not say what was done"},
		"wrapped":        {err: fmt.Errorf("retrying: %w", &model.NotFoundError{What: "1-0"}), want: model.AlreadyGone, says: "1-0"},
		"made and error": {result: sent("msg_new"), err: &model.ServerError{Status: 500}, want: model.InDoubt, says: "failed (500)"},
		"lost, for what was never sent": {
			err: &model.LostAnswerError{Cause: &model.NeverSentError{Host: host}}, want: model.InDoubt, says: "no answer came",
		},
		"lost, for what is limited": {
			err: &model.LostAnswerError{Cause: &model.RateLimitedError{Host: host}}, want: model.InDoubt, says: "no answer came",
		},
		"lost, for what is gone": {
			err: &model.LostAnswerError{Cause: &model.NotFoundError{What: "1-0"}}, want: model.InDoubt, says: "no answer came",
		},
	} {
		t.Run(name, func(t *testing.T) {
			j := newJob(t, 1)
			s := one(t, j, epoch)
			j.Apply(model.StepResult{Step: s, Result: c.result, Err: c.err}, seconds(1))
			o := j.Outcome(0)
			if o.State != c.want || !strings.Contains(o.Reason, c.says) || (c.says == "") != (o.Reason == "") {
				t.Errorf("%v: %q", o.State, o.Reason)
			}
			if !o.At.Equal(seconds(1)) || o.Verb != model.Retry {
				t.Errorf("at %v, %v", o.At, o.Verb)
			}
			again := o.State == model.Sending || o.State == model.InDoubt
			if j.Finished() == again || o.Settled() == again || o.Unfinished != again {
				t.Errorf("finished %v, settled %v", j.Finished(), o.Settled())
			}
			if c.err == nil && len(c.result.Created) == 1 {
				if diff := cmp.Diff(c.result.Created[0], o.Created); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestEntriesYetToBeSentByAJobTakeNoVerb(t *testing.T) {
	j := newJob(t, 6)
	j.Next(epoch)
	for i := range j.Len() {
		if o := j.Outcome(i); !o.TakesNoVerb() || o.Settled() || o.LeavesList() {
			t.Errorf("%d, %v: a second plan could send it too", i, o.State)
		}
	}
	if o := j.Outcome(5); o.State != model.NotSent {
		t.Errorf("the last is %v", o.State)
	}
	j.Stop("stopped", epoch)
	if o := j.Outcome(5); o.TakesNoVerb() || !o.Settled() || o.Reason != "stopped" {
		t.Errorf("stopped, and still %+v", o)
	}
}

func TestLookGoesOutTwoTenAndThirtySecondsAfterALostAnswer(t *testing.T) {
	j := newJob(t, 1)
	s := one(t, j, epoch)
	j.Apply(model.StepResult{Step: s, Err: &model.LostAnswerError{Host: "h"}}, epoch)
	for _, after := range []int{2, 10, 30} {
		at, ok := j.WakeAt(epoch)
		if !ok || !at.Equal(seconds(after)) {
			t.Fatalf("wakes at %v, want %d s", at, after)
		}
		if steps := j.Next(at.Add(-1)); steps != nil {
			t.Fatal("too early")
		}
		s = one(t, j, at)
		if s.Kind != model.LookStep || len(s.Keys) != 1 || s.Keys[0] != key(1) || s.Job != 7 || s.Write.Selection.Valid() == nil {
			t.Fatalf("does %+v", s)
		}
		if o := j.Outcome(0); o.State != model.InDoubt || o.FoundStillThere || o.Settled() {
			t.Fatalf("%+v", o)
		}
		j.Apply(model.StepResult{Step: s, Found: []model.Entry{message(1)}}, at)
	}
	o := j.Outcome(0)
	if o.State != model.InDoubt || !o.FoundStillThere || !o.Settled() || o.TakesNoVerb() || !strings.Contains(o.Reason, "still in the DLQ") {
		t.Errorf("%+v", o)
	}
	if _, ok := j.WakeAt(seconds(31)); ok || !j.Finished() || j.Next(seconds(3600)) != nil {
		t.Error("more would be done")
	}
}

func TestWhatWasSeenOfAnAnswerIsSaidAndNoMore(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		says string
	}{
		"none came":         {err: &model.LostAnswerError{Host: "h"}, says: "the answer was lost"},
		"a 500":             {err: &model.LostAnswerError{Host: "h", Status: 500}, says: "the server answered 500"},
		"a 502 of another":  {err: &model.ServerError{Host: "h", Status: 502}, says: "the server answered 502"},
		"a redirect":        {err: &model.LostAnswerError{Host: "h", Status: 302}, says: "the server answered 302"},
		"no JSON":           {err: &model.LostAnswerError{Host: "h", Status: 200}, says: "the answer (200) does not say what was done"},
		"nothing was named": {says: "the answer does not say what was done"},
	} {
		for there, end := range map[bool]string{true: ", and after 30 s it is still in the DLQ", false: ", and it is not in the DLQ any more: sent, expired, or handled by someone else"} {
			j := newJob(t, 1)
			j.Apply(model.StepResult{Step: one(t, j, epoch), Err: c.err}, epoch)
			for !j.Finished() {
				at, _ := j.WakeAt(epoch)
				r := model.StepResult{Step: one(t, j, at)}
				if there {
					r.Found = []model.Entry{message(1)}
				}
				j.Apply(r, at)
			}
			if o := j.Outcome(0); o.Reason != c.says+end {
				t.Errorf("%s: %q", name, o.Reason)
			}
		}
	}
}

func TestLookThatFindsNothingSettlesIt(t *testing.T) {
	for looks := range 3 {
		j := newJob(t, 1)
		s := one(t, j, epoch)
		j.Apply(model.StepResult{Step: s, Err: &model.LostAnswerError{Host: "h"}}, epoch)
		now := seconds(100)
		for range looks {
			j.Apply(model.StepResult{Step: one(t, j, now), Found: []model.Entry{message(1)}}, now)
			now = now.Add(time.Minute)
		}
		j.Apply(model.StepResult{Step: one(t, j, now), Err: &model.NotFoundError{What: "1-0"}}, now)
		o := j.Outcome(0)
		if o.State != model.GoneUnknownHow || !j.Finished() || !strings.Contains(o.Reason, "not in the DLQ any more") {
			t.Errorf("after %d looks: %+v", looks, o)
		}
	}
}

func TestLooksThatFailLeaveItInDoubt(t *testing.T) {
	for name, err := range map[string]error{
		"server error": &model.ServerError{Host: "h", Status: 500},
		"limited":      &model.RateLimitedError{Host: "h", Until: seconds(1000)},
		"lost":         &model.LostAnswerError{Host: "h", Cause: &model.NotFoundError{What: "1-0"}},
	} {
		j := newJob(t, 1)
		s := one(t, j, epoch)
		j.Apply(model.StepResult{Step: s, Err: &model.LostAnswerError{Host: "h"}}, epoch)
		for _, after := range []int{2, 10, 30} {
			j.Apply(model.StepResult{Step: one(t, j, seconds(after)), Err: err}, seconds(after))
		}
		o := j.Outcome(0)
		if o.State != model.InDoubt || o.FoundStillThere || !strings.Contains(o.Reason, err.Error()) {
			t.Errorf("%s: %+v", name, o)
		}
		if !j.Finished() || !o.Settled() || !o.TakesNoVerb() {
			t.Errorf("%s: finished %v, settled %v, takes no verb %v", name, j.Finished(), o.Settled(), o.TakesNoVerb())
		}
	}
}

func TestLimitedWriteGoesOutAgainOnceTheLimitEnds(t *testing.T) {
	for name, c := range map[string]struct {
		until time.Time
		from  time.Time
	}{
		"told":     {seconds(20), seconds(20)},
		"not told": {time.Time{}, seconds(1)},
		"past":     {seconds(-5), seconds(1)},
	} {
		j := newJob(t, 1)
		s := one(t, j, epoch)
		j.Apply(model.StepResult{Step: s, Err: &model.RateLimitedError{Host: "h", Until: c.until}}, epoch)
		at, ok := j.WakeAt(epoch)
		if !ok || at.Before(c.from) || at.Sub(c.from) >= 500*time.Millisecond {
			t.Errorf("%s: wakes at %v", name, at)
		}
		if j.Next(at.Add(-1)) != nil {
			t.Errorf("%s: too early", name)
		}
		if again := one(t, j, at); again.Kind != model.SendStep || subject(again) != subject(s) {
			t.Errorf("%s: %+v", name, again)
		}
	}
}

func TestCallsThatWereLimitedTogetherGoOutApart(t *testing.T) {
	j := newJob(t, 4)
	for _, s := range j.Next(epoch) {
		j.Apply(model.StepResult{Step: s, Err: &model.RateLimitedError{Host: "h", Until: seconds(5)}}, epoch)
	}
	times := map[time.Time]bool{}
	for !j.Finished() {
		at, _ := j.WakeAt(epoch)
		times[at] = true
		for _, s := range j.Next(at) {
			j.Apply(model.StepResult{Step: s, Result: sent("m")}, at)
		}
	}
	if len(times) < 2 {
		t.Errorf("all go out at %v", times)
	}
}

func TestWriteThatNeverLeavesIsTriedFourTimes(t *testing.T) {
	j := newJob(t, 5)
	now := epoch
	tries := 0
	for !j.Finished() {
		steps := j.Next(now)
		for _, s := range steps {
			if indexOf(j, s) == 0 {
				tries++
			}
			j.Apply(model.StepResult{Step: s, Err: &model.NeverSentError{Host: "h"}}, now)
		}
		if at, ok := j.WakeAt(now); ok {
			now = at
		}
	}
	if tries != 4 {
		t.Errorf("tried %d times", tries)
	}
	if diff := cmp.Diff(map[model.OutcomeState]int{model.NotSent: 5}, j.Counts()); diff != "" {
		t.Error(diff)
	}
	if took := now.Sub(epoch); took < 14*time.Second || took > 20*time.Second {
		t.Errorf("gave up after %v", took)
	}
}

func TestWhatHoldsForAllStopsTheJob(t *testing.T) {
	for name, err := range map[string]error{
		"bad token":   &model.UnauthorizedError{Host: "h", Status: 401},
		"read-only":   &model.ReadOnlyError{Verb: model.Retry},
		"daily limit": &model.RateLimitedError{Host: "h", Daily: true},
		"the user":    nil,
	} {
		t.Run(name, func(t *testing.T) {
			j := newJob(t, 7)
			steps := j.Next(epoch)
			if len(steps) != model.MaxInFlight {
				t.Fatalf("%d calls at once", len(steps))
			}
			if j.Next(epoch) != nil {
				t.Fatal("more are started while those are under way")
			}
			if at, ok := j.WakeAt(epoch); ok {
				t.Fatalf("wakes at %v though nothing could start", at)
			}
			j.Apply(model.StepResult{Step: steps[0], Err: &model.LostAnswerError{Host: "h"}}, epoch)
			j.Apply(model.StepResult{Step: steps[1], Err: &model.RateLimitedError{Host: "h"}}, epoch)
			if err != nil {
				j.Apply(model.StepResult{Step: steps[2], Err: err}, epoch)
			} else {
				j.Stop("", epoch)
				j.Apply(model.StepResult{Step: steps[2], Err: &model.RateLimitedError{Host: "h"}}, epoch)
			}
			j.Apply(model.StepResult{Step: steps[3], Err: &model.NeverSentError{Host: "h"}}, epoch)
			want := map[model.OutcomeState]int{model.InDoubt: 1, model.NotSent: 6}
			if diff := cmp.Diff(want, j.Counts()); diff != "" {
				t.Error(diff)
			}
			if err != nil && (j.Outcome(1).Reason != err.Error() || j.Outcome(6).Reason != err.Error()) {
				t.Errorf("%q, %q", j.Outcome(1).Reason, j.Outcome(6).Reason)
			}
			if s := one(t, j, seconds(60)); s.Kind != model.LookStep || indexOf(j, s) != 0 {
				t.Errorf("does %+v", s)
			}
		})
	}
}

func TestCallsUnderWayAreWaitedForAfterAStop(t *testing.T) {
	j := newJob(t, 2)
	steps := j.Next(epoch)
	j.Stop("enough", epoch)
	if j.Finished() {
		t.Fatal("finished with calls under way")
	}
	j.Apply(model.StepResult{Step: steps[0], Result: sent("msg_new")}, epoch)
	j.Apply(model.StepResult{Step: steps[1], Err: &model.NotFoundError{What: "1-0"}}, epoch)
	if diff := cmp.Diff(map[model.OutcomeState]int{model.Sent: 1, model.AlreadyGone: 1}, j.Counts()); diff != "" || !j.Finished() {
		t.Error(diff)
	}
}

func TestAnswerThatComesTwiceIsTakenOnce(t *testing.T) {
	j := newJob(t, 5)
	steps := j.Next(epoch)
	r := model.StepResult{Step: steps[0], Result: sent("msg_new")}
	j.Apply(r, epoch)
	r.Result, r.Err = model.WriteResult{}, &model.NotFoundError{What: "1-0"}
	j.Apply(r, seconds(1))
	if o := j.Outcome(0); o.State != model.Sent || !o.At.Equal(epoch) {
		t.Errorf("%+v", o)
	}
	if s := one(t, j, epoch); indexOf(j, s) != 4 {
		t.Errorf("starts %+v", s)
	}
	if j.Next(epoch) != nil {
		t.Error("more than four calls at once")
	}
}

func TestJobWithoutEntriesIsFinished(t *testing.T) {
	j := model.NewJob(1, model.Plan{})
	if !j.Finished() || j.Len() != 0 || j.Next(epoch) != nil || len(j.Counts()) != 0 {
		t.Error("it has something to do")
	}
}
