package model

import (
	"errors"
	"time"
)

// Deleted says which entries an operation deleted.
type Deleted struct {
	// Went has the ids of those that were deleted, and Doubt of those of which that is not known.
	Went, Doubt map[string]bool
	// All is set when all entries of the operation were; Went is empty then.
	All bool
}

// Has tells whether an entry was deleted, or may have been, which is then in doubt.
func (d *Deleted) Has(id string) (is, doubt bool) {
	doubt = d.Doubt[id]
	return d.All || d.Went[id] || doubt, doubt
}

// Deleted is what the record says that the operation deleted. What the record lacks is in doubt where it is damaged.
func (r *Recorded) Deleted(now time.Time) Deleted {
	d := Deleted{Went: map[string]bool{}, Doubt: map[string]bool{}}
	j, err := RestoreJob(1, *r, now)
	if err != nil {
		for _, e := range r.Operation.Entries {
			d.Doubt[e.ID] = true
		}
		return d
	}
	last := map[string]*RecordedCall{}
	for i := range r.Calls {
		for _, id := range r.Calls[i].IDs {
			last[id] = &r.Calls[i]
		}
	}
	for i := range j.Len() {
		id := j.Key(i).ID
		switch j.Outcome(i).State {
		case Refused, AlreadyGone:
		case NotSent:
			d.doubt(id, r.Damage != "")
		case Sending:
			// What was refused for the rate of requests was not done; of another answer that left something open that is not known.
			c := last[id]
			d.doubt(id, r.Damage != "" || c == nil || !wasLimited(c.Err))
		case InDoubt, GoneUnknownHow:
			d.Doubt[id] = true
		default:
			d.Went[id] = true
		}
	}
	if d.All = len(d.Went) > 0 && len(d.Went) == j.Len(); d.All {
		d.Went = nil
	}
	return d
}

func (d *Deleted) doubt(id string, is bool) {
	if is {
		d.Doubt[id] = true
	}
}

func wasLimited(err error) bool {
	_, limited := errors.AsType[*RateLimitedError](err)
	_, lost := errors.AsType[*LostAnswerError](err)
	return limited && !lost
}
