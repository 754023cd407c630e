package model

import (
	"hash/fnv"
	"time"
)

const (
	// MaxSingle is the largest plan that is carried out one id a call: exact answers, exact new ids.
	MaxSingle = 20
	// MaxInFlight is how many calls of a job are under way at once.
	MaxInFlight = 4
	// maxUnsent is how often a request that never left is tried again.
	maxUnsent = 3
	// longestWait is how long a rate limit is waited for: what would go out later than that is asked for anew.
	longestWait = time.Minute
)

// Job carries out a plan: it says which calls may start, takes what came back, and knows the outcome of each entry. A
// write whose answer was lost is never made again by it; the entries are read instead. What was made is followed until
// it is at an end.
//
// It is a pure state machine: [Job.Next] gives out steps, [Job.Apply] takes their results, and the time comes in with
// both.
type Job struct {
	Number int
	Plan   Plan
	// Restored is set of a job that an earlier session began.
	Restored bool

	items []jobItem
	queue []*jobCall // to be sent, in order
	doubt []*lookback
	open  int // entries that are not finished
	// counts is how many entries are in each state.
	counts [len(OutcomeStates)]int

	steps   int // given out so far
	running map[int]openStep
	calls   int // writes and looks under way
	sends   int // writes under way

	pace    pace
	paused  bool
	held    bool
	halted  bool
	reason  string // why it is halted
	begun   time.Time
	fedAt   time.Time // when the last of it was fed
	finding finding
	follow  follow
	sweep   *sweeping
	// explained are the messages and runs that are known to be of an entry of this job.
	explained map[string]int
	trial     trial
	extra     int // what was made beyond the entries of the plan
	beyond    []Created
	changed   map[int]struct{}
	back      map[int]Entry // the new entries of what came back
}

type jobItem struct {
	outcome  Outcome
	finished bool // nothing more is done for it but to follow what it became
	labelled bool
	judged   bool // its end counts for the stop rule already
	call     int  // the number of the step by which it was sent; 0 when it was not in this session
	follow   followItem
}

// NewJob is the job of a plan that was confirmed.
func NewJob(number int, plan Plan) *Job {
	n := plan.Selection.Len()
	j := &Job{
		Number: number, Plan: plan, items: make([]jobItem, n), open: n,
		running: map[int]openStep{}, explained: map[string]int{}, pace: newPace(),
	}
	for i := range j.items {
		j.items[i].outcome.Verb = plan.Verb
	}
	j.counts[NotSent] = n
	switch {
	case n == 0:
	case plan.ByFilter():
		j.beginSweep()
	default:
		j.queue = plan.calls()
	}
	return j
}

// Large tells whether the job is fed at a pace, one such job at a time.
func (j *Job) Large() bool { return j.Plan.Large() }

// Next are the steps to start now. Each is given out once.
func (j *Job) Next(now time.Time) []Step {
	if j.begun.IsZero() {
		j.begun = now
	}
	j.heed(now)
	var steps []Step
	give := func(s Step, o openStep) {
		j.steps++
		s.Job, s.Number, s.Kind = j.Number, j.steps, o.kind
		j.running[s.Number] = o
		switch o.kind {
		case SendStep:
			j.sends++
			j.calls++
		case LookStep:
			j.calls++
		}
		steps = append(steps, s)
	}
	for _, l := range j.doubt {
		if j.calls < MaxInFlight && !l.busy && !now.Before(l.at) {
			l.busy = true
			give(Step{Keys: j.keys(l.items)}, openStep{kind: LookStep, look: l})
		}
	}
	j.nextFind(now, give)
	j.nextSends(now, give)
	j.nextFollow(now, give)
	return steps
}

// WakeAt is when [Job.Next] should be asked again though nothing came back; ok is false when there is no such time.
func (j *Job) WakeAt(now time.Time) (at time.Time, ok bool) {
	due := func(t time.Time) {
		if t.Before(now) {
			t = now
		}
		if !ok || t.Before(at) {
			at, ok = t, true
		}
	}
	if j.calls < MaxInFlight {
		for _, l := range j.doubt {
			if !l.busy {
				due(l.at)
			}
		}
		if t, may := j.sendAt(); may {
			due(t)
		}
	}
	if t, may := j.findAt(); may {
		due(t)
	}
	if t, may := j.followAt(); may {
		due(t)
	}
	return at, ok
}

// Apply takes the result of a step. One that was taken already changes nothing.
func (j *Job) Apply(r StepResult, now time.Time) {
	o, running := j.running[r.Step.Number]
	if !running {
		return
	}
	delete(j.running, r.Step.Number)
	switch o.kind {
	case SendStep:
		j.sends--
		j.calls--
		if j.sweep != nil {
			j.swept(r, now)
			break
		}
		j.answered(o.call, r, now)
	case LookStep:
		j.calls--
		j.looked(o.look, r, now)
	case FindStep:
		j.found(r, now)
	case FollowStep:
		j.followed(o.items, r, now)
	case BackStep:
		j.cameBack(o.items, r, now)
	}
	j.heed(now)
}

func (j *Job) keys(items []int) []Key {
	keys := make([]Key, len(items))
	for n, i := range items {
		keys[n] = j.Key(i)
	}
	return keys
}

func (j *Job) finish(i int, s OutcomeState, reason string, now time.Time) {
	it := &j.items[i]
	if !it.finished {
		j.open--
	}
	j.set(i, s)
	it.outcome.Reason, it.outcome.At, it.finished = reason, now, true
}

// set changes the state of an entry, and nothing else.
func (j *Job) set(i int, s OutcomeState) {
	o := &j.items[i].outcome
	j.counts[o.State]--
	j.counts[s]++
	o.State = s
	j.touched(i)
	j.judged(i, s)
}

// made takes note of the new message or run of an entry. among is of how many entries it may be.
func (j *Job) made(i int, c Created, among int, now time.Time) {
	it := &j.items[i]
	it.outcome.Created, it.outcome.Among = c, 0
	if among > 1 {
		it.outcome.Among = among
	}
	for _, id := range [...]string{c.MessageID, c.WorkflowRunID} {
		if id != "" {
			j.explained[id] = i
		}
	}
	if c.Deduplicated {
		j.finish(i, Duplicate, "the server took it for a duplicate of "+c.MessageID, now)
		return
	}
	j.finish(i, Sent, "", now)
	j.beginFollowing(i, now)
}

// halt keeps what was not begun from being sent.
func (j *Job) halt(reason string, now time.Time) {
	if j.halted {
		return
	}
	j.halted, j.reason = true, reason
	queue := j.queue
	j.queue = nil
	for _, c := range queue {
		for _, i := range c.items {
			j.finish(i, NotSent, reason, now)
		}
	}
	j.haltSweep(reason)
}

// Stop keeps what was not begun from being sent; calls under way go on, and what was sent is followed.
func (j *Job) Stop(reason string, now time.Time) { j.halt(reason, now) }

// Pause keeps calls from starting until Continue; what was sent is followed.
func (j *Job) Pause() { j.paused = true }

// Continue ends a pause.
func (j *Job) Continue() { j.paused = false }

// Hold keeps calls from starting while another job feeds.
func (j *Job) Hold(hold bool) { j.held = hold }

// Outcome is what is known of the i-th entry.
func (j *Job) Outcome(i int) Outcome {
	o := j.items[i].outcome
	o.Unfinished = !j.items[i].finished
	o.Followed = j.items[i].follow.active
	return o
}

// Len is the number of entries.
func (j *Job) Len() int { return len(j.items) }

// Key is the i-th entry.
func (j *Job) Key(i int) Key { return j.Plan.Selection.At(i) }

// Unsettled is how many entries are not settled.
func (j *Job) Unsettled() int { return j.open }

// Awaited is how many entries were sent and are followed.
func (j *Job) Awaited() int { return j.follow.active }

// Count is how many entries are in a state.
func (j *Job) Count(s OutcomeState) int { return j.counts[s] }

// Finished tells whether nothing more will be sent, and nothing is in doubt that will be looked for. What was sent may
// still be followed.
func (j *Job) Finished() bool { return j.open == 0 }

// Ended tells whether everything that was sent is at its end, too.
func (j *Job) Ended() bool { return j.open == 0 && j.follow.active == 0 }

// Counts is how many entries are in each state; they add up to the plan.
func (j *Job) Counts() map[OutcomeState]int {
	counts := make(map[OutcomeState]int)
	for s, n := range j.counts {
		if n > 0 {
			counts[OutcomeState(s)] = n
		}
	}
	return counts
}

// Extra is how many messages or runs were made beyond the entries of the plan, as a write by filter may.
func (j *Job) Extra() int { return j.extra }

// Beyond are the messages or runs that were made beyond the entries of the plan, as far as they are known.
func (j *Job) Beyond() []Created { return j.beyond }

// Trouble is why calls wait to be made again, and until when; empty when none does.
func (j *Job) Trouble(now time.Time) (why string, until time.Time) {
	for _, c := range j.queue {
		if c.at.After(now) {
			return j.items[c.items[0]].outcome.Reason, c.at
		}
	}
	return "", time.Time{}
}

// JobState is what a job is doing.
type JobState uint8

// The states of a job.
const (
	Feeding JobState = iota
	Waiting          // for another job, which feeds
	Paused
	Trying    // what went ahead was sent, and the others wait for what becomes of it
	Settling  // everything was fed or stopped; answers and looks are outstanding
	Following // what was sent is followed
	Ended
)

func (s JobState) String() string {
	return [...]string{"feeding", "waiting for another job", "paused", "trying the first", "awaiting answers", "awaiting ends", "ended"}[s]
}

// State is what the job is doing now.
func (j *Job) State() JobState {
	switch {
	case j.toFeed() && j.paused:
		return Paused
	case j.toFeed() && j.held:
		return Waiting
	case j.toFeed() && j.firstSent():
		return Trying
	case j.toFeed():
		return Feeding
	case !j.Finished():
		return Settling
	case !j.Ended():
		return Following
	}
	return Ended
}

// toFeed tells whether calls are still to be made.
func (j *Job) toFeed() bool { return len(j.queue) > 0 || j.sweepsOn() }

// Stopped is why the job was stopped before all was sent; empty when it was not.
func (j *Job) Stopped() string { return j.reason }

// jitter spreads calls that were refused together over half a second.
func jitter(k Key) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(k.ID))
	return time.Duration(h.Sum32()%500) * time.Millisecond
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
