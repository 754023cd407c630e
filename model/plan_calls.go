package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Large tells whether the plan is checked before anything is sent, fed at a pace, and one of its kind at a time.
func (p *Plan) Large() bool { return p.ByFilter() || p.Selection.Len() > MaxSingle }

// Bulk tells whether the plan is carried out by calls for many entries, which answer how many were done and not which. A
// delete never is: a server that did not understand a list of ids would take it for everything.
func (p *Plan) Bulk() bool {
	return p.ByFilter() || p.Large() && p.Verb != Delete && p.Verb.MostAtOnce() > 1
}

// ByFilter tells whether the server is asked for what matches a filter, instead of for the entries of the plan by ids.
func (p *Plan) ByFilter() bool { return p.Matching.Valid() == nil }

// calls are the writes that carry the plan out. Of many the oldest failures come first, and the operation's label goes
// along where entries with the same labels can share a call without more calls being needed.
func (p *Plan) calls() []*jobCall {
	single := p.Selection.Len()
	if p.Bulk() {
		single = min(p.First, single)
	}
	calls := make([]*jobCall, single)
	for i := range calls {
		o, labelled := p.overrides(i)
		calls[i] = &jobCall{items: []int{i}, overrides: o, labelled: labelled, first: i < p.First}
	}
	var order []int
	for i := single; i < p.Selection.Len(); i++ {
		order = append(order, i)
	}
	p.oldestFirst(order)
	var bulk []*jobCall
	for _, alike := range p.withSettings(order) {
		bulk = append(bulk, p.bulkCalls(alike)...)
	}
	slices.SortStableFunc(bulk, func(a, b *jobCall) int {
		return compareNewestFirst(&p.Entries[b.items[0]], &p.Entries[a.items[0]])
	})
	return append(calls, bulk...)
}

func (p *Plan) oldestFirst(order []int) {
	slices.SortStableFunc(order, func(a, b int) int { return compareNewestFirst(&p.Entries[b], &p.Entries[a]) })
}

// withSettings are the entries that the same settings go out with, and that get the same back when they fail again: which
// of the entries of a call became which is not told.
func (p *Plan) withSettings(order []int) [][]int {
	if p.Given == nil && p.Overrides.Values[SetRetries] == "" && p.Overrides.Values[SetFlowKey] == "" {
		return [][]int{order}
	}
	var parts [][]int
	at := map[string]int{}
	for _, i := range order {
		back := p.givesBack(i)
		back.Labels = nil
		k := p.settings(i).identity() + back.identity()
		n, known := at[k]
		if !known {
			n = len(parts)
			at[k], parts = n, append(parts, nil)
		}
		parts[n] = append(parts[n], i)
	}
	return parts
}

// bulkCalls are the calls for many entries that the same settings go out with.
func (p *Plan) bulkCalls(order []int) []*jobCall {
	if len(order) == 0 {
		return nil
	}
	most := p.Verb.MostAtOnce()
	groups, rest := p.alike(order)
	var calls []*jobCall
	add := func(items []int, labelled bool) {
		if len(items) == 0 {
			return
		}
		o := p.settings(items[0])
		if labelled {
			o, _ = p.overrides(items[0])
		}
		for _, part := range p.fitting(items) {
			calls = append(calls, &jobCall{items: part, overrides: o, labelled: labelled})
		}
	}
	var parts [][]int
	for _, g := range groups {
		for ; len(g) >= most; g = g[most:] {
			add(g[:most:most], true)
		}
		if len(g) > 0 {
			parts = append(parts, g)
		}
	}
	left := len(rest)
	for _, g := range parts {
		left += len(g)
	}
	fewest := (left + most - 1) / most
	slices.SortStableFunc(parts, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	alone := 0
	for alone < len(parts) && alone+1+(left-len(parts[alone])+most-1)/most <= fewest {
		left -= len(parts[alone])
		add(parts[alone], true)
		alone++
	}
	for _, g := range parts[alone:] {
		rest = append(rest, g...)
	}
	slices.Sort(rest)
	p.oldestFirst(rest)
	for part := range slices.Chunk(rest, most) {
		add(part, false)
	}
	return calls
}

// alike are the entries that the same labels go out with, and those that take none.
func (p *Plan) alike(order []int) (groups [][]int, rest []int) {
	if !p.Verb.Creates() {
		return nil, order
	}
	at := map[string]int{}
	for _, i := range order {
		o, labelled := p.overrides(i)
		if !labelled {
			rest = append(rest, i)
			continue
		}
		k := strings.Join(o.Labels, ",")
		n, known := at[k]
		if !known {
			n = len(groups)
			at[k], groups = n, append(groups, nil)
		}
		groups[n] = append(groups[n], i)
	}
	return groups, rest
}

// fitting are the items in parts whose ids fit into one query.
func (p *Plan) fitting(items []int) [][]int {
	keys := make([]Key, len(items))
	for n, i := range items {
		keys[n] = p.Selection.At(i)
	}
	var parts [][]int
	for _, s := range Chunks(Selection{keys: keys}, p.Verb) {
		parts = append(parts, items[:s.Len():s.Len()])
		items = items[s.Len():]
	}
	return parts
}

// overrides are what goes out with the i-th entry, and whether the operation's label is among it.
func (p *Plan) overrides(i int) (o Overrides, labelled bool) {
	if !p.Verb.Creates() {
		return Overrides{}, false
	}
	o = p.settings(i)
	if o.Labels = o.typedLabels(); o.Labels == nil {
		o.Labels, labelled = p.labels(i)
		return o, labelled
	}
	if p.Operation != "" {
		o.Labels = append(o.Labels, p.Operation)
	}
	return o, p.Operation != ""
}

// write is the write of a call.
func (p *Plan) write(c *jobCall) Write {
	keys := make([]Key, len(c.items))
	for n, i := range c.items {
		keys[n] = p.Selection.At(i)
	}
	w := Write{Verb: p.Verb, Selection: Selection{keys: keys}, Operation: p.Operation}
	if p.Verb.Creates() {
		w.Overrides = c.overrides
	}
	return w
}

// Summary is what a plan comes to, for who is to confirm it.
type Summary struct {
	Calls int
	// Unlabelled is how many entries go out without the operation's label, so that they cannot be found by it.
	Unlabelled int
}

// Summary tells what the plan comes to. It grows with the number of entries.
func (p *Plan) Summary() (s Summary) {
	if p.ByFilter() {
		most := p.Verb.MostAtOnce()
		return Summary{Calls: (p.Selection.Len() + most - 1) / most, Unlabelled: p.Selection.Len()}
	}
	for _, c := range p.calls() {
		s.Calls++
		if !c.labelled {
			s.Unlabelled += len(c.items)
		}
	}
	return s
}

// Labels are the labels that go out with the i-th entry by itself; nil when none are sent.
func (p *Plan) Labels(i int) []string {
	o, _ := p.overrides(i)
	return o.Labels
}

// Duration is how long feeding the plan takes at the [DefaultPace].
func (p *Plan) Duration() time.Duration {
	return time.Duration(float64(p.Selection.Len()) / DefaultPace * float64(time.Second))
}

// endpoints are the calls for one entry and for many.
var endpoints = map[Verb][2]string{
	Retry:                {"POST /v2/dlq/retry/{dlqId}", "POST /v2/dlq/retry?dlqIds="},
	Resume:               {"POST /v2/workflows/dlq/resume/{dlqId}", "POST /v2/workflows/dlq/resume?dlqIds="},
	Restart:              {"POST /v2/workflows/dlq/restart/{dlqId}", "POST /v2/workflows/dlq/restart?dlqIds="},
	RerunFailureFunction: {"POST /v2/workflows/dlq/callback/{dlqId}", ""},
	Delete:               {"DELETE /v2/dlq/{dlqId}", "DELETE /v2/dlq?dlqIds="},
}

// CallText says which calls the plan will make.
func (p *Plan) CallText(s Summary) string {
	call := endpoints[p.Verb]
	if p.Verb == Delete && p.Selection.Kind() == WorkflowRun {
		call = [2]string{"DELETE /v2/workflows/dlq/{dlqId}", "DELETE /v2/workflows/dlq?dlqIds="}
	}
	address := call[0]
	if p.Bulk() && p.First < p.Selection.Len() {
		address = call[1]
	}
	if p.ByFilter() {
		address, _, _ = strings.Cut(call[1], "?")
		return fmt.Sprintf("about %d × %s by filter, one after the other", s.Calls, address)
	}
	if s.Calls == 1 {
		return "1 × " + address
	}
	if first := min(p.First, p.Selection.Len()); first > 0 && first < s.Calls {
		return fmt.Sprintf("%d × %s, then %d × %s", first, call[0], s.Calls-first, address)
	}
	if p.Large() {
		return fmt.Sprintf("%d × %s", s.Calls, address)
	}
	return fmt.Sprintf("%d × %s, %d at once", s.Calls, address, min(s.Calls, MaxInFlight))
}
