package emulator

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// The deliveries that succeeded lately, at the full size of the incident. The
// partner's are such that 31 % of its last quarter of an hour went well.
const (
	ordersSince     = 212
	checkoutSince   = 120
	ordersRolledOut = 9*time.Minute + 50*time.Second
	recently        = 15 * time.Minute
	partnerWell     = 0.31
)

// traffic writes the deliveries that succeeded to the log: what tells whether
// a destination works again.
func (i *incident) traffic(s *Server, messages, partner int) {
	i.delivered(s, share(ordersSince, fullMessages, messages), ordersRolledOut, Entry{
		URL: ordersURL, QueueName: "orders", Labels: orderLabels,
	})
	i.delivered(s, share(checkoutSince, fullMessages, messages), recently, Entry{
		URL: checkoutURL, Labels: []string{"checkout"},
	})
	failed := 0
	for _, e := range i.entries {
		if e.URL == partnerURL && i.now.since(instantOf(e.FailedAt)) <= recently {
			failed++
		}
	}
	well := 0
	if partner > 0 {
		well = int(math.Round(float64(failed) * partnerWell / (1 - partnerWell)))
	}
	i.delivered(s, well, recently, Entry{
		URL: partnerURL, Labels: []string{"partner-sync"}, FlowControlKey: partnerKey,
		Parallelism: 20, Rate: 50, Period: time.Second,
	})
}

// delivered writes so many deliveries, spread over the time until now.
func (i *incident) delivered(s *Server, number int, since time.Duration, like Entry) {
	d := i.dice(causeTraffic, len(like.URL))
	for n := range number {
		e := like
		at := i.now.plus(-since * time.Duration(n+1) / time.Duration(number+1))
		e.MessageID, e.Method, e.MaxRetries = i.ids.messageID(), http.MethodPost, defaultRetries
		e.CallerIP = "203.0.113." + strconv.Itoa(10+n%8)
		e.CreatedAt = at.plus(-d.within(200*time.Millisecond, 900*time.Millisecond)).time()
		e.NotBefore = e.CreatedAt
		e.fill = func(e *Entry) {
			e.Header = Header{"Content-Type": {"application/json"}, "User-Agent": {"Upstash-QStash"}}
			e.Body = fmt.Appendf(nil, `{"orderId":"o_%d","tenant":"t_%d"}`, 20_000+n, n%212+1)
		}
		s.log.remember(pastMessage{Entry: &e, deliveredAt: at})
	}
}

// arrivals are the messages that go on failing while the clock runs.
type arrivals struct {
	server   *Server
	incident *incident
	number   int
	pause    time.Duration
}

// plan puts the next arrival after the last, at an uneven pace. After a clock
// that was left alone for longer than entries live, it starts afresh.
func (a *arrivals) plan(last instant) {
	d := a.incident.dice(causePartner, a.number)
	next := last.plus(max(d.within(a.pause/2, a.pause*3/2), time.Millisecond))
	present := instantOf(a.server.options.Clock())
	next = max(next, present.plus(-max(a.server.options.Retention, DefaultRetention)))
	a.server.timeline.plan(next, func() {
		a.happen()
		a.plan(next)
	})
}

// happen lets one more message fail, or wait if the key is paused.
func (a *arrivals) happen() {
	number := a.number
	a.number++
	if k := a.server.flowKey(partnerKey); k.paused {
		k.held++
		return
	}
	d := a.incident.dice(causePartner, number)
	i := &incident{seed: a.incident.seed, ids: a.incident.ids, now: a.server.now}
	i.add(i.partnerEntry(number, 0, &d))
	arrived := i.entries[0]
	a.server.dlq.insert(arrived)
	a.server.introduce(arrived)
}
