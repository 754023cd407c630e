package model

import "time"

// ResponseHead is how many bytes of a response body an [Entry] keeps for the table, the filter and the sheet.
const ResponseHead = 512

// Entry is the summary of a dead letter: all that lists, filters and plans need. Bodies and headers are not in it;
// [Backend].Get fetches them.
type Entry struct {
	Key       Key
	MessageID string

	// URL is the destination; of a workflow run, the URL of the step that failed or of the workflow.
	URL    string
	Method string

	QueueName      string
	URLGroup       string
	Endpoint       string // the name of the endpoint within the URL group
	ScheduleID     string
	FlowControlKey string
	Flow           FlowLimits // of the flow-control key
	CallerIP       string

	// Labels are all labels, in order.
	Labels []string
	// FirstLabelOnly is set when the server sent `label` without `labels`: others may exist that are not known here.
	FirstLabelOnly bool

	// MaxRetries is how many retries were configured, not how many were made: the API does not tell that.
	MaxRetries int

	CreatedAt time.Time // zero when unknown
	// FailedAt is the time in the DLQ id. Zero when the id has none.
	FailedAt time.Time
	// Sequence is the number after the time in the DLQ id; it orders entries of one millisecond.
	Sequence uint32

	// Status is the HTTP status of the last attempt; 0 when there was no response.
	Status int
	// Response is the beginning of the last response's body, at most [ResponseHead] bytes.
	Response string
	// ResponseCut is set when the body goes on after Response.
	ResponseCut bool
	// RetryAfter is how long the destination asked to wait with the next call, by the Retry-After of the last response; 0
	// when it did not say so in seconds.
	RetryAfter time.Duration
	// Cause is why it failed, worked out from more of the response than is kept.
	Cause Cause

	WorkflowRunID     string
	WorkflowURL       string
	WorkflowCreatedAt time.Time
	// FailureState is the state of the failure function (CALLBACK_FAIL, …); empty when there is none.
	FailureState string

	// Problem says, in one sentence, what of the entry could not be read. Empty when all could.
	Problem string
}

// When is the best time known for the entry, and whether it is the time of failure: only then is it exact; otherwise
// it is the creation, or zero.
func (e *Entry) When() (at time.Time, failed bool) {
	if !e.FailedAt.IsZero() {
		return e.FailedAt, true
	}
	return e.CreatedAt, false
}

// HeaderField is one line of an HTTP header.
type HeaderField struct{ Name, Value string }

// Body is the content of a request or a response.
type Body struct {
	Bytes []byte
	// Base64 is set when the server sent the body as base64, as it does with what is not UTF-8. Bytes are decoded.
	Base64 bool
}

// FailureFunction is what is known of the failure function (failure callback) of a workflow run.
type FailureFunction struct {
	State  string
	Status int
	Header []HeaderField
	Body   Body
}

// Detail is a whole entry, as read by id.
type Detail struct {
	Entry
	Header         []HeaderField
	Body           Body
	ResponseHeader []HeaderField
	ResponseBody   Body

	NotBefore            time.Time
	RetryDelayExpression string

	Callback              string
	CallbackHeader        []HeaderField
	FailureCallback       string
	FailureCallbackHeader []HeaderField
	FailureFunction       *FailureFunction

	// Unknown are the fields of the entry that have no place above, by name, as JSON.
	Unknown []HeaderField
}
