package model

import "slices"

// FetchPurpose is what a page is read for.
type FetchPurpose uint8

const (
	// NextPage goes on with the walk.
	NextPage FetchPurpose = iota
	// Newcomers reads the first page again, and those after it until one has an entry that is known; what is not known
	// waits.
	Newcomers
	// Gap reads on from where the newcomers were not followed further, until an entry is known.
	Gap
	// Newest reads the first page again; what is not known is shown.
	Newest
	// Reread reads rows on the screen again.
	Reread
	// ForTexts reads the list once more for texts of entries that were not kept.
	ForTexts
)

// Fetch is a page to be read for a listing.
type Fetch struct {
	Generation uint64
	Purpose    FetchPurpose
	Query      Query
	depth      int // how many pages of newcomers were read before this one
	before     Row // entries stored before this row were known when the newcomers were first looked for
}

// walk is the way through the pages of one server filter.
type walk struct {
	server  ServerFilter
	cursor  string
	started bool
	done    bool
	// last is the cursor that led to the newest page, and oldestFirst what its order was seen to be: then what is new comes
	// at the end of the walk.
	last        string
	oldestFirst bool
	// reached is the last entry of the newest page, while all pages came in the order of their failures, newest first.
	reached *Entry
	mixed   bool
}

// reach takes note of how far a page went.
func (w *walk) reach(entries []Entry) {
	if len(entries) == 0 || w.mixed {
		return
	}
	all := entries
	if w.reached != nil {
		all = append([]Entry{*w.reached}, entries...)
	}
	w.mixed = !slices.IsSortedFunc(all, func(a, b Entry) int { return compareNewestFirst(&a, &b) })
	last := entries[len(entries)-1]
	if w.reached = &last; w.mixed || last.FailedAt.IsZero() {
		w.reached, w.mixed = nil, true
	}
}

// ahead tells whether an entry lies where the walk has not come yet: it is not new, and comes with the pages that follow.
func (w *walk) ahead(e *Entry) bool {
	return !w.done && w.reached != nil && !e.FailedAt.IsZero() && compareNewestFirst(w.reached, e) < 0
}
