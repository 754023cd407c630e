package ui

import (
	"maps"
	"slices"

	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

// saysOfBefore is what a sheet says of entries that were published anew before, or may have been.
func (p *publishing) saysOfBefore(m *Model) []sheetLine {
	var out []sheetLine
	label := text.Const("take care")
	for _, g := range byLabel(p.before(p.doubt)) {
		words := text.Sprintf("%s may have been published already %s: look in the logs", humanize.Comma(int64(g.n)), m.calledAt(g.last))
		out = append(out, sheetLine{label, m.theme.bad, words})
		label = text.Safe{}
	}
	switch {
	case len(p.doubt) == 0:
	case !p.withDoubt:
		out = append(out, sheetLine{text.Safe{}, m.theme.bad, text.Const("not in it: space takes in what may have been published")})
	case p.addsDoubt():
		out = append(out, sheetLine{text.Safe{}, m.theme.bad, text.Const("in it, and so perhaps published twice: space leaves it out")})
	default:
		out = append(out, sheetLine{text.Safe{}, m.theme.bad, text.Const("whatever was is published twice by this")})
	}
	label = text.Const("refused")
	for _, g := range byLabel(p.before(p.sure)) {
		out = append(out, sheetLine{label, m.theme.warn, text.Sprintf("%s before %s: last in order", humanize.Comma(int64(g.n)), m.calledAt(g.last))})
		label = text.Safe{}
	}
	label = text.Const("not in it")
	for _, g := range byLabel(p.published) {
		out = append(out, sheetLine{label, m.theme.plain, text.Sprintf("%s: published anew already %s", humanize.Comma(int64(g.n)), m.calledAt(g.last))})
		label = text.Safe{}
	}
	return out
}

// before is what became of those that were to be published before, without what never left.
func (p *publishing) before(of []copied) []model.Republished {
	var all []model.Republished
	for i := range of {
		if r := p.known[of[i].key]; r.State != model.NotSent {
			all = append(all, r)
		}
	}
	return all
}

// whyNothing is why nothing can be published.
func (p *publishing) whyNothing(m *Model) text.Safe {
	if len(p.refused) > 0 {
		return text.Line(slices.Min(slices.Collect(maps.Keys(p.refused))))
	}
	if groups := byLabel(p.published); len(groups) > 0 {
		return text.Sprintf("all of it was published anew already %s", m.calledAt(groups[len(groups)-1].last))
	}
	return text.Const("there is nothing in it")
}

// calledAt is the label that went along with a message, and when.
func (m *Model) calledAt(r model.Republished) text.Safe {
	return text.Sprintf("(%s, at %s)", text.Line(r.Label), m.jobTime(r.At))
}

// publishedGroup is how many entries were published with a label, with the last of them.
type publishedGroup struct {
	n    int
	last model.Republished
}

// byLabel counts entries by the label that they were published with, the latest last.
func byLabel(all []model.Republished) []publishedGroup {
	at := map[string]int{}
	var groups []publishedGroup
	for _, r := range all {
		i, is := at[r.Label]
		if !is {
			i = len(groups)
			at[r.Label] = i
			groups = append(groups, publishedGroup{})
		}
		if g := &groups[i]; g.n == 0 || r.At.After(g.last.At) {
			g.last = r
		}
		groups[i].n++
	}
	slices.SortStableFunc(groups, func(a, b publishedGroup) int { return a.last.At.Compare(b.last.At) })
	return groups
}

// tellDoubt says, once, what an earlier session may have published anew.
func (m *Model) tellDoubt() {
	if m.trash.told {
		return
	}
	m.trash.told = true
	for _, t := range m.trash.past {
		if t.Perhaps > 0 {
			m.complain(text.Sprintf("%s may have been published anew %s: look in the logs; 4 shows", nounEntries(t.Perhaps), m.calledAt(t.Last)))
			return
		}
	}
}

// trashedWords is what is known of what was published of a line of the trash; empty when none was.
func (m *Model) trashedWords(t model.Trashed) text.Safe {
	n, perhaps := humanize.Comma(int64(t.Published)), humanize.Comma(int64(t.Perhaps))
	switch {
	case t.Perhaps > 0 && t.Published > 0:
		return text.Sprintf("%s published anew, %s perhaps %s: look in the logs", n, perhaps, m.calledAt(t.Last))
	case t.Perhaps > 0:
		return text.Sprintf("%s perhaps published anew %s: look in the logs", perhaps, m.calledAt(t.Last))
	case t.Published > 0 && t.Published == t.Number:
		return text.Sprintf("published anew by %s", text.Line(t.Last.Label))
	case t.Published > 0:
		return text.Sprintf("%s published anew; R publishes the rest", n)
	}
	return text.Safe{}
}
