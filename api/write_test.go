package api_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

func TestRetryMakesANewMessage(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   model.Created
	}{
		"created":                    {201, `{"messageId":"msg_2"}`, model.Created{MessageID: "msg_2"}},
		"ok":                         {200, `{"messageId":"msg_2","deduplicated":false,"x":{}}`, model.Created{MessageID: "msg_2"}},
		"a duplicate":                {201, `{"messageId":"msg_1","deduplicated":true}`, model.Created{MessageID: "msg_1", Deduplicated: true}},
		"a duplicate by its status":  {202, `{"messageId":"msg_1"}`, model.Created{MessageID: "msg_1", Deduplicated: true}},
		"accepted, and no duplicate": {202, `{"messageId":"msg_2","deduplicated":false}`, model.Created{MessageID: "msg_2"}},
		"in a list":                  {201, `{"cursor":"","responses":[{"messageId":"msg_2","deduplicated":true}]}`, model.Created{MessageID: "msg_2", Deduplicated: true}},
		"with more behind":           {201, `{"messageId":"msg_2"}trailing`, model.Created{MessageID: "msg_2"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := answering(t, c.status, c.body).Do(t.Context(), retryOf(t, someI))
			if diff := cmp.Diff(model.WriteResult{Created: []model.Created{c.want}}, got); err != nil || diff != "" {
				t.Error(diff, err)
			}
		})
	}
}

func TestResumeMakesANewRun(t *testing.T) {
	for _, body := range []string{
		`{"workflowRunId":"wfr_2","workflowCreatedAt":1760000001000}`,
		`{"workflowRunId":"wfr_2","workflowCreatedAt":"2025-10-09T08:53:21Z"}`,
		`{"cursor":"","workflowRuns":[{"workflowRunId":"wfr_2","workflowCreatedAt":1760000001000}]}`,
	} {
		got, err := answering(t, 200, body).Do(t.Context(), resumeOf(t, someI))
		if err != nil || len(got.Created) != 1 || got.Created[0].WorkflowRunID != "wfr_2" || !got.Created[0].WorkflowCreatedAt.Equal(at(1760000001000)) {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

func TestWriteSaysWhichEntryAndWhichLabels(t *testing.T) {
	var sent string
	var labels []string
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		sent, labels = r.Method+" "+r.URL.RequestURI(), r.Header["Upstash-Label"]
		return reply(r, 200, `{"messageId":"m","workflowRunId":"w"}`), nil
	}))
	run := resumeOf(t, someI)
	run.Overrides.Labels = []string{"ä", "redrive-1"}
	for _, w := range []struct {
		write  model.Write
		sent   string
		labels string
	}{
		{retryOf(t, "a b"), "POST /v2/dlq/retry/a%20b", "[]"},
		{retryOf(t, someI, "one"), "POST /v2/dlq/retry/" + someI, "[one]"},
		{retryOf(t, someI, "one", "two words"), "POST /v2/dlq/retry/" + someI, "[one,two words]"},
		{run, "POST /v2/workflows/dlq/resume/" + someI, "[ä,redrive-1]"},
	} {
		if _, err := c.Do(t.Context(), w.write); err != nil || sent != w.sent || fmt.Sprint(labels) != w.labels {
			t.Errorf("%q %q, %v", sent, labels, err)
		}
	}
}

func TestEntryThatIsNotFoundIsLookedForBeforeItIsCalledGone(t *testing.T) {
	post, get, list := "POST /v2/dlq/retry/a", "GET /v2/dlq/a", "POST /v2/dlq/retry?dlqIds=a"
	for name, c := range map[string]struct {
		statuses map[string]int
		sent     []string
		want     string
	}{
		"gone":                            {map[string]int{post: 404, get: 404}, []string{post, get}, "not found"},
		"an address that is not known":    {map[string]int{post: 404, get: 200, list: 201}, []string{post, get, list}, "none"},
		"neither address is known":        {map[string]int{post: 404, get: 200, list: 404}, []string{post, get, list}, "bad request"},
		"the list is refused":             {map[string]int{post: 404, get: 200, list: 400}, []string{post, get, list}, "bad request"},
		"the answer for the list is lost": {map[string]int{post: 404, get: 200, list: 500}, []string{post, get, list}, "lost answer"},
		"no right to look":                {map[string]int{post: 404, get: 403}, []string{post, get}, "unauthorized"},
		"it cannot be looked for":         {map[string]int{post: 404, get: 500}, []string{post, get}, "bad request"},
		"an address of another shape":     {map[string]int{post: 405}, []string{post}, "bad request"},
		"an error":                        {map[string]int{post: 500}, []string{post}, "lost answer"},
	} {
		t.Run(name, func(t *testing.T) {
			var rec recorder
			client := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
				rec.note(r)
				if r.Method == http.MethodPost && r.Header.Get("Upstash-Label") != "l" {
					t.Error("the labels are missing")
				}
				sent := r.Method + " " + r.URL.RequestURI()
				if c.statuses[sent] < 300 {
					return reply(r, c.statuses[sent], `{"messageId":"m","responses":[{"messageId":"msg_2"}]}`), nil
				}
				return reply(r, c.statuses[sent], `{"error":"x"}`), nil
			}))
			got, err := client.Do(t.Context(), retryOf(t, "a", "l"))
			if kindOf(err) != c.want {
				t.Errorf("got %s: %v", kindOf(err), err)
			}
			if diff := cmp.Diff(c.sent, rec.all()); diff != "" {
				t.Error(diff)
			}
			if c.want == "none" && (len(got.Created) != 1 || got.Created[0].MessageID != "msg_2") {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestRunThatIsNotFoundIsLookedForAmongTheRuns(t *testing.T) {
	var rec recorder
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		switch r.Method + " " + r.URL.RequestURI() {
		case "GET /v2/workflows/dlq/a":
			return reply(r, 200, `{"workflowRunId":"wfr_1"}`), nil
		case "POST /v2/workflows/dlq/resume?dlqIds=a":
			return reply(r, 200, `{"workflowRuns":[{"workflowRunId":"wfr_2"}]}`), nil
		}
		return reply(r, 404, ""), nil
	}))
	got, err := c.Do(t.Context(), resumeOf(t, "a"))
	if err != nil || len(got.Created) != 1 || got.Created[0].WorkflowRunID != "wfr_2" || len(rec.all()) != 3 {
		t.Errorf("%+v, %v, %q", got, err, rec.all())
	}
}

func TestWriteIsSentOnceWhateverComesBack(t *testing.T) {
	for _, status := range []int{200, 301, 400, 401, 403, 405, 408, 412, 425, 429, 500, 502, 503, 504} {
		for _, body := range []string{"", "<html>", `{"messageId":`, `{"error":"x"}`} {
			for _, op := range writes {
				synctest.Test(t, func(t *testing.T) {
					var rec recorder
					c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
						rec.note(r)
						return reply(r, status, body, "Retry-After", "1", "Location", "/v2/dlq"), nil
					}))
					_ = op.do(t, c)
					if n := len(rec.all()); n != 1 {
						t.Errorf("%d %q: %s was sent %d times", status, body, op.name, n)
					}
				})
			}
		}
	}
}
