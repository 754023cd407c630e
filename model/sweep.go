package model

import (
	"errors"
	"fmt"
)

// Sweep carries out a write by filter, call after call, each at the cursor that the one before gave. It never repeats a
// call, which would take the next entries, and it never asks for more than there was when it began. It has no goroutine
// and no clock: who runs it makes the calls.
type Sweep struct {
	write   Write
	existed int
	budget  int // calls that may still be made
	done    int
	busy    bool
	over    bool
	reason  string
	seen    map[string]struct{} // cursors
}

// NewSweep is a write by filter for the so many entries that are known to match. It refuses ([RefusedError]) what
// [Write.Valid] would, and a filter that nothing matches.
func NewSweep(v Verb, m Matching, o Overrides, existed int) (*Sweep, error) {
	if existed < 1 {
		return nil, refuse("nothing matches the filter")
	}
	count := min(max(v.MostAtOnce(), 1), existed)
	s := &Sweep{
		write:   Write{Verb: v, Matching: m, Count: count, Overrides: o},
		existed: existed,
		budget:  (existed+count-1)/count + 1,
		seen:    map[string]struct{}{"": {}},
	}
	if err := s.write.Valid(); err != nil {
		return nil, err
	}
	return s, nil
}

// Next is the call to make now; false while one is under way and when no more is to be made. Each is given out once.
func (s *Sweep) Next() (Write, bool) {
	if s.busy || s.over {
		return Write{}, false
	}
	s.budget--
	s.busy = true
	s.write.Count = min(s.write.Count, s.existed-s.done)
	return s.write, true
}

// Apply takes what came back of the call that [Sweep.Next] gave. Without one under way it does nothing.
func (s *Sweep) Apply(r WriteResult, err error) {
	if !s.busy {
		return
	}
	s.busy = false
	if err != nil {
		s.Stop(failedCall(err))
		return
	}
	s.done += max(r.Count, 0)
	_, again := s.seen[r.Next]
	s.seen[r.Next] = struct{}{}
	switch {
	case s.done > s.existed:
		s.Stop(fmt.Sprintf("%d were done, and only %d matched before", s.done, s.existed))
	case r.Count > s.write.Count:
		s.Stop(fmt.Sprintf("%d were done by a call for %d", r.Count, s.write.Count))
	case r.Next == "" || r.Count <= 0:
		s.over = true
	case s.over:
		// It was stopped while the call was under way.
	case again:
		s.Stop("the server gave the same place to go on from twice")
	case s.done == s.existed:
		s.Stop(fmt.Sprintf("all %d that matched before were done; what matches now came later", s.existed))
	case s.budget == 0:
		s.Stop("the server did fewer at a time than it was asked to")
	}
	s.write.Cursor = r.Next
}

func failedCall(err error) string {
	if _, lost := errors.AsType[*LostAnswerError](err); lost {
		return "how many the last call did is not known, and it is not repeated, since it would take the next ones: " + err.Error()
	}
	return err.Error()
}

// Stop keeps further calls from being made, for that reason. What is under way goes on and is counted; the first reason
// stays.
func (s *Sweep) Stop(reason string) {
	if s.reason == "" {
		s.reason = reason
	}
	s.over = true
}

// Done tells whether no call is under way and none will be made.
func (s *Sweep) Done() bool { return s.over && !s.busy }

// Stopped is why the sweep ended early; empty when it did not.
func (s *Sweep) Stopped() string { return s.reason }

// Count is how many entries the server said that it did. What a call whose answer was lost did is not in it.
func (s *Sweep) Count() int { return s.done }
