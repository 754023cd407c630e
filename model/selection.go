package model

import "slices"

// ErrEmptySelection is the refusal of a write that names no entry. To the server no selection means every entry.
var ErrEmptySelection error = &RefusedError{Reason: "no entry is selected"}

// Selection is the frozen list of entries that a write is for. It has at least one entry, none without an id, none
// twice, all of one kind and one DLQ. Its zero value is no selection and is refused by [Selection.Valid].
type Selection struct{ keys []Key }

// NewSelection freezes keys, leaving out repetitions. It refuses an empty list, an empty id and a mixture of kinds or
// DLQs.
func NewSelection(keys ...Key) (Selection, error) {
	if len(keys) == 0 {
		return Selection{}, ErrEmptySelection
	}
	seen := make(map[Key]struct{}, len(keys))
	frozen := make([]Key, 0, len(keys))
	for _, k := range keys {
		if k.IsZero() {
			return Selection{}, refuse("an entry without an id was selected")
		}
		if k.Kind != keys[0].Kind || k.DLQ != keys[0].DLQ {
			return Selection{}, refuse("entries of different kinds or DLQs were selected together")
		}
		if _, twice := seen[k]; twice {
			continue
		}
		seen[k] = struct{}{}
		frozen = append(frozen, k)
	}
	return Selection{keys: frozen}, nil
}

// Valid is nil for a selection that [NewSelection] made, and [ErrEmptySelection] for the zero value.
func (s Selection) Valid() error {
	if len(s.keys) == 0 {
		return ErrEmptySelection
	}
	return nil
}

// Len is the number of entries.
func (s Selection) Len() int { return len(s.keys) }

// At is the i-th key.
func (s Selection) At(i int) Key { return s.keys[i] }

// Has tells whether the entry is in it.
func (s Selection) Has(k Key) bool { return slices.Contains(s.keys, k) }

// DLQ is the account and region of all entries.
func (s Selection) DLQ() DLQ {
	if len(s.keys) == 0 {
		return ""
	}
	return s.keys[0].DLQ
}

// Kind is the kind of all entries.
func (s Selection) Kind() Kind {
	if len(s.keys) == 0 {
		return Message
	}
	return s.keys[0].Kind
}
