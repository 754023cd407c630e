package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

// jobsPane is the view of the jobs, the newest first, and of the entries of one of them.
type jobsPane struct {
	open   bool
	at     int
	top    int
	inside *jobEntries
}

// jobEntries is what became of the entries of a job. Which rows it has and in which order is settled when it is opened,
// filtered or sorted, so that no row moves under the cursor.
type jobEntries struct {
	job     *model.Job
	rows    []int
	only    model.OutcomeState
	filter  bool // only holds
	order   outcomeOrder
	at, top int
	asOf    time.Time // when rows was settled
}

// outcomeOrder is what the entries of a job are sorted by.
type outcomeOrder uint8

const (
	byOutcome outcomeOrder = iota
	asPlanned
	byDestination
	byLastChange
)

var outcomeOrders = [...]text.Safe{
	text.Const("the outcome, what needs you first"), text.Const("the plan"), text.Const("the destination"), text.Const("the time of the last change, newest first"),
}

// job is the job that keys of the view are for.
func (m *Model) job() *model.Job {
	if m.jobView.inside != nil {
		return m.jobView.inside.job
	}
	if i := len(m.jobs) - 1 - m.jobView.at; i >= 0 && i < len(m.jobs) {
		return m.jobs[i]
	}
	return nil
}

// outcomeRanks is the place of each state when entries are sorted by it: what needs a person first.
var outcomeRanks = func() (ranks [len(model.OutcomeStates)]int) {
	for i, s := range [len(model.OutcomeStates)]model.OutcomeState{
		model.InDoubt, model.GoneUnknownHow, model.CameBack, model.Refused, model.NoEvidence, model.Cancelled, model.Duplicate,
		model.AlreadyGone, model.Retrying, model.Sending, model.NotSent, model.Sent, model.Delivered,
	} {
		ranks[s] = i
	}
	return ranks
}()

func (e *jobEntries) arrange() {
	e.rows = e.rows[:0:0]
	for i := range e.job.Len() {
		if !e.filter || e.job.Outcome(i).State == e.only {
			e.rows = append(e.rows, i)
		}
	}
	var compare func(a, b int) int
	switch e.order {
	case byOutcome:
		compare = func(a, b int) int {
			return outcomeRanks[e.job.Outcome(a).State] - outcomeRanks[e.job.Outcome(b).State]
		}
	case byDestination:
		compare = func(a, b int) int {
			x, y := model.Destination(e.job.Plan.Entries[a].URL), model.Destination(e.job.Plan.Entries[b].URL)
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		}
	case byLastChange:
		compare = func(a, b int) int { return e.job.Outcome(b).At.Compare(e.job.Outcome(a).At) }
	}
	if compare != nil {
		slices.SortStableFunc(e.rows, compare)
	}
	e.at, e.top = min(e.at, max(0, len(e.rows)-1)), 0
}

func (m *Model) showJobs() tea.Cmd {
	m.jobView.open, m.causes.open = true, false
	m.focus = onTable
	return tea.Batch(m.arrange(), m.readTrash())
}

// disabledInJobs says why a key of the view does nothing now, or "".
func (m *Model) disabledInJobs(a keymap.Action) string {
	j := m.job()
	if _, trash := m.trashed(); trash {
		switch a {
		case keymap.Pause, keymap.StopFeed, keymap.Faster, keymap.Slower, keymap.WriteReport, keymap.Copy, keymap.Open:
			return "this was deleted: R publishes it anew"
		case keymap.Canary:
			if m.offered() == nil {
				return "this was deleted: R publishes it anew"
			}
		}
		return ""
	}
	switch a {
	case keymap.Pause, keymap.StopFeed, keymap.Faster, keymap.Slower, keymap.PlanAgain, keymap.Canary, keymap.WriteReport, keymap.Copy, keymap.Open:
		if j == nil && m.opts.ReadOnly {
			return "there is no job: redrive was started with --read-only"
		}
		if j == nil {
			return "there is no job yet: R in a list plans one"
		}
	}
	switch a {
	case keymap.Pause, keymap.StopFeed, keymap.Faster, keymap.Slower:
		switch j.State() {
		case model.Settling, model.Following, model.Ended:
			return "everything of it was sent or stopped"
		}
		if j.Restored && a != keymap.StopFeed {
			return "an earlier session began it: R plans what is left"
		}
	case keymap.PlanAgain:
		if m.opts.ReadOnly {
			return "redrive was started with --read-only"
		}
	case keymap.Canary:
		if m.opts.ReadOnly {
			return "redrive was started with --read-only"
		}
		return m.noCanaryInJobs(j)
	}
	return ""
}

// jobsKey does what a key does in the view of the jobs.
func (m *Model) jobsKey(b keymap.Binding) (cmd tea.Cmd, done bool) {
	v := &m.jobView
	j := m.job()
	switch b.Action {
	case keymap.Down:
		m.moveInJobs(1)
	case keymap.Up:
		m.moveInJobs(-1)
	case keymap.HalfDown:
		m.moveInJobs(max(1, m.lay.body.height/2))
	case keymap.HalfUp:
		m.moveInJobs(-max(1, m.lay.body.height/2))
	case keymap.ScreenDown:
		m.moveInJobs(max(1, m.lay.body.height))
	case keymap.ScreenUp:
		m.moveInJobs(-max(1, m.lay.body.height))
	case keymap.First:
		m.moveInJobs(-1 << 30)
	case keymap.Last:
		m.moveInJobs(1 << 30)
	case keymap.Open:
		v.inside = &jobEntries{job: j, asOf: m.now}
		v.inside.arrange()
	case keymap.Pause:
		if j.State() == model.Paused {
			j.Continue()
			return m.say(text.Sprintf("job %d goes on", j.Number)), true
		}
		j.Pause()
		return m.say(text.Sprintf("job %d is paused: calls under way go on, p goes on", j.Number)), true
	case keymap.StopFeed:
		return tea.Batch(m.stopJob(j, "stopped by x"), m.say(text.Sprintf("job %d is stopped: what was not sent stays as it is, what was sent is followed", j.Number))), true
	case keymap.Faster:
		j.Faster(m.now)
		return m.sayPace(j), true
	case keymap.Slower:
		j.Slower(m.now)
		return m.sayPace(j), true
	case keymap.PlanAgain:
		return m.planAgain(j), true
	case keymap.Canary:
		if c := m.offered(); c != nil {
			return m.planBehind(c), true
		}
		return m.planBehind(m.canaryOf(j)), true
	case keymap.OnlyOutcome:
		m.menu = outcomeMenu(v.inside)
	case keymap.SortOutcomes:
		m.menu = outcomeSortMenu(v.inside)
	case keymap.WriteReport:
		m.askForReport(j)
		return nil, true
	case keymap.Back:
		switch {
		case m.notices.err != nil || m.offered() != nil:
			return nil, false
		case v.inside != nil:
			v.inside = nil
		default:
			return m.leaveJobs(), true
		}
	case keymap.JobsView:
		v.inside = nil
	case keymap.TakeIn:
		if v.inside != nil {
			v.inside.asOf = m.now
			v.inside.arrange()
			return nil, true
		}
		return tea.Batch(m.readEarlier(), m.readTrash()), true
	case keymap.NextPane, keymap.PreviousPane:
	default:
		return nil, false
	}
	return nil, true
}

func (m *Model) leaveJobs() tea.Cmd {
	m.jobView.open, m.jobView.inside = false, nil
	return tea.Batch(m.arrange(), m.follow())
}

func (m *Model) sayPace(j *model.Job) tea.Cmd {
	chosen, used := j.Pace()
	if used < chosen {
		return m.say(text.Sprintf("job %d: at most %g entries a second, %.3g now, since the server limits the rate", j.Number, chosen, used))
	}
	return m.say(text.Sprintf("job %d: %g entries a second", j.Number, chosen))
}

func (m *Model) moveInJobs(n int) {
	v := &m.jobView
	height := m.jobRows()
	if e := v.inside; e != nil {
		e.at = max(0, min(e.at+n, len(e.rows)-1))
		e.top = max(0, min(e.top, e.at), e.at-height+1)
		return
	}
	v.at = max(0, min(v.at+n, len(m.jobs)+len(m.trash.past)-1))
	v.top = max(0, min(v.top, v.at), v.at-height+1)
}

// jobRows is how many rows of the view fit under what stands above them.
func (m *Model) jobRows() int {
	above := 1
	if m.jobView.inside != nil {
		above = jobHeadRows + len(m.whyStopped(m.jobView.inside.job))
	}
	return max(1, m.lay.body.height-above)
}

// outcomeMenu offers the outcomes that there are, with how many entries have each.
func outcomeMenu(e *jobEntries) *menu {
	n := &menu{title: text.Const("Show the entries that are")}
	n.lines = append(n.lines, text.Sprintf("all %d", e.job.Len()))
	var states []model.OutcomeState
	for _, s := range model.OutcomeStates {
		if k := e.job.Count(s); k > 0 {
			states = append(states, s)
			n.lines = append(n.lines, text.Sprintf("%s %d", model.Outcome{State: s, Verb: e.job.Plan.Verb}.Words(), k))
			if e.filter && e.only == s {
				n.at = len(n.lines) - 1
			}
		}
	}
	n.choose = func(m *Model, i int) tea.Cmd {
		e.asOf = m.now
		if e.filter = i > 0; e.filter {
			e.only = states[i-1]
		}
		e.arrange()
		return nil
	}
	return n
}

func outcomeSortMenu(e *jobEntries) *menu {
	n := &menu{title: text.Const("Sort by"), lines: outcomeOrders[:], at: int(e.order)}
	n.choose = func(_ *Model, i int) tea.Cmd {
		e.order = outcomeOrder(i)
		e.arrange()
		return nil
	}
	return n
}

// planAgain shows the sheet for what a job did not bring to a good end, of its entries with one outcome when only these are
// shown; of an operation that a session left unfinished, for
// what it had not sent.
func (m *Model) planAgain(j *model.Job) tea.Cmd {
	if j.Restored && j.State() == model.Paused {
		cmd := m.showSheet(model.PlanRest(j))
		m.sheet.rest, m.sheet.refresh = j, true
		return cmd
	}
	var states []model.OutcomeState
	if e := m.jobView.inside; e != nil && e.filter {
		states = append(states, e.only)
	}
	plan, err := model.PlanAgain(j, m.opts.NewOperation(), m.now, m.takesNoVerb, states...)
	if err != nil {
		return m.say(text.Line(err.Error()))
	}
	cmd := m.showSheet(plan)
	m.sheet.refresh = true
	return cmd
}

// jobTime is when a job was confirmed: with the date when that was not today.
func (m *Model) jobTime(at time.Time) text.Safe {
	at = at.In(m.opts.Zone)
	if now := m.now.In(m.opts.Zone); at.YearDay() != now.YearDay() || at.Year() != now.Year() {
		return text.Line(at.Format("01-02 15:04:05"))
	}
	return text.Line(at.Format("15:04:05"))
}
