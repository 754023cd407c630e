package emulator

import (
	"slices"
	"time"
)

// The states of a workflow run and of its steps, as the API spells them.
const (
	runStarted   = "RUN_STARTED"
	runSuccess   = "RUN_SUCCESS"
	runFailed    = "RUN_FAILED"
	runCancelled = "RUN_CANCELED"

	stepSuccess   = "STEP_SUCCESS"
	stepRetry     = "STEP_RETRY"
	stepFailed    = "STEP_FAILED"
	stepProgress  = "STEP_PROGRESS"
	stepCancelled = "STEP_CANCELED"
)

var runStates = []string{
	runStarted, runSuccess, runFailed, runCancelled,
	stepSuccess, stepRetry, stepFailed, stepProgress, stepCancelled,
}

// run is a workflow run: one that ended in the dead letter queue, or one that
// resuming or restarting made.
type run struct {
	key      orderKey
	bag      *Entry
	workflow *Workflow
	state    string
	// doneAt are the times at which the steps before the failure finished,
	// failedStepAt when the step that had failed did.
	doneAt       []instant
	failedStepAt instant
	completedAt  instant
	stepState    string
	errors       []stepError
	next         instant
	entry        *entry
}

type stepError struct {
	at    instant
	reply Attempt
}

// newRun is a run whose finished steps have taken their time from the start.
func newRun(bag *Entry, start instant) *run {
	r := &run{bag: bag, workflow: bag.Workflow, state: runStarted, stepState: stepProgress}
	for _, step := range bag.Workflow.Done {
		start = start.plus(step.Took)
		r.doneAt = append(r.doneAt, start)
	}
	return r
}

// resumedRun is a run that has the finished steps already when it starts.
func resumedRun(bag *Entry) *run {
	r := newRun(bag, 0)
	for i := range r.doneAt {
		r.doneAt[i] = instantOf(bag.Workflow.CreatedAt)
	}
	return r
}

// failedRun is the run behind an entry that was there from the start.
func failedRun(e *entry) *run {
	r := newRun(&e.Entry, instantOf(e.Workflow.CreatedAt))
	r.state, r.stepState = runFailed, stepFailed
	r.completedAt = instantOf(e.FailedAt)
	r.entry = e
	return r
}

// note keeps what happens to the step that the run is at.
func (r *run) note(now instant, state logState, detail logDetail) {
	switch state {
	case stateActive:
		r.stepState, r.next = stepProgress, 0
	case stateError:
		r.errors = append(r.errors, stepError{now, *detail.reply})
	case stateRetry:
		r.stepState, r.next = stepRetry, detail.next
	}
}

func (r *run) stepDone(now instant) { r.failedStepAt, r.stepState = now, stepSuccess }

func (r *run) succeed(now instant) { r.state, r.completedAt = runSuccess, now }

func (r *run) cancel(now instant) {
	if r.state != runStarted {
		return
	}
	r.state, r.stepState, r.completedAt, r.next = runCancelled, stepCancelled, now, 0
}

func (r *run) fail(now instant, e *entry) {
	r.state, r.stepState, r.completedAt, r.entry = runFailed, stepFailed, now, e
	r.workflow = e.Workflow
}

// history is the failed attempts of the step. For an entry that was there
// from the start they are worked out from its times.
func (r *run) history() []stepError {
	if r.errors != nil || r.entry == nil {
		return r.errors
	}
	full := r.entry.full()
	reply := Attempt{Status: full.ResponseStatus, Header: full.ResponseHeader, Body: full.ResponseBody}
	var past []stepError
	for _, attempt := range pastAttempts(&r.entry.Entry) {
		past = append(past, stepError{attempt.ended, reply})
	}
	return past
}

// runbook knows all runs, newest first. Several can share an id.
type runbook struct {
	byID     map[string][]*run
	runs     []*run
	unsorted bool
}

func (b *runbook) add(r *run) {
	at := instantOf(r.workflow.CreatedAt)
	r.key = orderKey{at, len(b.runs)}
	b.byID[r.workflow.RunID] = append(b.byID[r.workflow.RunID], r)
	b.runs = append(b.runs, r)
	b.unsorted = true
}

func (b *runbook) newestFirst() []*run {
	if b.unsorted {
		slices.SortFunc(b.runs, func(x, y *run) int { return y.key.compare(x.key) })
		b.unsorted = false
	}
	return b.runs
}

func duration(steps []Step) (total time.Duration) {
	for _, step := range steps {
		total += step.Took
	}
	return total
}
