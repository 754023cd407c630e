package model

import (
	"maps"
	"slices"
	"time"
)

const (
	// fetchAhead is how many rows below the screen are loaded before they are needed: a page of the server's.
	fetchAhead = PageSize
	// unaskedPages is how many pages are loaded without a key pressed, when a filter lets few rows through.
	unaskedPages = 10
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
	rows    []Row // shown; replaced, never changed below its length, so that it can be shared
	waiting map[Key]struct{}
	cleared map[Key]struct{} // acted on and taken off the list; replaced, never changed

	waitingShown int // how many of waiting match the filter

	viewGeneration  uint64
	shownGeneration uint64 // of the filter that the rows are of
	pageGeneration  uint64
	walks           map[string]*walk
	walk            *walk
	fetching        bool
	refreshing      bool
	whole           bool // an unfiltered walk has reached the end
	loadAll         bool
	unasked         int
	retryAt         time.Time
	backoff         time.Duration

	view
	Marks Marks
}

// walk is the way through the pages of one server filter.
type walk struct {
	server  ServerFilter
	cursor  string
	started bool
	done    bool
}

// NewListing is the empty list of a kind.
func NewListing(store *Store, dlq DLQ, kind Kind) *Listing {
	l := &Listing{
		store: store, dlq: dlq, kind: kind,
		waiting: map[Key]struct{}{}, cleared: map[Key]struct{}{}, walks: map[string]*walk{},
	}
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

// Len is the number of rows shown.
func (l *Listing) Len() int { return len(l.rows) }

// At is the i-th entry shown.
func (l *Listing) At(i int) *Entry { return l.store.At(l.rows[i]) }

// Complete tells whether all that match the filter are loaded.
func (l *Listing) Complete() bool { return l.walk.done }

// Whole tells whether the DLQ of this kind was once walked to its end, so that counts of it are exact.
func (l *Listing) Whole() bool { return l.whole }

// Loading tells whether a page is being fetched.
func (l *Listing) Loading() bool { return l.fetching }

// LoadingAll tells whether all pages are being loaded.
func (l *Listing) LoadingAll() bool { return l.loadAll }

// Started tells whether the first page has arrived.
func (l *Listing) Started() bool { return l.walk.started }

// Waiting is the number of newcomers that match the filter and wait to be taken in.
func (l *Listing) Waiting() int { return l.waitingShown }

// FetchPurpose is what a page is read for.
type FetchPurpose uint8

const (
	// NextPage goes on with the walk.
	NextPage FetchPurpose = iota
	// Newcomers reads the first page again; what is not known waits.
	Newcomers
	// Reread reads rows on the screen again.
	Reread
)

// Fetch is a page to be read for a listing.
type Fetch struct {
	Generation uint64
	Purpose    FetchPurpose
	Query      Query
}

// Next is the page to read now, if one is: the first, one ahead of the screen, or all when that was asked for. There
// is one in flight at a time.
func (l *Listing) Next(now time.Time) (Fetch, bool) {
	if l.fetching || l.walk.done || now.Before(l.retryAt) {
		return Fetch{}, false
	}
	wanted := l.jump > 0 || len(l.rows)-(l.top+l.height) < fetchAhead
	needed := !l.walk.started || l.loadAll || wanted && l.unasked < unaskedPages
	if !needed {
		return Fetch{}, false
	}
	l.fetching = true
	l.unasked++
	return l.fetch(NextPage, l.walk.cursor), true
}

// Refresh reads the first page again, for newcomers, unless that is under way.
func (l *Listing) Refresh() (Fetch, bool) {
	if l.refreshing || !l.walk.started {
		return Fetch{}, false
	}
	l.refreshing = true
	return l.fetch(Newcomers, ""), true
}

// Reread reads the rows on the screen again.
func (l *Listing) Reread() (Fetch, bool) {
	var ids []string
	for i := l.top; i < min(l.top+l.height, len(l.rows), l.top+PageSize); i++ {
		ids = append(ids, l.At(i).Key.ID)
	}
	f := l.fetch(Reread, "")
	f.Query.IDs = ids
	return f, len(ids) > 0
}

func (l *Listing) fetch(p FetchPurpose, cursor string) Fetch {
	return Fetch{l.pageGeneration, p, Query{DLQ: l.dlq, Kind: l.kind, Server: l.walk.server, Cursor: cursor}}
}

// Apply takes a page in, and returns the entries that a [Reread] asked for and that are gone. The other kind's entries
// in it are stored, and are for the other listing to show: its [Listing.Adopt] finds them.
func (l *Listing) Apply(f Fetch, p Page) (gone []Key) {
	if f.Generation != l.pageGeneration {
		return nil
	}
	switch f.Purpose {
	case NextPage:
		l.fetching, l.retryAt, l.backoff = false, time.Time{}, 0
		l.walk.started = true
		l.walk.cursor = p.Next
		l.walk.done = p.Next == "" || p.Next == f.Query.Cursor
		if l.walk.done {
			l.loadAll = false
			l.whole = l.whole || l.walk.server.Identity() == ServerFilter{}.Identity()
		}
		l.show(l.put(p.Entries, false))
		l.takeJump()
	case Newcomers:
		l.refreshing = false
		l.show(l.put(p.Entries, true))
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
	return gone
}

// Fail takes note that a page did not come. It will be asked for again: when a rate limit ends, otherwise after a while
// that grows to half a minute.
func (l *Listing) Fail(f Fetch, now time.Time, until time.Time) {
	if f.Generation != l.pageGeneration {
		return
	}
	switch f.Purpose {
	case Newcomers:
		l.refreshing = false
	case NextPage:
		l.fetching = false
		l.backoff = min(max(2*l.backoff, 2*time.Second), 30*time.Second)
		l.retryAt = now.Add(l.backoff)
		if until.After(l.retryAt) {
			l.retryAt = until
		}
	}
}

// RetryAt is when [Listing.Next] will ask again after a failure; zero when it does not wait.
func (l *Listing) RetryAt() time.Time { return l.retryAt }

// put stores entries and returns the rows of this kind that are to be shown. As newcomers, those not known wait instead;
// so does, in any page, what was taken off the list and is found to be still there.
func (l *Listing) put(entries []Entry, newcomers bool) []Row {
	var shown []Row
	for _, e := range entries {
		_, known := l.store.Find(e.Key)
		row, _ := l.store.Put(e)
		if e.Key.Kind != l.kind {
			continue
		}
		_, waits := l.waiting[e.Key]
		_, off := l.cleared[e.Key]
		if off || newcomers && (!known || waits) {
			l.waiting[e.Key] = struct{}{}
			continue
		}
		delete(l.waiting, e.Key)
		shown = append(shown, row)
	}
	l.countWaiting()
	return shown
}

func (l *Listing) countWaiting() {
	l.waitingShown = 0
	for k := range l.waiting {
		if r, ok := l.store.Find(k); ok && l.filter.Match(l.store.At(r)) {
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
func (l *Listing) LoadAll() { l.loadAll = !l.walk.done }

// StopLoading ends what LoadAll began; what was loaded stays.
func (l *Listing) StopLoading() { l.loadAll = false }

// TakeIn shows the newcomers, takes the given entries off the list, and makes every page in flight stale.
func (l *Listing) TakeIn(off func(Key) bool) {
	l.pageGeneration++
	l.fetching, l.refreshing, l.retryAt, l.unasked = false, false, time.Time{}, 0

	atTop := l.top == 0
	l.keepCursor(func() {
		l.cleared = maps.Clone(l.cleared)
		var newcomers []Row
		for k := range l.waiting {
			if r, ok := l.store.Find(k); ok {
				newcomers = append(newcomers, r)
			}
			delete(l.cleared, k)
		}
		// What the filter hides is taken off too: it must not come back as an ordinary row with another filter.
		for r := Row(0); int(r) < l.store.Len(); r++ {
			k := l.store.At(r).Key
			if _, waits := l.waiting[k]; !waits && k.Kind == l.kind && off(k) {
				l.cleared[k] = struct{}{}
				l.Marks.remove(k)
			}
		}
		l.waiting, l.waitingShown = map[Key]struct{}{}, 0
		l.rows = slices.DeleteFunc(slices.Clone(l.rows), func(r Row) bool { return l.heldBack(l.store.At(r).Key) })
		l.show(newcomers)
	})
	l.Marks.version++
	if atTop {
		l.top = 0
		l.clamp(len(l.rows))
	}
}
