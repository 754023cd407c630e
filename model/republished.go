package model

import (
	"errors"
	"time"
)

// Republished is what is known of a deleted entry that was to be published anew.
type Republished struct {
	Key   Key
	Trash string // the name of what the trash had it in
	Label string // that went along
	At    time.Time
	// State is [Sent], [InDoubt], [Refused] or [NotSent].
	State     OutcomeState
	MessageID string // of the new message, when it was sent
}

// MayBeOut tells whether the entry was published, or may have been.
func (r Republished) MayBeOut() bool { return r.State == Sent || r.State == InDoubt }

// Join is what is known by two calls for the same entry: that it was published counts before that it may have been, and that
// before what was not. Of two that say the same the later counts.
func (r Republished) Join(o Republished) Republished {
	if a, b := r.weight(), o.weight(); a > b || a == b && r.At.After(o.At) {
		return r
	}
	return o
}

func (r Republished) weight() int {
	switch r.State {
	case Sent:
		return 3
	case InDoubt:
		return 2
	case Refused:
		return 1
	}
	return 0
}

// Republishing is what is about to be published anew.
type Republishing struct {
	Trash   string // the name of what the trash has the entries in
	Label   string // the last one of each message
	Entries []Key
	// Known is what was known of entries when it was confirmed: when more is known by now, nothing is published.
	Known map[Key]Republished
}

// PublishedState is what the answer to publishing a message says of it.
func PublishedState(err error) OutcomeState {
	var (
		lost         *LostAnswerError
		limited      *RateLimitedError
		unauthorized *UnauthorizedError
		readOnly     *ReadOnlyError
		notRecorded  *NotRecordedError
		neverSent    *NeverSentError
		bad          *BadRequestError
		quota        *QuotaError
		local        *RefusedError
		notFound     *NotFoundError
	)
	switch {
	case err == nil:
		return Sent
	case errors.As(err, &lost):
		// Whatever caused the loss, it is no answer.
		return InDoubt
	case errors.As(err, &limited), errors.As(err, &unauthorized), errors.As(err, &readOnly), errors.As(err, &notRecorded), errors.As(err, &neverSent):
		return NotSent
	case errors.As(err, &bad), errors.As(err, &quota), errors.As(err, &local), errors.As(err, &notFound):
		return Refused
	}
	return InDoubt
}
