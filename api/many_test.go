package api_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrive/api"
	"redrive/model"
)

// manyOf is a verb for several entries, and how it goes over the wire.
type manyOf struct {
	verb   model.Verb
	kind   model.Kind
	sent   string // up to the query
	answer string // for two
	want   model.WriteResult
}

func (m manyOf) String() string { return m.verb.String() + " of " + m.kind.Noun(2) }

func (m manyOf) byIDs(t testing.TB, n int) model.Write {
	return model.Write{Verb: m.verb, Selection: selection(t, keys(m.kind, n)...)}
}

func (m manyOf) byFilter(t testing.TB, f model.ServerFilter, count int, cursor string) model.Write {
	t.Helper()
	matching, err := model.NewMatching(dlq, m.kind, f)
	if err != nil {
		t.Fatal(err)
	}
	return model.Write{Verb: m.verb, Matching: matching, Count: count, Cursor: cursor}
}

var everyMany = []manyOf{
	{model.Retry, model.Message, "POST /v2/dlq/retry", `{"cursor":"","responses":[{"messageId":"msg_2"},{"messageId":"msg_3","deduplicated":true}]}`, model.WriteResult{
		Created: []model.Created{{MessageID: "msg_2"}, {MessageID: "msg_3", Deduplicated: true}}, Count: 2,
	}},
	{model.Resume, model.WorkflowRun, "POST /v2/workflows/dlq/resume", runsOf("wfr_2", "wfr_3"), model.WriteResult{
		Created: []model.Created{{WorkflowRunID: "wfr_2", WorkflowCreatedAt: at(1760000001000)}, {WorkflowRunID: "wfr_3", WorkflowCreatedAt: at(1760000001000)}}, Count: 2,
	}},
	{model.Restart, model.WorkflowRun, "POST /v2/workflows/dlq/restart", runsOf("wfr_2"), model.WriteResult{
		Created: []model.Created{{WorkflowRunID: "wfr_2", WorkflowCreatedAt: at(1760000001000)}}, Count: 1,
	}},
	{model.Delete, model.Message, "DELETE /v2/dlq", `{"deleted":2}`, model.WriteResult{Done: true, Count: 2}},
	{model.Delete, model.WorkflowRun, "DELETE /v2/workflows/dlq", `{"deleted":1,"cursor":""}`, model.WriteResult{Done: true, Count: 1}},
}

func runsOf(ids ...string) string {
	var runs []string
	for _, id := range ids {
		runs = append(runs, `{"workflowRunId":"`+id+`","workflowCreatedAt":1760000001000}`)
	}
	return `{"cursor":"","workflowRuns":[` + strings.Join(runs, ",") + `]}`
}

// noted is a client that gets one answer to everything, and what it sent.
func noted(t *testing.T, status int, body string, header ...string) (model.Backend, *wire) {
	return notedClient(t, status, body, header...)
}

func notedClient(t *testing.T, status int, body string, header ...string) (*api.Client, *wire) {
	var seen wire
	return newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		seen.see(r)
		return reply(r, status, body, header...), nil
	})), &seen
}

func TestSeveralEntriesAreNamedOneByOneInTheQuery(t *testing.T) {
	for _, m := range everyMany {
		c, seen := noted(t, 200, m.answer)
		got, err := c.Do(t.Context(), m.byIDs(t, 2))
		if diff := cmp.Diff(m.want, got, sameResult); err != nil || diff != "" {
			t.Errorf("%s: %v %s", m, err, diff)
		}
		if diff := cmp.Diff([]string{m.sent + "?dlqIds=1760000000123-0&dlqIds=1760000000124-1"}, seen.all()); diff != "" {
			t.Errorf("%s: %s", m, diff)
		}
		if diff := cmp.Diff([]string{"Accept: application/json", "Authorization: Bearer " + token, "User-Agent: redrive"}, seen.headers); diff != "" {
			t.Errorf("%s: %s", m, diff)
		}
	}
}

func TestSettingsGoAlongWithSeveralEntriesAndWithAFilter(t *testing.T) {
	for _, m := range everyMany[:3] {
		for name, w := range map[string]model.Write{"ids": m.byIDs(t, 2), "a filter": m.byFilter(t, model.ServerFilter{Labels: []string{"a"}}, 2, "")} {
			w.Overrides.Labels, w.Overrides.Values[model.SetRetries] = []string{"l", "redrive-1"}, "0"
			c, seen := noted(t, 200, m.answer)
			if _, err := c.Do(t.Context(), w); err != nil {
				t.Error(err)
			}
			if got := strings.Join(seen.headers, "\n"); !strings.Contains(got, "Upstash-Label: l,redrive-1") || !strings.Contains(got, "Upstash-Retries: 0") {
				t.Errorf("%s by %s: %s", m, name, got)
			}
		}
	}
}

func TestFilterGoesOverTheWireWholeWithItsCount(t *testing.T) {
	message := model.ServerFilter{
		Labels: []string{"b", "a c"}, CallerIPs: []string{"192.0.2.7"}, FlowKeys: []string{"k"}, FromMilli: 1, ToMilli: 2, MessageID: "msg_1",
		Statuses: []string{"503", "502"}, URLs: []string{"https://a.example/?x=1"}, Queues: []string{"q"}, Groups: []string{"g"}, Schedules: []string{"s"},
	}
	run := model.ServerFilter{
		Labels: []string{"a"}, CallerIPs: []string{"192.0.2.7"}, FlowKeys: []string{"k"}, FromMilli: 1, ToMilli: 2,
		WorkflowURLs: []string{"https://a.example/"}, States: []string{"CALLBACK_FAIL"}, RunCreatedMilli: 5, RunID: "wfr_1",
	}
	for _, m := range everyMany {
		filter, want := message, "callerIp=192.0.2.7&count=50&cursor=c%2F1&flowControlKey=k&fromDate=1&label=b&label=a+c&messageId=msg_1&queueName=q"+
			"&responseStatus=503&responseStatus=502&scheduleId=s&toDate=2&topicName=g&url=https%3A%2F%2Fa.example%2F%3Fx%3D1"
		if m.kind == model.WorkflowRun {
			filter, want = run, "callerIp=192.0.2.7&count=50&cursor=c%2F1&failureFunctionState=CALLBACK_FAIL&flowControlKey=k&fromDate=1&label=a"+
				"&toDate=2&workflowCreatedAt=5&workflowRunId=wfr_1&workflowUrl=https%3A%2F%2Fa.example%2F"
		}
		c, seen := noted(t, 200, m.answer)
		got, err := c.Do(t.Context(), m.byFilter(t, filter, 50, "c/1"))
		if diff := cmp.Diff(m.want, got, sameResult); err != nil || diff != "" {
			t.Errorf("%s: %v %s", m, err, diff)
		}
		if diff := cmp.Diff([]string{m.sent + "?" + want}, seen.all()); diff != "" {
			t.Errorf("%s: %s", m, diff)
		}
	}
}

func TestCursorOfAWriteByFilterIsGivenInOneForm(t *testing.T) {
	for _, m := range everyMany {
		body := strings.Replace(strings.Replace(m.answer, `"cursor":"",`, "", 1), `,"cursor":""`, "", 1)
		for form, want := range map[string]string{
			``: "", `,"cursor":null`: "", `,"cursor":""`: "", `,"cursor":"c-1"`: "c-1", `,"cursor":17600000090001234567`: "17600000090001234567",
		} {
			c, _ := noted(t, 200, strings.TrimSuffix(body, "}")+form+"}")
			got, err := c.Do(t.Context(), m.byFilter(t, model.ServerFilter{Labels: []string{"a"}}, 2, ""))
			if err != nil || got.Next != want || got.Count != m.want.Count {
				t.Errorf("%s, %s: %+v, %v", m, form, got, err)
			}
			if got, err := c.Do(t.Context(), m.byIDs(t, 2)); err != nil || got.Next != "" {
				t.Errorf("%s by ids, %s: %+v, %v", m, form, got, err)
			}
		}
	}
}

func TestAnswerThatDoesNotSayWhatWasDoneIsALostOne(t *testing.T) {
	for _, m := range everyMany {
		for name, body := range map[string]string{
			"empty": "", "an empty object": "{}", "a page": "<html>", "cut off": m.answer[:len(m.answer)-2], "a list": "[]",
			"a cursor of another type": strings.TrimSuffix(m.answer, "}") + `,"cursor":true}`,
			"results of another type":  `{"responses":{},"workflowRuns":7,"deleted":"2"}`,
			"results of nothing":       `{"responses":[{}],"workflowRuns":[{}],"deleted":-1}`,
			"half of them named":       `{"responses":[{"messageId":"m"},null],"workflowRuns":[{"workflowRunId":"w"},7],"deleted":1.5}`,
			"too large":                `{"x":"` + strings.Repeat("x", 1<<20) + `"}`,
			"more behind":              m.answer + "{}",
		} {
			for by, w := range map[string]model.Write{"ids": m.byIDs(t, 2), "a filter": m.byFilter(t, model.ServerFilter{Labels: []string{"a"}}, 2, "")} {
				c, seen := noted(t, 200, body)
				got, err := c.Do(t.Context(), w)
				if kindOf(err) != "lost answer" || !cmp.Equal(got, model.WriteResult{}) || len(seen.all()) != 1 {
					t.Errorf("%s by %s, %s: %+v, %v, %q", m, by, name, got, err, seen.all())
				}
			}
		}
		more := runsOf("1", "2", "3")
		switch m.verb {
		case model.Retry:
			more = `{"responses":[{"messageId":"1"},{"messageId":"2"},{"messageId":"3"}]}`
		case model.Delete:
			more = `{"deleted":3}`
		}
		c, _ := noted(t, 200, more)
		if _, err := c.Do(t.Context(), m.byIDs(t, 2)); kindOf(err) != "lost answer" || !strings.Contains(err.Error(), "3 results for 2 entries") {
			t.Errorf("%s: more than was asked for: %v", m, err)
		}
		if got, err := c.Do(t.Context(), m.byFilter(t, model.ServerFilter{Labels: []string{"a"}}, 2, "")); err != nil || got.Count != 3 {
			t.Errorf("%s by a filter: %+v, %v", m, got, err)
		}
		c, _ = noted(t, 200, `{"cursor":null,"responses":null,"workflowRuns":null,"deleted":0}`)
		if got, err := c.Do(t.Context(), m.byIDs(t, 2)); err != nil || got.Count != 0 || len(got.Created) != 0 {
			t.Errorf("%s of nothing: %+v, %v", m, got, err)
		}
	}
}

func TestStatusOfAChangeOfSeveralSaysWhatIsKnownAndNothingIsSentAgain(t *testing.T) {
	for _, m := range everyMany {
		for status, want := range map[int][2]string{
			302: {"lost answer", "lost answer"}, 400: {"bad request", "bad request"}, 401: {"unauthorized", "unauthorized"}, 403: {"unauthorized", "unauthorized"},
			404: {"some not found", "bad request"}, 405: {"bad request", "bad request"}, 412: {"quota", "quota"}, 429: {"rate limit", "rate limit"}, 500: {"lost answer", "lost answer"},
		} {
			for i, w := range []model.Write{m.byIDs(t, 2), m.byFilter(t, model.ServerFilter{Labels: []string{"a"}}, 2, "")} {
				c, seen := noted(t, status, `{"error":"no"}`, "Location", "/v2/dlq")
				got, err := c.Do(t.Context(), w)
				if kindOf(err) != want[i] || !cmp.Equal(got, model.WriteResult{}) || len(seen.all()) != 1 {
					t.Errorf("%s, %d: %+v, %v, %q", m, status, got, err, seen.all())
				}
				if lost, is := errors.AsType[*model.LostAnswerError](err); is && (lost.Status != status || !strings.Contains(err.Error(), fmt.Sprint("answered ", status))) {
					t.Errorf("%s, %d: an answer came, and it is said that %v", m, status, err)
				}
			}
		}
	}
}

func TestLargestSelectionsFitTheirAddress(t *testing.T) {
	for _, m := range everyMany {
		c, seen := noted(t, 200, `{"responses":[],"workflowRuns":[],"deleted":0}`)
		s := selection(t, keys(m.kind, 333)...)
		for _, chunk := range model.Chunks(s, m.verb) {
			if _, err := c.Do(t.Context(), model.Write{Verb: m.verb, Selection: chunk}); err != nil && kindOf(err) != "rate limit" {
				t.Fatal(err)
			}
		}
		for _, sent := range seen.all() {
			if n := strings.Count(sent, "dlqIds="); n > m.verb.MostAtOnce() || len(sent) > len(m.sent)+1+model.MostQuery {
				t.Errorf("%s: %d ids, %d bytes", m, n, len(sent))
			}
		}
		if len(seen.all()) < 4 {
			t.Errorf("%s: %d calls", m, len(seen.all()))
		}
	}
}

func TestRateOfSeveralCallsIsThatOfOthers(t *testing.T) {
	c, seen := noted(t, 200, everyMany[0].answer)
	limited := false
	for range 20 {
		_, err := c.Do(t.Context(), everyMany[0].byIDs(t, 2))
		limited = limited || kindOf(err) == "rate limit"
	}
	if n := len(seen.all()); !limited || n >= 20 {
		t.Error(fmt.Sprint(n, " of 20 went out"))
	}
}
