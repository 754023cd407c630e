package model_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

// following is a job of n messages, or runs, that were sent: the i-th became msg_i, or wfr_i.
func following(t testing.TB, n int, change func(*model.Plan)) (*model.Job, time.Time) {
	t.Helper()
	p := planFor(t, model.Retry, messages(1, n)...)
	if change != nil {
		change(&p)
	}
	j := model.NewJob(1, p)
	now := epoch
	for !j.Finished() {
		steps := j.Next(now)
		for _, s := range steps {
			c := model.Created{MessageID: "msg_" + s.Write.Selection.At(0).ID}
			if p.Selection.Kind() == model.WorkflowRun {
				c = model.Created{WorkflowRunID: "wfr_" + s.Write.Selection.At(0).ID, WorkflowCreatedAt: epoch}
			}
			j.Apply(model.StepResult{Step: s, Result: model.WriteResult{Created: []model.Created{c}}}, now)
		}
		if len(steps) == 0 {
			t.Fatal("nothing starts")
		}
	}
	return j, now
}

// planFor is a plan for exactly these entries.
func planFor(t rapid.TB, v model.Verb, entries ...model.Entry) model.Plan {
	t.Helper()
	keys := make([]model.Key, len(entries))
	for i := range entries {
		keys[i] = entries[i].Key
	}
	s, err := model.NewSelection(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return model.Plan{Verb: v, Selection: s, Entries: entries, FrozenAt: epoch}
}

// wake lets time pass until the job wants something, and returns that.
func wake(t testing.TB, j *model.Job, now time.Time) (model.Step, time.Time) {
	t.Helper()
	at, ok := j.WakeAt(now)
	if !ok {
		t.Fatalf("it never wakes: %v, %v", j.State(), j.Counts())
	}
	steps := j.Next(at)
	if len(steps) != 1 {
		t.Fatalf("%d steps start at %v", len(steps), at.Sub(epoch))
	}
	return steps[0], at
}

// event is a line of the log of the message that the first entry became.
func event(state string, after int, change ...func(*model.LogEvent)) model.LogEvent {
	e := model.LogEvent{MessageID: "msg_" + key(1).ID, State: state, At: seconds(after)}
	for _, c := range change {
		c(&e)
	}
	return e
}

func TestNewestEventDecidesWhateverTheOrder(t *testing.T) {
	for name, c := range map[string]struct {
		events []model.LogEvent
		want   model.OutcomeState
	}{
		"in order":                      {[]model.LogEvent{event("CREATED", 1), event("ACTIVE", 2), event("DELIVERED", 3)}, model.Delivered},
		"newest first":                  {[]model.LogEvent{event("DELIVERED", 3), event("ACTIVE", 2), event("CREATED", 1)}, model.Delivered},
		"all at once":                   {[]model.LogEvent{event("DELIVERED", 1), event("ACTIVE", 1), event("CREATED", 1)}, model.Delivered},
		"all at once, in order":         {[]model.LogEvent{event("CREATED", 1), event("ACTIVE", 1), event("ERROR", 1), event("RETRY", 1)}, model.Retrying},
		"active after an error":         {[]model.LogEvent{event("ACTIVE", 3), event("ERROR", 2), event("CREATED", 1)}, model.Sent},
		"delivered after an error":      {[]model.LogEvent{event("DELIVERED", 3), event("ERROR", 2)}, model.Delivered},
		"an error after it was active":  {[]model.LogEvent{event("ERROR", 3), event("ACTIVE", 2)}, model.Retrying},
		"only created":                  {[]model.LogEvent{event("CREATED", 1)}, model.Sent},
		"a state that nobody knows":     {[]model.LogEvent{event("IMAGINED", 2), event("CREATED", 1)}, model.Sent},
		"cancelled":                     {[]model.LogEvent{event("CANCELLED", 2), event("CANCEL_REQUESTED", 2)}, model.Cancelled},
		"canceled with one l":           {[]model.LogEvent{event("CANCELED", 2), event("RETRY", 2)}, model.Cancelled},
		"asked to be cancelled":         {[]model.LogEvent{event("CANCEL_REQUESTED", 2), event("CREATED", 2)}, model.Sent},
		"an event of another":           {[]model.LogEvent{event("DELIVERED", 2, func(e *model.LogEvent) { e.MessageID = "msg_x" })}, model.Sent},
		"an event of nobody":            {[]model.LogEvent{event("DELIVERED", 2, func(e *model.LogEvent) { e.MessageID = "" })}, model.Sent},
		"delivered twice, as at-least-": {[]model.LogEvent{event("DELIVERED", 2), event("DELIVERED", 3)}, model.Delivered},
	} {
		t.Run(name, func(t *testing.T) {
			j, now := following(t, 1, nil)
			s, now := wake(t, j, now)
			if s.Kind != model.FollowStep || !slices.Equal(s.Log.MessageIDs, []string{"msg_" + key(1).ID}) || !s.Log.Background {
				t.Fatalf("asks for %+v", s)
			}
			j.Apply(model.StepResult{Step: s, Log: model.LogPage{Events: c.events}}, now)
			ended := c.want == model.Delivered || c.want == model.Cancelled
			if o := j.Outcome(0); o.State != c.want || o.Followed == ended || j.Ended() != ended {
				t.Errorf("%+v, ended %v", o, j.Ended())
			}
		})
	}
}

func TestMessageThatIsTriedAgainSaysWhenAndWhy(t *testing.T) {
	j, now := following(t, 1, nil)
	s, now := wake(t, j, now)
	next := now.Add(30 * time.Second)
	j.Apply(model.StepResult{Step: s, Log: model.LogPage{Events: []model.LogEvent{event("RETRY", 1, func(e *model.LogEvent) {
		e.NextAt, e.Status, e.Response = next, 503, "busy, token=c2VjcmV0c2VjcmV0"
	})}}}, now)
	o := j.Outcome(0)
	if o.State != model.Retrying || !o.NextAt.Equal(next) || !strings.HasPrefix(o.Reason, "answered 503 busy") || strings.Contains(o.Reason, "c2Vj") {
		t.Errorf("%+v", o)
	}
	// It is not asked about before.
	s, now = wake(t, j, now)
	if !now.Equal(next) {
		t.Errorf("asks again at %v", now.Sub(epoch))
	}
	j.Apply(model.StepResult{Step: s, Log: model.LogPage{Events: []model.LogEvent{event("ERROR", 40, func(e *model.LogEvent) {
		e.NextAt, e.Error = now.Add(24*time.Hour), "no such host"
	})}}}, now)
	if o := j.Outcome(0); o.Reason != "no such host" {
		t.Errorf("%+v", o)
	}
	// What is due in a day is looked at every minute all the same: someone may deliver it sooner.
	if s, at := wake(t, j, now); at.Sub(now) != time.Minute {
		t.Errorf("asks again after %v", at.Sub(now))
	} else {
		j.Apply(model.StepResult{Step: s, Log: model.LogPage{Events: []model.LogEvent{event("DELIVERED", 50)}}}, at)
	}
	if o := j.Outcome(0); o.State != model.Delivered || !o.NextAt.IsZero() || !j.Ended() {
		t.Errorf("%+v", o)
	}
}

func TestMessageThatCameBackIsLinkedToItsNewEntry(t *testing.T) {
	again := func(change ...func(*model.Entry)) model.Entry {
		e := message(900, change...)
		e.MessageID = "msg_" + key(1).ID
		return e
	}
	for name, c := range map[string]struct {
		entry  model.Entry
		same   bool
		says   string
		before string
	}{
		"as before":               {again(), true, "answered 503", ""},
		"with another status":     {again(status(409)), false, "answered 409", ""},
		"without a response":      {again(status(0)), false, "", ""},
		"with another response":   {again(func(e *model.Entry) { e.Response = "gone" }), false, "answered 503 gone", ""},
		"with a secret in it":     {again(func(e *model.Entry) { e.Response = "password=hunter2hunter2" }), false, "answered 503 password=", ""},
		"with other numbers only": {again(func(e *model.Entry) { e.Response = "order 7 of 12345" }), true, "answered 503 order", "order 81923 of 4"},
		"with fewer numbers":      {again(func(e *model.Entry) { e.Response = "order 7" }), false, "answered 503 order", "order 81923 of 4"},
	} {
		t.Run(name, func(t *testing.T) {
			j, now := following(t, 1, func(p *model.Plan) { p.Entries[0].Response = c.before })
			s, now := wake(t, j, now)
			j.Apply(model.StepResult{Step: s, Log: model.LogPage{Events: []model.LogEvent{event("FAILED", 2)}}}, now)
			if o := j.Outcome(0); o.State != model.CameBack || !o.Followed || !o.BackAs.IsZero() || j.Ended() {
				t.Errorf("%+v", o)
			}
			s, now = wake(t, j, now)
			if s.Kind != model.BackStep || !slices.Equal(s.MessageIDs, []string{"msg_" + key(1).ID}) || !s.Since.Equal(epoch) || s.DLQ != account {
				t.Fatalf("asks for %+v", s)
			}
			j.Apply(model.StepResult{Step: s, Found: []model.Entry{message(3), c.entry}}, now)
			o := j.Outcome(0)
			if o.State != model.CameBack || o.BackAs != c.entry.Key || o.SameFailure != c.same || !strings.HasPrefix(o.Reason, c.says) || !j.Ended() {
				t.Errorf("%+v", o)
			}
			if strings.Contains(o.Reason, "hunter2") {
				t.Errorf("it tells a secret: %q", o.Reason)
			}
		})
	}
}

func TestNewEntryThatIsNotFoundIsSoughtSixTimes(t *testing.T) {
	j, now := following(t, 1, nil)
	s, now := wake(t, j, now)
	j.Apply(model.StepResult{Step: s, Log: model.LogPage{Events: []model.LogEvent{event("FAILED", 2)}}}, now)
	var waits []string
	for !j.Ended() {
		before := now
		s, now = wake(t, j, now)
		waits = append(waits, now.Sub(before).String())
		r := model.StepResult{Step: s}
		if len(waits) == 2 {
			r.Err = &model.ServerError{Host: "h", Status: 500}
		}
		j.Apply(r, now)
	}
	if got := strings.Join(waits, " "); got != "0s 2s 4s 8s 16s 32s" {
		t.Errorf("sought after %s", got)
	}
	if o := j.Outcome(0); o.State != model.CameBack || !o.BackAs.IsZero() || o.Followed {
		t.Errorf("%+v", o)
	}
}

func TestLogsThatHaveNothingForTenMinutesAreNoEvidence(t *testing.T) {
	j, now := following(t, 2, nil)
	reads := 0
	for began := now; !j.Ended(); reads++ {
		if now.Sub(began) > 12*time.Minute {
			t.Fatalf("still followed: %v", j.Counts())
		}
		var s model.Step
		s, now = wake(t, j, now)
		// The first one is seen all the time: that is followed as long as it takes.
		r := model.StepResult{Step: s, Log: model.LogPage{Events: []model.LogEvent{event("ACTIVE", 2)}}}
		if now.Sub(began) > 11*time.Minute {
			r.Log.Events = []model.LogEvent{event("DELIVERED", 3)}
		}
		j.Apply(r, now)
		if now.Sub(began) < 10*time.Minute && j.Counts()[model.Sent] != 2 {
			t.Fatalf("after %v: %v", now.Sub(began), j.Counts())
		}
	}
	if o := j.Outcome(1); o.State != model.NoEvidence || !strings.Contains(o.Reason, "after 10 minutes") {
		t.Errorf("%+v", o)
	}
	if o := j.Outcome(0); o.State != model.Delivered || reads > 25 {
		t.Errorf("%+v after %d reads", o, reads)
	}
}

func TestLogsThatCannotBeReadAreGivenUpAfterTenMinutes(t *testing.T) {
	failed := &model.ServerError{Host: "h", Status: 500}
	for name, once := range map[string]bool{"ever": false, "any more": true} {
		j, now := following(t, 1, nil)
		began := now
		if once {
			var s model.Step
			s, now = wake(t, j, now)
			j.Apply(model.StepResult{Step: s, Log: model.LogPage{Events: []model.LogEvent{event("RETRY", 2)}}}, now)
		}
		for !j.Ended() {
			if now.Sub(began) > 12*time.Minute {
				t.Fatalf("%s: still followed", name)
			}
			var s model.Step
			s, now = wake(t, j, now)
			j.Apply(model.StepResult{Step: s, Err: failed}, now)
		}
		o := j.Outcome(0)
		if o.State != model.NoEvidence || !strings.Contains(o.Reason, "h failed (500)") || now.Sub(began) < 10*time.Minute {
			t.Errorf("%s: %+v after %v", name, o, now.Sub(began))
		}
	}
}

func TestRunIsFollowedByItsIDAndCreation(t *testing.T) {
	asRuns := func(p *model.Plan) {
		*p = planFor(t, model.Resume, run(1))
	}
	id := "wfr_" + run(1).Key.ID
	for name, c := range map[string]struct {
		runs []model.Run
		want model.OutcomeState
		back string
	}{
		"succeeded":                {[]model.Run{{ID: id, CreatedAt: epoch, State: model.RunSuccess}}, model.Delivered, ""},
		"failed":                   {[]model.Run{{ID: id, CreatedAt: epoch, State: model.RunFailed, DLQID: "9-0"}}, model.CameBack, "9-0"},
		"failed, and nobody knows": {[]model.Run{{ID: id, CreatedAt: epoch, State: model.RunFailed}}, model.CameBack, ""},
		"cancelled":                {[]model.Run{{ID: id, CreatedAt: epoch, State: model.RunCanceled}}, model.Cancelled, ""},
		"runs":                     {[]model.Run{{ID: id, CreatedAt: epoch, State: model.RunStarted}}, model.Sent, ""},
		"in a state of its own":    {[]model.Run{{ID: id, CreatedAt: epoch, State: "IMAGINED"}}, model.Sent, ""},
		"an earlier run of the id": {[]model.Run{{ID: id, CreatedAt: seconds(-100), State: model.RunFailed}}, model.Sent, ""},
		"another run":              {[]model.Run{{ID: "wfr_x", CreatedAt: epoch, State: model.RunSuccess}}, model.Sent, ""},
		"both, the earlier first":  {[]model.Run{{ID: id, CreatedAt: seconds(-100), State: model.RunFailed}, {ID: id, CreatedAt: epoch, State: model.RunSuccess}}, model.Delivered, ""},
	} {
		t.Run(name, func(t *testing.T) {
			j, now := following(t, 1, asRuns)
			s, now := wake(t, j, now)
			if len(s.Log.Runs) != 1 || s.Log.Runs[0] != (model.RunRef{ID: id, CreatedAt: epoch}) {
				t.Fatalf("asks for %+v", s.Log)
			}
			j.Apply(model.StepResult{Step: s, Log: model.LogPage{Runs: c.runs}}, now)
			if o := j.Outcome(0); o.State != c.want || o.BackAs.ID != c.back || c.back != "" && o.BackAs.Kind != model.WorkflowRun {
				t.Errorf("%+v", o)
			}
		})
	}
}

func TestFollowingAsksForAsManyAsOneCallIsFor(t *testing.T) {
	for kind, most := range map[model.Kind]int{model.Message: 20, model.WorkflowRun: model.MostRuns} {
		j, now := following(t, 20, func(p *model.Plan) {
			if kind == model.WorkflowRun {
				var runs []model.Entry
				for n := range 20 {
					runs = append(runs, run(n+1))
				}
				*p = planFor(t, model.Resume, runs...)
			}
		})
		s, _ := wake(t, j, now)
		if n := len(s.Log.Runs) + len(s.Log.MessageIDs); n != most {
			t.Errorf("%v: asks for %d", kind, n)
		}
	}
}

func TestWhatADeleteSentIsAtItsEnd(t *testing.T) {
	j := model.NewJob(1, planFor(t, model.Delete, messages(1, 1)...))
	j.Apply(model.StepResult{Step: one(t, j, epoch), Result: model.WriteResult{Done: true}}, epoch)
	if o := j.Outcome(0); !j.Ended() || o.State != model.Sent || o.Followed || j.State() != model.Ended {
		t.Errorf("%+v, %v", o, j.State())
	}
}
