package api_test

import (
	"context"
	"net/http"
	"strings"
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
	publish := func(m model.NewMessage) attempt {
		return func(c *api.Client) error { _, err := c.Publish(ctx, m); return err }
	}
	cancel := func(k model.Key) attempt {
		return func(c *api.Client) error { return c.CancelFailureFunction(ctx, k) }
	}
	read := func(id string) attempt {
		return func(c *api.Client) error { _, _, err := c.Message(ctx, id); return err }
	}
	message := key(model.Message, someI)
	mine, err := model.NewMatching(dlq, model.Message, model.ServerFilter{Labels: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	other, err := model.NewMatching("other", model.Message, model.ServerFilter{Labels: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	long, err := model.NewMatching(dlq, model.Message, model.ServerFilter{Labels: []string{strings.Repeat("a", model.MostQuery)}})
	if err != nil {
		t.Fatal(err)
	}

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
		"an unknown action on a queue":       control(model.ControlCall{DLQ: dlq, Action: 99, Name: "a"}),
		"a queue of another account":         control(model.ControlCall{DLQ: "other", Name: "a"}),
		"pinning nothing":                    control(model.ControlCall{DLQ: dlq, Action: model.PinFlowKey, Name: "a"}),
		"unpinning nothing":                  control(model.ControlCall{DLQ: dlq, Action: model.UnpinFlowKey, Name: "a"}),
		"a filter without a count":           do(model.Write{Verb: model.Retry, Matching: mine}),
		"a filter with too high a count":     do(model.Write{Verb: model.Delete, Matching: mine, Count: 101}),
		"a filter of another account":        do(model.Write{Verb: model.Retry, Matching: other, Count: 1}),
		"a filter that is too long":          do(model.Write{Verb: model.Retry, Matching: long, Count: 1}),
		"a filter and a selection":           do(model.Write{Verb: model.Retry, Matching: mine, Count: 1, Selection: selection(t, message)}),
		"a selection with a count":           do(model.Write{Verb: model.Retry, Count: 1, Selection: selection(t, message)}),
		"a selection with a cursor":          do(model.Write{Verb: model.Retry, Cursor: "c", Selection: selection(t, message)}),
		"a filter with a forbidden override": do(model.Write{Verb: model.Delete, Matching: mine, Count: 1, Overrides: model.Overrides{Labels: []string{"a"}}}),
		"a filter with a bad label":          do(model.Write{Verb: model.Retry, Matching: mine, Count: 1, Overrides: model.Overrides{Labels: []string{""}}}),
		"logs of an empty label":             logs(model.LogQuery{DLQ: dlq, Label: ""}),
		"logs of a label with a comma":       logs(model.LogQuery{DLQ: dlq, Label: "a,b"}),
		"logs of a label and a message":      logs(model.LogQuery{DLQ: dlq, Label: "a", MessageIDs: []string{"a"}}),
		"logs of an empty list of runs":      logs(model.LogQuery{DLQ: dlq, Runs: []model.RunRef{}}),
		"logs of too many runs":              logs(model.LogQuery{DLQ: dlq, Runs: make([]model.RunRef, 11)}),
		"logs of a run of before 1970":       logs(model.LogQuery{DLQ: dlq, Runs: []model.RunRef{{ID: "a", CreatedAt: at(-1)}}}),
		"a new message to nowhere":           publish(model.NewMessage{DLQ: dlq}),
		"a new message of no account":        publish(model.NewMessage{Destination: "https://a.example"}),
		"a new message of another account":   publish(model.NewMessage{DLQ: "other", Destination: "https://a.example"}),
		"a failure function of a message":    cancel(message),
		"a failure function of another":      cancel(model.Key{DLQ: "other", Kind: model.WorkflowRun, ID: someI}),
		"a list with an empty key":           list(model.Query{DLQ: dlq, Server: model.ServerFilter{FlowKeys: []string{""}}}),
		"a list from before 1970":            list(model.Query{DLQ: dlq, Server: model.ServerFilter{FromMilli: -1}}),
		"a list until before 1970":           list(model.Query{DLQ: dlq, Server: model.ServerFilter{ToMilli: -1}}),
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
		attempts[v.String()+" of no selection, with a count"] = do(model.Write{Verb: v, Count: 10, Cursor: "c"})
		attempts[v.String()+" of a filter that nobody made"] = do(model.Write{Verb: v, Matching: model.Matching{}, Count: 10})
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
		for _, action := range model.ControlActions() {
			call := model.ControlCall{DLQ: dlq, Action: action, Name: id}
			if action.Lists() {
				// A name is what a list does not take.
				call.Name = "a"
			}
			if action == model.PinFlowKey {
				call.Pin.Rate = 1
			}
			call.UnpinRate = action == model.UnpinFlowKey
			attempts["control "+string('0'+rune(action))+" with "+what] = control(call)
		}
		attempts["read a message with "+what] = read(id)
		attempts["cancel a failure function with "+what] = cancel(key(model.WorkflowRun, id))
		attempts["logs of a run with "+what] = logs(model.LogQuery{DLQ: dlq, Runs: []model.RunRef{{ID: "a"}, {ID: id}}})
		if id != "" {
			attempts["a new message in a queue with "+what] = publish(model.NewMessage{DLQ: dlq, Destination: "https://a.example", Queue: id})
			for _, v := range []model.Verb{model.Retry, model.Delete} {
				attempts[v.String()+" of two messages, one with "+what] = write(v, nil, message, key(model.Message, id))
			}
			for _, v := range []model.Verb{model.Resume, model.Restart, model.Delete} {
				attempts[v.String()+" of two runs, one with "+what] = write(v, nil, key(model.WorkflowRun, "a"), key(model.WorkflowRun, id))
			}
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
