package model

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// flowSettings are the settings that make up the flow control of a message: they are given together.
var flowSettings = [...]Setting{SetFlowKey, SetRate, SetParallelism, SetPeriod}

// settings are what goes out with the i-th entry but for its labels: what was typed for all of them, else what it gets
// back of its own. What goes out ahead of the others has one attempt, so that a failure shows at once.
func (p *Plan) settings(i int) Overrides {
	o := p.Overrides
	if given, some := p.Given[p.Selection.At(i)]; some {
		o.Values[SetRetries] = cmp.Or(o.Values[SetRetries], given.Values[SetRetries])
		if o.Values[SetFlowKey] == "" {
			for _, s := range flowSettings {
				o.Values[s] = given.Values[s]
			}
		}
	}
	if i < p.First {
		o.Values[SetRetries] = "0"
	}
	return o
}

// ownLabels are the labels of the i-th entry, or those that it had before an operation replaced them; known is false when
// it may have more.
func (p *Plan) ownLabels(i int) (labels []string, known bool) {
	if given := p.Given[p.Selection.At(i)]; given.Labels != nil {
		return given.Labels, true
	}
	return p.Entries[i].Labels, !p.Entries[i].FirstLabelOnly
}

// ownSettings are the retries and the flow control of the i-th entry, or those that it had before an operation replaced
// them.
func (p *Plan) ownSettings(i int) (own Overrides) {
	e := &p.Entries[i]
	own.Values[SetRetries] = strconv.Itoa(e.MaxRetries)
	if e.FlowControlKey != "" {
		set := func(s Setting, n int, unit string) {
			if n > 0 {
				own.Values[s] = strconv.Itoa(n) + unit
			}
		}
		own.Values[SetFlowKey] = e.FlowControlKey
		set(SetRate, e.Flow.Rate, "")
		set(SetParallelism, e.Flow.Parallelism, "")
		if e.Flow.Rate > 0 {
			set(SetPeriod, int(e.Flow.Period/time.Second), "s")
		}
	}
	given := p.Given[p.Selection.At(i)]
	own.Values[SetRetries] = cmp.Or(given.Values[SetRetries], own.Values[SetRetries])
	if given.Values[SetFlowKey] != "" {
		for _, s := range flowSettings {
			own.Values[s] = given.Values[s]
		}
	}
	return own
}

// givesBack is what becomes of the i-th entry should get back when it fails again, since the plan replaces it: its own
// retries, flow control and labels. A flow control that it did not have cannot be taken off again.
func (p *Plan) givesBack(i int) (back Overrides) {
	if !p.Verb.Creates() {
		return Overrides{}
	}
	own, sent := p.ownSettings(i), p.settings(i)
	if v := sent.Values[SetRetries]; v != "" && v != own.Values[SetRetries] {
		back.Values[SetRetries] = own.Values[SetRetries]
	}
	if sent.Values[SetFlowKey] != "" && (own.Values[SetRate] != "" || own.Values[SetParallelism] != "") {
		for _, s := range flowSettings {
			if sent.Values[s] != own.Values[s] {
				for _, s := range flowSettings {
					back.Values[s] = own.Values[s]
				}
				break
			}
		}
	}
	if p.Overrides.typedLabels() != nil {
		if labels, known := p.ownLabels(i); known {
			back.Labels = withoutOperations(labels)
		}
	}
	return back
}

// withoutOperations are labels without those of operations; never nil.
func withoutOperations(labels []string) []string {
	return slices.DeleteFunc(append([]string{}, labels...), func(l string) bool { return strings.HasPrefix(l, LabelPrefix) })
}

// withoutOwn are the settings without those that an entry gets back of its own.
func (o Overrides) withoutOwn() Overrides {
	for _, s := range append(flowSettings[:], SetRetries, SetLabels) {
		o.Values[s] = ""
	}
	return o
}

// identity tells settings apart.
func (o Overrides) identity() string {
	return strings.Join(o.Values[:], "\x00") + "\x01" + strings.Join(o.Labels, "\x00") + "\x01" + strconv.FormatBool(o.Labels == nil)
}

// Gives is what the entries that came back of a job get back of their own, as it is known at one moment. It may be asked
// by any goroutine. Its zero value knows of no entry.
type Gives struct {
	plan Plan
	of   map[string]givenItem // by the id of the message or the run that was made
	// calls are the steps by which the entries were sent; 0 when that was not in this session.
	calls []int
}

type givenItem struct {
	item  int
	among bool
}

// Gives is what is known now. It grows with the number of entries only when the job replaced something of theirs.
func (j *Job) Gives() Gives {
	p := &j.Plan
	if p.First == 0 && p.Given == nil && p.Overrides.Values[SetRetries]+p.Overrides.Values[SetFlowKey]+p.Overrides.Values[SetLabels] == "" {
		return Gives{}
	}
	g := Gives{plan: *p, of: map[string]givenItem{}, calls: make([]int, len(j.items))}
	for i := range j.items {
		it := &j.items[i]
		g.calls[i] = it.call
		if it.outcome.State == Delivered {
			continue
		}
		for _, id := range [...]string{it.outcome.Created.MessageID, it.outcome.Created.WorkflowRunID} {
			if id != "" {
				g.of[id] = givenItem{i, it.outcome.Among > 1}
			}
		}
	}
	return g
}

// For is what an entry gets back. mine is false when it is none of the job's; known when the job cannot tell which of its
// entries it was.
func (g *Gives) For(e *Entry) (back Overrides, known, mine bool) {
	at, mine := g.of[e.WorkflowRunID]
	if !mine || e.WorkflowRunID == "" {
		if at, mine = g.of[e.MessageID]; !mine || e.MessageID == "" {
			return Overrides{}, false, false
		}
	}
	back = g.plan.givesBack(at.item)
	if !at.among {
		return back, true, true
	}
	// Which of the entries of a call became this one is not told: it was one with the same destination. Which shared a call
	// in an earlier session is not known either.
	address, same, call := withoutQuery(AddressOf(e)), back.identity(), g.calls[at.item]
	for n := range g.calls {
		if (call == 0 || g.calls[n] == call) && withoutQuery(AddressOf(&g.plan.Entries[n])) == address && g.plan.givesBack(n).identity() != same {
			return Overrides{}, false, true
		}
	}
	return back, true, true
}

// give lets an entry of the plan get something back.
func (p *Plan) give(k Key, back Overrides) {
	if back.IsZero() {
		return
	}
	if p.Given == nil {
		p.Given = map[Key]Overrides{}
	}
	p.Given[k] = back
}

// GivenBack counts the entries that get something of their own back, by what it is.
func (p *Plan) GivenBack() (retries []Count, flow, labels int) {
	byRetries := map[string]int{}
	for i := range p.Entries {
		given, some := p.Given[p.Selection.At(i)]
		if !some {
			continue
		}
		if v := given.Values[SetRetries]; v != "" && p.settings(i).Values[SetRetries] == v {
			byRetries[v]++
		}
		if given.Values[SetFlowKey] != "" && p.settings(i).Values[SetFlowKey] == given.Values[SetFlowKey] {
			flow++
		}
		if given.Labels != nil && p.Overrides.typedLabels() == nil {
			labels++
		}
	}
	return sortedCounts(byRetries), flow, labels
}
