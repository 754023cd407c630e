package model

import (
	"sync"
	"sync/atomic"
)

// finder looks for a text in those of a store, as [folded] does. It is for one goroutine.
type finder struct {
	folded folded
	parted partedText
	texts  *texts
	forms  []formFound
	found  []foundTexts // nil where few texts are asked for; others who look for the same share it
	joined []byte
}

// formFound is what is known of the texts of a form.
type formFound uint8

const (
	looked formFound = 1 << iota
	// has says that what they have besides words has the text, and asWords that only a word of theirs may have it otherwise.
	has
	asWords
	mayBeLabels
	// allHave says that all have it and none may be labels, noneHas that none has it.
	allHave
	noneHas
)

// foundTexts are those texts that have it, and those that have it in one of the labels that are packed in them, of as many texts as
// a number has bits. They are looked at together: they stand one after the other in memory, where rows that share them do not.
type foundTexts struct {
	texts, labels atomic.Uint64
	looked        atomic.Bool // the others stay as they are then
}

const (
	textsAtOnce = 64
	// fewRows is how many texts there are to each row where only those of the rows are worth looking at.
	fewRows = 4
)

// sharedFound is what is found of terms by those who judge the rows of a store at once.
type sharedFound struct {
	mu sync.Mutex
	of map[*term][]foundTexts
}

// by is what is found of a term in so many texts.
func (s *sharedFound) by(t *term, texts int) []foundTexts {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, known := s.of[t]
	if !known {
		if s.of == nil {
			s.of = map[*term][]foundTexts{}
		}
		found = make([]foundTexts, (texts+textsAtOnce-1)/textsAtOnce)
		s.of[t] = found
	}
	return found
}

func newFinder(part folded, t *texts, found []foundTexts) *finder {
	return &finder{folded: part, parted: partText(part.part), texts: t, forms: make([]formFound, t.forms.len()), found: found}
}

// in tells whether it is in the text of a number.
func (f *finder) in(n uint32) bool {
	if f.found == nil {
		inText, _ := f.lookAt(n)
		return inText
	}
	return f.around(n).texts.Load()>>(n%textsAtOnce)&1 != 0
}

// inLabels tells whether it is in one of the labels that are packed in a text.
func (f *finder) inLabels(n uint32) bool {
	if f.found == nil {
		_, inLabels := f.lookAt(n)
		return inLabels
	}
	return f.around(n).labels.Load()>>(n%textsAtOnce)&1 != 0
}

func (f *finder) around(n uint32) *foundTexts {
	found := &f.found[n/textsAtOnce]
	if found.looked.Load() {
		return found
	}
	var texts, labels uint64
	from := n - n%textsAtOnce
	for i := range min(textsAtOnce, uint32(f.texts.len())-from) { //nolint:gosec // there are fewer texts than rows can have
		inText, inLabels := f.lookAt(from + i)
		if inText {
			texts |= 1 << i
		}
		if inLabels {
			labels |= 1 << i
		}
	}
	found.texts.Store(texts)
	found.labels.Store(labels)
	found.looked.Store(true)
	return found
}

func (f *finder) lookAt(n uint32) (inText, inLabels bool) {
	form, words := f.texts.parts(n)
	what := f.forms[form]
	if what == 0 {
		what = f.lookAtForm(form)
	}
	if what&(noneHas|allHave) != 0 {
		return what&allHave != 0, false
	}
	return f.look(form, what, words)
}

// lookAtForm looks in a form.
func (f *finder) lookAtForm(n uint32) formFound {
	what, form := looked, f.texts.forms.get(n)
	if n == noForm {
		f.forms[n] = what
		return what
	}
	if arePacked(form) {
		what |= mayBeLabels
	}
	ascii := isASCII(form)
	if ascii && f.parted.isWord {
		what |= asWords
	}
	switch {
	case f.parted.noForm:
		what |= noneHas
	case f.folded.in(form):
		what |= has
		if what&mayBeLabels == 0 {
			what |= allHave
		}
	case ascii && !f.parted.mayBeIn(form):
		what |= noneHas
	}
	f.forms[n] = what
	return what
}

// look looks in a text of a form.
func (f *finder) look(n uint32, what formFound, words string) (inText, inLabels bool) {
	if n == noForm {
		return f.folded.in(words), f.lookInLabels(words)
	}
	form := f.texts.forms.get(n)
	if what&asWords != 0 {
		if inText = what&has != 0; !inText && len(words) >= len(f.folded.part) {
			inText, _ = f.folded.scan(words)
		}
		// Where no label is as long as a letter is large, no length of one is taken for a letter.
		if short := len(form)+len(words) < '0'; !inText || what&mayBeLabels == 0 || short {
			return inText, inText && what&mayBeLabels != 0
		}
	}
	f.joined = putTogether(f.joined[:0], form, words)
	text := loose(f.joined)
	return f.folded.in(text), f.lookInLabels(text)
}

func (f *finder) lookInLabels(packed string) bool {
	if !arePacked(packed) {
		return false
	}
	// What is not in the text with all of them, and that is ASCII, is in none.
	there, ascii := f.folded.scan(packed)
	return (there || !ascii) && anyLabel(packed, f.folded.in)
}
