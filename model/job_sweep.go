package model

import (
	"cmp"
	"fmt"
	"time"
)

// sweeping is a job whose server decides what is done: call after call by filter, and then a look at which of the
// entries of the plan are gone.
type sweeping struct {
	machine *Sweep
	created []Created
	done    int
	ended   bool
	// stopped is why it was stopped from outside.
	stopped string
}

func (j *Job) beginSweep() {
	o := j.Plan.Overrides
	o.Labels = o.typedLabels()
	machine, err := NewSweep(j.Plan.Verb, j.Plan.Matching, o, j.Plan.Selection.Len())
	if err != nil {
		j.sweep = &sweeping{ended: true}
		for i := range j.items {
			j.finish(i, NotSent, err.Error(), time.Time{})
		}
		return
	}
	j.sweep = &sweeping{machine: machine}
}

// sweepsOn tells whether calls by filter are still to be made.
func (j *Job) sweepsOn() bool {
	return j.sweep != nil && !j.sweep.ended && !j.sweep.machine.over
}

// Swept is how many entries the server says that it did so far, in a job by filter.
func (j *Job) Swept() int {
	if j.sweep == nil {
		return 0
	}
	return j.sweep.done
}

func (j *Job) nextSweep(now time.Time, give func(Step, openStep)) {
	if !j.maySend() || now.Before(j.pace.at) || j.sweep.ended {
		return
	}
	w, ok := j.sweep.machine.Next()
	if !ok {
		return
	}
	w.Operation = j.Plan.Operation
	j.pace.spend(w.Count, now)
	give(Step{Write: w}, openStep{kind: SendStep})
}

func (j *Job) swept(r StepResult, now time.Time) {
	s := j.sweep
	s.machine.Apply(r.Result, r.Err)
	s.done = s.machine.Count()
	if r.Err == nil {
		s.created = append(s.created, r.Result.Created...)
	} else if j.reason == "" {
		j.reason = r.Err.Error()
		s.stopped = j.reason
	}
	j.endSweep(now)
}

// haltSweep ends the calls by filter; what they did is then looked for.
func (j *Job) haltSweep(reason string) {
	if j.sweep != nil && !j.sweep.ended {
		j.sweep.stopped = reason
		j.sweep.machine.Stop(reason)
		j.endSweep(time.Time{})
	}
}

func (j *Job) endSweep(now time.Time) {
	s := j.sweep
	if s.ended || !s.machine.Done() {
		return
	}
	s.ended = true
	if j.reason == "" {
		j.reason = s.machine.Stopped()
	}
	for i := range j.items {
		j.set(i, InDoubt)
		j.items[i].outcome.Reason = "which entries the server took is being looked for"
	}
	for at := 0; at < len(j.items); at += PageSize {
		items := make([]int, 0, PageSize)
		for i := at; i < min(at+PageSize, len(j.items)); i++ {
			items = append(items, i)
		}
		j.lookBack(&lookback{items: items, cause: afterSweep}, now.Add(shortWait))
	}
}

// lookedAfterSweep settles what a write by filter took: what is gone, as many as the server says that it did.
func (j *Job) lookedAfterSweep(_ *lookback, present, gone []int, now time.Time) {
	s := j.sweep
	for _, i := range gone {
		if s.done <= 0 {
			j.finish(i, GoneUnknownHow, "it is gone, and the server told of no entry that it did: sent by a call whose answer was lost, expired, or handled by someone else", now)
			continue
		}
		s.done--
		if len(s.created) == 0 {
			j.finish(i, Sent, "", now)
			j.items[i].outcome.Among = len(j.items)
			continue
		}
		c := s.created[0]
		s.created = s.created[1:]
		j.made(i, c, len(j.items), now)
	}
	for _, i := range present {
		j.finish(i, NotSent, cmp.Or(s.stopped, "it is still there: the server took others by the filter"), now)
	}
	if j.open == 0 && s.done > 0 {
		j.extra += s.done
		j.beyond = append(j.beyond, s.created...)
		j.reason = fmt.Sprintf("the server did %d entries that were not on the list, such as newcomers", s.done)
	}
}
