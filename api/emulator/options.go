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
