package emulator

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// oddEntry is an entry that is unlike the many, by a name of its own.
type oddEntry struct {
	kind  string
	entry Entry
}

// oddEntries are every odd entry in a fixed order; those that would break a
// screen are spread among the others. They are made on first use, as a
// program that is not a demo has none.
var oddEntries = sync.OnceValue(func() []oddEntry { return mixed(plainOdd(), hostile()) })

// OddKinds names the odd entries of [Server.SeedIncident] in their order. The
// name is the last label of the entry, except where the entry has none.
func OddKinds() []string {
	var kinds []string
	for _, odd := range oddEntries() {
		kinds = append(kinds, odd.kind)
	}
	return kinds
}

// odd adds the first odd entries, spread evenly over the hour.
func (i *incident) odd(number int) {
	number = min(number, len(oddEntries()))
	for n, odd := range oddEntries()[:number] {
		e := odd.entry
		if odd.kind != kindBare {
			i.dress(&e, odd.kind)
		}
		ago := 58*time.Minute - time.Duration(n)*57*time.Minute/time.Duration(max(number, 1))
		i.failed(&e, ago, time.Second)
		if w := e.Workflow; w != nil {
			run := *w
			run.RunID, run.CreatedAt = i.ids.runID(), e.CreatedAt.Add(-time.Second)
			e.Workflow = &run
		}
		i.add(e)
	}
}

// dress supplies the ordinary parts that an odd entry does not replace.
func (i *incident) dress(e *Entry, kind string) {
	if e.URL == "" {
		e.URL = "https://api.acme.io/misc/" + kind
	}
	if e.Method == "" {
		e.Method = http.MethodPost
	}
	if e.CallerIP == "" {
		e.CallerIP = "192.0.2.7"
	}
	e.Labels = append(e.Labels[:len(e.Labels):len(e.Labels)], kind)
	if e.Header == nil {
		e.Header = Header{"Content-Type": {"application/json"}, "User-Agent": {"Upstash-QStash"}}
	}
	if e.Body == nil && e.fill == nil && e.Method == http.MethodPost {
		e.Body = fmt.Appendf(nil, `{"kind":%q}`, kind)
	}
	noResponse := kind == kindStatusZero || kind == kindStatusMissing
	if e.ResponseStatus == 0 && !noResponse {
		e.ResponseStatus = http.StatusInternalServerError
	}
	if e.ResponseBody == nil && !noResponse {
		e.ResponseBody = []byte("internal error")
	}
	if e.ResponseHeader == nil && !noResponse {
		e.ResponseHeader = Header{"Content-Type": {"text/plain"}}
	}
}

const (
	kindBare          = "bare"
	kindStatusZero    = "status-zero"
	kindStatusMissing = "status-missing"
)

func plainOdd() []oddEntry {
	return []oddEntry{
		{kindStatusZero, Entry{Script: Script{FailsAgain: true}}},
		{kindStatusMissing, Entry{WithoutResponseStatus: true, Script: Script{FailsAgain: true}}},
		{"binary-body", Entry{
			Header: Header{"Content-Type": {"application/octet-stream"}},
			Body:   binary(600),
		}},
		{"binary-response", Entry{
			ResponseHeader: Header{"Content-Type": {"image/png"}},
			ResponseBody:   append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), binary(300)...),
		}},
		{"large-body", Entry{fill: func(e *Entry) { e.Body = largeBody() }}},
		{"cjk", Entry{
			URL: "https://api.acme.io/注文/通知", QueueName: "注文キュー", Labels: []string{"緊急", "긴급"},
			Body:         []byte(`{"顧客":"山田太郎","備考":"配達は午後にお願いします","数量":3}`),
			ResponseBody: []byte(`{"エラー":"在庫がありません","コード":"在庫切れ"}`),
		}},
		{"emoji", Entry{
			URL: "https://api.acme.io/hooks/🚀", QueueName: "🛒-queue", Labels: []string{"👩‍👩‍👧‍👦", "🇩🇪🇯🇵", "❤️", "\U0001FAC6"},
			Body:         []byte(`{"reaction":"👍🏽","family":"👨‍👩‍👧‍👦","flags":"🇺🇦🇪🇺","keycap":"1️⃣","skin":"🧑🏿‍🚀"}`),
			ResponseBody: []byte("💥 boom 💥"),
		}},
		{"combining-marks", Entry{
			URL: "https://api.acme.io/cafe\u0301", QueueName: "nai\u0308ve", Labels: []string{"e\u0301te\u0301", "हिन्दी"},
			Body:         []byte("{\"name\":\"Bjo\u0308rn A\u030angstro\u0308m\",\"text\":\"नमस्ते สวัสดี\"}"),
			ResponseBody: []byte("re\u0301ponse refuse\u0301e: ไม่พบ"),
		}},
		{"redacted", Entry{
			Header: Header{
				"Content-Type":  {"application/json"},
				"Authorization": {"REDACTED:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"},
			},
			Body: []byte("REDACTED:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
		}},
		{kindBare, Entry{URL: "https://api.acme.io/misc/bare", WithoutResponseStatus: true}},
		{"schedule", Entry{
			URL: "https://api.acme.io/cron/nightly-report", ScheduleID: "scd_7cYJ4nZtFp3xQw9rLmKvB2",
			ResponseStatus: http.StatusBadGateway,
			Script:         Script{Deduplicated: true},
		}},
		{"url-group", Entry{
			URL: "https://search.acme.io/index", TopicName: "product-changed", EndpointName: "search-index",
		}},
		{"get", Entry{
			URL: "https://api.acme.io/refresh?scope=all&force=1", Method: http.MethodGet,
			Header: Header{"Accept": {"application/json", "text/plain"}}, ResponseStatus: http.StatusNotFound,
			Script: Script{FailsAgain: true},
		}},
		{"delete", Entry{
			URL: "https://api.acme.io/carts/cart_4711", Method: http.MethodDelete,
			Header: Header{"X-Reason": {"expired"}}, ResponseStatus: http.StatusGone,
			Script: Script{FailsAgain: true},
		}},
		{"long-url-many-labels", Entry{
			URL:    "https://api.acme.io/search?q=" + strings.Repeat("averyveryverylongvalue%20", 320),
			Labels: manyLabels(60),
		}},
		{"nested-json", Entry{
			Body:         []byte(strings.Repeat(`{"a":[`, 300) + `1` + strings.Repeat(`]}`, 300)),
			ResponseBody: []byte(strings.Repeat("[", 2000) + strings.Repeat("]", 2000)),
		}},
		{"numbers-and-duplicate-keys", Entry{
			Body: []byte(`{"id":9007199254740993,"id":"second","big":123456789012345678901234567890,` +
				`"tiny":1e-400,"huge":1e400,"minus":-0,"":1,"":2}`),
		}},
		{"callbacks-no-retries", Entry{
			Callback:              "https://api.acme.io/callbacks/done",
			CallbackHeader:        Header{"X-Callback-Token": {"demo-callback"}},
			FailureCallback:       "https://api.acme.io/callbacks/failed",
			FailureCallbackHeader: Header{"X-Failure-Token": {"demo-failure"}, "X-Team": {"billing"}},
			RetryDelayExpression:  "1000 * (1 + retried)",
		}},
		{"workflow-in-plain-list", Entry{
			URL: "https://api.acme.io/wf/onboarding", ResponseStatus: 489, InPlainList: true,
			ResponseHeader:  Header{"Content-Type": {"application/json"}, "Upstash-NonRetryable-Error": {"true"}},
			ResponseBody:    []byte(`{"error":"WorkflowNonRetryableError","message":"account is closed"}`),
			FailureCallback: "https://api.acme.io/wf/onboarding",
			Workflow: &Workflow{
				URL:    "https://api.acme.io/wf/onboarding",
				Done:   []Step{{Name: "create-account", Out: `{"id":42}`, Took: 300 * time.Millisecond}},
				Failed: Step{Name: "send-welcome", Type: "Call"},
			},
		}},
	}
}

// mixed puts the entries of the second list between those of the first.
func mixed(first, second []oddEntry) []oddEntry {
	all := make([]oddEntry, 0, len(first)+len(second))
	for n := range max(len(first), len(second)) {
		if n < len(first) {
			all = append(all, first[n])
		}
		if n < len(second) {
			all = append(all, second[n])
		}
	}
	return all
}

// binary is every byte in turn, which is not UTF-8.
func binary(length int) []byte {
	data := make([]byte, length)
	for n := range data {
		data[n] = byte(n*7 + 128)
	}
	return data
}

// largeBody is a JSON document of a megabyte.
func largeBody() []byte {
	var body bytes.Buffer
	body.WriteString(`{"rows":[`)
	for row := 0; body.Len() < 1<<20; row++ {
		if row > 0 {
			body.WriteByte(',')
		}
		fmt.Fprintf(&body, `{"row":%d,"sku":"SKU-%06d","text":"the quick brown fox jumps over the lazy dog"}`, row, row*37)
	}
	body.WriteString(`]}`)
	return body.Bytes()
}

func manyLabels(number int) []string {
	labels := make([]string, number)
	for n := range labels {
		labels[n] = fmt.Sprintf("label-%02d", n)
	}
	return labels
}
