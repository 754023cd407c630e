package api_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

// said is what a server answers to one request.
type said struct {
	status int
	body   string
}

// scripted is a client of a server that knows only these answers; the last one to a request repeats.
func scripted(t *testing.T, script map[string][]said, rec *recorder, check func(*http.Request)) model.Backend {
	rest := maps.Clone(script)
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		rec.note(r)
		check(r)
		sent := r.Method + " " + r.URL.RequestURI()
		answers := rest[sent]
		if len(answers) == 0 {
			t.Errorf("sent: %s", sent)
			return
		}
		if len(answers) > 1 {
			rest[sent] = answers[1:]
		}
		w.Header().Set("Burst-RateLimit-Reset", "4000000000")
		w.WriteHeader(answers[0].status)
		_, _ = w.Write([]byte(answers[0].body))
	})
}

func TestEntryThatAChangeDidNotFindIsReadBeforeAnythingElse(t *testing.T) {
	there := said{200, `{"messageId":"msg_1","workflowRunId":"wfr_1"}`}
	for _, verb := range everyVerb {
		o := model.Overrides{}
		if verb.verb.Creates() {
			o.Labels, o.Values[model.SetRetries] = []string{"l"}, "0"
		}
		for name, c := range map[string]struct {
			read, list []said
			want       string
		}{
			"gone":                     {[]said{{404, ""}}, nil, "not found"},
			"not readable":             {[]said{{500, ""}}, nil, "bad request"},
			"answered by a page":       {[]said{{200, "<html>"}}, nil, "bad request"},
			"answered by another":      {[]said{{200, `{"dlqId":"other"}`}}, nil, "bad request"},
			"not permitted to be read": {[]said{{403, ""}}, nil, "unauthorized"},
			"read too often":           {[]said{{429, ""}}, nil, "rate limit"},
			"done by the list":         {[]said{there}, []said{{200, verb.listed}}, "none"},
			"not found by the list":    {[]said{there}, []said{{404, ""}}, "bad request"},
			"refused by the list":      {[]said{there}, []said{{400, ""}}, "bad request"},
			"an error of the list":     {[]said{there}, []said{{500, ""}}, "lost answer"},
			"a redirect of the list":   {[]said{there}, []said{{302, ""}}, "lost answer"},
			"an empty list":            {[]said{there}, []said{{200, ""}}, "lost answer"},
			"a page as the list":       {[]said{there}, []said{{200, "<html>"}}, "lost answer"},
			"a list cut off":           {[]said{there}, []said{{200, `{"deleted":`}}, "lost answer"},
			"a list of nothing":        {[]said{there}, []said{{200, `{"responses":[],"workflowRuns":[]}`}}, "lost answer"},
		} {
			t.Run(verb.String()+", "+name, func(t *testing.T) {
				t.Parallel()
				script := map[string][]said{verb.one(): {{404, `{"error":"not found"}`}}, verb.read(): c.read}
				sent, want := []string{verb.one(), verb.read()}, c.want
				if c.list != nil && verb.list {
					script[verb.many()] = c.list
					sent = append(sent, verb.many())
				} else if c.list != nil {
					want = "bad request"
				}
				var rec recorder
				got, err := scripted(t, script, &rec, func(r *http.Request) {
					want := ""
					if o.Labels != nil && r.Method != http.MethodGet {
						want = "l0"
					}
					if got := r.Header.Get("Upstash-Label") + r.Header.Get("Upstash-Retries"); got != want {
						t.Errorf("%s has the headers %q", r.Method, got)
					}
				}).Do(t.Context(), verb.write(t, o))
				if kindOf(err) != want {
					t.Errorf("got %s, want %s: %v", kindOf(err), want, err)
				}
				result := model.WriteResult{}
				if want == "none" {
					result = verb.want
				}
				if diff := cmp.Diff(result, got, sameResult); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(sent, rec.all()); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestFailureFunctionAndDeleteOfAnEntryThatIsThereAreRefusedInPlainWords(t *testing.T) {
	for _, verb := range everyVerb[3:] {
		var rec recorder
		_, err := scripted(t, map[string][]said{verb.one(): {{404, ""}}, verb.read(): {{200, `{"messageId":"msg_1","workflowRunId":"wfr_1"}`}}}, &rec, func(*http.Request) {}).
			Do(t.Context(), verb.write(t, model.Overrides{}))
		if kindOf(err) != "bad request" || !strings.Contains(err.Error(), someI+", which is in the DLQ, and is not asked for the "+verb.verb.String()+" in another way") {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{verb.one(), verb.read()}, rec.all()); diff != "" {
			t.Errorf("%s: a second change was sent:\n%s", verb, diff)
		}
	}
}
