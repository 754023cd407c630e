package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

// sheet is the plan sheet: what a write would do, before anything is sent. Its plan was frozen when it was opened; what
// happens to the list meanwhile does not change it.
type sheet struct {
	id    int
	plan  model.Plan
	guard model.Guard
	// question is what is asked, with what was typed for an answer.
	question model.Question
	form     *form // the overrides while they are edited
	// check finds out which entries are still there, when there are too many for each to be answered by itself.
	check *model.Check
	// red is set when something that can do harm has to be ticked before the sheet is answered.
	red, ticked bool
	// refresh is set when the entries are not from a list: they are shown as the check finds them.
	refresh bool
	// rest is the operation that the plan goes on with, when it is not a new one.
	rest *model.Job
	// behind is what waits for the canary that the sheet is for, after the canary that what the sheet is for has waited for.
	behind *model.Plan
	after  *canary
	// publish is what the sheet is for when it is no plan: deleted messages that are published anew.
	publish *publishing
	lines   []sheetLine
	shown   []sheetLine // lines as they fit the width
	summary model.Summary
	top     int
	// watching is set while it is being found out whether the sheet's frame stands; quiet counts the looks at which the
	// terminal had taken everything.
	watching bool
	quiet    int
}

// sampleID is how much of an id a sample shows.
const sampleID = 14

// frameTime is longer than what draws the frames lets pass between two of them.
const frameTime = 25 * time.Millisecond

func bringBackVerb(k model.Kind) model.Verb {
	if k == model.WorkflowRun {
		return model.Resume
	}
	return model.Retry
}

// plan freezes a plan and shows it.
func (m *Model) plan(verb model.Verb) tea.Cmd {
	return m.makePlan(model.PlanRequest{
		Verb: verb, List: m.list(), Acted: m.takesNoVerb, Gives: m.gives(),
		Operation: m.opts.NewOperation(), Now: m.now,
	}, (*Model).showSheet)
}

// gives are what entries that came back of jobs get back of their own.
func (m *Model) gives() []model.Gives {
	gives := make([]model.Gives, len(m.jobs))
	for i, j := range m.jobs {
		gives[i] = j.Gives()
	}
	return gives
}

func (m *Model) showSheet(plan model.Plan) tea.Cmd {
	if plan.Doubtful == 0 && plan.Verb == model.Retry {
		for i := range plan.Entries {
			k := plan.Selection.At(i)
			if o, acted := m.outcome(k); m.doubted[k] || acted && o.State == model.InDoubt {
				plan.Doubtful++
			}
		}
	}
	plan.Kept = plan.Verb == model.Delete && m.opts.Trash != nil
	m.sheets++
	m.sheet = &sheet{id: m.sheets, plan: plan, question: plan.Question()}
	if plan.Selection.Len() > 1 || plan.Selection.Len() == 1 && m.jobView.open {
		m.sheet.check = model.NewCheck(&plan)
	}
	m.sheet.lines = m.sheet.says(m)
	return m.watchSheet()
}

// watchSheet finds out when a frame with the sheet stands on the terminal.
func (m *Model) watchSheet() tea.Cmd {
	s := m.sheet
	if s == nil || m.lay.tooSmall || s.watching {
		return nil
	}
	if _, stands := s.guard.OpensAt(); stands {
		return nil
	}
	s.watching, s.quiet = true, 0
	return m.after(frameTime, stoodMsg{s.id, m.written().Begun})
}

func (m *Model) written() Written {
	if m.opts.Written == nil {
		return Written{}
	}
	return m.opts.Written()
}

// stood looks whether the terminal has taken the sheet. The first message of a watch is handled after View was called for
// the sheet; a write that is done by then may still be of the frame before, which a slow line held up. So the terminal must
// have taken everything at two looks in a row, with more time between them than the renderer lets pass between frames.
func (m *Model) stood(msg stoodMsg) tea.Cmd {
	s := m.sheet
	if s == nil || msg.sheet != s.id {
		return nil
	}
	s.watching = false
	if m.lay.tooSmall {
		return nil
	}
	if m.opts.Written != nil {
		w := m.opts.Written()
		if w.Begun == w.Done && w.Done > msg.begun {
			s.quiet++
		} else {
			s.quiet = 0
		}
		if s.quiet < 2 {
			s.watching = true
			return m.after(frameTime, msg)
		}
	}
	s.guard.Stood(m.now)
	return m.wakeForSheet()
}

// lineStalls tells whether keys may have waited while the terminal took no output: when they were pressed is not known
// then.
func (m *Model) lineStalls() bool {
	return m.now.Sub(m.written().Stalled) < model.QuietTime
}

// wakeForSheet draws the sheet again when it takes answers.
func (m *Model) wakeForSheet() tea.Cmd {
	at, ok := m.sheet.guard.OpensAt()
	if !ok || m.sheet.guard.Open(m.now) {
		return nil
	}
	return m.after(at.Sub(m.now), expireMsg{})
}

// scope is where the keys of the sheet are looked up.
func (s *sheet) scope() keymap.Scope {
	switch {
	case s.form != nil:
		return keymap.Form
	case s.question.Kind == model.TypeCount:
		return keymap.SheetCount
	case s.question.Kind == model.TypeWord:
		return keymap.SheetWord
	}
	return keymap.Sheet
}

// answers tells whether an answer is taken now; one that is not makes the waiting begin again.
func (m *Model) answers(s *sheet) bool {
	if m.lineStalls() {
		s.guard.ForeignKey(m.now)
	}
	return s.guard.Answer(m.now) && s.checked() && (!s.red || s.ticked)
}

func (m *Model) sheetKey(msg tea.KeyPressMsg, b keymap.Binding, known bool) tea.Cmd {
	s := m.sheet
	if !known && s.question.Takes(msg.Text) {
		if m.answers(s) {
			s.question.Type(msg.Text)
		}
		return m.wakeForSheet()
	}
	if !known {
		s.guard.ForeignKey(m.now)
		return m.wakeForSheet()
	}
	switch b.Action {
	case keymap.No, keymap.Drop:
		return m.closeSheet()
	case keymap.Answer:
		if s.question.Typed() == "" {
			return m.closeSheet()
		}
		if !m.answers(s) || !s.question.Try() {
			return m.wakeForSheet()
		}
		return m.send()
	case keymap.Erase:
		s.question.Erase()
	case keymap.EmptyField:
		for s.question.Typed() != "" {
			s.question.Erase()
		}
	case keymap.Overrides:
		return m.editOverrides()
	case keymap.ByFilter:
		return m.switchFilter()
	case keymap.Tick:
		if s.publish != nil && s.publish.addsDoubt() {
			return m.switchDoubt()
		}
		s.ticked = s.red && !s.ticked
	case keymap.Interrupt:
		return m.interrupt()
	case keymap.Yes:
		if !m.answers(s) {
			return m.wakeForSheet()
		}
		return m.send()
	case keymap.Down, keymap.ScrollDown:
		s.top = min(s.top+1, max(0, len(s.shown)-s.room(m.height)))
	case keymap.Up, keymap.ScrollUp:
		s.top = max(0, s.top-1)
	case keymap.Suspend:
		return m.suspend()
	}
	s.guard.OwnKey(m.now)
	return m.wakeForSheet()
}

func (m *Model) closeSheet() tea.Cmd {
	verb, publishes := m.sheet.plan.Verb, m.sheet.publish != nil
	m.sheet = nil
	if publishes {
		return m.say(text.Const("nothing was published: it was not confirmed"))
	}
	return m.say(text.Sprintf("nothing was sent: the %s was not confirmed", verb.String()))
}

// send begins the job of the plan that was confirmed. The rows are no longer marked: they show their outcome instead.
func (m *Model) send() tea.Cmd {
	plan, rest, publish, behind, after := m.sheet.plan, m.sheet.rest, m.sheet.publish, m.sheet.behind, m.sheet.after
	m.sheet = nil
	// That nothing was sent is not true any more.
	m.notices.answer = nil
	if publish != nil {
		return m.publishAll(publish)
	}
	if rest != nil {
		return m.goOn(rest, plan)
	}
	j := model.NewJob(len(m.jobs)+1, plan)
	m.jobs = append(m.jobs, j)
	m.jobView.at, m.jobView.top = 0, 0
	for i := range j.Len() {
		m.acted[j.Key(i)] = actedOn{job: j, index: i}
	}
	m.lists[plan.Selection.Kind()].Marks.Unmark(plan.Selection)
	m.sentCanary(j, behind)
	if after != nil {
		after.state = canaryOver
	}
	return m.beginJob(j)
}

// goOn lets an operation that an earlier session left unfinished go on with what is still there of it.
func (m *Model) goOn(j *model.Job, left model.Plan) tea.Cmd {
	j.GoOn(left.Selection, m.now)
	m.record.begun[j.Number] = false
	return m.beginJob(j)
}

// stepDone takes the answer to a call of a job.
func (m *Model) stepDone(r model.StepResult) tea.Cmd {
	j := m.numbered(r.Step.Job)
	if j == nil {
		return nil
	}
	wasDone := j.Finished()
	j.Apply(r, m.now)
	m.lookAtRecord(r.Step)
	m.watchCanaries()
	m.lineage.Add(j, r.Result.Created)
	if !wasDone && j.Finished() {
		if c := m.canaryOf(j); c != nil {
			return m.sayCanary(c)
		}
		return tea.Batch(m.sumUp(j), m.emptyTrash(j))
	}
	return nil
}

// sumUp says how a job ended: a success expires, anything else stays until it was seen.
func (m *Model) sumUp(j *model.Job) tea.Cmd {
	counts := j.Counts()
	good := counts[model.Sent] + counts[model.Delivered] + counts[model.Retrying]
	words := text.Sprintf("%s of %s: %s", j.Plan.Verb.String(), count(j.Len(), j.Plan.Selection.Kind()), outcomeCounts(counts, j.Plan.Verb))
	if n := j.Extra(); n > 0 {
		words = text.Sprintf("%s, and %s that were not on the list", words, humanize.Comma(int64(n)))
	}
	if good == j.Len() && j.Extra() == 0 {
		return m.say(words)
	}
	if why := j.Stopped(); why != "" && j.Large() {
		m.complain(text.Concat(words, text.Const(" — "), text.Line(why)))
		return nil
	}
	for i := range j.Len() {
		if o := j.Outcome(i); o.State != model.Sent && o.State != model.Delivered && o.State != model.Retrying && o.Reason != "" {
			words = text.Concat(words, text.Const(" — "), text.Line(head(o.Reason)))
			break
		}
	}
	m.complain(words)
	return nil
}
