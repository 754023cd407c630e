package emulator

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLogsShowTheHistoryOfAnEntry(t *testing.T) {
	b := newBench(t, Options{})
	failed := b.clock.now
	b.Add(Entry{
		MessageID: "msg_1", MaxRetries: 1, CreatedAt: failed.Add(-20 * time.Second), Body: []byte("hello"),
		ResponseStatus: 503, ResponseBody: []byte("busy"),
	})
	if states := b.states("msg_1"); states != "CREATED ACTIVE ERROR RETRY ACTIVE ERROR FAILED" {
		t.Error(states)
	}
	entry := b.get("/v2/logs?messageId=msg_1&state=ERROR&count=1").list("logs")[0]
	if entry.number("time") != int(failed.UnixMilli()) || entry.number("responseStatus") != 503 ||
		entry.text("body") != base64.StdEncoding.EncodeToString([]byte("hello")) ||
		entry.text("responseBody") != base64.StdEncoding.EncodeToString([]byte("busy")) {
		t.Errorf("got %v", entry)
	}
}

func TestSeededAttemptsFillTheLifetimeOfTheMessage(t *testing.T) {
	created := time.UnixMilli(1760000000000)
	attempts := pastAttempts(&Entry{
		MaxRetries: 3, CreatedAt: created, FailedAt: created.Add(seededAge(3, 300*time.Second)),
	})
	var got []time.Duration
	for _, attempt := range attempts {
		got = append(got, attempt.started.time().Sub(created), attempt.ended.time().Sub(created))
	}
	s := time.Second
	want := []time.Duration{0, 300 * s, 312 * s, 612 * s, 760 * s, 1060 * s, 2868 * s, 3168 * s}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLogsAreFiltered(t *testing.T) {
	b := newBench(t, Options{})
	b.Add(Entry{MessageID: "msg_1", URL: "https://a.example/x?y=1", Labels: []string{"l", "m"}, QueueName: "q"})
	b.Add(Entry{MessageID: "msg_2", URL: "https://b.example/x", FlowControlKey: "k", CallerIP: "192.0.2.1"})
	for query, want := range map[string]string{
		"messageId=msg_1":                   "msg_1",
		"messageIds=msg_1&messageIds=msg_2": "msg_1 msg_2",
		"label=m":                           "msg_1",
		"label=m,none":                      "msg_1",
		"url=https://b.example/x":           "msg_2",
		"queueName=q":                       "msg_1",
		"host=b.example":                    "msg_2",
		"path=/x":                           "msg_1 msg_2",
		"flowControlKey=k":                  "msg_2",
		"callerIp=192.0.2.1":                "msg_2",
		"label=m&queueName=other":           "",
		"toDate=1":                          "",
		"fromDate=" + itoa(b.clock.now.UnixMilli()): "msg_1 msg_2",
		"state=IN_PROGRESS":                         "msg_1 msg_2",
		"state=DELIVERED":                           "",
	} {
		got := slices.Compact(slices.Sorted(slices.Values(texts(b.get("/v2/logs?"+query).list("logs"), "messageId"))))
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	for _, query := range []string{"state=NEW", "count=101", "cursor=x", "trimBody=x", "groupBy=state", "fromDate=x"} {
		b.wantStatus(b.send(http.MethodGet, "/v2/logs?"+query), http.StatusBadRequest)
	}
}

func TestLogPagesHaveEveryRecordOnceNewestFirst(t *testing.T) {
	b := newBench(t, Options{})
	ids := b.addSpaced(20, nil)
	b.retry(ids[3])
	b.clock.advance(10 * time.Second)
	all := b.get("/v2/events?count=1000").list("events")
	if len(all) != 20*4+3 {
		t.Errorf("%d records", len(all))
	}
	paged := b.pages("/v2/logs", "logs", url.Values{"count": {"7"}})
	if diff := cmp.Diff(all, paged); diff != "" {
		t.Error(diff)
	}
	if !slices.IsSortedFunc(all, func(x, y object) int { return y.number("time") - x.number("time") }) {
		t.Error("not newest first")
	}
}

func TestLogSwitches(t *testing.T) {
	b := newBench(t, Options{LogLag: 10 * time.Second, Switches: Switches{LogsKeyIsEvents: true, LastCursor: CursorNull}})
	messageID := b.retry(b.Add(Entry{}))
	if body := b.send(http.MethodGet, "/v2/logs?messageId="+messageID).body; body != `{"cursor":null,"events":[]}` {
		t.Error(body)
	}
	b.clock.advance(10 * time.Second)
	for _, path := range []string{"/v2/logs", "/v2/events"} {
		if got := b.get(path + "?messageId=" + messageID).list("events"); len(got) != 1 {
			t.Errorf("%s: %d records after the lag", path, len(got))
		}
	}
	b.wantStatus(b.send(http.MethodGet, "/v2/events?count=1001"), http.StatusBadRequest)
	b.wantStatus(b.send(http.MethodGet, "/v2/workflows/events"), http.StatusBadRequest)
}
