package emulator

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEntryHasTheDocumentedShape(t *testing.T) {
	b := newBench(t, Options{Retention: -1})
	at := time.UnixMilli(1760000000000)
	id := b.Add(Entry{
		DLQID: "1760000000123-0", MessageID: "msg_7Zq", URL: "https://a.example/hook", Method: "POST",
		Header: Header{"Content-Type": {"application/json"}}, Body: []byte(`{"n":1}`), MaxRetries: 3,
		NotBefore: at, CreatedAt: at, CallerIP: "192.0.2.7", QueueName: "mail", Labels: []string{"l1", "l2"},
		FlowControlKey: "k", Parallelism: 2, Rate: 10, Period: time.Minute, RetryDelayExpression: "1000",
		ResponseStatus: 503, ResponseHeader: Header{"Retry-After": {"5"}}, ResponseBody: []byte("busy"),
	})
	want := `{"messageId":"msg_7Zq","dlqId":"1760000000123-0","url":"https://a.example/hook","method":"POST",` +
		`"header":{"Content-Type":["application/json"]},"body":"{\"n\":1}","maxRetries":3,"notBefore":1760000000000,` +
		`"createdAt":1760000000000,"callerIP":"192.0.2.7","queueName":"mail","label":"l1","labels":["l1","l2"],` +
		`"flowControlKey":"k","parallelism":2,"rate":10,"period":60,"retryDelayExpression":"1000","responseStatus":503,` +
		`"responseHeader":{"Retry-After":["5"]},"responseBody":"busy"}`
	if diff := cmp.Diff(want, b.send(http.MethodGet, "/v2/dlq/"+id).body); diff != "" {
		t.Error(diff)
	}
}

func TestEntryWithoutOptionalFieldsShowsOnlyWhatIsAlwaysThere(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Add(Entry{WithoutResponseStatus: true})
	var keys []string
	for key := range b.get("/v2/dlq/" + id) {
		keys = append(keys, key)
	}
	if len(keys) != 7 {
		t.Errorf("keys %v", keys)
	}
}

func TestBodiesThatAreNotTextAreBase64(t *testing.T) {
	b := newBench(t, Options{})
	raw := []byte{0xff, 0, 0x9b}
	got := b.get("/v2/dlq/" + b.Add(Entry{Body: raw, ResponseBody: raw}))
	want := base64.StdEncoding.EncodeToString(raw)
	if got.text("bodyBase64") != want || got.text("responseBodyBase64") != want || got["body"] != nil {
		t.Errorf("got %v", got)
	}
}

func TestSwitchesChangeTheShapeOfAnEntry(t *testing.T) {
	created := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	entry := Entry{CallerIP: "192.0.2.7", Workflow: &Workflow{CreatedAt: created, Callback: FailureCallback{
		State: CallbackFail, ResponseHeader: Header{"X": {"y"}},
	}}}
	for name, test := range map[string]struct {
		switches    Switches
		has, hasNot string
	}{
		"default":            {Switches{}, `"failureCallbackInfo":{"state":"CALLBACK_FAIL","responseHeaders"`, "failureFunctionState"},
		"flat state":         {Switches{FailureState: FailureStateFlat}, `"failureFunctionState":"CALLBACK_FAIL"`, "failureCallbackInfo"},
		"both states":        {Switches{FailureState: FailureStateBoth}, `"failureCallbackInfo"`, "nothing"},
		"singular header":    {Switches{CallbackHeaderSingular: true}, `"responseHeader":{"X":["y"]}`, "responseHeaders"},
		"created as text":    {Switches{WorkflowCreatedAtText: true}, `"workflowCreatedAt":"2026-01-02T03:04:05Z"`, "nothing"},
		"lower-case address": {Switches{CallerIPLowercase: true}, `"callerIp":"192.0.2.7"`, "callerIP"},
		"no dlqId on get":    {Switches{WithoutDLQIDOnGet: true}, `"messageId"`, "dlqId"},
	} {
		b := newBench(t, Options{Switches: test.switches})
		body := b.send(http.MethodGet, "/v2/workflows/dlq/"+b.Add(entry)).body
		if !strings.Contains(body, test.has) || strings.Contains(body, test.hasNot) {
			t.Errorf("%s: %s", name, body)
		}
	}
}

func TestRawEntryIsAnsweredAsItIs(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Add(Entry{Labels: []string{"x"}, Raw: json.RawMessage(`{"header":{"A":"one"},"labels":null}`)})
	if body := b.send(http.MethodGet, "/v2/dlq/"+id).body; body != `{"header":{"A":"one"},"labels":null}` {
		t.Error(body)
	}
	if got := b.get("/v2/dlq?label=x").list("messages"); len(got) != 1 {
		t.Error("the filter does not see the labels of a raw entry")
	}
}

func TestOpaqueIDsCanBePagedThrough(t *testing.T) {
	b := newBench(t, Options{})
	for _, id := range []string{"dlq-a b/c", "dlq-é", "dlq-%2F"} {
		b.Add(Entry{DLQID: id})
	}
	if got := b.pages("/v2/dlq", "messages", map[string][]string{"count": {"1"}}); len(got) != 3 {
		t.Errorf("%d entries", len(got))
	}
	b.wantStatus(b.send(http.MethodDelete, "/v2/dlq/dlq-a%20b%2Fc"), http.StatusOK)
	b.wantStatus(b.send(http.MethodGet, "/v2/dlq/dlq-%252F"), http.StatusOK)
}

func TestTrimBodyCutsBodiesAtARune(t *testing.T) {
	b := newBench(t, Options{})
	b.Add(Entry{Body: []byte("aéb"), ResponseBody: []byte("xyz")})
	for trim, want := range map[string]string{"0": "/", "-1": "/", "2": "a/xy", "3": "aé/xyz", "99": "aéb/xyz"} {
		got := b.get("/v2/dlq?trimBody=" + trim).list("messages")[0]
		if shown := got.text("body") + "/" + got.text("responseBody"); shown != want {
			t.Errorf("trimBody=%s shows %s", trim, shown)
		}
	}
}
