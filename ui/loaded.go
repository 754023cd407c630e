package ui

import (
	"github.com/dustin/go-humanize"

	"redrive/ui/text"
)

// loaded says how many rows there are, honestly: + while there are more to load.
func (m *Model) loaded() text.Safe {
	l := m.list()
	if !l.Started() && l.Known() == 0 {
		return text.Const("nothing read yet")
	}
	known := humanize.Comma(int64(l.Known()))
	if !l.Whole() {
		known += "+"
	}
	progress := text.Safe{}
	if l.LoadingAll() {
		progress = text.Const("  loading all, esc stops")
	}
	if l.Filter().IsEmpty() {
		return text.Concat(text.Sprintf("%s loaded", known), progress)
	}
	match := humanize.Comma(int64(l.Len()))
	if !l.Complete() {
		match += "+"
	}
	if searched := m.searchedTexts(); !searched.IsEmpty() {
		return text.Concat(searched, progress)
	}
	return text.Concat(text.Sprintf("%s of %s loaded", match, known), progress)
}

// searchedTexts says in how many texts the filter could look, when those were not all.
func (m *Model) searchedTexts() text.Safe {
	l := m.list()
	looked, of := l.Searched()
	if looked == of {
		return text.Safe{}
	}
	says := text.Sprintf("searched %s of %s bodies", humanize.Comma(int64(looked)), humanize.Comma(int64(of)))
	switch {
	case l.LoadingAll():
		return says
	case l.Exhausted():
		return text.Concat(says, text.Const("; the others cannot be read"))
	}
	return text.Concat(says, text.Const("; a reads the rest"))
}

func (m *Model) loadedWidth() int { return m.loaded().Width() + chipGap + m.newcomers().Width() }

func (m *Model) newcomers() text.Safe {
	return chip(m.list().Waiting(), m.list().Passed(), m.stepsWaiting())
}

func (m *Model) drawLoaded(r *row) { m.putLoaded(r, m.newcomers(), m.loaded()) }

// putLoaded puts what waits and what is loaded at the right edge, or as much of it as there is room for.
func (m *Model) putLoaded(r *row, chip, loaded text.Safe) {
	loaded = text.Concat(loaded, text.Const(" "))
	gap := r.left() - chip.Width() - chipGap - loaded.Width()
	switch {
	case chip.IsEmpty():
		r.right(m.theme.dim, loaded)
	case gap >= 0:
		r.space(gap).put(m.theme.warn, chip).space(chipGap).put(m.theme.dim, loaded)
	case r.left() > chip.Width():
		r.right(m.theme.warn, chip)
	}
}

// chipGap stands between what waits and what is loaded.
const chipGap = 3
