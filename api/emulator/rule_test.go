package emulator

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func rules(t *testing.T, texts ...string) (parsed []Rule) {
	t.Helper()
	for _, text := range texts {
		rule, err := ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, rule)
	}
	return parsed
}

func TestFaultsAreReadAndWritten(t *testing.T) {
	for text, want := range map[string]string{
		"latency=50ms":                     "",
		"latency=20ms..200ms":              "",
		"latency=1000ms..1s":               "latency=1s",
		"burst=20":                         "",
		"daily=1000":                       "daily=1000 on=publish|retry|resume|restart",
		"daily=0 on=retry":                 "",
		"fail=500@5%":                      "",
		"fail=500-after-commit@1% on=list": "",
		"drop@0.5%":                        "",
		"drop@100%":                        "drop",
		"drop-after-commit":                "",
		"truncate":                         "truncate=20",
		"html-after-commit":                "html=502-after-commit",
		"html=504":                         "",
		"hang  on=retry|delete|retry":      "hang on=retry|delete",
		" drop\ttimes=3 after=10 ":         "drop after=10 times=3",
	} {
		rule := rules(t, text)[0]
		if want == "" {
			want = text
		}
		if got := rule.String(); got != want {
			t.Errorf("%q is %q", text, got)
		}
	}
}

func TestAWrongFaultSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "a fault is empty",
		"explode":                 `the fault "explode": there is no such fault: it is latency, burst`,
		"latency":                 `"" is no latency: write it as 50ms or 20ms..200ms`,
		"latency=50":              `"50" is no latency`,
		"latency=2s..1s":          `"2s..1s" is no latency`,
		"latency=-1s":             `"-1s" is no latency`,
		"burst=many":              `"many" is not a number of requests from 0 to`,
		"burst=1-after-commit":    "burst does not go with -after-commit",
		"truncate-after-commit":   "truncate does not go with -after-commit",
		"truncate=0":              `"0" is not a number of bytes from 1 to`,
		"fail":                    `"" is not a status from 100 to 599`,
		"fail=99":                 `"99" is not a status`,
		"html=x":                  `"x" is not a status`,
		"drop=1":                  "drop takes no value",
		"drop@5":                  `"@5" is no chance: write it as @5%`,
		"drop@0%":                 `"@0%" is no chance`,
		"drop@101%":               `"@101%" is no chance`,
		"drop@NaN%":               `"@NaN%" is no chance`,
		"drop on=retries":         `the fault "drop": there is no request "retries": on= takes callback|delete|flow|get|keys|list|`,
		"drop on=":                `there is no request ""`,
		"drop times=0":            `"0" is not a number of requests from 1`,
		"drop after=x":            `"x" is not a number of requests`,
		"drop retry":              `"retry" is none of on=, after= and times=`,
		"fail=500 @5%":            `"@5%" is none of on=`,
		"fail=500@5%-afterCommit": `"@5%-afterCommit" is no chance`,
	} {
		if _, err := ParseFault(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParseFault(f *testing.F) {
	for _, text := range []string{
		"latency=20ms..200ms@5% on=retry", "fail=500-after-commit@1%", "burst=20 times=3 after=1", "html", "drop@1e-3%", "daily=1",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rule, err := ParseFault(text)
		if err != nil {
			return
		}
		again, err := ParseFault(rule.String())
		if err != nil {
			t.Fatalf("%q is written as %q: %v", text, rule, err)
		}
		if diff := cmp.Diff(rule, again, cmp.AllowUnexported(Rule{})); diff != "" {
			t.Errorf("%q is written as %q: %s", text, rule, diff)
		}
	})
}

func TestEveryRequestHasAnOperationThatTheSyntaxNames(t *testing.T) {
	for _, r := range routes {
		if r.operation == "" || !strings.Contains(FaultSyntax, r.operation) {
			t.Errorf("%s %s: %q", r.method, r.path, r.operation)
		}
	}
	for request, want := range map[string]string{
		"POST /v2/dlq/retry": "retry", "POST /v2/dlq/retry/1-0": "retry", "DELETE /v2/dlq/1-0": "delete",
		"DELETE /v2/workflows/dlq": "delete", "POST /v2/workflows/dlq/resume": "resume", "POST /v2/workflows/dlq/restart/1-0": "restart",
		"DELETE /v2/workflows/dlq/callback/1-0": "callback", "GET /v2/dlq": "list", "GET /v2/workflows/dlq/1-0": "get",
		"GET /v2/workflows/logs": "logs", "POST /v2/queues/q/resume": "queues", "POST /v2/flowControl/k/resume": "flow",
		"DELETE /v2/messages/m": "messages", "POST /v2/publish/https://a.example": "publish", "DELETE /v2/workflows/runs/r": "runs",
		"GET /v2/nowhere": "",
	} {
		method, path, _ := strings.Cut(request, " ")
		made, err := http.NewRequestWithContext(t.Context(), method, "http://x"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := operationOf(made); got != want {
			t.Errorf("%s is %q", request, got)
		}
	}
}

func TestScriptedFaultsStrikeWhatTheyAreFor(t *testing.T) {
	for _, test := range []struct {
		rules     string
		status    int
		err       bool
		committed bool
	}{
		{"fail=503", 503, false, false},
		{"fail=503-after-commit", 503, false, true},
		{"html", 502, false, false},
		{"drop", 0, true, false},
		{"drop-after-commit", 0, true, true},
		{"truncate=5", 201, true, true},
		{"burst=0", 429, false, false},
		{"daily=0", 429, false, false},
		{"latency=1us", 201, false, true},
		{"latency=0s", 201, false, true},
		{"latency=1us..2us; fail=500", 500, false, false},
		{"fail=500; drop", 500, false, false},
		{"fail=500; latency=1us-after-commit", 500, false, true},
		{"fail=503 on=delete|list", 201, false, true},
		{"fail=503 after=1", 201, false, true},
	} {
		b := newBench(t, Options{})
		b.SetFaults(ScriptFaults(1, nil, rules(t, strings.Split(test.rules, ";")...)...))
		id := b.Add(Entry{})
		got, err := b.try(http.MethodPost, "/v2/dlq/retry/"+id, nil)
		if got.status != test.status || (err != nil) != test.err {
			t.Errorf("%s: %d, %v", test.rules, got.status, err)
		}
		if committed := b.Fate(id).State == FateRetried; committed != test.committed {
			t.Errorf("%s: committed is %t", test.rules, committed)
		}
	}
}

func TestAHangingRuleWaitsForTheEndOfTheRequest(t *testing.T) {
	fault := ScriptFaults(1, nil, rules(t, "hang-after-commit")...)(request(t, "/v2/dlq"))
	if !fault.Hang || !fault.Committed {
		t.Errorf("%+v", fault)
	}
}

func request(t *testing.T, path string) *http.Request {
	t.Helper()
	made, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://x"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestAChanceIsRepeatableAndAboutAsOftenAsItSays(t *testing.T) {
	struck := func(seed uint64) (pattern string) {
		decide := ScriptFaults(seed, nil, rules(t, "drop@20%", "latency=1ms..9ms")...)
		for range 2000 {
			fault := decide(request(t, "/v2/dlq"))
			if fault.Latency < time.Millisecond || fault.Latency > 9*time.Millisecond {
				t.Fatalf("latency %v", fault.Latency)
			}
			if pattern += "."; fault.Drop {
				pattern += "x"
			}
		}
		return pattern
	}
	first := struck(7)
	if first != struck(7) || first == struck(8) {
		t.Error("the seed does not decide")
	}
	if number := strings.Count(first, "x"); number < 340 || number > 460 {
		t.Errorf("struck %d of 2000 at 20%%", number)
	}
}

func TestARuleStrikesAsManyTimesAsItSays(t *testing.T) {
	b := newBench(t, Options{})
	b.SetFaults(ScriptFaults(1, nil, rules(t, "drop times=2 after=1 on=list")...))
	var lost []bool
	for range 5 {
		_, err := b.try(http.MethodGet, "/v2/dlq", nil)
		lost = append(lost, errors.Is(err, io.ErrUnexpectedEOF))
		b.wantStatus(b.send(http.MethodGet, "/v2/queues"), http.StatusOK)
	}
	if diff := cmp.Diff([]bool{false, true, true, false, false}, lost); diff != "" {
		t.Error(diff)
	}
}

func TestScriptedLimitsRefuseWhatIsOverThem(t *testing.T) {
	b := newBench(t, Options{})
	b.SetFaults(ScriptFaults(1, b.clock.time, rules(t, "burst=2 on=list", "daily=1")...))
	statuses := func(method, target string) (all []int) {
		for range 3 {
			all = append(all, b.send(method, target).status)
		}
		return all
	}
	if diff := cmp.Diff([]int{200, 200, 429}, statuses(http.MethodGet, "/v2/dlq")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{201, 429, 429}, statuses(http.MethodPost, "/v2/dlq/retry")); diff != "" {
		t.Error(diff)
	}
	refused := b.send(http.MethodPost, "/v2/publish/https://a.example")
	if refused.status != 429 || refused.header.Get("RateLimit-Limit") != "1" {
		t.Errorf("%d, headers %v", refused.status, refused.header)
	}
	b.clock.advance(24 * time.Hour)
	if diff := cmp.Diff([]int{200, 200, 429}, statuses(http.MethodGet, "/v2/dlq")); diff != "" {
		t.Error(diff)
	}
	b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry"), http.StatusCreated)
}
