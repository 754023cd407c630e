package model

import (
	"errors"
	"iter"
	"slices"
	"time"
)

const (
	firstStepPause = 5 * time.Second
	lastStepPause  = 5 * time.Minute
	// mostRefusals is how many calls in a row may be refused before the reader waits between them: it may be the server that
	// takes none.
	mostRefusals = 3
	// mostStepPages is how many pages of the log of the same runs are read, when the server gives fewer runs in one.
	mostStepPages = 10
)

// StepReader finds out at which step the runs in a store failed: their entries do not tell, the workflow logs do. It is a pure
// state machine: [StepReader.Next] says what to read now, [StepReader.Apply] and [StepReader.Fail] take what came of it. It
// reads in the background, one call of at most [MostRuns] runs at a time, each run once; those that the log has nothing of
// are asked for again only when [StepReader.Again] says so. What it learns is held back until [StepReader.Take].
type StepReader struct {
	store *Store
	dlq   DLQ
	seen  Row // the rows before it were looked at

	runs    map[Key]stepOf
	due     []Key // in the order they were loaded; what was read meanwhile is passed over
	owed    int   // how many are due
	learned []Key // and not taken

	reading  StepRead // the call in flight; its Number is 0 when there is none
	more     StepRead // what the last answer left over
	number   int
	retryAt  time.Time
	pause    time.Duration
	refusals int  // in a row
	limited  bool // retryAt is when a rate limit ends
	err      error
}

// StepRead is a page of logs to be read, and for which entries.
type StepRead struct {
	Number int
	Log    LogQuery
	keys   []Key
	pages  int
}

// StepState is what is known of the step that a run failed at.
type StepState uint8

const (
	// StepNotRead is before the log was read, or of an entry that is not a run.
	StepNotRead StepState = iota
	// StepSilent is when the log has nothing of the run, or does not tell the step.
	StepSilent
	// StepLearned is when the step is known.
	StepLearned
)

type stepOf struct {
	state StepState
	alone bool // it was among runs that could not be asked for together
	step  string
}

// NewStepReader reads the steps of all runs in the store, those that are put there later too.
func NewStepReader(store *Store, dlq DLQ) *StepReader {
	return &StepReader{store: store, dlq: dlq, runs: map[Key]stepOf{}}
}

// Next is the page to read now, if one is: first that of the runs that are named, which are those on the screen, then that of
// the others in the order they were loaded.
func (r *StepReader) Next(now time.Time, first iter.Seq[Key]) (StepRead, bool) {
	r.look()
	if r.reading.Number != 0 || r.owed == 0 || now.Before(r.retryAt) {
		return StepRead{}, false
	}
	read := r.more
	r.more = StepRead{}
	if len(read.keys) == 0 {
		read = r.gather(first)
	}
	r.number++
	read.Number = r.number
	r.reading = read
	return read, true
}

// look takes note of the runs that were stored since.
func (r *StepReader) look() {
	for ; int(r.seen) < r.store.Len(); r.seen++ {
		if r.store.kind(r.seen) != WorkflowRun {
			continue
		}
		e := r.store.At(r.seen)
		if _, known := r.runs[e.Key]; known {
			continue
		}
		if e.WorkflowRunID == "" {
			r.runs[e.Key] = stepOf{state: StepSilent}
			continue
		}
		r.owe(e.Key, stepOf{})
	}
}

func (r *StepReader) owe(k Key, s stepOf) {
	s.state = StepNotRead
	r.runs[k] = s
	r.due = append(r.due, k)
	r.owed++
}

// gather chooses the runs of the next call.
func (r *StepReader) gather(first iter.Seq[Key]) StepRead {
	read := StepRead{Log: LogQuery{DLQ: r.dlq, Background: true}}
	add := func(k Key) (more bool) {
		s, known := r.runs[k]
		if !known || s.state != StepNotRead || slices.Contains(read.keys, k) {
			return true
		}
		if s.alone && len(read.keys) > 0 {
			return true
		}
		row, _ := r.store.Find(k)
		e := r.store.At(row)
		read.keys = append(read.keys, k)
		read.Log.Runs = append(read.Log.Runs, RunRef{ID: e.WorkflowRunID, CreatedAt: e.WorkflowCreatedAt})
		return !s.alone && len(read.keys) < MostRuns
	}
	for k := range first {
		if !add(k) {
			return read
		}
	}
	for len(r.due) > 0 && r.runs[r.due[0]].state != StepNotRead {
		r.due = r.due[1:]
	}
	for _, k := range r.due {
		if !add(k) {
			break
		}
	}
	return read
}

// Apply takes a page in, unless another call was made since. It returns the runs whose steps were learned.
func (r *StepReader) Apply(read StepRead, p LogPage) (learned []Key) {
	if read.Number == 0 || read.Number != r.reading.Number {
		return nil
	}
	r.reading, r.retryAt, r.pause, r.refusals, r.limited, r.err = StepRead{}, time.Time{}, 0, 0, false, nil
	var left []Key
	for _, k := range read.keys {
		row, _ := r.store.Find(k)
		run, told := RunOf(p.Runs, r.store.At(row))
		switch step := run.FailedStep(); {
		case step != "":
			r.settle(k, stepOf{state: StepLearned, step: step})
			learned = append(learned, k)
		case told:
			r.settle(k, stepOf{state: StepSilent})
		default:
			left = append(left, k)
		}
	}
	r.learned = append(r.learned, learned...)
	if len(left) > 0 && p.Next != "" && p.Next != read.Log.Cursor && read.pages+1 < mostStepPages {
		r.more = StepRead{Log: read.Log, keys: left, pages: read.pages + 1}
		r.more.Log.Cursor = p.Next
		return learned
	}
	for _, k := range left {
		r.settle(k, stepOf{state: StepSilent})
	}
	return learned
}

// RunOf is the run that an entry is of: the one that says so, else the newest one that failed and does not say otherwise.
func RunOf(runs []Run, e *Entry) (found Run, ok bool) {
	for i := range runs {
		r := &runs[i]
		if r.ID != e.WorkflowRunID {
			continue
		}
		exact := !e.WorkflowCreatedAt.IsZero() && r.CreatedAt.UnixMilli() == e.WorkflowCreatedAt.UnixMilli()
		switch {
		case exact || r.DLQID == e.Key.ID:
			return *r, true
		case !e.WorkflowCreatedAt.IsZero() && !r.CreatedAt.IsZero(), r.DLQID != "":
			continue
		case !ok || r.CreatedAt.After(found.CreatedAt):
			found, ok = *r, true
		}
	}
	return found, ok
}

func (r *StepReader) settle(k Key, s stepOf) {
	if r.runs[k].state == StepNotRead {
		r.owed--
	}
	r.runs[k] = s
}

// Fail takes note that a page did not come, unless another call was made since. The runs are asked for again: when a rate limit
// ends, otherwise after a while that grows to five minutes. Runs that could not be asked for together are asked for one by one,
// and one that cannot be asked for at all is not asked for again.
func (r *StepReader) Fail(read StepRead, now time.Time, err error) {
	if read.Number == 0 || read.Number != r.reading.Number {
		return
	}
	r.reading, r.err, r.limited = StepRead{}, err, false
	r.pause = min(max(2*r.pause, firstStepPause), lastStepPause)
	if refusesRuns(err) {
		if r.refusals++; r.refusals <= mostRefusals {
			r.pause = 0
		}
		r.retryAt = now.Add(r.pause)
		for _, k := range read.keys {
			if len(read.keys) == 1 {
				r.settle(k, stepOf{state: StepSilent})
			} else {
				r.runs[k] = stepOf{alone: true}
			}
		}
		return
	}
	var limit *RateLimitedError
	if errors.As(err, &limit) {
		r.limited = true
	} else if !mayPass(err) {
		r.pause = lastStepPause
	}
	r.retryAt = now.Add(r.pause)
	if limit != nil && limit.Until.After(r.retryAt) {
		r.retryAt = limit.Until
	}
}

// refusesRuns tells whether the error is about the runs that were asked for.
func refusesRuns(err error) bool {
	var refused *RefusedError
	var bad *BadRequestError
	return errors.As(err, &refused) || errors.As(err, &bad) && bad.Status == 400
}

// mayPass tells whether the same call may well succeed soon.
func mayPass(err error) bool {
	var bad *BadRequestError
	var token *UnauthorizedError
	return !errors.As(err, &bad) && !errors.As(err, &token)
}

// RetryAt is when [StepReader.Next] will ask again after a failure; zero when it does not wait.
func (r *StepReader) RetryAt() time.Time { return r.retryAt }

// Err is why the newest call failed; nil when it did not.
func (r *StepReader) Err() error { return r.err }

// Known is what is known of the step of a run, taken or not.
func (r *StepReader) Known(k Key) (step string, state StepState) {
	s := r.runs[k]
	return s.step, s.state
}

// Waiting is how many steps were learned and wait to be taken.
func (r *StepReader) Waiting() int { return len(r.learned) }

// Take gives the entries the steps that were learned, for good.
func (r *StepReader) Take() {
	for _, k := range r.learned {
		r.store.setStep(k, r.runs[k].step)
	}
	r.learned = nil
}

// Again asks once more for those of the entries that the log had nothing of, and does not wait any longer after an error.
func (r *StepReader) Again(keys iter.Seq[Key]) {
	for k := range keys {
		if row, known := r.store.Find(k); known && r.runs[k].state == StepSilent && r.store.At(row).WorkflowRunID != "" {
			r.owe(k, r.runs[k])
		}
	}
	if !r.limited {
		r.retryAt, r.pause = time.Time{}, 0
	}
}
