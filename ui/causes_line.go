package ui

import (
	"strings"

	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

// drawCausesLine is the second line of the screen in this view: what is shown, and which newcomers wait, as much of both as there is
// room for.
func (m *Model) drawCausesLine() string {
	v := &m.causes
	look := causesLineLook{v.by, v.order, v.groups.Total, m.stepsWaiting(), true, false, m.width}
	for _, l := range m.lists {
		look.whole, look.loading = look.whole && l.Whole(), look.loading || l.LoadingAll()
	}
	if v.groups.Waiting == 0 {
		return m.frame.causes.line.get(look, func() string { return m.drawLineOfAll(look) })
	}
	about, loaded := look.words()
	for _, c := range []struct {
		about, loaded text.Safe
		named         int
	}{{about, loaded, 3}, {text.Safe{}, loaded, 3}, {text.Safe{}, loaded, 1}, {text.Safe{}, text.Safe{}, 1}, {text.Safe{}, text.Safe{}, 0}} {
		r := newRow(m.width).put(m.theme.dim, text.Const(" causes  ")).put(m.theme.dim, c.about)
		chip := m.newcomersChip(c.named)
		if !c.loaded.IsEmpty() {
			chip = append(chip, tab{m.theme.dim, text.Concat(text.Const("   "), c.loaded)})
		}
		width := 0
		for _, t := range chip {
			width += t.text.Width()
		}
		if room := r.left() - width; room >= 1 || c.named == 0 {
			r.space(room)
			for _, t := range chip {
				r.put(t.style, t.text)
			}
			return r.String()
		}
	}
	return ""
}

// words say what the groups are, and of how many entries.
func (l causesLineLook) words() (about, loaded text.Safe) {
	more := text.Const("+")
	if l.whole {
		more = text.Safe{}
	}
	loaded = text.Sprintf("of %s%s loaded", humanize.Comma(int64(l.total)), more)
	if l.loading {
		loaded = text.Concat(loaded, text.Const(", loading, esc or a stops"))
	}
	return text.Sprintf("%s, sorted by %s", l.by.String(), groupOrders[l.order]), loaded
}

// drawLineOfAll is that line while no newcomers wait.
func (m *Model) drawLineOfAll(look causesLineLook) string {
	about, loaded := look.words()
	chip := chip(0, false, look.steps)
	r := newRow(look.width).put(m.theme.dim, text.Const(" causes  "))
	if about.Width()+chip.Width()+loaded.Width()+2 > r.left() {
		about = text.Line(look.by.String())
	}
	m.putLoaded(r.put(m.theme.dim, about), chip, loaded)
	return r.String()
}

// newcomersChip says how many newcomers wait and to which groups they belong, of which at most so many are named. What belongs to
// none that is there yet comes first, and stands out.
func (m *Model) newcomersChip(named int) []tab {
	v := &m.causes
	chip := []tab{{m.theme.note, text.Sprintf("▲ %s new", humanize.Comma(int64(v.groups.Waiting)))}}
	show := tab{m.theme.note, text.Const("  r show")}
	if steps := m.stepsWaiting(); steps > 0 {
		show.text = text.Concat(text.Const(", "), stepsKnown(steps), show.text)
	}
	if named == 0 {
		return append(chip, show)
	}
	fresh, groups, others := 0, 0, 0
	var parts []text.Safe
	for _, n := range v.groups.Newcomers {
		switch {
		case n.New:
			fresh += n.N
			groups++
		case len(parts) < named:
			parts = append(parts, text.Sprintf("%s %s", m.nameOfGroup(n), humanize.Comma(int64(n.N))))
		default:
			others += n.N
		}
	}
	open := text.Const(" (")
	if fresh > 0 {
		n := text.Line(humanize.Comma(int64(fresh)))
		words := text.Sprintf("new %s %s", v.by.String(), n)
		if groups > 1 {
			words = text.Sprintf("%s in %d new groups", n, groups)
		}
		chip = append(chip, tab{m.theme.note, open}, tab{m.theme.bad, words})
		open = text.Const(", ")
	}
	if others > 0 {
		noun := text.Const("others")
		if others == 1 {
			noun = text.Const("other")
		}
		parts = append(parts, text.Sprintf("%s %s", humanize.Comma(int64(others)), noun))
	}
	for _, p := range parts {
		chip = append(chip, tab{m.theme.note, text.Concat(open, p)})
		open = text.Const(", ")
	}
	return append(chip, tab{m.theme.note, text.Const(")")}, show)
}

// longestName is how much of the name of a group stands in the chip.
const longestName = 28

// nameOfGroup is a group in as few words as tell it from others: the status and the host of a cause.
func (m *Model) nameOfGroup(n model.Arrivals) text.Safe {
	name := text.Line(n.Key)
	switch m.causes.by {
	case model.PerCause:
		host := n.Cause.Destination
		if _, after, ok := strings.Cut(host, "://"); ok {
			host = after
		}
		host, _, _ = strings.Cut(host, "/")
		status := text.Const("no response")
		if n.Cause.Status != 0 {
			status = text.Int(n.Cause.Status)
		}
		name = text.Sprintf("%s %s", status, host)
	default:
		if n.Key == "" {
			name = text.Sprintf("no %s", m.causes.by.String())
		}
	}
	return text.Cut(name, longestName)
}
