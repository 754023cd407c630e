package model

import (
	"strings"
	"time"
)

// MostRuns is how many workflow runs one page of their logs holds, and how many can be asked for at once.
const MostRuns = 10

// LogQuery asks for a log: of messages by their ids, of runs, or of whatever has a label. It says exactly one of them.
type LogQuery struct {
	DLQ        DLQ
	MessageIDs []string // at most [PageSize]
	Runs       []RunRef // at most [MostRuns]
	Label      string
	// Kind is whether messages or runs with the label are asked for. It is not used without a label.
	Kind   Kind
	Cursor string
	// Background lets every read go first that is not in the background.
	Background bool
}

// RunRef names a workflow run. Its id alone may not: runs can share one.
type RunRef struct {
	ID string
	// CreatedAt is the creation of the run; zero when it is not known, and then all runs with the id are meant.
	CreatedAt time.Time
}

// Valid is nil for a query that asks for something in particular. Its error is a [RefusedError]: without ids the log would
// be everyone's.
func (q LogQuery) Valid() error {
	asked := 0
	for _, is := range [...]bool{len(q.MessageIDs) > 0, len(q.Runs) > 0, q.Label != ""} {
		if is {
			asked++
		}
	}
	switch {
	case asked == 0:
		return refuse("neither a message nor a run nor a label was named, and the log would be that of all")
	case asked > 1:
		return refuse("a log is asked for by ids, by runs or by a label, not by two of them")
	case len(q.MessageIDs) > PageSize:
		return refuse("the log of more than %d messages was asked for at once", PageSize)
	case len(q.Runs) > MostRuns:
		return refuse("the log of more than %d runs was asked for at once", MostRuns)
	case q.Label != "" && !isPlain(q.Label):
		return refuse("the label %q may be read as something else", q.Label)
	case q.Label != "" && q.Kind != Message && q.Kind != WorkflowRun:
		return refuse("there is no such kind of entry")
	}
	for _, id := range q.MessageIDs {
		if strings.TrimSpace(id) == "" {
			return refuse("the message id is empty, and would stand for everything")
		}
	}
	for _, r := range q.Runs {
		if strings.TrimSpace(r.ID) == "" {
			return refuse("the run id is empty, and would stand for everything")
		}
	}
	return nil
}

// LogEvent is one line of a message's log (GET /v2/logs).
type LogEvent struct {
	At        time.Time
	MessageID string
	State     string // CREATED, ACTIVE, RETRY, ERROR, DELIVERED, FAILED, CANCELLED, …
	URL       string
	Labels    []string
	// MaxRetries is how many retries were configured; 0 also when the server did not say.
	MaxRetries int

	Status   int // of the response; 0 when there was none
	Response string
	Error    string
	NextAt   time.Time // when the next attempt is due; zero when none is
}

// LogPage is a part of a log, newest or oldest first as the server likes. It has events or runs, as it was asked for.
type LogPage struct {
	Events []LogEvent
	Runs   []Run
	Next   string
}

// The states of a workflow run. Others may come.
const (
	RunStarted  = "RUN_STARTED"
	RunSuccess  = "RUN_SUCCESS"
	RunFailed   = "RUN_FAILED"
	RunCanceled = "RUN_CANCELED"
)

// Run is a workflow run with its steps (GET /v2/workflows/logs).
type Run struct {
	ID          string
	CreatedAt   time.Time // part of the run's identity; zero when unknown
	CompletedAt time.Time // zero while it runs
	URL         string
	State       string // [RunStarted], [RunSuccess], [RunFailed], [RunCanceled], …
	// DLQID is the entry that a failed run became.
	DLQID          string
	Labels         []string
	CallerIP       string
	FlowControlKey string
	Steps          []RunStep
	// Response is the beginning of what the run returned, at most [ResponseHead] bytes.
	Response string
	// FailureState is the state of the failure function (CALLBACK_FAIL, …); empty when there is none. FailureStatus and
	// FailureResponse are what it answered last.
	FailureState    string
	FailureStatus   int
	FailureResponse string
	// Problem says, in one sentence, what of the run could not be read. Empty when all could.
	Problem string
}

// RunStep is a step of a run, or the attempt at one.
type RunStep struct {
	Name string // empty for one that has not run yet
	Type string // Initial, Run, Call, SleepFor, SleepUntil, Wait, Notify, Invoke, …
	// Group is how the step stands to its neighbours: sequential, parallel, or next for one that runs or has failed.
	Group     string
	State     string // STEP_SUCCESS, STEP_RETRY, STEP_FAILED, STEP_PROGRESS, STEP_CANCELED, …
	MessageID string
	CreatedAt time.Time
	Retries   int       // how many were configured
	NextAt    time.Time // when the next attempt is due; zero when none is
	Errors    []StepError
}

// StepError is a failed attempt at a step.
type StepError struct {
	At     time.Time
	Status int // of the response; 0 when there was none
	// Text is the error or, without one, the beginning of the response's body; at most [ResponseHead] bytes.
	Text string
}
