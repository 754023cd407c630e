package emulator

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheTokenIsRequired(t *testing.T) {
	b := newBench(t, Options{ReadOnlyToken: "reader"})
	id := b.Add(Entry{})
	for _, test := range []struct {
		token, method, target string
		status                int
	}{
		{DefaultToken, "GET", "/v2/dlq", 200},
		{"wrong", "GET", "/v2/dlq", 401},
		{"", "GET", "/v2/dlq", 401},
		{"reader", "GET", "/v2/dlq", 200},
		{"reader", "POST", "/v2/dlq/retry/" + id, 403},
		{"reader", "DELETE", "/v2/dlq", 403},
		{"wrong", "GET", "/v2/nowhere", 401},
	} {
		b.token = test.token
		b.wantStatus(b.send(test.method, test.target), test.status)
	}
	b.token = "wrong"
	if got := b.send(http.MethodGet, "/v2/dlq").body; got != `{"error":"unable to authenticate: invalid token"}` {
		t.Error(got)
	}
	b.wantTouched()
}

func TestReadOnlyTokensAreRefusedWith401WithTheSwitch(t *testing.T) {
	b := newBench(t, Options{ReadOnlyToken: "reader", Switches: Switches{ReadOnlyIs401: true}})
	b.token = "reader"
	b.wantStatus(b.send(http.MethodDelete, "/v2/dlq"), http.StatusUnauthorized)
}

func TestTheTokenCanBeAQueryParameter(t *testing.T) {
	b := newBench(t, Options{Token: "secret"})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://x/v2/dlq?qstash_token=secret&count=5", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := b.Transport().RoundTrip(request)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response, err)
	}
	_ = response.Body.Close()
	if query := b.Requests()[0].Query.Encode(); query != "count=5" {
		t.Errorf("recorded query %s", query)
	}
}

func TestUnknownPathsAndMethodsAreRefusedInPlainText(t *testing.T) {
	b := newBench(t, Options{})
	for request, status := range map[string]int{
		"PUT /v2/dlq":                       405,
		"GET /v2/dlq/retry/x":               405,
		"DELETE /v2/workflows/dlq/delete/x": 404,
		"GET /v2":                           404,
		"GET /":                             404,
		"POST /v2/workflows/dlq/callback/":  405,
	} {
		method, target, _ := strings.Cut(request, " ")
		got := b.send(method, target)
		if got.status != status || strings.HasPrefix(got.body, "{") {
			t.Errorf("%s: %d %s", request, got.status, got.body)
		}
	}
}

func TestSigningKeysAreThoseOfTheDevelopmentServer(t *testing.T) {
	got := newBench(t, Options{}).get("/v2/keys")
	if got.text("current") != DefaultCurrentSigningKey || got.text("next") != DefaultNextSigningKey {
		t.Errorf("got %v", got)
	}
}

func TestTheBurstLimitRefusesTheRestOfTheSecond(t *testing.T) {
	b := newBench(t, Options{BurstLimit: 2})
	id := b.Add(Entry{})
	for n, want := range []struct {
		status    int
		remaining string
	}{{200, "1"}, {200, "0"}, {429, "0"}} {
		method, target := http.MethodGet, "/v2/dlq"
		if n == 2 {
			method, target = http.MethodPost, "/v2/dlq/retry/"+id
		}
		got := b.send(method, target)
		b.wantStatus(got, want.status)
		if got.header.Get("Burst-RateLimit-Limit") != "2" || got.header.Get("Burst-RateLimit-Remaining") != want.remaining ||
			got.header.Get("Burst-RateLimit-Reset") != itoa(b.clock.now.Unix()+1) {
			t.Errorf("%d: headers %v", n, got.header)
		}
	}
	b.wantTouched()
	b.clock.advance(time.Second)
	b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry/"+id), http.StatusCreated)

	unlimited := newBench(t, Options{}).send(http.MethodGet, "/v2/dlq")
	if unlimited.header.Get("Burst-RateLimit-Limit") != "" {
		t.Error("headers without a limit")
	}
}

func TestRequestsAreRecordedWithoutTheToken(t *testing.T) {
	b := newBench(t, Options{})
	b.send(http.MethodPost, "/v2/dlq/retry/a%2Fb?x=1", "Upstash-Label: l", "X-Other: no")
	want := []Request{{
		Time: b.clock.now, Method: "POST", Path: "/v2/dlq/retry/a%2Fb", Query: map[string][]string{"x": {"1"}},
		Header: http.Header{"Upstash-Label": {"l"}}, Status: 400,
	}}
	if diff := cmp.Diff(want, b.Requests()); diff != "" {
		t.Error(diff)
	}
}

func TestTheRecordOfRequestsIsBounded(t *testing.T) {
	var rec received
	request, _ := http.NewRequest(http.MethodGet, "http://x/v2/dlq", nil)
	for range requestsKept + 10 {
		rec.answered(rec.add(request, time.Time{}), 200)
	}
	if len(rec.requests) > requestsKept || rec.requests[len(rec.requests)-1].Status != 200 {
		t.Errorf("%d requests", len(rec.requests))
	}
}

func TestTheFateOfAnUnknownEntryIsUnknown(t *testing.T) {
	if fate := newBench(t, Options{}).Fate("1-0"); fate.State != FateUnknown {
		t.Errorf("%+v", fate)
	}
}

func TestQueuesAreListedAndNamed(t *testing.T) {
	b := newBench(t, Options{})
	b.AddQueue(Queue{Name: "mail", Parallelism: 3, Paused: true})
	b.Add(Entry{QueueName: "a"})
	if body := b.send(http.MethodGet, "/v2/queues").body; !strings.HasPrefix(body, `[{"name":"a","createdAt":`) ||
		!strings.HasSuffix(body, `"parallelism":3,"paused":true,"lag":0}]`) {
		t.Error(body)
	}
	b.wantStatus(b.send(http.MethodGet, "/v2/queues/none"), http.StatusNotFound)
	b.wantStatus(b.send(http.MethodPost, "/v2/queues/none/pause"), http.StatusNotFound)
	b.wantStatus(b.send(http.MethodGet, "/v2/queues/not%2Fa%20name"), http.StatusBadRequest)
}

func TestAPausedFlowControlKeyHoldsMessagesInItsWaitList(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Add(Entry{FlowControlKey: "k/ey", Rate: 5})
	b.wantStatus(b.send(http.MethodPost, "/v2/flowControl/k%2Fey/pause"), http.StatusOK)
	messageID := b.retry(id)
	b.clock.advance(10 * time.Second)
	key := b.get("/v2/flowControl/k%2Fey")
	if key.number("waitListSize") != 1 || key["isPaused"] != true || b.states(messageID) != "CREATED" {
		t.Errorf("got %v and %s", key, b.states(messageID))
	}
	b.send(http.MethodPost, "/v2/flowControl/k%2Fey/resume")
	b.clock.advance(time.Second)
	if !b.Fate(id).Delivered {
		t.Error("not delivered after the pause")
	}
	b.wantStatus(b.send(http.MethodGet, "/v2/flowControl/none"), http.StatusNotFound)
	if got := b.send(http.MethodGet, "/v2/flowControl?search=none").body; got != "[]" {
		t.Error(got)
	}
}

func TestPinnedLimitsStayUntilTheyAreUnpinned(t *testing.T) {
	b := newBench(t, Options{})
	key := func() object { return b.get("/v2/flowControl/k") }
	b.wantStatus(b.send(http.MethodPost, "/v2/flowControl/k/pin?rate=3&period=10&parallelism=2"), http.StatusOK)
	b.Add(Entry{FlowControlKey: "k", Rate: 50, Parallelism: 9})
	if got := key(); got.number("rateMax") != 3 || got.number("ratePeriod") != 10 || got.number("parallelismMax") != 2 ||
		got["isPinnedRate"] != true || got["isPinnedParallelism"] != true {
		t.Errorf("pinned: %v", got)
	}
	b.send(http.MethodPost, "/v2/flowControl/k/unpin")
	if key()["isPinnedRate"] != true {
		t.Error("unpinned without a flag")
	}
	b.send(http.MethodPost, "/v2/flowControl/k/unpin?rate=true&parallelism=true")
	if got := key(); got["isPinnedRate"] != false || got.number("rateMax") != 3 {
		t.Errorf("unpinned: %v", got)
	}
	b.Add(Entry{FlowControlKey: "k", Rate: 50, Parallelism: 9})
	if got := key(); got.number("rateMax") != 50 || got.number("parallelismMax") != 9 {
		t.Errorf("reconfigured: %v", got)
	}
	b.wantStatus(b.send(http.MethodPost, "/v2/flowControl/k/pin?rate=0"), http.StatusBadRequest)
	b.wantStatus(b.send(http.MethodPost, "/v2/flowControl/k/resetRate"), http.StatusOK)
}
