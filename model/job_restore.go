package model

import (
	"fmt"
	"slices"
	"time"
)

// lostBySession is the doubt about a call that was recorded and not answered while its session lived.
const lostBySession = "the session ended before the answer came"

// RestoreJob is the job of an operation that a session left unfinished. It is paused: what was not sent goes out only
// when the user goes on. What was sent and not answered is in doubt, and looked for like any lost answer; it is never
// sent again by the program. The error says why the record cannot be gone on with.
func RestoreJob(number int, r Recorded, now time.Time) (*Job, error) {
	plan, err := r.Operation.plan()
	if err != nil {
		return nil, fmt.Errorf("the record of %s cannot be gone on with: %w", r.Operation.Name, err)
	}
	j := NewJob(number, plan)
	j.Restored = true
	j.paused, j.begun = true, now
	if !r.Operation.At.IsZero() {
		j.begun = r.Operation.At
	}
	if plan.ByFilter() {
		j.restoreSweep(r, now)
	} else {
		j.restoreCalls(r, now)
	}
	for _, n := range r.Notes {
		if n.Index >= 0 && n.Index < len(j.items) {
			j.restoreNote(n, now)
		}
	}
	j.changed = nil
	return j, nil
}

// restoreCalls takes the calls as if they had just been made.
func (j *Job) restoreCalls(r Recorded, now time.Time) {
	at := make(map[string]int, len(j.items))
	for i := range j.items {
		at[j.Key(i).ID] = i
	}
	queue := j.queue
	j.queue = nil
	called := map[int]bool{}
	for _, c := range r.Calls {
		call := &jobCall{labelled: c.Labelled}
		for _, id := range c.IDs {
			if i, planned := at[id]; planned {
				call.items = append(call.items, i)
			}
		}
		if len(call.items) == 0 {
			continue
		}
		for _, i := range call.items {
			// That it was called again says that the call before was found not to have done it.
			j.forget(i)
			j.items[i].labelled = c.Labelled
			j.set(i, Sending)
			called[i] = false
		}
		call.overrides = j.overridesOf(call)
		if !c.Answered {
			j.lose(call, lostBySession, lostBySession, now.Add(-readBack[0]))
		} else {
			j.answered(call, StepResult{Result: c.Result, Err: c.Err}, now)
		}
		// An entry whose call never left, or was refused for the rate, is sent in another call: that one counts too.
		first := &j.items[call.items[0]]
		if len(j.queue) == 0 && !(first.finished && first.outcome.State == NotSent) {
			for _, i := range call.items {
				called[i] = true
			}
		}
		j.queue = nil
	}
	j.halted, j.reason = false, ""
	for i := range j.items {
		if !called[i] && j.items[i].finished && j.items[i].outcome.State == NotSent {
			j.items[i].finished = false
			j.open++
		}
	}
	for _, c := range queue {
		c.items = slices.DeleteFunc(slices.Clone(c.items), func(i int) bool { return called[i] })
		if len(c.items) == 0 {
			continue
		}
		for _, i := range c.items {
			j.set(i, NotSent)
			j.items[i].outcome.Reason = ""
		}
		j.queue = append(j.queue, c)
	}
}

// overridesOf are the overrides that a recorded call went out with, as far as another like it needs them.
func (j *Job) overridesOf(c *jobCall) Overrides {
	if c.labelled || len(c.items) == 1 {
		o, _ := j.Plan.overrides(c.items[0])
		return o
	}
	return j.Plan.Overrides
}

// restoreSweep looks for what calls by filter did. They are not gone on with: the server would take the next entries.
func (j *Job) restoreSweep(r Recorded, now time.Time) {
	s := j.sweep
	if s.machine == nil || s.ended {
		return
	}
	for _, c := range r.Calls {
		if c.Answered && c.Err == nil {
			s.done += max(c.Result.Count, 0)
			s.created = append(s.created, c.Result.Created...)
		}
	}
	s.machine.Stop("the session ended before the server had done all")
	s.machine.done = s.done
	if len(r.Calls) == 0 {
		s.ended = true
		for i := range j.items {
			j.finish(i, NotSent, "the session ended before anything was sent", now)
		}
		return
	}
	j.endSweep(now)
}

// restoreNote takes what was learnt of an entry. What the calls say of it stands unless the note says more.
func (j *Job) restoreNote(n Note, now time.Time) {
	it := &j.items[n.Index]
	o := n.Outcome
	switch o.State {
	case Delivered, CameBack, Cancelled, NoEvidence:
	case Sent, Retrying, AlreadyGone, Duplicate, GoneUnknownHow, Refused, InDoubt:
		if it.finished {
			return
		}
	default:
		return
	}
	j.forget(n.Index)
	if c := o.Created; c.MessageID != "" || c.WorkflowRunID != "" {
		j.made(n.Index, c, o.Among, now)
	}
	j.finish(n.Index, o.State, o.Reason, o.At)
	switch {
	case o.State == Sent, o.State == Retrying:
	case o.State == GoneUnknownHow, o.State == InDoubt:
		j.unresolved(n.Index)
		j.endFollowing(n.Index, o.State, now)
	case o.State == CameBack && o.BackAs.IsZero() && o.Created.MessageID != "":
		j.set(n.Index, CameBack)
		it.follow.back = true
	default:
		j.endFollowing(n.Index, o.State, now)
	}
	if o.State == CameBack && !o.BackAs.IsZero() {
		again := j.Plan.Entries[n.Index]
		again.Key, again.MessageID, again.WorkflowRunID, again.WorkflowCreatedAt = o.BackAs, o.Created.MessageID, o.Created.WorkflowRunID, o.Created.WorkflowCreatedAt
		j.cameBackAs(n.Index, again)
	}
	verb := it.outcome.Verb
	state := it.outcome.State
	it.outcome = o
	it.outcome.Verb, it.outcome.Unfinished, it.outcome.Followed, it.outcome.State = verb, false, false, state
}

// forget takes an entry out of what is looked for, as one that nothing is known of yet.
func (j *Job) forget(i int) {
	for _, l := range j.doubt {
		l.items = slices.DeleteFunc(slices.Clone(l.items), func(o int) bool { return o == i })
	}
	j.doubt = slices.DeleteFunc(j.doubt, func(l *lookback) bool { return len(l.items) == 0 })
	j.finding.items = slices.DeleteFunc(j.finding.items, func(s sought) bool { return s.item == i })
	if it := &j.items[i]; it.finished {
		it.finished = false
		j.open++
	}
}

// TakeNotes are the entries of which something was settled or learnt since the last time, as it is recorded.
func (j *Job) TakeNotes() []Note {
	var notes []Note
	for i := range j.changed {
		it := &j.items[i]
		if it.finished && it.outcome.State != NotSent {
			notes = append(notes, Note{i, it.outcome})
		}
	}
	slices.SortFunc(notes, func(a, b Note) int { return a.Index - b.Index })
	j.changed = nil
	return notes
}

// touched takes note that something was learnt of an entry.
func (j *Job) touched(i int) {
	if j.changed == nil {
		j.changed = map[int]struct{}{}
	}
	j.changed[i] = struct{}{}
}
