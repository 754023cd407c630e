package model

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// FirstStage is how many entries go out ahead of the others after a canary was delivered.
	FirstStage = 50
	// StopLast is how many of the entries that ended last a [StopRule] looks at.
	StopLast = 50
	// StopLeast is how many in a hundred of them must be delivered unless the rule says otherwise.
	StopLeast = 95
)

// StopRule says when a job stops feeding by itself: of the last [StopLast] entries that came to an end too few were
// delivered, or one failed in a way that none of the plan had. Its zero value is the default.
type StopRule struct {
	// Off lets the job feed whatever comes back. What waits for entries that go ahead waits all the same.
	Off bool
	// Least is how many in a hundred must be delivered; 0 is [StopLeast].
	Least int
}

// AtLeast is how many in a hundred must be delivered.
func (r StopRule) AtLeast() int { return cmp.Or(r.Least, StopLeast) }

// String is the rule as [ParseStopRule] reads it; empty for the default.
func (r StopRule) String() string {
	switch {
	case r.Off:
		return "0"
	case r.Least == 0:
		return ""
	}
	return strconv.Itoa(r.Least)
}

// ParseStopRule reads how many in a hundred must be delivered; 0 is never to stop, and nothing the default. The problem
// says what is wrong with it.
func ParseStopRule(s string) (rule StopRule, problem string) {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "%"))
	n, err := strconv.Atoi(s)
	switch {
	case s == "":
		return StopRule{}, ""
	case err != nil || n < 0 || n > 100:
		return StopRule{}, "a whole number from 0 to 100 is needed"
	}
	return StopRule{Off: n == 0, Least: n}, ""
}

// Canary splits a plan: one entry goes first, with one attempt, and the others wait for what becomes of it. That one is
// at, if it is among them, else the one that failed last.
func (p Plan) Canary(at Key) (canary, rest Plan) {
	n := 0
	for i := range p.Entries {
		k := p.Selection.At(i)
		if k == at {
			n = i
			break
		}
		if compareNewestFirst(&p.Entries[i], &p.Entries[n]) < 0 {
			n = i
		}
	}
	key := p.Selection.At(n)
	canary, rest = p, p
	canary.Selection, canary.Entries = Selection{keys: []Key{key}}, []Entry{p.Entries[n]}
	canary.First, canary.Behind, canary.IsCanary = 1, len(p.Entries)-1, true
	canary.Filterable, rest.Filterable = Matching{}, Matching{}
	rest, _ = rest.Without([]Key{key})
	rest.Gone = p.Gone
	return canary, rest
}

// InStages is the plan with its oldest entries ahead of the others: each by a call of its own and with one attempt. The
// others follow when those have ended well.
func (p Plan) InStages() Plan {
	order := make([]int, len(p.Entries))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compareNewestFirst(&p.Entries[b], &p.Entries[a]) })
	keys, entries := make([]Key, len(order)), make([]Entry, len(order))
	for n, i := range order {
		keys[n], entries[n] = p.Selection.At(i), p.Entries[i]
	}
	p.Selection, p.Entries = Selection{keys: keys}, entries
	p.First = FirstStage
	return p
}

// trial is how the entries of a job end, while more of it may be fed.
type trial struct {
	passed bool   // what went ahead ended well
	last   []bool // whether each of the last that ended was delivered, in the order of their ends
	// causes are those of the plan; what fails in another way stops the job.
	causes map[failure]struct{}
}

// failure is what tells two causes apart that are known well enough to be compared. The step of a run is not in it: a new
// entry does not tell it.
type failure struct {
	status      int
	transport   Transport
	destination string
	text        string
}

func failureOf(c *Cause) (f failure, known bool) {
	return failure{c.Status, c.Transport, c.Destination, c.Text}, c.ID != 0
}

// judged takes note of an end.
func (j *Job) judged(i int, s OutcomeState) {
	switch s {
	case Delivered, CameBack, Cancelled, NoEvidence:
	default:
		return
	}
	it := &j.items[i]
	if it.judged || !j.Plan.Verb.Creates() {
		return
	}
	it.judged = true
	j.trial.last = append(j.trial.last, s == Delivered)
	if n := len(j.trial.last); n > StopLast {
		j.trial.last = j.trial.last[n-StopLast:]
	}
}

// heed stops the job when too little of what ended was delivered, and lets it go on to what waits for the entries that went
// ahead.
func (j *Job) heed(now time.Time) {
	if j.halted || !j.toFeed() || j.Restored {
		return
	}
	if j.OnTrial() && j.firstEnded() {
		j.pass(now)
	}
	if j.Plan.Stop.Off || j.halted {
		return
	}
	bad := 0
	for _, delivered := range j.trial.last {
		if !delivered {
			bad++
		}
	}
	if least := j.Plan.Stop.AtLeast(); bad*100 > (100-least)*StopLast {
		j.halt(fmt.Sprintf("stopped by its rule: of the last %d that ended %d were delivered, and %d in a hundred must be; R plans what is left",
			len(j.trial.last), len(j.trial.last)-bad, least), now)
	}
}

// OnTrial tells whether the others wait for the entries that went ahead.
func (j *Job) OnTrial() bool {
	return j.Plan.First > 0 && j.Plan.First < len(j.items) && !j.trial.passed
}

// waitsForFirst tells whether a call is for entries that wait for those that went ahead.
func (j *Job) waitsForFirst(c *jobCall) bool { return !c.first && j.OnTrial() }

// firstSent tells whether all that can be sent now waits for those that went ahead.
func (j *Job) firstSent() bool {
	return j.OnTrial() && !slices.ContainsFunc(j.queue, func(c *jobCall) bool { return c.first })
}

func (j *Job) firstEnded() bool {
	for i := range j.items[:j.Plan.First] {
		if it := &j.items[i]; !it.finished || it.follow.active {
			return false
		}
	}
	return true
}

// FirstCounts is how many of the entries that went ahead were delivered, how many ended in another way, and how many there
// are.
func (j *Job) FirstCounts() (delivered, others, all int) {
	all = min(j.Plan.First, len(j.items))
	for i := range j.items[:all] {
		switch it := &j.items[i]; {
		case it.outcome.State == Delivered:
			delivered++
		case it.finished && !it.follow.active:
			others++
		}
	}
	return delivered, others, all
}

// pass decides on the others once the entries that went ahead have ended. What was gone before says nothing.
func (j *Job) pass(now time.Time) {
	delivered, bad := 0, 0
	for i := range j.items[:j.Plan.First] {
		switch j.items[i].outcome.State {
		case Delivered:
			delivered++
		case AlreadyGone, Duplicate:
		default:
			bad++
		}
	}
	switch {
	case delivered == 0:
		j.halt(fmt.Sprintf("stopped after the first %d: none of them was delivered; R plans what is left", j.Plan.First), now)
	case delivered*100 < j.Plan.Stop.AtLeast()*(delivered+bad):
		j.halt(fmt.Sprintf("stopped after the first %d: %d of %d were delivered, and %d in a hundred must be; R plans what is left",
			j.Plan.First, delivered, delivered+bad, j.Plan.Stop.AtLeast()), now)
	default:
		j.trial.passed = true
	}
}

// failedAnew stops the job when an entry failed in a way that none of the plan had.
func (j *Job) failedAnew(e *Entry, now time.Time) {
	f, known := failureOf(&e.Cause)
	if !known || j.Plan.Stop.Off || j.halted || !j.toFeed() || j.Restored {
		return
	}
	if j.trial.causes == nil {
		j.trial.causes = map[failure]struct{}{}
		for i := range j.Plan.Entries {
			if f, known := failureOf(&j.Plan.Entries[i].Cause); known {
				j.trial.causes[f] = struct{}{}
			}
		}
	}
	if _, old := j.trial.causes[f]; old || len(j.trial.causes) == 0 {
		return
	}
	status := "without a response"
	if f.status != 0 {
		status = fmt.Sprint("with ", f.status)
	}
	j.halt(fmt.Sprintf("stopped by its rule: one came back in a new way, %s: %s; R plans what is left", status, cmp.Or(f.text, "no text")), now)
}
