package emulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var unordered = cmpopts.SortSlices(func(a, b string) bool { return a < b })

func (b *bench) wantTouched(want ...string) {
	b.Helper()
	if diff := cmp.Diff(want, b.Touched(), unordered, cmpopts.EquateEmpty()); diff != "" {
		b.Errorf("touched: %s", diff)
	}
}

func TestRetryMakesANewMessageAndRemovesTheEntryOnce(t *testing.T) {
	b := newBench(t, Options{})
	ids := b.addSpaced(3, nil)
	messageID := b.retry(ids[1])
	if !strings.HasPrefix(messageID, "msg_") || len(messageID) < 57 || len(messageID) > 67 {
		t.Errorf("message id %s", messageID)
	}
	b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry/"+ids[1]), http.StatusNotFound)
	b.wantStatus(b.send(http.MethodGet, "/v2/dlq/"+ids[1]), http.StatusNotFound)
	want := Fate{State: FateRetried, MessageIDs: []string{messageID}}
	if diff := cmp.Diff(want, b.Fate(ids[1])); diff != "" {
		t.Error(diff)
	}
	if state := b.Fate(ids[0]).State; state != FatePresent {
		t.Errorf("fate of another entry is %q", state)
	}
	b.wantTouched(ids[1])
}

func TestDeleteIsAnsweredWithNothingAndRemovesTheEntryOnce(t *testing.T) {
	b := newBench(t, Options{})
	ids := b.addSpaced(2, nil)
	got := b.send(http.MethodDelete, "/v2/dlq/"+ids[0])
	b.wantStatus(got, http.StatusOK)
	if got.body != "" {
		t.Errorf("body %q", got.body)
	}
	b.wantStatus(b.send(http.MethodDelete, "/v2/dlq/"+ids[0]), http.StatusNotFound)
	b.wantTouched(ids[0])
}

func TestActionsWithoutASelectionActOnEverything(t *testing.T) {
	for _, request := range []string{
		"DELETE /v2/dlq", "DELETE /v2/dlq/", "POST /v2/dlq/retry", "POST /v2/dlq/retry/",
	} {
		b := newBench(t, Options{})
		ids := b.addSpaced(3, nil)
		run := b.Add(Entry{Workflow: &Workflow{}})
		method, target, _ := strings.Cut(request, " ")
		if got := b.send(method, target); got.status/100 != 2 {
			t.Errorf("%s: status %d", request, got.status)
		}
		b.wantTouched(ids...)
		if state := b.Fate(run).State; state != FatePresent {
			t.Errorf("%s: the workflow entry is %s", request, state)
		}
	}
}

func TestEmptyIDsAreRefusedOrMeanEverything(t *testing.T) {
	for _, everything := range []bool{false, true} {
		b := newBench(t, Options{Switches: Switches{EmptyIDsMeansEverything: everything}})
		ids := b.addSpaced(2, nil)
		got := b.send(http.MethodDelete, "/v2/dlq?dlqIds=")
		if everything {
			b.wantStatus(got, http.StatusOK)
			b.wantTouched(ids...)
			continue
		}
		b.wantStatus(got, http.StatusBadRequest)
		b.wantTouched()
	}
}

func TestBulkDeleteCountsWhatItRemoved(t *testing.T) {
	b := newBench(t, Options{})
	ids := b.addSpaced(5, func(n int, e *Entry) { e.Labels = []string{[]string{"even", "odd"}[n%2]} })
	steps := []struct{ target, want string }{
		{"/v2/dlq?label=even&count=1", `{"deleted":1,"cursor":"` + ids[4] + `"}`},
		{"/v2/dlq?label=even&cursor=" + ids[4], `{"deleted":2}`},
		{"/v2/dlq?label=even", `{"deleted":0}`},
		{"/v2/dlq?dlqIds=" + ids[0] + "&dlqIds=" + ids[1] + "&dlqIds=" + ids[1], `{"deleted":1}`},
	}
	for _, step := range steps {
		if got := b.send(http.MethodDelete, step.target); got.body != step.want {
			t.Errorf("%s: %s, want %s", step.target, got.body, step.want)
		}
	}
	if got, err := b.try(http.MethodDelete, "/v2/dlq", strings.NewReader(`{"dlqIds":["`+ids[3]+`"]}`)); err != nil || got.body != `{"deleted":1}` {
		t.Errorf("ids in the body: %s, %v", got.body, err)
	}
	if b.Len() != 0 {
		t.Errorf("%d entries left", b.Len())
	}
}

func TestBulkRetryAnswersForEveryMessage(t *testing.T) {
	b := newBench(t, Options{})
	ids := b.addSpaced(5, nil)
	got := b.send(http.MethodPost, "/v2/dlq/retry?count=2")
	b.wantStatus(got, http.StatusCreated)
	first := b.decode(got)
	if first.text("cursor") != ids[3] || len(first.list("responses")) != 2 {
		t.Errorf("got %v", first)
	}
	got = b.send(http.MethodPost, "/v2/dlq/retry?dlqIds="+ids[0]+","+ids[1])
	if !strings.HasPrefix(got.body, `{"cursor":"","responses":[{"messageId":"msg_`) {
		t.Error(got.body)
	}
	if got = b.send(http.MethodPost, "/v2/dlq/retry?label=none"); got.body != `{"cursor":"","responses":[]}` {
		t.Error(got.body)
	}
	b.wantTouched(ids[0], ids[1], ids[3], ids[4])
}

func TestBulkRetryWithAnIDThatIsGoneIs404AfterDoingTheOthersOrNone(t *testing.T) {
	for _, nothing := range []bool{false, true} {
		b := newBench(t, Options{Switches: Switches{AllOrNothing404: nothing}})
		ids := b.addSpaced(2, nil)
		b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry?dlqIds="+ids[0]+"&dlqIds=gone"), http.StatusNotFound)
		if nothing {
			b.wantTouched()
		} else {
			b.wantTouched(ids[0])
		}
	}
}

func TestShuffledResponsesAreTheSameMessagesInAnotherOrder(t *testing.T) {
	b := newBench(t, Options{Switches: Switches{ShuffledResponses: true}})
	ids := b.addSpaced(30, nil)
	got := b.send(http.MethodPost, "/v2/dlq/retry?dlqIds="+strings.Join(ids, ","))
	answered := texts(b.decode(got).list("responses"), "messageId")
	var made []string
	for _, id := range ids {
		made = append(made, b.Fate(id).MessageIDs...)
	}
	if slices.Equal(made, answered) {
		t.Error("the order is that of the ids")
	}
	if diff := cmp.Diff(made, answered, unordered); diff != "" {
		t.Error(diff)
	}
}

func TestPlainRetryRefusesWorkflowEntries(t *testing.T) {
	b := newBench(t, Options{})
	listed := b.Add(Entry{Workflow: &Workflow{}, InPlainList: true})
	hidden := b.Add(Entry{Workflow: &Workflow{}})
	b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry/"+listed), http.StatusBadRequest)
	b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry?dlqIds="+listed), http.StatusBadRequest)
	b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry/"+hidden), http.StatusNotFound)
	b.wantTouched()
}

func TestHeadersOverrideTheMessage(t *testing.T) {
	b := newBench(t, Options{})
	entry := Entry{Labels: []string{"old"}, MaxRetries: 3, Header: Header{"A": {"1"}}, Body: []byte("body")}
	kept := b.get("/v2/messages/" + b.retry(b.Add(entry)))
	if kept.text("label") != "old" || kept.number("maxRetries") != 3 || kept.text("body") != "body" {
		t.Errorf("without headers: %v", kept)
	}
	changed := b.get("/v2/messages/" + b.retry(b.Add(entry),
		"Upstash-Label: redrive-1, orders", "Upstash-Retries: 0", "Upstash-Retry-Delay: pow(2, retried) * 1000",
		"Upstash-Delay: 1m30s", "Upstash-Flow-Control-Key: k", "Upstash-Flow-Control-Value: rate=5, period=10s,parallelism=2",
		"Upstash-Forward-X-New: yes", "Upstash-Method: PUT", "Upstash-Failure-Callback: https://f.example"))
	want := object{
		"labels": []any{"redrive-1", "orders"}, "label": "redrive-1", "maxRetries": 0.0,
		"retryDelayExpression": "pow(2, retried) * 1000", "flowControlKey": "k", "rate": 5.0, "period": 10.0,
		"parallelism": 2.0, "method": "PUT", "failureCallback": "https://f.example",
		"notBefore": float64(b.clock.now.Add(90 * time.Second).UnixMilli()),
		"header":    map[string]any{"A": []any{"1"}, "X-New": []any{"yes"}},
	}
	for key := range want {
		if diff := cmp.Diff(want[key], changed[key]); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
}

func TestInvalidHeadersAreRefusedBeforeAnythingHappens(t *testing.T) {
	b := newBench(t, Options{RetryQuota: 5})
	id := b.Add(Entry{})
	for header, status := range map[string]int{
		"Upstash-Retries: -1":                  400,
		"Upstash-Retries: many":                400,
		"Upstash-Retries: 6":                   412,
		"Upstash-Delay: 10":                    400,
		"Upstash-Delay: 10x":                   400,
		"Upstash-Delay: 99999999999999999999d": 400,
		"Upstash-Not-Before: soon":             400,
		"Upstash-Timeout: x":                   400,
		"Upstash-Retry-Delay: import(1)":       400,
		"Upstash-Flow-Control-Value: rate=5":   400,
		"Upstash-Deduplication-Id: a:b":        400,
	} {
		b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry/"+id, header), status)
		b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry", header), status)
	}
	for _, value := range []string{"rate=x", "period=1s", "rate=0", "speed=1", "parallelism=1,period=0"} {
		b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry/"+id,
			"Upstash-Flow-Control-Key: k", "Upstash-Flow-Control-Value: "+value), http.StatusBadRequest)
	}
	b.wantTouched()
}

func TestADeduplicationIDOnABulkRetrySendsOnlyTheFirst(t *testing.T) {
	b := newBench(t, Options{})
	ids := b.addSpaced(3, nil)
	got := b.send(http.MethodPost, "/v2/dlq/retry", "Upstash-Deduplication-Id: once")
	responses := b.decode(got).list("responses")
	if responses[0]["deduplicated"] != nil || responses[1]["deduplicated"] != true || responses[2]["deduplicated"] != true {
		t.Errorf("got %v", responses)
	}
	if b.Len() != 0 {
		t.Error("deduplicated entries stay")
	}
	if fate := b.Fate(ids[0]); fate.State != FateDeduplicated || fate.Deduplicated != 1 {
		t.Errorf("fate %+v", fate)
	}
	b.clock.advance(11 * time.Minute)
	late := b.decode(b.send(http.MethodPost, "/v2/dlq/retry/"+b.Add(Entry{}), "Upstash-Deduplication-Id: once"))
	if late["deduplicated"] != nil {
		t.Error("deduplicated after the window")
	}
}

func TestDeduplicationIsAnsweredAsTheSwitchesSay(t *testing.T) {
	b := newBench(t, Options{Switches: Switches{DeduplicatedKeepsEntry: true, DeduplicatedIs202: true}})
	id := b.Add(Entry{MessageID: "msg_old", Script: Script{Deduplicated: true}})
	got := b.send(http.MethodPost, "/v2/dlq/retry/"+id)
	b.wantStatus(got, http.StatusAccepted)
	if got.body != `{"messageId":"msg_old","deduplicated":true}` {
		t.Error(got.body)
	}
	if fate := b.Fate(id); fate.State != FatePresent || fate.Deduplicated != 1 {
		t.Errorf("fate %+v", fate)
	}
	b.wantTouched(id)
}

func TestContentBasedDeduplicationComparesDestinationAndBody(t *testing.T) {
	b := newBench(t, Options{})
	for n, want := range []bool{false, true, false} {
		id := b.Add(Entry{URL: "https://a.example", Body: []byte(url.QueryEscape([]string{"x", "x", "y"}[n]))})
		got := b.decode(b.send(http.MethodPost, "/v2/dlq/retry/"+id, "Upstash-Content-Based-Deduplication: true"))
		if (got["deduplicated"] == true) != want {
			t.Errorf("%d: %v", n, got)
		}
	}
}
