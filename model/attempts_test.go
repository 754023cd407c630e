package model_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

func TestALogIsPutTogetherToAttempts(t *testing.T) {
	at := func(n int, state string, change ...func(*model.LogEvent)) model.LogEvent {
		e := model.LogEvent{At: seconds(n), State: state}
		for _, c := range change {
			c(&e)
		}
		return e
	}
	refused := func(e *model.LogEvent) { e.Error = "refused" }
	busy := func(e *model.LogEvent) { e.Status, e.Response, e.Error = 503, "busy", "answered 503" }
	next := func(n int) func(*model.LogEvent) { return func(e *model.LogEvent) { e.NextAt = seconds(n) } }
	for name, c := range map[string]struct {
		events []model.LogEvent
		want   []model.Attempt
		rest   []string
	}{
		"failed twice": {
			[]model.LogEvent{at(0, "CREATED"), at(1, "ACTIVE"), at(2, "ERROR", refused), at(2, "RETRY", next(9)), at(9, "ACTIVE"), at(10, "ERROR", busy), at(10, "FAILED")},
			[]model.Attempt{
				{Began: seconds(1), Ended: seconds(2), State: "ERROR", Text: "refused", NextAt: seconds(9)},
				{Began: seconds(9), Ended: seconds(10), State: "ERROR", Status: 503, Text: "busy"},
			},
			[]string{"CREATED", "FAILED"},
		},
		"delivered": {
			[]model.LogEvent{at(1, "ACTIVE"), at(2, "DELIVERED")},
			[]model.Attempt{{Began: seconds(1), Ended: seconds(2), State: "DELIVERED"}},
			nil,
		},
		"under way": {
			[]model.LogEvent{at(0, "CREATED"), at(1, "ACTIVE")},
			[]model.Attempt{{Began: seconds(1), State: "ACTIVE"}},
			[]string{"CREATED"},
		},
		"failed without an error": {
			[]model.LogEvent{at(1, "ACTIVE"), at(3, "FAILED")},
			[]model.Attempt{{Began: seconds(1), Ended: seconds(3), State: "FAILED"}},
			[]string{"FAILED"},
		},
		"an end without a beginning": {
			[]model.LogEvent{at(2, "ERROR", busy), at(3, "RETRY")},
			[]model.Attempt{{Ended: seconds(2), State: "ERROR", Status: 503, Text: "busy"}},
			nil,
		},
		"cancelled": {
			[]model.LogEvent{at(0, "CREATED"), at(1, "CANCEL_REQUESTED"), at(2, "CANCELLED"), at(3, "ODD")},
			nil,
			[]string{"CREATED", "CANCEL_REQUESTED", "CANCELLED", "ODD"},
		},
		"nothing": {nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			// Whatever the order, and when pages overlap, it is the same.
			newestFirst := slices.Clone(c.events)
			slices.Reverse(newestFirst)
			for _, events := range [][]model.LogEvent{c.events, newestFirst, slices.Concat(c.events, newestFirst)} {
				attempts, rest := model.Attempts(events)
				var states []string
				for _, e := range rest {
					states = append(states, e.State)
				}
				if diff := cmp.Diff(c.want, attempts, cmp.Comparer(time.Time.Equal)); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(c.rest, states); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}
