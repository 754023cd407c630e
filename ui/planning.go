package ui

import (
	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

// planAtOnce is how many entries a plan is made of before the next frame is drawn; of more it is made in a command.
const planAtOnce = 200

// planning is a plan that is being made, of the entries and marks as they were when it was asked for. No key but those that
// leave it does anything meanwhile: what is typed is meant for a sheet that is not there yet.
type planning struct {
	id   int
	verb model.Verb
	n    int
	kind model.Kind
	show func(*Model, model.Plan) tea.Cmd
}

type plannedMsg struct {
	id     int
	plan   model.Plan
	digest model.Digest
	err    error
}

// makePlan freezes a plan and shows it.
func (m *Model) makePlan(r model.PlanRequest, show func(*Model, model.Plan) tea.Cmd) tea.Cmd {
	work := model.BeginPlan(r)
	if n := work.Len(); n > planAtOnce {
		m.sheets++
		m.planning = &planning{m.sheets, r.Verb, n, r.List.Kind(), show}
		may := m.mayMark()
		work.Acted = func(k model.Key) bool { return !may(k) }
		return runPlanning(m.sheets, work)
	}
	plan, err := work.Run()
	if err != nil {
		return m.say(text.Line(err.Error()))
	}
	return show(m, plan)
}

func runPlanning(id int, w model.PlanWork) tea.Cmd {
	return safely("planning", func() tea.Msg {
		plan, err := w.Run()
		if err != nil {
			return plannedMsg{id: id, err: err}
		}
		return plannedMsg{id: id, plan: plan, digest: plan.Digest(plan.FrozenAt)}
	}, func(err error) tea.Msg { return plannedMsg{id: id, err: err} })
}

// planned shows the sheet of a plan, unless it was left meanwhile.
func (m *Model) planned(msg plannedMsg) tea.Cmd {
	if m.planning == nil || m.planning.id != msg.id {
		return nil
	}
	show := m.planning.show
	m.planning = nil
	if msg.err != nil {
		return m.say(text.Line(msg.err.Error()))
	}
	m.digest = &msg.digest
	return show(m, msg.plan)
}

// planningKey takes a key while a plan is being made.
func (m *Model) planningKey(b keymap.Binding) tea.Cmd {
	switch b.Action {
	case keymap.No:
		return m.leavePlanning()
	case keymap.Interrupt:
		return m.interrupt()
	case keymap.Suspend:
		return m.suspend()
	}
	return nil
}

func (m *Model) leavePlanning() tea.Cmd {
	verb := m.planning.verb
	m.planning = nil
	return m.say(text.Sprintf("nothing was sent: the %s was not confirmed", verb.String()))
}

// drawPlanning says what is under way, in the place of the message to the user.
func (m *Model) drawPlanning() []string {
	p := m.planning
	lines := make([]string, max(1, m.lay.notice.height))
	lines[0] = newRow(m.width).space(1).put(m.theme.note, text.Sprintf("planning the %s of up to %s: n leaves it", p.verb.String(), count(p.n, p.kind))).String()
	return lines
}

// digestOf is what the plan of a sheet comes to, as it was found when the plan was made.
func (m *Model) digestOf(p *model.Plan) model.Digest {
	if d := m.digest; d != nil {
		m.digest = nil
		return *d
	}
	return p.Digest(m.now)
}
