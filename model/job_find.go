package model

import (
	"fmt"
	"strings"
	"time"
)

// findAfter is when, after an entry in doubt was found to be gone, the logs are looked in: they are written some time
// after the fact.
var findAfter = [...]time.Duration{0, 5 * time.Second, 20 * time.Second, 60 * time.Second}

// finding is the search for what was made of entries in doubt, by the label of the operation.
type finding struct {
	items   []sought
	running bool
	// unresolved is how many entries of each destination were left in doubt: what the logs have may be of them.
	unresolved map[string]int
}

// sought is an entry in doubt, with what it is if nothing is found of it.
type sought struct {
	item   int
	seen   string // of the answer to its call
	other  OutcomeState
	reason string
	since  time.Time
	tries  int
}

func (s *sought) at() time.Time { return s.since.Add(findAfter[s.tries]) }

// seek settles an entry by what the logs have of it, or as other when they have nothing, or cannot; seen is what was seen of the
// answer to its call.
func (j *Job) seek(i int, other OutcomeState, seen, reason string, now time.Time) {
	it := &j.items[i]
	if !j.Plan.Verb.Creates() || !it.labelled {
		j.finish(i, other, reason, now)
		return
	}
	j.set(i, InDoubt)
	it.outcome.Reason = reason
	j.finding.items = append(j.finding.items, sought{i, seen, other, reason, now, 0})
}

// findAt is when the logs are looked in next: not while a write is under way, as what it makes would be taken for what
// is sought.
func (j *Job) findAt() (at time.Time, ok bool) {
	if j.finding.running || j.sends > 0 {
		return time.Time{}, false
	}
	for i := range j.finding.items {
		if t := j.finding.items[i].at(); !ok || t.Before(at) {
			at, ok = t, true
		}
	}
	return at, ok
}

func (j *Job) nextFind(now time.Time, give func(Step, openStep)) {
	if at, ok := j.findAt(); !ok || now.Before(at) {
		return
	}
	j.finding.running = true
	s := j.Plan.Selection
	give(Step{Log: LogQuery{DLQ: s.DLQ(), Label: j.Plan.Operation, Kind: s.Kind()}}, openStep{kind: FindStep})
}

// found takes what the logs have under the operation's label. What no answer has told of was made of an entry in doubt:
// of which, its destination tells, if as many were made for that as are sought.
func (j *Job) found(r StepResult, now time.Time) {
	j.finding.running = false
	made := map[string][]Created{} // by destination
	if r.Err == nil {
		made = j.unexplained(r.Log)
	}
	soughtFor, undecided := map[string]int{}, map[string]int{}
	for n := range j.finding.items {
		soughtFor[j.address(j.finding.items[n].item)]++
	}
	for _, l := range j.doubt {
		for _, i := range l.items {
			undecided[j.address(i)]++
		}
	}
	sought := j.finding.items
	j.finding.items = nil
	accounted := map[string]bool{}
	for address := range soughtFor {
		soughtFor[address] += j.finding.unresolved[address]
		accounted[address] = len(made[address]) >= soughtFor[address] && undecided[address] == 0
	}
	for _, s := range sought {
		address := j.address(s.item)
		if accounted[address] {
			c := made[address][0]
			made[address] = made[address][1:]
			j.made(s.item, c, soughtFor[address], now)
			j.items[s.item].outcome.Reason = s.seen + ", and the logs have it under " + j.Plan.Operation
			continue
		}
		if s.tries++; s.tries < len(findAfter) {
			j.finding.items = append(j.finding.items, s)
			continue
		}
		j.unresolved(s.item)
		j.finish(s.item, s.other, s.reason+j.unattributed(address, len(made[address]), soughtFor[address]+undecided[address]), now)
	}
}

// unattributed tells of what the logs have of entries in doubt when it is not told of which it was made. One that is still in the
// DLQ counts too: something may have been made of it before it goes.
func (j *Job) unattributed(address string, made, doubtful int) string {
	if made == 0 {
		return ""
	}
	there := 0
	for i := range j.items {
		if o := &j.items[i].outcome; o.State == InDoubt && o.FoundStillThere && j.address(i) == address {
			there++
		}
	}
	words := fmt.Sprintf("; the logs have %d under %s, for %d in doubt", made, j.Plan.Operation, doubtful)
	if there > 0 {
		words += fmt.Sprintf(", %d of them still in the DLQ", there)
	}
	return words
}

// unresolved takes note of an entry that is left in doubt, and of which something may have been made.
func (j *Job) unresolved(i int) {
	if j.finding.unresolved == nil {
		j.finding.unresolved = map[string]int{}
	}
	j.finding.unresolved[j.address(i)]++
}

func (j *Job) address(i int) string {
	return withoutQuery(AddressOf(&j.Plan.Entries[i]))
}

// AddressOf is where what is made of an entry is sent: its destination, or the URL of its workflow.
func AddressOf(e *Entry) string {
	if e.Key.Kind == WorkflowRun && e.WorkflowURL != "" {
		return e.WorkflowURL
	}
	return e.URL
}

// withoutQuery leaves out of a URL what may be a secret.
func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

// unexplained is what a log has that no answer has told of, by destination.
func (j *Job) unexplained(p LogPage) map[string][]Created {
	made := map[string][]Created{}
	seen := map[string]bool{}
	add := func(id, address string, c Created) {
		if _, known := j.explained[id]; known || seen[id] || id == "" {
			return
		}
		seen[id] = true
		address = withoutQuery(address)
		made[address] = append(made[address], c)
	}
	for i := range p.Events {
		e := &p.Events[i]
		add(e.MessageID, e.URL, Created{MessageID: e.MessageID})
	}
	for i := range p.Runs {
		r := &p.Runs[i]
		add(r.ID, r.URL, Created{WorkflowRunID: r.ID, WorkflowCreatedAt: r.CreatedAt})
	}
	return made
}
