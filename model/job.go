package model

import (
	"errors"
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

// readBack is when, after an answer was lost, the entry is looked for.
var readBack = [...]time.Duration{2 * time.Second, 10 * time.Second, 30 * time.Second}

// Job carries out a plan: it says which calls may start, takes what came back, and knows the outcome of each entry. A
// write whose answer was lost is never made again by it; the entry is read instead.
type Job struct {
	Number int
	Plan   Plan
	items  []jobItem
	open   int // not finished yet
	calls  int // under way
	halted bool
	reason string // why it is halted
}

type jobItem struct {
	outcome  Outcome
	busy     bool
	wakeAt   time.Time // when the next step is due
	reads    int       // read-backs made
	unsent   int       // requests that never left
	finished bool
}

// Step is one call that a job wants made now.
type Step struct {
	Job   int
	Index int
	// Write is the call when Look is not set.
	Write Write
	// Look asks for the entry to be read, to learn whether it is still there.
	Look bool
	Key  Key
}

// StepResult is what came back of a step.
type StepResult struct {
	Step   Step
	Result WriteResult
	Err    error
}

// NewJob is the job of a plan that was confirmed.
func NewJob(number int, plan Plan) *Job {
	j := &Job{Number: number, Plan: plan, items: make([]jobItem, plan.Selection.Len()), open: plan.Selection.Len()}
	for i := range j.items {
		j.items[i].outcome.Verb = plan.Verb
	}
	return j
}

// Next are the calls to start now. Each is given out once.
func (j *Job) Next(now time.Time) []Step {
	var steps []Step
	for i := range j.items {
		it := &j.items[i]
		if j.open == 0 {
			break
		}
		if it.finished || it.busy || now.Before(it.wakeAt) {
			continue
		}
		if j.calls >= MaxInFlight {
			break
		}
		s := Step{Job: j.Number, Index: i, Key: j.Plan.Selection.At(i)}
		if it.outcome.State == InDoubt {
			s.Look = true
		} else {
			s.Write = j.Plan.Write(i)
			it.outcome.State, it.outcome.At = Sending, now
		}
		it.busy = true
		j.calls++
		steps = append(steps, s)
	}
	return steps
}

// WakeAt is when [Job.Next] should be asked again though nothing came back; ok is false when there is no such time.
func (j *Job) WakeAt(now time.Time) (at time.Time, ok bool) {
	if j.calls >= MaxInFlight {
		return time.Time{}, false
	}
	for i := range j.items {
		it := &j.items[i]
		if it.finished || it.busy {
			continue
		}
		if !ok || it.wakeAt.Before(at) {
			at, ok = it.wakeAt, true
		}
	}
	if ok && at.Before(now) {
		at = now
	}
	return at, ok
}

// Apply takes the answer to a step.
func (j *Job) Apply(r StepResult, now time.Time) {
	it := &j.items[r.Step.Index]
	if !it.busy {
		return
	}
	it.busy = false
	j.calls--
	it.outcome.At = now
	if r.Step.Look {
		j.looked(it, r.Err, now)
		return
	}
	if r.Err == nil && !j.Plan.Verb.Creates() && r.Result.Done {
		j.finish(it, Sent, "")
		return
	}
	if r.Err == nil && j.Plan.Verb.Creates() && len(r.Result.Created) == 1 {
		it.outcome.Created = r.Result.Created[0]
		j.finish(it, Sent, "")
		if it.outcome.Created.Deduplicated {
			j.finish(it, Duplicate, "the server took it for a duplicate of "+it.outcome.Created.MessageID)
		}
		return
	}
	j.failed(it, r.Step.Key, r.Err, now)
	if j.halted && !it.finished && it.outcome.State != InDoubt {
		j.finish(it, NotSent, j.reason)
	}
}

func (j *Job) failed(it *jobItem, key Key, err error, now time.Time) {
	var (
		lost         *LostAnswerError
		notFound     *NotFoundError
		limited      *RateLimitedError
		unauthorized *UnauthorizedError
		readOnly     *ReadOnlyError
		bad          *BadRequestError
		quota        *QuotaError
		neverSent    *NeverSentError
		local        *RefusedError
	)
	switch {
	case errors.As(err, &lost):
		// Whatever caused the loss, it is no answer.
		it.doubt(err.Error(), now)
	case errors.As(err, &notFound):
		j.finish(it, AlreadyGone, err.Error())
	case errors.As(err, &limited) && !limited.Daily && limited.Until.Before(now.Add(longestWait)):
		it.wakeAt = latest(limited.Until, now.Add(time.Second)).Add(jitter(key))
		it.outcome.Reason = err.Error()
	case errors.As(err, &limited), errors.As(err, &unauthorized), errors.As(err, &readOnly):
		// What holds for one entry holds for all of them: nothing more is sent.
		j.finish(it, NotSent, err.Error())
		j.halt(err.Error())
	case errors.As(err, &bad), errors.As(err, &quota), errors.As(err, &local):
		j.finish(it, Refused, err.Error())
	case errors.As(err, &neverSent):
		if it.unsent++; it.unsent > maxUnsent {
			j.finish(it, NotSent, err.Error())
			j.halt(err.Error())
			return
		}
		it.wakeAt = now.Add(time.Duration(1<<it.unsent)*time.Second + jitter(key))
		it.outcome.Reason = err.Error()
	case err != nil:
		it.doubt(err.Error(), now)
	default:
		it.doubt("the answer does not say what was done", now)
	}
}

func (it *jobItem) doubt(reason string, now time.Time) {
	it.outcome.State, it.outcome.Reason = InDoubt, reason
	it.wakeAt = now.Add(readBack[0])
}

// looked takes the answer to a look after a lost answer. Only being gone settles it at once: an entry that is still
// there may be about to go.
func (j *Job) looked(it *jobItem, err error, now time.Time) {
	var (
		notFound *NotFoundError
		lost     *LostAnswerError
	)
	if errors.As(err, &notFound) && !errors.As(err, &lost) {
		j.finish(it, GoneUnknownHow, "the answer was lost, and it is not in the DLQ any more: sent, expired, or handled by someone else")
		return
	}
	it.reads++
	if it.reads < len(readBack) {
		it.wakeAt = now.Add(readBack[it.reads] - readBack[it.reads-1])
		return
	}
	it.outcome.FoundStillThere = err == nil
	if err != nil {
		j.finish(it, InDoubt, "the answer was lost, and the entry cannot be read: "+err.Error())
		return
	}
	j.finish(it, InDoubt, "the answer was lost, and after 30 s it is still in the DLQ")
}

func (j *Job) finish(it *jobItem, s OutcomeState, reason string) {
	if !it.finished {
		j.open--
	}
	it.outcome.State, it.outcome.Reason, it.finished = s, reason, true
}

// halt keeps what was not begun from being sent.
func (j *Job) halt(reason string) {
	j.halted, j.reason = true, reason
	for i := range j.items {
		it := &j.items[i]
		if it.finished || it.busy || it.outcome.State == InDoubt {
			continue
		}
		j.finish(it, NotSent, reason)
	}
}

// Stop keeps what was not begun from being sent; calls under way go on.
func (j *Job) Stop(reason string) { j.halt(reason) }

// Outcome is what is known of the i-th entry.
func (j *Job) Outcome(i int) Outcome {
	o := j.items[i].outcome
	o.Unfinished = !j.items[i].finished
	return o
}

// Len is the number of entries.
func (j *Job) Len() int { return len(j.items) }

// Key is the i-th entry.
func (j *Job) Key(i int) Key { return j.Plan.Selection.At(i) }

// Finished tells whether nothing more will be done for any entry.
func (j *Job) Finished() bool {
	return j.open == 0
}

// Counts is how many entries are in each state; they add up to the plan.
func (j *Job) Counts() map[OutcomeState]int {
	counts := make(map[OutcomeState]int)
	for i := range j.items {
		counts[j.items[i].outcome.State]++
	}
	return counts
}

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
