package ui

import (
	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

// canary is an entry that went out before others, which wait for what becomes of it.
type canary struct {
	job    *model.Job
	behind model.Plan // as it was frozen with the canary
	state  canaryState
}

// canaryState is what is done about the entries behind a canary.
type canaryState uint8

const (
	canaryOut     canaryState = iota // what becomes of it is awaited
	canaryOffered                    // it was delivered, and a line says so
	canaryLeft                       // the line was dismissed: they can be planned from the job
	canaryOver                       // they were sent, or are not to be
)

// planCanary shows the sheet for one of the marked entries, or for the one under the cursor.
func (m *Model) planCanary() tea.Cmd {
	if c := m.offered(); c != nil {
		return m.planBehind(c)
	}
	at := model.Key{}
	if e, ok := m.list().Current(); ok {
		at = e.Key
	}
	return m.makePlan(model.PlanRequest{
		Verb: bringBackVerb(m.kind), List: m.list(), Acted: m.takesNoVerb, Gives: m.gives(), Operation: m.opts.NewOperation(), Now: m.now,
	}, func(m *Model, plan model.Plan) tea.Cmd { return m.showCanary(plan, at) })
}

func (m *Model) showCanary(plan model.Plan, at model.Key) tea.Cmd {
	m.digest = nil // it is of all of them
	first, behind := plan.Canary(at)
	for _, c := range m.canaries {
		if c.state == canaryOut && c.behind.Selection.Has(first.Selection.At(0)) {
			return m.say(text.Sprintf("the canary of job %d is on its way, and these wait behind it: once it was delivered, C asks about them", c.job.Number))
		}
	}
	cmd := m.showSheet(first)
	m.sheet.behind = &behind
	return cmd
}

// offered is the canary whose delivery the line above the footer tells; nil when there is none.
func (m *Model) offered() *canary {
	for i := len(m.canaries) - 1; i >= 0; i-- {
		if m.canaries[i].state == canaryOffered {
			return m.canaries[i]
		}
	}
	return nil
}

// leaveOffer takes the line away. What waits can still be planned from the canary's job.
func (m *Model) leaveOffer() bool {
	c := m.offered()
	if c != nil {
		c.state = canaryLeft
	}
	return c != nil
}

// offer is the line that tells of a delivered canary.
func (m *Model) offer() *notice {
	c := m.offered()
	if c == nil {
		return nil
	}
	n := c.behind.Selection.Len()
	return &notice{at: m.now, text: text.Sprintf("the canary of job %d was delivered: C shows what was answered, and the sheet for the other %s (esc leaves them)",
		c.job.Number, count(n, c.behind.Selection.Kind()))}
}

// canaryOf is the canary of a job, when others wait behind it.
func (m *Model) canaryOf(j *model.Job) *canary {
	for _, c := range m.canaries {
		if c.job == j {
			return c
		}
	}
	return nil
}

// noCanaryInJobs says why C does nothing on a job, or "".
func (m *Model) noCanaryInJobs(j *model.Job) string {
	if m.offered() != nil {
		return ""
	}
	c := m.canaryOf(j)
	switch {
	case c == nil && j.Plan.IsCanary:
		return "nothing waits behind this canary: what did stays in the DLQ"
	case c == nil:
		return "this is no canary: C in a list or in Causes sends one entry first"
	case c.state == canaryOut:
		return "the canary is on its way"
	case c.state == canaryOver:
		return "what waited behind this canary was sent, or is not to be"
	}
	return ""
}

// sentCanary keeps what waits behind a canary whose job has begun.
func (m *Model) sentCanary(j *model.Job, behind *model.Plan) {
	if behind == nil || behind.Selection.Len() == 0 {
		return
	}
	behind.Overrides, behind.Stop = j.Plan.Overrides, j.Plan.Stop
	m.canaries = append(m.canaries, &canary{job: j, behind: *behind})
}

// sayCanary says that a canary was sent, when nothing worse is to be said.
func (m *Model) sayCanary(c *canary) tea.Cmd {
	if c.state != canaryOut {
		return nil
	}
	return m.say(text.Sprintf("the canary of job %d was sent: what becomes of it is said here, and the others wait", c.job.Number))
}

// watchCanaries looks what became of canaries, and says so once.
func (m *Model) watchCanaries() {
	for _, c := range m.canaries {
		if c.state != canaryOut {
			continue
		}
		o := c.job.Outcome(0)
		switch {
		case !o.Settled() || o.Followed:
		case o.State == model.Delivered:
			c.state = canaryOffered
			m.notices.answer = nil
		default:
			c.state = canaryOver
			words := text.Sprintf("the canary of job %d was not delivered (%s), so that nothing more is sent: the other %s stay in the DLQ",
				c.job.Number, o.Words(), count(c.behind.Selection.Len(), c.behind.Selection.Kind()))
			if o.Reason != "" {
				words = text.Concat(words, text.Const(" — "), text.Line(head(o.Reason)))
			}
			m.complain(words)
		}
	}
}

// planBehind shows the sheet for what waits behind a canary, without what was acted on meanwhile.
func (m *Model) planBehind(c *canary) tea.Cmd {
	p := c.behind
	var busy []model.Key
	for i := range p.Selection.Len() {
		if k := p.Selection.At(i); m.takesNoVerb(k) {
			busy = append(busy, k)
		}
	}
	if len(busy) > 0 {
		gone := p.Gone
		left, some := p.Without(busy)
		if !some {
			c.state = canaryOver
			return m.say(text.Const("nothing is left behind the canary: all of it was acted on meanwhile (4 shows by what)"))
		}
		p, p.Gone, p.Acted = left, gone, p.Acted+len(busy)
	}
	p.Operation, p.FrozenAt = m.opts.NewOperation(), m.now
	p.CursorOutside, p.Hidden = nil, 0
	cmd := m.showSheet(p.InStages())
	m.sheet.after = c
	m.sheet.lines = m.sheet.says(m)
	return cmd
}

// saysOfStages is what the sheet says of a canary and of entries that go out ahead of others.
func (s *sheet) saysOfStages(add, warn func(label, words text.Safe)) {
	p := &s.plan
	if c := s.after; c != nil {
		o := c.job.Outcome(0)
		words := text.Sprintf("delivered (job %d)", c.job.Number)
		if o.Reason != "" {
			words = text.Concat(words, text.Const(": "), text.Line(head(o.Reason)))
		} else {
			words = text.Concat(words, text.Const("; the log keeps no answer of what was delivered"))
		}
		add(text.Const("the canary"), words)
	}
	noun := p.Selection.Kind().Noun(2)
	switch {
	case p.IsCanary && p.Behind == 0:
		add(text.Const("one attempt"), text.Const("retries 0, and nothing waits behind it"))
	case p.IsCanary:
		add(text.Const("one attempt"), text.Const("retries 0: a failure shows at once"))
		warn(text.Const("not in it"), text.Sprintf("the other %s wait: nothing of them is sent by this answer, and nothing at all if it fails",
			humanize.Comma(int64(p.Behind))))
	case p.First > 0 && p.First < p.Selection.Len():
		add(text.Const("in stages"), text.Sprintf("the %d oldest first, with retries 0", p.First))
		add(text.Safe{}, text.Sprintf("then the other %s, if %d %% of those were delivered",
			humanize.Comma(int64(p.Selection.Len()-p.First)), p.Stop.AtLeast()))
	case p.First > 0:
		add(text.Const("one attempt"), text.Sprintf("these %s go out with retries 0: a failure shows at once", noun))
	}
	retries, flow, labels := p.GivenBack()
	for i, c := range retries {
		label := text.Const("given back")
		if i > 0 {
			label = text.Safe{}
		}
		add(label, text.Sprintf("retries %s to %s, which a job before had changed", c.Value, nounEntries(c.N)))
	}
	if flow > 0 {
		add(text.Const("given back"), text.Sprintf("their own flow-control key to %s", nounEntries(flow)))
	}
	if labels > 0 {
		add(text.Const("given back"), text.Sprintf("their own labels to %s", nounEntries(labels)))
	}
	if p.Unknown > 0 {
		warn(text.Const("not known"), text.Sprintf("what %s had before a job changed it: they go out as they are now (o sets it)", nounEntries(p.Unknown)))
	}
}

// saysOfStopping is when the job of the sheet would stop by itself.
func (s *sheet) saysOfStopping(add func(label, words text.Safe)) {
	p := &s.plan
	switch {
	case !p.Large() || !p.Verb.Creates():
	case p.Stop.Off:
		add(text.Const("stops"), text.Const("not by itself, whatever comes back (o changes it)"))
	default:
		add(text.Const("stops"), text.Sprintf("by itself under %d %% delivered, or at a new cause (o)", p.Stop.AtLeast()))
	}
}
