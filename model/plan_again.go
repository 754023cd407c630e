package model

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// PlanAgain is the plan for what a job did not bring to a good end: what was not sent, what was refused, and what came back,
// by its new entry; with states, only what is in one of them. busy tells of an entry that takes no verb now. The error says
// why there is nothing to plan.
func PlanAgain(j *Job, operation string, now time.Time, busy func(Key) bool, states ...OutcomeState) (Plan, error) {
	p := Plan{Verb: j.Plan.Verb, Operation: operation, FrozenAt: now, Overrides: j.Plan.Overrides}
	var keys []Key
	unlinked, doubtful := 0, 0
	given, gives := map[Key]Overrides{}, j.Gives()
	for i := range j.items {
		o := j.Outcome(i)
		if !o.Settled() || len(states) > 0 && !slices.Contains(states, o.State) {
			continue
		}
		var e Entry
		switch o.State {
		case NotSent, Refused:
			e = j.Plan.Entries[i]
		case InDoubt:
			if !o.FoundStillThere || !o.Verb.MaySendAgain() {
				doubtful++
				continue
			}
			e = j.Plan.Entries[i]
			p.Doubtful++
		case CameBack:
			back, known := j.back[i]
			if !known {
				unlinked++
				continue
			}
			e = back
			var mine bool
			if given[e.Key], known, mine = gives.For(&e); mine && !known {
				p.Unknown++
			}
		default:
			continue
		}
		if o.State != InDoubt && busy(e.Key) {
			p.Acted++
			continue
		}
		if o.State != CameBack {
			given[e.Key] = j.Plan.Given[e.Key]
		}
		keys = append(keys, e.Key)
		p.Entries = append(p.Entries, e)
		p.give(e.Key, given[e.Key])
	}
	if p.Given != nil || p.Unknown > 0 {
		// What was typed for the job is what is given back: it is not sent once more.
		p.Overrides = p.Overrides.withoutOwn()
	}
	if len(keys) == 0 {
		switch {
		case doubtful > 0:
			return Plan{}, fmt.Errorf("there is nothing left to plan: the %d in doubt may have been done, and doing them again is not offered: y m copies a report with the command that looks for them", doubtful)
		case unlinked > 0:
			return Plan{}, fmt.Errorf("there is nothing left to plan: the new entries of the %d that came back are not known (r in the list reads it again)", unlinked)
		case p.Acted > 0:
			return Plan{}, errors.New("there is nothing left to plan: what is left of it is being acted on, or was")
		}
		if len(states) > 0 {
			return Plan{}, errors.New("there is nothing to plan of what is shown: f shows all of the job")
		}
		return Plan{}, errors.New("there is nothing left to plan: nothing of this job was refused, not sent, or came back")
	}
	var err error
	p.Selection, err = NewSelection(keys...)
	return p, err
}

// OnServer is the filter as the server takes it, if the server can do all of it exactly.
func (f Filter) OnServer(kind Kind) (ServerFilter, bool) {
	if f.IsEmpty() {
		return ServerFilter{}, false
	}
	for i := range f.terms {
		t := f.terms[i]
		if t.field == nil || t.negated || t.field.server == nil {
			return ServerFilter{}, false
		}
		same := slices.DeleteFunc(slices.Clone(f.terms), func(o term) bool { return o.field != t.field })
		if (Filter{same}).Server(kind).Identity() == (ServerFilter{}).Identity() {
			return ServerFilter{}, false
		}
	}
	return f.Server(kind), true
}

// PlanRest is the plan for what an operation had not sent when its session ended.
func PlanRest(j *Job) Plan {
	p := Plan{Verb: j.Plan.Verb, Operation: j.Plan.Operation, FrozenAt: j.Plan.FrozenAt, Overrides: j.Plan.Overrides, Given: j.Plan.Given}
	var keys []Key
	for _, c := range j.queue {
		for _, i := range c.items {
			if c.first {
				p.First++
			}
			keys = append(keys, j.Key(i))
			p.Entries = append(p.Entries, j.Plan.Entries[i])
		}
	}
	p.Selection, _ = NewSelection(keys...)
	return p
}

// GoOn lets a job that an earlier session left unfinished be fed again, with what is left of it: the others were found to
// be gone. How entries ended before does not count for its stop rule.
func (j *Job) GoOn(left Selection, now time.Time) {
	keep := make(map[Key]bool, left.Len())
	for i := range left.Len() {
		keep[left.At(i)] = true
	}
	var queue []*jobCall
	for _, c := range j.queue {
		items := c.items[:0:0]
		for _, i := range c.items {
			if keep[j.Key(i)] {
				items = append(items, i)
				continue
			}
			j.finish(i, AlreadyGone, "it was not in the DLQ any more when the operation was gone on with", now)
		}
		if c.items = items; len(items) > 0 {
			queue = append(queue, c)
		}
	}
	j.queue = queue
	j.trial.last, j.Restored, j.paused = nil, false, false
}
