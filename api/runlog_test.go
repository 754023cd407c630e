package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/model"
)

var (
	first  = model.RunRef{ID: "wfr_1", CreatedAt: at(1760000001000)}
	second = model.RunRef{ID: "wfr_2", CreatedAt: at(1760000001000)}
)

func TestRunsAreReadWithTheirSteps(t *testing.T) {
	want := []model.Run{
		{
			ID: "wfr_1", CreatedAt: at(1760000001000), CompletedAt: at(1760000009000), URL: "https://a.example/wf", State: model.RunFailed,
			DLQID: "1760000009000-0", Labels: []string{"l1", "redrive-1"}, CallerIP: "192.0.2.7", FlowControlKey: "k", Response: `"done"`,
			FailureState: "CALLBACK_FAIL", FailureStatus: 500, FailureResponse: "x",
			Steps: []model.RunStep{
				{Name: "init", Type: "Initial", Group: "sequential", State: "STEP_SUCCESS", CreatedAt: at(1760000001000)},
				{Name: "charge", Type: "Run", Group: "next", State: "STEP_FAILED", MessageID: "msg_1", Retries: 3, NextAt: at(1760000015000), Errors: []model.StepError{
					{At: at(1760000002000), Status: 503, Text: "busy"}, {At: at(1760000003000), Text: "connection refused"},
				}},
			},
		},
		{ID: "wfr_2", CreatedAt: at(1760000001000), State: model.RunStarted, Labels: []string{"only"}},
	}
	got, err := answering(t, 200, recorded(t, "runlog.json")).Logs(t.Context(), model.LogQuery{Runs: []model.RunRef{first, second}})
	if diff := cmp.Diff(model.LogPage{Runs: want, Next: "1760000009000-1"}, got, sameResult); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestEventsOfRunsAreGatheredByRun(t *testing.T) {
	again := model.RunRef{ID: "wfr_1", CreatedAt: at(1760000005000)}
	got, err := answering(t, 200, recorded(t, "runevents.json")).Logs(t.Context(), model.LogQuery{Runs: []model.RunRef{first, again}})
	want := []model.Run{
		{
			ID: "wfr_1", CreatedAt: at(1760000001000), CompletedAt: at(1760000009000), URL: "https://a.example/wf", State: model.RunFailed,
			DLQID: "1760000009000-0", Labels: []string{"redrive-1"}, CallerIP: "192.0.2.7",
			Steps: []model.RunStep{{Name: "charge", Type: "Run", State: "STEP_FAILED", MessageID: "msg_1", Retries: 3, Errors: []model.StepError{
				{At: at(1760000003000), Status: 503, Text: "busy"},
			}}},
		},
		{ID: "wfr_1", CreatedAt: at(1760000005000), State: model.RunStarted, Labels: []string{"one"}},
	}
	if diff := cmp.Diff(model.LogPage{Runs: want}, got, sameResult); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestRunThatWasNotAskedForIsLeftOut(t *testing.T) {
	body := `{"runs":[{"workflowRunId":"wfr_1","workflowRunCreatedAt":1760000001000},{"workflowRunId":"wfr_12","workflowRunCreatedAt":1760000001000},
		{"workflowRunId":"wfr_1","workflowRunCreatedAt":1760000002000},{"workflowRunId":"wfr_1"},{}]}`
	for name, c := range map[string]struct {
		query model.LogQuery
		want  int
	}{
		"by id and creation": {model.LogQuery{Runs: []model.RunRef{first}}, 2}, "by id": {model.LogQuery{Runs: []model.RunRef{{ID: "wfr_1"}}}, 3},
		"several":                    {model.LogQuery{Runs: []model.RunRef{first, second}}, 2},
		"by a label that none shows": {model.LogQuery{Label: "redrive-1", Kind: model.WorkflowRun}, 0},
	} {
		got, err := answering(t, 200, body).Logs(t.Context(), c.query)
		if err != nil || len(got.Runs) != c.want {
			t.Errorf("%s: %+v, %v", name, got.Runs, err)
		}
	}
}

func TestLogIsAskedForInTheWordsOfItsEndpoint(t *testing.T) {
	for sent, q := range map[string]model.LogQuery{
		"/v2/workflows/logs?count=10&workflowCreatedAt=1760000001000&workflowRunId=wfr_1":                 {Runs: []model.RunRef{first}},
		"/v2/workflows/logs?count=10&cursor=c%2F1&workflowRunId=wfr_1":                                    {Runs: []model.RunRef{{ID: "wfr_1"}}, Cursor: "c/1"},
		"/v2/workflows/logs?count=10&cursor=c&workflowRuns=wfr_1%401760000001000%2Cwfr_2%401760000001000": {Runs: []model.RunRef{first, second}, Cursor: "c"},
		"/v2/workflows/logs?count=10&cursor=c&label=redrive-1":                                            {Label: "redrive-1", Kind: model.WorkflowRun, Cursor: "c"},
		"/v2/logs?count=100&cursor=c&label=redrive-1":                                                     {Label: "redrive-1", Cursor: "c"},
		"/v2/logs?count=100&messageIds=msg_1":                                                             {MessageIDs: []string{"msg_1"}, Background: true},
	} {
		c, seen := noted(t, 200, `{}`)
		if _, err := c.Logs(t.Context(), q); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"GET " + sent}, seen.all()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestRunsThatCannotBeNamedTogetherAreAskedForOneByOne(t *testing.T) {
	for name, c := range map[string]struct {
		runs     []model.RunRef
		refuses  bool // the list of runs
		requests int
		next     int // the second time
	}{
		"a server that takes one":    {[]model.RunRef{first, second}, true, 3, 5},
		"a run without its creation": {[]model.RunRef{first, {ID: "wfr_2"}}, false, 2, 4},
		"an id with an at":           {[]model.RunRef{first, {ID: "wfr_a@b", CreatedAt: at(1)}}, false, 2, 4},
		"all together":               {[]model.RunRef{first, second}, false, 1, 2},
	} {
		var rec recorder
		client := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
			rec.note(r)
			q := r.URL.Query()
			if q.Has("workflowRuns") && c.refuses {
				return reply(r, 400, ""), nil
			}
			id := q.Get("workflowRunId")
			return reply(r, 200, `{"runs":[{"workflowRunId":"`+id+`"}],"cursor":"next"}`), nil
		}))
		for _, want := range []int{c.requests, c.next} {
			page, err := client.Logs(t.Context(), model.LogQuery{Runs: c.runs})
			if err != nil || len(rec.all()) != want {
				t.Errorf("%s: %v, %q", name, err, rec.all())
			}
			if want != 1 && want != 2 && (len(page.Runs) != 2 || page.Next != "") {
				t.Errorf("%s: %+v", name, page)
			}
		}
	}
	if _, err := answering(t, 400, "").Logs(t.Context(), model.LogQuery{Runs: []model.RunRef{first, second}}); kindOf(err) != "bad request" {
		t.Error(err)
	}
}

func TestOlderServerIsAskedForEventsOfRuns(t *testing.T) {
	var rec recorder
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		if r.URL.Path == "/v2/workflows/logs" {
			return reply(r, 404, ""), nil
		}
		return reply(r, 200, `{"runs":[{"workflowRunId":"wfr_1"}]}`), nil
	}))
	for range 2 {
		if page, err := c.Logs(t.Context(), model.LogQuery{Runs: []model.RunRef{{ID: "wfr_1"}}}); err != nil || len(page.Runs) != 1 {
			t.Fatal(page, err)
		}
	}
	old := "GET /v2/workflows/events?count=10&groupBy=workflowRunId&workflowRunId=wfr_1"
	if diff := cmp.Diff([]string{"GET /v2/workflows/logs?count=10&workflowRunId=wfr_1", old, old}, rec.all()); diff != "" {
		t.Error(diff)
	}
}

func TestLogOfALabelShowsOnlyWhatHasIt(t *testing.T) {
	body := `{"logs":[{"messageId":"a","labels":["x","redrive-1"]},{"messageId":"b","label":"redrive-1"},{"messageId":"c","labels":["redrive-12"]},{"messageId":"d"}]}`
	page, err := answering(t, 200, body).Logs(t.Context(), model.LogQuery{Label: "redrive-1"})
	if err != nil || len(page.Events) != 2 || page.Events[0].MessageID != "a" || page.Events[1].MessageID != "b" {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestBodiesInALogAreDecodedWhenTheyAreBase64(t *testing.T) {
	long := strings.Repeat("0123456789ä", 100)
	for body, want := range map[string]string{
		`"YnVzeQ=="`: "busy", `"YnVzeQ"`: "busy", `""`: "", `null`: "", `7`: "", `"upstream is busy"`: "upstream is busy", `"busy"`: "busy",
		`"` + long + `"`: "", `"` + strings.Repeat("YnVzeQ==", 1)[:6] + strings.Repeat("YnVz", 1000) + `"`: "",
	} {
		page, err := answering(t, 200, `{"logs":[{"messageId":"a","responseBody":`+body+`}]}`).Logs(t.Context(), model.LogQuery{MessageIDs: []string{"a"}})
		if err != nil || len(page.Events) != 1 {
			t.Fatal(page, err)
		}
		got := page.Events[0].Response
		if want != "" && got != want || len(got) > model.ResponseHead {
			t.Errorf("%.40s: %q", body, got)
		}
	}
}

func TestRunOfTheEmulatorIsFollowedByItsReferenceAndByItsLabel(t *testing.T) {
	c, e := emulated(t, emulator.Options{})
	id := e.Add(emulator.Entry{
		URL: "https://a.example/wf", Labels: []string{"l"}, ResponseStatus: 503, ResponseBody: []byte("busy"), MaxRetries: 1,
		Workflow: &emulator.Workflow{Done: []emulator.Step{{Name: "reserve", Took: time.Second}}, Failed: emulator.Step{Name: "charge"}},
	})
	entry, err := c.Get(t.Context(), key(model.WorkflowRun, id))
	if err != nil {
		t.Fatal(err)
	}
	page, err := c.Logs(t.Context(), model.LogQuery{Runs: []model.RunRef{{ID: entry.WorkflowRunID, CreatedAt: entry.WorkflowCreatedAt}}})
	if err != nil || len(page.Runs) != 1 || page.Runs[0].State != model.RunFailed || page.Runs[0].DLQID != id {
		t.Fatalf("%+v, %v", page, err)
	}
	steps := page.Runs[0].Steps
	if n := len(steps); n != 3 || steps[1].Name != "reserve" || steps[2].Group != "next" || steps[2].State != "STEP_FAILED" || len(steps[2].Errors) == 0 || steps[2].Errors[0].Status != 503 {
		t.Errorf("%+v", steps)
	}
	w := resumeOf(t, id)
	w.Overrides.Labels = []string{"l", "redrive-1"}
	made, err := c.Do(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	labelled, err := c.Logs(t.Context(), model.LogQuery{Label: "redrive-1", Kind: model.WorkflowRun})
	if err != nil || len(labelled.Runs) != 1 || labelled.Runs[0].ID != made.Created[0].WorkflowRunID || !labelled.Runs[0].CreatedAt.Equal(made.Created[0].WorkflowCreatedAt) {
		t.Errorf("%+v, %v", labelled, err)
	}
	both, err := c.Logs(t.Context(), model.LogQuery{Runs: []model.RunRef{
		{ID: entry.WorkflowRunID, CreatedAt: entry.WorkflowCreatedAt}, {ID: made.Created[0].WorkflowRunID, CreatedAt: made.Created[0].WorkflowCreatedAt},
	}})
	if err != nil || len(both.Runs) != 2 {
		t.Errorf("%+v, %v", both, err)
	}
}

func TestRetriedMessageOfTheEmulatorIsFoundByItsLabel(t *testing.T) {
	c, e := emulated(t, emulator.Options{})
	id := e.Add(emulator.Entry{URL: "https://a.example/"})
	made, err := c.Do(t.Context(), retryOf(t, id, "redrive-1"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := c.Logs(t.Context(), model.LogQuery{Label: "redrive-1"})
	if err != nil || len(page.Events) == 0 {
		t.Fatal(page, err)
	}
	for _, event := range page.Events {
		if event.MessageID != made.Created[0].MessageID || event.URL != "https://a.example/" || fmt.Sprint(event.Labels) != "[redrive-1]" {
			t.Errorf("%+v", event)
		}
	}
}

func TestLargeRunsAreAskedForFewerAtATime(t *testing.T) {
	var rec recorder
	c := newClient(t, "http://localhost", func(cfg *api.Config) { cfg.PageCap = 200 }, over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		return reply(r, 200, `{"runs":[{"workflowRunId":"wfr_1","steps":[{"steps":[{"out":"`+strings.Repeat("x", 100_000)+`"}]}],"workflowState":"RUN_FAILED"}]}`), nil
	}))
	page, err := c.Logs(t.Context(), model.LogQuery{Runs: []model.RunRef{{ID: "wfr_1"}}})
	if err != nil || len(page.Runs) != 1 || page.Runs[0].State != model.RunFailed || counts(&rec) != "10 2 1" {
		t.Errorf("%+v, %v, %s", page, err, counts(&rec))
	}
}
