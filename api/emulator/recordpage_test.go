package emulator

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestTheRecordTellsWhatBecameOfEveryEntry(t *testing.T) {
	b := newBench(t, Options{BurstLimit: 6})
	b.SetFaults(func(*http.Request) Fault { return Fault{} })
	ids := b.addSpaced(4, nil)
	failing := b.Add(Entry{Script: Script{Attempts: []Attempt{{Status: 500}}}})
	run := b.Add(Entry{DLQID: "1-x", Workflow: &Workflow{}})
	messageID := b.retry(ids[0])
	b.send(http.MethodDelete, "/v2/dlq/"+ids[1])
	resumed := b.decode(b.send(http.MethodPost, "/v2/workflows/dlq/resume/"+run))
	back := b.retry(failing)
	b.clock.advance(time.Hour)

	b.SetFaults(func(*http.Request) Fault { return Dropped() })
	b.token = "none"
	record := b.get("/_emulator/record")
	counts, _ := record["counts"].(map[string]any)
	if counts["present"] != 3.0 || counts["retried"] != 2.0 || counts["deleted"] != 1.0 || counts["resumed"] != 1.0 {
		t.Errorf("counts %v", counts)
	}
	byID := map[string]object{}
	for _, e := range record.list("entries") {
		byID[e.text("dlqId")] = e
	}
	if e := byID[ids[0]]; e.text("state") != "retried" || e["messageIds"].([]any)[0] != messageID || e["delivered"] != true {
		t.Errorf("retried: %v", e)
	}
	if e := byID[ids[1]]; e.text("state") != "deleted" || len(e["messageIds"].([]any)) != 0 {
		t.Errorf("deleted: %v", e)
	}
	if e := byID[run]; e["workflow"] != true || e.list("runs")[0].text("workflowRunId") != resumed.text("workflowRunId") {
		t.Errorf("resumed: %v", e)
	}
	if e := byID[failing]; e["messageIds"].([]any)[0] != back || e["delivered"] != false || byID[e.text("backAs")].text("state") != "present" {
		t.Errorf("came back: %v", e)
	}
}

func TestTheRecordIsForThisMachineAndForReading(t *testing.T) {
	b := newBench(t, Options{})
	b.wantStatus(b.send(http.MethodPost, "/_emulator/record"), http.StatusMethodNotAllowed)
	for _, address := range []string{"192.0.2.1:80", "here", ""} {
		request := httptest.NewRequest(http.MethodGet, "/_emulator/record", strings.NewReader(""))
		request.RemoteAddr = address
		reply := httptest.NewRecorder()
		b.ServeHTTP(reply, request)
		if reply.Code != http.StatusForbidden {
			t.Errorf("%q: %d", address, reply.Code)
		}
	}
}
