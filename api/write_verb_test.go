package api_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrive/api"
	"redrive/model"
)

// asked is a verb for an entry of a kind, and how it goes over the wire.
type asked struct {
	verb   model.Verb
	kind   model.Kind
	method string
	path   string // in front of the id
	list   bool   // it has a form that takes a list of ids
	good   string // what the server answers
	listed string // what it answers in the other form
	want   model.WriteResult
}

func (a asked) String() string { return a.verb.String() + " of a " + a.kind.Noun(1) }

func (a asked) write(t testing.TB, o model.Overrides) model.Write {
	return model.Write{Verb: a.verb, Selection: selection(t, key(a.kind, someI)), Overrides: o}
}

func (a asked) one() string { return a.method + " " + a.path + "/" + someI }

func (a asked) many() string { return a.method + " " + a.path + "?dlqIds=" + someI }

func (a asked) read() string {
	if a.kind == model.WorkflowRun {
		return "GET /v2/workflows/dlq/" + someI
	}
	return "GET /v2/dlq/" + someI
}

const (
	messageMade = `{"messageId":"msg_2"}`
	runMade     = `{"workflowRunId":"wfr_2","workflowCreatedAt":1760000001000}`
)

// everyVerb is each verb for each kind that it takes.
var everyVerb = func() []asked {
	message := model.WriteResult{Created: []model.Created{{MessageID: "msg_2"}}}
	run := model.WriteResult{Created: []model.Created{{WorkflowRunID: "wfr_2", WorkflowCreatedAt: at(1760000001000)}}}
	done := model.WriteResult{Done: true}
	post, remove, runs := http.MethodPost, http.MethodDelete, "/v2/workflows/dlq"
	runsMade := `{"cursor":"","workflowRuns":[` + runMade + `]}`
	return []asked{
		{model.Retry, model.Message, post, "/v2/dlq/retry", true, messageMade, `{"cursor":"","responses":[` + messageMade + `]}`, message},
		{model.Resume, model.WorkflowRun, post, runs + "/resume", true, runMade, runsMade, run},
		{model.Restart, model.WorkflowRun, post, runs + "/restart", true, runMade, runsMade, run},
		{model.RerunFailureFunction, model.WorkflowRun, post, runs + "/callback", false, runMade, "", done},
		{model.Delete, model.Message, remove, "/v2/dlq", false, "", `{"deleted":1}`, done},
		{model.Delete, model.WorkflowRun, remove, runs, false, "", `{"deleted":1,"cursor":""}`, done},
	}
}()

// sameResult compares times as points in time.
var sameResult = cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })

// wire notes requests with their headers, except for those that the transport adds.
type wire struct {
	recorder
	headers []string
}

func (w *wire) see(r *http.Request) {
	w.note(r)
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, values := range r.Header {
		if name != "Accept-Encoding" && name != "Content-Length" {
			w.headers = append(w.headers, name+": "+strings.Join(values, " | "))
		}
	}
	slices.Sort(w.headers)
	if body, _ := io.ReadAll(r.Body); len(body) > 0 {
		w.headers = append(w.headers, "with a body")
	}
}

func TestAnswerToAChangeDecidesWhatIsKnownOfIt(t *testing.T) {
	abort := func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"messageId":"msg_2"`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	answer := func(status int, body string, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	type expected struct {
		name    string
		handler http.HandlerFunc // nil answers what the verb's endpoint does
		status  int
		want    string
		deleted string // for a delete, whose answer is its status; empty for the same
	}
	cases := []expected{
		{"closed before", abort, 0, "lost answer", ""},
		{"closed in the answer", cut, 0, "lost answer", "none"},
		{"hanging", hang, 0, "lost answer", ""},
		{"302", answer(302, "", "Location", "/v2/dlq"), 0, "lost answer", ""},
		{"302 to nowhere", answer(302, runMade), 0, "lost answer", ""},
		{"307", answer(307, "", "Location", "/v2/dlq"), 0, "lost answer", ""},
		{"400", answer(400, `{"error":"no"}`), 0, "bad request", ""},
		{"400 as a page", answer(400, "<html>"), 0, "bad request", ""},
		{"401", answer(401, `{"error":"invalid token"}`), 0, "unauthorized", ""},
		{"403", answer(403, ""), 0, "unauthorized", ""},
		{"405", answer(405, "Method Not Allowed"), 0, "bad request", ""},
		{"409", answer(409, ""), 0, "bad request", ""},
		{"412", answer(412, `{"error":"quota maxRetries exceeded"}`), 0, "quota", ""},
		{"429 for a burst", answer(429, "", "Burst-RateLimit-Limit", "100", "Burst-RateLimit-Reset", "4000000000"), 0, "rate limit", ""},
		{"429 for the day", answer(429, "", "RateLimit-Limit", "1000", "RateLimit-Reset", "4000000000"), 0, "daily limit", ""},
		{"500", answer(500, `{"error":"no"}`), 0, "lost answer", ""},
		{"502 as a page", answer(502, "<html>"), 0, "lost answer", ""},
		{"503", answer(503, ""), 0, "lost answer", ""},
	}
	for _, status := range []int{200, 201, 202} {
		cases = append(cases, expected{fmt.Sprint(status), nil, status, "none", "none"})
		for name, body := range map[string]string{
			"empty": "", "a page": "<html>", "cut off": `{"messageId":"msg_2","workflowRunId":"wfr_`, "no result": `{}`, "an error": `{"error":"no"}`,
			"a list": `[]`, "two results": `{"responses":[{},{}],"workflowRuns":[{},{}]}`, "too large": `{"x":"` + strings.Repeat("x", 1<<20) + `"}`,
		} {
			cases = append(cases, expected{fmt.Sprint(status, ", ", name), answer(status, body), 0, "lost answer", "none"})
		}
	}
	for _, verb := range everyVerb {
		for _, c := range cases {
			t.Run(verb.String()+", "+c.name, func(t *testing.T) {
				t.Parallel()
				var seen wire
				client := serve(t, func(w http.ResponseWriter, r *http.Request) {
					seen.see(r)
					if c.handler == nil {
						answer(c.status, verb.good)(w, r)
						return
					}
					c.handler(w, r)
				}, func(cfg *api.Config) {
					if c.name == "hanging" {
						cfg.Timeout = 500 * time.Millisecond
					}
				})
				got, err := client.Do(t.Context(), verb.write(t, model.Overrides{}))
				want := c.want
				if verb.verb == model.Delete && c.deleted != "" {
					want = c.deleted
				}
				if kindOf(err) != want {
					t.Errorf("got %s, want %s: %v", kindOf(err), want, err)
				}
				result := model.WriteResult{}
				if want == "none" {
					result = verb.want
				}
				if verb.verb == model.Retry && c.status == 202 {
					result = model.WriteResult{Created: []model.Created{{MessageID: "msg_2", Deduplicated: true}}}
				}
				if diff := cmp.Diff(result, got, sameResult); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff([]string{verb.one()}, seen.all()); diff != "" {
					t.Error(diff)
				}
				headers := []string{"Accept: application/json", "Authorization: Bearer " + token, "User-Agent: redrive"}
				if diff := cmp.Diff(headers, seen.headers); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestChangeThatCannotReachTheServerWasNeverSent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for _, verb := range everyVerb {
		for name, url := range map[string]string{
			"nobody listens": "http://" + address, "no TLS": strings.Replace(plain.URL, "http:", "https:", 1),
		} {
			got, err := newClient(t, url).Do(t.Context(), verb.write(t, model.Overrides{}))
			if kindOf(err) != "never sent" || got.Done || got.Created != nil {
				t.Errorf("%s, %s: %+v, %v", verb, name, got, err)
			}
		}
	}
}

func TestRunOfTheFailureFunctionIsTheEntrysOwn(t *testing.T) {
	write := everyVerb[3].write(t, model.Overrides{})
	got, err := answering(t, 200, `{"workflowRunId":"wfr_1","workflowCreatedAt":"2025-10-09T08:53:21Z","more":[]}`).Do(t.Context(), write)
	if err != nil || !got.Done || got.Created != nil {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = answering(t, 400, `{"error":"there is no failed callback"}`).Do(t.Context(), write)
	if kindOf(err) != "bad request" || !strings.Contains(err.Error(), "there is no failed callback") {
		t.Error(err)
	}
}
