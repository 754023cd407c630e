package model

import "time"

// OutcomeState says what is known of one entry of a job. It is the one vocabulary of the program.
type OutcomeState uint8

// The states that an entry of a job can be in.
const (
	// NotSent: nothing was sent for it, or what was sent was refused before it was carried out.
	NotSent OutcomeState = iota
	// Sending: a call is under way, or will be made again after a rate limit.
	Sending
	// Refused: the server said no; the entry is untouched.
	Refused
	// AlreadyGone: it was not in the DLQ any more when the call arrived.
	AlreadyGone
	// Duplicate: the server took the new message for a duplicate and sent none.
	Duplicate
	// InDoubt: the answer was lost, and it is not known whether the call was carried out.
	InDoubt
	// GoneUnknownHow: after a lost answer it is not in the DLQ any more: sent, expired, or handled by someone else.
	GoneUnknownHow
	// Sent: a new message or run was made of it, which is at no end yet as far as is known.
	Sent
	// Retrying: the new message was answered with an error, and is tried again.
	Retrying
	// Delivered: the new message was delivered, or the new run succeeded.
	Delivered
	// CameBack: the new message or run failed for good and is in the DLQ again.
	CameBack
	// Cancelled: the new message or run was cancelled.
	Cancelled
	// NoEvidence: the logs have nothing of the new message or run.
	NoEvidence
)

// OutcomeStates are all states, in the order in which they are told.
var OutcomeStates = [...]OutcomeState{
	Delivered, Sent, Retrying, CameBack, Cancelled, NoEvidence, Sending, NotSent, Refused, AlreadyGone, Duplicate, InDoubt, GoneUnknownHow,
}

func (s OutcomeState) String() string {
	switch s {
	case NotSent:
		return "not sent"
	case Sending:
		return "sending"
	case Refused:
		return "refused"
	case AlreadyGone:
		return "already gone"
	case Duplicate:
		return "duplicate, not sent"
	case InDoubt:
		return "in doubt"
	case GoneUnknownHow:
		return "gone, unknown how"
	case Sent:
		return "sent"
	case Retrying:
		return "retrying"
	case Delivered:
		return "delivered"
	case CameBack:
		return "came back"
	case Cancelled:
		return "cancelled"
	case NoEvidence:
		return "no evidence"
	}
	return "unknown"
}

// Outcome is what became of one entry.
type Outcome struct {
	State OutcomeState
	Verb  Verb
	At    time.Time
	// Reason is why it was refused, not sent or is in doubt; text of the server in it is raw.
	Reason string
	// Created is the new message or run, once known.
	Created Created
	// Among is how many entries shared a call that told how many became what, and not which; 0 when it is known of this one.
	Among int
	// NextAt is when a message that is [Retrying] is tried again; zero when unknown.
	NextAt time.Time
	// BackAs is the new entry of what [CameBack]; zero while it is not known. SameFailure tells whether it failed as before.
	BackAs      Key
	SameFailure bool
	// Followed is set while the logs are read for what becomes of it.
	Followed bool
	// FoundStillThere is set of an entry in doubt that was still in the DLQ at the last look.
	FoundStillThere bool
	// Unfinished is set while the job will do more for it: it is yet to be sent, or to be looked for.
	Unfinished bool
}

// Settled tells whether nothing more will be learnt about it without the user asking.
func (o Outcome) Settled() bool {
	return o.State != Sending && !o.Unfinished
}

// ToGo tells whether it is yet to be sent.
func (o Outcome) ToGo() bool { return o.State == NotSent && o.Unfinished }

// TakesNoVerb tells whether the row may not be acted on again before the list is read anew: something was done to it,
// or may have been.
func (o Outcome) TakesNoVerb() bool {
	switch o.State {
	case NotSent, Refused:
		return o.Unfinished
	case InDoubt:
		return o.Unfinished || !(o.FoundStillThere && o.Verb.MaySendAgain())
	}
	return true
}

// LeavesList tells whether the row is cleared when the list is taken in anew: the entry is not in the DLQ any more.
func (o Outcome) LeavesList() bool {
	switch o.State {
	case AlreadyGone, Duplicate, GoneUnknownHow, Retrying, Delivered, CameBack, Cancelled, NoEvidence:
		return true
	case Sent:
		return o.Verb != RerunFailureFunction
	}
	return false
}

// Words say the outcome. What was sent of a delete is deleted.
func (o Outcome) Words() string {
	switch {
	case o.State == Sent && o.Verb == Delete:
		return "deleted"
	case o.State == Sent && o.Verb == RerunFailureFunction:
		return "failure function started again"
	}
	return o.State.String()
}

// sameFailure tells whether an entry failed as it did before: with the same status, and a response that begins alike but for
// its numbers.
func sameFailure(before, after *Entry) bool {
	return before.Status == after.Status && withoutNumbers(before.Response) == withoutNumbers(after.Response)
}

// withoutNumbers is the beginning of a response with a # for every number in it.
func withoutNumbers(response string) string {
	const compared = 120
	b := make([]byte, 0, compared)
	for i := range min(len(response), 2*compared) {
		c := response[i]
		if isDigit(c) {
			c = '#'
			if len(b) > 0 && b[len(b)-1] == '#' {
				continue
			}
		}
		if b = append(b, c); len(b) == compared {
			break
		}
	}
	return string(b)
}
