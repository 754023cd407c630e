package emulator

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// ends are the log states after which nothing more happens to a message.
var ends = map[string]bool{"DELIVERED": true, "FAILED": true, "CANCELLED": true}

func TestEveryMessageEndsOnceWhateverIsDoneMeanwhile(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, Options{Seed: rapid.Uint64().Draw(rt, "seed"), Retention: -1})
		made := 0
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			headers := []string{
				"Upstash-Retries: " + itoa(rapid.IntRange(0, 2).Draw(rt, "retries")), "Upstash-Retry-Delay: 700",
				"Upstash-Forward-Emulator-Answers: " + rapid.SampledFrom([]string{"200", "500", "500,200", "489,200", "0"}).Draw(rt, "answers"),
				"Upstash-Delay: " + rapid.SampledFrom([]string{"0s", "3s"}).Draw(rt, "delay"),
			}
			if rapid.Bool().Draw(rt, "limited") {
				headers = append(headers, "Upstash-Flow-Control-Key: k", "Upstash-Flow-Control-Value: rate=2, parallelism=1")
			}
			target := rapid.SampledFrom([]string{
				"POST /v2/publish/https://a.example", "POST /v2/enqueue/q/https://a.example", "POST /v2/enqueue/q/https://b.example",
				"DELETE /v2/messages?count=1", "DELETE /v2/messages?queueName=q", "DELETE /v2/queues/q",
				"POST /v2/queues/q/pause", "POST /v2/queues/q/resume", "POST /v2/flowControl/k/pause", "POST /v2/flowControl/k/resume",
				"POST /v2/dlq/retry?count=2", "POST /v2/flowControl/k/pin?rate=1",
			}).Draw(rt, "request")
			method, path, _ := strings.Cut(target, " ")
			got := b.send(method, path, headers...)
			switch {
			case strings.Contains(path, "publish"), strings.Contains(path, "enqueue"):
				made++
			case strings.Contains(path, "retry"):
				made += len(b.decode(got).list("responses"))
			}
			b.clock.advance(time.Duration(rapid.IntRange(0, 3000).Draw(rt, "wait")) * time.Millisecond)
		}
		b.send(http.MethodPost, "/v2/queues/q/resume")
		b.send(http.MethodPost, "/v2/flowControl/k/resume")
		b.clock.advance(time.Hour)
		endings := map[string]int{}
		created := 0
		for _, record := range b.pages("/v2/events", "events", url.Values{}) {
			if record.text("state") == "CREATED" {
				created++
			}
			if ends[record.text("state")] {
				endings[record.text("messageId")]++
			}
		}
		if created != made || len(endings) != made || len(b.messages) != 0 {
			rt.Fatalf("%d of %d made ended, %d were logged as made, %d are on their way", len(endings), made, created, len(b.messages))
		}
		for id, times := range endings {
			if times != 1 {
				rt.Fatalf("%s ended %d times", id, times)
			}
		}
		for _, q := range b.queues {
			if q.lag != 0 || q.active != 0 {
				rt.Fatalf("the queue has lag %d and %d active", q.lag, q.active)
			}
		}
		if k := b.flowKeys["k"]; k != nil && (k.running != 0 || len(k.waiting) != 0) {
			rt.Fatalf("the key has %d running, %d waiting", k.running, len(k.waiting))
		}
	})
}

func TestEntriesThatExpireDuringPagingAreLeftOutAndTheCursorHolds(t *testing.T) {
	for _, order := range []string{"oldest-first=false", "oldest-first"} {
		b := with(t, Options{Retention: time.Hour}, order)
		ids := b.addSpaced(10, nil)
		query := url.Values{"count": {"3"}}
		first := b.get("/v2/dlq?" + query.Encode())
		query.Set("cursor", first.text("cursor"))
		expiry := b.decode(b.send(http.MethodGet, "/v2/dlq/"+ids[4])).number("createdAt") + 1000
		b.clock.advance(time.UnixMilli(int64(expiry)).Add(time.Hour).Sub(b.clock.now))
		rest := texts(b.pages("/v2/dlq", "messages", query), "dlqId")
		gone := 0
		for _, id := range ids {
			if b.Fate(id).State == FateExpired {
				gone++
			}
		}
		want := len(ids) - gone
		if order != "oldest-first" {
			want -= 3
		}
		if gone < 4 || gone > 6 || len(rest) != want {
			t.Errorf("%s: %d expired, then %v", order, gone, rest)
		}
	}
}

func TestAPassOverTheOldestFirstMeetsWhatComesBack(t *testing.T) {
	b := with(t, Options{}, "oldest-first")
	b.addSpaced(4, func(_ int, e *Entry) { e.Script = Script{Attempts: []Attempt{{Status: 500}}} })
	query := url.Values{"count": {"2"}}
	first := b.get("/v2/dlq?" + query.Encode())
	b.send(http.MethodPost, "/v2/dlq/retry?count=2")
	b.clock.advance(10 * time.Second)
	query.Set("cursor", first.text("cursor"))
	if rest := b.pages("/v2/dlq", "messages", query); len(rest) != 4 {
		t.Errorf("%d entries after the first page, of which two came back", len(rest))
	}
}

func TestAQueueServesAsManyAsItHasConsumers(t *testing.T) {
	b := newBench(t, Options{})
	b.AddQueue(Queue{Name: "q", Parallelism: 2})
	b.ScriptDestination("https://a.example", Script{Attempts: []Attempt{{Status: 200, Took: time.Minute}}})
	for range 5 {
		b.post("/v2/enqueue/q/https://a.example", "")
	}
	b.clock.advance(10 * time.Second)
	for _, want := range []int{2, 4, 5} {
		if got := len(b.get("/v2/logs?state=ACTIVE").list("logs")); got != want {
			t.Errorf("%d deliveries have begun, want %d", got, want)
		}
		b.clock.advance(time.Minute)
	}
}

func TestAnAnswerOf489EndsTheRetriesOfAPublishedMessage(t *testing.T) {
	b := newBench(t, Options{})
	id := b.publish("https://a.example", "", "Upstash-Forward-Emulator-Answers: 489, 200")
	b.clock.advance(5 * time.Second)
	if states := b.states(id); states != "CREATED ACTIVE ERROR FAILED" {
		t.Error(states)
	}
}

func TestARunWaitsForItsFlowControlKey(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Add(failedOrder())
	b.send(http.MethodPost, "/v2/flowControl/k/pause")
	runID, created := b.rerun("resume", id, "Upstash-Flow-Control-Key: k", "Upstash-Flow-Control-Value: rate=1")
	b.clock.advance(time.Minute)
	if run := b.run(runID, created); run.text("workflowState") != "RUN_STARTED" || run.text("flowControlKey") != "k" ||
		b.get("/v2/flowControl/k").number("waitListSize") != 1 {
		t.Errorf("while the key is paused: %v", run)
	}
	b.send(http.MethodPost, "/v2/flowControl/k/resume")
	b.clock.advance(time.Minute)
	if got := b.run(runID, created).text("workflowState"); got != "RUN_SUCCESS" {
		t.Error(got)
	}
}

func TestARunShowsTheErrorsOfItsStepWhileItIsRetried(t *testing.T) {
	b := newBench(t, Options{})
	entry := failedOrder()
	entry.Script.Attempts = []Attempt{{Status: 500, Body: []byte("boom")}, {Status: 0}, {Status: 200}}
	runID, created := b.rerun("resume", b.Add(entry), "Upstash-Retries: 2", "Upstash-Retry-Delay: 60000")
	b.clock.advance(70 * time.Second)
	step := nextStep(b.run(runID, created))
	errors := step.list("errors")
	if step.text("state") != "STEP_RETRY" || step.number("nextDeliveryTime") == 0 || len(errors) != 2 ||
		errors[0].number("status") != 500 || errors[0].text("body") != "boom" || errors[1].number("status") != 0 {
		t.Errorf("got %v", step)
	}
	b.clock.advance(2 * time.Minute)
	if got := b.run(runID, created).text("workflowState"); got != "RUN_SUCCESS" {
		t.Error(got)
	}
}

func TestTheFailureFunctionIsCalledWhenARunFailsAgain(t *testing.T) {
	for fails, want := range map[bool]string{false: "CALLBACK_SUCCESS", true: "CALLBACK_FAIL"} {
		b := newBench(t, Options{})
		entry := failedOrder()
		entry.Script = Script{Attempts: []Attempt{{Status: 500}}, CallbackFailsAgain: fails}
		id := b.Add(entry)
		b.rerun("resume", id, "Upstash-Retries: 0")
		b.clock.advance(2500 * time.Millisecond)
		state := func() string {
			info, _ := b.get("/v2/workflows/dlq/" + b.Fate(id).BackAs)["failureCallbackInfo"].(map[string]any)
			text, _ := info["state"].(string)
			return text
		}
		if got := state(); got != "CALLBACK_INPROGRESS" {
			t.Errorf("at first %s", got)
		}
		b.clock.advance(5 * time.Second)
		if got := state(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestAMessageOfARunThatIsCancelledEndsTheRun(t *testing.T) {
	b := newBench(t, Options{})
	runID, created := b.rerun("resume", b.Add(failedOrder()), "Upstash-Delay: 1m")
	if got := b.send(http.MethodDelete, "/v2/messages"); got.body != `{"cancelled":1}` {
		t.Fatal(got.body)
	}
	b.clock.advance(2 * time.Minute)
	if got := b.run(runID, created).text("workflowState"); got != "RUN_CANCELED" {
		t.Error(got)
	}
}
