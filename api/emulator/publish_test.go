package emulator

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// post sends a body.
func (b *bench) post(target, body string, headers ...string) reply {
	b.Helper()
	got, err := b.try(http.MethodPost, target, strings.NewReader(body), headers...)
	if err != nil {
		b.Fatalf("POST %s: %v", target, err)
	}
	return got
}

// publish publishes and returns the id of the message.
func (b *bench) publish(destination, body string, headers ...string) string {
	b.Helper()
	got := b.post("/v2/publish/"+destination, body, headers...)
	b.wantStatus(got, http.StatusOK)
	return b.decode(got).text("messageId")
}

func TestAPublishedMessageIsDelivered(t *testing.T) {
	b := newBench(t, Options{})
	id := b.publish("https://a.example/hook", "hello", "Content-Type: text/plain")
	message := b.get("/v2/messages/" + id)
	if message.text("url") != "https://a.example/hook" || message.text("body") != "hello" || message.number("maxRetries") != 3 ||
		message.text("method") != "POST" || message.text("callerIP") != "127.0.0.1" {
		t.Errorf("got %v", message)
	}
	b.clock.advance(5 * time.Second)
	if states := b.states(id); states != "CREATED ACTIVE DELIVERED" {
		t.Error(states)
	}
}

func TestAPublishedMessageThatIsRefusedBecomesADeadLetter(t *testing.T) {
	b := newBench(t, Options{})
	id := b.publish("https://a.example/hook", "hello", "Upstash-Retries: 1", "Upstash-Retry-Delay: 1000",
		"Upstash-Forward-Emulator-Answers: 500, 503, 200", "Upstash-Label: one,two", "Content-Type: text/plain")
	b.clock.advance(10 * time.Second)
	if states := b.states(id); states != "CREATED ACTIVE ERROR RETRY ACTIVE ERROR FAILED" {
		t.Fatal(states)
	}
	dead := b.get("/v2/dlq?messageId=" + id).list("messages")[0]
	want := object{
		"responseStatus": 503.0, "labels": []any{"one", "two"}, "body": "hello", "maxRetries": 1.0,
		"header": map[string]any{"Content-Type": []any{"text/plain"}, "Emulator-Answers": []any{"500, 503, 200"}},
	}
	for key := range want {
		if diff := cmp.Diff(want[key], dead[key]); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
	b.retry(dead.text("dlqId"))
	b.clock.advance(5 * time.Second)
	if !b.Fate(dead.text("dlqId")).Delivered {
		t.Error("the third attempt is not delivered")
	}
}

func TestADestinationAnswersAsItsScriptSays(t *testing.T) {
	b := newBench(t, Options{})
	b.ScriptDestination("https://a.example/down", Script{Attempts: []Attempt{{Status: 489, NonRetryable: true}}})
	id := b.publish("https://a.example/down", "")
	b.clock.advance(5 * time.Second)
	if states := b.states(id); states != "CREATED ACTIVE ERROR FAILED" {
		t.Errorf("a non-retryable answer: %s", states)
	}
}

func TestDestinationsAreTakenAsTheyStandOrEscaped(t *testing.T) {
	b := newBench(t, Options{})
	for destination, want := range map[string]string{
		"https://a.example":                                  "https://a.example",
		"https://a.example/":                                 "https://a.example/",
		"https://a.example//x/?y=1&z=%20":                    "https://a.example//x/?y=1&z=%20",
		"https%3A%2F%2Fa.example%2Fhook":                     "https://a.example/hook",
		"https://a.example/x?y=1&upstash-retries=0":          "https://a.example/x?y=1",
		"http://a.example/x?qstash_token=" + DefaultToken:    "http://a.example/x",
		"https://a.example/a%2Fb?upstash-label=l&upstash-x=": "https://a.example/a%2Fb",
	} {
		id := b.publish(destination, "")
		if got := b.get("/v2/messages/" + id).text("url"); got != want {
			t.Errorf("%s goes to %s, want %s", destination, got, want)
		}
	}
	id := b.publish("https://a.example?upstash-retries=7&upstash-label=a%2Cb", "", "Upstash-Retries: 1")
	if got := b.get("/v2/messages/" + id); got.number("maxRetries") != 1 || len(got["labels"].([]any)) != 2 {
		t.Errorf("configured in the query: %v", got)
	}
}

func TestWhatCannotBePublishedIsRefused(t *testing.T) {
	b := newBench(t, Options{RetryQuota: 5})
	for request, status := range map[string]int{
		"/v2/publish/ftp://a.example":                                      400,
		"/v2/publish/https://":                                             400,
		"/v2/publish/nogroup":                                              400,
		"/v2/publish/":                                                     404,
		"/v2/enqueue/q/":                                                   404,
		"/v2/enqueue/bad%20name/https://a.example":                         400,
		"/v2/enqueue/q/nogroup":                                            400,
		"/v2/publish/https://a.example?upstash-retries=6":                  412,
		"/v2/publish/https://a.example?upstash-deduplication-id=a:b":       400,
		"/v2/publish/https://a.example?upstash-callback=a.example":         400,
		"/v2/publish/https://a.example?upstash-failure-callback=ftp://a":   400,
		"/v2/publish/https://a.example?upstash-callback-retries=x":         400,
		"/v2/publish/https://a.example?upstash-callback-retries=6":         412,
		"/v2/publish/https://a.example?upstash-callback-method=TRACE":      400,
		"/v2/publish/https://a.example?upstash-callback-timeout=x":         400,
		"/v2/publish/https://a.example?upstash-failure-callback-delay=x":   400,
		"/v2/publish/https://a.example?upstash-callback-retry-delay=x":     400,
		"/v2/publish/https://a.example?upstash-method=TRACE":               400,
		"/v2/publish/https://a.example?upstash-redact-fields=secrets":      400,
		"/v2/publish/https://a.example?upstash-redact-fields=header%5B%5D": 400,
		"/v2/publish/https://a.example?upstash-flow-control-value=rate%3D": 400,
	} {
		got := b.post(request, "")
		if got.status != status {
			t.Errorf("%s: %d %s", request, got.status, got.body)
		}
	}
	for _, body := range []string{
		`{`, `[{"destination":"x"}]`, `[{"destination":"https://a.example","queue":"not ok"}]`,
		`[{"destination":"https://a.example"},{"destination":"https://a.example","headers":{"upstash-retries":"-1"}}]`,
	} {
		b.wantStatus(b.post("/v2/batch", body), http.StatusBadRequest)
	}
	b.wantStatus(b.post("/v2/publish/https://a.example", strings.Repeat("x", messageLimit+1)), http.StatusPreconditionFailed)
	if len(b.messages) != 0 {
		t.Errorf("%d messages were made", len(b.messages))
	}
}

func TestAPublishedMessageTakesItsConfigurationFromTheHeaders(t *testing.T) {
	b := newBench(t, Options{})
	id := b.publish("https://a.example", "", "Upstash-Method: PATCH", "Upstash-Timeout: 2s", "Upstash-Delay: 1m",
		"Upstash-Flow-Control-Key: k", "Upstash-Flow-Control-Value: parallelism=1",
		"Upstash-Callback: https://c.example", "Upstash-Callback-Forward-A: 1",
		"Upstash-Failure-Callback: https://f.example", "Upstash-Failure-Callback-Forward-B: 2")
	message := b.get("/v2/messages/" + id)
	want := object{
		"method": "PATCH", "flowControlKey": "k", "parallelism": 1.0,
		"callback": "https://c.example", "callbackHeader": map[string]any{"A": []any{"1"}},
		"failureCallback": "https://f.example", "failureCallbackHeader": map[string]any{"B": []any{"2"}},
		"notBefore": float64(b.clock.now.Add(time.Minute).UnixMilli()),
	}
	for key := range want {
		if diff := cmp.Diff(want[key], message[key]); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
	if logged := b.get("/v2/logs?messageId=" + id).list("logs")[0]; logged.number("timeout") != 2000 {
		t.Errorf("logged %v", logged)
	}
}

func TestADestinationThatIsSlowerThanTheTimeoutFailsTheAttempt(t *testing.T) {
	b := newBench(t, Options{})
	b.ScriptDestination("https://a.example", Script{Attempts: []Attempt{{Status: 200, Took: time.Minute}}})
	id := b.publish("https://a.example", "", "Upstash-Timeout: 5s", "Upstash-Retries: 0")
	b.clock.advance(10 * time.Second)
	failed := b.get("/v2/logs?state=ERROR&messageId=" + id).list("logs")
	if len(failed) != 1 || failed[0]["responseStatus"] != nil || failed[0].text("error") == "" {
		t.Errorf("logged %v", failed)
	}
}

func TestAURLGroupGetsAMessageForEachEndpoint(t *testing.T) {
	b := newBench(t, Options{})
	b.AddURLGroup("group", Endpoint{"one", "https://a.example/1"}, Endpoint{"", "https://a.example/2"})
	got := b.post("/v2/publish/group", "x", "Upstash-Deduplication-Id: once")
	b.wantStatus(got, http.StatusOK)
	if !strings.HasPrefix(got.body, `[{"messageId":"msg_`) || strings.Count(got.body, `"url":"https://a.example/`) != 2 {
		t.Fatal(got.body)
	}
	logged := b.get("/v2/logs?topicName=group").list("logs")
	if len(logged) != 2 || logged[1].text("endpointName") != "one" {
		t.Errorf("logged %v", logged)
	}
	again := b.post("/v2/publish/group", "x", "Upstash-Deduplication-Id: once")
	b.wantStatus(again, http.StatusAccepted)
	if strings.Count(again.body, `"deduplicated":true`) != 2 {
		t.Error(again.body)
	}
}

func TestEqualMessagesAreMadeOnceInTenMinutes(t *testing.T) {
	for name, headers := range map[string][]string{
		"by id":      {"Upstash-Deduplication-Id: once"},
		"by content": {"Upstash-Content-Based-Deduplication: true"},
	} {
		b := newBench(t, Options{})
		first := b.publish("https://a.example", "x", headers...)
		b.clock.advance(10*time.Minute - time.Millisecond)
		again := b.post("/v2/publish/https://a.example", "x", headers...)
		b.wantStatus(again, http.StatusAccepted)
		if again.body != `{"messageId":"`+first+`","deduplicated":true}` {
			t.Errorf("%s: %s", name, again.body)
		}
		b.clock.advance(time.Millisecond)
		if later := b.publish("https://a.example", "x", headers...); later == first {
			t.Errorf("%s: deduplicated after the window", name)
		}
	}
}

func TestEnqueuedMessagesGoThroughTheirQueue(t *testing.T) {
	b := newBench(t, Options{})
	b.AddQueue(Queue{Name: "mail", Paused: true})
	got := b.post("/v2/enqueue/mail/https://a.example/x", "hello")
	b.wantStatus(got, http.StatusOK)
	b.clock.advance(5 * time.Second)
	id := b.decode(got).text("messageId")
	if states := b.states(id); states != "CREATED" || b.get("/v2/queues/mail").number("lag") != 1 {
		t.Errorf("in a paused queue: %s", states)
	}
	b.send(http.MethodPost, "/v2/queues/mail/resume")
	b.clock.advance(5 * time.Second)
	if states := b.states(id); states != "CREATED ACTIVE DELIVERED" {
		t.Errorf("after the pause: %s", states)
	}
}

func TestABatchIsAnsweredInItsOrder(t *testing.T) {
	b := newBench(t, Options{})
	b.AddURLGroup("group", Endpoint{URL: "https://a.example/1"})
	got := b.post("/v2/batch", `[{"destination":"https://a.example","body":"one","headers":{"upstash-label":"l"}},
		{"destination":"group"},{"destination":"https://a.example","queue":"q"}]`)
	b.wantStatus(got, http.StatusOK)
	logs := b.get("/v2/logs").list("logs")
	if len(logs) != 3 || logs[0].text("queueName") != "q" || logs[1].text("topicName") != "group" ||
		logs[2].text("label") != "l" || logs[2].text("body") != base64.StdEncoding.EncodeToString([]byte("one")) {
		t.Errorf("logged %v", logs)
	}
	want := `[{"messageId":"` + logs[2].text("messageId") + `"},[{"messageId":"` + logs[1].text("messageId") +
		`","url":"https://a.example/1"}],{"messageId":"` + logs[0].text("messageId") + `"}]`
	if got.body != want {
		t.Errorf("%s, want %s", got.body, want)
	}
}

func TestTheDailyLimitCountsNewMessages(t *testing.T) {
	b := newBench(t, Options{DailyLimit: 3, BurstLimit: 100})
	ids := b.addSpaced(3, nil)
	run := b.Add(Entry{Workflow: &Workflow{}})
	b.publish("https://a.example", "")
	retried := b.send(http.MethodPost, "/v2/dlq/retry/"+ids[0])
	b.wantStatus(retried, http.StatusCreated)
	if h := retried.header; h.Get("RateLimit-Limit") != "3" || h.Get("RateLimit-Remaining") != "1" ||
		h.Get("RateLimit-Reset") != itoa(b.clock.now.Truncate(24*time.Hour).Add(24*time.Hour).Unix()) {
		t.Errorf("headers %v", h)
	}
	for _, request := range []string{
		"POST /v2/dlq/retry", "POST /v2/dlq/retry?dlqIds=" + ids[1] + "," + ids[2],
	} {
		method, target, _ := strings.Cut(request, " ")
		b.wantStatus(b.send(method, target), http.StatusTooManyRequests)
	}
	b.wantTouched(ids[0])
	b.publish("https://a.example", "")
	for _, request := range []string{
		"/v2/publish/https://a.example", "/v2/workflows/dlq/resume", "/v2/workflows/dlq/restart/" + run, "/v2/dlq/retry/" + ids[1],
	} {
		got := b.post(request, "")
		if got.status != http.StatusTooManyRequests || got.header.Get("RateLimit-Remaining") != "0" {
			t.Errorf("%s: %d", request, got.status)
		}
	}
	b.wantStatus(b.post("/v2/batch", `[{"destination":"https://a.example"}]`), http.StatusTooManyRequests)
	if got := b.send(http.MethodGet, "/v2/dlq"); got.header.Get("RateLimit-Limit") != "" {
		t.Error("a listing announces the daily limit")
	}
	b.clock.advance(24 * time.Hour)
	b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry/"+ids[1]), http.StatusCreated)
}

func TestNoRateLimitCountsWhatIsPublished(t *testing.T) {
	b := newBench(t, Options{BurstLimit: 1})
	for range 3 {
		b.publish("https://a.example", "")
	}
	b.get("/v2/dlq")
	b.wantStatus(b.send(http.MethodGet, "/v2/dlq"), http.StatusTooManyRequests)
}
