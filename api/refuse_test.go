package api_test

import (
	"context"
	"net/http"
	"testing"

	"redrive/api"
	"redrive/model"
)

// badIDs are all ids that cannot be sent without the risk of naming something else.
var badIDs = map[string]string{
	"empty": "", "a dot": ".", "two dots": "..", "a slash": "a/b", "a slash in front": "/a", "a slash behind": "a/",
	"a way up": "../queues/x", "a backslash": `a\b`, "a query": "a?b", "a fragment": "a#b", "an escape": "a%2Fb",
	"a comma": "a,b", "a line break": "a\nb", "a zero": "a\x00b", "a delete": "a\x7fb", "bad UTF-8": "a\xff",
	"what stands for bad UTF-8": "a\uFFFDb",
}

func TestNothingLeavesForWhatWouldMeanSomethingElse(t *testing.T) {
	ctx := context.Background()
	type attempt func(c *api.Client) error
	list := func(q model.Query) attempt {
		return func(c *api.Client) error { _, err := c.List(ctx, q); return err }
	}
	get := func(k model.Key) attempt {
		return func(c *api.Client) error { _, err := c.Get(ctx, k); return err }
	}
	logs := func(q model.LogQuery) attempt {
		return func(c *api.Client) error { _, err := c.Logs(ctx, q); return err }
	}
	control := func(call model.ControlCall) attempt {
		return func(c *api.Client) error { _, err := c.Control(ctx, call); return err }
	}
	do := func(w model.Write) attempt {
		return func(c *api.Client) error { _, err := c.Do(ctx, w); return err }
	}
	write := func(v model.Verb, labels []string, keys ...model.Key) attempt {
		return do(model.Write{Verb: v, Selection: selection(t, keys...), Overrides: model.Overrides{Labels: labels}})
	}
	message := key(model.Message, someI)

	attempts := map[string]attempt{
		"no verb":                            write(0, nil, message),
		"an unknown verb":                    write(99, nil, message),
		"an entry of no account":             write(model.Retry, nil, model.Key{ID: someI}),
		"an empty list of labels":            write(model.Retry, []string{}, message),
		"an empty label":                     write(model.Retry, []string{"a", ""}, message),
		"a label with a comma":               write(model.Retry, []string{"a,b"}, message),
		"a label with a line break":          write(model.Retry, []string{"a\r\nX-Y: z"}, message),
		"a label with a space behind":        write(model.Retry, []string{"a "}, message),
		"a label that is not text":           write(model.Retry, []string{"\xff"}, message),
		"logs of no messages":                logs(model.LogQuery{DLQ: dlq}),
		"logs of an empty list":              logs(model.LogQuery{DLQ: dlq, MessageIDs: []string{}}),
		"logs of too many messages":          logs(model.LogQuery{DLQ: dlq, MessageIDs: make([]string, 101)}),
		"logs of another account":            logs(model.LogQuery{DLQ: "other", MessageIDs: []string{"a"}}),
		"an unknown action on a queue":       control(model.ControlCall{DLQ: dlq, Action: 9, Name: "a"}),
		"a queue of another account":         control(model.ControlCall{DLQ: "other", Name: "a"}),
		"a list of another account":          list(model.Query{DLQ: "other"}),
		"a list of an unknown kind":          list(model.Query{DLQ: dlq, Kind: 7}),
		"a list of too many ids":             list(model.Query{DLQ: dlq, IDs: make([]string, 101)}),
		"a list with an empty label":         list(model.Query{DLQ: dlq, Server: model.ServerFilter{Labels: []string{"a", ""}}}),
		"a list with an empty queue":         list(model.Query{DLQ: dlq, Server: model.ServerFilter{Queues: []string{""}}}),
		"a list with an empty URL":           list(model.Query{DLQ: dlq, Server: model.ServerFilter{URLs: []string{""}}}),
		"a list with an empty status":        list(model.Query{DLQ: dlq, Server: model.ServerFilter{Statuses: []string{""}}}),
		"a list with an empty group":         list(model.Query{DLQ: dlq, Server: model.ServerFilter{Groups: []string{""}}}),
		"a list with an empty schedule":      list(model.Query{DLQ: dlq, Server: model.ServerFilter{Schedules: []string{""}}}),
		"a list with an empty address":       list(model.Query{DLQ: dlq, Server: model.ServerFilter{CallerIPs: []string{""}}}),
		"a list with an empty workflow":      list(model.Query{DLQ: dlq, Kind: model.WorkflowRun, Server: model.ServerFilter{WorkflowURLs: []string{""}}}),
		"a list with an empty state":         list(model.Query{DLQ: dlq, Kind: model.WorkflowRun, Server: model.ServerFilter{States: []string{""}}}),
		"a list of runs from before 1970":    list(model.Query{DLQ: dlq, Kind: model.WorkflowRun, Server: model.ServerFilter{RunCreatedMilli: -1}}),
		"a list of runs with an empty label": list(model.Query{DLQ: dlq, Kind: model.WorkflowRun, Server: model.ServerFilter{Labels: []string{""}}}),
		"an entry of another account by id":  get(model.Key{DLQ: "other", ID: someI}),
		"an entry of an unknown kind":        get(model.Key{DLQ: dlq, Kind: 7, ID: someI}),
	}
	for _, v := range model.Verbs {
		attempts[v.String()+" of no selection"] = do(model.Write{Verb: v})
		for _, kind := range model.Kinds {
			good := key(kind, someI)
			what := v.String() + " of a " + kind.Noun(1)
			attempts[what+" of another account"] = write(v, nil, model.Key{DLQ: "other", Kind: kind, ID: someI})
			if !v.Takes(kind) {
				attempts[what] = write(v, nil, good)
			}
			attempts[what+" and others, too many"] = write(v, nil, keys(kind, v.MostAtOnce()+1)...)
		}
		attempts[v.String()+" of an unknown kind"] = write(v, nil, key(7, someI))
	}
	for what, id := range badIDs {
		for _, kind := range model.Kinds {
			name := kind.Noun(1) + " with " + what
			attempts["get a "+name] = get(key(kind, id))
			attempts["list a "+name] = list(model.Query{DLQ: dlq, Kind: kind, IDs: []string{"a", id}})
			for _, verb := range model.Verbs {
				if id != "" && verb.Takes(kind) {
					attempts[verb.String()+" of a "+name] = write(verb, nil, key(kind, id))
				}
			}
		}
		attempts["logs of a message with "+what] = logs(model.LogQuery{DLQ: dlq, MessageIDs: []string{"a", id}})
		for _, action := range []model.ControlAction{model.ReadQueue, model.PauseQueue, model.ResumeQueue} {
			attempts["a queue with "+what+" "+string('0'+rune(action))] = control(model.ControlCall{DLQ: dlq, Action: action, Name: id})
		}
	}
	for name, try := range attempts {
		t.Run(name, func(t *testing.T) {
			var rec recorder
			c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
				rec.note(r)
				return reply(r, 200, `{}`), nil
			}))
			err := try(c)
			if err == nil {
				t.Error("it was not refused")
			}
			if kindOf(err) != "refused" {
				t.Errorf("a job would not know that nothing was sent: %v", err)
			}
			if sent := rec.all(); len(sent) > 0 {
				t.Errorf("sent: %q", sent)
			}
		})
	}
}

func TestOrdinaryIDIsEscapedAndArrivesAsItIs(t *testing.T) {
	for _, id := range []string{"1760000000123-0", "dlq-12345", "a b", "a+b", "ä~:@!$&'()*;=|", "..."} {
		var path, query string
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				path = r.URL.Path
				w.WriteHeader(http.StatusCreated)
				_, _ = w.Write([]byte(`{"messageId":"msg_2"}`))
				return
			}
			query = r.URL.Query().Get("dlqIds")
			_, _ = w.Write([]byte(`{}`))
		})
		if _, err := c.Do(t.Context(), retryOf(t, id)); err != nil {
			t.Errorf("%q: %v", id, err)
		}
		if want := "/v2/dlq/retry/" + id; path != want {
			t.Errorf("%q arrived as %q", want, path)
		}
		if _, err := c.List(t.Context(), model.Query{IDs: []string{id}}); err != nil {
			t.Errorf("%q: %v", id, err)
		}
		if query != id {
			t.Errorf("%q arrived as %q", id, query)
		}
	}
}

func TestEmptyListOfIDsIsAnOrdinaryList(t *testing.T) {
	var rec recorder
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		return reply(r, 200, `{}`), nil
	}))
	if _, err := c.List(t.Context(), model.Query{DLQ: dlq, IDs: []string{}}); err != nil {
		t.Fatal(err)
	}
	if got := rec.all(); len(got) != 1 || got[0] != "GET /v2/dlq?count=100" {
		t.Errorf("sent %q", got)
	}
}
