package model_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

func TestOnePageIsAskedForAtATime(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.WorkflowRun)
	f, ok := l.Next(epoch)
	want := model.Query{DLQ: account, Kind: model.WorkflowRun}
	if diff := cmp.Diff(want, f.Query); !ok || f.Purpose != model.NextPage || diff != "" {
		t.Fatal(ok, f.Purpose, diff)
	}
	if !l.Loading() || l.Started() {
		t.Error("does not say that it is loading the first page")
	}
	if _, ok := l.Next(epoch); ok {
		t.Error("a second page is asked for")
	}
	if _, ok := l.Refresh(false); ok {
		t.Error("newcomers are asked for before there is a list")
	}
	l.Apply(f, model.Page{Next: "2"})
	if l.Loading() || !l.Started() || l.Complete() || l.Whole() {
		t.Error("says the wrong thing of a page that is not the last")
	}
	f, ok = l.Next(epoch)
	if !ok || f.Query.Cursor != "2" {
		t.Errorf("goes on with %q", f.Query.Cursor)
	}
	l.Apply(f, model.Page{})
	if _, ok := l.Next(epoch); ok || !l.Complete() || !l.Whole() {
		t.Error("does not know the end")
	}
}

func TestNewcomersAreAskedForOnceAtATime(t *testing.T) {
	l := loaded(t, 5, message(1))
	f, ok := l.Refresh(false)
	if !ok || f.Purpose != model.Newcomers || f.Query.Cursor != "" {
		t.Fatal(ok, f)
	}
	if _, ok := l.Refresh(false); ok {
		t.Error("asked for twice")
	}
	l.Fail(f, epoch, time.Time{})
	if !l.RetryAt().IsZero() {
		t.Error("the pages wait for what only newcomers failed at")
	}
	if _, ok := l.Refresh(false); !ok {
		t.Error("not asked for again after a failure")
	}
}

func TestCursorThatDoesNotMoveOnEndsTheWalk(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	arrive(t, l, "same", message(1))
	arrive(t, l, "same", message(2))
	if !l.Complete() {
		t.Error("the walk goes on in a circle")
	}
}

func TestPagesAreLoadedAheadOfTheScreenOnly(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	l.Resize(10)
	arrive(t, l, "2", messages(11, 110)...)
	arrive(t, l, "3", messages(1, 10)...)
	if f, ok := l.Next(epoch); ok {
		t.Fatalf("%v is asked for though a page is loaded below the screen", f.Query)
	}
	l.MoveTo(10)
	if _, ok := l.Next(epoch); !ok {
		t.Error("no page is asked for near the end")
	}
}

func TestWalkThatFindsLittleStopsUntilAKey(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	l.Resize(10)
	arrive(t, l, "1", message(1))
	refilter(t, l, "nothing like it")
	walk := func() (pages int) {
		for {
			f, ok := l.Next(epoch)
			if !ok {
				return pages
			}
			pages++
			l.Apply(f, model.Page{Next: f.Query.Cursor + "1", Entries: messages(10*len(f.Query.Cursor), 10*len(f.Query.Cursor)+9)})
		}
	}
	if n := walk(); n != 10 {
		t.Errorf("%d pages without a key", n)
	}
	for name, press := range map[string]func(){
		"down":      func() { l.Move(1) },
		"page":      func() { l.MovePage(1) },
		"filter":    func() { refilter(t, l, "nothing like that") },
		"taking in": func() { l.TakeIn(none) },
	} {
		press()
		if n := walk(); n != 10 {
			t.Errorf("%d pages after %s", n, name)
		}
	}
}

func TestPageThatIsNotLoadedIsGoneToWhenItComes(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	l.Resize(10)
	arrive(t, l, "2", messages(301, 400)...)
	arrive(t, l, "3", messages(201, 300)...)
	l.MoveTo(150)
	l.MovePage(1)
	if l.Cursor() != 199 {
		t.Errorf("meanwhile at %d", l.Cursor())
	}
	arrive(t, l, "4", messages(101, 200)...)
	if l.Cursor() != 250 || at(t, l) != key(150) {
		t.Errorf("at %d", l.Cursor())
	}
	l.MovePage(1)
	arrive(t, l, "", messages(81, 100)...)
	if l.Cursor() != 319 {
		t.Errorf("at %d, not at the last when there is no such page", l.Cursor())
	}
	l.MovePage(-1)
	if l.Cursor() != 219 {
		t.Errorf("back at %d", l.Cursor())
	}
	l.MovePage(-3)
	l.MovePage(1)
	if l.Cursor() != 100 || l.Top() != 100 {
		t.Errorf("a page that is loaded: at %d, top %d", l.Cursor(), l.Top())
	}
}

func TestPendingJumpIsForgottenWhenTheUserDoesSomethingElse(t *testing.T) {
	for name, do := range map[string]func(*model.Listing){
		"moves":   func(l *model.Listing) { l.Move(-1) },
		"filters": func(l *model.Listing) { refilter(t, l, "acme") },
	} {
		t.Run(name, func(t *testing.T) {
			l := model.NewListing(model.NewStore(), account, model.Message)
			l.Resize(10)
			arrive(t, l, "2", messages(101, 200)...)
			l.MovePage(1)
			do(l)
			entry := at(t, l)
			arrive(t, l, "3", messages(1, 100)...)
			if at(t, l) != entry {
				t.Errorf("the cursor went from %v to %v", entry, at(t, l))
			}
		})
	}
}

func TestFailureIsTriedAgainAfterAWhileThatGrows(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	now := epoch
	for i, want := range []float64{2, 4, 8, 16, 30, 30} {
		f, ok := l.Next(now)
		if !ok {
			t.Fatalf("not tried again after failure %d", i)
		}
		l.Fail(f, now, now.Add(time.Second))
		if got := l.RetryAt().Sub(now); got.Seconds() != want {
			t.Errorf("failure %d: waits %v", i, got)
		}
		if _, ok := l.Next(l.RetryAt().Add(-1)); ok {
			t.Error("tried again too early")
		}
		now = l.RetryAt()
	}
	f, _ := l.Next(now)
	l.Fail(f, now, now.Add(time.Hour))
	if got := l.RetryAt().Sub(now); got != time.Hour {
		t.Errorf("a rate limit of an hour: waits %v", got)
	}
	f, _ = l.Next(l.RetryAt())
	l.Apply(f, model.Page{Next: "2"})
	f, ok := l.Next(epoch)
	if !ok || !l.RetryAt().IsZero() {
		t.Error("still waits after a page came")
	}
	l.Fail(f, epoch, time.Time{})
	if got := l.RetryAt().Sub(epoch); got != 2*time.Second {
		t.Errorf("the while does not begin anew: %v", got)
	}
}

func TestStaleAnswersChangeNothing(t *testing.T) {
	for name, makeStale := range map[string]func(*model.Listing){
		"taking in":      func(l *model.Listing) { l.TakeIn(none) },
		"another filter": func(l *model.Listing) { refilter(t, l, "status:503") },
	} {
		t.Run(name, func(t *testing.T) {
			l := model.NewListing(model.NewStore(), account, model.Message)
			arrive(t, l, "2", message(1))
			page, _ := l.Next(epoch)
			first, _ := l.Refresh(false)
			screen, ok := l.Reread()
			if ok {
				t.Fatal("no row is on a screen without height")
			}
			makeStale(l)
			now, ok := l.Next(epoch)
			if !ok || now.Generation == page.Generation {
				t.Fatal("the page is not asked for again")
			}
			for _, f := range []model.Fetch{page, first, screen} {
				l.Fail(f, epoch, time.Time{})
				if gone, _ := l.Apply(f, model.Page{Entries: messages(2, 3)}); gone != nil {
					t.Error("entries are gone")
				}
			}
			if l.Len() != 1 || l.Waiting() != 0 || !l.Loading() || l.Complete() || !l.RetryAt().IsZero() {
				t.Error("a stale answer was taken")
			}
			if _, ok := l.Refresh(false); !ok && l.Started() {
				t.Error("newcomers are not asked for again")
			}
		})
	}
}

func TestPreviewOfAFilterLetsTheWalkGoOn(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	arrive(t, l, "2", message(1))
	f, _ := l.Next(epoch)
	l.ApplyRebuilt(l.Refilter(filter(t, "status:404"), false).Run())
	l.Apply(f, model.Page{Next: "3", Entries: []model.Entry{message(2, status(404)), message(3)}})
	if diff := cmp.Diff(ids(2), shown(l)); diff != "" {
		t.Error(diff)
	}
	if f, _ = l.Next(epoch); f.Query.Cursor != "3" || len(f.Query.Server.Statuses) != 0 {
		t.Errorf("goes on with %+v", f.Query)
	}
}

func TestEachServerFilterHasAWalkOfItsOwn(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	arrive(t, l, "plain", message(1))
	refilter(t, l, "status:503")
	f, _ := l.Next(epoch)
	if f.Query.Cursor != "" || !cmp.Equal(f.Query.Server, model.ServerFilter{Statuses: []string{"503"}}) {
		t.Errorf("begins with %+v", f.Query)
	}
	l.Apply(f, model.Page{})
	if !l.Complete() || l.Whole() {
		t.Error("a filtered walk that ended is taken for the whole")
	}
	refilter(t, l, "word")
	if f, _ = l.Next(epoch); f.Query.Cursor != "plain" || l.Complete() {
		t.Errorf("does not go on where it was, but with %+v", f.Query)
	}
	l.Apply(f, model.Page{})
	refilter(t, l, "status:503")
	if !l.Complete() || !l.Whole() {
		t.Error("the end is forgotten")
	}
}

func TestLoadingAllGoesOnToTheEnd(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	l.Resize(5)
	arrive(t, l, "1", messages(4001, 4100)...)
	arrive(t, l, "2", messages(3901, 4000)...)
	if _, ok := l.Next(epoch); ok {
		t.Fatal("loads without being told to")
	}
	l.LoadAll()
	pages := 0
	for l.LoadingAll() {
		pages++
		next := "x" + time.Duration(pages).String()
		if pages == 30 {
			next = ""
		}
		arrive(t, l, next, messages(3900-100*pages, 3999-100*pages)...)
	}
	if pages != 30 || !l.Complete() || l.Len() != 3200 {
		t.Errorf("%d pages, %d rows", pages, l.Len())
	}
	if l.LoadAll(); l.LoadingAll() {
		t.Error("loads what is complete")
	}
}

func TestLoadingAllCanBeStopped(t *testing.T) {
	for name, stop := range map[string]func(*model.Listing){
		"asked to":       (*model.Listing).StopLoading,
		"another filter": func(l *model.Listing) { refilter(t, l, "status:503"); arrive(t, l, "1", messages(1, 200)...) },
	} {
		l := model.NewListing(model.NewStore(), account, model.Message)
		arrive(t, l, "1", messages(1, 200)...)
		l.LoadAll()
		stop(l)
		if _, ok := l.Next(epoch); ok || l.LoadingAll() {
			t.Errorf("%s: still loads", name)
		}
	}
}

func TestRowsOnTheScreenAreReadAgain(t *testing.T) {
	l := loaded(t, 3, messages(1, 9)...)
	l.MoveTo(4)
	f, ok := l.Reread()
	if diff := cmp.Diff(ids(7, 6, 5), f.Query.IDs); !ok || f.Purpose != model.Reread || diff != "" {
		t.Fatal(ok, diff)
	}
	other := run(5)
	gone, _ := l.Apply(f, model.Page{Entries: []model.Entry{message(7, status(404)), other}})
	if diff := cmp.Diff([]model.Key{key(6), key(5)}, gone); diff != "" {
		t.Error(diff)
	}
	if l.At(2).Status != 404 || l.Len() != 9 {
		t.Error("what was read is not shown, or what is gone was taken off")
	}
	l.Resize(1000)
	f, _ = l.Reread()
	if len(f.Query.IDs) != 9 {
		t.Errorf("%d rows are read", len(f.Query.IDs))
	}
}

func TestNoMoreRowsAreReadAgainThanAPageHolds(t *testing.T) {
	l := loaded(t, 500, messages(1, 300)...)
	if f, _ := l.Reread(); len(f.Query.IDs) != model.PageSize {
		t.Errorf("%d rows are read", len(f.Query.IDs))
	}
}

func TestScreenMovesWithTheCursor(t *testing.T) {
	l := loaded(t, 4, messages(1, 20)...)
	for _, s := range []struct {
		name        string
		do          func()
		cursor, top int
	}{
		{"down", func() { l.Move(3) }, 3, 0},
		{"down below the screen", func() { l.Move(1) }, 4, 1},
		{"up within it", func() { l.Move(-3) }, 1, 1},
		{"up above it", func() { l.Move(-1) }, 0, 0},
		{"above the first", func() { l.Move(-1) }, 0, 0},
		{"a screen down", func() { l.MoveScreen(4) }, 4, 4},
		{"a row down", func() { l.Move(2) }, 6, 4},
		{"a screen down from there", func() { l.MoveScreen(4) }, 10, 8},
		{"the last", func() { l.MoveTo(l.Len() - 1) }, 19, 16},
		{"a screen below the last", func() { l.MoveScreen(4) }, 19, 16},
		{"smaller", func() { l.Resize(2) }, 19, 18},
		{"larger", func() { l.Resize(8) }, 19, 12},
		{"no screen", func() { l.Resize(-1) }, 19, 12},
		{"larger than the list", func() { l.Resize(99) }, 19, 0},
		{"a screen above the first", func() { l.MoveScreen(-99) }, 0, 0},
	} {
		s.do()
		if l.Cursor() != s.cursor || l.Top() != s.top {
			t.Errorf("%s: row %d, screen from %d; want %d, %d", s.name, l.Cursor(), l.Top(), s.cursor, s.top)
		}
	}
	if l.Height() != 99 {
		t.Errorf("height %d", l.Height())
	}
}

func TestWhatThePagesHaveNotComeToIsNotNew(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	newestFirst := func(from, to int) []model.Entry { m := messages(from, to); slices.Reverse(m); return m }
	arrive(t, l, "c", newestFirst(6, 10)...)
	// All that was loaded left the DLQ: the first page begins where the loaded pages ended.
	f, _ := l.Refresh(false)
	if _, more := l.Apply(f, model.Page{Entries: []model.Entry{message(11), message(5), message(4)}, Next: "d"}); more != nil {
		t.Errorf("%+v is read behind it", more)
	}
	if l.Waiting() != 1 || l.Passed() {
		t.Errorf("%d are new", l.Waiting())
	}
	arrive(t, l, "", newestFirst(1, 5)...)
	l.TakeIn(none)
	if diff := cmp.Diff(ids(11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1), shown(l)); diff != "" {
		t.Error(diff)
	}
}
