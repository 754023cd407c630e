package model

// Check finds out, before anything is sent, which entries of a plan are still in the DLQ. Like a [Job] it is a state
// machine that gives out steps.
type Check struct {
	keys    []Key
	parts   [][]Key
	next    int
	open    map[int][]Key
	checked int
	gone    []Key
	found   map[Key]Entry
	err     error
}

// NewCheck is the check of a plan. Messages are asked for by ids, as many a call as there can be. Workflow runs are looked
// for in their list, which has no ids to ask by: all of them at once.
func NewCheck(p *Plan) *Check {
	c := &Check{open: map[int][]Key{}, found: map[Key]Entry{}}
	n := p.Selection.Len()
	for i := range n {
		c.keys = append(c.keys, p.Selection.At(i))
	}
	size := PageSize
	if p.Selection.Kind() == WorkflowRun {
		size = max(n, 1)
	}
	for at := 0; at < n; at += size {
		c.parts = append(c.parts, c.keys[at:min(at+size, n)])
	}
	return c
}

// Next are the steps to start now.
func (c *Check) Next() []Step {
	var steps []Step
	for c.err == nil && c.next < len(c.parts) && len(c.open) < MaxInFlight {
		c.next++
		c.open[c.next] = c.parts[c.next-1]
		steps = append(steps, Step{Number: c.next, Kind: LookStep, Keys: c.parts[c.next-1]})
	}
	return steps
}

// Apply takes the result of a step.
func (c *Check) Apply(r StepResult) {
	keys, open := c.open[r.Step.Number]
	if !open {
		return
	}
	delete(c.open, r.Step.Number)
	if r.Err != nil && !(len(keys) == 1 && isGone(r.Err)) {
		c.err = r.Err
		return
	}
	there := make(map[Key]bool, len(r.Found))
	for i := range r.Found {
		e := r.Found[i]
		there[e.Key] = true
		e.Response = MaskText(e.Response)
		c.found[e.Key] = e
	}
	for _, k := range keys {
		if !there[k] {
			c.gone = append(c.gone, k)
		}
	}
	c.checked += len(keys)
}

// Done tells whether all that can be known is known.
func (c *Check) Done() bool { return len(c.open) == 0 && (c.err != nil || c.next == len(c.parts)) }

// Err is why the check could not be made; nil when it could.
func (c *Check) Err() error { return c.err }

// Checked is how many entries were looked for so far.
func (c *Check) Checked() int { return c.checked }

// Gone are the entries that are not in the DLQ any more.
func (c *Check) Gone() []Key { return c.gone }

// Refreshed is the plan with its entries as the check found them.
func (p Plan) Refreshed(c *Check) Plan {
	entries := make([]Entry, len(p.Entries))
	for i := range p.Entries {
		entries[i] = p.Entries[i]
		if e, found := c.found[p.Selection.At(i)]; found && e.MessageID+e.WorkflowRunID != "" {
			entries[i] = e
		}
	}
	p.Entries = entries
	return p
}

// Without is the plan without some of its entries, which were found to be gone. It is false when nothing is left.
func (p Plan) Without(gone []Key) (Plan, bool) {
	off := make(map[Key]bool, len(gone))
	for _, k := range gone {
		off[k] = true
	}
	var keys []Key
	var entries []Entry
	for i := range p.Entries {
		if k := p.Selection.At(i); !off[k] {
			keys, entries = append(keys, k), append(entries, p.Entries[i])
		}
	}
	p.Gone += p.Selection.Len() - len(keys)
	s, err := NewSelection(keys...)
	p.Selection, p.Entries = s, entries
	return p, err == nil
}
