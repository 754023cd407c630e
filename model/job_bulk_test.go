package model_test

import (
	"strings"
	"testing"

	"redrive/model"
)

func TestLooksThatFailSayWhatIsOpen(t *testing.T) {
	for name, c := range map[string]struct {
		result model.WriteResult
		err    error
		want   model.OutcomeState
		says   string
	}{
		"a lost answer":      {err: &model.LostAnswerError{Host: "h"}, want: model.InDoubt, says: "the answer was lost, and the entries cannot be read: h failed (500)"},
		"some not found":     {err: &model.SomeNotFoundError{Host: "h"}, want: model.InDoubt, says: "the answer does not say which entries were done, and the entries cannot be read"},
		"fewer than asked":   {result: model.WriteResult{Created: []model.Created{{MessageID: "m"}}}, want: model.InDoubt, says: "the answer does not say which"},
		"too fast":           {err: &model.RateLimitedError{Host: "h"}, want: model.NotSent, says: "limits the rate"},
		"one entry was lost": {err: &model.ServerError{Host: "h", Status: 502}, want: model.InDoubt, says: "the server answered 502"},
	} {
		t.Run(name, func(t *testing.T) {
			j := newJob(t, 30)
			now := epoch
			j.Apply(model.StepResult{Step: one(t, j, now), Result: c.result, Err: c.err}, now)
			for looks := 0; !j.Ended(); looks++ {
				var s model.Step
				if s, now = wake(t, j, now); s.Kind != model.LookStep || len(s.Keys) != 30 || looks > 2 {
					t.Fatalf("look %d: %+v", looks, s.Kind)
				}
				j.Apply(model.StepResult{Step: s, Err: &model.ServerError{Host: "h", Status: 500}}, now)
			}
			if o := j.Outcome(29); o.State != c.want || !strings.Contains(o.Reason, c.says) || j.Counts()[c.want] != 30 {
				t.Errorf("%+v, %v", o, j.Counts())
			}
		})
	}
}
