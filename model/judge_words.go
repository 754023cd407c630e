package model

import "strings"

// wordSearch looks for a bare word in rows, as [term.matchesWord] does in entries. It is for one goroutine.
type wordSearch struct {
	*finder
	plain   bool // it can be in an id as ids are
	inOwnID bool // it can be in one that is not kept
	rows    *Snapshot
	shared  []formFound // of what rows share
	causes  []formFound
}

func newWordSearch(f *finder, s *Snapshot) *wordSearch {
	word := f.folded
	return &wordSearch{
		finder: f, plain: isPlainID(word.part), rows: s,
		inOwnID: strings.Trim(word.part, "-0123456789") == "",
		shared:  make([]formFound, len(s.shared)), causes: make([]formFound, len(s.causes)),
	}
}

func (w *wordSearch) matches(p *packedRow) bool {
	return w.inShared(p.shared) || w.in(p.url) || w.in(p.response) || w.inLabels(p.labels) || w.inCause(p.cause) || w.inIDs(p)
}

func (w *wordSearch) inIDs(p *packedRow) bool {
	if w.inOwnID && p.flags&ownID != 0 {
		if w.joined = appendOwnID(w.joined[:0], p.failed, p.sequence); w.folded.in(loose(w.joined)) {
			return true
		}
	}
	if p.flags&plainIDs != 0 {
		// They stand one after the other, and hardly ever is it in any.
		if !w.plain {
			return false
		}
		if there, _ := w.folded.scan(w.rows.ids.text(p.ids, int(p.runEnd))); !there {
			return false
		}
	}
	if p.flags&ownID == 0 && w.folded.in(w.rows.id(p)) {
		return true
	}
	return w.folded.in(w.rows.messageID(p)) || w.folded.in(w.rows.runID(p))
}

func (w *wordSearch) inCause(n uint32) bool {
	f := &w.causes[n]
	if *f == 0 {
		*f = looked
		if w.in(w.rows.causes[n].step) {
			*f |= has
		}
	}
	return *f&has != 0
}

func (w *wordSearch) inShared(n uint32) bool {
	f := &w.shared[n]
	if *f == 0 {
		*f = looked
		if s := w.rows.shared[n]; w.folded.in(s.queue) || w.folded.in(s.group) {
			*f |= has
		}
	}
	return *f&has != 0
}
