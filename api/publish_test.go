package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/model"
)

// request is what arrives of one.
type request struct {
	line string
	body string
	http.Header
}

// publishing is a client of a server that notes what arrives byte for byte, and answers.
func publishing(t *testing.T, status int, body string) (model.Backend, *[]request) {
	var got []request
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		got = append(got, request{r.Method + " " + r.RequestURI, string(sent), r.Header})
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
	return c, &got
}

func TestNewMessageGoesOutWithAllThatItHas(t *testing.T) {
	m := model.NewMessage{
		DLQ: dlq, Destination: "https://a.example:8443/x/%2Fy//z?q=1,2&r=%3F", Method: "PUT", Body: []byte("\x00\xff{}"),
		Header: []model.HeaderField{{Name: "content-type", Value: "application/json"}, {Name: "Authorization", Value: "Bearer x"}, {Name: "X-Empty"}},
	}
	m.Overrides.Labels = []string{"a", "redrive-1"}
	for s, v := range map[model.Setting]string{
		model.SetRetries: "5", model.SetDelay: "30s", model.SetRetryDelay: "1000", model.SetTimeout: "1m", model.SetFlowKey: "k", model.SetRate: "2",
		model.SetPeriod: "60", model.SetCallback: "https://a.example/c", model.SetFailureCallback: "https://a.example/f",
	} {
		m.Overrides.Values[s] = v
	}
	c, got := publishing(t, 200, `{"messageId":"msg_9"}`)
	created, err := c.Publish(t.Context(), m)
	if err != nil || created != (model.Created{MessageID: "msg_9"}) {
		t.Fatal(created, err)
	}
	want := map[string]string{
		"Content-Type": "application/json", "Upstash-Forward-Authorization": "Bearer x", "Authorization": "Bearer " + token, "Upstash-Method": "PUT",
		"Upstash-Retries": "5", "Upstash-Delay": "30s", "Upstash-Retry-Delay": "1000", "Upstash-Timeout": "1m", "Upstash-Flow-Control-Key": "k",
		"Upstash-Flow-Control-Value": "rate=2,period=60s", "Upstash-Label": "a,redrive-1", "Upstash-Callback": "https://a.example/c",
		"Upstash-Failure-Callback": "https://a.example/f", "Upstash-Forward-X-Empty": "", "Accept": "application/json", "User-Agent": "redrive",
		"Content-Length": "4", "Accept-Encoding": "gzip",
	}
	have := map[string]string{}
	for name, values := range (*got)[0].Header {
		have[name] = strings.Join(values, " | ")
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	if r := (*got)[0]; len(*got) != 1 || r.line != "POST /v2/publish/https://a.example:8443/x/%2Fy//z?q=1,2&r=%3F" || r.body != "\x00\xff{}" {
		t.Errorf("%q", *got)
	}
}

func TestDestinationStandsInTheAddressAsItIs(t *testing.T) {
	for _, c := range []struct{ destination, queue, sent string }{
		{"https://a.example", "", "POST /v2/publish/https://a.example"},
		{"http://192.0.2.1:80/", "", "POST /v2/publish/http://192.0.2.1:80/"},
		{"https://a.example/%C3%A4%20?x=%26&y=a+b", "", "POST /v2/publish/https://a.example/%C3%A4%20?x=%26&y=a+b"},
		{"https://a.example/~a!$&'()*+,;=:@", "", "POST /v2/publish/https://a.example/~a!$&'()*+,;=:@"},
		{"https://a.example/?x=https://b.example/?y=1", "", "POST /v2/publish/https://a.example/?x=https://b.example/?y=1"},
		{"my-group", "", "POST /v2/publish/my-group"},
		{"https://a.example/x", "mail.v1", "POST /v2/enqueue/mail.v1/https://a.example/x"},
		{"my-group", "a b", "POST /v2/enqueue/a%20b/my-group"},
	} {
		client, got := publishing(t, 201, `{"messageId":"m"}`)
		if _, err := client.Publish(t.Context(), model.NewMessage{DLQ: dlq, Destination: c.destination, Queue: c.queue}); err != nil {
			t.Errorf("%s: %v", c.destination, err)
			continue
		}
		if r := (*got)[0]; r.line != c.sent || r.body != "" || r.Get("Content-Type") != "" || r.Get("Upstash-Method") != "" {
			t.Errorf("%q", r)
		}
	}
}

func TestWhateverDestinationIsTakenArrivesAsItIs(t *testing.T) {
	var sent string
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		sent = r.URL.RequestURI()
		return reply(r, 200, `{"messageId":"m"}`), nil
	})
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.StringMatching(`https?://[a-z]{1,3}(\.[a-z0-9]{1,3})?(:[0-9]{1,3})?([/?](/|%2[0-9F]|[a-z.~!$&'()*+,;=:@?\[\]_-]){0,12})?`).Draw(t, "destination")
		if (model.NewMessage{Destination: d}).Valid() != nil {
			return
		}
		// A client of its own has room for one write.
		c, err := api.New(api.Config{URL: "http://localhost/base", Token: token, DLQ: dlq, Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Publish(context.Background(), model.NewMessage{DLQ: dlq, Destination: d})
		if taken++; err != nil || sent != "/base/v2/publish/"+d {
			t.Fatalf("%q arrives as %q: %v", d, sent, err)
		}
	})
	if taken < 10 {
		t.Errorf("only %d were taken", taken)
	}
}

func TestAnswerToANewMessageIsReadInEveryShape(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   model.Created
		kind   string
	}{
		{200, `{"messageId":"m","url":"https://a.example"}`, model.Created{MessageID: "m"}, "none"},
		{202, `{"messageId":"m","deduplicated":true}`, model.Created{MessageID: "m", Deduplicated: true}, "none"},
		{202, `{"messageId":"m"}`, model.Created{MessageID: "m", Deduplicated: true}, "none"},
		{202, `{"messageId":"m","deduplicated":false}`, model.Created{MessageID: "m"}, "none"},
		{201, `[{"messageId":"m","url":"u"},{"messageId":"n"},{"messageId":"o"}]`, model.Created{MessageID: "m", Others: 2}, "none"},
		{201, `{"messages":[{"messageId":"m"},{"messageId":"n"}]}`, model.Created{MessageID: "m", Others: 1}, "none"},
		{200, `{"messages":[]}`, model.Created{}, "lost answer"},
		{200, `[]`, model.Created{}, "lost answer"},
		{200, `[{"messageId":"m"},{}]`, model.Created{}, "lost answer"},
		{200, `[7]`, model.Created{}, "lost answer"},
		{200, `{}`, model.Created{}, "lost answer"},
		{200, ``, model.Created{}, "lost answer"},
		{200, `<html>`, model.Created{}, "lost answer"},
		{200, `"m"`, model.Created{}, "lost answer"},
		{307, ``, model.Created{}, "lost answer"},
		{500, ``, model.Created{}, "lost answer"},
		{400, `{"error":"invalid destination url"}`, model.Created{}, "bad request"},
		{404, `{"error":"topic x not found"}`, model.Created{}, "bad request"},
		{412, ``, model.Created{}, "quota"},
		{429, ``, model.Created{}, "rate limit"},
	} {
		client, seen := noted(t, c.status, c.body, "Location", "/v2/publish/x")
		got, err := client.Publish(t.Context(), model.NewMessage{DLQ: dlq, Destination: "https://a.example", Body: []byte("b")})
		if got != c.want || kindOf(err) != c.kind || len(seen.all()) != 1 {
			t.Errorf("%d %s: %+v, %v, %q", c.status, c.body, got, err, seen.all())
		}
	}
}

func TestNewMessageIsSentOnceWhenTheConnectionBreaks(t *testing.T) {
	var sent atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		sent.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(server.Close)
	_, err := newClient(t, server.URL).Publish(t.Context(), model.NewMessage{DLQ: dlq, Destination: "https://a.example", Body: []byte("b")})
	if kindOf(err) != "lost answer" || sent.Load() != 1 {
		t.Errorf("%d: %v", sent.Load(), err)
	}
}

func TestMessageOnItsWayIsReadByItsID(t *testing.T) {
	client, seen := notedClient(t, 200, `{"messageId":"msg_1","dlqId":"1760000000123-0","url":"https://a.example","header":{"A":["b"]},"body":"x","notBefore":1760000001000,"maxRetries":3}`)
	d, pending, err := client.Message(t.Context(), "msg_1")
	if err != nil || !pending || d.URL != "https://a.example" || string(d.Body.Bytes) != "x" || d.MaxRetries != 3 || !d.Key.IsZero() {
		t.Errorf("%+v, %v, %v", d, pending, err)
	}
	if diff := cmp.Diff([]string{"GET /v2/messages/msg_1"}, seen.all()); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		status int
		body   string
		want   string
	}{
		{404, `{"error":"message not found"}`, "none"}, {200, `{"messageId":"other"}`, "unreadable"}, {200, `[]`, "unreadable"}, {200, ``, "unreadable"}, {500, ``, "server"},
	} {
		client, _ := notedClient(t, c.status, c.body)
		if d, pending, err := client.Message(t.Context(), "msg_1"); pending || kindOf(err) != c.want || d.MessageID != "" {
			t.Errorf("%d %s: %+v, %v, %v", c.status, c.body, d, pending, err)
		}
	}
}

func TestRetriedMessageOfTheEmulatorIsOnItsWayUntilItArrives(t *testing.T) {
	c, e := emulated(t, emulator.Options{})
	id := e.Add(emulator.Entry{URL: "https://a.example/"})
	w := retryOf(t, id)
	w.Overrides.Values[model.SetDelay] = "1h"
	made, err := c.Do(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	d, pending, err := c.Message(t.Context(), made.Created[0].MessageID)
	if err != nil || !pending || d.URL != "https://a.example/" {
		t.Errorf("%+v, %v, %v", d, pending, err)
	}
	if _, pending, err := c.Message(t.Context(), "msg_other"); err != nil || pending {
		t.Error(pending, err)
	}
}
