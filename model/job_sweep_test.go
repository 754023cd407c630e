package model_test

import (
	"strings"
	"testing"
	"time"

	"redrive/model"
)

// byFilter is a job that the server decides about, of which n entries were seen.
func byFilter(t testing.TB, v model.Verb, n int) *model.Job {
	t.Helper()
	p := planFor(t, v, messages(1, n)...)
	p.Matching = matching(t, model.Message, model.ServerFilter{Labels: []string{"a"}})
	p.Operation = "redrive-1a2b3c4d"
	return model.NewJob(1, p)
}

// settle answers every look with the entries from the number on, until the job has ended.
func settle(t testing.TB, j *model.Job, now time.Time, from int) {
	t.Helper()
	for !j.Finished() {
		at, ok := j.WakeAt(now)
		if !ok {
			t.Fatalf("it never goes on: %v", j.Counts())
		}
		now = at
		for _, s := range j.Next(now) {
			if s.Kind == model.SendStep {
				t.Fatal("a call goes out")
			}
			r := model.StepResult{Step: s}
			for _, k := range s.Keys {
				for n := from; n <= j.Len(); n++ {
					if k == key(n) {
						r.Found = append(r.Found, model.Entry{Key: k})
					}
				}
			}
			j.Apply(r, now)
		}
	}
}

func did(s model.Step, n int, next string) model.StepResult {
	r := model.StepResult{Step: s, Result: model.WriteResult{Count: n, Next: next, Done: true}}
	for i := range n {
		if !s.Write.Verb.Creates() {
			break
		}
		r.Result.Created = append(r.Result.Created, model.Created{MessageID: "msg_" + s.Write.Cursor + strings.Repeat("x", i)})
	}
	return r
}

func TestJobByFilterMakesOneCallAfterTheOther(t *testing.T) {
	j := byFilter(t, model.Retry, 250)
	if j.State() != model.Feeding || !j.Large() || j.Remaining() != 12500*time.Millisecond {
		t.Errorf("%v, %v remain", j.State(), j.Remaining())
	}
	now := epoch
	for i, c := range []struct {
		count, after int
		cursor, next string
	}{{100, 0, "", "a"}, {100, 5, "a", "b"}, {50, 10, "b", ""}} {
		var s model.Step
		s, now = feed(t, j, now)
		w := s.Write
		if w.Count != c.count || w.Cursor != c.cursor || w.Valid() != nil || w.Selection.Len() != 0 || w.Operation != "redrive-1a2b3c4d" ||
			w.Overrides.Labels != nil || now != seconds(c.after) {
			t.Fatalf("call %d after %v: %+v", i, now.Sub(epoch), w)
		}
		if more := j.Next(now.Add(time.Hour)); len(more) > 0 {
			t.Fatalf("%v starts while a call is under way", more[0].Kind)
		}
		j.Apply(did(s, c.count, c.next), now)
	}
	if j.Swept() != 250 || j.State() != model.Settling || j.Counts()[model.InDoubt] != 250 {
		t.Errorf("%d, %v, %v", j.Swept(), j.State(), j.Counts())
	}
	settle(t, j, now, 251)
	if c := j.Counts(); c[model.Sent] != 250 || j.State() != model.Following || j.Stopped() != "" || j.Extra() != 0 {
		t.Errorf("%v, %v, %q", c, j.State(), j.Stopped())
	}
	// Which became what is not told.
	if o := j.Outcome(3); o.Among != 250 || o.Created.MessageID == "" || !o.Followed {
		t.Errorf("%+v", o)
	}
}

func TestJobByFilterSettlesWhatIsGoneAndWhatIsThere(t *testing.T) {
	for name, c := range map[string]struct {
		verb   model.Verb
		answer func(model.Step) model.StepResult
		from   int // the first that is still there
		want   map[model.OutcomeState]int
		says   string
		extra  int
	}{
		"all as asked":             {model.Delete, func(s model.Step) model.StepResult { return did(s, 30, "") }, 31, map[model.OutcomeState]int{model.Sent: 30}, "", 0},
		"fewer, the rest is there": {model.Delete, func(s model.Step) model.StepResult { return did(s, 20, "") }, 21, map[model.OutcomeState]int{model.Sent: 20, model.NotSent: 10}, "", 0},
		"fewer, the rest is gone":  {model.Retry, func(s model.Step) model.StepResult { return did(s, 20, "") }, 31, map[model.OutcomeState]int{model.Sent: 20, model.GoneUnknownHow: 10}, "", 0},
		"more than there were":     {model.Retry, func(s model.Step) model.StepResult { return did(s, 35, "") }, 31, map[model.OutcomeState]int{model.Sent: 30}, "5 entries that were not on the list", 5},
		"newer ones were taken":    {model.Retry, func(s model.Step) model.StepResult { return did(s, 30, "") }, 21, map[model.OutcomeState]int{model.Sent: 20, model.NotSent: 10}, "10 entries that were not on the list", 10},
		"the answer was lost": {model.Retry, func(s model.Step) model.StepResult {
			return model.StepResult{Step: s, Err: &model.LostAnswerError{Host: "h"}}
		}, 26, map[model.OutcomeState]int{model.GoneUnknownHow: 25, model.NotSent: 5}, "no answer came", 0},
		"it was refused": {model.Delete, func(s model.Step) model.StepResult {
			return model.StepResult{Step: s, Err: &model.BadRequestError{Host: "h", Status: 400}}
		}, 1, map[model.OutcomeState]int{model.NotSent: 30}, "refused the request", 0},
		"too fast": {model.Delete, func(s model.Step) model.StepResult {
			return model.StepResult{Step: s, Err: &model.RateLimitedError{Host: "h"}}
		}, 1, map[model.OutcomeState]int{model.NotSent: 30}, "limits the rate", 0},
	} {
		t.Run(name, func(t *testing.T) {
			j := byFilter(t, c.verb, 30)
			s, now := feed(t, j, epoch)
			j.Apply(c.answer(s), now)
			settle(t, j, now, c.from)
			got := j.Counts()
			for state, n := range c.want {
				if got[state] != n || len(got) != len(c.want) {
					t.Errorf("%v, want %v", got, c.want)
					break
				}
			}
			if !strings.Contains(j.Stopped(), c.says) || c.says == "" && j.Stopped() != "" || j.Extra() != c.extra {
				t.Errorf("%q, %d extra", j.Stopped(), j.Extra())
			}
		})
	}
}

func TestStopOfAJobByFilterIsFollowedByALook(t *testing.T) {
	for name, busy := range map[string]bool{"between two calls": false, "while a call is under way": true} {
		j := byFilter(t, model.Delete, 250)
		s, now := feed(t, j, epoch)
		if !busy {
			j.Apply(did(s, 100, "a"), now)
		}
		j.Stop("enough", now)
		if busy {
			j.Apply(did(s, 100, "a"), now)
		}
		settle(t, j, now, 101)
		if c := j.Counts(); c[model.Sent] != 100 || c[model.NotSent] != 150 || j.Stopped() != "enough" || j.Outcome(249).Reason != "enough" {
			t.Errorf("%s: %v, %q, %q", name, c, j.Stopped(), j.Outcome(249).Reason)
		}
	}
}

func TestJobByFilterThatCannotBeIsNotSent(t *testing.T) {
	p := planFor(t, model.Resume, run(1))
	p.Matching = matching(t, model.Message, model.ServerFilter{Labels: []string{"a"}})
	j := model.NewJob(1, p)
	if len(j.Next(epoch)) > 0 || !j.Ended() || j.Counts()[model.NotSent] != 1 || !strings.Contains(j.Outcome(0).Reason, "resume is not for a filter of messages") {
		t.Errorf("%v, %+v", j.State(), j.Outcome(0))
	}
}

func TestCallThatDidFewerThanItWasAskedToIsSettledByALook(t *testing.T) {
	for name, c := range map[string]struct {
		verb  model.Verb
		did   int
		from  int
		want  map[model.OutcomeState]int
		among int
	}{
		"retried, the rest is there":   {model.Retry, 20, 21, map[model.OutcomeState]int{model.Sent: 20, model.Refused: 10}, 20},
		"retried, the rest was gone":   {model.Retry, 20, 31, map[model.OutcomeState]int{model.Sent: 20, model.AlreadyGone: 10}, 30},
		"fewer are gone than it says":  {model.Retry, 20, 11, map[model.OutcomeState]int{model.Sent: 10, model.InDoubt: 20}, 10},
		"none was done, all are there": {model.Retry, 0, 1, map[model.OutcomeState]int{model.Refused: 30}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			j := model.NewJob(1, planFor(t, c.verb, messages(1, 30)...))
			s, now := feed(t, j, epoch)
			j.Apply(did(s, c.did, ""), now)
			settle(t, j, now, c.from)
			got := j.Counts()
			for state, n := range c.want {
				if got[state] != n || len(got) != len(c.want) {
					t.Errorf("%v, want %v", got, c.want)
					break
				}
			}
			for i := range j.Len() {
				if o := j.Outcome(i); o.State == model.Sent && o.Among != c.among {
					t.Errorf("it is one of %d, want %d", o.Among, c.among)
				}
			}
		})
	}
}

func TestOutcomeIsSaidInTheWordsOfItsVerb(t *testing.T) {
	for want, o := range map[string]model.Outcome{
		"deleted":                        {State: model.Sent, Verb: model.Delete},
		"failure function started again": {State: model.Sent, Verb: model.RerunFailureFunction},
		"sent":                           {State: model.Sent, Verb: model.Retry},
		"in doubt":                       {State: model.InDoubt, Verb: model.Delete},
		"gone, unknown how":              {State: model.GoneUnknownHow, Verb: model.Resume},
	} {
		if got := o.Words(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
