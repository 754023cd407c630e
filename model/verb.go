package model

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

// MostAtOnce is how many entries one call of the verb may be for; 0 for what is no verb. More runs than that at once are
// documented to be refused or left out.
func (v Verb) MostAtOnce() int {
	switch v {
	case Retry, Delete:
		return PageSize
	case Resume, Restart:
		return 50
	case RerunFailureFunction:
		return 1
	}
	return 0
}
