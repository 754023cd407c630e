package model_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

func marked(l *model.Listing) []string {
	entries, _ := l.Marked()
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.Key.ID
	}
	return out
}

func TestMarksSurviveFiltersAndPages(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	arrive(t, l, "2", message(1), message(2, status(404)), message(3))
	l.Marks.Toggle(key(2))
	l.Marks.Toggle(key(3))
	refilter(t, l, "-status:404")
	arrive(t, l, "3", messages(4, 6)...)
	if _, hidden := l.Marked(); hidden != 1 || l.Marks.Len() != 2 {
		t.Errorf("%d hidden of %d", hidden, l.Marks.Len())
	}
	if diff := cmp.Diff(ids(3), marked(l)); diff != "" {
		t.Error(diff)
	}
	refilter(t, l, "")
	if diff := cmp.Diff(ids(3, 2), marked(l)); diff != "" {
		t.Error(diff)
	}
}

func TestMarkOfAnEntryThatIsNotLoadedCountsAsHidden(t *testing.T) {
	l := loaded(t, 5, message(1))
	l.Marks.Toggle(key(9))
	if shown, hidden := l.Marked(); len(shown) != 0 || hidden != 1 {
		t.Errorf("%v, %d hidden", shown, hidden)
	}
}

func TestClearingTwiceBringsTheMarksBack(t *testing.T) {
	l := loaded(t, 5, messages(1, 3)...)
	l.Marks.Clear()
	l.Marks.Toggle(key(1))
	l.Marks.Toggle(key(2))
	l.Marks.Toggle(key(2))
	l.Marks.Toggle(key(3))
	l.Marks.Clear()
	if l.Marks.Len() != 0 {
		t.Fatal("marks stayed")
	}
	l.Marks.Clear()
	if diff := cmp.Diff(ids(3, 1), marked(l)); diff != "" {
		t.Error(diff)
	}
	l.Marks.Clear()
	l.Marks.Toggle(key(2))
	l.Marks.Clear()
	l.Marks.Clear()
	if diff := cmp.Diff(ids(2), marked(l)); diff != "" {
		t.Errorf("marks from before the last ones came back: %s", diff)
	}
}

func TestMarksThatComeBackAreWithoutWhatWasActedOn(t *testing.T) {
	l := loaded(t, 5, messages(1, 4)...)
	for _, n := range []int{1, 2, 3} {
		l.Marks.Toggle(key(n))
	}
	sent, err := model.NewSelection(key(2))
	if err != nil {
		t.Fatal(err)
	}
	l.Marks.Unmark(sent)
	l.Marks.Clear()
	l.TakeIn(only(key(1)))
	l.Marks.Clear()
	if diff := cmp.Diff(ids(3), marked(l)); diff != "" || l.Marks.Len() != 1 {
		t.Errorf("%d marks: %s", l.Marks.Len(), diff)
	}
}

func TestRangeIsMarkedFromTheLastMarkToTheCursor(t *testing.T) {
	for name, c := range map[string]struct {
		from, to int
		want     []string
	}{
		"down": {from: 1, to: 3, want: ids(8, 7, 6)},
		"up":   {from: 4, to: 2, want: ids(7, 6, 5)},
		"here": {from: 2, to: 2, want: ids(7)},
	} {
		l := loaded(t, 5, messages(1, 9)...)
		l.MoveTo(c.from)
		l.Marks.Toggle(at(t, l))
		l.MoveTo(c.to)
		if !l.MarkRange(all) {
			t.Fatal(name, "nothing is marked")
		}
		if diff := cmp.Diff(c.want, marked(l)); diff != "" {
			t.Error(name, diff)
		}
	}
}

func TestRangeLeavesOutWhatTakesNoMarkAndGoesOnFromTheLastMark(t *testing.T) {
	l := loaded(t, 5, messages(1, 9)...)
	l.Marks.Toggle(key(9))
	l.MoveTo(2)
	notSeven := func(k model.Key) bool { return k != key(7) }
	l.MarkRange(notSeven)
	if diff := cmp.Diff(ids(9, 8), marked(l)); diff != "" {
		t.Error(diff)
	}
	l.MoveTo(3)
	if !l.MarkRange(notSeven) {
		t.Fatal("the range has no beginning any more")
	}
	if diff := cmp.Diff(ids(9, 8, 6), marked(l)); diff != "" {
		t.Error(diff)
	}
	l.Marks.Toggle(key(9))
	l.MoveTo(4)
	l.MarkRange(all)
	if diff := cmp.Diff(ids(8, 6, 5), marked(l)); diff != "" {
		t.Errorf("the range does not begin where the last one ended: %s", diff)
	}
}

func TestRangeNeedsItsFirstEntryMarkedAndShown(t *testing.T) {
	for name, prepare := range map[string]func(*model.Listing){
		"no mark":      func(*model.Listing) {},
		"unmarked":     func(l *model.Listing) { l.Marks.Toggle(key(9)); l.Marks.Toggle(key(9)) },
		"not loaded":   func(l *model.Listing) { l.Marks.Toggle(key(77)) },
		"filtered out": func(l *model.Listing) { l.Marks.Toggle(key(9)); refilter(t, l, "id:msg_8 id:msg_7") },
		"empty list":   func(l *model.Listing) { l.Marks.Toggle(key(9)); refilter(t, l, "nothing") },
	} {
		l := loaded(t, 5, messages(1, 9)...)
		prepare(l)
		before := l.Marks.Len()
		if l.MarkRange(all) || l.Marks.Len() != before {
			t.Errorf("%s: something was marked", name)
		}
	}
}

func TestAllThatIsShownCanBeMarked(t *testing.T) {
	l := loaded(t, 5, message(1), message(2, status(404)), message(3), message(4))
	l.Marks.Toggle(key(2))
	refilter(t, l, "-status:404")
	if !l.ApplyMarkAll(l.BeginMarkAll().Run(func(k model.Key) bool { return k != key(3) })) {
		t.Fatal("refused")
	}
	if diff := cmp.Diff(ids(4, 1), marked(l)); diff != "" {
		t.Error(diff)
	}
	if !l.Marks.Has(key(2)) {
		t.Error("a mark that the filter hides is gone")
	}
	l.Marks.Clear()
	l.Marks.Clear()
	if l.Marks.Len() != 3 {
		t.Error("marking all cannot be brought back")
	}
}

func TestMarkingAllIsRefusedOnceTheListIsAnother(t *testing.T) {
	for name, change := range map[string]func(*model.Listing){
		"filter":  func(l *model.Listing) { refilter(t, l, "") },
		"preview": func(l *model.Listing) { l.Refilter(model.Filter{}, false) },
		"mark":    func(l *model.Listing) { l.Marks.Toggle(key(1)) },
		"range":   func(l *model.Listing) { l.MarkRange(all) },
		"clear":   func(l *model.Listing) { l.Marks.Clear() },
		"act":     func(l *model.Listing) { s, _ := model.NewSelection(key(2)); l.Marks.Unmark(s) },
		"take in": func(l *model.Listing) { l.TakeIn(only(key(1))) },
		"twice":   func(l *model.Listing) { l.ApplyMarkAll(l.BeginMarkAll().Run(none)) },
	} {
		l := loaded(t, 5, messages(1, 3)...)
		l.Marks.Toggle(key(2))
		work := l.BeginMarkAll()
		change(l)
		before := l.Marks.Len()
		if l.ApplyMarkAll(work.Run(all)) || l.Marks.Len() != before {
			t.Errorf("%s: it was taken", name)
		}
	}
}

func TestMarkingAllNeverMarksTheRowsOfTheFilterBefore(t *testing.T) {
	l := loaded(t, 5, message(1), message(2, status(404)))
	work := l.Refilter(filter(t, "status:503"), true)
	all := l.BeginMarkAll().Run(all)
	if l.ApplyMarkAll(all) {
		t.Error("what the filter hides was marked")
	}
	l.ApplyRebuilt(work.Run())
	if l.ApplyMarkAll(all) || l.Marks.Len() != 0 {
		t.Error("what the filter hides was marked")
	}
}

func TestPagesThatComeWhileMarkingAllAreNotMarked(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	arrive(t, l, "2", messages(3, 5)...)
	work := l.BeginMarkAll()
	arrive(t, l, "3", message(2), message(9))
	if !l.ApplyMarkAll(work.Run(all)) {
		t.Fatal("refused")
	}
	if diff := cmp.Diff(ids(5, 4, 3), marked(l)); diff != "" {
		t.Error(diff)
	}
}
