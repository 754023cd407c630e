package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/model"
)

// older is a client of a server that knows no addresses under /v2/workflows/dlq, and says so with that status.
func older(t *testing.T, status int, rec *recorder, answer func(*http.Request) (int, string)) *api.Client {
	return newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		if strings.HasPrefix(r.URL.Path, "/v2/workflows/dlq") {
			return reply(r, status, "404 page not found"), nil
		}
		code, body := answer(r)
		return reply(r, code, body), nil
	}))
}

func TestOlderServerIsAskedForRunsAmongTheMessages(t *testing.T) {
	for _, status := range []int{404, 405} {
		var rec recorder
		c := older(t, status, &rec, func(*http.Request) (int, string) {
			return 200, `{"messages":[{"dlqId":"1760000000123-0","workflowRunId":"wfr_1"}],"cursor":"c"}`
		})
		q := model.Query{Kind: model.WorkflowRun, Server: model.ServerFilter{
			Labels: []string{"a"}, WorkflowURLs: []string{"https://a.example"}, States: []string{"CALLBACK_FAIL"}, RunID: "wfr_1", RunCreatedMilli: 5,
		}}
		for range 2 {
			page, err := c.List(t.Context(), q)
			if err != nil || len(page.Entries) != 1 || page.Entries[0].Key.Kind != model.WorkflowRun || page.Next != "c" {
				t.Fatal(page, err)
			}
			q.Cursor = page.Next
		}
		filter := "&label=a&source=workflow&workflowCreatedAt=5&workflowRunId=wfr_1&workflowUrl=https%3A%2F%2Fa.example"
		if diff := cmp.Diff([]string{
			"GET /v2/workflows/dlq?count=100&failureFunctionState=CALLBACK_FAIL" + strings.Replace(filter, "&source=workflow", "", 1),
			"GET /v2/dlq?count=100" + filter, "GET /v2/dlq?count=100&cursor=c" + filter,
		}, rec.all()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestRunOfAnOlderServerIsNotTakenForGone(t *testing.T) {
	var rec recorder
	c := older(t, 404, &rec, func(r *http.Request) (int, string) {
		switch r.URL.Path {
		case "/v2/dlq":
			return 200, `{"messages":[]}`
		case "/v2/dlq/" + someI:
			return 200, `{"dlqId":"` + someI + `","workflowRunId":"wfr_1"}`
		}
		return 404, ""
	})
	if _, err := c.List(t.Context(), model.Query{Kind: model.WorkflowRun}); err != nil {
		t.Fatal(err)
	}
	if d, err := c.Get(t.Context(), key(model.WorkflowRun, someI)); err != nil || d.WorkflowRunID != "wfr_1" {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := c.Get(t.Context(), key(model.WorkflowRun, "other")); kindOf(err) != "not found" {
		t.Error(err)
	}
	if _, err := c.Do(t.Context(), resumeOf(t, someI)); kindOf(err) != "bad request" {
		t.Error(err)
	}
}

func TestServerThatKnowsNeitherListSaysWhatItSaidFirst(t *testing.T) {
	for answer, want := range map[int]string{400: "(404)", 404: "(404)", 401: "token", 500: "(500)"} {
		var rec recorder
		c := older(t, 404, &rec, func(*http.Request) (int, string) { return answer, `{"error":"the second"}` })
		for range 2 {
			if _, err := c.List(t.Context(), model.Query{Kind: model.WorkflowRun}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%d: %v", answer, err)
			}
		}
		if got := rec.all(); len(got) != 4 || got[2] != "GET /v2/workflows/dlq?count=100" {
			t.Errorf("%d: %q", answer, got)
		}
	}
}

func TestIncidentOfAnOlderServerIsReadToTheLastRun(t *testing.T) {
	c, e := emulated(t, emulator.Options{Seed: 1, BurstLimit: 1000})
	e.SeedIncident(emulator.IncidentOptions{Messages: 150, Workflows: 120})
	runs := func(c *api.Client) (ids []string) {
		for _, entry := range walk(t, c, model.Query{Kind: model.WorkflowRun}) {
			if entry.Key.Kind == model.WorkflowRun {
				ids = append(ids, entry.Key.ID)
			}
		}
		return ids
	}
	want := runs(c)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	e.SetFaults(func(r *http.Request) emulator.Fault {
		if r.URL.Path == "/v2/workflows/dlq" {
			return emulator.Failing(404, "404 page not found")
		}
		return emulator.Fault{}
	})
	if diff := cmp.Diff(want, runs(newClient(t, server.URL))); diff != "" || len(want) < 120 {
		t.Errorf("%d runs: %s", len(want), diff)
	}
}

func TestListIsFilteredByWhatTheDocumentsName(t *testing.T) {
	filter := model.ServerFilter{FlowKeys: []string{"k", "l"}, FromMilli: 1, ToMilli: 2, RunID: "wfr_1"}
	for kind, want := range map[model.Kind]string{
		model.Message:     "GET /v2/dlq?count=100&flowControlKey=k&flowControlKey=l&fromDate=1&toDate=2",
		model.WorkflowRun: "GET /v2/workflows/dlq?count=100&flowControlKey=k&flowControlKey=l&fromDate=1&toDate=2&workflowRunId=wfr_1",
	} {
		c, seen := noted(t, 200, `{}`)
		if _, err := c.List(t.Context(), model.Query{Kind: kind, Server: filter}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{want}, seen.all()); diff != "" {
			t.Error(diff)
		}
	}
}
