package ui

import (
	"context"
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

// rowsOfAGroup is how many entries of each group on the screen are read for their steps before others.
const rowsOfAGroup = 4 * model.MostRuns

// readSteps reads the next page of the logs that tell at which steps runs failed.
func (m *Model) readSteps() tea.Cmd {
	read, ok := m.steps.Next(m.now, m.runsInSight)
	if !ok {
		return nil
	}
	b := m.opts.Backend
	return safely("reading the steps of runs", func() tea.Msg {
		page, err := b.Logs(context.Background(), read.Log)
		return stepsMsg{read, page, err}
	}, func(err error) tea.Msg { return stepsMsg{read: read, err: err} })
}

// runsInSight are the entries on the screen, as far as their steps are of use there; some are no runs.
func (m *Model) runsInSight(yield func(model.Key) bool) {
	if m.detail.open && !yield(m.detail.key) || m.jobView.open {
		return
	}
	if v := &m.causes; v.open {
		for i := v.top; i < min(len(v.keys), v.top+m.groupsShown()); i++ {
			g := v.of[v.keys[i]]
			if g.Runs == 0 {
				continue
			}
			for _, r := range g.Rows[:min(len(g.Rows), rowsOfAGroup)] {
				if !yield(m.store.At(r).Key) {
					return
				}
			}
		}
		return
	}
	l := m.list()
	for i := l.Top(); i < min(l.Len(), l.Top()+l.Height()); i++ {
		if !yield(l.At(i).Key) {
			return
		}
	}
}

// stepsArrived takes a page in. What it tells changes no list until it is asked in; the detail of the run shows it.
func (m *Model) stepsArrived(msg stepsMsg) tea.Cmd {
	d := &m.detail
	was := m.saysStep(d.key)
	if msg.err != nil {
		m.steps.Fail(msg.read, m.now, msg.err)
	} else {
		m.steps.Apply(msg.read, msg.page)
	}
	if !d.open || d.whole == nil || d.log.on || m.saysStep(d.key) == was {
		return nil
	}
	return d.layOut(m)
}

// takeSteps makes the steps that were learned a part of the causes of their runs, and asks again for those on the screen that
// the logs had nothing of. It is for the lists of runs.
func (m *Model) takeSteps() {
	if m.kind != model.WorkflowRun {
		return
	}
	m.steps.Again(m.runsInSight)
	if m.steps.Waiting() == 0 {
		return
	}
	known := m.store.Len()
	m.steps.Take()
	for _, l := range m.lists {
		l.AdoptSteps(known)
	}
}

// stepsWaiting is how many steps wait to be taken in by what is open.
func (m *Model) stepsWaiting() int {
	if m.kind == model.WorkflowRun || m.causes.open {
		return m.steps.Waiting()
	}
	return 0
}

// saysStep is the step that a run failed at, or why that is not known; "" of a message.
func (m *Model) saysStep(k model.Key) string {
	if k.Kind != model.WorkflowRun {
		return ""
	}
	step, state := m.steps.Known(k)
	err := m.steps.Err()
	var limit *model.RateLimitedError
	switch {
	case state == model.StepLearned:
		return step
	case state == model.StepSilent:
		return "not known: the workflow logs do not tell it"
	case err != nil && !errors.As(err, &limit):
		return "not known yet: the workflow logs could not be read: " + head(err.Error())
	}
	return "not known yet: the workflow logs are being read"
}

// chip says what waits for r.
func chip(newcomers int, passed bool, steps int) text.Safe {
	more := text.Safe{}
	if passed {
		more = text.Const("+")
	}
	var what text.Safe
	switch {
	case newcomers == 0 && steps == 0:
		return text.Safe{}
	case steps == 0:
		what = text.Sprintf("%s%s new", humanize.Comma(int64(newcomers)), more)
	case newcomers == 0:
		what = stepsKnown(steps)
	default:
		what = text.Sprintf("%s%s new, %s", humanize.Comma(int64(newcomers)), more, stepsKnown(steps))
	}
	return text.Sprintf("▲ %s  r show", what)
}

func stepsKnown(n int) text.Safe {
	if n == 1 {
		return text.Const("1 step known")
	}
	return text.Sprintf("%s steps known", humanize.Comma(int64(n)))
}

// stepOf is the step that the runs of a group failed at, as it stands behind their cause, in few words if need be; empty when
// the cause does not have one, or the group is of several.
func (m *Model) stepOf(g *model.Group, named bool) text.Safe {
	if g.Runs == 0 || g.Causes > 1 || m.causes.by == model.PerStep {
		return text.Safe{}
	}
	sign, step := text.Const("  ⟂ "), text.Line(g.Cause.Step)
	if step.IsEmpty() {
		step = text.Const("unknown")
	}
	if named {
		step = text.Concat(text.Const("step "), step)
	}
	return text.Concat(sign, step)
}

// heir is the place of a group that was shown: its own, else that of the group that has its first entry now.
func (v *causesPane) heir(s *model.Store, g *model.Group) int {
	if i := slices.Index(v.keys, g.Key); i >= 0 || len(g.Rows) == 0 {
		return max(0, i)
	}
	key := s.At(g.Rows[0]).Key
	return max(0, slices.IndexFunc(v.keys, func(k string) bool {
		return slices.ContainsFunc(v.of[k].Rows, func(r model.Row) bool { return s.At(r).Key == key })
	}))
}
