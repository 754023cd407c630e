package api_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/model"
)

// bench is an emulator under some switches with a client of it, in a bubble of synctest.
type bench struct {
	server   *emulator.Server
	client   *api.Client
	switches emulator.Switches
	// mine are the ids of the entries of each kind that are labelled so, and others those of the rest.
	mine, others [len(model.Kinds)][]string
	entries      map[model.Key]emulator.Entry
}

// runsPath is where newer servers have workflow runs.
const runsPath = "/v2/workflows/dlq"

var errWrong = errors.New("the result is not what the emulator has")

func newBench(t rapid.TB, o emulator.Options) *bench {
	// A bubble begins in the year 2000, where Unix milliseconds look like seconds.
	time.Sleep(time.Until(time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)))
	o.Token = token
	b := &bench{server: emulator.New(o), switches: o.Switches, entries: map[model.Key]emulator.Entry{}}
	used := token
	if o.ReadOnlyToken != "" {
		used = o.ReadOnlyToken
	}
	var err error
	b.client, err = api.New(api.Config{
		URL: "http://localhost", Token: used, DLQ: dlq, Transport: b.server.Transport(), Random: func() float64 { return 0 },
	})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for i := range 6 {
		for _, kind := range model.Kinds {
			e := benchEntry(kind, i, now)
			if !o.Switches.SharedDLQIDs && kind == model.WorkflowRun {
				e.DLQID = fmt.Sprintf("%d-1", e.FailedAt.UnixMilli())
			}
			// A server without a list of runs has them among the messages.
			e.InPlainList = kind == model.WorkflowRun && o.Switches.MissingPaths == runsPath
			id := b.server.Add(e)
			b.entries[key(kind, id)] = e
			if i < 3 {
				b.mine[kind] = append(b.mine[kind], id)
			} else {
				b.others[kind] = append(b.others[kind], id)
			}
		}
	}
	if o.Switches.MissingPaths == runsPath {
		// What is asked for by its id was in a list before; there the client learns how the server has its runs.
		// One that has no list of runs at all says so again later.
		_, _ = b.client.List(context.Background(), model.Query{Kind: model.WorkflowRun})
	}
	b.server.AddQueue(emulator.Queue{Name: "mail", Parallelism: 3})
	b.server.AddURLGroup("team", emulator.Endpoint{URL: "https://a.example/1"}, emulator.Endpoint{URL: "https://a.example/2"})
	return b
}

// benchEntry is the i-th entry of a kind; the first three are labelled mine.
func benchEntry(kind model.Kind, i int, now time.Time) emulator.Entry {
	failed := now.Add(time.Duration(i-10) * time.Second)
	e := emulator.Entry{
		DLQID: fmt.Sprintf("%d-0", failed.UnixMilli()), FailedAt: failed, CreatedAt: failed.Add(-time.Minute),
		MessageID: fmt.Sprintf("msg_%d_%d", kind, i), URL: fmt.Sprintf("https://a.example/%d", i), Labels: []string{"mine", fmt.Sprint("n", i)},
		Body: []byte("the whole body of the message"), ResponseStatus: 500, ResponseBody: []byte("out of order"), CallerIP: "192.0.2.7",
		FlowControlKey: "key", Rate: 100, Period: time.Minute,
	}
	if i >= 3 {
		e.Labels[0] = "other"
	}
	if i == 1 {
		e.ResponseStatus = 0
	}
	if kind == model.WorkflowRun {
		e.Workflow = &emulator.Workflow{
			RunID: fmt.Sprintf("wfr_%d", i), URL: "https://a.example/wf", CreatedAt: failed.Add(-2 * time.Minute),
			Done: []emulator.Step{{Name: "first"}}, Failed: emulator.Step{Name: "second"},
			Callback: emulator.FailureCallback{State: emulator.CallbackFail},
		}
		return e
	}
	switch i {
	case 0:
		e.DeduplicationID = "order-0"
	case 2:
		e.Script.Deduplicated = true
	}
	return e
}

func (b *bench) fate(k model.Key) emulator.Fate {
	if k.Kind == model.WorkflowRun {
		return b.server.FateOfRun(k.ID)
	}
	return b.server.Fate(k.ID)
}

// acted tells whether anything was done to an entry.
func acted(f emulator.Fate) bool {
	switch f.State {
	case emulator.FatePresent, emulator.FateExpired:
		return f.Deduplicated+f.CallbackRetries+f.CallbackCancels+len(f.MessageIDs)+len(f.Runs) > 0
	}
	return true
}

// judge compares what the client says about a write with what was done. Asked are the entries that it was for.
func (b *bench) judge(verb model.Verb, asked []model.Key, one bool, r model.WriteResult, err error) (string, error) {
	var made, said []string
	did, duplicates, claimed := 0, 0, 0
	for k := range b.entries {
		f := b.fate(k)
		if !acted(f) {
			continue
		}
		did++
		if !slices.Contains(asked, k) {
			return "", fmt.Errorf("%v was touched: %+v", k, f)
		}
		duplicates += f.Deduplicated
		made = append(made, f.MessageIDs...)
		for _, run := range f.Runs {
			made = append(made, run.ID)
		}
	}
	if err != nil {
		kind := kindOf(err)
		open := kind == "lost answer" || kind == "some not found"
		// That a 429 comes before any work is assumed, and cannot be told from one that does not.
		open = open || kind == "rate limit" && b.switches.LimitedAfterWork
		if did > 0 && !open {
			return "", fmt.Errorf("%d were done, and the client says: %w", did, err)
		}
		return kind, nil
	}
	for _, c := range r.Created {
		if c.Deduplicated {
			claimed++
			continue
		}
		said = append(said, c.MessageID+c.WorkflowRunID)
	}
	slices.Sort(made)
	slices.Sort(said)
	count := r.Count
	if one {
		count = 1
	}
	switch {
	case count != did || claimed != duplicates || verb.Creates() && !slices.Equal(made, said) || !verb.Creates() && (!r.Done && r.Count != did || len(said) > 0):
		return "", fmt.Errorf("%d were done, %d duplicates, made %q: the client says %+v", did, duplicates, made, r)
	case did < len(asked) && !one:
		return fmt.Sprintf("%d of %d", did, len(asked)), nil
	}
	return "ok", nil
}

// entry compares an entry that was read with the one that was put there.
func (b *bench) entry(e *model.Entry) error {
	put, known := b.entries[e.Key]
	if !known {
		return fmt.Errorf("%v was never put there", e.Key)
	}
	ok := e.MessageID == put.MessageID && e.URL == put.URL && slices.Equal(e.Labels, put.Labels) && e.Status == put.ResponseStatus &&
		e.FailedAt.Equal(put.FailedAt.Truncate(time.Millisecond)) && e.CreatedAt.Equal(put.CreatedAt.Truncate(time.Millisecond)) &&
		e.CallerIP == put.CallerIP && e.FlowControlKey == put.FlowControlKey && e.Problem == ""
	ok = ok && (e.Response == "out of order" || b.switches.BodyLimit > 0 && e.Response == "out of order"[:b.switches.BodyLimit])
	if put.Workflow != nil {
		ok = ok && e.WorkflowRunID == put.Workflow.RunID && e.WorkflowURL == put.Workflow.URL && e.FailureState == "CALLBACK_FAIL" &&
			e.WorkflowCreatedAt.Equal(put.Workflow.CreatedAt.Truncate(time.Millisecond))
	}
	if !ok {
		return fmt.Errorf("%w: %+v", errWrong, e)
	}
	return nil
}

// page compares a page that must have all the wanted entries of a kind.
func (b *bench) page(p model.Page, kind model.Kind, want []string, exact bool) (string, error) {
	var got []string
	for i := range p.Entries {
		e := &p.Entries[i]
		if err := b.entry(e); err != nil {
			return "", err
		}
		if e.Key.Kind == kind {
			got = append(got, e.Key.ID)
		}
	}
	missing := slices.DeleteFunc(slices.Clone(want), func(id string) bool { return slices.Contains(got, id) })
	if len(missing) > 0 || p.Next != "" || exact && len(got) != len(want) {
		return "", fmt.Errorf("%w: %q of %q, next %q", errWrong, got, want, p.Next)
	}
	if len(got) > len(want) {
		return "longer", nil
	}
	return "ok", nil
}

// rowsOfSwitches are all switches, each with every value that it takes and that is not the default.
func rowsOfSwitches(t testing.TB) (rows []string) {
	values := map[string]string{
		"ignored-filters": "label", "body-limit": "5", "removal-delay": "5s", "deduplication-window": "30s", "dlq-lag": "10s",
		"cancel-callback-location": "/v2/dlq",
		"missing-paths":            "/v2/flowControl|/v2/queues|/v2/workflows/dlq|/v2/workflows/logs|/v2/logs|/v2/dlq/retry|/v2/publish",
	}
	for _, s := range emulator.SwitchNames() {
		takes := strings.Split(s.Takes, "|")
		switch {
		case s.Takes == "":
			rows = append(rows, s.Name)
			continue
		case values[s.Name] != "":
			takes = strings.Split(values[s.Name], "|")
		case len(takes) > 1:
			takes = takes[1:]
		default:
			t.Errorf("give the switch %s a value", s.Name)
		}
		for _, v := range takes {
			rows = append(rows, s.Name+"="+v)
		}
	}
	return rows
}

// options are those of an emulator in which the switches can be seen.
func optionsOf(t rapid.TB, switches ...string) (o emulator.Options) {
	for _, text := range switches {
		set, err := emulator.ParseSwitch(text)
		if err != nil {
			t.Fatal(err)
		}
		set(&o.Switches)
	}
	s := o.Switches
	if s.ResetInMilliseconds || s.LimitedAfterWork {
		o.BurstLimit = 2
	}
	if s.RetriesOutsideDailyLimit {
		o.DailyLimit = 1
	}
	if s.ReadOnlyIs401 {
		o.ReadOnlyToken = "reader"
	}
	if s.RetentionFromCreation {
		o.Retention = time.Hour
	}
	return o
}
