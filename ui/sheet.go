package ui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

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
	lines []sheetLine
	top   int
	// watching is set while it is being found out whether the sheet's frame stands; quiet counts the looks at which the
	// terminal had taken everything.
	watching bool
	quiet    int
}

// sampleID is how much of an id a sample shows.
const sampleID = 14

// frameTime is how long the renderer may take to bring a frame to the terminal: three of its ticks.
const frameTime = 25 * time.Millisecond

func bringBackVerb(k model.Kind) model.Verb {
	if k == model.WorkflowRun {
		return model.Resume
	}
	return model.Retry
}

// bringBack freezes a plan and shows it.
func (m *Model) bringBack() tea.Cmd {
	plan, err := model.NewPlan(model.PlanRequest{
		Verb: bringBackVerb(m.kind), List: m.list(), Acted: m.takesNoVerb,
		Operation: m.opts.NewOperation(), Now: m.now,
	})
	if err != nil {
		return m.say(text.Line(err.Error()))
	}
	m.sheets++
	m.sheet = &sheet{id: m.sheets, plan: plan}
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

func (m *Model) sheetKey(b keymap.Binding, known bool) tea.Cmd {
	s := m.sheet
	if !known {
		s.guard.ForeignKey(m.now)
		return m.wakeForSheet()
	}
	switch b.Action {
	case keymap.No:
		return m.closeSheet()
	case keymap.Interrupt:
		return m.interrupt()
	case keymap.Yes:
		if m.lineStalls() {
			s.guard.ForeignKey(m.now)
		}
		if s.plan.Refusal() != "" || !s.guard.Answer(m.now) {
			return m.wakeForSheet()
		}
		return m.send()
	case keymap.Down:
		s.top = min(s.top+1, len(s.lines)-s.room(m.height))
	case keymap.Up:
		s.top = max(0, s.top-1)
	case keymap.Suspend:
		return m.suspend()
	}
	s.guard.OwnKey(m.now)
	return m.wakeForSheet()
}

func (m *Model) closeSheet() tea.Cmd {
	verb, refusal := m.sheet.plan.Verb, m.sheet.plan.Refusal()
	m.sheet = nil
	if refusal != "" {
		return nil
	}
	return m.say(text.Sprintf("nothing was sent: the %s was not confirmed", verb.String()))
}

// send begins the job of the plan that was confirmed. The rows are no longer marked: they show their outcome instead.
func (m *Model) send() tea.Cmd {
	plan := m.sheet.plan
	m.sheet = nil
	j := model.NewJob(len(m.jobs)+1, plan)
	m.jobs = append(m.jobs, j)
	for i := range j.Len() {
		m.acted[j.Key(i)] = actedOn{job: j, index: i}
	}
	m.lists[plan.Selection.Kind()].Marks.Unmark(plan.Selection)
	return nil
}

// stepDone takes the answer to a call of a job.
func (m *Model) stepDone(r model.StepResult) tea.Cmd {
	j := m.jobs[r.Step.Job-1]
	wasDone := j.Finished()
	j.Apply(r, m.now)
	if !wasDone && j.Finished() {
		return m.sumUp(j)
	}
	return nil
}

// sumUp says how a job ended: a success expires, anything else stays until it was seen.
func (m *Model) sumUp(j *model.Job) tea.Cmd {
	counts := j.Counts()
	var parts []text.Safe
	for s := model.NotSent; s <= model.Sent; s++ {
		if n := counts[s]; n > 0 {
			parts = append(parts, text.Sprintf("%d %s", n, s.String()))
		}
	}
	words := text.Sprintf("%s of %s: %s", j.Plan.Verb.String(), count(j.Len(), j.Plan.Selection.Kind()), text.Join(text.Const(", "), parts...))
	if counts[model.Sent] == j.Len() {
		return m.say(words)
	}
	for i := range j.Len() {
		if o := j.Outcome(i); o.State != model.Sent && o.Reason != "" {
			words = text.Concat(words, text.Const(" — "), text.Line(head(o.Reason)))
			break
		}
	}
	m.complain(words)
	return nil
}

// sheetLine is a label and what it says; a line without a label goes on with the one above.
type sheetLine struct {
	label text.Safe
	style style
	text  text.Safe
}

// title is the action and the exact number.
func (s *sheet) title() text.Safe {
	verb := "Retry"
	if s.plan.Verb == model.Resume {
		verb = "Resume"
	}
	return text.Sprintf("%s %s", verb, count(s.plan.Selection.Len(), s.plan.Selection.Kind()))
}

// says is what the sheet says between the action and the question, the most important first.
func (s *sheet) says(m *Model) []sheetLine {
	p := &s.plan
	var out []sheetLine
	add := func(label, words text.Safe) { out = append(out, sheetLine{label, m.theme.plain, words}) }
	warn := func(label, words text.Safe) { out = append(out, sheetLine{label, m.theme.warn, words}) }
	next := func(first bool, label text.Safe) text.Safe {
		if first {
			return label
		}
		return text.Safe{}
	}

	if p.CursorOutside != nil {
		add(text.Const("not in it"), text.Sprintf("the row under the cursor is not marked: %s %s", p.CursorOutside.Method, model.Destination(p.CursorOutside.URL)))
	}
	if p.Hidden > 0 {
		warn(next(p.CursorOutside == nil, text.Const("not in it")), text.Sprintf("%d marked, but hidden by the filter", p.Hidden))
	}
	if p.Acted > 0 {
		warn(next(p.CursorOutside == nil && p.Hidden == 0, text.Const("not in it")), text.Sprintf("%d marked, but already acted on", p.Acted))
	}
	if p.Newcomers > 0 {
		add(next(p.CursorOutside == nil && p.Hidden+p.Acted == 0, text.Const("not in it")), text.Sprintf("%d newcomers that are not shown yet", p.Newcomers))
	}
	for i, c := range firstFew(p.ByDestination()) {
		add(next(i == 0, text.Const("to")), text.Sprintf("%d × %s", c.N, c.Value))
	}
	var statuses []text.Safe
	for _, c := range firstFew(p.ByStatus()) {
		statuses = append(statuses, text.Sprintf("%d × %s", c.N, c.Value))
	}
	add(text.Const("failed with"), text.Join(text.Const(" · "), statuses...))
	if oldest, newest := p.Ages(); !oldest.IsZero() {
		when := text.Sprintf("%s (%s)", m.clock(newest), ago(m.now, newest))
		if !oldest.Equal(newest) {
			when = text.Sprintf("%s to %s (the newest %s)", m.clock(oldest), m.clock(newest), ago(m.now, newest))
		}
		add(text.Const("failed"), when)
	}
	for i := range min(3, len(p.Entries)) {
		add(next(i == 0, text.Const("samples")), s.sample(m, &p.Entries[i]))
	}
	if e, ok := p.Oddest(); ok {
		add(text.Const("the oddest"), s.sample(m, e))
	}
	add(text.Const("calls"), text.Line(p.Calls()))
	add(text.Const("keeps"), text.Const("method, body, headers and settings as they are"))
	add(text.Const("label"), s.label())
	add(text.Const("cannot be undone"), s.irrevocable())
	return out
}

func firstFew(c []model.Count) []model.Count {
	const shown = 4
	if len(c) <= shown {
		return c
	}
	rest := 0
	for _, r := range c[shown-1:] {
		rest += r.N
	}
	return append(c[:shown-1:shown-1], model.Count{Value: fmt.Sprintf("%d others", len(c)-shown+1), N: rest})
}

func (s *sheet) sample(m *Model, e *model.Entry) text.Safe {
	status := text.Const("no response")
	if e.Status != 0 {
		status = text.Int(e.Status)
	}
	id := e.MessageID
	if e.WorkflowRunID != "" {
		id = e.WorkflowRunID
	}
	return text.Sprintf("%s  %s  %s  %s  %s", m.when(e), status, text.Cell(id, sampleID), text.Line(model.Destination(e.URL)), orNone(e.Response))
}

func (s *sheet) label() text.Safe {
	p := &s.plan
	switch {
	case p.Unlabeled == p.Selection.Len():
		return text.Const("none is added: their labels cannot be sent back as they are")
	case p.Unlabeled > 0:
		return text.Sprintf("%s is added, but not to %d with labels that cannot be sent back", p.Operation, p.Unlabeled)
	}
	return text.Sprintf("%s is added to each one's own", p.Operation)
}

func (s *sheet) irrevocable() text.Safe {
	if s.plan.Verb == model.Resume {
		return text.Const("each leaves the DLQ and goes on as a new run")
	}
	return text.Const("each leaves the DLQ and becomes a new message")
}

// room is how many of the lines fit on a screen of so many.
func (s *sheet) room(height int) int {
	const framed, staying = 4, 2 // rules, title and question; the first line of the screen and the footer
	return min(len(s.lines), max(0, height-framed-staying))
}

// drawSheetOver puts the sheet over the lower part of the screen. The action with the number, and the question, are
// always on it; what lies between gives way.
func (m *Model) drawSheetOver(lines []string) {
	s := m.sheet
	between := s.room(len(lines))
	top := min(s.top, len(s.lines)-between)
	hidden := len(s.lines) - between
	at := len(lines) - 1 - between - 4
	lines[at] = m.drawRule(m.width)
	r := newRow(m.width).space(2).put(m.theme.title, s.title())
	if hidden > 0 {
		r.right(m.theme.dim, text.Sprintf("%d more lines: j k ", hidden))
	}
	lines[at+1] = r.String()
	for i, l := range s.lines[top : top+between] {
		lines[at+2+i] = newRow(m.width).space(4).fit(m.theme.dim, l.label, labelWidth).put(l.style, l.text).String()
	}
	lines[at+2+between] = m.drawQuestion()
	lines[at+3+between] = m.drawRule(m.width)
}

func (m *Model) drawQuestion() string {
	s := m.sheet
	r := newRow(m.width).space(2)
	if why := s.plan.Refusal(); why != "" {
		return r.put(m.theme.warn, text.Line(why)).String()
	}
	question := text.Sprintf("Send %s now? ", s.calls())
	r.put(m.theme.bold, question)
	switch {
	case s.guard.Warned():
		more := text.Const(" in a moment")
		if s.guard.Open(m.now) {
			more = text.Const(", n to send nothing")
		}
		r.put(m.theme.warn, text.Const("press y to send"))
		if more.Width() <= r.left() {
			r.put(m.theme.warn, more)
		}
	case !s.guard.Open(m.now):
		r.put(m.theme.dim, text.Const("y yes, in a moment · n no (the default)"))
	default:
		r.put(m.theme.bold, text.Const("y")).put(m.theme.plain, text.Const(" yes · ")).put(m.theme.bold, text.Const("n")).put(m.theme.plain, text.Const(" no (the default)"))
	}
	return r.String()
}

func (s *sheet) calls() text.Safe {
	n := s.plan.Selection.Len()
	noun := "retries"
	switch {
	case s.plan.Verb == model.Resume && n == 1:
		noun = "resume"
	case s.plan.Verb == model.Resume:
		noun = "resumes"
	case n == 1:
		noun = "retry"
	}
	return text.Sprintf("%d %s", n, noun)
}
