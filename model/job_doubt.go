package model

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// readBack is when, after an answer was lost, the entries are looked for.
var readBack = [...]time.Duration{2 * time.Second, 10 * time.Second, 30 * time.Second}

// shortWait is what lies between an answer that leaves open which entries were done and the look that tells.
const shortWait = time.Second

// lookCause is why entries are looked for.
type lookCause uint8

const (
	lostAnswer lookCause = iota // nothing is known
	tooFast                     // a rate limit: nothing was done, by all that is known
	unfound                     // some were not found: which of the others were done is not known
	short                       // fewer were done than were asked for
	afterSweep                  // a write by filter has ended
)

// lookback is a number of entries of which it is to be found out whether they are still there.
type lookback struct {
	items  []int
	cause  lookCause
	call   *jobCall
	reason string
	seen   string // of the answer, when it leaves all open
	at     time.Time
	looks  int
	busy   bool
	// done is how many were done, and created what was made of them, when the answer said so.
	done    int
	created []Created
}

// lose takes note of a write whose answer was lost, or leaves open what was done; seen is what was seen of it.
func (j *Job) lose(c *jobCall, seen, reason string, now time.Time) {
	for _, i := range c.items {
		j.set(i, InDoubt)
		j.items[i].outcome.Reason = reason
	}
	j.lookBack(&lookback{items: c.items, cause: lostAnswer, call: c, reason: reason, seen: seen}, now.Add(readBack[0]))
}

// seenOf is what was seen of the answer to a write that may have been carried out.
func seenOf(err error) string {
	status := 0
	if e, ok := errors.AsType[*LostAnswerError](err); ok {
		status = e.Status
	} else if e, ok := errors.AsType[*ServerError](err); ok {
		status = e.Status
	}
	switch {
	case status == 0:
		return "the answer was lost"
	case status >= 200 && status < 300:
		return fmt.Sprintf("the answer (%d) does not say what was done", status)
	}
	return fmt.Sprintf("the server answered %d", status)
}

func (j *Job) lookBack(l *lookback, at time.Time) {
	l.at = at
	j.doubt = append(j.doubt, l)
}

func (j *Job) dropDoubt(l *lookback) {
	for n, o := range j.doubt {
		if o == l {
			j.doubt = append(j.doubt[:n:n], j.doubt[n+1:]...)
			return
		}
	}
}

// looked takes the answer to a look.
func (j *Job) looked(l *lookback, r StepResult, now time.Time) {
	l.busy = false
	l.looks++
	for _, i := range l.items {
		j.items[i].outcome.At = now
	}
	if r.Err != nil && !isGone(r.Err) {
		j.lookFailed(l, r.Err, now)
		return
	}
	there := make(map[Key]bool, len(r.Found))
	states := make(map[Key]string, len(r.Found))
	for i := range r.Found {
		there[r.Found[i].Key] = true
		states[r.Found[i].Key] = r.Found[i].FailureState
	}
	var present, gone []int
	for _, i := range l.items {
		if there[j.Key(i)] {
			present = append(present, i)
		} else {
			gone = append(gone, i)
		}
	}
	switch l.cause {
	case lostAnswer:
		j.lookedAfterLoss(l, present, gone, states, now)
	case tooFast:
		j.dropDoubt(l)
		j.notDone(l, present, now)
		j.vanished(gone, AlreadyGone, "the call was refused for the rate of requests", "it was not in the DLQ any more when the call was refused for the rate of requests", now)
	case unfound:
		j.dropDoubt(l)
		if l.call.unfound > maxUnfound || len(gone) == 0 && len(l.items) == 1 {
			for _, i := range present {
				j.finish(i, Refused, l.reason, now)
			}
		} else {
			j.notDone(l, present, now)
		}
		j.vanished(gone, GoneUnknownHow, "the server did not find some entries of the call", "the server did not find some entries of the call, and this one is not in the DLQ any more: sent by it, expired, or handled by someone else", now)
	case short:
		j.lookedAfterShort(l, present, gone, now)
	case afterSweep:
		j.dropDoubt(l)
		j.lookedAfterSweep(l, present, gone, now)
	}
}

// isGone tells whether a look says that its only entry is not there.
func isGone(err error) bool {
	_, lost := errors.AsType[*LostAnswerError](err)
	_, gone := errors.AsType[*NotFoundError](err)
	return gone && !lost
}

// lookFailed makes the look again later, and gives up after as many as there are.
func (j *Job) lookFailed(l *lookback, err error, now time.Time) {
	if l.looks < len(readBack) {
		l.at = now.Add(readBack[l.looks] - readBack[l.looks-1])
		return
	}
	j.dropDoubt(l)
	for _, i := range l.items {
		if l.cause == tooFast {
			j.finish(i, NotSent, l.reason, now)
			continue
		}
		j.unresolved(i)
		j.finish(i, InDoubt, fmt.Sprintf("%s, and %s cannot be read: %s", l.open(), theEntry(len(l.items)), err), now)
	}
}

// open is why it is to be found out whether the entries are still there.
func (l *lookback) open() string {
	if l.cause == lostAnswer {
		return l.seen
	}
	return "the answer does not say which entries were done"
}

func theEntry(n int) string {
	if n == 1 {
		return "the entry"
	}
	return "the entries"
}

// lookedAfterLoss settles only what is gone: an entry that is still there may be about to go.
func (j *Job) lookedAfterLoss(l *lookback, present, gone []int, states map[Key]string, now time.Time) {
	lost := l.seen + ", and it is not in the DLQ any more: sent, expired, or handled by someone else"
	if j.Plan.Verb == Delete {
		lost = l.seen + ", and it is not in the DLQ any more: deleted, expired, or handled by someone else"
	}
	j.vanished(gone, GoneUnknownHow, l.seen, lost, now)
	if j.Plan.Verb == RerunFailureFunction {
		present = j.lookedAtFailureFunctions(l, present, states, now)
	}
	l.items = present
	if len(present) > 0 && l.looks < len(readBack) {
		l.at = now.Add(readBack[l.looks] - readBack[l.looks-1])
		return
	}
	j.dropDoubt(l)
	for _, i := range present {
		if j.Plan.Verb == RerunFailureFunction {
			j.finish(i, InDoubt, l.seen+", and after 30 s the state of its failure function is still failed: it may have run and failed again", now)
			continue
		}
		j.items[i].outcome.FoundStillThere = true
		j.seek(i, InDoubt, l.seen, l.seen+", and after 30 s it is still in the DLQ", now)
	}
}

// lookedAtFailureFunctions settles those whose state is not that of a failure any more, and returns the others: a run stays in
// the DLQ when its failure function runs again.
func (j *Job) lookedAtFailureFunctions(l *lookback, present []int, states map[Key]string, now time.Time) (left []int) {
	for _, i := range present {
		state := states[j.Key(i)]
		if state == "" || state == stateFailed {
			left = append(left, i)
			continue
		}
		j.finish(i, Sent, l.seen+", and its failure function is "+strings.ToLower(strings.TrimPrefix(state, "CALLBACK_"))+" now", now)
	}
	return left
}

// notDone sends again what a call that was refused did not do.
func (j *Job) notDone(l *lookback, present []int, now time.Time) {
	if len(present) > 0 {
		c := *l.call
		c.items = present
		j.again(&c, now, l.reason, now)
	}
}

// vanished settles entries that are not there any more. Those that can be found by the label are looked for first.
func (j *Job) vanished(gone []int, s OutcomeState, seen, reason string, now time.Time) {
	for _, i := range gone {
		j.seek(i, s, seen, reason, now)
	}
}

// lookedAfterShort settles a call that did less than it was asked to. Which entries it did is not told: those that are
// gone, as many as it did.
func (j *Job) lookedAfterShort(l *lookback, present, gone []int, now time.Time) {
	if len(gone) < l.done && l.looks < len(readBack) {
		l.at = now.Add(readBack[l.looks] - readBack[l.looks-1])
		return
	}
	j.dropDoubt(l)
	for n, i := range gone {
		switch {
		case n >= l.done:
			j.finish(i, AlreadyGone, "the server did fewer entries than it was asked to, and this one is not in the DLQ any more", now)
			j.items[i].outcome.Among = len(gone)
		case n < len(l.created):
			j.made(i, l.created[n], len(gone), now)
		default:
			j.finish(i, Sent, "", now)
			if l.done < len(gone) {
				j.items[i].outcome.Among = len(gone)
			}
		}
	}
	for _, i := range present {
		if len(gone) < l.done {
			j.unresolved(i)
			j.finish(i, InDoubt, fmt.Sprintf("the server says that it did %d of these, and only %d are gone", l.done, len(gone)), now)
			continue
		}
		j.finish(i, Refused, "the server answered the call and left it in the DLQ", now)
	}
}
