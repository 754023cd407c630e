package emulator

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// with is a bench whose server has the switches of these names.
func with(t *testing.T, options Options, names ...string) *bench {
	t.Helper()
	for _, name := range names {
		set, err := ParseSwitch(name)
		if err != nil {
			t.Fatal(err)
		}
		set(&options.Switches)
	}
	return newBench(t, options)
}

func TestSwitchesOfAQueryDecideWhatIsListed(t *testing.T) {
	// The queue holds m1 and m2, the run r, and what they fail at is told
	// apart by url, label and time.
	for _, test := range []struct{ name, target, want string }{
		{"source=honoured", "/v2/dlq?source=workflow", "r"},
		{"source=ignored", "/v2/dlq?source=workflow", "m2 m1"},
		{"source=refused", "/v2/dlq?source=workflow", "400"},
		{"list-ids=honoured", "/v2/dlq?dlqIds=1000-0", "m1"},
		{"list-ids=ignored", "/v2/dlq?dlqIds=1000-0", "m2 m1"},
		{"list-ids=refused", "/v2/dlq?dlqIds=1000-0", "400"},
		{"unknown-keys-ignored=false", "/v2/dlq?lable=one", "400"},
		{"unknown-keys-ignored", "/v2/dlq?lable=one", "m2 m1"},
		{"ignored-filters=label,fromDate,toDate", "/v2/dlq?label=one&toDate=1&fromDate=9999", "m2 m1"},
		{"ignored-filters=url", "/v2/dlq?label=one&url=https://none", "m1"},
		{"commas-kept=false", "/v2/dlq?label=one,two", "m2 m1"},
		{"commas-kept", "/v2/dlq?label=one,two", ""},
		{"commas-kept", "/v2/dlq?label=one&label=two", "m2 m1"},
		{"url-matches-prefix=false", "/v2/dlq?url=https://a.example", "m1"},
		{"url-matches-prefix", "/v2/dlq?url=https://a.example", "m2 m1"},
		{"url-matches-prefix", "/v2/workflows/dlq?workflowUrl=https://w", "r"},
		{"url-matches-prefix", "/v2/workflows/dlq?workflowUrl=https://v", ""},
		{"run-id-matches-prefix", "/v2/workflows/dlq?workflowRunId=wfr_", "r"},
		{"dates-compare-run-creation=false", "/v2/workflows/dlq?toDate=500", ""},
		{"dates-compare-run-creation", "/v2/workflows/dlq?toDate=500", "r"},
		{"dates-compare-run-creation", "/v2/dlq?toDate=1500", "m1"},
		{"dates-compare-creation", "/v2/dlq?toDate=900", "m1"},
		{"count-clamped=false", "/v2/dlq?count=0", "400"},
		{"count-clamped", "/v2/dlq?count=0", "m2"},
		{"count-clamped", "/v2/dlq?count=1000", "m2 m1"},
		{"count-clamped", "/v2/dlq?count=many", "400"},
		{"empty-cursor-refused=false", "/v2/dlq?cursor=", "m2 m1"},
		{"empty-cursor-refused", "/v2/dlq?cursor=", "400"},
		{"empty-cursor-refused", "/v2/dlq", "m2 m1"},
		{"empty-cursor-refused", "/v2/logs?cursor=", "400"},
		{"dlq-lists-workflows", "/v2/dlq", "r m2 m1"},
		{"oldest-first", "/v2/dlq", "m1 m2"},
		{"without-single-id-routes", "/v2/dlq/1000-0", "m1"},
	} {
		b := with(t, Options{Retention: -1}, test.name)
		b.Add(Entry{MessageID: "m1", FailedAt: time.UnixMilli(1000), CreatedAt: time.UnixMilli(900), URL: "https://a.example", Labels: []string{"one"}})
		b.Add(Entry{MessageID: "m2", FailedAt: time.UnixMilli(2000), CreatedAt: time.UnixMilli(1900), URL: "https://a.example/x", Labels: []string{"two"}})
		b.Add(Entry{MessageID: "r", FailedAt: time.UnixMilli(3000), Workflow: &Workflow{
			RunID: "wfr_1", URL: "https://w.example", CreatedAt: time.UnixMilli(500),
		}})
		got := b.send(http.MethodGet, test.target)
		have := itoa(got.status)
		if got.status == http.StatusOK {
			shown := b.decode(got)
			have = strings.Join(texts(shown.list("messages"), "messageId"), " ") + shown.text("messageId")
		}
		if have != test.want {
			t.Errorf("%s, %s: %q, want %q", test.name, test.target, have, test.want)
		}
	}
}

func TestSwitchesTakePathsAway(t *testing.T) {
	for name, targets := range map[string][]string{
		"logs-path-missing":                {"GET /v2/logs 404", "GET /v2/events 200"},
		"events-path-missing":              {"GET /v2/logs 200", "GET /v2/events 404"},
		"missing-paths=/v2/flowControl,/x": {"GET /v2/flowControl 404", "POST /v2/flowControl/k/pause 404", "GET /v2/queues 200"},
		"without-single-id-routes": {
			"POST /v2/dlq/retry/1-0 404", "POST /v2/workflows/dlq/resume/1-0 404", "POST /v2/workflows/dlq/restart/1-0 404",
			"POST /v2/dlq/retry?dlqIds=1-0 404", "GET /v2/dlq 200",
		},
	} {
		b := with(t, Options{}, name)
		for _, target := range targets {
			words := strings.Fields(target)
			got := b.send(words[0], words[1])
			if itoa(got.status) != words[2] {
				t.Errorf("%s, %s: %d", name, target, got.status)
			}
			if bulk := strings.Contains(target, "dlqIds"); got.status == 404 && bulk == (got.body == "404 page not found") {
				t.Errorf("%s, %s: %s", name, target, got.body)
			}
		}
	}
}

func TestEmptyListsAreNullWithTheSwitch(t *testing.T) {
	b := with(t, Options{}, "empty-list-is-null", "last-cursor=absent")
	for request, want := range map[string]string{
		"GET /v2/dlq":                     `{"messages":null}`,
		"GET /v2/workflows/dlq":           `{"messages":null}`,
		"GET /v2/logs":                    `{"logs":null}`,
		"GET /v2/logs?groupBy=messageId":  `{"messages":null}`,
		"GET /v2/workflows/logs":          `{"runs":null}`,
		"POST /v2/dlq/retry":              `{"responses":null}`,
		"POST /v2/workflows/dlq/restart":  `{"workflowRuns":null}`,
		"GET /v2/workflows/dlq?cursor=1-": `{"error":"invalid cursor"}`,
	} {
		method, target, _ := strings.Cut(request, " ")
		if got := b.send(method, target); got.body != want {
			t.Errorf("%s: %s", request, got.body)
		}
	}
}

func TestBodiesAreTrimmedAsTheSwitchesSay(t *testing.T) {
	for _, test := range []struct{ name, target, want string }{
		{"trim-body=bytes", "/v2/dlq?trimBody=2", "he"},
		{"trim-body=bytes", "/v2/dlq?trimBody=-1", ""},
		{"trim-body=bytes", "/v2/dlq", "hello"},
		{"trim-body=ignored", "/v2/dlq?trimBody=2", "hello"},
		{"trim-body=none-by-default", "/v2/dlq", "hello"},
		{"body-limit=3", "/v2/dlq", "hel"},
		{"body-limit=3", "/v2/dlq?trimBody=2", "he"},
	} {
		b := with(t, Options{}, test.name)
		b.Add(Entry{Body: []byte("hello"), ResponseBody: []byte("hello")})
		entry := b.get(test.target).list("messages")[0]
		if entry.text("body") != test.want || entry.text("responseBody") != test.want {
			t.Errorf("%s, %s: %v", test.name, test.target, entry)
		}
	}
	b := with(t, Options{}, "trim-body=none-by-default")
	b.Add(Entry{Body: []byte("hello"), Workflow: &Workflow{}})
	initial := func(query string) string {
		return b.get("/v2/workflows/logs" + query).list("runs")[0].list("steps")[0].list("steps")[0].text("out")
	}
	if without, whole := initial(""), initial("?trimBody=100"); without != "" || whole != "hello" {
		t.Errorf("%q without trimBody, %q with it", without, whole)
	}
	b.wantStatus(b.send(http.MethodGet, "/v2/dlq?trimBody=x"), http.StatusBadRequest)
}

func TestAMessageAndARunCanHaveTheSameID(t *testing.T) {
	b := with(t, Options{}, "shared-dlq-ids", "dlq-lists-workflows", "oldest-first")
	for range 3 {
		message, run := b.Add(Entry{}), b.Add(Entry{Workflow: &Workflow{}})
		if message != run {
			t.Fatalf("%s and %s", message, run)
		}
	}
	id := b.Add(Entry{})
	b.Add(Entry{Workflow: &Workflow{}})
	if b.Len() != 8 {
		t.Fatalf("%d entries", b.Len())
	}
	if runs := b.pages("/v2/workflows/dlq", "messages", url.Values{"count": {"1"}}); len(runs) != 4 {
		t.Errorf("paged through %d runs", len(runs))
	}
	b.retry(id)
	if b.Fate(id).State != FateRetried || b.FateOfRun(id).State != FatePresent {
		t.Errorf("message %v, run %v", b.Fate(id), b.FateOfRun(id))
	}
	b.wantStatus(b.send(http.MethodDelete, "/v2/workflows/dlq/"+id), http.StatusOK)
	if b.FateOfRun(id).State != FateDeleted || b.FateOfRun("1-0").State != FateUnknown {
		t.Errorf("run %v", b.FateOfRun(id))
	}
}

func TestLogsAreSpeltAsTheSwitchesSay(t *testing.T) {
	b := with(t, Options{}, "logs-header-singular", "logs-retry-delay-short", "logs-take-thousand")
	b.Add(Entry{RetryDelayExpression: "5", ResponseHeader: Header{"A": {"1"}}, ResponseStatus: 500})
	logged := b.get("/v2/logs?state=ERROR&count=1000").list("logs")[0]
	if logged["responseHeader"] == nil || logged["responseHeaders"] != nil ||
		logged.text("retryDelayExpr") != "5" || logged["retryDelayExpression"] != nil {
		t.Errorf("got %v", logged)
	}
}

func TestFlowControlKeysAreSpeltAsTheSwitchesSay(t *testing.T) {
	for name, want := range map[string]string{
		"wait-list-lowercase=false": `"waitListSize":0`,
		"wait-list-lowercase":       `"waitlistSize":0`,
		"flow-zeros-missing":        `{"flowControlKey":"k","rateMax":5,"ratePeriod":1}`,
	} {
		b := with(t, Options{}, name)
		b.Add(Entry{FlowControlKey: "k", Rate: 5})
		if got := b.send(http.MethodGet, "/v2/flowControl/k").body; !strings.Contains(got, want) {
			t.Errorf("%s: %s", name, got)
		}
		if got := b.send(http.MethodGet, "/v2/flowControl").body; !strings.Contains(got, want) {
			t.Errorf("%s, listed: %s", name, got)
		}
	}
}

func TestAnEntryWithoutAResponseHasAStatusOfZeroOrNone(t *testing.T) {
	for name, want := range map[string]bool{"no-status-without-response=false": true, "no-status-without-response": false} {
		b := with(t, Options{}, name)
		shown := b.get("/v2/dlq/" + b.Add(Entry{}))
		if _, has := shown["responseStatus"]; has != want {
			t.Errorf("%s: %v", name, shown)
		}
		if other := b.get("/v2/dlq/" + b.Add(Entry{ResponseStatus: 500})); other.number("responseStatus") != 500 {
			t.Errorf("%s: %v", name, other)
		}
	}
}
