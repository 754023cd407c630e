package emulator

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMessagesAreCancelledByIDsByFiltersOrAllOfThem(t *testing.T) {
	for name, test := range map[string]struct {
		query, body string
		want        int
	}{
		"by ids":                {"?messageIds={0}&messageIds={1}&label=none", "", 2},
		"by ids with commas":    {"?messageIds={0},{1},msg_none", "", 2},
		"by ids in the body":    {"", `{"messageIds":["{0}","msg_none"]}`, 1},
		"by a filter":           {"?label=l1,l2", "", 2},
		"by host":               {"?host=a.example", "", 3},
		"by path and label":     {"?path=/1&label=l1", "", 1},
		"by the other spelling": {"?callerIP=127.0.0.1", "", 3},
		"by a date":             {"?toDate=1", "", 0},
		"with a count":          {"?count=2", "", 2},
		"all":                   {"", "", 3},
		"all, by an empty body": {"", "{}", 3},
	} {
		b := newBench(t, Options{})
		ids := make([]string, 3)
		for n := range ids {
			ids[n] = b.publish("https://a.example/"+itoa(n), "", "Upstash-Delay: 1m", "Upstash-Label: l"+itoa(n))
			b.clock.advance(time.Millisecond)
		}
		fill := strings.NewReplacer("{0}", ids[0], "{1}", ids[1])
		got, err := b.try(http.MethodDelete, "/v2/messages"+fill.Replace(test.query), strings.NewReader(fill.Replace(test.body)))
		if err != nil || got.body != `{"cancelled":`+itoa(test.want)+`}` {
			t.Errorf("%s: %s, %v", name, got.body, err)
		}
		b.clock.advance(2 * time.Minute)
		if ended := len(b.get("/v2/logs?state=CANCELLED").list("logs")); ended != test.want {
			t.Errorf("%s: %d cancelled in the log", name, ended)
		}
	}
	b := newBench(t, Options{})
	for _, query := range []string{"messageIds=", "count=0", "count=501", "fromDate=x", "name=x"} {
		b.wantStatus(b.send(http.MethodDelete, "/v2/messages?"+query), http.StatusBadRequest)
	}
	if got, err := b.try(http.MethodDelete, "/v2/messages", strings.NewReader(`{"messageIds":1}`)); err != nil || got.status != 400 {
		t.Errorf("a wrong body: %d, %v", got.status, err)
	}
}

// resumedRuns are entries of failed runs and the runs that resuming made.
func (b *bench) resumedRuns(urls ...string) (entries, runs []string) {
	b.Helper()
	for _, url := range urls {
		id := b.Add(Entry{Workflow: &Workflow{URL: url, Failed: Step{Name: "pay"}}, Script: Script{
			Attempts: []Attempt{{Status: 500}}, CallbackFailsAgain: true,
		}})
		got := b.send(http.MethodPost, "/v2/workflows/dlq/resume/"+id, "Upstash-Retries: 0")
		b.wantStatus(got, http.StatusOK)
		entries, runs = append(entries, id), append(runs, b.decode(got).text("workflowRunId"))
		b.clock.advance(time.Millisecond)
	}
	return entries, runs
}

func TestARunIsCancelledOnce(t *testing.T) {
	b := newBench(t, Options{})
	entries, runs := b.resumedRuns("https://w.example")
	b.wantStatus(b.send(http.MethodDelete, "/v2/workflows/runs/"+runs[0]), http.StatusOK)
	b.wantStatus(b.send(http.MethodDelete, "/v2/workflows/runs/"+runs[0]), http.StatusNotFound)
	b.wantStatus(b.send(http.MethodDelete, "/v2/workflows/runs/wfr_none"), http.StatusNotFound)
	b.clock.advance(time.Minute)
	run := b.get("/v2/workflows/logs?workflowRunId=" + runs[0]).list("runs")[0]
	steps := run.list("steps")
	if run.text("workflowState") != "RUN_CANCELED" || steps[len(steps)-1].list("steps")[0].text("state") != "STEP_CANCELED" {
		t.Errorf("got %v", run)
	}
	if fate := b.Fate(entries[0]); fate.BackAs != "" || fate.Delivered {
		t.Errorf("the cancelled run went on: %+v", fate)
	}
}

func TestARunThatIsCancelledDuringAnAttemptStaysCancelled(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Add(Entry{Workflow: &Workflow{Failed: Step{Name: "pay"}}, FlowControlKey: "k", Parallelism: 1, Script: Script{
		Attempts: []Attempt{{Status: 500, Took: 10 * time.Second}},
	}})
	run := b.decode(b.send(http.MethodPost, "/v2/workflows/dlq/restart/"+id)).text("workflowRunId")
	b.clock.advance(5 * time.Second)
	if b.get("/v2/flowControl/k").number("parallelismCount") != 1 {
		t.Fatal("the attempt has not begun")
	}
	b.wantStatus(b.send(http.MethodDelete, "/v2/workflows/runs/"+run), http.StatusOK)
	b.clock.advance(time.Minute)
	if got := b.get("/v2/workflows/logs?workflowRunId=" + run).list("runs")[0].text("workflowState"); got != "RUN_CANCELED" || b.Len() != 0 {
		t.Errorf("%s, and %d entries", got, b.Len())
	}
	if b.get("/v2/flowControl/k").number("parallelismCount") != 0 {
		t.Error("the flow control key is not released")
	}
}

func TestRunsAreCancelledByIDsByFiltersOrAllOfThem(t *testing.T) {
	urls := []string{"https://w.example/a", "https://w.example/ab", "https://v.example"}
	for query, want := range map[string]int{
		"":                                    3,
		"workflowUrl=https://w.example/a":     2,
		"workflowUrl=https://v.,https://none": 1,
		"workflowUrl=https://w.example/a&workflowUrlExactMatch=true": 1,
		"workflowRunIds={0}&workflowUrl=none":                        1,
		"count=2":                                                    2,
		"label=none":                                                 0,
		"fromDate=1":                                                 3,
	} {
		b := newBench(t, Options{})
		_, runs := b.resumedRuns(urls...)
		got := b.send(http.MethodDelete, "/v2/workflows/runs?"+strings.ReplaceAll(query, "{0}", runs[0]))
		if got.body != `{"cancelled":`+itoa(want)+`}` {
			t.Errorf("%s: %s", query, got.body)
		}
		cancelled := b.get("/v2/workflows/logs?state=RUN_CANCELED").list("runs")
		if len(cancelled) != want {
			t.Errorf("%s: %d runs are cancelled", query, len(cancelled))
		}
	}
	b := newBench(t, Options{})
	for _, query := range []string{"workflowUrlExactMatch=maybe", "count=0", "workflowRunIds=", "toDate=x", "x=1"} {
		b.wantStatus(b.send(http.MethodDelete, "/v2/workflows/runs?"+query), http.StatusBadRequest)
	}
}

func TestQueuesAreCreatedChangedAndRemoved(t *testing.T) {
	b := newBench(t, Options{QueueQuota: 1})
	b.wantStatus(b.post("/v2/queues", `{"queueName":"q","parallelism":2}`), http.StatusOK)
	b.wantStatus(b.post("/v2/queues", `{"queueName":"q","paused":true}`), http.StatusOK)
	if got := b.get("/v2/queues/q"); got.number("parallelism") != 2 || got["paused"] != true {
		t.Errorf("got %v", got)
	}
	for body, status := range map[string]int{
		`{"queueName":"other","parallelism":1}`: 412, `{"queueName":"a b","parallelism":1}`: 400,
		`{"queueName":"q","parallelism":0}`: 400, `{`: 400, `{}`: 400,
	} {
		if got := b.post("/v2/queues", body); got.status != status {
			t.Errorf("%s: %d", body, got.status)
		}
	}
	waiting := b.decode(b.post("/v2/enqueue/q/https://a.example", "")).text("messageId")
	b.clock.advance(5 * time.Second)
	starting := b.decode(b.post("/v2/enqueue/q/https://a.example", "")).text("messageId")
	b.wantStatus(b.send(http.MethodDelete, "/v2/queues/q"), http.StatusOK)
	b.wantStatus(b.send(http.MethodDelete, "/v2/queues/q"), http.StatusOK)
	b.wantStatus(b.send(http.MethodGet, "/v2/queues/q"), http.StatusNotFound)
	b.clock.advance(5 * time.Second)
	for _, id := range []string{waiting, starting} {
		if states := b.states(id); states != "CREATED CANCELLED" {
			t.Errorf("a message of a removed queue is %s", states)
		}
	}
}

func TestGlobalParallelismCountsTheDeliveriesOfAllKeys(t *testing.T) {
	b := newBench(t, Options{})
	b.ScriptDestination("https://a.example", Script{Attempts: []Attempt{{Status: 200, Took: time.Minute}}})
	for _, key := range []string{"k1", "k2", "k2"} {
		b.publish("https://a.example", "", "Upstash-Flow-Control-Key: "+key, "Upstash-Flow-Control-Value: parallelism=1")
	}
	b.clock.advance(5 * time.Second)
	if got := b.get("/v2/globalParallelism"); got.number("parallelismCount") != 2 || got.number("parallelismMax") != 100 {
		t.Errorf("got %v", got)
	}
}

func TestLogsAreGroupedByMessage(t *testing.T) {
	b := newBench(t, Options{})
	for n := range 5 {
		b.publish("https://a.example", "", "Upstash-Label: l"+itoa(n%2))
		b.clock.advance(10 * time.Second)
	}
	all := b.get("/v2/logs?groupBy=messageId").list("messages")
	if len(all) != 5 || len(all[0].list("events")) != 3 || all[0].list("events")[0].text("state") != "DELIVERED" ||
		all[0].text("messageId") != all[0].list("events")[0].text("messageId") {
		t.Fatalf("got %v", all)
	}
	for _, path := range []string{"/v2/logs", "/v2/events"} {
		paged := b.pages(path, "messages", url.Values{"groupBy": {"messageId"}, "count": {"2"}})
		if diff := cmp.Diff(all, paged); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	if got := b.get("/v2/logs?groupBy=messageId&label=l1").list("messages"); len(got) != 2 {
		t.Errorf("filtered: %v", got)
	}
}
