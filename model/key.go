package model

// Kind tells the two sorts of entries apart: they are listed, read and brought back by different endpoints.
type Kind uint8

const (
	// Message is an entry of the QStash DLQ: a message whose deliveries all failed.
	Message Kind = iota
	// WorkflowRun is an entry of the Workflow DLQ: a run one of whose steps failed for good.
	WorkflowRun
)

// Kinds are all kinds, in the order of the views.
var Kinds = [...]Kind{Message, WorkflowRun}

// Noun is the kind's name for a count of n.
func (k Kind) Noun(n int) string {
	switch {
	case k == WorkflowRun && n == 1:
		return "workflow run"
	case k == WorkflowRun:
		return "workflow runs"
	case n == 1:
		return "message"
	default:
		return "messages"
	}
}

// DLQ names the account and region that an entry belongs to. DLQs are per token and per region, and so are their ids.
type DLQ string

// Key identifies an entry. An id alone does not: nothing promises that ids differ between the two DLQs of a region,
// or between regions.
type Key struct {
	DLQ  DLQ
	Kind Kind
	ID   string
}

// IsZero tells whether the key names nothing. Such a key must never reach the server: there an empty id stands for
// the whole collection.
func (k Key) IsZero() bool { return k.ID == "" }
