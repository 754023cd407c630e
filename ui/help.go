package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

// helpPage is the page of keys and past messages. What it says of keys comes from the keymap.
type helpPage struct {
	lines []helpLine // wrapped to the width
	top   int
	// items is what the lines are of, and past the first of them that is a past message.
	items, past int
}

type helpLine struct {
	style     style
	key, text text.Safe
	item      int
}

const helpKeyWidth = 14

func newHelpPage(m *Model) *helpPage {
	h := &helpPage{}
	add := func(st style, key, words text.Safe) {
		for i, line := range wrapWords(words, max(8, m.width-helpKeyWidth-3)) {
			if i > 0 {
				key = text.Safe{}
			}
			h.lines = append(h.lines, helpLine{st, key, line, h.items})
		}
		h.items++
	}
	for i, g := range keymap.Groups() {
		if i > 0 {
			add("", text.Safe{}, text.Safe{})
		}
		add(m.theme.heading, text.Line(g), text.Safe{})
		for _, b := range keymap.All() {
			if b.Group == g {
				words := text.Line(b.Effect)
				if why := m.disabled(b.Action); b.Writes && why != "" {
					words = text.Concat(words, text.Const(" — not now: "), text.Line(why))
				}
				add(m.theme.bold, text.Line(b.Key.Help().Key), words)
			}
		}
	}
	add("", text.Safe{}, text.Safe{})
	add(m.theme.heading, text.Const("Fields of the filter"), text.Safe{})
	for _, f := range model.FilterFieldInfo() {
		add(m.theme.bold, text.Line(f.Name+":"), text.Line(f.Hint))
	}
	add("", text.Safe{}, text.Safe{})
	add(m.theme.heading, text.Const("Past messages"), text.Safe{})
	h.past = h.items
	for i := len(m.notices.past) - 1; i >= 0; i-- {
		n := m.notices.past[i]
		st := m.theme.note
		if n.err {
			st = m.theme.bad
		}
		add(st, m.clock(n.at), n.text)
	}
	if len(m.notices.past) == 0 {
		add(m.theme.dim, text.Const("none"), text.Safe{})
	}
	return h
}

// helpAnew is the page as it is now, at the place where it was read: what was at the top still is, unless there is too little below.
func (m *Model) helpAnew(before *helpPage) *helpPage {
	h := newHelpPage(m)
	if len(before.lines) == 0 {
		return h
	}
	at := min(before.top, len(before.lines)-1)
	item := before.lines[at].item
	first, _ := before.linesOf(item)
	if item >= before.past {
		item += h.items - before.items
	}
	from, n := h.linesOf(item)
	h.top = from + max(0, min(at-first, n-1))
	return h
}

// linesOf are the lines of an item.
func (h *helpPage) linesOf(item int) (first, n int) {
	first = max(0, slices.IndexFunc(h.lines, func(l helpLine) bool { return l.item == item }))
	for _, l := range h.lines[first:] {
		if l.item == item {
			n++
		}
	}
	return first, n
}

func (h *helpPage) scroll(n, height int) {
	h.top = max(0, min(h.top+n, len(h.lines)-height))
}

func (m *Model) helpKey(b keymap.Binding) tea.Cmd {
	h, height := m.help, m.lay.body.height
	switch b.Action {
	case keymap.Down:
		h.scroll(1, height)
	case keymap.Up:
		h.scroll(-1, height)
	case keymap.HalfDown:
		h.scroll(height/2, height)
	case keymap.HalfUp:
		h.scroll(-height/2, height)
	case keymap.ScreenDown:
		h.scroll(height, height)
	case keymap.ScreenUp:
		h.scroll(-height, height)
	case keymap.First:
		h.top = 0
	case keymap.Last:
		h.scroll(len(h.lines), height)
	case keymap.Suspend:
		return m.suspend()
	case keymap.Back, keymap.ShowHelp, keymap.Quit:
		m.help = nil
	case keymap.Interrupt:
		return m.interrupt()
	}
	return nil
}

func (h *helpPage) draw(m *Model, width, height int) []string {
	lines := make([]string, 0, height)
	top := max(0, min(h.top, len(h.lines)-height))
	for i := top; i < len(h.lines) && len(lines) < height; i++ {
		l := h.lines[i]
		r := newRow(width).space(2)
		if l.text.IsEmpty() {
			r.put(l.style, l.key)
		} else {
			r.fit(l.style, l.key, helpKeyWidth).put(m.theme.plain, l.text)
		}
		lines = append(lines, r.String())
	}
	for len(lines) < height {
		lines = append(lines, "")
	}
	return lines
}
