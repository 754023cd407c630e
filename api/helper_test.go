package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"redrive/api"
	"redrive/model"
)

func TestMain(m *testing.M) {
	// Go looks at the proxy of the environment once. The hosts of the tests are local and never go through one.
	_ = os.Setenv("HTTP_PROXY", "http://127.0.0.1:9")
	goleak.VerifyTestMain(m)
}

const (
	// token has characters that change when they are escaped.
	token = "c2VjcmV0+/tok="
	dlq   = model.DLQ("test")
	someI = "1760000000123-0"
)

// option changes the configuration of a client under test.
type option func(*api.Config)

func newClient(t testing.TB, url string, options ...option) *api.Client {
	t.Helper()
	cfg := api.Config{URL: url, Token: token, DLQ: dlq, Random: func() float64 { return 0 }}
	for _, o := range options {
		o(&cfg)
	}
	c, err := api.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// serve is a client of a server that answers with the handler.
func serve(t testing.TB, handler http.HandlerFunc, options ...option) *api.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return newClient(t, server.URL, options...)
}

// answering is a client of a server that gives one answer to everything.
func answering(t testing.TB, status int, body string, header ...string) *api.Client {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// roundTrip carries requests in the process.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func over(f roundTrip) option { return func(c *api.Config) { c.Transport = f } }

func reply(r *http.Request, status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{
		StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)),
		Request: r, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
}

// instant is a client that gets one answer to everything, within the process: it can be used with a clock of the test's.
func instant(t testing.TB, status int, body string, header ...string) *api.Client {
	t.Helper()
	return newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		return reply(r, status, body, header...), nil
	}))
}

// recorder notes the requests that pass.
type recorder struct {
	mu       sync.Mutex
	requests []string
}

func (rec *recorder) note(r *http.Request) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.requests = append(rec.requests, r.Method+" "+r.URL.RequestURI())
}

func (rec *recorder) all() []string {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return append([]string(nil), rec.requests...)
}

func key(kind model.Kind, id string) model.Key { return model.Key{DLQ: dlq, Kind: kind, ID: id} }

func selection(t testing.TB, keys ...model.Key) model.Selection {
	t.Helper()
	s, err := model.NewSelection(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// keys are those of so many entries.
func keys(kind model.Kind, n int) []model.Key {
	all := make([]model.Key, n)
	for i := range all {
		all[i] = key(kind, fmt.Sprintf("%d-%d", 1760000000123+i, i))
	}
	return all
}

func retryOf(t testing.TB, id string, labels ...string) model.Write {
	return model.Write{Verb: model.Retry, Selection: selection(t, key(model.Message, id)), Overrides: model.Overrides{Labels: labels}}
}

func resumeOf(t testing.TB, id string) model.Write {
	return model.Write{Verb: model.Resume, Selection: selection(t, key(model.WorkflowRun, id))}
}

// operation is one thing that can be asked of a client.
type operation struct {
	name string
	do   func(t testing.TB, c *api.Client) error
}

var reads = []operation{
	{"list messages", func(t testing.TB, c *api.Client) error {
		_, err := c.List(t.Context(), model.Query{DLQ: dlq})
		return err
	}},
	{"list runs", func(t testing.TB, c *api.Client) error {
		_, err := c.List(t.Context(), model.Query{DLQ: dlq, Kind: model.WorkflowRun})
		return err
	}},
	{"list by id", func(t testing.TB, c *api.Client) error {
		_, err := c.List(t.Context(), model.Query{DLQ: dlq, Kind: model.WorkflowRun, IDs: []string{someI, "b"}})
		return err
	}},
	{"get", func(t testing.TB, c *api.Client) error {
		_, err := c.Get(t.Context(), key(model.Message, someI))
		return err
	}},
	{"logs", func(t testing.TB, c *api.Client) error {
		_, err := c.Logs(t.Context(), model.LogQuery{DLQ: dlq, MessageIDs: []string{"msg_1"}})
		return err
	}},
	{"log of runs", func(t testing.TB, c *api.Client) error {
		_, err := c.Logs(t.Context(), model.LogQuery{DLQ: dlq, Runs: []model.RunRef{{ID: "wfr_1", CreatedAt: at(1)}}})
		return err
	}},
	{"read flow key", func(t testing.TB, c *api.Client) error {
		_, err := c.Control(t.Context(), model.ControlCall{DLQ: dlq, Action: model.ReadFlowKey, Name: "k"})
		return err
	}},
	{"read queue", func(t testing.TB, c *api.Client) error {
		_, err := c.Control(t.Context(), model.ControlCall{DLQ: dlq, Name: "mail"})
		return err
	}},
}

var writes = []operation{
	{"retry", func(t testing.TB, c *api.Client) error {
		_, err := c.Do(t.Context(), retryOf(t, someI, "a"))
		return err
	}},
	{"resume", func(t testing.TB, c *api.Client) error {
		_, err := c.Do(t.Context(), resumeOf(t, someI))
		return err
	}},
	{"retry many", func(t testing.TB, c *api.Client) error {
		_, err := c.Do(t.Context(), model.Write{Verb: model.Retry, Selection: selection(t, keys(model.Message, 3)...)})
		return err
	}},
	{"delete by filter", func(t testing.TB, c *api.Client) error {
		m, err := model.NewMatching(dlq, model.WorkflowRun, model.ServerFilter{Labels: []string{"a"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Do(t.Context(), model.Write{Verb: model.Delete, Matching: m, Count: 10})
		return err
	}},
	{"publish", func(t testing.TB, c *api.Client) error {
		_, err := c.Publish(t.Context(), model.NewMessage{DLQ: dlq, Destination: "https://a.example"})
		return err
	}},
	{"pin flow key", func(t testing.TB, c *api.Client) error {
		_, err := c.Control(t.Context(), model.ControlCall{DLQ: dlq, Action: model.PinFlowKey, Name: "k", Pin: model.FlowLimits{Rate: 1}})
		return err
	}},
	{"pause queue", func(t testing.TB, c *api.Client) error {
		_, err := c.Control(t.Context(), model.ControlCall{DLQ: dlq, Action: model.PauseQueue, Name: "mail"})
		return err
	}},
}

// kindOf names the type of an error.
func kindOf(err error) string {
	var (
		unauthorized *model.UnauthorizedError
		notFound     *model.NotFoundError
		limited      *model.RateLimitedError
		quota        *model.QuotaError
		bad          *model.BadRequestError
		server       *model.ServerError
		lost         *model.LostAnswerError
		neverSent    *model.NeverSentError
		unreadable   *model.UnreadableError
		refused      *model.RefusedError
		some         *model.SomeNotFoundError
		noList       *model.NoListByIDError
	)
	switch {
	case err == nil:
		return "none"
	case errors.As(err, &unauthorized):
		return "unauthorized"
	case errors.As(err, &notFound):
		return "not found"
	case errors.As(err, &limited) && limited.Daily:
		return "daily limit"
	case errors.As(err, &limited):
		return "rate limit"
	case errors.As(err, &quota):
		return "quota"
	case errors.As(err, &bad):
		return "bad request"
	case errors.As(err, &server):
		return "server"
	case errors.As(err, &lost):
		return "lost answer"
	case errors.As(err, &neverSent):
		return "never sent"
	case errors.As(err, &unreadable):
		return "unreadable"
	case errors.As(err, &refused):
		return "refused"
	case errors.As(err, &some):
		return "some not found"
	case errors.As(err, &noList):
		return "no list by id"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	}
	return "other: " + err.Error()
}

// answers carries requests in the process and answers each with what the function says then.
func answers(body func() string) roundTrip {
	return func(r *http.Request) (*http.Response, error) { return reply(r, http.StatusOK, body()), nil }
}
