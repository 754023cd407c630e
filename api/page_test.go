package api_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

func recorded(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func at(ms int64) time.Time { return time.UnixMilli(ms) }

// causeOf is the cause of an entry with the whole of its response in the summary.
func causeOf(e model.Entry) model.Cause { return e.CauseOf(model.ReadResponse([]byte(e.Response))) }

func TestPageOfMessagesIsReadFieldByField(t *testing.T) {
	page, err := answering(t, 200, recorded(t, "messages.json")).List(t.Context(), model.Query{})
	want := model.Page{Next: "1760000000123-0", Entries: []model.Entry{
		{
			Key: key(model.Message, "1760000001123-2"), MessageID: "msg_7ZqAbCdEfGhJkLmNpQrStUvWxYz23456789abcdefghijkmnopqrst",
			URL: "https://a.example/hook", Method: "POST", QueueName: "mail", FlowControlKey: "k", Flow: model.FlowLimits{Rate: 10, Parallelism: 2, Period: time.Minute}, RetryAfter: 5 * time.Second, CallerIP: "192.0.2.7",
			Labels: []string{"l1", "l2"}, MaxRetries: 3, CreatedAt: at(1760000000000), FailedAt: at(1760000001123), Sequence: 2,
			Status: 503, Response: "busy",
		},
		{
			Key: key(model.Message, "1760000000900-0"), MessageID: "msg_9Kd", URL: "https://b.example/", Method: "PUT",
			URLGroup: "crm", Endpoint: "second", ScheduleID: "scd_1", CreatedAt: at(1759999990000), FailedAt: at(1760000000900),
			Response: "\xff\x00\xfe",
		},
		{
			Key: key(model.Message, "dlq-12345"), MessageID: "msg_old", URL: "https://c.example/",
			Labels: []string{"only"}, FirstLabelOnly: true,
		},
	}}
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.Entries {
		want.Entries[i].Cause = causeOf(want.Entries[i])
	}
	if diff := cmp.Diff(want, page); diff != "" {
		t.Error(diff)
	}
}

func TestPageOfRunsIsReadFieldByField(t *testing.T) {
	page, err := answering(t, 200, recorded(t, "runs.json")).List(t.Context(), model.Query{Kind: model.WorkflowRun})
	want := model.Page{Entries: []model.Entry{
		{
			Key: key(model.WorkflowRun, "1760000002000-0"), MessageID: "msg_1", URL: "https://a.example/wf", Method: "POST",
			CreatedAt: at(1759999999500), FailedAt: at(1760000002000), Status: 504, WorkflowRunID: "wfr_b1",
			WorkflowURL: "https://a.example/wf", WorkflowCreatedAt: at(1759999999000), FailureState: "CALLBACK_FAIL",
		},
		{
			Key: key(model.WorkflowRun, "1760000001000-0"), MessageID: "msg_2", URL: "https://a.example/wf",
			FailedAt: at(1760000001000), WorkflowRunID: "wfr_b2", WorkflowURL: "https://a.example/wf",
			WorkflowCreatedAt: time.Date(2025, 10, 9, 8, 53, 19, 0, time.UTC), FailureState: "CALLBACK_SUCCESS",
		},
		{
			Key: key(model.Message, "1760000000500-0"), MessageID: "msg_3", URL: "https://d.example/", FailedAt: at(1760000000500),
		},
	}}
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.Entries {
		want.Entries[i].Cause = causeOf(want.Entries[i])
	}
	if diff := cmp.Diff(want, page); diff != "" {
		t.Error(diff)
	}
}

// pageOf is the page with one entry of that JSON.
func pageOf(t *testing.T, entry string) model.Entry {
	t.Helper()
	page, err := instant(t, 200, `{"messages":[`+entry+`,{"dlqId":"1760000000999-0"}]}`).List(t.Context(), model.Query{})
	if err != nil || len(page.Entries) != 2 || page.Entries[1].Key.ID != "1760000000999-0" || page.Entries[1].Problem != "" {
		t.Fatalf("the page failed for one entry: %+v, %v", page, err)
	}
	return page.Entries[0]
}

func TestOddEntryCostsAFieldAndNeverThePage(t *testing.T) {
	const id = `"dlqId":"1760000000123-7"`
	base := model.Entry{Key: key(model.Message, "1760000000123-7"), FailedAt: at(1760000000123), Sequence: 7}
	with := func(change func(*model.Entry)) model.Entry {
		e := base
		change(&e)
		return e
	}
	problem := func(p string) model.Entry { return with(func(e *model.Entry) { e.Problem = p }) }
	for name, c := range map[string]struct {
		json string
		want model.Entry
	}{
		"nothing but an id":  {`{` + id + `}`, base},
		"nulls":              {`{` + id + `,"url":null,"labels":null,"label":null,"maxRetries":null,"createdAt":null,"responseBody":null,"failureCallbackInfo":null,"workflowRunId":null,"responseBodyBase64":null}`, base},
		"unknown fields":     {`{"x":{"y":[1,{"z":null}]},` + id + `,"state":"FAILED","topicId":"t"}`, base},
		"a number as text":   {`{` + id + `,"url":7}`, problem("url is a number, not text")},
		"text as a number":   {`{` + id + `,"maxRetries":"3"}`, problem("maxRetries is text, not a number")},
		"half a number":      {`{` + id + `,"maxRetries":1.5}`, problem("maxRetries is not a whole number")},
		"a huge number":      {`{` + id + `,"responseStatus":1e400}`, problem("responseStatus is not a whole number")},
		"a whole fraction":   {`{` + id + `,"maxRetries":3.0,"responseStatus":5.03e2}`, with(func(e *model.Entry) { e.MaxRetries, e.Status = 3, 503 })},
		"true as text":       {`{` + id + `,"method":true}`, problem("method is true or false, not text")},
		"an object as text":  {`{` + id + `,"queueName":{"a":[]}}`, problem("queueName is an object, not text")},
		"a list as text":     {`{` + id + `,"responseBody":["a"]}`, problem("responseBody is a list, not text")},
		"a list as a number": {`{` + id + `,"responseStatus":[503]}`, problem("responseStatus is a list, not a number")},
		"a list as a time":   {`{` + id + `,"createdAt":[1]}`, problem("createdAt is a list, not a time")},
		"words as a time":    {`{` + id + `,"createdAt":"soon"}`, problem("createdAt is not a time")},
		"a negative time":    {`{` + id + `,"createdAt":-1}`, problem("createdAt is not a time")},
		"a time without end": {`{` + id + `,"createdAt":99999999999999999}`, problem("createdAt is not a time")},
		"digits as a time":   {`{` + id + `,"createdAt":"1760000000000"}`, with(func(e *model.Entry) { e.CreatedAt = at(1760000000000) })},
		"no time":            {`{` + id + `,"createdAt":0,"workflowCreatedAt":""}`, base},
		"several problems": {
			`{` + id + `,"url":7,"method":7,"queueName":7,"topicName":7,"scheduleId":7}`,
			problem("url is a number, not text; method is a number, not text; queueName is a number, not text; and 2 more"),
		},
		"a name twice":     {`{"url":"a",` + id + `,"url":"b","labels":["x"],"labels":["y"]}`, with(func(e *model.Entry) { e.URL, e.Labels = "b", []string{"y"} })},
		"escaped names":    {`{"dlq\u0049d":"1760000000123-7","\u0075rl":"a"}`, with(func(e *model.Entry) { e.URL = "a" })},
		"escapes":          {`{` + id + `,"url":"\u00e4\ud83d\ude00\\\"\/\b\f\n\r\t"}`, with(func(e *model.Entry) { e.URL = "ä😀\\\"/\b\f\n\r\t" })},
		"half a surrogate": {`{` + id + `,"url":"a\ud83dx\ude00\ud83d\u0041"}`, with(func(e *model.Entry) { e.URL = "a\uFFFDx\uFFFD\uFFFDA" })},
		"invalid UTF-8":    {`{` + id + `,"url":"a` + "\xff" + `b","responseBody":"\n` + "\xc3" + `"}`, with(func(e *model.Entry) { e.URL, e.Response = "a\xffb", "\n\xc3" })},
		"an empty label":   {`{` + id + `,"label":""}`, base},
		"label and labels": {`{` + id + `,"labels":["a","b"],"label":"a"}`, with(func(e *model.Entry) { e.Labels = []string{"a", "b"} })},
		"label, no labels": {`{` + id + `,"labels":[],"label":"a"}`, with(func(e *model.Entry) { e.Labels, e.FirstLabelOnly = []string{"a"}, true })},
		"labels as text":   {`{` + id + `,"labels":"a"}`, with(func(e *model.Entry) { e.FirstLabelOnly, e.Problem = true, "labels is text, not a list" })},
		"a label of 7": {`{` + id + `,"labels":["a",7,"b"]}`, with(func(e *model.Entry) {
			e.Labels, e.FirstLabelOnly, e.Problem = []string{"a", "b"}, true, "one of labels is a number, not text"
		})},
		"an address":       {`{` + id + `,"callerIp":"192.0.2.9"}`, with(func(e *model.Entry) { e.CallerIP = "192.0.2.9" })},
		"a callback state": {`{` + id + `,"failureCallbackState":"CALLBACK_FAIL"}`, with(func(e *model.Entry) { e.FailureState = "CALLBACK_FAIL" })},
		"a state twice":    {`{` + id + `,"failureCallbackInfo":{"state":"CALLBACK_FAIL","x":[{}]},"failureFunctionState":""}`, with(func(e *model.Entry) { e.FailureState = "CALLBACK_FAIL" })},
		"a state as text":  {`{` + id + `,"failureCallbackInfo":"no"}`, problem("failureCallbackInfo is text, not an object")},
		"bad base64": {`{` + id + `,"responseBodyBase64":"???"}`, with(func(e *model.Entry) {
			e.Response, e.Problem = "???", problem("responseBodyBase64 is not base64").Problem
		})},
		"base64, no filler": {`{` + id + `,"responseBodyBase64":"YQ"}`, with(func(e *model.Entry) { e.Response = "a" })},
		"both bodies":       {`{` + id + `,"responseBody":"a","responseBodyBase64":""}`, with(func(e *model.Entry) { e.Response = "a" })},
		"an empty run":      {`{` + id + `,"workflowRunId":"","workflowUrl":"u"}`, with(func(e *model.Entry) { e.WorkflowURL = "u" })},
		"a run of 7":        {`{` + id + `,"workflowRunId":7}`, problem("workflowRunId is a number, not text")},
		"a broken header":   {`{` + id + `,"header":7,"responseHeader":"x","body":{},"notBefore":"x"}`, base},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Cause = causeOf(c.want)
			if diff := cmp.Diff(c.want, pageOf(t, c.json)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEntryWithoutAnIDIsShownAndCannotBeActedOn(t *testing.T) {
	var rec recorder
	body := `{"messages":[null,7,"x",[],{"messageId":"msg_1"},{"dlqId":null,"workflowRunId":"wfr_1"},{"dlqId":"","url":"u"},{"dlqId":7,"messageId":"msg_2"},{}]}`
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		return reply(r, 200, body), nil
	}))
	page, err := c.List(t.Context(), model.Query{Cursor: "here"})
	if err != nil || len(page.Entries) != 9 {
		t.Fatalf("%v, %v", page, err)
	}
	seen := map[model.Key]bool{}
	var ids []string
	for _, e := range page.Entries {
		if e.Key.IsZero() || seen[e.Key] || !strings.Contains(e.Problem, "no DLQ id") {
			t.Errorf("%+v", e)
		}
		seen[e.Key] = true
		ids = append(ids, e.Key.ID)
		verb := model.Retry
		if e.Key.Kind == model.WorkflowRun {
			verb = model.Resume
		}
		if _, err := c.Do(t.Context(), model.Write{Verb: verb, Selection: selection(t, e.Key)}); kindOf(err) != "refused" {
			t.Errorf("%q: %v", e.Key.ID, err)
		}
		if _, err := c.Get(t.Context(), e.Key); kindOf(err) != "refused" {
			t.Errorf("%q: %v", e.Key.ID, err)
		}
	}
	again, err := c.List(t.Context(), model.Query{Cursor: "here"})
	if diff := cmp.Diff(page, again); err != nil || diff != "" {
		t.Error("the keys differ when the page is read again", diff, err)
	}
	rec.requests = nil
	if page, err := c.List(t.Context(), model.Query{IDs: ids}); err != nil || len(page.Entries) > 0 || len(rec.all()) > 0 {
		t.Errorf("read again by id: %v, %v, %q", page, err, rec.all())
	}
}

func TestResponseIsCutBetweenCharacters(t *testing.T) {
	for name, c := range map[string]struct{ json, want string }{
		"plain":              {strings.Repeat("x", 600), strings.Repeat("x", 512)},
		"as long as is kept": {strings.Repeat("x", 512), strings.Repeat("x", 512)},
		"in a character":     {strings.Repeat("x", 511) + "ä" + strings.Repeat("x", 9000), strings.Repeat("x", 511)},
		"in a long one":      {strings.Repeat("x", 509) + "😀😀", strings.Repeat("x", 509)},
		"before a character": {strings.Repeat("x", 508) + "😀😀", strings.Repeat("x", 508) + "😀"},
		"escaped":            {strings.Repeat(`\u00e4`, 400), strings.Repeat("ä", 256)},
		"in an escape":       {strings.Repeat("x", 511) + `\ud83d\ude00 and more`, strings.Repeat("x", 511)},
		"invalid":            {strings.Repeat("\x80", 700), strings.Repeat("\x80", 512)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := pageOf(t, `{"dlqId":"a","responseBody":"`+c.json+`"}`).Response; got != c.want {
				t.Errorf("%d bytes, want %d: %q", len(got), len(c.want), got[max(0, len(got)-10):])
			}
		})
	}
	if got := pageOf(t, `{"dlqId":"a","responseBodyBase64":"`+strings.Repeat("QUJD", 500)+`"}`).Response; got != strings.Repeat("ABC", 171)[:512] {
		t.Errorf("base64: %d bytes", len(got))
	}
}

func TestTimeOfFailureIsReadOfIDsThatHaveOne(t *testing.T) {
	for id, want := range map[string]struct {
		ms  int64
		seq uint32
	}{
		"1760000000123-0": {1760000000123, 0}, "1760000000123-4294967295": {1760000000123, 4294967295},
		"1760000000123-4294967296": {}, "1760000000123-": {}, "1760000000123": {}, "1760000000123-x": {}, "176000000012-0": {},
		"1760000000123--1": {}, "+760000000123-0": {}, "1460000000123-0": {}, "9999999999999-0": {}, "dlq-12345": {}, "17600000001234-0": {},
	} {
		e := pageOf(t, `{"dlqId":"`+id+`"}`)
		var got int64
		if !e.FailedAt.IsZero() {
			got = e.FailedAt.UnixMilli()
		}
		if got != want.ms || e.Sequence != want.seq {
			t.Errorf("%s: %d %d", id, got, e.Sequence)
		}
	}
}

func TestCursorIsPassedOnAsItCame(t *testing.T) {
	for body, want := range map[string]string{
		`{"cursor":"a b+c","messages":[]}`: "a b+c", `{"cursor":9007199254740993001,"messages":null}`: "9007199254740993001",
		`{"cursor":null}`: "", `{"cursor":""}`: "", `{}`: "", `{"messages":[]}`: "", ` {"cursor" : "x" } ` + "\n": "x",
	} {
		var rec recorder
		c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
			rec.note(r)
			if got := r.URL.Query().Get("cursor"); len(rec.all()) == 2 && got != want {
				t.Errorf("%s is sent as %q", body, got)
			}
			return reply(r, 200, body), nil
		}))
		page, err := c.List(t.Context(), model.Query{})
		if err != nil || page.Next != want || len(page.Entries) != 0 {
			t.Errorf("%s: %+v, %v", body, page, err)
		}
		if _, err := c.List(t.Context(), model.Query{Cursor: page.Next}); err != nil {
			t.Error(err)
		}
	}
}

func TestPageThatIsNoneIsUnreadable(t *testing.T) {
	for body, what := range map[string]string{
		`{"messages":{}}`: "messages is an object, not a list", `{"messages":"x"}`: "messages is text, not a list",
		`{"cursor":true}`: "cursor", `{"cursor":[]}`: "cursor", `{"error":"no"}`: "an error in place of messages",
		`{} {}`: "more follows", `{}x`: "not JSON", `7`: "a number, not an object", ``: "empty", ` `: "ends in the middle",
		`{"messages":[{}`: "ends in the middle", `{"messages":[{},]}`: "not JSON", "\x1f\x8b": "not JSON",
	} {
		if _, err := instant(t, 200, body).List(t.Context(), model.Query{}); kindOf(err) != "unreadable" || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", body, err)
		}
	}
	if page, err := instant(t, 200, `{"error":"","messages":[{"dlqId":"a"}]}`).List(t.Context(), model.Query{}); err != nil || len(page.Entries) != 1 {
		t.Error(page, err)
	}
}

func TestFilterTravelsAsTheServerTakesIt(t *testing.T) {
	full := model.ServerFilter{
		MessageID: "msg_1", Statuses: []string{"503", "500"}, URLs: []string{"https://a/?x=1&y=2", "https://b/"},
		Queues: []string{"q w"}, Labels: []string{"ä", "b"}, Groups: []string{"g", "h"}, Schedules: []string{"scd_1", "s"},
		CallerIPs: []string{"192.0.2.1", "::1"}, WorkflowURLs: []string{"https://a/wf", "https://b/wf"},
		States: []string{"CALLBACK_FAIL", "CALLBACK_SUCCESS"}, RunCreatedMilli: 1760000000000,
	}
	for name, c := range map[string]struct {
		q    model.Query
		want string
	}{
		"all of a message": {
			model.Query{Server: full, Cursor: "c/1"},
			"/v2/dlq?callerIp=192.0.2.1&callerIp=%3A%3A1&count=100&cursor=c%2F1&label=%C3%A4&label=b&messageId=msg_1&queueName=q+w&responseStatus=503&responseStatus=500&scheduleId=scd_1&scheduleId=s&topicName=g&topicName=h&url=https%3A%2F%2Fa%2F%3Fx%3D1%26y%3D2&url=https%3A%2F%2Fb%2F",
		},
		"all of a run": {
			model.Query{Kind: model.WorkflowRun, Server: full},
			"/v2/workflows/dlq?callerIp=192.0.2.1&callerIp=%3A%3A1&count=100&failureFunctionState=CALLBACK_FAIL&failureFunctionState=CALLBACK_SUCCESS&label=%C3%A4&label=b&workflowCreatedAt=1760000000000&workflowUrl=https%3A%2F%2Fa%2Fwf&workflowUrl=https%3A%2F%2Fb%2Fwf",
		},
		"nothing with a comma": {
			model.Query{Server: model.ServerFilter{MessageID: "a,b", URLs: []string{"https://a/", "https://b/,"}, Labels: []string{"x,y"}, Queues: []string{"q"}}},
			"/v2/dlq?count=100&queueName=q",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var rec recorder
			client := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
				rec.note(r)
				return reply(r, 200, `{}`), nil
			}))
			if _, err := client.List(t.Context(), c.q); err != nil {
				t.Fatal(err)
			}
			if got := rec.all(); len(got) != 1 || got[0] != "GET "+c.want {
				t.Errorf("sent %q\nwant  GET %s", got, c.want)
			}
		})
	}
}
