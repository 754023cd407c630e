package model

// TextParts are parts of a whole entry that its summary does not have.
type TextParts uint8

// The parts that a filter can look in.
const (
	HeaderText   TextParts = 1 << iota // of the request and of the response
	BodyText                           // of the request
	ResponseText                       // the body of the response
)

// Texts are those parts of an entry.
type Texts struct {
	// Header has a line `Name: value` for every value.
	Header   string
	Body     string
	Response string
}

// Bodies keeps texts of entries, as many as it has room for. It may be asked by any goroutine.
type Bodies interface {
	// Texts are the parts asked for; kept is false when the entry's texts are not there. Those of an entry that was just
	// read are, unless it is larger than the room for all.
	Texts(key Key, parts TextParts) (t Texts, kept bool)
}

// Verdict is what a filter says of an entry.
type Verdict uint8

const (
	// Excluded entries do not match.
	Excluded Verdict = iota
	// Included entries match.
	Included
	// Undecided entries match or not by their texts, which are not known.
	Undecided
)

func (v Verdict) not() Verdict {
	switch v {
	case Excluded:
		return Included
	case Included:
		return Excluded
	}
	return Undecided
}

func verdict(matches bool) Verdict {
	if matches {
		return Included
	}
	return Excluded
}

// Parts are the texts that the filter looks in.
func (f Filter) Parts() (parts TextParts) {
	for i := range f.terms {
		if field := f.terms[i].field; field != nil {
			parts |= field.parts
		}
	}
	return parts
}

// JudgeIn is [Filter.Judge] with the texts that b has, if the entry cannot be decided without.
func (f Filter) JudgeIn(b Bodies, e *Entry) Verdict {
	v := f.Judge(e, nil)
	if v != Undecided || b == nil {
		return v
	}
	if t, kept := b.Texts(e.Key, f.Parts()); kept {
		return f.Judge(e, &t)
	}
	return Undecided
}
