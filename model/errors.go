package model

import (
	"fmt"
	"time"
)

// The errors of a [Backend]. Each is one sentence that says what happened, to what, and what to do next; each can be
// told apart with errors.As. Text of the server in them is raw.

// UnauthorizedError is a token that the server does not take (401) or that may not do this (403).
type UnauthorizedError struct {
	Host   string
	Status int
	Detail string
}

func (e *UnauthorizedError) Error() string {
	if e.Status == 403 {
		return fmt.Sprintf("%s does not permit this with this token%s: use a token that may write", e.Host, colon(e.Detail))
	}
	return fmt.Sprintf("%s refused the token%s: check QSTASH_TOKEN, and that QSTASH_URL is the token's region", e.Host, colon(e.Detail))
}

// NotFoundError is an entry that is not in the DLQ: retried, deleted or expired.
type NotFoundError struct {
	What   string
	Detail string
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("%s is not in the DLQ any more: it was retried, deleted or has expired", e.What)
}

// RateLimitedError is a request that was refused for the rate of requests (burst) or for the day's quota. It was not
// carried out.
type RateLimitedError struct {
	Host  string
	Until time.Time // zero when the server did not say
	Daily bool
}

func (e *RateLimitedError) Error() string {
	switch {
	case e.Daily && e.Until.IsZero():
		return fmt.Sprintf("the daily limit of %s is used up: nothing more can be sent today", e.Host)
	case e.Daily:
		return fmt.Sprintf("the daily limit of %s is used up%s: nothing more can be sent before then", e.Host, until(e.Until))
	case e.Until.IsZero():
		return fmt.Sprintf("%s limits the rate of requests: it is asked again soon", e.Host)
	}
	return fmt.Sprintf("%s limits the rate of requests%s: it is asked again then", e.Host, until(e.Until))
}

// QuotaError is a request beyond what the plan allows (412), such as too many retries.
type QuotaError struct{ Detail string }

func (e *QuotaError) Error() string {
	return fmt.Sprintf("the plan's quota does not allow this%s", colon(e.Detail))
}

// BadRequestError is a request that the server does not understand or refuses (400 and other 4xx).
type BadRequestError struct {
	Host   string
	Status int
	Detail string
}

func (e *BadRequestError) Error() string {
	return fmt.Sprintf("%s refused the request (%d)%s", e.Host, e.Status, colon(e.Detail))
}

// ServerError is a 5xx answer. Whether a write was carried out is not known.
type ServerError struct {
	Host   string
	Status int
	Detail string
}

func (e *ServerError) Error() string {
	return fmt.Sprintf("%s failed (%d)%s: try again with r", e.Host, e.Status, colon(e.Detail))
}

// LostAnswerError is a request that may have reached the server, and whose answer did not come or could not be read.
// A write may have been carried out.
type LostAnswerError struct {
	Host string
	// Status is that of an answer that came and does not tell whether anything was done, such as a 5xx; 0 when none came.
	Status int
	Cause  error
}

func (e *LostAnswerError) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("%s answered %d%s: whether it was done is not known", e.Host, e.Status, cause(e.Cause))
	}
	return fmt.Sprintf("no answer came from %s%s", e.Host, cause(e.Cause))
}

func (e *LostAnswerError) Unwrap() error { return e.Cause }

// NeverSentError is a request that provably did not leave: nothing was done.
type NeverSentError struct {
	Host  string
	Cause error
}

func (e *NeverSentError) Error() string {
	return fmt.Sprintf("%s cannot be reached%s: check the network and QSTASH_URL", e.Host, cause(e.Cause))
}

func (e *NeverSentError) Unwrap() error { return e.Cause }

// UnreadableError is an answer to a read that is not what the API documents: not JSON, cut off, or too large.
type UnreadableError struct {
	Host   string
	What   string // what is wrong with it
	Detail string // the beginning of the answer
}

func (e *UnreadableError) Error() string {
	return fmt.Sprintf("%s sent an answer that cannot be read (%s)%s: check that QSTASH_URL is a QStash", e.Host, e.What, colon(e.Detail))
}

// SomeNotFoundError is the answer to a call for several entries of which the server did not find some (404). Whether the
// others were done is not documented: each has to be read.
type SomeNotFoundError struct {
	Host   string
	Detail string
}

func (e *SomeNotFoundError) Error() string {
	return fmt.Sprintf("%s did not find some of the entries%s: which of the others were done is not known until they are read", e.Host, colon(e.Detail))
}

// RefusedError is a call that was not made, since it would have meant something else than was asked for. Nothing was
// sent.
type RefusedError struct {
	// Reason completes the sentence that begins with "nothing was sent".
	Reason string
}

func (e *RefusedError) Error() string { return "nothing was sent: " + e.Reason }

func refuse(format string, args ...any) error {
	return &RefusedError{Reason: fmt.Sprintf(format, args...)}
}

// ReadOnlyError is a write that was asked for under --read-only. Nothing was sent.
type ReadOnlyError struct {
	Verb Verb // zero when it was not entries that were to be changed
	// What was asked for when it was no verb; empty stands for changing queues.
	What string
}

func (e *ReadOnlyError) Error() string {
	what := "changing queues"
	switch {
	case e.Verb != 0:
		what = e.Verb.String()
	case e.What != "":
		what = e.What
	}
	return fmt.Sprintf("nothing was sent: %s is off, since redrive was started with --read-only", what)
}

// NotRecordedError is a write that could not be written down before it was sent, and so was not sent.
type NotRecordedError struct{ Cause error }

func (e *NotRecordedError) Error() string {
	return fmt.Sprintf("what is not in the journal is not sent, and it cannot be written%s: make room, or start with --no-journal", cause(e.Cause))
}

func (e *NotRecordedError) Unwrap() error { return e.Cause }

// NoListByIDError is a list of many entries by their ids, which the server cannot give: they have to be looked for in the
// whole list.
type NoListByIDError struct{ Host string }

func (e *NoListByIDError) Error() string {
	return fmt.Sprintf("%s cannot list entries by their ids: they are looked for in the list", e.Host)
}

func colon(detail string) string {
	if detail == "" {
		return ""
	}
	return ": " + detail
}

func cause(err error) string {
	if err == nil {
		return ""
	}
	return " (" + err.Error() + ")"
}

func until(t time.Time) string {
	return " until " + t.UTC().Format("15:04:05") + " UTC"
}
