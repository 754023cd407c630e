package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// addSpaced adds entries one second apart, the last of them now, and gives
// their ids oldest first.
func (b *bench) addSpaced(number int, change func(n int, e *Entry)) []string {
	b.Helper()
	ids := make([]string, number)
	for n := range number {
		e := Entry{URL: "https://a.example/hook", FailedAt: b.clock.now.Add(time.Duration(n-number+1) * time.Second)}
		if change != nil {
			change(n, &e)
		}
		ids[n] = b.Add(e)
	}
	return ids
}

func reversed(ids []string) []string {
	ids = slices.Clone(ids)
	slices.Reverse(ids)
	return ids
}

func TestListingIsNewestFirstAndItsCursorLeadsThroughAllOfIt(t *testing.T) {
	b := newBench(t, Options{})
	ids := b.addSpaced(7, nil)
	got := texts(b.pages("/v2/dlq", "messages", url.Values{"count": {"3"}}), "dlqId")
	if diff := cmp.Diff(reversed(ids), got); diff != "" {
		t.Error(diff)
	}
	first := b.get("/v2/dlq?count=3")
	if cursor := first.text("cursor"); cursor != ids[4] {
		t.Errorf("cursor %q is not the last id of the page, %q", cursor, ids[4])
	}
}

func TestListingIsOldestFirstWithTheSwitch(t *testing.T) {
	b := newBench(t, Options{Switches: Switches{OldestFirst: true}})
	ids := b.addSpaced(5, nil)
	got := texts(b.pages("/v2/dlq", "messages", url.Values{"count": {"2"}}), "dlqId")
	if diff := cmp.Diff(ids, got); diff != "" {
		t.Error(diff)
	}
}

func TestPagingVisitsEveryEntryOnceWhateverIsRemovedMeanwhile(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, Options{Switches: Switches{OldestFirst: rapid.Bool().Draw(rt, "oldestFirst")}})
		ids := b.addSpaced(rapid.IntRange(0, 60).Draw(rt, "entries"), func(_ int, e *Entry) {
			if rapid.Bool().Draw(rt, "same time") {
				e.FailedAt = b.clock.now.Add(-time.Hour)
			}
		})
		count := rapid.IntRange(1, 20).Draw(rt, "count")
		removed, seen := map[string]bool{}, map[string]int{}
		for cursor := ""; ; {
			page := b.get(fmt.Sprintf("/v2/dlq?count=%d&cursor=%s", count, cursor))
			for _, id := range texts(page.list("messages"), "dlqId") {
				if removed[id] {
					rt.Fatalf("%s is listed after its removal", id)
				}
				seen[id]++
			}
			if cursor = page.text("cursor"); cursor == "" {
				break
			}
			if victim := rapid.SampledFrom(ids).Draw(rt, "victim"); !removed[victim] {
				b.send(http.MethodDelete, "/v2/dlq/"+victim)
				removed[victim] = true
			}
		}
		for _, id := range ids {
			if seen[id] > 1 || seen[id] == 0 && !removed[id] {
				rt.Fatalf("%s was seen %d times, removed: %t", id, seen[id], removed[id])
			}
		}
	})
}

func TestLastPageIsMarkedAsTheSwitchSays(t *testing.T) {
	workflow := func(_ int, e *Entry) { e.Workflow = &Workflow{} }
	for _, test := range []struct {
		mark            LastCursor
		plain, workflow string
	}{
		{CursorAsObserved, `{"messages"`, `{"cursor":"","messages"`},
		{CursorAbsent, `{"messages"`, `{"messages"`},
		{CursorEmpty, `{"cursor":"","messages"`, `{"cursor":"","messages"`},
		{CursorNull, `{"cursor":null,"messages"`, `{"cursor":null,"messages"`},
	} {
		b := newBench(t, Options{Switches: Switches{LastCursor: test.mark}})
		b.addSpaced(1, nil)
		b.addSpaced(1, workflow)
		if body := b.send(http.MethodGet, "/v2/dlq").body; !strings.HasPrefix(body, test.plain) {
			t.Errorf("%d: plain listing begins %.40s", test.mark, body)
		}
		if body := b.send(http.MethodGet, "/v2/workflows/dlq").body; !strings.HasPrefix(body, test.workflow) {
			t.Errorf("%d: workflow listing begins %.40s", test.mark, body)
		}
	}
}

func TestFiltersOfOneKeyAreAlternativesAndKeysAreCombined(t *testing.T) {
	b := newBench(t, Options{Retention: -1})
	b.Add(Entry{DLQID: "1000000000001-0", URL: "https://a.example", Labels: []string{"x", "y"}, ResponseStatus: 500})
	b.Add(Entry{DLQID: "1000000000002-0", URL: "https://b.example", Labels: []string{"y"}, ResponseStatus: 503, QueueName: "mail"})
	b.Add(Entry{DLQID: "1000000000003-0", URL: "https://c.example", ResponseStatus: 404, FlowControlKey: "k", CallerIP: "192.0.2.1"})
	b.Add(Entry{DLQID: "1000000000004-0", URL: "https://a.example", TopicName: "g", ScheduleID: "scd_1", MessageID: "msg_1"})
	for query, want := range map[string]string{
		"":                                 "4 3 2 1",
		"url=https://a.example":            "4 1",
		"url=https://a.example&label=x":    "1",
		"label=x&label=y":                  "2 1",
		"label=x,y":                        "2 1",
		"responseStatus=500,404":           "3 1",
		"responseStatus=0":                 "4",
		"queueName=mail":                   "2",
		"flowControlKey=k":                 "3",
		"callerIp=192.0.2.1":               "3",
		"topicName=g":                      "4",
		"scheduleId=scd_1":                 "4",
		"messageId=msg_1":                  "4",
		"fromDate=1000000000002":           "4 3 2",
		"toDate=1000000000002":             "2 1",
		"label=none":                       "",
		"dlqIds=1000000000002-0&label=x":   "2",
		"dlqIds=1000000000001-0,missing":   "1",
		"url=https://a.example/,b&count=1": "",
	} {
		var got []string
		for _, id := range texts(b.get("/v2/dlq?"+query).list("messages"), "dlqId") {
			got = append(got, strings.TrimSuffix(strings.TrimPrefix(id, "100000000000"), "-0"))
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
}

func TestWhatTheListingDoesNotKnowIsRefused(t *testing.T) {
	b := newBench(t, Options{})
	for _, query := range []string{
		"labels=x", "order=earliestFirst", "api=llm", "host=a.example", "count=0", "count=101", "count=x",
		"cursor=garbage", "fromDate=yesterday", "responseStatus=5xx", "dlqIds=", "source=all", "trimBody=x", "a;b",
	} {
		if got := b.send(http.MethodGet, "/v2/dlq?"+query); got.status != http.StatusBadRequest {
			t.Errorf("%s: status %d", query, got.status)
		}
	}
}

func TestUndocumentedKeysAreRefusedWithTheSwitch(t *testing.T) {
	b := newBench(t, Options{Switches: Switches{OnlyDocumentedKeys: true}})
	for _, request := range []string{
		"GET /v2/dlq?dlqIds=a", "GET /v2/dlq?source=workflow", "GET /v2/dlq?trimBody=0", "GET /v2/dlq?flowControlKey=k",
		"POST /v2/dlq/retry?count=1", "GET /v2/logs?messageIds=a",
	} {
		method, target, _ := strings.Cut(request, " ")
		if got := b.send(method, target); got.status != http.StatusBadRequest {
			t.Errorf("%s: status %d", request, got.status)
		}
	}
	b.get("/v2/dlq?count=5&label=x&responseStatus=500")
}

func TestWorkflowEntriesAreListedWhereTheyBelong(t *testing.T) {
	for _, everywhere := range []bool{false, true} {
		b := newBench(t, Options{Switches: Switches{DLQListsWorkflows: everywhere}})
		plain := b.Add(Entry{})
		run := b.Add(Entry{Workflow: &Workflow{}})
		both := b.Add(Entry{Workflow: &Workflow{}, InPlainList: true})
		want := []string{both, plain}
		if everywhere {
			want = []string{both, run, plain}
		}
		if diff := cmp.Diff(want, texts(b.get("/v2/dlq").list("messages"), "dlqId")); diff != "" {
			t.Error(diff)
		}
		for _, target := range []string{"/v2/workflows/dlq", "/v2/dlq?source=workflow"} {
			if diff := cmp.Diff([]string{both, run}, texts(b.get(target).list("messages"), "dlqId")); diff != "" {
				t.Errorf("%s: %s", target, diff)
			}
		}
	}
}

func TestWorkflowFilters(t *testing.T) {
	b := newBench(t, Options{})
	created := b.clock.now.Add(-time.Minute)
	b.Add(Entry{MessageID: "msg_1", URL: "https://a.example/wf", Workflow: &Workflow{
		RunID: "wfr_abc", CreatedAt: created, Callback: FailureCallback{State: CallbackFail},
	}})
	b.Add(Entry{MessageID: "msg_2", URL: "https://b.example/wf", Workflow: &Workflow{RunID: "wfr_abcd"}})
	for query, want := range map[string][]string{
		"workflowUrl=https://a.example/wf":                              {"msg_1"},
		"workflowRunId=wfr_abc":                                         {"msg_1"},
		"failureFunctionState=CALLBACK_FAIL":                            {"msg_1"},
		"failureFunctionState=CALLBACK_SUCCESS":                         nil,
		fmt.Sprintf("workflowCreatedAt=%d", created.UnixMilli()):        {"msg_1"},
		"workflowUrl=https://a.example/wf,https://b.example/wf&count=1": {"msg_2"},
	} {
		if diff := cmp.Diff(want, texts(b.get("/v2/workflows/dlq?"+query).list("messages"), "messageId")); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	b.options.Switches.RunIDMatchesPrefix = true
	if got := b.get("/v2/workflows/dlq?workflowRunId=wfr_abc").list("messages"); len(got) != 2 {
		t.Errorf("the prefix matches %d runs, want 2", len(got))
	}
}

func TestEntriesExpireByTheClock(t *testing.T) {
	b := newBench(t, Options{Retention: time.Hour})
	old := b.Add(Entry{FailedAt: b.clock.now.Add(-50 * time.Minute)})
	young := b.Add(Entry{})
	b.clock.advance(10 * time.Minute)
	if diff := cmp.Diff([]string{young}, texts(b.get("/v2/dlq").list("messages"), "dlqId")); diff != "" {
		t.Error(diff)
	}
	b.wantStatus(b.send(http.MethodGet, "/v2/dlq/"+old), http.StatusNotFound)
	if state := b.Fate(old).State; state != FateExpired {
		t.Errorf("fate %q", state)
	}
}

func TestEntriesThatArriveDuringPagingComeBeforeTheCursor(t *testing.T) {
	b := newBench(t, Options{})
	b.addSpaced(4, nil)
	cursor := b.get("/v2/dlq?count=2").text("cursor")
	b.clock.advance(time.Second)
	late := b.Add(Entry{})
	if rest := texts(b.get("/v2/dlq?cursor="+cursor).list("messages"), "dlqId"); len(rest) != 2 || slices.Contains(rest, late) {
		t.Errorf("the second page is %v", rest)
	}
}
