package emulator

import (
	"encoding/base64"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestARetriedMessageIsDeliveredAndLogged(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Add(Entry{MaxRetries: 3})
	messageID := b.retry(id)
	if states := b.states(messageID); states != "CREATED" {
		t.Errorf("at first: %s", states)
	}
	b.get("/v2/messages/" + messageID)
	b.clock.advance(5 * time.Second)
	if states := b.states(messageID); states != "CREATED ACTIVE DELIVERED" {
		t.Errorf("later: %s", states)
	}
	b.wantStatus(b.send(http.MethodGet, "/v2/messages/"+messageID), http.StatusNotFound)
	if !b.Fate(id).Delivered {
		t.Error("the fate does not say that it was delivered")
	}
}

func TestAMessageThatFailsAgainComesBackAsANewEntry(t *testing.T) {
	b := newBench(t, Options{})
	failure := Attempt{Status: 409, Body: []byte("done before"), Header: Header{"A": {"1"}}}
	id := b.Add(Entry{MaxRetries: 3, Labels: []string{"x"}, Script: Script{Attempts: []Attempt{failure}}})
	messageID := b.retry(id, "Upstash-Retries: 0")
	b.clock.advance(5 * time.Second)
	if states := b.states(messageID); states != "CREATED ACTIVE ERROR FAILED" {
		t.Error(states)
	}
	back := b.get("/v2/dlq?messageId=" + messageID).list("messages")
	if len(back) != 1 || back[0].text("dlqId") == id || back[0].number("responseStatus") != 409 ||
		back[0].text("responseBody") != "done before" || back[0].number("maxRetries") != 0 {
		t.Errorf("came back as %v", back)
	}
	if fate := b.Fate(id); fate.BackAs != back[0].text("dlqId") || fate.Delivered {
		t.Errorf("fate %+v", fate)
	}
	logs := b.get("/v2/logs?messageId=" + messageID + "&state=ERROR").list("logs")
	if got := logs[0].text("responseBody"); got != base64.StdEncoding.EncodeToString([]byte("done before")) {
		t.Errorf("logged response %s", got)
	}
}

func TestRetriesFollowTheDefaultBackOff(t *testing.T) {
	b := newBench(t, Options{})
	messageID := b.retry(b.Add(Entry{MaxRetries: 3, Script: Script{FailsAgain: true}, ResponseStatus: 500}))
	for _, step := range []struct {
		wait     time.Duration
		attempts int
	}{
		{3 * time.Second, 1},
		{12 * time.Second, 2},
		{2*time.Minute + 28*time.Second, 3},
		{29 * time.Minute, 3},
		{2 * time.Minute, 4},
	} {
		b.clock.advance(step.wait)
		if got := strings.Count(b.states(messageID), "ERROR"); got != step.attempts {
			t.Errorf("after another %v: %d attempts, want %d", step.wait, got, step.attempts)
		}
	}
	if states := b.states(messageID); !strings.HasSuffix(states, "ERROR FAILED") {
		t.Error(states)
	}
}

func TestADestinationThatRecoversDeliversALaterAttempt(t *testing.T) {
	b := newBench(t, Options{})
	script := Script{Attempts: []Attempt{{Status: 500}, {Status: 500}, {Status: 204}}}
	first := b.Add(Entry{Script: script})
	b.retry(first)
	b.clock.advance(5 * time.Second)
	second := b.Fate(first).BackAs
	b.retry(second, "Upstash-Retries: 1", "Upstash-Retry-Delay: 1000")
	b.clock.advance(5 * time.Second)
	if !b.Fate(second).Delivered {
		t.Errorf("the third attempt over two retries is not delivered: %+v", b.Fate(second))
	}
}

func TestANonRetryableAnswerEndsTheRetries(t *testing.T) {
	b := newBench(t, Options{})
	for _, attempt := range []Attempt{
		{Status: 489, NonRetryable: true},
		{Status: 489, Header: Header{"Upstash-NonRetryable-Error": {"true"}}},
	} {
		id := b.Add(Entry{MaxRetries: 5, Script: Script{Attempts: []Attempt{attempt}}})
		b.retry(id)
		b.clock.advance(5 * time.Second)
		if b.Fate(id).BackAs == "" {
			t.Errorf("%+v does not end the retries", attempt)
		}
	}
}

func TestDelayAndNotBeforeHoldAMessageBack(t *testing.T) {
	later := newClock().now.Add(time.Minute).Unix()
	for _, header := range []string{"Upstash-Delay: 1m", "Upstash-Not-Before: " + itoa(later)} {
		b := newBench(t, Options{})
		id := b.Add(Entry{})
		messageID := b.retry(id, header)
		b.clock.advance(50 * time.Second)
		if states := b.states(messageID); states != "CREATED" {
			t.Errorf("%s: %s", header, states)
		}
		b.clock.advance(20 * time.Second)
		if !b.Fate(id).Delivered {
			t.Errorf("%s: not delivered", header)
		}
	}
}

func TestAPausedQueueHoldsMessagesAndKeepsTheirOrder(t *testing.T) {
	b := newBench(t, Options{})
	ids := b.addSpaced(3, func(_ int, e *Entry) { e.QueueName = "mail" })
	b.wantStatus(b.send(http.MethodPost, "/v2/queues/mail/pause"), http.StatusOK)
	b.wantStatus(b.send(http.MethodPost, "/v2/queues/mail/pause"), http.StatusOK)
	var messages []string
	for _, id := range ids {
		messages = append(messages, b.retry(id))
		b.clock.advance(3 * time.Second)
	}
	if got := b.get("/v2/queues/mail"); got["paused"] != true || got.number("lag") != 3 {
		t.Errorf("paused queue: %v", got)
	}
	for _, messageID := range messages {
		if states := b.states(messageID); states != "CREATED" {
			t.Errorf("in a paused queue: %s", states)
		}
	}
	b.send(http.MethodPost, "/v2/queues/mail/resume")
	b.clock.advance(10 * time.Second)
	delivered := texts(b.get("/v2/logs?queueName=mail&state=DELIVERED").list("logs"), "messageId")
	if strings.Join(delivered, " ") != strings.Join(reversed(messages), " ") {
		t.Errorf("delivered %v, want the order of %v", delivered, messages)
	}
	if got := b.get("/v2/queues/mail"); got["paused"] != false || got.number("lag") != 0 {
		t.Errorf("resumed queue: %v", got)
	}
}

func TestAQueueWaitsForTheRetriesOfItsFirstMessage(t *testing.T) {
	b := newBench(t, Options{})
	failing := b.Add(Entry{QueueName: "q", MaxRetries: 1, Script: Script{Attempts: []Attempt{{Status: 500}, {Status: 200}}}})
	waiting := b.Add(Entry{QueueName: "q"})
	b.retry(failing)
	b.clock.advance(3 * time.Second)
	b.retry(waiting)
	b.clock.advance(5 * time.Second)
	if b.Fate(waiting).Delivered {
		t.Error("the second message overtook the first")
	}
	b.clock.advance(30 * time.Second)
	if !b.Fate(failing).Delivered || !b.Fate(waiting).Delivered {
		t.Error("not both delivered")
	}
}

func TestFlowControlNeverExceedsItsRateNorItsParallelism(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, Options{Seed: rapid.Uint64().Draw(rt, "seed")})
		number := rapid.IntRange(1, 80).Draw(rt, "messages")
		rate := rapid.IntRange(1, 30).Draw(rt, "rate")
		parallelism := rapid.IntRange(1, 10).Draw(rt, "parallelism")
		b.addSpaced(number, func(_ int, e *Entry) {
			e.Script.Attempts = []Attempt{{Status: 200, Took: time.Duration(rapid.IntRange(10, 900).Draw(rt, "took")) * time.Millisecond}}
		})
		b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry", "Upstash-Flow-Control-Key: k",
			"Upstash-Flow-Control-Value: rate="+itoa(rate)+", parallelism="+itoa(parallelism)+", period=1s"), http.StatusCreated)
		b.clock.advance(10 * time.Minute)
		logs := b.pages("/v2/logs", "logs", map[string][]string{"flowControlKey": {"k"}})
		var starts []int
		running, most := 0, 0
		for n := len(logs) - 1; n >= 0; n-- {
			switch logs[n].text("state") {
			case "ACTIVE":
				starts = append(starts, logs[n].number("time"))
				running++
				most = max(most, running)
			case "DELIVERED":
				running--
			}
		}
		if len(starts) != number || most > parallelism {
			rt.Fatalf("%d of %d started, %d at once of %d", len(starts), number, most, parallelism)
		}
		// A window starts with its first delivery, so any second overlaps two.
		for n := 2 * rate; n < len(starts); n++ {
			if starts[n]-starts[n-2*rate] < 1000 {
				rt.Fatalf("%d starts within a second at rate %d", 2*rate+1, rate)
			}
		}
	})
}

func TestADestinationOverItsLimitAnswersWithIt(t *testing.T) {
	b := newBench(t, Options{})
	ids := b.addSpaced(40, nil)
	b.LimitDestination("https://a.example/hook", 5, Attempt{Status: 429})
	b.send(http.MethodPost, "/v2/dlq/retry")
	b.clock.advance(time.Minute)
	delivered := 0
	for _, id := range ids {
		if b.Fate(id).Delivered {
			delivered++
		}
	}
	if delivered == 0 || delivered > 20 || b.Len() != len(ids)-delivered {
		t.Errorf("%d delivered, %d back", delivered, b.Len())
	}
}

func TestACancellationIsAnsweredWithTheNumberOfCancelledMessages(t *testing.T) {
	b := newBench(t, Options{})
	got := b.send(http.MethodDelete, "/v2/messages/"+b.retry(b.Add(Entry{}), "Upstash-Delay: 1m"))
	b.wantStatus(got, http.StatusOK)
	if number := b.decode(got).number("cancelled"); number != 1 {
		t.Errorf("cancelled %d in %s", number, got.body)
	}
}

func TestACancelledMessageIsDroppedWhenItWouldBeDelivered(t *testing.T) {
	b := newBench(t, Options{Switches: Switches{CanceledWithOneL: true}})
	messageID := b.retry(b.Add(Entry{}), "Upstash-Delay: 1m")
	b.wantStatus(b.send(http.MethodDelete, "/v2/messages/"+messageID), http.StatusOK)
	if states := b.states(messageID); states != "CREATED CANCEL_REQUESTED" {
		t.Error(states)
	}
	b.clock.advance(2 * time.Minute)
	if states := b.states(messageID); states != "CREATED CANCEL_REQUESTED CANCELED" {
		t.Error(states)
	}
	b.wantStatus(b.send(http.MethodDelete, "/v2/messages/"+messageID), http.StatusNotFound)
}

func TestNoMessageIsEverLost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, Options{Seed: rapid.Uint64().Draw(rt, "seed"), Retention: -1})
		ids := b.addSpaced(rapid.IntRange(1, 30).Draw(rt, "entries"), func(_ int, e *Entry) {
			e.QueueName = rapid.SampledFrom([]string{"", "q1", "q2"}).Draw(rt, "queue")
			e.FlowControlKey = rapid.SampledFrom([]string{"", "k1", "k2"}).Draw(rt, "key")
			e.Rate, e.Parallelism = 3, 2
			e.MaxRetries = rapid.IntRange(0, 2).Draw(rt, "retries")
			e.Script.FailsAgain = rapid.Bool().Draw(rt, "fails")
			e.ResponseStatus = 500
		})
		for range rapid.IntRange(0, 30).Draw(rt, "steps") {
			target := rapid.SampledFrom([]string{
				"POST /v2/queues/q1/pause", "POST /v2/queues/q1/resume", "POST /v2/flowControl/k1/pause",
				"POST /v2/flowControl/k1/resume", "POST /v2/flowControl/k2/pin?parallelism=1&rate=1",
				"POST /v2/dlq/retry?count=3", "POST /v2/dlq/retry/" + rapid.SampledFrom(ids).Draw(rt, "id"),
			}).Draw(rt, "request")
			method, path, _ := strings.Cut(target, " ")
			b.send(method, path)
			b.clock.advance(time.Duration(rapid.IntRange(0, 5000).Draw(rt, "wait")) * time.Millisecond)
		}
		b.send(http.MethodPost, "/v2/queues/q1/resume")
		b.send(http.MethodPost, "/v2/flowControl/k1/resume")
		b.clock.advance(24 * time.Hour)
		for _, id := range ids {
			for fate := b.Fate(id); ; fate = b.Fate(fate.BackAs) {
				if fate.Delivered || fate.State == FatePresent {
					break
				}
				if fate.BackAs == "" {
					rt.Fatalf("%s is neither delivered nor back: %+v", id, fate)
				}
			}
		}
		if pending := len(b.messages); pending != 0 {
			rt.Fatalf("%d messages never end", pending)
		}
		for name, q := range b.queues {
			if q.lag != 0 || q.active != 0 {
				rt.Fatalf("queue %s ends with lag %d and %d active", name, q.lag, q.active)
			}
		}
		for name, k := range b.flowKeys {
			if k.running != 0 || len(k.waiting) != 0 {
				rt.Fatalf("key %s ends with %d running", name, k.running)
			}
		}
	})
}

func TestRetryDelayExpressions(t *testing.T) {
	for text, want := range map[string]float64{
		"1000":                     1000,
		"1000 * (1 + retried)":     3000,
		"pow(2, retried) * 100":    400,
		"max(10, min(retried, 5))": 10,
		"-retried + 5 - 1":         2,
		"exp(2.5 * retried)":       math.Exp(5),
		"floor(7/2) + ceil(7/2)":   7,
		"round(sqrt(abs(-16)))":    4,
		"8 / 2 / 2":                2,
	} {
		formula, err := parseExpression(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := formula(2); got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{
		"", "1 +", "(1", "foo(1)", "pow(1)", "sqrt(1,2)", "1 2", "1..2", "retried retried",
		strings.Repeat("(", 10_000), strings.Repeat("-", 10_000), strings.Repeat("exp(", 100),
	} {
		if _, err := parseExpression(text); err == nil {
			t.Errorf("%.20q is accepted", text)
		}
	}
}

func TestDurationsAreReadOrRefused(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"10s": 10 * time.Second, "1d10h30m": 34*time.Hour + 30*time.Minute, "0s": 0,
	} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringMatching(`[0-9smhdx -]{0,24}`).Draw(rt, "text")
		if got, err := parseDuration(text); err == nil && got < 0 {
			rt.Fatalf("%s is negative: %v", text, got)
		}
	})
}
