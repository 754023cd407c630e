package emulator

import (
	"encoding/json"
	"time"
)

// Header is a set of headers as the API writes them: name to values, with the
// spelling kept.
type Header map[string][]string

// Entry is what a test or a seed puts into the dead letter queue. Every field
// is optional: [Server.Add] supplies what the API always shows.
type Entry struct {
	// DLQID is the handle of the entry. Empty means that the server makes
	// one from FailedAt, of the form <Unix ms>-<sequence>.
	DLQID string
	// FailedAt is when the message entered the dead letter queue. Zero means
	// now.
	FailedAt time.Time

	MessageID  string
	URL        string
	Method     string
	Header     Header
	Body       []byte
	MaxRetries int
	CreatedAt  time.Time
	NotBefore  time.Time
	CallerIP   string

	// TopicName and EndpointName mark a message of a URL group.
	TopicName    string
	EndpointName string
	QueueName    string
	ScheduleID   string

	Callback              string
	CallbackHeader        Header
	FailureCallback       string
	FailureCallbackHeader Header

	Labels []string

	FlowControlKey string
	Parallelism    int
	Rate           int
	// Period is the length of a rate window; the API writes it in seconds.
	Period time.Duration

	// RetryDelayExpression gives the milliseconds before a retry.
	RetryDelayExpression string

	// Timeout is how long the destination may take to answer; zero means any
	// time.
	Timeout time.Duration

	// DeduplicationID is what the message was published with.
	DeduplicationID string

	// RedactFields are the parts that the API shows as REDACTED:<SHA256>:
	// body, header, or header[Name]. They are delivered as they are.
	RedactFields []string

	// ResponseStatus is the status of the last attempt, 0 when there was no
	// response.
	ResponseStatus int
	// WithoutResponseStatus leaves the key responseStatus out, the other way
	// in which a server may say that there was no response.
	WithoutResponseStatus bool
	ResponseHeader        Header
	ResponseBody          []byte

	// Workflow marks the entry as a failed workflow run.
	Workflow *Workflow
	// InPlainList shows a workflow entry in GET /v2/dlq as well.
	InPlainList bool

	// Script is what becomes of the entry when it is acted on.
	Script Script

	// Raw is answered in place of the object that the other fields would
	// give, for shapes that these cannot express. The other fields still
	// decide filters and actions.
	Raw json.RawMessage

	callback, failureCallback callbackSettings

	// fill completes a copy of a seeded entry when it is shown. Three
	// thousand bodies that nobody looks at are not worth making at start.
	fill func(*Entry)
}

// Workflow is what an entry of a failed workflow run has in addition.
type Workflow struct {
	// RunID begins with wfr_. Empty means that the server makes one.
	RunID string
	// URL is the workflow's endpoint. Empty means the URL of the entry.
	URL string
	// CreatedAt is when the run started; with RunID it identifies the run.
	CreatedAt time.Time

	// Done are the steps that finished before the failure, Failed the step
	// that failed and Rest those that would have come after it.
	Done   []Step
	Failed Step
	Rest   []Step

	// Callback is what became of the failure function.
	Callback FailureCallback
}

// Step is one step of a workflow run.
type Step struct {
	Name string
	// Type is as the API names it, such as Run, Call or SleepFor. Empty means
	// Run.
	Type string
	// Out is the result of the step.
	Out string
	// Took is how long the step runs.
	Took time.Duration
}

// CallbackState is the state of a failure function.
type CallbackState string

// The states of a failure function; the empty string means that there is none.
const (
	CallbackInProgress CallbackState = "CALLBACK_INPROGRESS"
	CallbackSuccess    CallbackState = "CALLBACK_SUCCESS"
	CallbackFail       CallbackState = "CALLBACK_FAIL"
	CallbackCanceled   CallbackState = "CALLBACK_CANCELED"
)

// FailureCallback is the last call of a failure function.
type FailureCallback struct {
	State          CallbackState
	ResponseStatus int
	ResponseHeader Header
	ResponseBody   []byte
}

// Script is what becomes of an entry when it is acted on. The zero value is a
// message that is delivered, or a run that succeeds, at the first attempt.
type Script struct {
	// Attempts are the answers of the destination to successive deliveries,
	// counted over all retries of the entry and of what it becomes. The last
	// one repeats.
	Attempts []Attempt

	// FailsAgain lets every delivery end as the last one did. It goes before
	// Attempts.
	FailsAgain bool

	// Deduplicated makes the retry find an equal message: nothing is
	// delivered and the answer says so.
	Deduplicated bool

	// RestartSucceeds lets a run that is restarted succeed, whatever a resumed
	// one does.
	RestartSucceeds bool

	// CallbackFailsAgain lets a failure function that is run again fail.
	CallbackFailsAgain bool
}

// Attempt is the answer of a destination to one delivery.
type Attempt struct {
	// Status 200 to 299 delivers the message, anything else fails the
	// attempt; 0 means that there was no response.
	Status int
	Header Header
	Body   []byte
	// Error is what the log says of a failed attempt. Empty means a text made
	// from Status.
	Error string
	// Took is how long the destination needs. Zero means a fraction of a
	// second.
	Took time.Duration
	// NonRetryable ends the retries at once, as a destination does with the
	// header Upstash-NonRetryable-Error.
	NonRetryable bool
}

func (a Attempt) delivers() bool { return a.Status >= 200 && a.Status < 300 }

// attempt is the answer to the delivery that follows `made` earlier ones.
func (s Script) attempt(made int, e *Entry) Attempt {
	if s.FailsAgain {
		full := e.full()
		return Attempt{Status: full.ResponseStatus, Header: full.ResponseHeader, Body: full.ResponseBody}
	}
	if len(s.Attempts) == 0 {
		return Attempt{Status: 200}
	}
	return s.Attempts[min(made, len(s.Attempts)-1)]
}

// after is the script of what an entry becomes when `made` attempts are spent.
func (s Script) after(made int) Script {
	if len(s.Attempts) > 0 {
		s.Attempts = s.Attempts[min(made, len(s.Attempts)-1):]
	}
	return s
}

// full is the entry with everything that is filled in on demand.
func (e *Entry) full() *Entry {
	if e.fill == nil {
		return e
	}
	completed := *e
	completed.fill = nil
	e.fill(&completed)
	return &completed
}

func (e *Entry) isWorkflow() bool { return e.Workflow != nil }

// workflow is the workflow part, empty if there is none.
func (e *Entry) workflow() Workflow {
	if e.Workflow == nil {
		return Workflow{}
	}
	return *e.Workflow
}
