package ui_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"redrive/api/emulator"
	"redrive/model"
)

// soakWorld is an emulator, and a ledger of what may be sent to it.
type soakWorld struct {
	server *emulator.Server
	random *rand.Rand
	trace  *soakTrace // nil for none
	*ledger
}

// soakRules are the faults of the service and of the line, each with how often a phase has it.
var soakRules = [][]string{
	nil, nil,
	{"drop@10%", "drop-after-commit@10% on=retry|resume|restart|delete"},
	{"fail=500@20%", "html=502-after-commit@10%", "truncate=20@5%"},
	{"burst=3"},
	{"latency=10ms..3s", "truncate=500@5%"},
	{"drop"},
	{"hang@5%", "hang-after-commit@5%"},
	{"fail=404@10%", "fail=400@5%", "fail=401@2%"},
}

func newSoakWorld(seed uint64) *soakWorld {
	w := &soakWorld{random: rand.New(rand.NewPCG(seed, 1)), ledger: newLedger()}
	w.server = emulator.New(emulator.Options{Seed: seed, BurstLimit: 10_000, Retention: 90 * time.Minute})
	w.server.SeedIncident(emulator.IncidentOptions{Messages: 260, Workflows: 70, Seed: seed, ArrivalsPerMinute: 12})
	return w
}

// goWrong begins another phase of faults.
func (w *soakWorld) goWrong(phase int) {
	if soakRules[phase] == nil {
		w.server.SetFaults(nil)
		return
	}
	var rules []emulator.Rule
	for _, words := range soakRules[phase] {
		r, err := emulator.ParseFault(words)
		if err != nil {
			panic(err)
		}
		rules = append(rules, r)
	}
	w.server.SetFaults(emulator.ScriptFaults(w.random.Uint64(), nil, rules...))
}

// arrive lets a few more workflow runs and messages fail.
func (w *soakWorld) arrive(n int) {
	for i := range n {
		e := emulator.Entry{
			URL: fmt.Sprintf("https://api.acme.io/soak/%d?key=%d", i%3, i), Labels: []string{"soak"}, FailedAt: time.Now(), ResponseStatus: 503,
		}
		e.Script.FailsAgain = w.random.IntN(3) == 0
		if w.random.IntN(2) == 0 {
			e.Workflow = &emulator.Workflow{
				Done: []emulator.Step{{Name: "first"}}, Failed: emulator.Step{Name: "second"}, Rest: []emulator.Step{{Name: "third"}},
				Callback: emulator.FailureCallback{State: emulator.CallbackFail},
			}
		}
		w.server.Add(e)
	}
}

// writeOf is which verb a request is for which entries; ok is false for one that changes no entry.
func writeOf(r *http.Request) (v model.Verb, k model.Kind, ids []string, ok bool) {
	path, is := strings.CutPrefix(r.URL.Path, "/v2/")
	if r.Method == http.MethodGet || !is {
		return 0, 0, nil, false
	}
	k = model.Message
	if rest, runs := strings.CutPrefix(path, "workflows/"); runs {
		path, k = rest, model.WorkflowRun
	}
	path, is = strings.CutPrefix(path, "dlq")
	if !is {
		return 0, 0, nil, false
	}
	path = strings.TrimPrefix(path, "/")
	word, one, _ := strings.Cut(path, "/")
	v, is = map[string]model.Verb{
		"retry": model.Retry, "resume": model.Resume, "restart": model.Restart, "callback": model.RerunFailureFunction,
	}[word]
	if r.Method == http.MethodDelete {
		v, is, one = model.Delete, true, path
	}
	if ids = r.URL.Query()["dlqIds"]; one != "" {
		ids = append(ids, one)
	}
	return v, k, ids, is
}

// soakLine carries the requests of one program to the emulator, and holds them against the ledger.
type soakLine struct {
	*soakWorld
	// dead is set once the program is gone: what it had not sent by then is never sent.
	dead atomic.Bool
}

// soakSpread is within what time requests that are sent at once arrive.
const soakSpread = 64 * time.Microsecond

// oneByOne has entries that are asked for at once queue in the order of a digest of their ids.
type oneByOne struct{ model.Backend }

func (o oneByOne) Get(ctx context.Context, k model.Key) (model.Detail, error) {
	if err := spread(ctx, k.ID); err != nil {
		return model.Detail{}, err
	}
	return o.Backend.Get(ctx, k)
}

// spread waits for a time that depends on what is to be done. It ends with its context: who waits for a lock meanwhile keeps
// time from passing.
func spread(ctx context.Context, what string) error {
	select {
	case <-time.After(time.Duration(digest(what) % uint64(soakSpread))):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// RoundTrip carries a request. Which of those that are sent at once comes first is decided by what they ask for, not by when
// the goroutines that send them happen to run.
func (l *soakLine) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := spread(r.Context(), r.Method+r.URL.String()); err != nil {
		return nil, err
	}
	l.trace.request("%s %s", r.Method, r.URL)
	resp, err := l.carry(r)
	status := "no answer"
	if err == nil {
		status = resp.Status
	}
	l.trace.request("%s to %s %s", status, r.Method, r.URL)
	return resp, err
}

func (l *soakLine) carry(r *http.Request) (*http.Response, error) {
	if l.dead.Load() {
		return nil, errors.New("the program is gone")
	}
	verb, kind, ids, is := writeOf(r)
	if !is {
		if r.Method != http.MethodGet && !strings.Contains(r.URL.Path, "/publish/") && !strings.Contains(r.URL.Path, "/enqueue/") {
			l.mistake("%s %s changes what nobody asked for", r.Method, r.URL.Path)
		}
		resp, err := l.server.Transport().RoundTrip(r)
		if err == nil && resp.StatusCode == http.StatusNotFound {
			l.saidGone(append(r.URL.Query()["dlqIds"], path.Base(r.URL.Path)))
		}
		return resp, err
	}
	allowed := l.send(verb, kind, ids, r.Method+" "+r.URL.Path)
	if len(ids) == 0 {
		return l.sweep(r, allowed)
	}
	resp, err := l.server.Transport().RoundTrip(r)
	if err != nil || l.dead.Load() {
		return resp, err
	}
	body, broken := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), brokenOff{broken}))
	refused := resp.StatusCode >= 400 && resp.StatusCode < 500 // whatever else it says
	if refused || resp.StatusCode < 300 && broken == nil && json.Valid(body) {
		l.answered(verb, kind, ids, refused)
	}
	return resp, nil
}

// sweep carries a write by filter: what it touches was asked for.
func (l *soakLine) sweep(r *http.Request, allowed bool) (*http.Response, error) {
	if !allowed || r.URL.RawQuery == "" {
		l.mistake("%s %s?%s is for nothing in particular", r.Method, r.URL.Path, r.URL.RawQuery)
	}
	before := l.server.Touched()
	resp, err := l.server.Transport().RoundTrip(r)
	for _, id := range l.server.Touched() {
		if !slices.Contains(before, id) {
			l.allow(id)
		}
	}
	return resp, err
}

// untouched finds an entry that something was done to without being asked for.
func (w *soakWorld) untouched() string {
	if id := w.stranger(w.server.Touched()); id != "" {
		return id + " was touched, and is in no plan that was confirmed"
	}
	return ""
}

// brokenOff is how a body ends.
type brokenOff struct{ err error }

func (b brokenOff) Read([]byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	return 0, io.EOF
}
