package model_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"redrive/model"
)

// findJob runs a retry of so many entries whose answers are all lost. Those that are there stay in the DLQ, the others are gone at
// the first look, and the logs have so many new messages under the label.
func findJob(t *testing.T, n, there, logged int) *model.Job {
	t.Helper()
	l := loaded(t, 5, messages(1, n)...)
	for i := 1; i <= n; i++ {
		l.Marks.Toggle(key(i))
	}
	j := model.NewJob(7, mustPlan(t, l))
	remain := map[model.Key]bool{}
	for i := range there {
		remain[j.Key(i)] = true
	}
	now := epoch
	for steps := j.Next(now); !j.Ended(); steps = append(steps, j.Next(now)...) {
		if len(steps) == 0 {
			at, ok := j.WakeAt(now)
			if !ok {
				t.Fatalf("it waits for nothing: %v", j.Counts())
			}
			now = at
			continue
		}
		s := steps[0]
		steps = slices.Delete(steps, 0, 1)
		r := model.StepResult{Step: s}
		switch s.Kind {
		case model.SendStep:
			r.Err = &model.LostAnswerError{Host: "h"}
			if remain[s.Write.Selection.At(0)] {
				r.Err = &model.LostAnswerError{Host: "h", Status: 500}
			}
		case model.LookStep:
			for _, k := range s.Keys {
				if remain[k] {
					r.Found = append(r.Found, model.Entry{Key: k})
				}
			}
		case model.FindStep:
			for i := range logged {
				r.Log.Events = append(r.Log.Events, model.LogEvent{MessageID: fmt.Sprint("made ", i), URL: message(1).URL, State: "DELIVERED", At: now})
			}
		case model.FollowStep:
			for _, id := range s.Log.MessageIDs {
				r.Log.Events = append(r.Log.Events, model.LogEvent{MessageID: id, URL: message(1).URL, State: "DELIVERED", At: now.Add(time.Second)})
			}
		}
		j.Apply(r, now)
	}
	return j
}

func TestAsManyMessagesAsAreInDoubtTellWhatWasMadeOfEach(t *testing.T) {
	j := findJob(t, 5, 0, 5)
	if j.Counts()[model.Delivered] != 5 || !strings.HasPrefix(j.Outcome(0).Reason, "the answer was lost, and the logs have it under") {
		t.Errorf("%v, %q", j.Counts(), j.Outcome(0).Reason)
	}
}

func TestOfFewerMessagesThanAreInDoubtItIsToldHowManyThereAre(t *testing.T) {
	for _, c := range []struct {
		there, logged int
		says          string
	}{
		// The message may be of the one that is still there, and is about to go.
		{1, 4, "; the logs have 4 under redrive-1a2b3c4d, for 5 in doubt, 1 of them still in the DLQ"},
		{0, 3, "; the logs have 3 under redrive-1a2b3c4d, for 5 in doubt"},
		{2, 0, ""},
	} {
		j := findJob(t, 5, c.there, c.logged)
		if n := j.Counts(); n[model.GoneUnknownHow] != 5-c.there || n[model.InDoubt] != c.there {
			t.Fatalf("%+v: %v", c, n)
		}
		for i := range j.Len() {
			if o := j.Outcome(i); !strings.HasSuffix(o.Reason, c.says) || strings.Contains(o.Reason, "the logs have") != (c.says != "") {
				t.Errorf("%+v: %q", c, o.Reason)
			}
		}
	}
}
