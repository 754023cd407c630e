package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// failedOrder is a run that failed at its second step of three.
func failedOrder() Entry {
	return Entry{
		URL: "https://a.example/wf", ResponseStatus: 504, MaxRetries: 0, FailureCallback: "https://a.example/wf",
		Body: []byte(`{"n":1}`), Labels: []string{"flow"},
		Workflow: &Workflow{
			Done:     []Step{{Name: "validate", Out: "true", Took: 10 * time.Second}},
			Failed:   Step{Name: "charge"},
			Rest:     []Step{{Name: "receipt", Took: 10 * time.Second}},
			Callback: FailureCallback{State: CallbackFail, ResponseStatus: 500},
		},
	}
}

func (b *bench) rerun(verb, dlqID string, headers ...string) (runID string, created int) {
	b.Helper()
	got := b.send(http.MethodPost, "/v2/workflows/dlq/"+verb+"/"+dlqID, headers...)
	b.wantStatus(got, http.StatusOK)
	run := b.decode(got)
	return run.text("workflowRunId"), run.number("workflowCreatedAt")
}

// run reads the log of a run.
func (b *bench) run(id string, created int) object {
	b.Helper()
	runs := b.get(fmt.Sprintf("/v2/workflows/logs?workflowRunId=%s&workflowCreatedAt=%d", url.QueryEscape(id), created)).list("runs")
	if len(runs) != 1 {
		b.Fatalf("%d runs with id %s", len(runs), id)
	}
	return runs[0]
}

// stepStates is what a run shows of its steps, such as "init STEP_SUCCESS".
func stepStates(run object) string {
	var states []string
	for _, group := range run.list("steps") {
		for _, step := range group.list("steps") {
			states = append(states, step.text("stepName")+" "+strings.TrimPrefix(step.text("state"), "STEP_"))
		}
	}
	return strings.Join(states, ", ")
}

func TestResumeKeepsFinishedStepsAndMakesANewRun(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Add(failedOrder())
	old := b.get("/v2/workflows/dlq/" + id).text("workflowRunId")
	runID, created := b.rerun("resume", id)
	if runID == old || len(runID) != len("wfr_")+21 {
		t.Errorf("run id %s after %s", runID, old)
	}
	if got := stepStates(b.run(runID, created)); got != "init SUCCESS, validate SUCCESS, charge PROGRESS" {
		t.Error(got)
	}
	b.clock.advance(3 * time.Second)
	if got := stepStates(b.run(runID, created)); got != "init SUCCESS, validate SUCCESS, charge SUCCESS, receipt PROGRESS" {
		t.Error(got)
	}
	b.clock.advance(10 * time.Second)
	done := b.run(runID, created)
	if done.text("workflowState") != "RUN_SUCCESS" || !b.Fate(id).Delivered {
		t.Errorf("got %v", done)
	}
	if fate := b.Fate(id); fate.State != FateResumed || len(fate.Runs) != 1 || fate.Runs[0].ID != runID {
		t.Errorf("fate %+v", fate)
	}
	b.wantStatus(b.send(http.MethodPost, "/v2/workflows/dlq/resume/"+id), http.StatusNotFound)
}

func TestRestartRunsEveryStepAgain(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Add(failedOrder())
	runID, created := b.rerun("restart", id)
	b.clock.advance(5 * time.Second)
	if got := stepStates(b.run(runID, created)); got != "init SUCCESS, validate PROGRESS" {
		t.Error(got)
	}
	b.clock.advance(time.Minute)
	if got := b.run(runID, created).text("workflowState"); got != "RUN_SUCCESS" || b.Fate(id).State != FateRestarted {
		t.Error(got, b.Fate(id))
	}
}

func TestARunThatFailsAgainComesBackUnderItsNewID(t *testing.T) {
	b := newBench(t, Options{Switches: Switches{NextStepWithoutName: true}})
	entry := failedOrder()
	entry.Script = Script{Attempts: []Attempt{{Status: 400, Body: []byte("incompatible step")}}, RestartSucceeds: true}
	id := b.Add(entry)
	runID, created := b.rerun("resume", id, "Upstash-Retries: 0", "Upstash-Label: op-1")
	b.clock.advance(5 * time.Second)
	run := b.run(runID, created)
	if run.text("workflowState") != "RUN_FAILED" || run.text("dlqId") != b.Fate(id).BackAs || run.text("label") != "op-1" {
		t.Errorf("got %v", run)
	}
	if got := stepStates(run); got != "init SUCCESS, validate SUCCESS,  FAILED" {
		t.Error(got)
	}
	back := b.get("/v2/workflows/dlq/" + b.Fate(id).BackAs)
	if back.text("workflowRunId") != runID || back.number("responseStatus") != 400 {
		t.Errorf("came back as %v", back)
	}
	second := b.Fate(id).BackAs
	b.rerun("restart", second)
	b.clock.advance(time.Minute)
	if !b.Fate(second).Delivered {
		t.Error("the restart does not succeed")
	}
}

func TestWorkflowActionsRefuseWhatIsNotAWorkflow(t *testing.T) {
	b := newBench(t, Options{})
	plain := b.Add(Entry{})
	for _, request := range []string{
		"POST /v2/workflows/dlq/resume/", "POST /v2/workflows/dlq/restart/",
		"POST /v2/workflows/dlq/callback/", "DELETE /v2/workflows/dlq/callback/",
	} {
		method, target, _ := strings.Cut(request, " ")
		b.wantStatus(b.send(method, target+plain), http.StatusBadRequest)
		b.wantStatus(b.send(method, target+"gone"), http.StatusNotFound)
	}
	b.wantStatus(b.send(http.MethodDelete, "/v2/workflows/dlq/"+plain), http.StatusNotFound)
	b.wantTouched()
}

func TestBulkResumeStopsAtFiftyRunsOrRefusesMore(t *testing.T) {
	fill := func(_ int, e *Entry) { e.Workflow = &Workflow{} }
	b := newBench(t, Options{})
	ids := b.addSpaced(60, fill)
	first := b.decode(b.send(http.MethodPost, "/v2/workflows/dlq/resume?count=100"))
	if len(first.list("workflowRuns")) != 50 || first.text("cursor") != ids[10] {
		t.Errorf("got %d runs and cursor %s", len(first.list("workflowRuns")), first.text("cursor"))
	}
	rest := b.send(http.MethodPost, "/v2/workflows/dlq/restart?cursor="+ids[10])
	if !strings.HasPrefix(rest.body, `{"cursor":"","workflowRuns":[{"workflowRunId":"wfr_`) || b.Len() != 0 {
		t.Errorf("%.80s, %d left", rest.body, b.Len())
	}

	b = newBench(t, Options{Switches: Switches{RefuseOverRunLimit: true}})
	ids = b.addSpaced(51, fill)
	b.wantStatus(b.send(http.MethodPost, "/v2/workflows/dlq/resume?count=100"), http.StatusBadRequest)
	b.wantStatus(b.send(http.MethodPost, "/v2/workflows/dlq/restart?dlqIds="+strings.Join(ids, ",")), http.StatusBadRequest)
	b.wantTouched()
	b.wantStatus(b.send(http.MethodPost, "/v2/workflows/dlq/resume?dlqIds="+ids[0]+"&dlqIds=gone"), http.StatusNotFound)
	b.wantTouched(ids[0])
}

func TestBulkDeleteOfWorkflowsLeavesMessagesAlone(t *testing.T) {
	b := newBench(t, Options{})
	b.Add(Entry{})
	run := b.Add(Entry{Workflow: &Workflow{}})
	if got := b.send(http.MethodDelete, "/v2/workflows/dlq"); got.body != `{"deleted":1,"cursor":""}` {
		t.Error(got.body)
	}
	b.wantTouched(run)
}

func TestAFailedFailureFunctionCanBeRunAgain(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Add(failedOrder())
	state := func() string {
		info, _ := b.get("/v2/workflows/dlq/" + id)["failureCallbackInfo"].(map[string]any)
		return object(info).text("state")
	}
	callback := "/v2/workflows/dlq/callback/" + id
	b.wantStatus(b.send(http.MethodDelete, callback), http.StatusBadRequest)
	run := b.decode(b.send(http.MethodPost, callback))
	if run.text("workflowRunId") != b.get("/v2/workflows/dlq/"+id).text("workflowRunId") {
		t.Errorf("answered with another run: %v", run)
	}
	if got := state(); got != "CALLBACK_INPROGRESS" {
		t.Error(got)
	}
	b.wantStatus(b.send(http.MethodPost, callback), http.StatusBadRequest)
	b.clock.advance(5 * time.Second)
	if got := state(); got != "CALLBACK_SUCCESS" {
		t.Error(got)
	}
	if fate := b.Fate(id); fate.CallbackRetries != 1 || fate.State != FatePresent {
		t.Errorf("fate %+v", fate)
	}
}

func TestARunningFailureFunctionCanBeCancelled(t *testing.T) {
	for _, location := range []string{"", "https://console.example/"} {
		b := newBench(t, Options{Switches: Switches{CancelCallbackLocation: location}})
		id := b.Add(failedOrder())
		b.send(http.MethodPost, "/v2/workflows/dlq/callback/"+id)
		got := b.send(http.MethodDelete, "/v2/workflows/dlq/callback/"+id)
		b.wantStatus(got, http.StatusFound)
		if got.header.Get("Location") != location {
			t.Errorf("Location %q", got.header.Get("Location"))
		}
		b.clock.advance(time.Minute)
		if body := b.send(http.MethodGet, "/v2/workflows/dlq/"+id).body; !strings.Contains(body, "CALLBACK_CANCELED") {
			t.Error(body)
		}
	}
}

func TestWorkflowLogsAreFilteredAndPagedByRun(t *testing.T) {
	b := newBench(t, Options{})
	b.addSpaced(23, func(n int, e *Entry) {
		*e = Entry{FailedAt: e.FailedAt, URL: "https://a.example/wf", Workflow: &Workflow{RunID: fmt.Sprintf("wfr_%d", n)}}
	})
	runs := b.pages("/v2/workflows/logs", "runs", url.Values{})
	if len(runs) != 23 || runs[0].text("workflowRunId") != "wfr_22" {
		t.Errorf("%d runs, first %v", len(runs), runs[0])
	}
	created := runs[3].number("workflowRunCreatedAt")
	pair := fmt.Sprintf("%s@%d", runs[3].text("workflowRunId"), created)
	for query, want := range map[string]int{
		"workflowRunId=wfr_5":                         1,
		"workflowRunId=none":                          0,
		"workflowRuns=" + pair + "&state=RUN_STARTED": 0,
		"workflowRuns=" + pair:                        1,
		"state=STEP_FAILED":                           10,
		"state=RUN_SUCCESS":                           0,
		fmt.Sprintf("fromDate=%d", created):           4,
		"workflowUrl=https://b.example":               0,
		"label=x":                                     0,
		"count=2":                                     2,
	} {
		if got := len(b.get("/v2/workflows/logs?" + query).list("runs")); got != want {
			t.Errorf("%s: %d runs, want %d", query, got, want)
		}
	}
	if got := len(b.get("/v2/workflows/events?groupBy=workflowRunId").list("runs")); got != 10 {
		t.Errorf("older path: %d runs", got)
	}
	b.wantStatus(b.send(http.MethodGet, "/v2/workflows/logs?state=x"), http.StatusBadRequest)
}
