package model_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

func TestNewestFailureStandsFirstWhateverTheServersOrder(t *testing.T) {
	sequence := func(n uint32) func(*model.Entry) {
		return func(e *model.Entry) { e.Sequence, e.Key.ID = n, e.Key.ID[:len(e.Key.ID)-1]+string(rune('0'+n)) }
	}
	unknown := message(9, func(e *model.Entry) { e.Key.ID, e.FailedAt, e.CreatedAt = "b", time.Time{}, time.Time{} })
	alike := message(9, func(e *model.Entry) { e.Key.ID, e.FailedAt, e.CreatedAt = "a", time.Time{}, time.Time{} })
	created := message(9, func(e *model.Entry) { e.Key.ID, e.FailedAt, e.CreatedAt = "c", time.Time{}, seconds(2) })
	l := loaded(t, 10, unknown, message(1), message(3, sequence(1)), created, message(3, sequence(2)), alike)
	want := []string{message(3, sequence(2)).Key.ID, message(3, sequence(1)).Key.ID, "c", key(1).ID, "a", "b"}
	if diff := cmp.Diff(want, shown(l)); diff != "" {
		t.Error(diff)
	}
}

func TestCursorStaysOnItsEntryWhilePagesArrive(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	l.Resize(3)
	arrive(t, l, "2", messages(10, 19)...)
	l.MoveTo(5)
	l.Move(-1)
	entry, line := at(t, l), l.Cursor()-l.Top()
	if entry != key(15) || line != 1 {
		t.Fatalf("begins on %v, line %d", entry, line)
	}
	for _, page := range [][]model.Entry{messages(20, 25), messages(1, 4), messages(15, 15), messages(26, 26)} {
		arrive(t, l, page[0].Key.ID, page...)
		if at(t, l) != entry || l.Cursor()-l.Top() != line {
			t.Fatalf("on %v, line %d", at(t, l), l.Cursor()-l.Top())
		}
	}
}

func TestEntryIsShownOnceHoweverOftenItIsListed(t *testing.T) {
	l := loaded(t, 10, message(1), message(2), message(1), message(2, status(500)))
	if diff := cmp.Diff(ids(2, 1), shown(l)); diff != "" {
		t.Error(diff)
	}
	if l.At(0).Status != 500 {
		t.Error("the version that came last is not the one shown")
	}
}

func TestEntryIsShownOnceThoughTheTimeThatOrdersItHasChanged(t *testing.T) {
	version := func(created time.Time) model.Entry {
		return message(5, func(e *model.Entry) { e.Key.ID, e.FailedAt, e.CreatedAt = "x", time.Time{}, created })
	}
	l := model.NewListing(model.NewStore(), account, model.Message)
	l.Resize(2)
	arrive(t, l, "2", append(messages(1, 9), version(seconds(0)))...)
	l.MoveTo(l.Len() - 1)
	arrive(t, l, "3", version(seconds(100)))
	if want := append([]string{"x"}, ids(9, 8, 7, 6, 5, 4, 3, 2, 1)...); !slices.Equal(want, shown(l)) {
		t.Errorf("shown are %v", shown(l))
	}
	if at(t, l).ID != "x" || l.Top() != 0 {
		t.Errorf("the cursor is on %v, the screen begins at %d", at(t, l), l.Top())
	}
	refilter(t, l, "acme")
	if l.Len() != 10 {
		t.Errorf("%d rows after filtering", l.Len())
	}
}

func TestChangedEntryThatDoesNotMatchAnyMoreLeaves(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	l.Resize(10)
	arrive(t, l, "2", messages(1, 4)...)
	refilter(t, l, "status:5xx")
	l.MoveTo(1)
	arrive(t, l, "3", message(3, status(404)))
	if diff := cmp.Diff(ids(4, 2, 1), shown(l)); diff != "" {
		t.Error(diff)
	}
	if at(t, l) != key(2) {
		t.Errorf("the cursor is on %v, not on the one that follows", at(t, l))
	}
	refilter(t, l, "status:503")
	if diff := cmp.Diff(ids(4, 2, 1), shown(l)); diff != "" {
		t.Errorf("filtering anew brings the version before back: %s", diff)
	}
	arrive(t, l, "4", message(3))
	if diff := cmp.Diff(ids(4, 3, 2, 1), shown(l)); diff != "" {
		t.Error(diff)
	}
}

func TestEntriesOfTheOtherKindAreShownInTheirList(t *testing.T) {
	store := model.NewStore()
	l := model.NewListing(store, account, model.Message)
	other := model.NewListing(store, account, model.WorkflowRun)
	known := store.Len()
	arrive(t, l, "", message(1), run(1), run(3), message(2))
	other.Adopt(known)
	if diff := cmp.Diff(ids(2, 1), shown(l)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(ids(3, 1), shown(other)); diff != "" {
		t.Error(diff)
	}
	if other.Kind() != model.WorkflowRun || other.At(0).Key.Kind != model.WorkflowRun {
		t.Error("the lists are of the wrong kinds")
	}
	if l.Known() != 2 || other.Known() != 2 {
		t.Errorf("known are %d and %d", l.Known(), other.Known())
	}
}

func TestNewcomersWaitUntilTheyAreTakenIn(t *testing.T) {
	l := loaded(t, 10, messages(1, 3)...)
	refilter(t, l, "status:5xx")
	l.MoveTo(1)
	newcomers(t, l, message(5), message(4, status(404)), message(3), run(6))
	if diff := cmp.Diff(ids(3, 2, 1), shown(l)); diff != "" {
		t.Errorf("before: %s", diff)
	}
	if l.Waiting() != 1 {
		t.Errorf("%d wait, of those that match", l.Waiting())
	}
	refilter(t, l, "")
	if l.Waiting() != 2 || l.Len() != 3 || l.Known() != 3 {
		t.Errorf("%d wait, %d are shown, %d known", l.Waiting(), l.Len(), l.Known())
	}
	newcomers(t, l, message(5, status(500)))
	l.TakeIn(none)
	if diff := cmp.Diff(ids(5, 4, 3, 2, 1), shown(l)); diff != "" {
		t.Error(diff)
	}
	if l.Waiting() != 0 || at(t, l) != key(2) || l.At(0).Status != 500 {
		t.Errorf("%d wait, the cursor is on %v, the first is %v", l.Waiting(), at(t, l), l.At(0))
	}
}

func TestNewcomerThatChangesInTheOtherListIsTakenIn(t *testing.T) {
	store := model.NewStore()
	l := model.NewListing(store, account, model.Message)
	other := model.NewListing(store, account, model.WorkflowRun)
	arrive(t, l, "", message(1))
	refilter(t, l, "status:5xx")
	newcomers(t, l, message(2))
	known := store.Len()
	arrive(t, other, "", message(2, status(404)))
	l.Adopt(known)
	if l.Waiting() != 0 || l.Len() != 1 {
		t.Errorf("%d wait, %d are shown", l.Waiting(), l.Len())
	}
	refilter(t, l, "")
	l.TakeIn(none)
	if l.Len() != 2 || l.At(0).Status != 404 {
		t.Errorf("shown are %v", shown(l))
	}
}

func TestTakingInAtTheTopShowsTheNewcomers(t *testing.T) {
	l := loaded(t, 3, messages(1, 9)...)
	newcomers(t, l, messages(10, 11)...)
	l.TakeIn(none)
	if l.Top() != 0 || at(t, l) != key(9) {
		t.Errorf("top %d, on %v", l.Top(), at(t, l))
	}
}

func TestTakingInFurtherDownKeepsTheScreen(t *testing.T) {
	l := loaded(t, 3, messages(1, 9)...)
	l.MoveTo(4)
	l.Move(-1)
	entry, line := at(t, l), l.Cursor()-l.Top()
	newcomers(t, l, messages(10, 11)...)
	l.TakeIn(only(key(9)))
	if at(t, l) != entry || l.Cursor()-l.Top() != line {
		t.Errorf("on %v, line %d", at(t, l), l.Cursor()-l.Top())
	}
}

func TestTakingInTakesOffExactlyWhatWasActedOn(t *testing.T) {
	l := loaded(t, 10, messages(1, 5)...)
	l.MoveTo(2)
	l.Marks.Toggle(key(2))
	l.Marks.Toggle(key(3))
	l.TakeIn(only(key(3), key(5), message(77).Key, run(1).Key))
	if diff := cmp.Diff(ids(4, 2, 1), shown(l)); diff != "" {
		t.Error(diff)
	}
	if at(t, l) != key(2) {
		t.Errorf("the cursor is on %v, not on the one that follows", at(t, l))
	}
	if l.Marks.Len() != 1 || !l.Marks.Has(key(2)) {
		t.Error("the mark of the entry that stayed is gone, or that of the other stayed")
	}
	refilter(t, l, "status:503")
	if diff := cmp.Diff(ids(4, 2, 1), shown(l)); diff != "" {
		t.Errorf("filtering brings it back: %s", diff)
	}
	if l.Known() != 3 {
		t.Errorf("%d known", l.Known())
	}
}

func TestTakingInAlsoTakesOffWhatTheFilterHides(t *testing.T) {
	l := loaded(t, 10, message(1), message(2, status(404)))
	refilter(t, l, "status:503")
	l.TakeIn(only(key(2)))
	refilter(t, l, "")
	if diff := cmp.Diff(ids(1), shown(l)); diff != "" {
		t.Error(diff)
	}
}

func TestEntryTakenOffThatIsListedAgainWaitsAsANewcomer(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	arrive(t, l, "2", messages(1, 3)...)
	l.TakeIn(only(key(2)))
	arrive(t, l, "3", message(2))
	if l.Waiting() != 1 || l.Len() != 2 || l.Known() != 2 {
		t.Fatalf("%d wait, %d are shown, %d known", l.Waiting(), l.Len(), l.Known())
	}
	l.TakeIn(none)
	if diff := cmp.Diff(ids(3, 2, 1), shown(l)); diff != "" {
		t.Error(diff)
	}
}

func TestTakingInWhileFilteringLosesNothing(t *testing.T) {
	l := loaded(t, 10, messages(1, 5)...)
	l.TakeIn(only(key(1)))
	newcomers(t, l, message(1), message(6), message(7))
	work := l.Refilter(filter(t, "acme"), false)
	l.TakeIn(only(key(5)))
	if !l.ApplyRebuilt(work.Run()) {
		t.Fatal("refused")
	}
	if diff := cmp.Diff(ids(7, 6, 4, 3, 2, 1), shown(l)); diff != "" {
		t.Error(diff)
	}
}

func TestNewcomerThatAPageShowsWhileFilteringStays(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	arrive(t, l, "2", message(1))
	newcomers(t, l, message(2))
	work := l.Refilter(filter(t, "acme"), false)
	arrive(t, l, "3", message(2))
	l.ApplyRebuilt(work.Run())
	if diff := cmp.Diff(ids(2, 1), shown(l)); diff != "" {
		t.Error(diff)
	}
}

func TestRowsOfTheFilterBeforeStayUntilTheNewOnesAreKnown(t *testing.T) {
	l := loaded(t, 10, message(1), message(2, status(404)))
	work := l.Refilter(filter(t, "status:503"), true)
	if l.Len() != 2 || l.Filter().String() != "status:503" {
		t.Errorf("%d rows, filter %v", l.Len(), l.Filter())
	}
	f, _ := l.Reread()
	l.Apply(f, model.Page{Entries: []model.Entry{message(1), message(2, status(404))}})
	if l.Len() != 2 {
		t.Error("reading the screen again takes rows off before the filter does")
	}
	l.ApplyRebuilt(work.Run())
	if diff := cmp.Diff(ids(1), shown(l)); diff != "" {
		t.Error(diff)
	}
}

func TestResultOfAnOlderFilterIsRefused(t *testing.T) {
	l := loaded(t, 10, messages(1, 3)...)
	old := l.Refilter(filter(t, "nothing"), false).Run()
	refilter(t, l, "")
	if l.ApplyRebuilt(old) || l.Len() != 3 {
		t.Error("it was taken")
	}
}

func TestCursorGoesToTheFollowingEntryWhenItsOwnIsFilteredOut(t *testing.T) {
	l := loaded(t, 3, append(messages(4, 9), message(2), message(3, status(404)), message(1))...)
	l.MoveTo(6)
	refilter(t, l, "status:503")
	if at(t, l) != key(2) {
		t.Errorf("on %v", at(t, l))
	}
	l.MoveTo(2)
	entry, line := at(t, l), l.Cursor()-l.Top()
	refilter(t, l, "")
	if at(t, l) != entry || l.Cursor()-l.Top() != line {
		t.Errorf("on %v, line %d", at(t, l), l.Cursor()-l.Top())
	}
	refilter(t, l, "nothing")
	if _, ok := l.Current(); ok || l.Cursor() != 0 || l.Top() != 0 {
		t.Error("there is a cursor in an empty list")
	}
}
