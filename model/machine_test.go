package model_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redrive/model"
)

// machine drives the two lists of a store with whatever pages, keys and filters come, and says what must be shown.
type machine struct {
	store *model.Store
	now   time.Time
	known map[model.Key]model.Entry
	lists [2]*listModel
}

type listModel struct {
	*model.Listing
	m                *machine
	kind             model.Kind
	filter           model.Filter
	waiting, cleared map[model.Key]bool
	marks, before    map[model.Key]bool
	inFlight         []flight
	work             []model.Rebuild
	walks            map[string]*walkModel
	walk             *walkModel
	whole, loadAll   bool
	unasked, jump    int
	backoff          time.Duration
	retryAt          time.Time
}

type flight struct {
	model.Fetch
	stale bool
}

// ahead tells whether an entry comes after what the pages had, when they had it in the order of the failures.
func (w *walkModel) ahead(e model.Entry) bool {
	n := len(w.pages)
	return !w.done && n > 0 && !w.untimed && !e.FailedAt.IsZero() && slices.IsSortedFunc(w.pages, newestFirst) && newestFirst(w.pages[n-1], e) < 0
}

type walkModel struct {
	pages         []model.Entry
	untimed       bool // a page ended with an entry of which it is not known when it failed
	id, cursor    string
	started, done bool
}

func newMachine() *machine {
	m := &machine{store: model.NewStore(), now: epoch, known: map[model.Key]model.Entry{}}
	for _, k := range model.Kinds {
		l := &listModel{
			Listing: model.NewListing(m.store, account, k), m: m, kind: k,
			waiting: map[model.Key]bool{}, cleared: map[model.Key]bool{}, marks: map[model.Key]bool{},
			walks: map[string]*walkModel{},
		}
		l.enter()
		m.lists[k] = l
	}
	return m
}

func (l *listModel) enter() {
	id := l.filter.Server(l.kind).Identity()
	if l.walks[id] == nil {
		l.walks[id] = &walkModel{id: id}
	}
	l.walk = l.walks[id]
}

// want is what is to be shown, made from nothing but what is known.
func (l *listModel) want() []model.Entry {
	var out []model.Entry
	for k, e := range l.m.known {
		if k.Kind == l.kind && !l.waiting[k] && !l.cleared[k] && l.filter.Match(&e) {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, newestFirst)
	return out
}

func newestFirst(a, b model.Entry) int {
	at := func(e model.Entry) time.Time {
		if e.FailedAt.IsZero() {
			return e.CreatedAt
		}
		return e.FailedAt
	}
	return cmp.Or(at(b).Compare(at(a)), cmp.Compare(b.Sequence, a.Sequence), cmp.Compare(a.Key.ID, b.Key.ID))
}

// settled tells whether the rows are those of the newest filter.
func (l *listModel) settled() bool { return len(l.work) == 0 }

func (l *listModel) fresh(p model.FetchPurpose) bool {
	return slices.ContainsFunc(l.inFlight, func(f flight) bool { return f.Purpose == p && !f.stale })
}

func (l *listModel) makeStale() {
	for i := range l.inFlight {
		l.inFlight[i].stale = true
	}
}

// put is what a page does to what is known and to what waits.
func (l *listModel) put(entries []model.Entry, newcomers bool) {
	for _, e := range entries {
		_, known := l.m.known[e.Key]
		l.m.known[e.Key] = e
		switch {
		case e.Key.Kind != l.kind:
		case l.cleared[e.Key], newcomers && (!known || l.waiting[e.Key]) && !l.walk.ahead(e):
			l.waiting[e.Key] = true
		default:
			delete(l.waiting, e.Key)
		}
	}
}

// look is where the user looks at a list.
type look struct {
	entry       model.Entry
	there       bool
	cursor, top int
}

func (l *listModel) look() look {
	e, ok := l.Current()
	if !ok {
		return look{cursor: l.Cursor(), top: l.Top()}
	}
	return look{*e, true, l.Cursor(), l.Top()}
}

// stays checks that the cursor is on the entry it was on, or the one that follows in order if that has left, and that
// its line on the screen is as before, unless the list ends within the screen.
func (l *listModel) stays(t *rapid.T, was look) {
	if !was.there || l.Len() == 0 {
		return
	}
	cursor := 0
	for cursor < l.Len() && newestFirst(*l.At(cursor), was.entry) < 0 {
		cursor++
	}
	for i := range l.Len() {
		if l.At(i).Key == was.entry.Key {
			cursor = i
		}
	}
	l.isAt(t, min(cursor, l.Len()-1), cursor-(was.cursor-was.top))
}

func (l *listModel) isAt(t *rapid.T, cursor, top int) {
	if h := l.Height(); h > 0 {
		top = max(top, cursor-h+1)
	}
	top = max(0, min(top, cursor, l.Len()-l.Height()))
	if l.Cursor() != cursor || l.Top() != top {
		t.Fatalf("row %d, screen from %d; want %d, %d", l.Cursor(), l.Top(), cursor, top)
	}
}

func (m *machine) list(t *rapid.T) *listModel { return m.lists[rapid.IntRange(0, 1).Draw(t, "list")] }

func (m *machine) check(t *rapid.T) {
	for _, l := range m.lists {
		l.checkRows(t)
		l.checkState(t)
		if l.Len() > 0 {
			h := max(l.Height(), 1)
			if l.Height() > 0 && (l.Top() < 0 || l.Top() > l.Cursor() || l.Cursor() >= l.Top()+h) || l.Cursor() >= l.Len() || l.Cursor() < 0 {
				t.Fatalf("row %d of %d is not on the screen from %d, %d high", l.Cursor(), l.Len(), l.Top(), l.Height())
			}
		}
	}
}

func (l *listModel) checkRows(t *rapid.T) {
	var got []model.Entry
	for i := range l.Len() {
		e := *l.At(i)
		if i > 0 && newestFirst(got[i-1], e) >= 0 {
			t.Fatalf("%v stands above %v", got[i-1].Key, e.Key)
		}
		if e.Key.Kind != l.kind || l.waiting[e.Key] || l.cleared[e.Key] {
			t.Fatalf("%v is shown", e.Key)
		}
		got = append(got, e)
	}
	if l.settled() {
		if diff := gocmp.Diff(l.want(), got); diff != "" {
			t.Fatalf("list of %s, filter %q: %s", l.kind.Noun(2), l.filter, diff)
		}
	}
}

func (l *listModel) checkState(t *rapid.T) {
	waiting, held := 0, maps.Clone(l.waiting)
	maps.Copy(held, l.cleared)
	for k := range l.waiting {
		if e := l.m.known[k]; l.filter.Match(&e) {
			waiting++
		}
	}
	known := -len(held)
	for k := range l.m.known {
		if k.Kind == l.kind {
			known++
		}
	}
	got := fmt.Sprintln(l.Waiting(), l.Known(), l.Started(), l.Complete(), l.Whole(), l.LoadingAll(), l.Loading(), l.RetryAt(), l.Marks.Len())
	want := fmt.Sprintln(waiting, known, l.walk.started, l.walk.done, l.whole, l.loadAll, l.fresh(model.NextPage), l.retryAt, len(l.marks))
	if got != want {
		t.Fatalf("waiting, known, started, complete, whole, loading all, loading, retry at, marks:\n%s, want\n%s", got, want)
	}
	for k := range l.marks {
		if !l.Marks.Has(k) {
			t.Fatalf("%v is not marked any more", k)
		}
	}
	if !l.settled() {
		return
	}
	shown, hidden := l.Marked()
	var keys []model.Key
	for _, e := range l.want() {
		if l.marks[e.Key] {
			keys = append(keys, e.Key)
		}
	}
	var gotKeys []model.Key
	for _, e := range shown {
		gotKeys = append(gotKeys, e.Key)
	}
	if !slices.Equal(keys, gotKeys) || hidden != len(l.marks)-len(keys) {
		t.Fatalf("marked and shown: %v and %d hidden, want %v", gotKeys, hidden, keys)
	}
}

// version draws an entry of a small world, in which much repeats and much changes.
func version() *rapid.Generator[model.Entry] {
	return rapid.Custom(func(t *rapid.T) model.Entry {
		n := rapid.IntRange(0, 24).Draw(t, "n")
		e := model.Entry{
			Key:      model.Key{DLQ: account, Kind: rapid.SampledFrom([]model.Kind{0, 0, 0, 1}).Draw(t, "kind"), ID: fmt.Sprintf("%02d", n)},
			FailedAt: seconds(n / 3),
			Sequence: uint32(n % 2),
			Status:   rapid.SampledFrom([]int{0, 404, 503, 503}).Draw(t, "status"),
			Labels:   rapid.SampledFrom([][]string{nil, {"a"}, {"a", "b"}}).Draw(t, "labels"),
		}
		if n%5 == 0 {
			e.FailedAt = time.Time{}
			e.CreatedAt = rapid.SampledFrom([]time.Time{{}, seconds(1), seconds(4)}).Draw(t, "created")
		}
		return e
	})
}
