package ui_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/model"
)

// soakWorld is an emulator, a client of it, and a ledger of what may be sent: what a sheet was answered for, once each.
type soakWorld struct {
	server *emulator.Server
	client *api.Client
	random *rand.Rand

	mu       sync.Mutex
	granted  map[grant]int
	byFilter map[model.Verb]bool
	mine     map[string]bool // ids that were ever to be acted on
	wrong    []string
	writes   int
}

// grant is a verb for an entry.
type grant struct {
	verb model.Verb
	kind model.Kind
	id   string
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

func newSoakWorld(seed uint64) (*soakWorld, error) {
	w := &soakWorld{
		random: rand.New(rand.NewPCG(seed, 1)), granted: map[grant]int{}, byFilter: map[model.Verb]bool{}, mine: map[string]bool{},
	}
	w.server = emulator.New(emulator.Options{Seed: seed, BurstLimit: 100, Retention: 90 * time.Minute})
	w.server.SeedIncident(emulator.IncidentOptions{Messages: 260, Workflows: 70, Seed: seed, ArrivalsPerMinute: 30})
	var err error
	w.client, err = api.New(api.Config{
		URL: "http://localhost", Token: emulator.DefaultToken, DLQ: "test", Transport: w, Memory: 1 << 20,
		Random: func() float64 { return 0 },
	})
	return w, err
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

// grant takes note that a plan was confirmed.
func (w *soakWorld) grant(p *model.Plan) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.ByFilter() {
		w.byFilter[p.Verb] = true
		return
	}
	for i := range p.Selection.Len() {
		k := p.Selection.At(i)
		w.granted[grant{p.Verb, k.Kind, k.ID}]++
		w.mine[k.ID] = true
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

// RoundTrip carries a request to the emulator, and holds it against the ledger.
func (w *soakWorld) RoundTrip(r *http.Request) (*http.Response, error) {
	verb, kind, ids, is := writeOf(r)
	if !is {
		if r.Method != http.MethodGet && !strings.Contains(r.URL.Path, "/publish/") && !strings.Contains(r.URL.Path, "/enqueue/") {
			w.mistake("%s %s changes what nobody asked for", r.Method, r.URL.Path)
		}
		return w.server.Transport().RoundTrip(r)
	}
	before := w.send(verb, kind, ids, r)
	resp, err := w.server.Transport().RoundTrip(r)
	if len(ids) == 0 {
		for _, id := range w.server.Touched() {
			if !slices.Contains(before, id) {
				w.allow(id)
			}
		}
		return resp, err
	}
	if err != nil {
		return resp, err
	}
	body, broken := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), brokenOff{broken}))
	if resp.StatusCode >= 400 && resp.StatusCode < 500 && broken == nil && json.Valid(body) {
		// It was refused, and may be asked for again.
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, id := range ids {
			w.granted[grant{verb, kind, id}]++
		}
	}
	return resp, nil
}

// send takes off the ledger what is sent; before is what was touched before a write by filter.
func (w *soakWorld) send(verb model.Verb, kind model.Kind, ids []string, r *http.Request) (before []string) {
	w.mu.Lock()
	allowed := w.byFilter[verb]
	w.writes++
	for _, id := range ids {
		g := grant{verb, kind, id}
		if w.granted[g]--; w.granted[g] < 0 {
			w.wrong = append(w.wrong, fmt.Sprintf("%s %s: to %s %s was not confirmed, or sent before", r.Method, r.URL.Path, verb, id))
		}
	}
	w.mu.Unlock()
	if len(ids) > 0 {
		return nil
	}
	if !allowed || r.URL.RawQuery == "" {
		w.mistake("%s %s?%s is for nothing in particular", r.Method, r.URL.Path, r.URL.RawQuery)
	}
	return w.server.Touched()
}

func (w *soakWorld) allow(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mine[id] = true
}

func (w *soakWorld) mistake(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// problem is what was sent that should not have been.
func (w *soakWorld) problem() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.wrong, "; ")
}

// untouched finds an entry that something was done to without being asked for.
func (w *soakWorld) untouched() string {
	for _, id := range w.server.Touched() {
		w.mu.Lock()
		mine := w.mine[id]
		w.mu.Unlock()
		if !mine {
			return id + " was touched, and is in no plan that was confirmed"
		}
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
