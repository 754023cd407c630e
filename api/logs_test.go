package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrive/api"
	"redrive/model"
)

func TestLogIsReadInEveryShape(t *testing.T) {
	events := recorded(t, "logs.json")
	plain := model.LogPage{Next: "1760000009000-1", Events: []model.LogEvent{
		{At: at(1760000003000), MessageID: "msg_1", State: "ERROR", URL: "https://a.example/", Status: 503, Response: "busy", Error: "503: busy", NextAt: at(1760000015000)},
		{At: at(1760000001000), MessageID: "msg_1", State: "CREATED"},
	}}
	grouped := model.LogPage{Events: []model.LogEvent{
		{At: at(1760000001000), MessageID: "msg_1", State: "CREATED"},
		{MessageID: "msg_other", State: "ACTIVE"},
		{At: at(1760000002000), MessageID: "msg_2", State: "DELIVERED"},
	}}
	for name, c := range map[string]struct {
		body string
		want model.LogPage
	}{
		"logs": {events, plain}, "events": {strings.Replace(events, `"logs"`, `"events"`, 1), plain},
		"grouped by message": {recorded(t, "grouped.json"), grouped}, "nothing": {`{"logs":null}`, model.LogPage{}}, "an empty object": {`{}`, model.LogPage{}},
		"odd parts": {`{"messages":{},"logs":7,"events":[7]}`, model.LogPage{}}, "a number for a cursor": {`{"cursor":17600000090001234567,"logs":[]}`, model.LogPage{Next: "17600000090001234567"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := answering(t, 200, c.body).Logs(t.Context(), model.LogQuery{MessageIDs: []string{"msg_1"}})
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Error(diff, err)
			}
		})
	}
	for _, body := range []string{`{"cursor":true}`, `{"logs":[{"time":1]}`} {
		if _, err := answering(t, 200, body).Logs(t.Context(), model.LogQuery{MessageIDs: []string{"m"}}); kindOf(err) != "unreadable" {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestLogIsAskedForByMessage(t *testing.T) {
	var rec recorder
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		return reply(r, 200, `{}`), nil
	}))
	if _, err := c.Logs(t.Context(), model.LogQuery{DLQ: dlq, MessageIDs: []string{"a", "b c"}, Cursor: "x/1"}); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(rec.all()); got != "[GET /v2/logs?count=100&cursor=x%2F1&messageIds=a&messageIds=b+c]" {
		t.Error(got)
	}
}

func TestOlderServerIsAskedForEvents(t *testing.T) {
	var rec recorder
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		if r.URL.Path == "/v2/logs" {
			return reply(r, 404, ""), nil
		}
		return reply(r, 200, `{"events":[{"messageId":"a"}]}`), nil
	}))
	for range 2 {
		if page, err := c.Logs(t.Context(), model.LogQuery{MessageIDs: []string{"a"}}); err != nil || len(page.Events) != 1 {
			t.Fatal(page, err)
		}
	}
	if got := fmt.Sprint(rec.all()); got != "[GET /v2/logs?count=100&messageIds=a GET /v2/events?count=100&messageIds=a GET /v2/events?count=100&messageIds=a]" {
		t.Error(got)
	}
	if _, err := answering(t, 404, "").Logs(t.Context(), model.LogQuery{MessageIDs: []string{"a"}}); kindOf(err) != "bad request" {
		t.Error(err)
	}
}

func TestServerThatTakesOneIDACallIsAskedForEachMessage(t *testing.T) {
	var rec recorder
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		id := r.URL.Query().Get("messageId")
		if id == "" {
			return reply(r, 400, ""), nil
		}
		return reply(r, 200, `{"logs":[{"messageId":"`+id+`"}],"cursor":"next"}`), nil
	}))
	for _, want := range []struct {
		ids      []string
		next     string
		requests int
	}{{[]string{"a", "b"}, "", 3}, {[]string{"a", "b"}, "", 5}, {[]string{"c"}, "next", 6}} {
		page, err := c.Logs(t.Context(), model.LogQuery{MessageIDs: want.ids})
		var got []string
		for _, e := range page.Events {
			got = append(got, e.MessageID)
		}
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want.ids) || page.Next != want.next || len(rec.all()) != want.requests {
			t.Errorf("%+v, %v, %q", page, err, rec.all())
		}
	}
	if _, err := answering(t, 400, "").Logs(t.Context(), model.LogQuery{MessageIDs: []string{"a", "b"}}); kindOf(err) != "bad request" {
		t.Error(err)
	}
}

func TestLogThatIsTooLargeIsAskedForInSmallerParts(t *testing.T) {
	var rec recorder
	c := newClient(t, "http://localhost", func(cfg *api.Config) { cfg.PageCap = 200 }, over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		return reply(r, 200, `{"logs":[{"messageId":"a","body":"`+strings.Repeat("x", 100_000)+`","state":"ERROR"}]}`), nil
	}))
	page, err := c.Logs(t.Context(), model.LogQuery{MessageIDs: []string{"a"}})
	if err != nil || len(page.Events) != 1 || page.Events[0].State != "ERROR" || counts(&rec) != "100 25 6 1" {
		t.Errorf("%+v, %v, %s", page, err, counts(&rec))
	}
}

func TestQueueIsReadAndHeldAndLetGoOn(t *testing.T) {
	var rec recorder
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		if r.Method == http.MethodPost {
			return reply(r, 200, ""), nil
		}
		return reply(r, 200, `{"name":"a.b","createdAt":1,"updatedAt":2,"parallelism":5,"paused":true,"lag":7,"x":null}`), nil
	}))
	for _, want := range []struct {
		action model.ControlAction
		queues []model.Queue
	}{
		{model.ReadQueue, []model.Queue{{Name: "a.b", Parallelism: 5, Paused: true, Lag: 7}}},
		{model.PauseQueue, nil},
		{model.ResumeQueue, nil},
	} {
		got, err := c.Control(t.Context(), model.ControlCall{DLQ: dlq, Action: want.action, Name: "a b"})
		if err != nil || !cmp.Equal(got, model.ControlResult{Queues: want.queues}) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if got := fmt.Sprint(rec.all()); got != "[GET /v2/queues/a%20b POST /v2/queues/a%20b/pause POST /v2/queues/a%20b/resume]" {
		t.Error(got)
	}
}

func TestQueueThatCannotBeReadIsNotGuessed(t *testing.T) {
	for _, body := range []string{`{"paused":"yes"}`, `{"lag":"many"}`, `[]`, ``, `{"parallelism":1.5}`} {
		if q, err := instant(t, 200, body).Control(t.Context(), model.ControlCall{Name: "a"}); kindOf(err) != "unreadable" || q.Queues != nil {
			t.Errorf("%s: %+v, %v", body, q, err)
		}
	}
}
