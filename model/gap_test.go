package model_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"redrive/model"
)

// newestFirstServer lists what it has a page of size entries at a time, the newest first.
type newestFirstServer struct {
	entries []model.Entry
	size    int
	pages   int
	turned  bool // the oldest first
}

func (s *newestFirstServer) page(cursor string) model.Page {
	s.pages++
	from := 0
	if cursor != "" {
		for from < len(s.entries) && s.entries[from].Key.ID != cursor {
			from++
		}
		from++
	}
	to := min(from+s.size, len(s.entries))
	p := model.Page{Entries: slices.Clone(s.entries[min(from, to):to])}
	if to < len(s.entries) {
		p.Next = s.entries[to-1].Key.ID
	}
	return p
}

func (s *newestFirstServer) arrive(from, to int) {
	fresh := messages(from, to)
	if s.turned {
		s.entries = append(s.entries, fresh...)
		return
	}
	slices.Reverse(fresh)
	s.entries = append(fresh, s.entries...)
}

// answer carries a fetch out, and those that follow from it.
func (s *newestFirstServer) answer(l *model.Listing, f model.Fetch) {
	for {
		_, next := l.Apply(f, s.page(f.Query.Cursor))
		if next == nil {
			return
		}
		f = *next
	}
}

func (s *newestFirstServer) load(l *model.Listing) {
	for {
		f, ok := l.Next(epoch)
		if !ok {
			return
		}
		s.answer(l, f)
	}
}

func (s *newestFirstServer) poll(l *model.Listing, askedIn bool) {
	if f, ok := l.Refresh(askedIn); ok {
		s.answer(l, f)
	}
}

func TestNewcomersAreFollowedForThreePagesAndTheRestIsNotPassedOver(t *testing.T) {
	s := &newestFirstServer{size: 10}
	s.arrive(0, 19)
	l := model.NewListing(model.NewStore(), account, model.Message)
	l.Resize(10)
	s.load(l)
	if !l.Whole() || l.Len() != 20 {
		t.Fatalf("%d loaded", l.Len())
	}
	s.arrive(20, 100)
	s.pages = 0
	s.poll(l, false)
	if s.pages != 3 || l.Waiting() != 30 {
		t.Errorf("%d pages were read, %d wait; want 3 and 30", s.pages, l.Waiting())
	}
	if l.Whole() || l.Complete() || !l.Passed() {
		t.Error("what was passed over is not said")
	}
	if f, ok := l.Next(epoch); ok {
		t.Errorf("reads %+v before it is asked for", f)
	}
	l.TakeIn(func(model.Key) bool { return false })
	s.poll(l, true)
	s.load(l)
	if l.Len() != 101 || !l.Whole() || l.Passed() {
		t.Errorf("%d of 101 are shown, whole: %v", l.Len(), l.Whole())
	}
}

func TestNothingIsPassedOverHoweverManyArriveBetweenLooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &newestFirstServer{size: 5}
		n := rapid.IntRange(0, 30).Draw(t, "at the start")
		s.arrive(0, n-1)
		l := model.NewListing(model.NewStore(), account, model.Message)
		l.Resize(4)
		s.load(l)
		for range rapid.IntRange(1, 6).Draw(t, "looks") {
			more := rapid.IntRange(0, 40).Draw(t, "arrive")
			s.arrive(n, n+more-1)
			n += more
			switch rapid.IntRange(0, 2).Draw(t, "then") {
			case 0:
				s.poll(l, false)
			case 1:
				s.poll(l, false)
				l.TakeIn(func(model.Key) bool { return false })
				s.poll(l, true)
			case 2:
				l.TakeIn(func(model.Key) bool { return false })
				s.poll(l, true)
				s.load(l)
			}
		}
		l.TakeIn(func(model.Key) bool { return false })
		s.poll(l, true)
		l.LoadAll()
		s.load(l)
		if l.Len() != len(s.entries) || !l.Whole() {
			t.Fatalf("%d of %d are shown, whole: %v", l.Len(), len(s.entries), l.Whole())
		}
		for i := range s.entries {
			if l.At(i).Key != s.entries[i].Key {
				t.Fatalf("row %d is %s", i, l.At(i).Key.ID)
			}
		}
	})
}

func TestTheListThatStoodAtItsTopShowsTheNewestThatWereAskedIn(t *testing.T) {
	s := &newestFirstServer{size: 10}
	s.arrive(0, 9)
	l := model.NewListing(model.NewStore(), account, model.Message)
	l.Resize(5)
	s.load(l)
	s.arrive(10, 12)
	l.TakeIn(func(model.Key) bool { return false })
	s.poll(l, true)
	if l.Top() != 0 || l.At(0).Key != key(12) {
		t.Errorf("the screen begins with row %d, %s", l.Top(), l.At(0).Key.ID)
	}
	if e, _ := l.Current(); e.Key != key(9) {
		t.Errorf("the cursor is on %s", fmt.Sprint(e.Key))
	}
}

func TestTheCursorGoesBackToWhereItWas(t *testing.T) {
	l := loaded(t, 10, messages(1, 50)...)
	l.MoveTo(30)
	place := l.Place()
	top := l.Top()
	refilter(t, l, "status:404")
	refilter(t, l, "")
	l.GoBack(place)
	if l.Cursor() != 30 || l.Top() != top {
		t.Errorf("on row %d, screen from %d; want 30 and %d", l.Cursor(), l.Top(), top)
	}
	l.GoBack(model.Place{})
	if l.Cursor() != 30 {
		t.Error("a place without an entry moved the cursor")
	}
}

func TestNewcomersOfAServerThatListsTheOldestFirstAreFound(t *testing.T) {
	s := &newestFirstServer{size: 10, turned: true}
	s.arrive(0, 24)
	l := model.NewListing(model.NewStore(), account, model.Message)
	l.Resize(10)
	s.load(l)
	l.LoadAll()
	s.load(l)
	if !l.Whole() || l.Len() != 25 || l.At(0).Key != key(24) {
		t.Fatalf("%d loaded", l.Len())
	}
	s.arrive(25, 27)
	s.poll(l, false)
	if l.Waiting() != 3 {
		t.Errorf("%d wait, want 3", l.Waiting())
	}
	s.arrive(28, 99)
	s.poll(l, false)
	l.TakeIn(func(model.Key) bool { return false })
	s.poll(l, true)
	s.load(l)
	if l.Len() != 100 || !l.Whole() || l.At(0).Key != key(99) {
		t.Errorf("%d of 100 are shown, whole: %v", l.Len(), l.Whole())
	}
}
