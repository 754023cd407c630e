package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/model"
)

// emulated is a client of an emulator over TCP.
func emulated(t *testing.T, o emulator.Options, options ...option) (*api.Client, *emulator.Server) {
	t.Helper()
	o.Token = token
	e := emulator.New(o)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return newClient(t, server.URL, options...), e
}

// walk reads all pages of a kind.
func walk(t *testing.T, c *api.Client, q model.Query) []model.Entry {
	t.Helper()
	var all []model.Entry
	for range 100 {
		page, err := c.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Entries...)
		if q.Cursor = page.Next; q.Cursor == "" {
			return all
		}
	}
	t.Fatal("the walk does not end")
	return nil
}

func TestIncidentIsReadToTheLastEntry(t *testing.T) {
	for name, switches := range map[string]emulator.Switches{
		"as it is": {}, "oldest first, null at the end": {OldestFirst: true, LastCursor: emulator.CursorNull},
		"with other spellings": {LastCursor: emulator.CursorEmpty, CallerIPLowercase: true, WorkflowCreatedAtText: true, FailureState: emulator.FailureStateFlat},
		"with both states":     {LastCursor: emulator.CursorAbsent, FailureState: emulator.FailureStateBoth, CallbackHeaderSingular: true},
	} {
		t.Run(name, func(t *testing.T) {
			c, e := emulated(t, emulator.Options{Seed: 1, Switches: switches, BurstLimit: 1000})
			e.SeedIncident(emulator.IncidentOptions{Messages: 350, Workflows: 120})
			seen := map[model.Key]model.Entry{}
			for _, kind := range model.Kinds {
				for _, entry := range walk(t, c, model.Query{Kind: kind}) {
					seen[entry.Key] = entry
					if entry.Key.DLQ != dlq || entry.FailedAt.IsZero() || entry.URL == "" {
						t.Errorf("%+v", entry)
					}
					if kind == model.WorkflowRun && (entry.WorkflowCreatedAt.IsZero() || entry.Key.Kind != kind) {
						t.Errorf("%+v", entry)
					}
				}
			}
			if len(seen) != e.Len() {
				t.Errorf("read %d of %d entries", len(seen), e.Len())
			}
			// Odd entries come with every seed. The summary of each is that of the whole entry.
			odd := oddest(seen)
			if want := len(emulator.OddKinds()) * 3 / 4; len(odd) < want {
				t.Errorf("only %d odd entries were found, want %d", len(odd), want)
			}
			for _, entry := range odd {
				d, err := c.Get(t.Context(), entry.Key)
				if err != nil {
					t.Error(err)
					continue
				}
				d.Problem = entry.Problem
				if diff := cmp.Diff(entry, d.Entry); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// oddest is one entry of every odd kind, which are told apart by their last label.
func oddest(entries map[model.Key]model.Entry) map[string]model.Entry {
	found := map[string]model.Entry{}
	for _, e := range entries {
		if n := len(e.Labels); n > 0 && slices.Contains(emulator.OddKinds(), e.Labels[n-1]) {
			found[e.Labels[n-1]] = e
		}
	}
	return found
}

func TestEntriesOfTheEmulatorAreReadByTheirIDs(t *testing.T) {
	for _, documented := range []bool{false, true} {
		c, e := emulated(t, emulator.Options{Switches: emulator.Switches{OnlyDocumentedKeys: documented, WithoutDLQIDOnGet: documented}})
		var ids []string
		for range 5 {
			ids = append(ids, e.Add(emulator.Entry{URL: "https://a.example/"}))
		}
		page, err := c.List(t.Context(), model.Query{IDs: append(ids[1:], "1700000000000-0")})
		var got []string
		for _, entry := range page.Entries {
			got = append(got, entry.Key.ID)
		}
		slices.Sort(got)
		if diff := cmp.Diff(ids[1:], got); err != nil || diff != "" {
			t.Error(err, diff)
		}
	}
}

func TestRetryIsCarriedOutOnceAndCanBeFollowed(t *testing.T) {
	for name, switches := range map[string]emulator.Switches{
		"as it is": {}, "with another log": {LogsKeyIsEvents: true}, "with documented keys only": {OnlyDocumentedKeys: true},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
			clock := func() time.Time { return now }
			c, e := emulated(t, emulator.Options{Clock: clock, Switches: switches}, func(cfg *api.Config) { cfg.Now = clock })
			id := e.Add(emulator.Entry{URL: "https://a.example/", Labels: []string{"a", "b"}})
			other := e.Add(emulator.Entry{URL: "https://a.example/"})
			result, err := c.Do(t.Context(), retryOf(t, id, "a", "b", "redrive-1"))
			if err != nil || len(result.Created) != 1 {
				t.Fatal(result, err)
			}
			fate := e.Fate(id)
			if fate.State != emulator.FateRetried || !slices.Equal(fate.MessageIDs, []string{result.Created[0].MessageID}) {
				t.Errorf("%+v", fate)
			}
			if got := e.Touched(); !slices.Equal(got, []string{id}) {
				t.Errorf("touched %q", got)
			}
			if e.Fate(other).State != emulator.FatePresent {
				t.Error("another entry was changed")
			}
			if _, err := c.Do(t.Context(), retryOf(t, id)); kindOf(err) != "not found" {
				t.Errorf("a second time: %v", err)
			}
			if _, err := c.Get(t.Context(), key(model.Message, id)); kindOf(err) != "not found" {
				t.Error(err)
			}
			now = now.Add(time.Minute)
			log, err := c.Logs(t.Context(), model.LogQuery{MessageIDs: []string{result.Created[0].MessageID}})
			if err != nil || !slices.ContainsFunc(log.Events, func(e model.LogEvent) bool { return e.State == "DELIVERED" }) {
				t.Errorf("%+v, %v", log, err)
			}
			for _, r := range e.Requests() {
				if r.Method == http.MethodPost && (r.Header.Get("Content-Type") != "" || r.Header.Get("Idempotency-Key") != "" || len(r.Query) > 0) {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

func TestDuplicateIsToldFromANewMessage(t *testing.T) {
	for _, accepted := range []bool{false, true} {
		c, e := emulated(t, emulator.Options{Switches: emulator.Switches{DeduplicatedIs202: accepted}})
		id := e.Add(emulator.Entry{Script: emulator.Script{Deduplicated: true}})
		result, err := c.Do(t.Context(), retryOf(t, id))
		if err != nil || len(result.Created) != 1 || !result.Created[0].Deduplicated {
			t.Errorf("%+v, %v", result, err)
		}
	}
}

func TestResumeIsCarriedOutOnce(t *testing.T) {
	c, e := emulated(t, emulator.Options{})
	id := e.Add(emulator.Entry{URL: "https://a.example/wf", Workflow: &emulator.Workflow{}})
	result, err := c.Do(t.Context(), resumeOf(t, id))
	if err != nil || len(result.Created) != 1 {
		t.Fatal(result, err)
	}
	fate := e.Fate(id)
	if fate.State != emulator.FateResumed || len(fate.Runs) != 1 || fate.Runs[0].ID != result.Created[0].WorkflowRunID ||
		!fate.Runs[0].CreatedAt.Equal(result.Created[0].WorkflowCreatedAt) {
		t.Errorf("%+v, %+v", fate, result)
	}
	if _, err := c.Do(t.Context(), resumeOf(t, id)); kindOf(err) != "not found" {
		t.Errorf("a second time: %v", err)
	}
}

func TestFaultOfANetworkLeadsToTheErrorThatSaysWhatIsKnown(t *testing.T) {
	soon := time.Now().Add(time.Hour)
	for name, c := range map[string]struct {
		fault       emulator.Fault
		read, write string
		done        bool // the write was carried out
	}{
		"dropped before":         {emulator.Dropped(), "lost answer", "lost answer", false},
		"dropped after":          {emulator.Dropped().AfterCommit(), "lost answer", "lost answer", true},
		"hanging before":         {emulator.Hanging(), "lost answer", "lost answer", false},
		"hanging after":          {emulator.Hanging().AfterCommit(), "lost answer", "lost answer", true},
		"cut off":                {emulator.Truncated(10), "unreadable", "lost answer", true},
		"an error before":        {emulator.ServerError(), "server", "lost answer", false},
		"an error after":         {emulator.ServerError().AfterCommit(), "server", "lost answer", true},
		"a page of an error":     {emulator.HTMLError(502), "server", "lost answer", false},
		"a page that says OK":    {emulator.HTMLError(200).AfterCommit(), "unreadable", "lost answer", true},
		"a refusal as a page":    {emulator.HTMLError(403), "unauthorized", "unauthorized", false},
		"the limit for bursts":   {emulator.BurstLimited(100, soon), "rate limit", "rate limit", false},
		"the limit for the day":  {emulator.DailyLimited(100, soon), "daily limit", "daily limit", false},
		"a quota":                {emulator.Failing(412, "quota maxRetries exceeded"), "quota", "quota", false},
		"a request it dislikes":  {emulator.Failing(400, "no"), "bad request", "bad request", false},
		"a redirect, as by a LB": {emulator.Fault{Status: 302, Header: http.Header{"Location": {"/v2/dlq"}}}, "unreadable", "lost answer", false},
	} {
		t.Run(name, func(t *testing.T) {
			client, e := emulated(t, emulator.Options{}, func(cfg *api.Config) { cfg.Timeout = 100 * time.Millisecond })
			id := e.Add(emulator.Entry{URL: "https://a.example/"})
			e.SetFaults(func(*http.Request) emulator.Fault { return c.fault })
			_, readErr := client.List(t.Context(), model.Query{})
			client, again := newClientFor(t, e), len(e.Requests())
			_, writeErr := client.Do(t.Context(), retryOf(t, id))
			if kindOf(readErr) != c.read {
				t.Errorf("read: got %s: %v", kindOf(readErr), readErr)
			}
			if kindOf(writeErr) != c.write {
				t.Errorf("write: got %s: %v", kindOf(writeErr), writeErr)
			}
			if n := len(e.Requests()) - again; n != 1 {
				t.Errorf("the write was sent %d times", n)
			}
			if done := e.Fate(id).State == emulator.FateRetried; done != c.done {
				t.Errorf("carried out: %v", done)
			}
		})
	}
}

// newClientFor is another client of an emulator, over a connection of its own.
func newClientFor(t *testing.T, e *emulator.Server) *api.Client {
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return newClient(t, server.URL, func(cfg *api.Config) { cfg.Timeout = 100 * time.Millisecond })
}

func TestTokenThatMayOnlyReadIsToldSo(t *testing.T) {
	for _, as401 := range []bool{false, true} {
		e := emulator.New(emulator.Options{Token: token, ReadOnlyToken: "reader", Switches: emulator.Switches{ReadOnlyIs401: as401}})
		server := httptest.NewServer(e)
		t.Cleanup(server.Close)
		c := newClient(t, server.URL, func(cfg *api.Config) { cfg.Token = "reader" })
		id := e.Add(emulator.Entry{})
		if _, err := c.List(t.Context(), model.Query{}); err != nil {
			t.Error(err)
		}
		if _, err := c.Do(t.Context(), retryOf(t, id)); kindOf(err) != "unauthorized" {
			t.Error(err)
		}
	}
}

func TestQueueOfTheEmulatorIsHeld(t *testing.T) {
	c, e := emulated(t, emulator.Options{})
	e.AddQueue(emulator.Queue{Name: "mail", Parallelism: 3})
	for _, action := range []model.ControlAction{model.PauseQueue, model.ResumeQueue} {
		if _, err := c.Control(t.Context(), model.ControlCall{Name: "mail", Action: action}); err != nil {
			t.Fatal(err)
		}
		got, err := c.Control(t.Context(), model.ControlCall{Name: "mail"})
		want := model.ControlResult{Queues: []model.Queue{{Name: "mail", Parallelism: 3, Paused: action == model.PauseQueue}}}
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

func TestEmulatorThatLimitsBurstsIsNeverAskedTooOften(t *testing.T) {
	c, e := emulated(t, emulator.Options{BurstLimit: 20})
	for i := range 1200 {
		e.Add(emulator.Entry{URL: fmt.Sprint("https://a.example/", i)})
	}
	if got := len(walk(t, c, model.Query{})); got != 1200 {
		t.Errorf("read %d", got)
	}
	for _, r := range e.Requests() {
		if r.Status == http.StatusTooManyRequests {
			t.Error("the limit was hit")
		}
	}
}

func TestEntriesOutsideTheUsualAreReadWhole(t *testing.T) {
	c, e := emulated(t, emulator.Options{})
	large := strings.Repeat("line \"x\"\n", 1<<20)
	id := e.Add(emulator.Entry{
		URL: "https://a.example/", Body: []byte(large), ResponseBody: []byte("\xff\xfe" + large[:1000]),
		Header: emulator.Header{"B": {"2", "1"}, "A": {""}}, Labels: []string{"ä"}, Period: time.Hour, Rate: 3, Parallelism: 2,
		FlowControlKey: "k", WithoutResponseStatus: true,
	})
	d, err := c.Get(t.Context(), key(model.Message, id))
	if err != nil {
		t.Fatal(err)
	}
	if string(d.Body.Bytes) != large || d.Body.Base64 || !d.ResponseBody.Base64 || len(d.Response) != model.ResponseHead || d.Flow.Period != time.Hour {
		t.Errorf("%d bytes, %+v", len(d.Body.Bytes), d.Entry)
	}
	if diff := cmp.Diff([]model.HeaderField{{Name: "A"}, {Name: "B", Value: "2"}, {Name: "B", Value: "1"}}, d.Header); diff != "" {
		t.Error(diff)
	}
}
