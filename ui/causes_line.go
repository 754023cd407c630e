package ui

import (
	"strings"

	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

// causesLine is what the second line of the screen says: what is shown, which newcomers wait, and how much is counted.
type causesLine struct {
	about   text.Safe
	chip    []tab
	counted text.Safe
}

// drawCausesLine is the second line of the screen in this view, as much of it as there is room for. That not all is counted comes
// before anything else: what failed most may not be among it.
func (m *Model) drawCausesLine() string {
	v := &m.causes
	look := causesLineLook{v.by, v.order, m.countedLook(), m.stepsWaiting(), m.width}
	if v.groups.Waiting > 0 {
		return m.drawCausesLineAnew(look)
	}
	return m.frame.causes.line.get(look, func() string { return m.drawCausesLineAnew(look) })
}

func (m *Model) drawCausesLineAnew(look causesLineLook) string {
	by := text.Line(look.by.String())
	about := text.Sprintf("%s, sorted by %s", look.by.String(), groupOrders[look.order])
	var few, fewer, fewest []tab
	switch {
	case m.causes.groups.Waiting > 0:
		few, fewer, fewest = m.newcomersChip(3), m.newcomersChip(1), m.newcomersChip(0)
	case look.steps > 0:
		few = []tab{{m.theme.warn, chip(0, false, look.steps)}}
		fewer, fewest = few, few
	}
	counted, st := m.counted(look.counted)
	long, none := counted[0], text.Safe{}
	lines := []causesLine{{about, few, long}, {by, few, long}, {none, few, long}, {none, fewer, long}}
	if st == m.theme.dim {
		lines = append(lines, causesLine{none, fewer, none}, causesLine{none, fewest, none})
	} else {
		for _, chip := range [][]tab{fewest, nil} {
			for _, c := range counted {
				lines = append(lines, causesLine{none, chip, c})
			}
		}
	}
	for i, l := range lines {
		r := newRow(look.width).put(m.theme.dim, text.Const(" causes  ")).put(m.theme.dim, l.about)
		right := l.chip
		if !l.counted.IsEmpty() {
			if len(right) > 0 {
				right = append(right[:len(right):len(right)], tab{m.theme.plain, text.Repeat(text.Const(" "), chipGap)})
			}
			right = append(right[:len(right):len(right)], tab{st, l.counted}, tab{m.theme.plain, text.Const(" ")})
		}
		width := 0
		for _, t := range right {
			width += t.text.Width()
		}
		if room := r.left() - width; room >= 1 || i == len(lines)-1 {
			r.space(room)
			for _, t := range right {
				r.put(t.style, t.text)
			}
			return r.String()
		}
	}
	return ""
}

func (m *Model) countedLook() countedLook {
	look := countedLook{total: m.causes.groups.Total, newest: true, all: m.countsAll(), whole: m.wholeLists()}
	for _, l := range m.lists {
		look.loading = look.loading || l.LoadingAll()
		if !l.Whole() {
			look.more = look.more || !l.Exhausted() && !l.Passed()
			look.newest = look.newest && l.Filter().IsEmpty() && !l.Passed()
		}
	}
	return look
}

// counted is how much is counted, in as many words as there is room for, the most first. What is not all of it is not dim.
func (m *Model) counted(look countedLook) (words []text.Safe, st style) {
	n, newest := humanize.Comma(int64(look.total)), text.Safe{}
	if look.newest {
		newest = text.Const("the newest ")
	}
	switch {
	case look.loading:
		return []text.Safe{
			text.Sprintf("loading: %s counted so far · esc or a stops", n), text.Sprintf("loading: %s so far · esc stops", n), text.Sprintf("loading: %s so far", n),
		}, m.theme.warn
	case look.all:
		return []text.Safe{text.Sprintf("of %s loaded", n)}, m.theme.dim
	case look.total == 0:
		return []text.Safe{text.Const("nothing is counted yet")}, m.theme.dim
	case look.whole:
		return []text.Safe{text.Sprintf("%s counted so far", n)}, m.theme.warn
	case !look.more:
		return []text.Safe{text.Sprintf("only %s%s are counted", newest, n), text.Sprintf("only %s counted", n)}, m.theme.warn
	}
	return []text.Safe{
		text.Sprintf("only %s%s are counted · a loads all", newest, n), text.Sprintf("only %s%s counted · a loads all", newest, n),
		text.Sprintf("only %s counted · a loads all", n), text.Sprintf("only %s counted", n),
	}, m.theme.warn
}

// wholeLists tells whether all that is in the DLQ is loaded, and countsAll whether the groups are of all that.
func (m *Model) wholeLists() bool {
	for _, l := range m.lists {
		if !l.Whole() {
			return false
		}
	}
	return true
}

func (m *Model) countsAll() bool { return m.causes.whole && m.wholeLists() }

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
