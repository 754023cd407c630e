package model

import (
	"maps"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// fetchAhead is how many rows below the screen are loaded before they are needed: a page of the server's.
	fetchAhead = PageSize
	// unaskedPages is how many pages are loaded without a key pressed, when a filter lets few rows through.
	unaskedPages = 10
	// newcomerPages is how many pages are read for newcomers at most before they are asked in.
	newcomerPages = 3
)

// Listing is the list of one kind: which rows of the store are shown, in which order, where the cursor is, and which
// page is asked for next. Rows never move under the cursor: newcomers wait until they are taken in.
//
// What it returns as [Fetch] and [Rebuild] is to be carried out elsewhere and given back; the generation in it tells
// whether the result is still wanted.
type Listing struct {
	store *Store
	dlq   DLQ
	kind  Kind

	filter  Filter
	rows    []Row       // shown; replaced, never changed below its length, so that it can be shared
	ordered orderedRows // all rows there were at the last rebuild, in the order of rows
	earlier earlierResults
	waiting map[Key]struct{}
	cleared map[Key]struct{} // acted on and taken off the list; replaced, never changed
	// heldVersion changes with waiting and cleared.
	heldVersion uint64
	heldRows    heldRows

	waitingShown int // how many of waiting match the filter

	keys [128]rowKey // of rows on the screen, which are asked for in every frame

	sorting         Sorting // of the rows shown
	nextSorting     Sorting // of the rows of the newest rebuild
	viewGeneration  uint64
	shownGeneration uint64 // of the filter that the rows are of
	pageGeneration  uint64
	walks           map[string]*walk
	walk            *walk
	fetching        bool
	refreshing      bool
	whole           bool // an unfiltered walk has reached the end
	gap             gap
	sticky          bool // the list stood at its top when newcomers were asked in
	loadAll         bool
	unasked         int
	retryAt         time.Time
	backoff         time.Duration

	view
	texts textSearch
	Marks Marks
}

// NewListing is the empty list of a kind.
func NewListing(store *Store, dlq DLQ, kind Kind) *Listing {
	l := &Listing{
		store: store, dlq: dlq, kind: kind,
		waiting: map[Key]struct{}{}, cleared: map[Key]struct{}{}, walks: map[string]*walk{},
	}
	l.texts.latest = new(atomic.Uint64)
	l.texts.reset()
	l.Marks.reset()
	l.enter(ServerFilter{})
	return l
}

func (l *Listing) enter(server ServerFilter) {
	id := server.Identity()
	w := l.walks[id]
	if w == nil {
		w = &walk{server: server}
		l.walks[id] = w
	}
	l.walk = w
	l.unasked = 0
}

// Kind is the kind of the entries listed.
func (l *Listing) Kind() Kind { return l.kind }

// Filter is the filter in force.
func (l *Listing) Filter() Filter { return l.filter }

// FilterGeneration changes with the filter and the order.
func (l *Listing) FilterGeneration() uint64 { return l.viewGeneration }

// Len is the number of rows shown.
func (l *Listing) Len() int { return len(l.rows) }

// Row is the row of the store that is shown as the i-th. As its entry never changes, what was drawn of it can be kept.
func (l *Listing) Row(i int) Row { return l.rows[i] }

// Complete tells whether all that match the filter are loaded: nothing was passed over, and every text was looked in that
// decides whether an entry matches.
func (l *Listing) Complete() bool {
	return l.walk.done && !l.gap.open && len(l.texts.missing) == 0 && len(l.texts.due) == 0
}

// Whole tells whether the DLQ of this kind was once walked to its end and nothing was passed over since, so that counts of
// it are exact.
func (l *Listing) Whole() bool { return l.whole && !l.gap.open }

// Rebuilding tells whether the rows are still those of the filter before.
func (l *Listing) Rebuilding() bool { return l.shownGeneration != l.viewGeneration }

// Passed tells whether there are more newcomers than were looked at.
func (l *Listing) Passed() bool { return l.gap.open && !l.gap.filling }

// Loading tells whether a page is being fetched.
func (l *Listing) Loading() bool { return l.fetching }

// LoadingAll tells whether all pages are being loaded.
func (l *Listing) LoadingAll() bool { return l.loadAll }

// Started tells whether the first page has arrived.
func (l *Listing) Started() bool { return l.walk.started }

// Waiting is the number of newcomers that match the filter and wait to be taken in.
func (l *Listing) Waiting() int { return l.waitingShown }

// Next is the page to read now, if one is: what was passed over before the newcomers that are shown, the first page, one
// ahead of the screen, or all when that was asked for. There is one in flight at a time.
func (l *Listing) Next(now time.Time) (Fetch, bool) {
	if l.fetching || now.Before(l.retryAt) {
		return Fetch{}, false
	}
	if f, ok := l.nextTexts(); ok {
		return f, true
	}
	if l.gap.open && (l.gap.filling || l.loadAll) {
		l.fetching, l.gap.filling = true, true
		f := l.fetch(Gap, l.gap.cursor)
		f.before = l.gap.before
		return f, true
	}
	wanted := l.jump > 0 || len(l.rows)-(l.top+l.height) < fetchAhead
	needed := !l.walk.started || l.loadAll || wanted && l.unasked < unaskedPages
	if l.walk.done || !needed {
		return Fetch{}, false
	}
	l.fetching = true
	l.unasked++
	return l.fetch(NextPage, l.walk.cursor), true
}

// Reread reads the rows on the screen again.
func (l *Listing) Reread() (Fetch, bool) {
	var ids []string
	for i := l.top; i < min(l.top+l.height, len(l.rows), l.top+PageSize); i++ {
		ids = append(ids, l.Key(i).ID)
	}
	f := l.fetch(Reread, "")
	f.Query.IDs = ids
	return f, len(ids) > 0
}

func (l *Listing) fetch(p FetchPurpose, cursor string) Fetch {
	return Fetch{Generation: l.pageGeneration, Purpose: p, Query: Query{DLQ: l.dlq, Kind: l.kind, Server: l.walk.server, Cursor: cursor}}
}

// Apply takes a page in, and returns the entries that a [Reread] asked for and that are gone; then, when the newcomers go on
// behind the page, what to read next. The other kind's entries in it are stored, and are for the other listing to show: its
// [Listing.Adopt] finds them.
func (l *Listing) Apply(f Fetch, p Page) (gone []Key, next *Fetch) {
	if f.Generation != l.pageGeneration {
		return nil, nil
	}
	end := p.Next == "" || p.Next == f.Query.Cursor
	met := l.meetsKnown(p.Entries, f.before) && !(l.walk.oldestFirst && l.walk.done)
	met = met || slices.ContainsFunc(p.Entries, func(e Entry) bool { return l.walk.ahead(&e) })
	switch f.Purpose {
	case NextPage:
		l.fetching, l.retryAt, l.backoff = false, time.Time{}, 0
		l.walk.started = true
		l.walk.oldestFirst = l.walk.oldestFirst || isOldestFirst(p.Entries)
		l.walk.reach(p.Entries)
		l.walk.last, l.walk.cursor = f.Query.Cursor, p.Next
		l.walk.done = end
		if l.walk.done {
			l.loadAll = l.loadAll && (l.gap.open || l.filter.Parts() != 0)
			l.whole = l.whole || l.walk.server.Identity() == ServerFilter{}.Identity()
		}
		l.show(l.put(p.Entries, false))
		l.takeJump()
	case ForTexts:
		l.fetching, l.retryAt, l.backoff = false, time.Time{}, 0
		l.show(l.put(p.Entries, true))
		l.textsRead(f, p)
	case Gap:
		l.fetching, l.retryAt, l.backoff = false, time.Time{}, 0
		l.gap.cursor = p.Next
		l.show(l.put(p.Entries, false))
		if met || end {
			l.gap = gap{}
			l.loadAll = l.loadAll && (!l.walk.done || l.filter.Parts() != 0)
		}
		l.stick()
	case Newcomers, Newest:
		l.refreshing = false
		if l.walk.oldestFirst && l.walk.done {
			l.walk.last = f.Query.Cursor
		}
		waits := f.Purpose == Newcomers
		l.show(l.put(p.Entries, waits))
		if !waits {
			l.stick()
		}
		switch {
		case met || end:
		case waits && f.depth+1 < newcomerPages:
			l.refreshing = true
			more := l.fetch(Newcomers, p.Next)
			more.depth, more.before = f.depth+1, f.before
			next = &more
		default:
			// A gap that was open already lies behind this one: filling goes on through it, as what it goes up to is kept.
			l.gap = gap{open: true, filling: !waits || l.gap.filling, cursor: p.Next, before: f.before}
		}
	case Reread:
		found := make(map[Key]bool, len(p.Entries))
		for i := range p.Entries {
			found[p.Entries[i].Key] = true
		}
		for _, id := range f.Query.IDs {
			if k := (Key{l.dlq, l.kind, id}); !found[k] {
				gone = append(gone, k)
			}
		}
		l.show(l.put(p.Entries, false))
	}
	return gone, next
}

// Fail takes note that a page did not come. It will be asked for again: when a rate limit ends, otherwise after a while
// that grows to half a minute. It is false when the page was not wanted any more.
func (l *Listing) Fail(f Fetch, now time.Time, until time.Time) (wanted bool) {
	if f.Generation != l.pageGeneration {
		return false
	}
	switch f.Purpose {
	case Newcomers, Newest:
		l.refreshing = false
	case NextPage, Gap, ForTexts:
		l.fetching = false
		l.backoff = min(max(2*l.backoff, 2*time.Second), 30*time.Second)
		l.retryAt = now.Add(l.backoff)
		if until.After(l.retryAt) {
			l.retryAt = until
		}
	}
	return true
}

// RetryAt is when [Listing.Next] will ask again after a failure; zero when it does not wait.
func (l *Listing) RetryAt() time.Time { return l.retryAt }

// put stores entries and returns the rows of this kind that are to be shown. As newcomers, those not known wait instead;
// so does, in any page, what was taken off the list and is found to be still there.
func (l *Listing) put(entries []Entry, newcomers bool) []Row {
	var shown []Row
	for _, e := range entries {
		before, known := l.store.Find(e.Key)
		row, _ := l.store.Put(e)
		if known && before != row {
			l.texts.forget(before)
		}
		l.texts.arrived(row)
		if e.Key.Kind != l.kind {
			continue
		}
		_, waits := l.waiting[e.Key]
		_, off := l.cleared[e.Key]
		if off || newcomers && (!known || waits) && !l.walk.ahead(&e) {
			if !waits {
				l.waiting[e.Key] = struct{}{}
				l.holds()
			}
			continue
		}
		if waits {
			delete(l.waiting, e.Key)
			l.holds()
		}
		shown = append(shown, row)
	}
	l.countWaiting()
	return shown
}

func (l *Listing) countWaiting() {
	l.waitingShown = 0
	for k := range l.waiting {
		if r, ok := l.store.Find(k); ok && l.matches(r) {
			l.waitingShown++
		}
	}
}

// Adopt shows what the store has of this kind beyond the first known rows: entries that came with the other list.
func (l *Listing) Adopt(known int) {
	l.show(l.since(known))
	l.countWaiting()
}

// since are the rows stored after the first known.
func (l *Listing) since(known int) []Row {
	var rows []Row
	for r := Row(known); int(r) < l.store.Len(); r++ {
		rows = append(rows, r)
	}
	return rows
}

// LoadAll loads all pages that match; StopLoading stops that.
func (l *Listing) LoadAll() { l.loadAll = !l.Exhausted() }

// StopLoading ends what LoadAll began; what was loaded stays.
func (l *Listing) StopLoading() { l.loadAll, l.texts.reading = false, false }

// TakeInWithout shows the newcomers, takes the given entries off the list, and makes every page in flight stale. It does not
// look at the others.
func (l *Listing) TakeInWithout(off []Key) {
	l.pageGeneration++
	l.fetching, l.refreshing, l.retryAt, l.unasked = false, false, time.Time{}, 0

	l.texts.reading, l.texts.useless = false, false
	l.sticky = l.top == 0
	if l.gap.open {
		l.gap.filling = true
	}
	l.keepCursor(func() {
		newcomers := l.newcomers()
		l.takeOff(off)
		l.waiting, l.waitingShown = map[Key]struct{}{}, 0
		l.holds()
		l.show(newcomers)
	})
	l.Marks.version++
	l.stick()
}

// newcomers are the rows that wait. Those of them that were taken off the list before are so no more.
func (l *Listing) newcomers() (rows []Row) {
	if len(l.waiting) > 0 && len(l.cleared) > 0 {
		l.cleared = maps.Clone(l.cleared)
	}
	for k := range l.waiting {
		if r, ok := l.store.Find(k); ok {
			rows = append(rows, r)
		}
		delete(l.cleared, k)
	}
	return rows
}

// takeOff takes entries off the list that do not wait. What the filter hides is taken off too: it must not come back as an
// ordinary row with another filter.
func (l *Listing) takeOff(keys []Key) {
	if len(keys) == 0 {
		return
	}
	l.cleared = maps.Clone(l.cleared)
	gone := make([]bool, l.store.Len())
	for _, k := range keys {
		r, known := l.store.Find(k)
		if _, waits := l.waiting[k]; !known || waits || k.Kind != l.kind {
			continue
		}
		l.cleared[k] = struct{}{}
		l.Marks.remove(k)
		for ; known; r, known = l.store.older[r] {
			gone[r] = true
		}
	}
	l.rows = slices.DeleteFunc(slices.Clone(l.rows), func(r Row) bool { return gone[r] })
}

// stick keeps the top of a list that stood at its top when newcomers were asked in, until the user moves.
func (l *Listing) stick() {
	if l.sticky {
		l.top = 0
		l.clamp(len(l.rows))
	}
}
