package model

import (
	"cmp"
	"slices"
	"time"
)

// Attempt is one delivery of a message, as its log tells.
type Attempt struct {
	// Began is zero when the log does not tell, Ended also while it is under way.
	Began, Ended time.Time
	State        string // ERROR, DELIVERED, ACTIVE while it is under way, …
	Status       int    // of the response; 0 when there was none
	// Text is the beginning of the response or, without one, the error.
	Text   string
	NextAt time.Time // when the next attempt was due; zero when the log does not tell, or there was none
}

// Attempts puts the log of one message together to attempts, in their order; rest are the events that are of none: its
// creation, its end, a cancellation.
func Attempts(events []LogEvent) (attempts []Attempt, rest []LogEvent) {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b LogEvent) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(rank(a.State), rank(b.State))) })
	// Pages may overlap.
	events = slices.CompactFunc(events, func(a, b LogEvent) bool {
		return a.At.Equal(b.At) && a.State == b.State && a.Status == b.Status && a.Response == b.Response && a.Error == b.Error
	})
	open := false
	end := func(e *LogEvent) {
		if !open {
			attempts = append(attempts, Attempt{})
		}
		a := &attempts[len(attempts)-1]
		a.Ended, a.State, a.Status, a.Text, a.NextAt, open = e.At, e.State, e.Status, cmp.Or(e.Response, e.Error), e.NextAt, false
	}
	for i := range events {
		switch e := &events[i]; e.State {
		case "ACTIVE":
			attempts, open = append(attempts, Attempt{Began: e.At, State: e.State}), true
		case "ERROR", "DELIVERED":
			end(e)
		case "RETRY":
			if n := len(attempts); n > 0 && !e.NextAt.IsZero() {
				attempts[n-1].NextAt = e.NextAt
			}
		default:
			if open && rank(e.State) == rank("FAILED") {
				end(e)
			}
			rest = append(rest, *e)
		}
	}
	return attempts, rest
}
