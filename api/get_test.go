package api_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

func TestMessageIsReadWhole(t *testing.T) {
	got, err := answering(t, 200, recorded(t, "message.json")).Get(t.Context(), key(model.Message, someI))
	want := model.Detail{
		Entry: model.Entry{
			Key: key(model.Message, someI), MessageID: "msg_7Zq", URL: "https://a.example/hook", Method: "POST", CallerIP: "192.0.2.7",
			Labels: []string{"l1", "l2"}, FlowControlKey: "k",
			Flow: model.FlowLimits{Rate: 10, Parallelism: 2, Period: time.Minute}, RetryAfter: 5 * time.Second, MaxRetries: 3, CreatedAt: at(1760000000000), FailedAt: at(1760000000123),
			Status: 503, Response: "büsy 😀",
		},
		Header:         []model.HeaderField{{Name: "Content-Type", Value: "application/json"}, {Name: "X-A", Value: "single"}, {Name: "X-B", Value: "2"}, {Name: "X-B", Value: "1"}},
		Body:           model.Body{Bytes: []byte{0, 0xff, 0xfe}, Base64: true},
		ResponseHeader: []model.HeaderField{{Name: "Retry-After", Value: "5"}},
		ResponseBody:   model.Body{Bytes: []byte("büsy 😀")},
		NotBefore:      at(1760000000000), RetryDelayExpression: "1000 * (1 + retried)",
		Callback: "https://a.example/cb", CallbackHeader: []model.HeaderField{{Name: "X-C", Value: "c"}},
		FailureCallback: "https://a.example/fcb", FailureCallbackHeader: []model.HeaderField{{Name: "X-F", Value: "f"}},
		Unknown: []model.HeaderField{{Name: "api", Value: `{"name":"llm", "provider":{}}`}, {Name: "state", Value: `"FAILED"`}},
	}
	if err != nil {
		t.Fatal(err)
	}
	want.Cause = causeOf(want.Entry)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRunIsReadWholeAlsoWithoutItsID(t *testing.T) {
	got, err := answering(t, 200, recorded(t, "run.json")).Get(t.Context(), key(model.WorkflowRun, someI))
	want := model.Detail{
		Entry: model.Entry{
			Key: key(model.WorkflowRun, someI), MessageID: "msg_1", URL: "https://a.example/wf", Method: "POST",
			CreatedAt: at(1759999999500), FailedAt: at(1760000000123), Status: 489, Response: "\xff", WorkflowRunID: "wfr_b1",
			WorkflowURL: "https://a.example/wf", WorkflowCreatedAt: at(1759999999000), FailureState: "CALLBACK_FAIL",
		},
		Header:          []model.HeaderField{{Name: "Upstash-Workflow-Init", Value: "false"}},
		Body:            model.Body{Bytes: []byte(`[{"step":1}]`)},
		ResponseHeader:  []model.HeaderField{{Name: "Upstash-NonRetryable-Error", Value: "true"}},
		ResponseBody:    model.Body{Bytes: []byte{0xff}, Base64: true},
		FailureCallback: "https://a.example/wf",
		FailureFunction: &model.FailureFunction{
			State: "CALLBACK_FAIL", Status: 500, Header: []model.HeaderField{{Name: "Content-Type", Value: "text/plain"}},
			Body: model.Body{Bytes: []byte("x")},
		},
		Unknown: []model.HeaderField{{Name: "failureCallbackInfo.retried", Value: "2"}},
	}
	if err != nil {
		t.Fatal(err)
	}
	want.Cause = causeOf(want.Entry)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOddPartsOfAWholeEntryCostThemselvesOnly(t *testing.T) {
	for name, c := range map[string]struct {
		json    string
		problem string
		check   func(model.Detail) bool
	}{
		"a header of text":    {`"header":"x"`, "header is text, not an object", func(d model.Detail) bool { return d.Header == nil }},
		"a header value of 7": {`"header":{"A":7,"B":["b",null,8],"C":null}`, "a value of header is a number, not text; a value of header is a number, not text", func(d model.Detail) bool { return len(d.Header) == 1 && d.Header[0].Value == "b" }},
		"a body of 7":         {`"body":7`, "body is a number, not text", func(d model.Detail) bool { return d.Body.Bytes == nil }},
		"a body of bad bytes": {`"body":"a` + "\xff" + `\n"`, "", func(d model.Detail) bool { return string(d.Body.Bytes) == "a\xff\n" }},
		"bad base64":          {`"bodyBase64":"?"`, "bodyBase64 is not base64", func(d model.Detail) bool { return string(d.Body.Bytes) == "?" && !d.Body.Base64 }},
		"both bodies":         {`"bodyBase64":"YQ==","body":""`, "", func(d model.Detail) bool { return string(d.Body.Bytes) == "a" && d.Body.Base64 }},
		"a body after base64": {`"bodyBase64":"YQ==","body":"b"`, "", func(d model.Detail) bool { return string(d.Body.Bytes) == "b" && !d.Body.Base64 }},
		"a period of ages":    {`"period":9000000000000`, "period is not a duration", func(d model.Detail) bool { return d.Flow.Period == 0 }},
		"a period below zero": {`"period":-1`, "period is not a duration", func(d model.Detail) bool { return d.Flow.Period == 0 }},
		"a state alone": {`"failureFunctionState":"CALLBACK_FAIL"`, "", func(d model.Detail) bool {
			return d.FailureFunction != nil && d.FailureFunction.State == "CALLBACK_FAIL"
		}},
		"no failure function": {`"failureCallbackInfo":null`, "", func(d model.Detail) bool { return d.FailureFunction == nil }},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := instant(t, 200, `{"messageId":"m",`+c.json+`}`).Get(t.Context(), key(model.Message, someI))
			if err != nil || d.Problem != c.problem || !c.check(d) || d.MessageID != "m" {
				t.Errorf("%+v, %v", d, err)
			}
		})
	}
}

func TestAnswerAboutSomethingElseIsNoProofThatAnEntryIsThere(t *testing.T) {
	for _, body := range []string{`{"dlqId":"1760000000123-1","messageId":"m"}`, `{}`, `{"error":"x"}`, `{"messages":[]}`, `[]`, `null`, `"x"`} {
		if _, err := instant(t, 200, body).Get(t.Context(), key(model.Message, someI)); kindOf(err) != "unreadable" {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestEntryOfTenMegabytesIsReadWhole(t *testing.T) {
	part := `line \"quoted\" ä` + strings.Repeat("x", 1000) + `\n`
	const parts = 12_000
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"messageId":"m","body":"`)
		for range parts {
			_, _ = io.WriteString(w, part)
		}
		_, _ = io.WriteString(w, `","responseBody":"small"}`)
	})
	d, err := c.Get(t.Context(), key(model.Message, someI))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Repeat(`line "quoted" ä`+strings.Repeat("x", 1000)+"\n", parts)
	if string(d.Body.Bytes) != want {
		t.Errorf("%d bytes, want %d", len(d.Body.Bytes), len(want))
	}
}

func TestEntryBeyondItsCapIsRefusedInOneSentence(t *testing.T) {
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		resp := reply(r, 200, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), &repeating{text: `"body":"` + strings.Repeat("x", 1<<20) + `",`}))
		return resp, nil
	}))
	_, err := c.Get(t.Context(), key(model.Message, someI))
	var unreadable *model.UnreadableError
	if !errors.As(err, &unreadable) || unreadable.What != "the entry is larger than 256 MiB" {
		t.Error(err)
	}
}

// repeating is a text without end.
type repeating struct {
	text string
	read int
}

func (r *repeating) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.read:])
	r.read = (r.read + n) % len(r.text)
	return n, nil
}

func TestEntriesAreReadByTheirIDs(t *testing.T) {
	listing := func(ids ...string) string {
		var entries []string
		for _, id := range ids {
			entries = append(entries, `{"dlqId":"`+id+`","messageId":"msg_`+id+`"}`)
		}
		return `{"messages":[` + strings.Join(entries, ",") + `],"cursor":"x"}`
	}
	single := func(r *http.Request) (int, string) {
		id := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		if id == "gone" {
			return 404, `{"error":"not found"}`
		}
		return 200, `{"messageId":"msg_` + id + `","workflowRunId":""}`
	}
	for name, c := range map[string]struct {
		kind model.Kind
		ids  []string
		list func() (int, string)
		want string
		one  bool // by one call
	}{
		"in one call":                  {ids: []string{"a", "b", "a"}, list: func() (int, string) { return 200, listing("b", "a") }, want: "b a", one: true},
		"in one call, some gone":       {ids: []string{"a", "gone"}, list: func() (int, string) { return 200, `{"messages":[{"dlqId":"a"}]}` }, want: "a", one: true},
		"a single one":                 {ids: []string{"a"}, list: func() (int, string) { return 200, listing("a") }, want: "a", one: true},
		"none left":                    {ids: []string{"gone"}, list: func() (int, string) { return 200, `{}` }, want: "", one: true},
		"the call is refused":          {ids: []string{"a", "gone", "b"}, list: func() (int, string) { return 400, `{"error":"unknown"}` }, want: "a b"},
		"the ids are ignored":          {ids: []string{"b", "a"}, list: func() (int, string) { return 200, listing("a", "b", "c") }, want: "b a"},
		"the ids are ignored, in part": {ids: []string{"b", "a"}, list: func() (int, string) { return 200, listing("a") }, want: "b a"},
		"runs one by one":              {kind: model.WorkflowRun, ids: []string{"a", "gone", "b", "c", "d", "e"}, want: "a b c d e"},
	} {
		t.Run(name, func(t *testing.T) {
			var rec recorder
			client := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
				rec.note(r)
				if r.URL.Path == "/v2/dlq" {
					if len(r.URL.Query()["dlqIds"]) == 0 || r.URL.Query().Get("count") != "100" || len(r.URL.Query()) != 2 {
						t.Errorf("sent %s", r.URL)
					}
					status, body := c.list()
					return reply(r, status, body), nil
				}
				status, body := single(r)
				return reply(r, status, body), nil
			}))
			q := model.Query{Kind: c.kind, IDs: c.ids, Cursor: "not used", Server: model.ServerFilter{Labels: []string{"not used"}}}
			page, err := client.List(t.Context(), q)
			var got []string
			for _, e := range page.Entries {
				got = append(got, e.Key.ID)
			}
			if err != nil || strings.Join(got, " ") != c.want || page.Next != "" {
				t.Errorf("%q, next %q, %v", got, page.Next, err)
			}
			if n := len(rec.all()); c.one != (n == 1) {
				t.Errorf("%d calls: %q", n, rec.all())
			}
		})
	}
}

func TestServerThatRefusesListsOfIDsIsAskedOnce(t *testing.T) {
	var rec recorder
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		if r.URL.Path == "/v2/dlq" {
			return reply(r, 400, ""), nil
		}
		return reply(r, 200, `{"messageId":"m"}`), nil
	}))
	for range 2 {
		if page, err := c.List(t.Context(), model.Query{IDs: []string{"a"}}); err != nil || len(page.Entries) != 1 {
			t.Fatal(page, err)
		}
	}
	if got := fmt.Sprint(rec.all()); got != "[GET /v2/dlq?count=100&dlqIds=a GET /v2/dlq/a GET /v2/dlq/a]" {
		t.Error(got)
	}
}

func TestFailureOfOneEntryFailsAListByID(t *testing.T) {
	for status, want := range map[int]string{500: "server", 401: "unauthorized", 400: "bad request"} {
		c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/b") {
				return reply(r, status, ""), nil
			}
			return reply(r, 200, `{"messageId":"m"}`), nil
		}))
		page, err := c.List(t.Context(), model.Query{Kind: model.WorkflowRun, IDs: []string{"a", "b", "c"}})
		if kindOf(err) != want || page.Entries != nil {
			t.Errorf("%d: %v, %v", status, page, err)
		}
	}
}

func TestNoMoreThanFourEntriesAreReadAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
			most.Store(max(most.Load(), now.Add(1)))
			// Longer than the pace of requests would keep a fifth back.
			time.Sleep(time.Second)
			now.Add(-1)
			return reply(r, 200, `{"messageId":"m"}`), nil
		}))
		ids := strings.Split("a b c d e f g h i j", " ")
		if page, err := c.List(t.Context(), model.Query{Kind: model.WorkflowRun, IDs: ids}); err != nil || len(page.Entries) != len(ids) {
			t.Error(page, err)
		}
		if n := most.Load(); n != 4 {
			t.Errorf("%d were read at once", n)
		}
	})
}
