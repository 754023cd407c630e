package emulator

import "time"

// Switches are the points on which the contract is silent or contradicts
// itself. The zero value of each is what most of the evidence says; setting it
// gives the other behaviour that a client has to survive. Each has a name for
// flags and scripts, see [SwitchNames].
type Switches struct {
	// OldestFirst lists entries in the order in which they failed. The
	// default is newest first.
	OldestFirst bool

	// LastCursor is how the last page of a listing is marked.
	LastCursor LastCursor

	// EmptyListIsNull writes null in place of a list with nothing in it.
	EmptyListIsNull bool

	// WithoutDLQIDOnGet leaves dlqId out of GET /v2/dlq/{dlqId} and
	// GET /v2/workflows/dlq/{dlqId}.
	WithoutDLQIDOnGet bool

	// DLQListsWorkflows shows all workflow entries in GET /v2/dlq too. The
	// default is to show there only those that were seeded so.
	DLQListsWorkflows bool

	// SharedDLQIDs lets a message and a workflow run have the same dlqId.
	SharedDLQIDs bool

	// Source is what a listing does with source=workflow.
	Source Tolerance

	// ListIDs is what a listing does with dlqIds.
	ListIDs Tolerance

	// OnlyDocumentedKeys refuses the query keys that clients are known to
	// send but that the published description does not list, such as dlqIds
	// on a listing or count on a bulk retry.
	OnlyDocumentedKeys bool

	// UnknownKeysIgnored takes no notice of query keys that it does not know:
	// a misspelt filter selects everything. The default is 400.
	UnknownKeysIgnored bool

	// IgnoredFilters are the names, with commas, of filters that the server
	// knows and takes no notice of: it answers, and acts on, more than asked.
	IgnoredFilters string

	// CommasKept does not split the value of a filter at its commas.
	CommasKept bool

	// URLMatchesPrefix makes the filters url and workflowUrl match every URL
	// that begins with the value.
	URLMatchesPrefix bool

	// RunIDMatchesPrefix makes the workflowRunId filter match every run whose
	// id begins with the value.
	RunIDMatchesPrefix bool

	// DatesCompareCreation makes fromDate and toDate look at the creation of
	// the message instead of its failure.
	DatesCompareCreation bool

	// DatesCompareRunCreation makes fromDate and toDate look at the creation
	// of the run, for workflow entries.
	DatesCompareRunCreation bool

	// CountClamped brings a count that is too small or too large into range.
	// The default is 400.
	CountClamped bool

	// EmptyCursorRefused answers 400 to `cursor=`. The default is the first
	// page.
	EmptyCursorRefused bool

	// TrimBody is what trimBody means.
	TrimBody TrimBody

	// BodyLimit is the number of bytes after which bodies are cut off in
	// every answer. Zero means that they are whole.
	BodyLimit int

	// AllOrNothing404 makes a bulk call that names an id that is gone do
	// nothing. The default is that the others are done and the answer is
	// still 404.
	AllOrNothing404 bool

	// ShuffledResponses answers a bulk call in an order unrelated to the ids.
	ShuffledResponses bool

	// EmptyIDsMeansEverything reads `dlqIds=` as no selection, which means
	// the whole dead letter queue. The default is 400.
	EmptyIDsMeansEverything bool

	// CountAbsentMeansAll makes a bulk call without a count act on all that
	// match. The default is a page of them.
	CountAbsentMeansAll bool

	// RefuseOverRunLimit answers 400 when more than 50 runs are to be
	// resumed or restarted at once. The default is to do the first 50.
	RefuseOverRunLimit bool

	// NoRunLimit resumes and restarts as many runs at once as are asked for.
	NoRunLimit bool

	// WithoutSingleIDRoutes has no paths to retry, resume or restart one
	// entry by its id: they answer 404 like any unknown path.
	WithoutSingleIDRoutes bool

	// MissingPaths are paths, with commas, that the server does not have,
	// such as /v2/flowControl; what is below them is missing too.
	MissingPaths string

	// RetryOfWorkflow is what /v2/dlq/retry does with a workflow entry that
	// is named by its id.
	RetryOfWorkflow RetryOfWorkflow

	// RetryIs200 answers a retry with 200 instead of 201.
	RetryIs200 bool

	// RemovalDelay is how long an entry is still there after it was retried,
	// resumed or restarted, and can be acted on once more.
	RemovalDelay time.Duration

	// RunsKeepEntry leaves an entry in the dead letter queue when its run was
	// resumed or restarted.
	RunsKeepEntry bool

	// ResumeKeepsRunID gives a resumed run the id of the run that failed, with
	// a creation time of its own. The default is a new id.
	ResumeKeepsRunID bool

	// ResumeResetsRetries gives a resumed or restarted run three retries if
	// no header says otherwise. The default is as many as the run had.
	ResumeResetsRetries bool

	// RetryQueue is where a retried message of a queue goes.
	RetryQueue RetryQueue

	// DelayAppliesAgain delays a retried message as long as its original was.
	DelayAppliesAgain bool

	// LabelOverride is what Upstash-Label does to the labels of an entry.
	LabelOverride LabelOverride

	// RetryKeepsDeduplication compares a retried message by the deduplication
	// id that it was published with: within the window it is a duplicate of
	// itself.
	RetryKeepsDeduplication bool

	// DeduplicationWindow is how long equal messages are recognised. Zero
	// means ten minutes.
	DeduplicationWindow time.Duration

	// DeduplicatedKeepsEntry leaves an entry in the dead letter queue when
	// its retry was deduplicated. The default is to remove it.
	DeduplicatedKeepsEntry bool

	// DeduplicatedIs202 answers a deduplicated retry with 202 instead of 201.
	DeduplicatedIs202 bool

	// ShortBackoff pauses e^(2n) seconds before the n-th retry. The default is
	// e^(2.5n).
	ShortBackoff bool

	// GroupAnswerIsObject answers a message that was published to a URL group
	// with an object whose messages are the list that is the default.
	GroupAnswerIsObject bool

	// ReadOnlyIs401 answers a write with the read-only token with 401
	// instead of 403.
	ReadOnlyIs401 bool

	// FailureState is where the state of a failure function is found.
	FailureState FailureStateShape

	// CallbackHeaderSingular spells the headers in failureCallbackInfo
	// responseHeader instead of responseHeaders.
	CallbackHeaderSingular bool

	// WorkflowCreatedAtText writes workflowCreatedAt of an entry as an
	// RFC 3339 string instead of Unix milliseconds.
	WorkflowCreatedAtText bool

	// CallerIPLowercase spells the publisher's address callerIp instead of
	// callerIP.
	CallerIPLowercase bool

	// NoStatusWithoutResponse leaves responseStatus out of an entry whose last
	// attempt had no response. The default is 0.
	NoStatusWithoutResponse bool

	// LogsKeyIsEvents answers GET /v2/logs with the key events instead of
	// logs.
	LogsKeyIsEvents bool

	// LogsPathMissing has no GET /v2/logs, only the older GET /v2/events.
	LogsPathMissing bool

	// EventsPathMissing has no GET /v2/events, only GET /v2/logs.
	EventsPathMissing bool

	// LogsTakeThousand lets count be up to 1000 in GET /v2/logs, and makes
	// that the default.
	LogsTakeThousand bool

	// LogsHeaderSingular spells the headers of a response in the log
	// responseHeader instead of responseHeaders.
	LogsHeaderSingular bool

	// LogsRetryDelayShort spells the retry delay in the log retryDelayExpr
	// instead of retryDelayExpression.
	LogsRetryDelayShort bool

	// CanceledWithOneL spells the log state CANCELED instead of CANCELLED.
	CanceledWithOneL bool

	// NextStepWithoutName leaves out the name of the step that a workflow run
	// failed at.
	NextStepWithoutName bool

	// WaitListLowercase spells the wait list of a flow control key
	// waitlistSize instead of waitListSize.
	WaitListLowercase bool

	// FlowZerosMissing leaves out what is zero or false of a flow control key.
	FlowZerosMissing bool

	// CancelCallbackLocation is sent as Location with the 302 that answers a
	// cancelled failure callback. Empty means no such header.
	CancelCallbackLocation string

	// ResetInMilliseconds announces the reset of a limit in Unix milliseconds
	// instead of seconds.
	ResetInMilliseconds bool

	// LimitedAfterWork answers 429 to a request over the rate limit and
	// carries it out all the same.
	LimitedAfterWork bool

	// RetriesOutsideDailyLimit does not count what retrying, resuming and
	// restarting makes against the daily limit.
	RetriesOutsideDailyLimit bool

	// RetentionFromCreation lets an entry expire by the creation of its
	// message instead of its failure.
	RetentionFromCreation bool

	// DLQLag is how long after its last attempt a message can be found in the
	// dead letter queue.
	DLQLag time.Duration
}

// LastCursor is how a server says that there are no more pages.
type LastCursor int

const (
	// CursorAsObserved leaves the cursor out of QStash listings, bulk
	// deletions and logs, and sends "" for bulk retries and for everything
	// under /v2/workflows/dlq.
	CursorAsObserved LastCursor = iota
	// CursorAbsent leaves it out everywhere.
	CursorAbsent
	// CursorEmpty sends "" everywhere.
	CursorEmpty
	// CursorNull sends null everywhere.
	CursorNull
)

func (LastCursor) names() []string { return []string{"as-observed", "absent", "empty", "null"} }

// FailureStateShape is where an entry shows the state of its failure function.
type FailureStateShape int

const (
	// FailureStateInfo is the object failureCallbackInfo with the key state.
	FailureStateInfo FailureStateShape = iota
	// FailureStateFlat is the string failureFunctionState.
	FailureStateFlat
	// FailureStateBoth is both.
	FailureStateBoth
)

func (FailureStateShape) names() []string { return []string{"info", "flat", "both"} }

// Tolerance is what a server does with something that clients send and that
// the published description does not list.
type Tolerance int

const (
	// Honoured does what the client means.
	Honoured Tolerance = iota
	// Ignored answers as if it were not there.
	Ignored
	// Refused answers 400.
	Refused
)

func (Tolerance) names() []string { return []string{"honoured", "ignored", "refused"} }

// TrimBody is what the query key trimBody means.
type TrimBody int

const (
	// TrimBodyBytes is the number of bytes of a body that are wanted; 0 and
	// less mean none. Without the key, bodies are whole.
	TrimBodyBytes TrimBody = iota
	// TrimBodyIgnored means nothing: bodies are always whole.
	TrimBodyIgnored
	// TrimBodyNoneByDefault leaves bodies out of workflow logs without the
	// key.
	TrimBodyNoneByDefault
)

func (TrimBody) names() []string { return []string{"bytes", "ignored", "none-by-default"} }

// RetryOfWorkflow is what retrying a workflow entry as a message does.
type RetryOfWorkflow int

const (
	// RetryOfWorkflowRefused answers 400, or 404 if GET /v2/dlq does not list
	// the entry.
	RetryOfWorkflowRefused RetryOfWorkflow = iota
	// RetryOfWorkflowDone makes a message of the failed step and removes the
	// entry; no run goes on.
	RetryOfWorkflowDone
	// RetryOfWorkflowNotFound answers 404.
	RetryOfWorkflowNotFound
)

func (RetryOfWorkflow) names() []string { return []string{"refused", "done", "not-found"} }

// RetryQueue is where a retried message of a queue goes.
type RetryQueue int

const (
	// RetryQueueEnd is behind the messages that wait in its queue.
	RetryQueueEnd RetryQueue = iota
	// RetryQueueFront is before them.
	RetryQueueFront
	// RetryQueueNone is into no queue.
	RetryQueueNone
)

func (RetryQueue) names() []string { return []string{"end", "front", "none"} }

// LabelOverride is what Upstash-Label does to the labels of an entry.
type LabelOverride int

const (
	// LabelsReplaced takes the new labels in place of the old.
	LabelsReplaced LabelOverride = iota
	// LabelsAdded puts the new labels behind the old.
	LabelsAdded
	// LabelsKept keeps the old labels.
	LabelsKept
)

func (LabelOverride) names() []string { return []string{"replaced", "added", "kept"} }
