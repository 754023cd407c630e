package ui

import (
	"strings"

	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

// longestSlug is how much of a cause stands in the name of a file.
const longestSlug = 36

// askForGroups asks where the entries of the marked groups, else of the one under the cursor, are to be written.
func (m *Model) askForGroups() {
	groups := m.causes.chosen()
	entries, kind, alike := m.entriesOf(groups)
	counted := countedAs(kind)
	if !alike {
		counted = nounEntries
	}
	x := newExportDialog(counted)
	x.rows = model.ShownEntries(entries)
	of := text.Const("of the group")
	if m.causes.marked[groups[0].Key] {
		of = text.Sprintf("of %d marked groups", len(groups))
		if len(groups) == 1 {
			of = text.Const("of the marked group")
		}
	}
	whole := true
	for _, k := range model.Kinds {
		whole = whole && (m.lists[k].Whole() || alike && k != kind)
	}
	x.says = text.Sprintf("%s %s", counted(len(entries)), of)
	if !whole {
		noun := text.Const("entries")
		if alike {
			noun = text.Line(kind.Noun(2))
		}
		x.says = text.Sprintf("%s of the loaded %s %s (a loads the rest)", humanize.Comma(int64(len(entries))), noun, of)
	}
	name := "redrive-" + m.slug(groups) + m.now.In(m.opts.Zone).Format("-20060102-150405.jsonl")
	m.askForName(x, name)
}

// slug is what groups have in common, as it can stand in the name of a file.
func (m *Model) slug(groups []*model.Group) string {
	if len(groups) > 1 {
		return text.Sprintf("%d-groups-by-%s", len(groups), strings.ReplaceAll(strings.ToLower(m.causes.by.String()), " ", "-")).String()
	}
	g := groups[0]
	words := m.causes.by.String() + " " + g.Key
	if m.causes.by == model.PerCause {
		words = text.Int(g.Cause.Status).String() + " " + g.Cause.Text
		if g.Cause.Status == 0 {
			words = g.Cause.Text
		}
	}
	var b strings.Builder
	gap := false
	for _, c := range strings.ToLower(words) {
		if c < 'a' || c > 'z' {
			if c < '0' || c > '9' {
				gap = b.Len() > 0
				continue
			}
		}
		if gap && b.Len() >= longestSlug*2/3 || b.Len() >= longestSlug {
			break
		}
		if gap {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(c)
	}
	if b.Len() == 0 {
		return "cause-" + g.Key
	}
	return b.String()
}
