package emulator

import "time"

// DefaultToken is the token of the first predefined user of the local QStash
// development server. It is a published constant, not a secret.
const DefaultToken = "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0="

// The signing keys that belong to [DefaultToken], as GET /v2/keys shows them.
// A client recognises the development server by them.
const (
	DefaultCurrentSigningKey = "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r"
	DefaultNextSigningKey    = "sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs"
)

// DefaultRetention is how long an entry stays in the dead letter queue on the
// pay-as-you-go plan.
const DefaultRetention = 7 * 24 * time.Hour

// Options configure a [Server]. The zero value is usable.
type Options struct {
	// Clock tells the time and is called concurrently. Nil means [time.Now].
	// If it goes backwards, the server stays at the latest time it has seen.
	Clock func() time.Time

	// Token is what a client authenticates with, as a bearer token or as the
	// query parameter qstash_token. Empty means [DefaultToken].
	Token string

	// ReadOnlyToken may read but not change anything. Empty means there is
	// none.
	ReadOnlyToken string

	// Seed makes ids and delays repeatable.
	Seed uint64

	// Retention is how long after its failure an entry expires. Zero means
	// [DefaultRetention]; a negative value means never.
	Retention time.Duration

	// BurstLimit is the number of requests that are answered within a second
	// of the clock; the rest get 429. It is also what the Burst-RateLimit-*
	// headers announce. Zero means no limit and no headers.
	BurstLimit int

	// DailyLimit is the number of messages that can be made in a day, UTC:
	// published, enqueued, and by retrying, resuming and restarting. More get
	// 429, with the RateLimit-* headers. Zero means no limit and no headers.
	DailyLimit int

	// QueueQuota is the number of queues that the plan allows; one more gets
	// 412. Zero means any number.
	QueueQuota int

	// RetryQuota is the highest Upstash-Retries the plan allows; more gets
	// 412. Zero means any number.
	RetryQuota int

	// LogLag is how long after the fact a log entry can be read. Logs of the
	// real service are written by a separate process.
	LogLag time.Duration

	// Switches choose between behaviours that the contract leaves open.
	Switches Switches
}

// Switches are the points on which the contract is silent or contradicts
// itself. The zero value of each is what most of the evidence says; setting it
// gives the other behaviour that a client has to survive.
type Switches struct {
	// OldestFirst lists entries in the order in which they failed. The
	// default is newest first.
	OldestFirst bool

	// LastCursor is how the last page of a listing is marked.
	LastCursor LastCursor

	// WithoutDLQIDOnGet leaves dlqId out of GET /v2/dlq/{dlqId} and
	// GET /v2/workflows/dlq/{dlqId}.
	WithoutDLQIDOnGet bool

	// DLQListsWorkflows shows workflow entries in GET /v2/dlq too. The
	// default is to show there only those with [Entry.InPlainList].
	DLQListsWorkflows bool

	// OnlyDocumentedKeys refuses the query keys that clients are known to
	// send but that the published description does not list, such as dlqIds
	// on a listing or count on a bulk retry.
	OnlyDocumentedKeys bool

	// DatesCompareCreation makes fromDate and toDate look at the creation of
	// the message instead of its failure.
	DatesCompareCreation bool

	// RunIDMatchesPrefix makes the workflowRunId filter match every run whose
	// id begins with the value.
	RunIDMatchesPrefix bool

	// AllOrNothing404 makes a bulk call that names an id that is gone do
	// nothing. The default is that the others are done and the answer is
	// still 404.
	AllOrNothing404 bool

	// ShuffledResponses answers a bulk call in an order unrelated to the ids.
	ShuffledResponses bool

	// EmptyIDsMeansEverything reads `dlqIds=` as no selection, which means
	// the whole dead letter queue. The default is 400.
	EmptyIDsMeansEverything bool

	// RefuseOverRunLimit answers 400 when more than 50 runs are to be
	// resumed or restarted at once. The default is to do the first 50.
	RefuseOverRunLimit bool

	// DeduplicatedKeepsEntry leaves an entry in the dead letter queue when
	// its retry was deduplicated. The default is to remove it.
	DeduplicatedKeepsEntry bool

	// DeduplicatedIs202 answers a deduplicated retry with 202 instead of 201.
	DeduplicatedIs202 bool

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

	// LogsKeyIsEvents answers GET /v2/logs with the key events instead of
	// logs.
	LogsKeyIsEvents bool

	// CanceledWithOneL spells the log state CANCELED instead of CANCELLED.
	CanceledWithOneL bool

	// NextStepWithoutName leaves out the name of the step that a workflow run
	// failed at.
	NextStepWithoutName bool

	// CancelCallbackLocation is sent as Location with the 302 that answers a
	// cancelled failure callback. Empty means no such header.
	CancelCallbackLocation string
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

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Token == "" {
		o.Token = DefaultToken
	}
	if o.Retention == 0 {
		o.Retention = DefaultRetention
	}
	return o
}
