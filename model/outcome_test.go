package model_test

import (
	"testing"

	"redrive/model"
)

func TestOutcomeDecidesWhatMayBeDoneWithTheRow(t *testing.T) {
	type o = model.Outcome
	for _, c := range []struct {
		outcome                       o
		name                          string
		settled, takesNoVerb, leaving bool
	}{
		{o{State: model.NotSent}, "not sent", true, false, false},
		{o{State: model.NotSent, Unfinished: true}, "not sent", false, true, false},
		{o{State: model.Sending}, "sending", false, true, false},
		{o{State: model.Sending, Unfinished: true}, "sending", false, true, false},
		{o{State: model.Refused}, "refused", true, false, false},
		{o{State: model.AlreadyGone}, "already gone", true, true, true},
		{o{State: model.Duplicate}, "duplicate, not sent", true, true, true},
		{o{State: model.InDoubt, Verb: model.Retry, Unfinished: true}, "in doubt", false, true, false},
		{o{State: model.InDoubt, Verb: model.Retry}, "in doubt", true, true, false},
		{o{State: model.InDoubt, Verb: model.Retry, FoundStillThere: true}, "in doubt", true, false, false},
		{o{State: model.InDoubt, Verb: model.Retry, FoundStillThere: true, Unfinished: true}, "in doubt", false, true, false},
		{o{State: model.InDoubt, Verb: model.Resume, FoundStillThere: true}, "in doubt", true, true, false},
		{o{State: model.GoneUnknownHow}, "gone, unknown how", true, true, true},
		{o{State: model.Sent}, "sent", true, true, true},
		{o{State: model.Retrying}, "retrying", true, true, true},
		{o{State: model.Delivered}, "delivered", true, true, true},
		{o{State: model.CameBack}, "came back", true, true, true},
		{o{State: model.Cancelled}, "cancelled", true, true, true},
		{o{State: model.NoEvidence}, "no evidence", true, true, true},
		{o{State: model.NoEvidence + 1}, "unknown", true, true, false},
	} {
		got := c.outcome
		if got.State.String() != c.name || got.Settled() != c.settled || got.TakesNoVerb() != c.takesNoVerb || got.LeavesList() != c.leaving {
			t.Errorf("%+v: %q, settled %v, takes no verb %v, leaves %v", got, got.State, got.Settled(), got.TakesNoVerb(), got.LeavesList())
		}
	}
}
