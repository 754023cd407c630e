package run_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"pgregory.net/rapid"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/model"
)

const operation = "redrive-1a2b3c4d"

// world is an emulator, a client of it, and a record of what passed between them. It lives in a bubble of synctest, where
// nothing takes time.
type world struct {
	server *emulator.Server
	client *api.Client
	kind   model.Kind
	mine   []string // of the kind, in order of their failure
	others []string // of both kinds, which nobody may touch
	// byFilter is set when the server decides what is done.
	byFilter bool
	struck   int // requests that something went wrong with
	// blind is set when it may be that no log can be read for ten minutes.
	blind bool

	mu     sync.Mutex
	passed []exchange
}

// exchange is a request that changes something, with what the client got of the answer.
type exchange struct {
	ids    []string // none of a write by filter
	status int
	lost   bool
	// Of a write by filter.
	label, count string
	// What was sent with it.
	retries, flow, labels string
}

// refused tells whether the answer says that nothing was done for an entry that is still there.
func (x exchange) refused() bool { return !x.lost && x.status >= 400 && x.status < 500 }

// RoundTrip carries a request to the emulator.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.server.Transport().RoundTrip(r)
	if r.Method == http.MethodGet {
		return resp, err
	}
	query := r.URL.Query()
	x := exchange{ids: query["dlqIds"], lost: err != nil, label: query.Get("label"), count: query.Get("count")}
	h := r.Header
	x.retries, x.labels = h.Get("Upstash-Retries"), h.Get("Upstash-Label")
	x.flow = h.Get("Upstash-Flow-Control-Key") + "; " + h.Get("Upstash-Flow-Control-Value")
	if len(x.ids) == 0 && r.URL.RawQuery == "" {
		x.ids = []string{r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]}
	}
	if err == nil {
		body, broken := io.ReadAll(resp.Body)
		x.status = resp.StatusCode
		x.lost = resp.StatusCode >= 500 || resp.StatusCode < 300 && (broken != nil || len(body) > 0 && !json.Valid(body))
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{broken}))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.passed = append(w.passed, x)
	return resp, err
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

// newWorld has n entries of the kind that are labelled mine and end in all ways there are, and as many as a third of them
// of each kind that nobody may touch. Every call must be made in a bubble.
func newWorld(t rapid.TB, kind model.Kind, n int, o emulator.Options, age time.Duration) *world {
	t.Helper()
	// A bubble begins in the year 2000, where Unix milliseconds look like seconds.
	time.Sleep(time.Until(time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)))
	w := &world{server: emulator.New(o), kind: kind}
	var err error
	w.client, err = api.New(api.Config{
		URL: "http://localhost", Token: emulator.DefaultToken, DLQ: dlq, Transport: w, Random: func() float64 { return 0 },
	})
	if err != nil {
		t.Fatal(err)
	}
	oldest := time.Now().Add(-age)
	for i := range n {
		w.mine = append(w.mine, w.server.Add(entry(kind, i, oldest.Add(time.Duration(i)*150*time.Millisecond), "mine")))
	}
	for i := range 10 + n/3 {
		for _, k := range model.Kinds {
			w.others = append(w.others, w.server.Add(entry(k, i, time.Now().Add(-time.Duration(i)*time.Second), "other")))
		}
	}
	return w
}

func entry(kind model.Kind, i int, failed time.Time, label string) emulator.Entry {
	e := emulator.Entry{
		URL: fmt.Sprintf("https://api.acme.io/%d?key=%d", i%3, i), Labels: []string{label}, FailedAt: failed, ResponseStatus: 503,
	}
	if i%4 == 1 {
		e.Labels = append(e.Labels, "urgent")
	}
	if i%7 == 3 {
		e.Script.FailsAgain = true
	}
	if i%7 == 5 {
		e.MaxRetries = 2
		e.Script.Attempts = []emulator.Attempt{{Status: 500}, {Status: 200}}
	}
	if kind == model.WorkflowRun {
		e.Workflow = &emulator.Workflow{
			Done: []emulator.Step{{Name: "first"}}, Failed: emulator.Step{Name: "second"}, Rest: []emulator.Step{{Name: "third"}},
			Callback: emulator.FailureCallback{State: emulator.CallbackFail},
		}
	}
	return e
}

// plan is for all that is labelled mine, as the client reads it.
func (w *world) plan(t rapid.TB, verb model.Verb) model.Plan {
	t.Helper()
	p := model.Plan{Verb: verb, Operation: operation, FrozenAt: time.Now(), Stop: model.StopRule{Off: true}}
	var keys []model.Key
	q := model.Query{DLQ: dlq, Kind: w.kind, Server: model.ServerFilter{Labels: []string{"mine"}}}
	for {
		page, err := w.client.List(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			keys, p.Entries = append(keys, e.Key), append(p.Entries, e)
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	var err error
	if p.Selection, err = model.NewSelection(keys...); err != nil || p.Selection.Len() != len(w.mine) {
		t.Fatalf("planned %d of %d: %v", p.Selection.Len(), len(w.mine), err)
	}
	return p
}

// script lets the emulator go wrong by rules, and by what happens besides.
func (w *world) script(t rapid.TB, seed uint64, rules []string, besides func(*http.Request)) {
	t.Helper()
	var parsed []emulator.Rule
	for _, text := range rules {
		rule, err := emulator.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, rule)
	}
	decide := emulator.ScriptFaults(seed, nil, parsed...)
	w.server.SetFaults(func(r *http.Request) emulator.Fault {
		if besides != nil {
			besides(r)
		}
		f := decide(r)
		if f.Status != 0 || f.Drop || f.Hang || f.Latency > 0 || f.TruncateAfter > 0 {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.struck++
		}
		return f
	})
}

func (w *world) fate(id string) emulator.Fate {
	if w.kind == model.WorkflowRun {
		return w.server.FateOfRun(id)
	}
	return w.server.Fate(id)
}

// made are the messages or runs that were made of an entry.
func made(f emulator.Fate) (ids []string) {
	ids = slices.Clone(f.MessageIDs)
	for _, r := range f.Runs {
		ids = append(ids, r.ID)
	}
	return ids
}

// done tells whether the verb was carried out for an entry, and how often.
func done(v model.Verb, f emulator.Fate) int {
	switch v {
	case model.Delete:
		if f.State == emulator.FateDeleted {
			return 1
		}
		return 0
	case model.RerunFailureFunction:
		return f.CallbackRetries
	}
	return len(made(f))
}

// untouched checks that nothing was done to what the job is not for.
func (w *world) untouched() error {
	for _, id := range w.server.Touched() {
		if !slices.Contains(w.mine, id) {
			return fmt.Errorf("%s was touched, and is not in the plan", id)
		}
	}
	return nil
}

// once checks that no id went out twice unless the answer before was a refusal.
func (w *world) once(v model.Verb) error {
	before := map[string]exchange{}
	for _, x := range w.passed {
		for _, id := range x.ids {
			if last, again := before[id]; again && !last.refused() {
				return fmt.Errorf("%s was sent again after %+v", id, last)
			}
			before[id] = x
		}
	}
	for _, id := range w.mine {
		if n := done(v, w.fate(id)); n > 1 {
			return fmt.Errorf("%s was done %d times", id, n)
		}
	}
	return nil
}

// uncertain tells whether an answer about the entry was lost, or did not say whether it was done.
func (w *world) uncertain(id string) bool {
	for _, x := range w.passed {
		if (slices.Contains(x.ids, id) || len(x.ids) == 0) && (x.lost || len(x.ids) > 1 && x.status == http.StatusNotFound) {
			return true
		}
	}
	return false
}

func (w *world) expired() bool {
	return slices.ContainsFunc(w.mine, func(id string) bool { return w.fate(id).State == emulator.FateExpired })
}

// truth checks every outcome of a job against what the emulator did.
func (w *world) truth(j *model.Job) error {
	if !j.Ended() || j.State() != model.Ended {
		return fmt.Errorf("it is %v", j.State())
	}
	origin := map[string]string{}
	really, said := 0, 0
	for _, id := range w.mine {
		really += done(j.Plan.Verb, w.fate(id))
		for _, m := range made(w.fate(id)) {
			origin[m] = id
		}
	}
	sum := 0
	for _, n := range j.Counts() {
		sum += n
	}
	if sum != j.Len() || j.Len() != len(w.mine) {
		return fmt.Errorf("the outcomes add up to %d of %d", sum, len(w.mine))
	}
	claimed := map[string]bool{}
	var errs []error
	for i := range j.Len() {
		id, o := j.Key(i).ID, j.Outcome(i)
		f := w.fate(id)
		if err := w.outcome(j.Plan.Verb, id, o, origin, claimed); err != nil {
			errs = append(errs, fmt.Errorf("%s is %v (%s), and truly %+v: %w", id, o.State, o.Reason, f, err))
		}
		switch o.State {
		case model.Sent, model.Delivered, model.CameBack, model.NoEvidence:
			said++
		}
	}
	if said > really {
		errs = append(errs, fmt.Errorf("%d are said to be done, and %d were", said, really))
	}
	return errors.Join(errs[:min(len(errs), 3)]...)
}

func (w *world) outcome(v model.Verb, id string, o model.Outcome, origin map[string]string, claimed map[string]bool) error {
	f := w.fate(id)
	times := done(v, f)
	switch o.State {
	case model.Delivered, model.CameBack, model.NoEvidence:
		c := o.Created.MessageID + o.Created.WorkflowRunID
		from := origin[c]
		of := w.fate(from)
		switch {
		case from == "" || claimed[c]:
			return fmt.Errorf("%q was made of %q and is claimed twice: %v", c, from, claimed[c])
		case o.Among == 0 && from != id:
			return fmt.Errorf("%s was made of %s", c, from)
		case o.State == model.Delivered && !of.Delivered:
			return errors.New("it was not delivered")
		case o.State == model.CameBack && (of.BackAs == "" || o.BackAs.ID != of.BackAs):
			return fmt.Errorf("it came back as %q, and %q is said", of.BackAs, o.BackAs.ID)
		case o.State == model.NoEvidence && !w.blind:
			return errors.New("the logs have it")
		}
		claimed[c] = true
	case model.Sent:
		if v.Creates() || o.Among == 0 && times != 1 {
			return errors.New("that is not how it ended")
		}
	case model.NotSent, model.Refused:
		if times > 0 {
			return errors.New("it was done")
		}
	case model.AlreadyGone:
		if times > 0 && o.Among == 0 || f.State == emulator.FatePresent {
			return errors.New("it was not gone")
		}
	case model.GoneUnknownHow, model.InDoubt:
		// Of a write by filter it is only told how many were done: what expired looks the same.
		if !w.uncertain(id) && !(w.byFilter && (w.blind || w.expired())) {
			return errors.New("no answer about it was lost")
		}
		if o.State == model.GoneUnknownHow && v != model.RerunFailureFunction && f.State == emulator.FatePresent {
			return errors.New("it is not gone")
		}
	default:
		return errors.New("that is no end")
	}
	return nil
}
