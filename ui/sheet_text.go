package ui

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

// sheetLine is a label and what it says; a line without a label goes on with the one above.
type sheetLine struct {
	label text.Safe
	style style
	text  text.Safe
}

// title is the action and the exact number, and that something is overridden: on a small screen the overrides themselves
// may have to be scrolled to.
func (s *sheet) title() text.Safe {
	action := s.action()
	switch n := len(s.headers()); {
	case n == 1:
		return text.Concat(action, text.Const(", with 1 override"))
	case n > 1:
		return text.Sprintf("%s, with %d overrides", action, n)
	}
	return action
}

func (s *sheet) action() text.Safe {
	if s.publish != nil {
		return text.Sprintf("Publish %s anew", count(len(s.publish.copies()), model.Message))
	}
	n := count(s.plan.Selection.Len(), s.plan.Selection.Kind())
	if p := &s.plan; p.IsCanary {
		return text.Sprintf("Canary: %s 1 of %s", p.Verb.String(), count(1+p.Behind, p.Selection.Kind()))
	}
	switch s.plan.Verb {
	case model.Resume:
		return text.Concat(text.Const("Resume "), n)
	case model.Restart:
		return text.Concat(text.Const("Restart "), n, text.Const(" from the first step"))
	case model.RerunFailureFunction:
		return text.Sprintf("Run the failure function of %s again", n)
	case model.Delete:
		return text.Concat(text.Const("Delete "), n)
	}
	return text.Concat(text.Const("Retry "), n)
}

// says is what the sheet says between the action and the question, the most important first.
func (s *sheet) says(m *Model) []sheetLine {
	p := &s.plan
	digest := m.digestOf(p)
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
		add(text.Const("not in it"), text.Sprintf("the row under the cursor is not marked: %s %s", head(p.CursorOutside.Method), model.Destination(p.CursorOutside.URL)))
	}
	if p.Hidden > 0 {
		warn(next(p.CursorOutside == nil, text.Const("not in it")), text.Sprintf("%d marked, but hidden by the filter", p.Hidden))
	}
	if p.Acted > 0 {
		warn(next(p.CursorOutside == nil && p.Hidden == 0, text.Const("not in it")), text.Sprintf("%d marked, but already acted on", p.Acted))
	}
	if n := len(p.Unfit); n > 0 {
		warn(next(p.CursorOutside == nil && p.Hidden+p.Acted == 0, text.Const("not in it")),
			text.Sprintf("%d with no failed failure function: %s", n, firstNames(p.Unfit)))
	}
	if p.Gone > 0 {
		warn(next(p.CursorOutside == nil && p.Hidden+p.Acted+len(p.Unfit) == 0, text.Const("not in it")), text.Sprintf("%s that are gone from the DLQ", humanize.Comma(int64(p.Gone))))
	}
	s.red = false
	for i, a := range digest.Advice {
		st := m.theme.warn
		if a.Severity == model.Red {
			st, s.red = m.theme.bad, true
		}
		out = append(out, sheetLine{next(i == 0, text.Const("think of")), st, text.Sprintf("%s: %s", humanize.Comma(int64(a.N)), a.Sentence)})
	}
	s.saysOfStages(add, warn)
	if p.Partial {
		warn(text.Const("not in it"), text.Const("what is not loaded yet of the DLQ (a in Causes loads the rest)"))
	}
	if p.Doubtful > 0 {
		warn(text.Const("take care"), text.Sprintf("in doubt from before: %s, which may be sent twice", humanize.Comma(int64(p.Doubtful))))
	}
	if p.Newcomers > 0 {
		add(next(p.CursorOutside == nil && p.Hidden+p.Acted+len(p.Unfit)+p.Gone == 0, text.Const("not in it")), text.Sprintf("%d newcomers that are not shown yet", p.Newcomers))
	}
	for i, c := range firstFew(digest.Destinations) {
		add(next(i == 0, text.Const("to")), text.Sprintf("%d × %s", c.N, head(c.Value)))
	}
	var statuses []text.Safe
	for _, c := range firstFew(digest.Statuses) {
		statuses = append(statuses, text.Sprintf("%d × %s", c.N, c.Value))
	}
	add(text.Const("failed with"), text.Join(text.Const(" · "), statuses...))
	if oldest, newest := digest.Oldest, digest.Newest; !oldest.IsZero() {
		when := text.Sprintf("%s (%s)", m.clock(newest), since(m.now, newest))
		if !oldest.Equal(newest) {
			when = text.Sprintf("%s to %s (the newest %s)", m.clock(oldest), m.clock(newest), since(m.now, newest))
		}
		add(text.Const("failed"), when)
	}
	for i := range min(3, len(p.Entries)) {
		add(next(i == 0, text.Const("samples")), s.sample(m, &p.Entries[i]))
	}
	if digest.Oddest != nil {
		add(text.Const("the oddest"), s.sample(m, digest.Oddest))
	}
	switch {
	case p.ByFilter():
		warn(text.Const("by filter"), text.Const("the server decides: it may take entries that are not on this list (f: by ids)"))
		warn(text.Safe{}, text.Const("newcomers are likely to be taken first, and what is made of them is not followed"))
		if p.Selection.Kind() == model.Message {
			warn(text.Safe{}, text.Const("nothing documents that it leaves workflow runs alone"))
		}
	case p.Filterable.Valid() == nil:
		add(text.Const("by ids"), text.Const("exactly these entries (f: by the filter, on the server)"))
	}
	if s.check != nil {
		add(text.Const("checked"), s.stillThere())
	}
	s.summary = digest.Summary
	add(text.Const("calls"), text.Line(p.CallText(s.summary)))
	if p.Large() {
		add(text.Safe{}, text.Sprintf("about %s at %d entries a second (p x + - in Jobs)", roughly(p.Duration()), model.DefaultPace))
		s.saysOfStopping(add)
	}
	if p.Verb.Creates() {
		headers := s.headers()
		for i, h := range headers {
			add(next(i == 0, text.Const("overrides")), text.Sprintf("%s: %s", h.Name, model.MaskHeader(h.Name, h.Value)))
		}
		switch {
		case len(headers) > 0:
		case p.First > 0 || p.Given != nil:
			add(text.Const("overrides"), text.Const("none (o) but what is said above"))
		default:
			add(text.Const("overrides"), text.Const("none (o): everything is sent as it was"))
		}
		add(text.Const("label"), s.label())
	}
	warn(text.Const("cannot be undone"), s.irrevocable())
	if p.Verb == model.Restart {
		warn(text.Safe{}, text.Const("steps that are finished run again; R resumes instead"))
	}
	return out
}

// firstNames are the first of many names.
func firstNames(names []string) string {
	const shown = 5
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
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
	return text.Sprintf("%s  %s  %s  %s  %s", m.when(e), status, text.Cell(id, sampleID), text.Line(model.Destination(e.URL)), orNone(model.MaskText(head(e.Response))))
}

func (s *sheet) label() text.Safe {
	p := &s.plan
	if typed := p.Labels(0); p.Overrides.Values[model.SetLabels] != "" {
		return text.Sprintf("%s, instead of their own", strings.Join(typed, ", "))
	}
	switch {
	case s.summary.Unlabelled == p.Selection.Len() && p.Bulk():
		return text.Const("none is added, as their labels differ: what is in doubt cannot be found by it")
	case s.summary.Unlabelled > 0 && p.Bulk():
		return text.Sprintf("%s is added to %d of them; of the others, whose labels differ, what is in doubt cannot be found", p.Operation, p.Selection.Len()-s.summary.Unlabelled)
	case s.summary.Unlabelled == p.Selection.Len():
		return text.Const("none is added: their labels cannot be sent back as they are")
	case s.summary.Unlabelled > 0:
		return text.Sprintf("%s is added, but not to %d with labels that cannot be sent back", p.Operation, s.summary.Unlabelled)
	}
	return text.Sprintf("%s is added to each one's own", p.Operation)
}

// headers are the overrides as they go out; the label, which differs from entry to entry, has a line of its own.
func (s *sheet) headers() []model.HeaderField {
	o := s.plan.Overrides
	o.Labels = nil
	return o.Headers()
}

func (s *sheet) irrevocable() text.Safe {
	switch s.plan.Verb {
	case model.Resume:
		return text.Const("each leaves the DLQ and goes on as a new run")
	case model.Restart:
		return text.Const("each leaves the DLQ and begins as a new run")
	case model.RerunFailureFunction:
		return text.Const("the failure function runs again; the run stays in the DLQ")
	case model.Delete:
		if s.plan.Kept && s.plan.Selection.Kind() == model.WorkflowRun {
			return text.Const("each leaves the DLQ; a copy is kept to be read, which cannot be brought back")
		}
		if s.plan.Kept {
			return text.Const("each leaves the DLQ; a copy is kept, and R in Jobs publishes it anew (a body may have been cut by the server)")
		}
		return text.Const("each is gone for good, with its body: nothing is kept")
	}
	return text.Const("each leaves the DLQ and becomes a new message")
}

// room is how many of the lines fit on a screen of so many.
func (s *sheet) room(height int) int {
	const framed, staying = 4, 2 // rules, title and question; the first line of the screen and the footer
	lines := len(s.shown)
	if s.form != nil {
		lines = len(s.form.fields)
	}
	return min(lines, max(0, height-framed-staying))
}

// drawSheetOver puts the sheet over the lower part of the screen, and returns the place of the text cursor. The action with
// the number, and the question, are always on it; what lies between gives way.
func (m *Model) drawSheetOver(lines []string) (cursorX, cursorY int) {
	s := m.sheet
	s.shown = wrapWarnings(m, s.lines)
	between := s.room(len(lines))
	at := len(lines) - 1 - between - 4
	lines[at] = m.drawRule(m.width)
	r := newRow(m.width).space(2).put(m.theme.title, s.title())
	cursorX = -1
	if s.form != nil {
		r.put(m.theme.dim, text.Const(": overrides"))
		drawn, x, y := s.form.draw(m, m.width, between)
		for i := range between {
			lines[at+2+i] = ""
			if i < len(drawn) {
				lines[at+2+i] = drawn[i]
			}
		}
		cursorX, cursorY = x, at+2+y
	} else {
		top := min(s.top, len(s.shown)-between)
		if hidden := len(s.shown) - between; hidden > 0 {
			r.right(m.theme.dim, text.Sprintf("%d more lines: ↓ ↑ ", hidden))
		}
		for i, l := range s.shown[top : top+between] {
			lines[at+2+i] = newRow(m.width).space(4).fit(m.theme.dim, l.label, labelWidth).put(l.style, l.text).String()
		}
	}
	lines[at+1] = r.String()
	var x int
	lines[at+2+between], x = m.drawQuestion()
	if s.form == nil && x >= 0 {
		cursorX, cursorY = x, at+2+between
	}
	lines[at+3+between] = m.drawRule(m.width)
	return cursorX, cursorY
}

// wrapWarnings breaks what a sheet warns of into as many lines as it needs: its end is where the meaning is.
func wrapWarnings(m *Model, lines []sheetLine) []sheetLine {
	width := m.width - 4 - labelWidth
	out := make([]sheetLine, 0, len(lines))
	for _, l := range lines {
		if l.style != m.theme.warn && l.style != m.theme.bad || l.text.Width() <= width || width < 8 {
			out = append(out, l)
			continue
		}
		for i, part := range wrapWords(l.text, width) {
			out = append(out, sheetLine{l.label, l.style, part})
			if i == 0 {
				l.label = text.Safe{}
			}
		}
	}
	return out
}

// drawQuestion is the question, and how it is answered; with the place of the text cursor when something is typed.
func (m *Model) drawQuestion() (line string, cursor int) {
	s := m.sheet
	r := newRow(m.width).space(2)
	if s.form != nil {
		return r.put(m.theme.dim, text.Const("an empty field is not sent, and the server decides; a 0 is sent")).String(), -1
	}
	if !s.checked() {
		return m.drawChecking(r), -1
	}
	if s.red && !s.ticked {
		return r.put(m.theme.bad, text.Const("space: I have read what is red")).put(m.theme.dim, text.Const(" · n sends nothing")).String(), -1
	}
	if s.question.Kind != model.YesNo {
		return m.drawTyped(r)
	}
	r.put(m.theme.bold, text.Sprintf("Send %s now? ", s.calls()))
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
	return r.String(), -1
}

// narrowSheet is the width below which the question is put in few words.
const narrowSheet = 60

// drawTyped is the question that is answered by typing.
func (m *Model) drawTyped(r *row) (line string, cursor int) {
	s := m.sheet
	what := text.Sprintf("Type %s and enter: ", s.question.Want())
	narrow := m.width < narrowSheet
	if s.question.Kind == model.TypeCount {
		what = text.Sprintf("Type the number of %s and enter: ", s.plan.Selection.Kind().Noun(2))
		if s.publish != nil {
			what = text.Const("Type the number of messages and enter: ")
		}
		if narrow {
			what = text.Const("Type the number: ")
		}
	}
	r.put(m.theme.bold, what)
	if !s.question.Wrong() {
		r.put(m.theme.plain, text.Line(s.question.Typed()))
	}
	cursor = r.used
	r.space(2)
	switch {
	case s.question.Wrong():
		r.put(m.theme.warn, text.Sprintf("it is %s, not %s", s.question.Want(), text.Line(s.question.Typed())))
	case s.guard.Warned() && !s.guard.Open(m.now):
		r.put(m.theme.warn, text.Const("not taken: wait a moment, then type it"))
	case !s.guard.Open(m.now):
		r.put(m.theme.dim, text.Const("in a moment"))
	}
	return r.String(), cursor
}

func (s *sheet) calls() text.Safe {
	if s.publish != nil {
		return count(len(s.publish.copies()), model.Message)
	}
	n := s.plan.Selection.Len()
	nouns := map[model.Verb][2]string{
		model.Retry: {"retry", "retries"}, model.Resume: {"resume", "resumes"}, model.Restart: {"restart", "restarts"},
		model.RerunFailureFunction: {"run of the failure function", "runs of failure functions"}, model.Delete: {"delete", "deletes"},
	}[s.plan.Verb]
	if n == 1 {
		return text.Sprintf("%d %s", n, nouns[0])
	}
	return text.Sprintf("%d %s", n, nouns[1])
}
