package run

import (
	"context"
	"time"

	"redrive/model"
)

// Clock tells the time and wakes.
type Clock interface {
	Now() time.Time
	// After sends the time once it is so much later. Stop gives the timer up before that.
	After(d time.Duration) (at <-chan time.Time, stop func())
}

// SystemClock is the [Clock] of the machine.
type SystemClock struct{}

// Now is [time.Now].
func (SystemClock) Now() time.Time { return time.Now() }

// After is [time.NewTimer].
func (SystemClock) After(d time.Duration) (at <-chan time.Time, stop func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// Run carries a job out until all that it sent is at its end. When ctx is done first, the job is stopped: nothing more goes
// out, reads under way are given up, writes under way are waited for, as only their own deadline may end them, and Run
// returns with the job as it is then known. Whether it ended is told by [model.Job.Ended].
//
// The job belongs to Run until it returns. Changed, if it is not nil, is called after every change, and there the job may
// be read and be told to go on otherwise; one that is paused and not told to continue then waits for ctx.
func Run(ctx context.Context, b model.Backend, j *model.Job, clock Clock, changed func()) {
	l := loop{backend: b, job: j, clock: clock, results: make(chan model.StepResult)}
	for stop := ctx.Done(); ; {
		if ctx.Err() == nil {
			l.start(ctx)
		}
		if l.underWay == 0 && (stop == nil || j.Ended()) {
			return
		}
		wake, giveUp := l.wake(stop != nil)
		select {
		case r := <-l.results:
			l.underWay--
			j.Apply(r, clock.Now())
		case <-wake:
		case <-stop:
			stop = nil
			j.Stop("redrive was told to stop", clock.Now())
		}
		giveUp()
		if changed != nil {
			changed()
		}
	}
}

type loop struct {
	backend  model.Backend
	job      *model.Job
	clock    Clock
	results  chan model.StepResult
	underWay int
}

// start begins the steps that are due.
func (l *loop) start(ctx context.Context) {
	for _, s := range l.job.Next(l.clock.Now()) {
		of := ctx
		if s.Kind == model.SendStep {
			of = context.WithoutCancel(ctx)
		}
		l.underWay++
		go func() { l.results <- Take(of, l.backend, s) }()
	}
}

// wake tells when steps may be due though nothing came back; never while none are to begin.
func (l *loop) wake(feeds bool) (at <-chan time.Time, giveUp func()) {
	now := l.clock.Now()
	due, ok := l.job.WakeAt(now)
	if !feeds || !ok {
		return nil, func() {}
	}
	return l.clock.After(due.Sub(now))
}
