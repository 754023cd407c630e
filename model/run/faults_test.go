package run_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"redrive/api/emulator"
	"redrive/model"
	"redrive/model/run"
)

// fault is what goes wrong while a job is carried out.
type fault struct {
	name  string
	rules []string
	// retention lets the entries of the plan expire one after the other while the job runs.
	retention time.Duration
	// daily is how many messages and runs can be made in a day.
	daily int
	// arrivals lets an entry fail anew before every page of a list.
	arrivals bool
	// harmless is set when every entry must come to its end all the same.
	harmless bool
	// blind is set when it may be that no log can be read for ten minutes.
	blind bool
}

const writes = " on=retry|delete|resume|restart|callback"

var faults = []fault{
	{name: "none", harmless: true},
	{name: "slow", rules: []string{"latency=1s..20s"}, harmless: true},
	{name: "too slow", rules: []string{"latency=40s@30%" + writes}},
	{name: "too slow, done", rules: []string{"latency=40s-after-commit@30%" + writes}},
	{name: "429 of a burst", rules: []string{"burst=2"}, harmless: true},
	{name: "429 at times", rules: []string{"fail=429@40%" + writes}, harmless: true},
	{name: "429 of the day", rules: []string{"daily=1"}},
	{name: "the day is used up", daily: 70},
	{name: "500", rules: []string{"fail=500@40%" + writes}},
	{name: "500, done", rules: []string{"fail=500-after-commit@40%" + writes}},
	{name: "400", rules: []string{"fail=400@40%" + writes}},
	{name: "404 of all", rules: []string{"fail=404" + writes}},
	{name: "drop", rules: []string{"drop@40%" + writes}},
	{name: "drop, done", rules: []string{"drop-after-commit@40%" + writes}},
	{name: "truncated", rules: []string{"truncate=20@40%" + writes}},
	{name: "html", rules: []string{"html=502@40%" + writes}},
	{name: "html that says OK", rules: []string{"html=200-after-commit@40%" + writes}},
	{name: "hang", rules: []string{"hang@40%" + writes}},
	{name: "hang, done", rules: []string{"hang-after-commit@40%" + writes}},
	{name: "all is lost", rules: []string{"drop-after-commit" + writes}},
	{name: "reads fail too", rules: []string{"fail=503@10%", "drop-after-commit@10%", "truncate=50@10%"}, blind: true},
	{name: "no read works", rules: []string{"fail=503 on=list|get|logs|runs", "drop-after-commit@40%" + writes}, blind: true},
	{name: "arrivals", arrivals: true, harmless: true},
	{name: "arrivals, drop", rules: []string{"drop-after-commit@40%" + writes}, arrivals: true},
	{name: "expiry", retention: time.Hour},
	{name: "expiry, drop", rules: []string{"drop-after-commit@40%" + writes}, retention: time.Hour},
	{name: "expiry, 429", rules: []string{"fail=429@40%" + writes}, retention: time.Hour},
}

// change is a verb for a kind of entries.
type change struct {
	verb model.Verb
	kind model.Kind
	bulk int
}

var changes = []change{
	{model.Retry, model.Message, 250},
	{model.Delete, model.Message, 250},
	{model.Resume, model.WorkflowRun, 120},
	{model.Restart, model.WorkflowRun, 120},
	{model.RerunFailureFunction, model.WorkflowRun, 30},
	{model.Delete, model.WorkflowRun, 120},
}

func (c change) String() string {
	if c.verb == model.Delete {
		return "delete " + c.kind.Noun(2)
	}
	return c.verb.String()
}

// table is what every fault led to, line by line; a test prints it with -v.
type table struct {
	mu    sync.Mutex
	cells map[string]string
}

func (tab *table) set(row, column, cell string) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	if tab.cells == nil {
		tab.cells = map[string]string{}
	}
	tab.cells[row+"\n"+column] = cell
}

func (tab *table) print(t *testing.T, what string, rows, columns []string) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	var b strings.Builder
	line := func(row string, cell func(column string) string) {
		fmt.Fprintf(&b, "\n%-20s", row)
		for _, c := range columns {
			fmt.Fprintf(&b, " | %-18s", cell(c))
		}
	}
	line(what, func(c string) string { return c })
	for _, r := range rows {
		line(r, func(c string) string { return tab.cells[r+"\n"+c] })
	}
	t.Log(b.String())
}

// brief are the counts of a job: D delivered, B came back, S deleted or started, n not sent, r refused, g already gone,
// u gone unknown how, ? in doubt, e no evidence.
func brief(j *model.Job) string {
	letters := map[model.OutcomeState]string{
		model.Delivered: "D", model.CameBack: "B", model.Sent: "S", model.NotSent: "n", model.Refused: "r",
		model.AlreadyGone: "g", model.GoneUnknownHow: "u", model.InDoubt: "?", model.NoEvidence: "e",
	}
	var parts []string
	for _, s := range model.OutcomeStates {
		if n := j.Counts()[s]; n > 0 {
			parts = append(parts, fmt.Sprint(letters[s], n))
		}
	}
	return strings.Join(parts, " ")
}

// set makes a world in which the fault goes wrong once the plan stands.
func (f fault) set(t rapid.TB, c change, n int, seed uint64) (*world, model.Plan) {
	age := 50 * time.Minute
	if f.retention > 0 {
		age = f.retention - 3*time.Second
	}
	w := newWorld(t, c.kind, n, emulator.Options{Seed: seed, Retention: f.retention, DailyLimit: f.daily, LogLag: 2 * time.Second}, age)
	p := w.plan(t, c.verb)
	var besides func(*http.Request)
	if f.arrivals {
		besides = func(r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/dlq") {
				w.mu.Lock()
				defer w.mu.Unlock()
				w.struck++
				w.server.Add(entry(c.kind, 0, time.Time{}, "mine"))
			}
		}
	}
	w.blind = f.blind
	w.script(t, seed, f.rules, besides)
	return w, p
}

func TestEveryFaultLeavesEveryWriteWithTheTruth(t *testing.T) {
	var tab table
	var rows, columns []string
	for _, c := range changes {
		columns = append(columns, fmt.Sprint("12 ", c), fmt.Sprint(c.bulk, " ", c))
	}
	struck := make([]int, len(faults))
	t.Cleanup(func() {
		tab.print(t, "fault", rows, columns)
		for i, f := range faults {
			if struck[i] == 0 && len(f.rules) > 0 {
				t.Errorf("%s never struck", f.name)
			}
		}
	})
	for row, f := range faults {
		rows = append(rows, f.name)
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for n, c := range changes {
				for m, size := range []int{12, c.bulk} {
					t.Run(columns[2*n+m], func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							w, p := f.set(t, c, size, uint64(row*100+n*10+m))
							j := model.NewJob(1, p)
							run.Run(t.Context(), w.client, j, run.SystemClock{}, nil)
							for _, err := range []error{w.untouched(), w.once(c.verb), w.truth(j)} {
								if err != nil {
									t.Error(err)
								}
							}
							counts := j.Counts()
							if all := counts[model.Delivered] + counts[model.CameBack] + counts[model.Sent]; f.harmless && all != size {
								t.Errorf("%d of %d came to their end: %v, %q", all, size, counts, j.Stopped())
							}
							struck[row] += w.struck
							tab.set(f.name, columns[2*n+m], brief(j))
						})
					})
				}
			}
		})
	}
}
