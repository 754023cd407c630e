package model

import (
	"context"
	"time"
)

// Backend is a QStash account in one region, as the program sees it. Its errors are those of errors.go; the context's
// own error comes back when the context ended first.
type Backend interface {
	// List reads one page of entries.
	List(ctx context.Context, q Query) (Page, error)
	// Get reads a whole entry, with bodies.
	Get(ctx context.Context, key Key) (Detail, error)
	// Logs reads attempts of messages.
	Logs(ctx context.Context, q LogQuery) (LogPage, error)
	// Do changes entries; it is the one way to do so. It sends each request at most once.
	Do(ctx context.Context, w Write) (WriteResult, error)
	// Control reads a queue, or holds it or lets it go on.
	Control(ctx context.Context, c ControlCall) (Queue, error)
}

// PageSize is the largest page that the server gives.
const PageSize = 100

// Query asks for one page of a kind.
type Query struct {
	DLQ    DLQ
	Kind   Kind
	Server ServerFilter
	Cursor string // empty for the first page; otherwise as the page before gave it
	// IDs asks for exactly these entries instead (at most [PageSize]); the filter and the cursor are not used then.
	IDs []string
}

// Page is a part of a DLQ.
type Page struct {
	// Entries may hold entries of the other kind: the API does not promise to keep them apart.
	Entries []Entry
	// Next is the cursor of the following page; empty at the end.
	Next string
}

// Verb is a way to change entries.
type Verb uint8

const (
	// Retry makes a new message of a dead one (POST /v2/dlq/retry/{dlqId}).
	Retry Verb = iota + 1
	// Resume goes on with a workflow run from the step that failed, as a new run
	// (POST /v2/workflows/dlq/resume/{dlqId}).
	Resume
	// Restart runs a workflow from its first step again, as a new run (POST /v2/workflows/dlq/restart/{dlqId}).
	Restart
	// RerunFailureFunction runs the failure function of a run again; the entry stays
	// (POST /v2/workflows/dlq/callback/{dlqId}).
	RerunFailureFunction
	// Delete takes an entry out of the DLQ for good (DELETE /v2/dlq/{dlqId} or /v2/workflows/dlq/{dlqId}).
	Delete
)

// Verbs are all verbs.
var Verbs = [...]Verb{Retry, Resume, Restart, RerunFailureFunction, Delete}

func (v Verb) String() string {
	switch v {
	case Retry:
		return "retry"
	case Resume:
		return "resume"
	case Restart:
		return "restart"
	case RerunFailureFunction:
		return "failure function"
	case Delete:
		return "delete"
	}
	return "unknown verb"
}

// Takes tells whether the verb is for entries of the kind. The server must never be sent another.
func (v Verb) Takes(k Kind) bool {
	switch v {
	case Retry:
		return k == Message
	case Resume, Restart, RerunFailureFunction:
		return k == WorkflowRun
	case Delete:
		return true
	}
	return false
}

// MaySendAgain tells whether an entry that was found still there after a lost answer may be sent again. A second run
// of a workflow or of a failure function may repeat what the first one did; a second message for a dead letter that is
// still there cannot, and neither can a second delete.
func (v Verb) MaySendAgain() bool { return v == Retry || v == Delete }

// Creates tells whether the verb makes a new message or run of the entry.
func (v Verb) Creates() bool { return v == Retry || v == Resume || v == Restart }

// Write is one call that changes entries.
type Write struct {
	Verb      Verb
	Selection Selection
	Overrides Overrides
}

// Created is what a write made of one entry.
type Created struct {
	MessageID         string
	WorkflowRunID     string
	WorkflowCreatedAt time.Time
	// Deduplicated is set when the server took the message for a duplicate and made none; MessageID is then the old
	// message's.
	Deduplicated bool
}

// WriteResult is the answer to a [Write]. With one entry selected it has one element; with more, the order of the
// elements tells nothing. A delete and the failure function create nothing: their answer has no elements, and Done is set.
type WriteResult struct {
	Created []Created
	Done    bool
}

// LogQuery asks for the log of messages, by their ids.
type LogQuery struct {
	DLQ        DLQ
	MessageIDs []string
	Cursor     string
}

// LogEvent is one line of a message's log (GET /v2/logs).
type LogEvent struct {
	At        time.Time
	MessageID string
	State     string // CREATED, ACTIVE, RETRY, ERROR, DELIVERED, FAILED, CANCELLED, …
	Status    int
	Error     string
	NextAt    time.Time // when the next attempt is due; zero when none is
}

// LogPage is a part of a log, newest or oldest first as the server likes.
type LogPage struct {
	Events []LogEvent
	Next   string
}

// ControlAction is what to do with a queue.
type ControlAction uint8

const (
	// ReadQueue only reads it (GET /v2/queues/{name}).
	ReadQueue ControlAction = iota
	// PauseQueue holds its messages (POST /v2/queues/{name}/pause).
	PauseQueue
	// ResumeQueue lets them go on (POST /v2/queues/{name}/resume); that may take a minute.
	ResumeQueue
)

// ControlCall names a queue and what to do with it.
type ControlCall struct {
	DLQ    DLQ
	Action ControlAction
	Queue  string
}

// Queue is the state of a queue. After a change only Name is set.
type Queue struct {
	Name        string
	Parallelism int
	Paused      bool
	Lag         int // messages waiting
}
