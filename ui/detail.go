package ui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

const (
	// followPause is how long the cursor must rest before the detail follows it: holding a key must not read entries.
	followPause = 75 * time.Millisecond
	// growStep is how much of a body is wrapped between two frames.
	growStep = 256 << 10
)

// detailPane shows one entry, and follows the cursor of the list.
type detailPane struct {
	open       bool
	unmasked   bool
	key        model.Key
	generation int       // of what is read and laid out
	rest       int       // of the pauses of the cursor
	next       model.Key // the entry that the cursor rests on, until the pause is over
	cancel     context.CancelFunc
	whole      *model.Detail // as read; kept for showing or masking secrets
	doc        *document
	err        error
	top        int
	width      int
	height     int
	growing    bool
	search     search
	log        entryLog
}

// titleRows are the rows of the pane that do not scroll.
const titleRows = 1

func (d *detailPane) openOrEnter(m *Model) tea.Cmd {
	if d.open {
		m.focus = onDetail
		return m.arrange()
	}
	d.open = true
	return tea.Batch(m.arrange(), d.load(m))
}

func (d *detailPane) close() {
	if d.cancel != nil {
		d.cancel()
	}
	*d = detailPane{unmasked: d.unmasked, generation: d.generation + 1, rest: d.rest + 1, search: search{generation: d.search.generation + 1}}
}

// load reads the entry under the cursor; what was being read is cancelled.
func (d *detailPane) load(m *Model) tea.Cmd {
	e, ok := m.list().Current()
	if !ok {
		return nil
	}
	if d.cancel != nil {
		d.cancel()
	}
	ctx, cancel := context.WithCancel(context.Background())
	d.generation++
	d.key, d.cancel = e.Key, cancel
	d.whole, d.doc, d.err, d.top, d.growing = nil, nil, nil, 0, false
	d.search.restart()
	d.log.page = nil
	if d.log.on {
		return d.readLog(ctx, m)
	}
	return fetchDetail(ctx, m.opts.Backend, e.Key, d.generation)
}

// reload tries again what could not be read, and reads a log that is shown anew.
func (d *detailPane) reload(m *Model) tea.Cmd {
	if !d.open || d.err == nil && !d.log.on {
		return nil
	}
	return d.load(m)
}

// follow makes the detail follow the cursor once it rests on another entry. A list that has none closes it.
func (m *Model) follow() tea.Cmd {
	d := &m.detail
	e, ok := m.list().Current()
	switch {
	case !d.open:
		return nil
	case !ok && !m.filter.editing:
		m.focus = onTable
		d.close()
		return m.arrange()
	case !ok || e.Key == d.key || e.Key == d.next:
		return nil
	}
	d.rest++
	d.next = e.Key
	return m.after(followPause, followMsg{d.rest})
}

func (d *detailPane) followed(m *Model, msg followMsg) tea.Cmd {
	if !d.open || msg.generation != d.rest {
		return nil
	}
	d.next = model.Key{}
	if e, ok := m.list().Current(); !ok || e.Key == d.key {
		return nil
	}
	return d.load(m)
}

func (m *Model) detailArrived(msg detailMsg) tea.Cmd {
	d := &m.detail
	if msg.key != d.key || msg.generation != d.generation || !d.open || d.log.on || errors.Is(msg.err, context.Canceled) {
		return nil
	}
	if msg.err != nil {
		d.err = msg.err
		return nil
	}
	d.whole, d.err = &msg.detail, nil
	return d.layOut(m)
}

func (d *detailPane) layOut(m *Model) tea.Cmd {
	d.generation++
	if step, _ := m.steps.Known(d.key); step != "" {
		whole := *d.whole // a copy that is being made may have the other
		whole.Cause = whole.Cause.AtStep(step)
		d.whole = &whole
	}
	return layOut(*d.whole, d.generation, d.options(m))
}

func (d *detailPane) options(m *Model) documentOptions {
	o := documentOptions{masked: !d.unmasked, zone: m.opts.Zone, now: m.now, step: m.saysStep(d.key)}
	if d.whole != nil {
		o.cameBack = m.cameBack(&d.whole.Entry)
	}
	return o
}

func (d *detailPane) show(m *Model, msg documentMsg) tea.Cmd {
	if msg.key != d.key || msg.generation != d.generation || !d.open {
		return nil
	}
	d.doc, d.growing = msg.doc, false
	d.doc.setWidth(max(1, d.width-2))
	d.scroll(0)
	return tea.Batch(d.growOn(m), d.searchAgain())
}

// growOn wraps the rest of a large body a step a message, so that no frame is held up.
func (d *detailPane) growOn(m *Model) tea.Cmd {
	if d.doc == nil || d.growing {
		return nil
	}
	if _, all := d.doc.rows(); all {
		return nil
	}
	d.growing = true
	return m.after(0, growDocumentMsg{d.generation})
}

func (d *detailPane) grow(m *Model, msg growDocumentMsg) tea.Cmd {
	if msg.generation != d.generation || d.doc == nil {
		return nil
	}
	d.growing = false
	all := d.doc.grow(growStep)
	d.arrive(m)
	if all {
		return nil
	}
	return d.growOn(m)
}

// resize sets the size of the pane. What stood at its top stays there.
func (d *detailPane) resize(m *Model, width, height int) tea.Cmd {
	d.height = height
	if d.doc == nil || d.width == width {
		d.width = width
		return nil
	}
	d.width = width
	at := d.doc.placeOf(d.top)
	d.doc.setWidth(max(1, width-2))
	d.top = d.doc.rowOf(at)
	d.doc.grow(growStep) // so that there is a screen of rows below
	d.scroll(0)
	return d.growOn(m)
}

func (d *detailPane) scroll(n int) {
	rows := 0
	if d.doc != nil {
		rows, _ = d.doc.rows()
	}
	d.top = max(0, min(d.top+n, rows-(d.height-titleRows)))
}

// detailKey does what a key does in the pane; done is false for the keys of the lists.
func (m *Model) detailKey(a keymap.Action) (cmd tea.Cmd, done bool) {
	d := &m.detail
	page := max(1, d.height-titleRows)
	switch a {
	case keymap.Down:
		d.scroll(1)
	case keymap.Up:
		d.scroll(-1)
	case keymap.HalfDown:
		d.scroll(page / 2)
	case keymap.HalfUp:
		d.scroll(-page / 2)
	case keymap.ScreenDown:
		d.scroll(page)
	case keymap.ScreenUp:
		d.scroll(-page)
	case keymap.First:
		d.top = 0
	case keymap.Last:
		rows := 0
		if d.doc != nil {
			rows, _ = d.doc.rows()
		}
		d.scroll(rows)
	case keymap.Secrets:
		d.unmasked = !d.unmasked
		if d.log.on {
			return d.layOutLog(m), true
		}
		if d.whole != nil {
			return d.layOut(m), true
		}
	case keymap.Attempts:
		return d.toggleLog(m), true
	case keymap.EditSearch:
		d.search.edit()
	case keymap.NextMatch:
		return d.nextMatch(m, 1), true
	case keymap.LastMatch:
		return d.nextMatch(m, -1), true
	case keymap.Back:
		// A search that is kept, and a log, are one more thing to leave, after what is in front of them.
		switch {
		case m.loadingAll() || m.notices.err != nil:
			return nil, false
		case d.search.pattern != nil:
			d.search.drop()
		case d.log.on:
			return d.toggleLog(m), true
		default:
			return nil, false
		}
	default:
		return nil, false
	}
	return d.growOn(m), true
}

// draw is the pane in exactly height lines.
func (d *detailPane) draw(m *Model, width, height int) []string {
	lines := append(make([]string, 0, height), d.drawTitle(m, width))
	lines = append(lines, d.drawOutcome(m, width)...)
	switch {
	case d.err != nil:
		var notFound *model.NotFoundError
		words := text.Line(d.err.Error())
		if d.log.on {
			words = text.Sprintf("The log could not be read: %s", words)
		} else if errors.As(d.err, &notFound) {
			words = text.Const("It is not in the DLQ any more: retried, deleted or expired.")
		}
		for _, line := range wrapWords(words, max(1, width-2)) {
			lines = append(lines, newRow(width).space(1).put(m.theme.bad, line).String())
		}
	case d.doc == nil:
		lines = append(lines, newRow(width).space(1).put(m.theme.dim, d.log.reading()).String())
	default:
		for i := d.top; len(lines) < height; i++ {
			r := newRow(width - 1).space(1)
			d.doc.draw(&m.theme, r, i, &d.search)
			lines = append(lines, r.String())
			if rows, _ := d.doc.rows(); i >= rows {
				break
			}
		}
	}
	for len(lines) < height {
		lines = append(lines, "")
	}
	return lines[:height]
}

func (d *detailPane) drawTitle(m *Model, width int) string {
	r := newRow(width)
	st := m.theme.dim
	if m.focus == onDetail {
		st = m.theme.bold
	}
	at := text.Safe{}
	if d.doc != nil {
		if rows, all := d.doc.rows(); rows > d.height-titleRows {
			more := text.Safe{}
			if !all {
				more = text.Const("+")
			}
			at = text.Sprintf("line %d of %d%s ", d.top+1, rows, more)
		}
		if d.doc.unsafe > 0 {
			noun := text.Const("characters")
			if d.doc.unsafe == 1 {
				noun = text.Const("character")
			}
			at = text.Concat(text.Sprintf("%d unsafe %s shown as stand-ins  ", d.doc.unsafe, noun), at)
		}
	}
	if found := d.search.says(); d.doc != nil && !found.IsEmpty() {
		at = text.Concat(found, at)
		if at.Width() > width/2 {
			at = found
		}
	}
	name := text.Const("Message ")
	if d.key.Kind == model.WorkflowRun {
		name = text.Const("Workflow run ")
	}
	if d.log.on {
		name = logTitle(d.key.Kind)
	}
	title := text.Concat(name, text.Line(head(d.key.ID)))
	if m.focus == onDetail {
		title = text.Concat(text.Const("▸ "), title)
	}
	r.space(1).put(st, text.Cut(title, max(0, width-at.Width()-3)))
	return r.right(m.theme.dim, at).String()
}

// drawOutcome says what became of the entry since the program was started.
func (d *detailPane) drawOutcome(m *Model, width int) []string {
	o, ok := m.outcome(d.key)
	if !ok {
		return nil
	}
	st, glyph := m.outcomeGlyph(o)
	r := newRow(width).space(1).put(st, glyph).space(1).put(m.theme.bold, text.Line(o.Words()))
	lines := []string{}
	switch {
	case o.State == model.Sent && o.Created.WorkflowRunID != "":
		lines = append(lines, r.put(m.theme.plain, text.Sprintf(" at %s as the new run", m.clock(o.At))).String(),
			newRow(width).space(3).put(m.theme.good, text.Line(newID(o))).String())
	case o.State == model.Sent && newID(o) != "":
		lines = append(lines, r.put(m.theme.plain, text.Sprintf(" at %s as the new message", m.clock(o.At))).String(),
			newRow(width).space(3).put(m.theme.good, text.Line(newID(o))).String())
	case o.Reason != "":
		lines = append(lines, r.put(m.theme.plain, text.Concat(text.Const(": "), text.Line(head(o.Reason)))).String())
	default:
		lines = append(lines, r.String())
	}
	return append(lines, "")
}
