package emulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func (b *bench) listAll() (plain, workflows []object) {
	b.Helper()
	return b.pages("/v2/dlq", "messages", url.Values{}), b.pages("/v2/workflows/dlq", "messages", url.Values{})
}

func countBy(list []object, key string) map[string]int {
	counts := map[string]int{}
	for _, o := range list {
		counts[o.text(key)]++
	}
	return counts
}

func TestTheIncidentHasItsCausesInFullSize(t *testing.T) {
	b := newBench(t, Options{})
	b.SeedIncident(IncidentOptions{})
	plain, workflows := b.listAll()
	byURL := countBy(plain, "url")
	if byURL[ordersURL] != 1842 || byURL[partnerURL] != 611 || byURL[checkoutURL] != 402 {
		t.Errorf("causes %d, %d, %d", byURL[ordersURL], byURL[partnerURL], byURL[checkoutURL])
	}
	if len(plain) != 2855+36 || len(workflows) != 145+1 || countBy(workflows, "url")[workflowURL] != 145 {
		t.Errorf("%d messages, %d workflows", len(plain), len(workflows))
	}
	failed := 0
	for _, run := range workflows {
		if info, _ := run["failureCallbackInfo"].(map[string]any); info["state"] == "CALLBACK_FAIL" {
			failed++
		}
	}
	if failed != 31 {
		t.Errorf("%d failed failure functions", failed)
	}
	for _, message := range plain {
		if message.text("url") == ordersURL && !cmp.Equal(message["labels"], []any{"release-42", "orders"}) {
			t.Fatalf("labels %v", message["labels"])
		}
	}
}

func TestTheIncidentIsAsLargeAsAskedFor(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		options := IncidentOptions{
			Messages:  rapid.IntRange(-1, 400).Draw(rt, "messages"),
			Workflows: rapid.IntRange(-1, 60).Draw(rt, "workflows"),
			Odd:       rapid.IntRange(-1, 40).Draw(rt, "odd"),
			Seed:      rapid.Uint64().Draw(rt, "seed"),
		}
		if options.Messages == 0 || options.Workflows == 0 || options.Odd == 0 {
			return
		}
		s := New(Options{Clock: newClock().time})
		s.SeedIncident(options)
		want := max(options.Messages, 0) + max(options.Workflows, 0) + min(max(options.Odd, 0), len(OddKinds()))
		if s.Len() != want {
			rt.Fatalf("%d entries, want %d", s.Len(), want)
		}
	})
}

func TestTheIncidentIsTheLastHourInOrderAndMixed(t *testing.T) {
	b := newBench(t, Options{})
	b.SeedIncident(IncidentOptions{Messages: 500})
	plain, workflows := b.listAll()
	for _, list := range [][]object{plain, workflows} {
		for n, message := range list {
			key, ok := parseOrderKey(message.text("dlqId"))
			failed := key.at.time()
			if !ok || failed.After(b.clock.now) || failed.Before(b.clock.now.Add(-time.Hour)) {
				t.Errorf("%s failed at %v", message.text("dlqId"), failed)
			}
			if message.number("createdAt") >= int(key.at) {
				t.Errorf("%s was made after it failed", message.text("dlqId"))
			}
			if n > 0 {
				if before, _ := parseOrderKey(list[n-1].text("dlqId")); before.compare(key) <= 0 {
					t.Errorf("%s is out of order", message.text("dlqId"))
				}
			}
		}
	}
	changes := 0
	for n := 1; n < len(plain); n++ {
		if plain[n].text("url") != plain[n-1].text("url") {
			changes++
		}
	}
	if changes < len(plain)/4 {
		t.Errorf("the causes are not mixed: %d changes in %d", changes, len(plain))
	}
}

func TestTheSameSeedAndClockGiveTheSameIncident(t *testing.T) {
	read := func(seed uint64) string {
		b := newBench(t, Options{})
		b.SeedIncident(IncidentOptions{Seed: seed, Messages: 80, Workflows: 10, ArrivalsPerMinute: 30})
		b.send(http.MethodPost, "/v2/dlq/retry?count=50")
		b.clock.advance(5 * time.Minute)
		return b.send(http.MethodGet, "/v2/dlq").body + b.send(http.MethodGet, "/v2/logs").body
	}
	first := read(1)
	if first != read(1) {
		t.Error("two servers differ")
	}
	if first == read(2) {
		t.Error("two seeds are the same")
	}
}

func TestRetryingTheOrdersDeliversAllButTheScriptedOnes(t *testing.T) {
	b := newBench(t, Options{})
	b.SeedIncident(IncidentOptions{})
	orders := "url=" + url.QueryEscape(ordersURL)
	for b.get("/v2/dlq?count=1&"+orders).list("messages") != nil {
		b.send(http.MethodPost, "/v2/dlq/retry?"+orders, "Upstash-Retries: 0")
		if len(b.get("/v2/dlq?count=1&"+orders).list("messages")) == 0 {
			break
		}
	}
	b.clock.advance(10 * time.Minute)
	back := b.pages("/v2/dlq", "messages", url.Values{"url": {ordersURL}})
	statuses := map[int]int{}
	for _, message := range back {
		statuses[message.number("responseStatus")]++
	}
	if diff := cmp.Diff(map[int]int{409: 9, 503: 3}, statuses); diff != "" {
		t.Error(diff)
	}
}

func TestResumingTheRunsLeavesThreeThatARestartRepairs(t *testing.T) {
	b := newBench(t, Options{})
	b.SeedIncident(IncidentOptions{Messages: -1, Odd: -1})
	for b.Len() > 0 {
		b.send(http.MethodPost, "/v2/workflows/dlq/resume")
	}
	b.clock.advance(time.Minute)
	back := b.get("/v2/workflows/dlq").list("messages")
	if len(back) != 3 || back[0].number("responseStatus") != 400 {
		t.Fatalf("%d runs came back", len(back))
	}
	b.send(http.MethodPost, "/v2/workflows/dlq/restart")
	b.clock.advance(time.Minute)
	if b.Len() != 0 {
		t.Errorf("%d runs came back from the restart", b.Len())
	}
}

func TestTheCheckoutComesBackAndThePartnerTakesAPacedRetry(t *testing.T) {
	b := newBench(t, Options{})
	b.SeedIncident(IncidentOptions{Messages: 300, Workflows: -1, Odd: -1})
	left := func(destination string) int {
		return len(b.pages("/v2/dlq", "messages", url.Values{"url": {destination}}))
	}
	before := left(checkoutURL)
	b.send(http.MethodPost, "/v2/dlq/retry?url="+url.QueryEscape(checkoutURL), "Upstash-Retries: 0")
	b.send(http.MethodPost, "/v2/dlq/retry?url="+url.QueryEscape(partnerURL), "Upstash-Retries: 0",
		"Upstash-Flow-Control-Key: op", "Upstash-Flow-Control-Value: rate=5,period=1s")
	b.clock.advance(time.Minute)
	if got := left(checkoutURL); got != before {
		t.Errorf("%d of %d checkouts came back", got, before)
	}
	if got := left(partnerURL); got != 0 {
		t.Errorf("%d came back from the partner", got)
	}
}

func TestAnUnpacedRetryOverrunsThePartner(t *testing.T) {
	b := newBench(t, Options{})
	b.SeedIncident(IncidentOptions{Workflows: -1, Odd: -1})
	b.send(http.MethodPost, "/v2/dlq/retry?url="+url.QueryEscape(partnerURL), "Upstash-Retries: 0")
	before := b.Len()
	b.clock.advance(time.Minute)
	if back := b.Len() - before; back < 50 {
		t.Errorf("only %d of 100 came back", back)
	}
}

func TestNewcomersArriveByTheClockUnlessTheKeyIsPaused(t *testing.T) {
	b := newBench(t, Options{})
	b.SeedIncident(IncidentOptions{ArrivalsPerMinute: 14})
	arrived := func() int { return b.Len() - 2855 - 145 - 36 }
	b.clock.advance(10 * time.Minute)
	if got := arrived(); got < 125 || got > 155 {
		t.Errorf("%d newcomers in ten minutes", got)
	}
	newest := b.get("/v2/dlq?count=1").list("messages")[0]
	if newest.text("url") != partnerURL || newest.number("responseStatus") != 429 {
		t.Errorf("newest is %v", newest)
	}
	before := arrived()
	b.send(http.MethodPost, "/v2/flowControl/partner/pause")
	b.clock.advance(5 * time.Minute)
	if arrived() != before || b.get("/v2/flowControl/partner").number("waitListSize") < 50 {
		t.Errorf("%d newcomers during the pause", arrived()-before)
	}
	b.send(http.MethodPost, "/v2/flowControl/partner/resume")
	b.clock.advance(time.Minute)
	if arrived() <= before {
		t.Error("nothing arrives after the pause")
	}
}

func TestArrivalsOfAClockThatWasLeftAloneAreNoMoreThanARetentionHolds(t *testing.T) {
	b := newBench(t, Options{Retention: time.Hour})
	b.SeedIncident(IncidentOptions{Messages: 1, Workflows: -1, Odd: -1, ArrivalsPerMinute: 1})
	b.clock.advance(400 * 24 * time.Hour)
	if size := b.Len(); size < 50 || size > 70 {
		t.Errorf("%d entries after a year", size)
	}
	if known := len(b.dlq.known); known > 8*24*60 {
		t.Errorf("%d entries were made in a year", known)
	}
}

func TestTheLogTellsWhichDestinationsWorkAgain(t *testing.T) {
	b := newBench(t, Options{})
	b.SeedIncident(IncidentOptions{})
	since := itoa(b.clock.now.Add(-15 * time.Minute).UnixMilli())
	count := func(destination, state string) int {
		query := url.Values{"url": {destination}, "state": {state}, "fromDate": {since}}
		return len(b.pages("/v2/logs", "logs", query))
	}
	if got := count(ordersURL, "DELIVERED"); got != 212 {
		t.Errorf("%d orders delivered", got)
	}
	well, failed := count(partnerURL, "DELIVERED"), count(partnerURL, "FAILED")
	if share := float64(well) / float64(well+failed); share < 0.30 || share > 0.32 {
		t.Errorf("%d of %d partner deliveries went well", well, well+failed)
	}
}

func TestOddEntriesAreShownAndFoundByTheirKind(t *testing.T) {
	b := newBench(t, Options{})
	b.SeedIncident(IncidentOptions{Messages: -1, Workflows: -1})
	plain, _ := b.listAll()
	if len(plain) != 36 || len(OddKinds()) != 36 {
		t.Fatalf("%d odd entries of %d kinds", len(plain), len(OddKinds()))
	}
	for _, kind := range OddKinds() {
		if kind == kindBare {
			continue
		}
		got := b.get("/v2/dlq?label=" + kind).list("messages")
		if len(got) != 1 {
			t.Errorf("%s: %d entries", kind, len(got))
			continue
		}
		b.get("/v2/dlq/" + got[0].text("dlqId"))
	}
}

func TestOddEntriesReachTheClientAsTheyAre(t *testing.T) {
	b := newBench(t, Options{})
	b.SeedIncident(IncidentOptions{Messages: -1, Workflows: -1})
	plain, _ := b.listAll()
	var everything strings.Builder
	bodies := map[string]bool{}
	for _, message := range plain {
		labels, _ := message["labels"].([]any)
		for _, label := range labels {
			everything.WriteString(label.(string))
		}
		for _, key := range []string{"url", "queueName", "body", "responseBody"} {
			everything.WriteString(message.text(key))
		}
		bodies["large"] = bodies["large"] || len(message.text("body")) >= 1<<20
		bodies["binary"] = bodies["binary"] || message.text("bodyBase64") != ""
		bodies["binary response"] = bodies["binary response"] || message.text("responseBodyBase64") != ""
	}
	text := everything.String()
	for _, r := range []rune{
		'\x1b', '\a', '\b', '\r', '\t', '\v', '\f', 0, 0x7f, 0x0e, 0x85, 0x90, 0x9b, 0x9c, 0x9d, 0xad, 0x300, 0x34f, 0x61c,
		0x115f, 0x180e, 0x200b, 0x200d, 0x200f, 0x2028, 0x2029, 0x202e, 0x2060, 0x2067, 0x2800, 0x3164, 0xe000, 0xfeff, 0xffa0,
		0xfdd0, 0xffff, 0xE0001, 0xE0100, 0xF0000, 0x1FAC6,
	} {
		if !strings.ContainsRune(text, r) {
			t.Errorf("no entry has U+%04X", r)
		}
	}
	if !utf8.ValidString(text) || len(bodies) != 3 || !bodies["large"] || !bodies["binary"] || !bodies["binary response"] {
		t.Errorf("bodies %v", bodies)
	}
	statuses := 0
	for _, message := range plain {
		if _, has := message["responseStatus"]; !has {
			statuses++
		}
	}
	if statuses != 2 {
		t.Errorf("%d entries without a status, want the bare and the missing one", statuses)
	}
}

func TestOddEntriesAreTheSameOnEveryServer(t *testing.T) {
	read := func() []object {
		b := newBench(t, Options{})
		b.SeedIncident(IncidentOptions{Messages: -1, Workflows: -1})
		for _, id := range texts(b.get("/v2/dlq").list("messages"), "dlqId") {
			b.send(http.MethodPost, "/v2/dlq/retry/"+id, "Upstash-Label: changed", "Upstash-Forward-A: b")
		}
		b.clock.advance(time.Minute)
		return b.get("/v2/dlq").list("messages")
	}
	first := read()
	if diff := cmp.Diff(first, read()); diff != "" {
		t.Error(diff)
	}
	if !slices.ContainsFunc(first, func(o object) bool { return o.text("label") == "changed" }) {
		t.Error("nothing came back under the new label")
	}
}

func TestARetriedMessageOfTheIncidentCarriesTheBodyOfItsEntry(t *testing.T) {
	b := newBench(t, Options{})
	b.SeedIncident(IncidentOptions{Messages: 40, Workflows: -1, Odd: -1, Seed: 1})
	for _, entry := range b.get("/v2/dlq").list("messages") {
		message := b.get("/v2/messages/" + b.retry(entry.text("dlqId")))
		for _, key := range []string{"body", "header"} {
			if diff := cmp.Diff(entry[key], message[key]); diff != "" {
				t.Fatalf("%s of a retry of %s: %s", key, entry.text("url"), diff)
			}
		}
	}
}
