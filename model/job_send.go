package model

import (
	"errors"
	"fmt"
	"time"
)

// mostAtOnce is how much of the pace goes out in one call at most: what is sent by it reaches its destination at once.
const mostAtOnce = 10 * time.Second

// maxUnfound is how often a call is made again for those of its entries that are there, after the server did not find
// some of the others.
const maxUnfound = 2

// nextSends gives out the writes that may start.
func (j *Job) nextSends(now time.Time, give func(Step, openStep)) {
	if j.sweep != nil {
		j.nextSweep(now, give)
		return
	}
	for j.maySend() && j.calls < MaxInFlight {
		c := j.takeCall(now)
		if c == nil {
			return
		}
		for _, i := range c.items {
			j.set(i, Sending)
			j.items[i].outcome.At = now
			j.items[i].call = j.steps + 1
		}
		if j.Large() {
			j.pace.spend(len(c.items), now)
		}
		give(Step{Write: j.Plan.write(c)}, openStep{kind: SendStep, call: c})
		if len(j.queue) == 0 {
			j.fedAt = now
		}
	}
}

// maySend tells whether writes may start: not while what the operation's label is on is being counted.
func (j *Job) maySend() bool { return !j.paused && !j.held && !j.halted && !j.finding.running }

func (j *Job) takeCall(now time.Time) *jobCall {
	if j.Large() && now.Before(j.pace.at) {
		return nil
	}
	for n, c := range j.queue {
		if !now.Before(c.at) && !j.waitsForFirst(c) {
			rest := j.queue[n+1:]
			if most := max(1, int(j.pace.used*mostAtOnce.Seconds())); j.Large() && len(c.items) > most {
				later := *c
				c.items, later.items = c.items[:most:most], c.items[most:]
				rest = append([]*jobCall{&later}, rest...)
			}
			j.queue = append(j.queue[:n:n], rest...)
			return c
		}
	}
	return nil
}

// sendAt is when the next write may start.
func (j *Job) sendAt() (at time.Time, ok bool) {
	if !j.maySend() {
		return time.Time{}, false
	}
	if j.sweep != nil {
		return j.pace.at, j.sweepsOn() && j.sends == 0
	}
	for _, c := range j.queue {
		if !j.waitsForFirst(c) && (!ok || c.at.Before(at)) {
			at, ok = c.at, true
		}
	}
	if j.Large() {
		at = latest(at, j.pace.at)
	}
	return at, ok
}

// answered takes the answer to a write.
func (j *Job) answered(c *jobCall, r StepResult, now time.Time) {
	for _, i := range c.items {
		j.items[i].outcome.At = now
		j.items[i].labelled = c.labelled
	}
	switch {
	case r.Err != nil:
		j.failed(c, r.Err, now)
	case len(c.items) == 1:
		j.pace.went()
		j.answeredOne(c, r.Result, now)
	default:
		j.pace.went()
		j.answeredMany(c, r.Result, now)
	}
}

func (j *Job) answeredOne(c *jobCall, r WriteResult, now time.Time) {
	i, creates := c.items[0], j.Plan.Verb.Creates()
	switch {
	case !creates && r.Done:
		j.finish(i, Sent, "", now)
	case creates && len(r.Created) == 1:
		j.made(i, r.Created[0], 1, now)
	default:
		j.lose(c, "the answer does not say what was done", "the answer does not say what was done", now)
	}
}

// answeredMany takes an answer that says how many were done, and not which.
func (j *Job) answeredMany(c *jobCall, r WriteResult, now time.Time) {
	done := r.Count
	if j.Plan.Verb.Creates() {
		done = len(r.Created)
	}
	switch {
	case done == len(c.items):
		for n, i := range c.items {
			if !j.Plan.Verb.Creates() {
				j.finish(i, Sent, "", now)
				continue
			}
			j.made(i, r.Created[n], len(c.items), now)
		}
	case done > len(c.items):
		j.extra += done - len(c.items)
		for n, i := range c.items {
			if n < len(r.Created) {
				j.made(i, r.Created[n], len(c.items), now)
				continue
			}
			j.finish(i, Sent, "", now)
		}
		j.halt(fmt.Sprintf("a call for %d entries was answered with %d: nothing more is sent", len(c.items), done), now)
	default:
		// Those that were not done are still there, or were gone before.
		j.lookBack(&lookback{items: c.items, cause: short, call: c, done: done, created: r.Created}, now.Add(shortWait))
	}
}

// failed takes the error of a write.
func (j *Job) failed(c *jobCall, err error, now time.Time) {
	var (
		lost         *LostAnswerError
		notFound     *NotFoundError
		someNotFound *SomeNotFoundError
		limited      *RateLimitedError
		unauthorized *UnauthorizedError
		readOnly     *ReadOnlyError
		notRecorded  *NotRecordedError
		bad          *BadRequestError
		quota        *QuotaError
		neverSent    *NeverSentError
		local        *RefusedError
	)
	all := func(s OutcomeState) {
		for _, i := range c.items {
			j.finish(i, s, err.Error(), now)
		}
	}
	switch {
	case errors.As(err, &lost):
		// Whatever caused the loss, it is no answer.
		j.lose(c, seenOf(err), err.Error(), now)
	case errors.As(err, &someNotFound), errors.As(err, &notFound) && len(c.items) > 1:
		c.unfound++
		j.lookBack(&lookback{items: c.items, cause: unfound, call: c, reason: err.Error()}, now.Add(shortWait))
	case errors.As(err, &notFound):
		all(AlreadyGone)
	case errors.As(err, &limited) && !limited.Daily && limited.Until.Before(now.Add(longestWait)):
		j.pace.slowed()
		at := latest(limited.Until, now.Add(time.Second)).Add(jitter(j.Key(c.items[0])))
		if len(c.items) > 1 {
			j.lookBack(&lookback{items: c.items, cause: tooFast, call: c, reason: err.Error()}, at)
			return
		}
		j.again(c, at, err.Error(), now)
	case errors.As(err, &limited), errors.As(err, &unauthorized), errors.As(err, &readOnly), errors.As(err, &notRecorded):
		// What holds for one entry holds for all of them: nothing more is sent.
		all(NotSent)
		j.halt(err.Error(), now)
	case errors.As(err, &bad), errors.As(err, &quota), errors.As(err, &local):
		all(Refused)
	case errors.As(err, &neverSent):
		if c.unsent++; c.unsent > maxUnsent {
			all(NotSent)
			j.halt(err.Error(), now)
			return
		}
		j.again(c, now.Add(time.Duration(1<<c.unsent)*time.Second+jitter(j.Key(c.items[0]))), err.Error(), now)
	default:
		j.lose(c, seenOf(err), err.Error(), now)
	}
}

// again puts a call that was not carried out back, unless nothing more is sent.
func (j *Job) again(c *jobCall, at time.Time, reason string, now time.Time) {
	for _, i := range c.items {
		if j.halted {
			j.finish(i, NotSent, j.reason, now)
			continue
		}
		j.set(i, Sending)
		j.items[i].outcome.Reason = reason
	}
	if !j.halted {
		c.at = at
		j.queue = append([]*jobCall{c}, j.queue...)
	}
}
