package model

import (
	"net/url"
	"time"
)

// MostQuery is how many bytes the query of one call may have. The API publishes no limit; this is below that of every
// proxy.
const MostQuery = 4 << 10

// Write is one call that changes entries: those of a selection, or what matches a filter on the server. It has either,
// never both and never neither.
type Write struct {
	Verb      Verb
	Selection Selection

	Matching Matching
	// Count is how many of the matching entries the call may be for: 1 to [Verb.MostAtOnce]. It is not for a selection.
	Count int
	// Cursor is where a write by filter goes on; empty for its first call.
	Cursor string

	Overrides Overrides
	// Operation names what the write is part of, for the record of it. It is not sent.
	Operation string
}

// Valid is nil for a write that says exactly what it is for. Its error is a [RefusedError]; [ErrEmptySelection] when it
// is for nothing, which to the server would be everything.
func (w Write) Valid() error {
	selected, matching := w.Selection.Len() > 0, w.Matching.Valid() == nil
	most := w.Verb.MostAtOnce()
	switch {
	case !selected && !matching:
		return ErrEmptySelection
	case most == 0:
		return refuse("there is no such verb")
	case selected && matching:
		return refuse("it is for a list of entries and for a filter at once")
	case selected && !w.Verb.Takes(w.Selection.Kind()):
		return refuse("%s is not for a %s", w.Verb, w.Selection.Kind().Noun(1))
	case selected && (w.Count != 0 || w.Cursor != ""):
		return refuse("a list of entries has neither a count nor a cursor")
	case selected && w.Selection.Len() > most:
		return refuse("%d entries cannot be changed by one call", w.Selection.Len())
	case selected && w.Selection.Len() > 1 && w.Selection.queryCost() > MostQuery:
		return refuse("the ids of %d entries are too long for one call", w.Selection.Len())
	case matching && (w.Verb == RerunFailureFunction || !w.Verb.Takes(w.Matching.Kind())):
		return refuse("%s is not for a filter of %s", w.Verb, w.Matching.Kind().Noun(2))
	case matching && (w.Count < 1 || w.Count > most):
		return refuse("a call by filter is for 1 to %d entries, not %d", most, w.Count)
	}
	return nil
}

// Chunks are the parts in which the entries of a selection are sent, in order: as many at once as the verb and
// [MostQuery] permit.
func Chunks(s Selection, v Verb) []Selection {
	var chunks []Selection
	most, first, cost := max(v.MostAtOnce(), 1), 0, 0
	for i := range s.keys {
		c := idCost(s.keys[i].ID)
		if i > first && (i-first == most || cost+c > MostQuery) {
			chunks = append(chunks, Selection{keys: s.keys[first:i:i]})
			first, cost = i, 0
		}
		cost += c
	}
	if n := len(s.keys); n > first {
		chunks = append(chunks, Selection{keys: s.keys[first:n:n]})
	}
	return chunks
}

func (s Selection) queryCost() (cost int) {
	for _, k := range s.keys {
		cost += idCost(k.ID)
	}
	return cost
}

// idCost is how many bytes of a query one id takes.
func idCost(id string) int { return len("&dlqIds=") + len(url.QueryEscape(id)) }

// Created is what a write made of one entry.
type Created struct {
	MessageID         string
	WorkflowRunID     string
	WorkflowCreatedAt time.Time
	// Deduplicated is set when the server took the message for a duplicate and made none; MessageID is then the old
	// message's.
	Deduplicated bool
	// Others is how many further messages were made: a URL group makes one for each of its endpoints.
	Others int
}

// WriteResult is the answer to a [Write]. With one entry selected it has one element; with more, the order of the
// elements tells nothing. A delete and the failure function create nothing: their answer has no elements, and Done is set.
type WriteResult struct {
	Created []Created
	Done    bool
	// Count is how many entries the server says that it did; of a call for one entry it says nothing, and Count is 0. It
	// may be less than was asked for.
	Count int
	// Next is where a write by filter goes on; empty when nothing more matches.
	Next string
}
