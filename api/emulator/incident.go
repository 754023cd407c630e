package emulator

import (
	"net/http"
	"time"
)

// IncidentOptions say how large the seeded incident is. Zero means the
// default, a negative number means none.
type IncidentOptions struct {
	// Messages is the number of plain entries of the three causes together;
	// the default is 2,855.
	Messages int
	// Workflows is the number of failed workflow runs; the default is 145.
	Workflows int
	// Odd is the number of entries with unusual or hostile content, which
	// come on top; the default is all of [OddKinds], and fewer are the first
	// of them.
	Odd int
	// Seed makes another incident of the same shape.
	Seed uint64
	// ArrivalsPerMinute is how many further messages to the rate-limited
	// partner fail every minute from now on. Zero means none.
	ArrivalsPerMinute float64
}

// The full size of the incident, by cause.
const (
	fullOrders    = 1842
	fullPartner   = 611
	fullCheckout  = 402
	fullMessages  = fullOrders + fullPartner + fullCheckout
	fullWorkflows = 145
)

// SeedIncident fills the dead letter queue with the failures of the last hour
// before now, from four causes mixed in time:
//
//   - a bad deploy behind POST https://api.acme.io/webhooks/orders, 503,
//     rolled back ten minutes ago. All these entries have the same labels.
//     Nearly all are delivered when retried; nine come back with 409 and three
//     with 503;
//   - the rate limit of POST https://partner.example/v1/sync, 429, which still
//     goes on. The partner takes ten deliveries a second and answers 429 to
//     more;
//   - a field that POST https://api.acme.io/checkout does not know, 400 or
//     422, which comes back whenever it is retried;
//   - workflow runs at https://api.acme.io/wf/order, 504, whose step
//     charge-card was killed. Of 145, 31 have a failed failure function, and
//     three fail again when resumed.
//
// At other sizes the causes keep their proportions. The log has deliveries
// that succeeded since, too.
func (s *Server) SeedIncident(options IncidentOptions) {
	s.locked(func() {
		i := &incident{seed: options.Seed, ids: newIDSource(options.Seed + 1), now: s.now}
		messages := sizeOr(options.Messages, fullMessages)
		orders := messages * fullOrders / fullMessages
		partner := messages * fullPartner / fullMessages
		checkout := messages - orders - partner
		i.cause(orders, i.orderWebhook)
		i.cause(partner, i.partnerSync)
		i.cause(checkout, i.checkout)
		i.cause(sizeOr(options.Workflows, fullWorkflows), i.orderWorkflow)
		i.odd(sizeOr(options.Odd, len(oddEntries())))

		s.queue("orders").parallelism = 20
		s.queue("billing").parallelism = 10
		s.limits[partnerURL] = &destinationLimit{perSecond: 10, over: partnerBusy()}
		s.dlq.load(i.entries)
		for _, e := range i.entries {
			s.introduce(e)
		}
		i.traffic(s, messages, partner)
		if options.ArrivalsPerMinute > 0 && messages > 0 {
			(&arrivals{
				server: s, incident: i, number: partner,
				pause: time.Duration(float64(time.Minute) / options.ArrivalsPerMinute),
			}).plan(s.now)
		}
	})
}

func sizeOr(size, full int) int {
	if size == 0 {
		return full
	}
	return max(size, 0)
}

// incident makes the entries of a seeded incident.
type incident struct {
	seed    uint64
	ids     *idSource
	now     instant
	entries []*entry
}

// cause makes the entries of one cause, each from its own number.
func (i *incident) cause(size int, entryOf func(number, size int) Entry) {
	for number := range size {
		i.add(entryOf(number, size))
	}
}

// add supplies what the entries of an incident have in common.
func (i *incident) add(e Entry) {
	if e.MessageID == "" {
		e.MessageID = i.ids.messageID()
	}
	if e.Method == "" {
		e.Method = http.MethodPost
	}
	if e.NotBefore.IsZero() {
		e.NotBefore = e.CreatedAt
	}
	i.entries = append(i.entries, &entry{Entry: e})
}

// failed gives an entry its times: the failure so long ago, and the creation
// before the retries that led to it.
func (i *incident) failed(e *Entry, ago, took time.Duration) {
	e.FailedAt = i.now.plus(-ago).time()
	e.CreatedAt = e.FailedAt.Add(-seededAge(e.MaxRetries, took))
}

// dice draws numbers for one entry, so that an entry stays the same whatever
// others there are.
type dice uint64

func (i *incident) dice(cause, number int) dice {
	return dice(i.seed ^ uint64(cause)<<56 ^ uint64(number)*0xd1342543de82ef95)
}

func (d *dice) draw() uint64 {
	*d += 0x9e3779b97f4a7c15
	mixed := uint64(*d)
	mixed = (mixed ^ mixed>>30) * 0xbf58476d1ce4e5b9
	mixed = (mixed ^ mixed>>27) * 0x94d049bb133111eb
	return mixed ^ mixed>>31
}

// below draws a number from 0 up to, but not including, the limit.
func (d *dice) below(limit int) int { return int(d.draw() % uint64(limit)) }

// part draws a fraction from 0 to 1.
func (d *dice) part() float64 { return float64(d.draw()>>11) / (1 << 53) }

// within draws a duration from short to long.
func (d *dice) within(short, long time.Duration) time.Duration {
	return short + time.Duration(d.part()*float64(long-short))
}

// share scales a number of special entries; it is never rounded to none while
// the cause is large enough to have some.
func share(special, full, size int) int {
	const worthwhile = 20
	if size < worthwhile {
		return 0
	}
	return (special*size + full - 1) / full
}

// among says whether the number is one of `special`, spread evenly over
// `size`, and which.
func among(number, special, size int) (which int, is bool) {
	if special == 0 {
		return 0, false
	}
	which = number * special / size
	return which, number == (which*size+special-1)/special
}
