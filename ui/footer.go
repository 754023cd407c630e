package ui

import (
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

// drawFooter says where the user is and which keys work now.
func (m *Model) drawFooter() string {
	r := newRow(m.width).space(1)
	if m.sheet == nil && m.help == nil && m.menu == nil {
		r.put(m.theme.plain, m.where())
	}
	scope := m.scope()
	look := keysLook{scope: scope, kind: m.kind, unmasked: m.detail.unmasked, room: r.left(), width: m.width}
	if scope == keymap.Detail {
		look.ofRun, look.log = m.detail.key.Kind == model.WorkflowRun, m.detail.log.on
	}
	for i, b := range footers[scope] {
		if m.disabled(b.Action) == "" && (b.Action != keymap.Back || m.canGoBack()) {
			look.enabled |= 1 << i
		}
	}
	return r.String() + m.frame.keys.get(look, func() string { return m.drawKeys(look) })
}

// footers are the bindings that the footer may name in each scope.
var footers = func() (of [keymap.Scopes][]keymap.Binding) {
	for s := range of {
		of[s] = keymap.FooterOf(keymap.Scope(s))
	}
	return of
}()

// drawKeys draws the right side of the footer.
func (m *Model) drawKeys(look keysLook) string {
	keys := newRow(max(0, look.room-2))
	// Whoever does not know a key finds it in the help: that is named before any other.
	help := 0
	for _, b := range footers[look.scope] {
		if b.Action == keymap.ShowHelp && m.width >= narrowSheet {
			label, short := m.footerKey(b)
			help = label.Width() + 1 + short.Width() + 2
		}
	}
	for i, b := range footers[look.scope] {
		if look.enabled&(1<<i) == 0 {
			continue
		}
		label, short := m.footerKey(b)
		if b.Action == keymap.ShowHelp {
			help = 0
		}
		if label.Width()+1+short.Width()+2 > keys.left()-help {
			continue
		}
		keys.put(m.theme.bold, label).space(1).put(m.theme.dim, short).space(2)
	}
	return newRow(look.room).space(look.room-keys.used).String() + keys.String()
}

// footerKey is a key with what it does here.
func (m *Model) footerKey(b keymap.Binding) (label, short text.Safe) {
	h := b.Key.Help()
	short = text.Line(h.Desc)
	switch b.Action {
	case keymap.BringBack:
		short = text.Line(bringBackVerb(m.kind).String())
	case keymap.Attempts:
		short = logKey(m.detail.key.Kind, m.detail.log.on)
	case keymap.Secrets:
		if m.detail.unmasked {
			short = text.Const("mask secrets")
		}
	}
	first, _, _ := strings.Cut(h.Key, " ")
	return text.Line(first), short
}

// where is the marks, the row and what is being sent.
func (m *Model) where() text.Safe {
	if m.jobView.open {
		return m.whereInJobs()
	}
	if m.causes.open {
		if len(m.causes.keys) == 0 {
			return m.jobLine()
		}
		where := text.Sprintf("group %d of %d", m.causes.at+1, len(m.causes.keys))
		if n := len(m.causes.marked); n > 0 {
			where = text.Sprintf("%d marked · %s", len(m.causes.chosen()), where)
		}
		if s := m.jobLine(); !s.IsEmpty() {
			where = text.Concat(where, text.Const(" · "), s)
		}
		return where
	}
	l := m.list()
	look := positionLook{marks: l.Marks.Len(), cursor: l.Cursor(), len: l.Len(), complete: l.Complete()}
	where := m.frame.position.get(look, look.draw)
	join := func(more text.Safe) text.Safe {
		switch {
		case more.IsEmpty():
			return where
		case where.IsEmpty():
			return more
		}
		return text.Concat(where, text.Const(" · "), more)
	}
	where = join(m.jobLine())
	if all := join(m.expiry()); all.Width()+keysWidth <= m.width {
		return all
	}
	return where
}

// draw is how many are marked, and the row under the cursor.
func (look positionLook) draw() text.Safe {
	marked, row := text.Safe{}, text.Safe{}
	if look.marks > 0 {
		marked = text.Sprintf("%s marked", humanize.Comma(int64(look.marks)))
	}
	if look.len > 0 {
		row = text.Sprintf("row %s of %s", humanize.Comma(int64(look.cursor+1)), humanize.Comma(int64(look.len)))
		if !look.complete {
			row = text.Concat(row, text.Const("+"))
		}
	}
	if marked.IsEmpty() || row.IsEmpty() {
		return text.Concat(marked, row)
	}
	return text.Concat(marked, text.Const(" · "), row)
}

// keysWidth is what the keys of the footer need at least, so that the way to bring entries back, to help and out is seen.
const keysWidth = 38

// expiry is when the oldest entry that is shown leaves the DLQ by itself, as far as all are loaded and in the order of their
// failure.
func (m *Model) expiry() text.Safe {
	l := m.list()
	if m.opts.Retention == 0 || l.Len() == 0 || !l.Complete() || l.Order() != (model.Sorting{}) {
		return text.Safe{}
	}
	at, failed := l.At(l.Len() - 1).When()
	if !failed {
		return text.Safe{}
	}
	left := at.Add(m.opts.Retention).Sub(m.now).Truncate(time.Second)
	return m.frame.expiry.get(left, func() text.Safe {
		if left <= 0 {
			return text.Const("the oldest expires now")
		}
		return text.Sprintf("oldest expires in %s", roughly(left))
	})
}
