package ui

import (
	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

const (
	// jobHeadRows is what stands above the entries of a job: what it is, its bar, its counts, and the headings.
	jobHeadRows = 4
	barWidth    = 20
	outcomeCell = 34
	entryIDCell = 20
	// jobStateCell holds the longest state and a blank.
	jobStateCell = 17
)

// drawJobs draws the view in exactly height lines.
func (m *Model) drawJobs(width, height int) []string {
	lines := make([]string, 0, height)
	if e := m.jobView.inside; e != nil {
		lines = m.drawJobEntries(lines, e, width, height)
	} else {
		lines = m.drawJobList(lines, width, height)
	}
	for len(lines) < height {
		lines = append(lines, "")
	}
	return lines[:height]
}

func (m *Model) drawJobList(lines []string, width, height int) []string {
	if len(m.jobs)+len(m.trash.past) == 0 {
		words := text.Const("no job yet: mark entries with space or *, and R plans a retry")
		if m.opts.ReadOnly {
			words = text.Const("no job: redrive was started with --read-only, by which nothing is sent")
		}
		return append(lines, newRow(width).space(2).put(m.theme.dim, words).String())
	}
	v := &m.jobView
	at, what := 16, 38
	switch {
	case width < 60:
		at, what = 0, 14
	case width < 110:
		at, what = 0, 20
	}
	heading := newRow(width).space(gutter).fit(m.theme.dim, text.Const("JOB"), 5).fit(m.theme.dim, text.Const("CONFIRMED"), at)
	heading.fit(m.theme.dim, text.Const("WHAT"), what).fit(m.theme.dim, text.Const("STATE"), jobStateCell).put(m.theme.dim, text.Const("OUTCOMES"))
	lines = append(lines, heading.String())
	for i := v.top; i < min(len(m.jobs)+len(m.trash.past), v.top+height-1); i++ {
		if i >= len(m.jobs) {
			lines = append(lines, m.drawTrashed(m.trash.past[i-len(m.jobs)], i == v.at, width, at, what))
			continue
		}
		j := m.jobs[len(m.jobs)-1-i]
		r := newRow(width)
		m.drawJobCursor(r, i == v.at)
		r.fit(m.theme.bold, text.Int(j.Number), 5).fit(m.theme.plain, m.jobTime(j.Plan.FrozenAt), at)
		words := m.jobWhat(j)
		if words.Width() > what {
			words = text.Sprintf("%s %s", j.Plan.Verb.String(), humanize.Comma(int64(j.Len())))
		}
		r.fit(m.theme.plain, words, what)
		st, state := m.jobState(j)
		r.fit(st, state, jobStateCell)
		if why, until := j.Trouble(m.now); why != "" && j.State() == model.Feeding {
			r.put(m.theme.warn, text.Sprintf("again at %s: %s", m.clock(until), text.Line(head(why))))
			lines = append(lines, r.String())
			continue
		}
		m.putCounts(r, j)
		lines = append(lines, r.String())
	}
	return lines
}

func (m *Model) drawTrashed(t model.Trashed, here bool, width, at, what int) string {
	r := newRow(width)
	m.drawJobCursor(r, here)
	r.fit(m.theme.dim, text.Const("–"), 5).fit(m.theme.plain, m.jobTime(t.At), at)
	said := text.Sprintf("deleted %s", nounEntries(t.Number))
	switch {
	case t.Doubt > 0 && t.Doubt == t.Number:
		said = text.Sprintf("perhaps deleted %s", nounEntries(t.Number))
	case t.Doubt > 0:
		said = text.Sprintf("%s, %s perhaps", said, humanize.Comma(int64(t.Doubt)))
	}
	r.fit(m.theme.plain, said, what)
	switch {
	case t.Perhaps > 0:
		r.fit(m.theme.bad, text.Const("in doubt"), jobStateCell)
	case t.Published > 0 && t.Published == t.Number:
		r.fit(m.theme.dim, text.Const("published"), jobStateCell)
	default:
		r.fit(m.theme.dim, text.Const("in trash"), jobStateCell)
	}
	words := text.Sprintf("R publishes; kept until %s", text.Line(t.Until.In(m.opts.Zone).Format("2006-01-02 15:04")))
	if t.Damage != "" {
		words = text.Line(t.Damage)
	} else if t.Kinds[model.Message] == 0 {
		words = text.Const("kept to be read, not to be published")
	} else if before := m.trashedWords(t); before.Width() > 0 {
		words = before
		if t.Perhaps > 0 {
			return r.put(m.theme.bad, words).String()
		}
	}
	return r.put(m.theme.dim, words).String()
}

func (m *Model) drawJobCursor(r *row, here bool) {
	if here {
		r.space(1).put(m.theme.cursor, text.Const("▸")).space(gutter - 2)
		return
	}
	r.space(gutter)
}

// jobWhat is what a job does, and to how many.
func (m *Model) jobWhat(j *model.Job) text.Safe {
	words := text.Sprintf("%s of %s", j.Plan.Verb.String(), count(j.Len(), j.Plan.Selection.Kind()))
	if j.Plan.IsCanary {
		words = text.Sprintf("canary %s of %s", j.Plan.Verb.String(), count(j.Len(), j.Plan.Selection.Kind()))
	}
	if j.Plan.ByFilter() {
		words = text.Concat(words, text.Const(", by filter"))
	}
	if j.Restored {
		words = text.Concat(words, text.Const(" (earlier)"))
	}
	return words
}

func (m *Model) jobState(j *model.Job) (style, text.Safe) {
	s := j.State()
	words := text.Line(s.String())
	switch s {
	case model.Feeding, model.Trying:
		return m.theme.note, words
	case model.Paused:
		if j.Restored {
			return m.theme.warn, text.Const("unfinished")
		}
		return m.theme.warn, words
	case model.Waiting:
		return m.theme.dim, text.Const("waiting")
	case model.Ended:
		if j.Stopped() != "" {
			return m.theme.warn, text.Const("stopped")
		}
		return m.theme.dim, words
	}
	return m.theme.plain, words
}

// putCounts puts how many entries came to what, the ends first.
func (m *Model) putCounts(r *row, j *model.Job) {
	first := true
	for _, s := range model.OutcomeStates {
		n := j.Count(s)
		if n == 0 {
			continue
		}
		o := model.Outcome{State: s, Verb: j.Plan.Verb, Unfinished: s == model.NotSent && !j.Finished()}
		words := text.Sprintf("%s %s", humanize.Comma(int64(n)), o.Words())
		if s == model.NotSent && !j.Finished() && j.Stopped() == "" {
			words = text.Sprintf("%s to go", humanize.Comma(int64(n)))
		}
		if !first {
			words = text.Concat(text.Const(" · "), words)
		}
		st, _ := m.outcomeGlyph(o)
		r.put(st, words)
		first = false
	}
	if n := j.Extra(); n > 0 {
		r.put(m.theme.warn, text.Sprintf(" · and %d more than were on the list", n))
	}
}

// drawBar shows the share of each outcome; a letter tells them apart without colours.
func (m *Model) drawBar(r *row, j *model.Job, width int) {
	used, sum := 0, 0
	for _, s := range model.OutcomeStates {
		n := j.Count(s)
		if n == 0 {
			continue
		}
		sum += n
		upTo := sum * width / max(1, j.Len())
		if upTo == used && used < width {
			upTo = used + 1
		}
		st, glyph := m.outcomeGlyph(model.Outcome{State: s, Verb: j.Plan.Verb})
		if s == model.NotSent {
			st, glyph = m.theme.dim, text.Const("·")
		}
		r.put(st, text.Repeat(glyph, min(upTo, width)-used))
		used = min(upTo, width)
	}
	r.space(width - used)
}

func (m *Model) drawJobEntries(lines []string, e *jobEntries, width, height int) []string {
	j := e.job
	st, state := m.jobState(j)
	head := newRow(width).space(2).put(m.theme.title, text.Sprintf("job %d: %s", j.Number, m.jobWhat(j))).space(2).put(st, state)
	if j.State() == model.Feeding || j.State() == model.Paused {
		chosen, used := j.Pace()
		pace := text.Sprintf("  %g/s", chosen)
		if used < chosen {
			pace = text.Sprintf("  %.3g/s of %g/s, as the server limits the rate", used, chosen)
		}
		head.put(m.theme.dim, pace)
		if left := j.Remaining(); left > 0 {
			head.put(m.theme.dim, text.Sprintf(", about %s left", roughly(left)))
		}
	}
	if j.OnTrial() {
		delivered, others, all := j.FirstCounts()
		words := text.Sprintf("  the first %d: %d delivered", all, delivered)
		if others > 0 {
			words = text.Sprintf("%s, %d not", words, others)
		}
		head.put(m.theme.note, words)
	}
	if why, until := j.Trouble(m.now); why != "" {
		head.put(m.theme.warn, text.Sprintf("  again at %s: %s", m.clock(until), text.Line(why)))
	}
	lines = append(lines, head.String())
	for _, why := range m.whyStopped(j) {
		lines = append(lines, newRow(width).space(2).put(m.theme.warn, why).String())
	}
	bar := newRow(width).space(2)
	m.drawBar(bar, j, min(barWidth+width/4, width-4))
	bar.space(2).put(m.theme.dim, text.Line(j.Plan.Operation))
	counts := newRow(width).space(2)
	m.putCounts(counts, j)
	idHeading := text.Const("MESSAGE")
	if j.Plan.Selection.Kind() == model.WorkflowRun {
		idHeading = text.Const("RUN")
	}
	outcome, id := min(outcomeCell, max(14, width*2/5)), min(entryIDCell, width/5)
	columns := newRow(width).space(gutter).fit(m.theme.dim, text.Const("OUTCOME"), outcome).space(columnGap).
		fit(m.theme.dim, idHeading, id).space(columnGap).put(m.theme.dim, text.Const("DESTINATION AND WHY"))
	lines = append(lines, bar.String(), counts.String(), columns.String())
	if len(e.rows) == 0 {
		return append(lines, newRow(width).space(gutter).put(m.theme.dim, text.Const("none is that now: f chooses another outcome")).String())
	}
	for n, last := e.top, min(len(e.rows), e.top+height-len(lines)); n < last; n++ {
		lines = append(lines, m.drawJobEntry(j, e.rows[n], n == e.at, width, outcome, id))
	}
	return lines
}

// whyStopped is why a job was stopped before all was sent, in as many lines as it needs, but not too many.
func (m *Model) whyStopped(j *model.Job) []text.Safe {
	const most = 3
	why := j.Stopped()
	if why == "" {
		return nil
	}
	lines := wrapWords(text.Line(why), max(20, m.width-4))
	return lines[:min(len(lines), most)]
}

func (m *Model) drawJobEntry(j *model.Job, i int, here bool, width, outcome, id int) string {
	r := newRow(width)
	m.drawJobCursor(r, here)
	o := j.Outcome(i)
	e := &j.Plan.Entries[i]
	st, glyph := m.outcomeGlyph(o)
	words := text.Line(o.Words())
	if o.ToGo() {
		words = text.Const("to go")
	}
	if o.Among > 1 {
		words = text.Sprintf("%s, 1 of %d", words, o.Among)
	}
	if became := o.Known(); became != "" {
		words = text.Concat(words, text.Const(" → "), text.Line(became))
	}
	r.fit(st, text.Concat(glyph, text.Const(" "), words), outcome).space(columnGap)
	who := e.MessageID
	if e.Key.Kind == model.WorkflowRun {
		who = e.WorkflowRunID
	}
	r.fit(m.theme.plain, text.Cell(who, id), id).space(columnGap)
	r.put(m.theme.plain, text.Line(model.Destination(model.AddressOf(e))))
	if why := m.jobWhy(o); !why.IsEmpty() {
		r.put(m.theme.dim, text.Const("  ")).put(m.theme.dim, why)
	}
	return r.String()
}

// jobWhy is what there is to say of an outcome besides its name.
func (m *Model) jobWhy(o model.Outcome) text.Safe {
	var parts []text.Safe
	if o.State == model.Retrying && !o.NextAt.IsZero() {
		parts = append(parts, text.Sprintf("next at %s", m.clock(o.NextAt)))
	}
	if o.State == model.CameBack && !o.BackAs.IsZero() && o.BackAs.Kind == model.Message {
		if o.SameFailure {
			parts = append(parts, text.Const("the same failure"))
		} else {
			parts = append(parts, text.Const("another failure"))
		}
	}
	if o.Reason != "" {
		parts = append(parts, text.Line(head(o.Reason)))
	}
	if o.Among > 1 {
		parts = append(parts, text.Sprintf("of the %d that shared a call it is known how many, not which", o.Among))
	}
	return text.Join(text.Const("; "), parts...)
}

// drawJobsLine is the second line of the screen in this view.
func (m *Model) drawJobsLine() string {
	r := newRow(m.width).put(m.theme.dim, text.Const(" jobs  "))
	if e := m.jobView.inside; e != nil && e.filter {
		return r.put(m.theme.note, text.Sprintf("only %s, as it was at %s (r looks again)", model.Outcome{State: e.only, Verb: e.job.Plan.Verb}.Words(), m.clock(e.asOf))).String()
	}
	return r.put(m.theme.dim, text.Const("what was sent, and what became of it")).String()
}

func (m *Model) whereInJobs() text.Safe {
	if e := m.jobView.inside; e != nil {
		if len(e.rows) == 0 {
			return text.Sprintf("job %d", e.job.Number)
		}
		return text.Sprintf("row %s of %s", humanize.Comma(int64(e.at+1)), humanize.Comma(int64(len(e.rows))))
	}
	if m.job() == nil {
		return text.Safe{}
	}
	return text.Sprintf("job %d of %d", m.job().Number, len(m.jobs))
}
