package emulator

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

const (
	ordersURL   = "https://api.acme.io/webhooks/orders"
	partnerURL  = "https://partner.example/v1/sync"
	checkoutURL = "https://api.acme.io/checkout"
	workflowURL = "https://api.acme.io/wf/order"

	partnerKey     = "partner"
	defaultRetries = 3
)

const (
	causeOrders = iota + 1
	causePartner
	causeCheckout
	causeWorkflow
	causeOdd
	causeTraffic
)

// orderLabels are shared by all entries of the cause: with the very same list
// of labels on each, one bulk retry can keep them.
var orderLabels = []string{"release-42", "orders"}

// Part of the entries come back, so that the demo has something that does not
// simply work: the orders that were processed by other means, and those whose
// pod never recovered.
const (
	ordersDoneBefore = 9
	ordersStillDown  = 3
)

func (i *incident) orderWebhook(number, size int) Entry {
	d := i.dice(causeOrders, number)
	e := Entry{
		URL: ordersURL, MaxRetries: defaultRetries, QueueName: "orders", Labels: orderLabels,
		CallerIP: "203.0.113." + strconv.Itoa(10+number%8), ResponseStatus: http.StatusServiceUnavailable,
		fill: func(e *Entry) { fillOrder(e, number) },
	}
	if number%3 == 2 {
		e.QueueName = "billing"
	}
	middle := (d.part() + d.part()) / 2
	ago := 10*time.Minute + time.Duration(middle*float64(46*time.Minute))
	i.failed(&e, ago, d.within(40*time.Millisecond, 300*time.Millisecond))

	doneBefore := share(ordersDoneBefore, fullOrders, size)
	which, back := among(number, doneBefore+share(ordersStillDown, fullOrders, size), size)
	switch {
	case !back:
	case which < doneBefore:
		e.Script.Attempts = []Attempt{{
			Status: http.StatusConflict, Header: Header{"Content-Type": {"application/json"}},
			Body: []byte(`{"error":"already processed"}`),
		}}
	default:
		e.Script.FailsAgain = true
	}
	return e
}

var envoyTexts = []string{
	"upstream connect error or disconnect/reset before headers. reset reason: connection failure",
	"no healthy upstream",
	"upstream connect error or disconnect/reset before headers. retried and the latest reset reason: " +
		"remote connection failure, transport failure reason: delayed connect error: 111",
}

func fillOrder(e *Entry, number int) {
	d := dice(number)
	tenant, order := number%212+1, 5000+number
	e.Header = Header{
		"Content-Type":  {"application/json"},
		"User-Agent":    {"Upstash-QStash"},
		"Authorization": {fmt.Sprintf("Bearer demo-%016x", d.draw())},
		"X-Request-Id":  {fmt.Sprintf("req_%012x", d.draw()>>16)},
		"X-Release":     {"r481"},
		"X-Webhook-Id":  {fmt.Sprintf("wh-%d", 86000+number)},
	}
	e.Body = orderBody(&d, order, tenant, e.CreatedAt)
	text := envoyTexts[[]int{0, 0, 0, 1, 2, 0, 1, 0}[d.below(8)]]
	e.ResponseHeader = Header{
		"Server": {"envoy"}, "Content-Type": {"text/plain"},
		"Content-Length": {strconv.Itoa(len(text))}, "Date": {httpDate(e.FailedAt)},
	}
	e.ResponseBody = []byte(text)
}

// orderBody is an order of about a kilobyte.
func orderBody(d *dice, order, tenant int, at time.Time) []byte {
	body := fmt.Appendf(make([]byte, 0, 1200),
		`{"event":"order.updated","orderId":"o_%d","tenant":"t_%d","occurredAt":%q,"version":%d,"currency":"EUR",`+
			`"customer":{"id":"c_%06d","email":"customer%d@example.com","locale":"de-DE","loyalty":%t},"lines":[`,
		order, tenant, at.UTC().Format(time.RFC3339Nano), 1+d.below(7), d.below(1_000_000), d.below(90_000),
		d.below(2) == 0)
	total := 0
	for line := range 4 {
		price := 199 + d.below(9000)
		total += price
		if line > 0 {
			body = append(body, ',')
		}
		body = fmt.Appendf(body, `{"sku":"SKU-%05d","title":"Part no. %d","quantity":%d,"price":%d,"warehouse":"FRA-%d"}`,
			d.below(100_000), d.below(1000), 1+d.below(4), price, 1+d.below(5))
	}
	return fmt.Appendf(body,
		`],"total":%d,"shipping":{"carrier":"DHL","service":"standard","street":"Musterstrasse %d","city":"Hamburg",`+
			`"postcode":"2%04d","country":"DE"},"payment":{"method":"card","intent":"pi_%014x"},`+
			`"note":"Please leave the parcel with a neighbour if nobody answers the door."}`,
		total, 1+d.below(200), d.below(10_000), d.draw()>>8)
}

func (i *incident) partnerSync(number, _ int) Entry {
	d := i.dice(causePartner, number)
	// The share of failures grows with time: it is still going on.
	ago := time.Duration((1 - math.Sqrt(d.part())) * float64(50*time.Minute))
	return i.partnerEntry(number, ago, &d)
}

func (i *incident) partnerEntry(number int, ago time.Duration, d *dice) Entry {
	e := Entry{
		URL: partnerURL, MaxRetries: defaultRetries, Labels: []string{"partner-sync"},
		FlowControlKey: partnerKey, Parallelism: 20, Rate: 50, Period: time.Second,
		CallerIP: "198.51.100." + strconv.Itoa(4+number%3), ResponseStatus: http.StatusTooManyRequests,
		fill: func(e *Entry) { fillPartner(e, number) },
	}
	i.failed(&e, ago, d.within(30*time.Millisecond, 90*time.Millisecond))
	return e
}

func fillPartner(e *Entry, number int) {
	d := dice(number)
	e.Header = Header{
		"Content-Type": {"application/json"}, "User-Agent": {"Upstash-QStash"},
		"X-Api-Key": {fmt.Sprintf("demo-key-%08x", d.draw()>>32)},
	}
	e.Body = fmt.Appendf(nil, `{"account":"acct_%d","since":%q,"entities":["invoice","contact"],"page":%d,"full":false}`,
		100+number%40, e.CreatedAt.UTC().Add(-time.Minute).Format(time.RFC3339), 1+d.below(20))
	busy := partnerBusy()
	e.ResponseHeader, e.ResponseBody = busy.Header, busy.Body
}

// partnerBusy is what the partner answers over its limit.
func partnerBusy() Attempt {
	return Attempt{
		Status: http.StatusTooManyRequests,
		Header: Header{
			"Content-Type": {"application/json"}, "Retry-After": {"30"},
			"X-Ratelimit-Limit": {"10"}, "X-Ratelimit-Remaining": {"0"},
		},
		Body: []byte(`{"error":"rate limit exceeded","limit":10,"window":"1s"}`),
	}
}

func (i *incident) checkout(number, _ int) Entry {
	d := i.dice(causeCheckout, number)
	e := Entry{
		URL: checkoutURL, MaxRetries: defaultRetries, Labels: []string{"checkout"},
		CallerIP: "203.0.113." + strconv.Itoa(40+number%4), ResponseStatus: http.StatusBadRequest,
		Script: Script{FailsAgain: true},
		fill:   func(e *Entry) { fillCheckout(e, number) },
	}
	if number%5 == 4 {
		e.ResponseStatus = http.StatusUnprocessableEntity
	}
	i.failed(&e, d.within(19*time.Minute, 58*time.Minute), d.within(20*time.Millisecond, 80*time.Millisecond))
	return e
}

func fillCheckout(e *Entry, number int) {
	d := dice(number)
	request := fmt.Sprintf("req_%012x", d.draw()>>16)
	e.Header = Header{
		"Content-Type": {"application/json"}, "User-Agent": {"Upstash-QStash"},
		"Authorization": {fmt.Sprintf("Bearer demo-%016x", d.draw())},
		"X-Request-Id":  {request}, "X-Release": {"r480"},
	}
	e.Body = fmt.Appendf(nil,
		`{"cartId":"cart_%d","tenant":"t_%d","items":%d,"total":%d,"currency":"EUR",`+
			`"couponV2":{"code":"SPRING%d","stackable":%t}}`,
		70_000+number, number%212+1, 1+d.below(9), 500+d.below(40_000), d.below(100), d.below(2) == 0)
	text := fmt.Sprintf(`{"error":{"code":"unknown_field","message":"unknown field \"couponV2\"","path":"$.couponV2"},`+
		`"requestId":%q}`, request)
	if e.ResponseStatus == http.StatusUnprocessableEntity {
		text = fmt.Sprintf(`{"errors":[{"field":"couponV2","message":"unknown field \"couponV2\""}],"requestId":%q}`, request)
	}
	e.ResponseHeader = Header{"Content-Type": {"application/json"}, "Server": {"acme-api"}, "X-Request-Id": {request}}
	e.ResponseBody = []byte(text)
}

func httpDate(at time.Time) string { return at.UTC().Format(http.TimeFormat) }
