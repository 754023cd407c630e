package model

// wordSearch looks for a bare word in rows, as [term.matchesWord] does in entries. It is for one goroutine.
type wordSearch struct {
	folded folded
	plain  bool // it can be in an id as ids are
	rows   *Snapshot
	texts  []wordFound // of each text
	shared []wordFound // of what rows share
	causes []wordFound
}

// wordFound is whether a text has the word, and whether it does as labels, as far as it was looked at.
type wordFound uint8

const (
	looked wordFound = 1 << iota
	has
	lookedInLabels
	hasInLabels
)

func newWordSearch(word folded, s *Snapshot) *wordSearch {
	return &wordSearch{
		folded: word, plain: isPlainID(word.part), rows: s,
		texts: make([]wordFound, s.texts.len()), shared: make([]wordFound, len(s.shared)), causes: make([]wordFound, len(s.causes)),
	}
}

func (w *wordSearch) matches(p *packedRow) bool {
	return w.inShared(p.shared) || w.inText(p.url) || w.inText(p.response) || w.inLabels(p.labels) || w.inCause(p.cause) || w.inIDs(p)
}

func (w *wordSearch) inIDs(p *packedRow) bool {
	if p.flags&plainIDs != 0 {
		// They stand one after the other, and hardly ever is it in any.
		if !w.plain {
			return false
		}
		if there, _ := w.folded.scan(w.rows.ids.text(p.ids, int(p.runEnd))); !there {
			return false
		}
	}
	return w.folded.in(w.rows.id(p)) || w.folded.in(w.rows.messageID(p)) || w.folded.in(w.rows.runID(p))
}

func (w *wordSearch) inText(n uint32) bool {
	f := &w.texts[n]
	if *f&looked == 0 {
		*f |= looked
		if w.folded.in(w.rows.texts.get(n)) {
			*f |= has
		}
	}
	return *f&has != 0
}

func (w *wordSearch) inLabels(n uint32) bool {
	f := &w.texts[n]
	if *f&lookedInLabels == 0 {
		*f |= lookedInLabels
		packed := w.rows.texts.get(n)
		// What is not in the text with all of them, and that is ASCII, is in none.
		if there, ascii := w.folded.scan(packed); (there || !ascii) && anyLabel(packed, w.folded.in) {
			*f |= hasInLabels
		}
	}
	return *f&hasInLabels != 0
}

func (w *wordSearch) inCause(n uint32) bool {
	f := &w.causes[n]
	if *f&looked == 0 {
		*f |= looked
		if w.inText(w.rows.causes[n].step) {
			*f |= has
		}
	}
	return *f&has != 0
}

func (w *wordSearch) inShared(n uint32) bool {
	f := &w.shared[n]
	if *f&looked == 0 {
		*f |= looked
		if s := w.rows.shared[n]; w.folded.in(s.queue) || w.folded.in(s.group) {
			*f |= has
		}
	}
	return *f&has != 0
}
