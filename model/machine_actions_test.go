package model_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

func TestListShowsExactlyWhatItShouldWhateverComesWhen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine()
		t.Repeat(map[string]func(*rapid.T){
			"":              m.check,
			"ask":           m.ask,
			"ask too":       m.ask,
			"refresh":       m.refresh,
			"reread":        m.reread,
			"answer":        m.answer,
			"answer too":    m.answer,
			"fail":          m.fail,
			"time":          func(t *rapid.T) { m.now = m.now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "s")) * time.Second) },
			"move":          m.move,
			"filter":        m.refilter,
			"filtered":      m.filtered,
			"filtered too":  m.filtered,
			"take in":       m.takeIn,
			"mark":          m.mark,
			"unmark":        m.clear,
			"load all":      func(t *rapid.T) { l := m.list(t); l.LoadAll(); l.loadAll = !l.walk.done },
			"stop loading":  func(t *rapid.T) { l := m.list(t); l.StopLoading(); l.loadAll = false },
			"change height": m.resize,
		})
	})
}

func (m *machine) ask(t *rapid.T) {
	l := m.list(t)
	f, ok := l.Next(m.now)
	wanted := l.jump > 0 || l.Len()-(l.Top()+l.Height()) < 100
	want := !l.fresh(model.NextPage) && !l.walk.done && !m.now.Before(l.retryAt) &&
		(!l.walk.started || l.loadAll || wanted && l.unasked < 10)
	if ok != want {
		t.Fatalf("a page is asked for: %v, want %v", ok, want)
	}
	if !ok {
		return
	}
	l.unasked++
	if f.Query.Cursor != l.walk.cursor {
		t.Fatalf("goes on with %q, want %q", f.Query.Cursor, l.walk.cursor)
	}
	l.sent(t, f, model.NextPage)
}

func (l *listModel) sent(t *rapid.T, f model.Fetch, p model.FetchPurpose) {
	if f.Purpose != p || f.Query.DLQ != account || f.Query.Kind != l.kind || f.Query.Server.Identity() != l.walk.id || l.Server().Identity() != l.walk.id {
		t.Fatalf("asks for %+v", f)
	}
	l.inFlight = append(l.inFlight, flight{Fetch: f})
}

func (m *machine) refresh(t *rapid.T) {
	l := m.list(t)
	f, ok := l.Refresh(false)
	if want := l.walk.started && !l.fresh(model.Newcomers); ok != want {
		t.Fatalf("newcomers are asked for: %v, want %v", ok, want)
	}
	if ok {
		l.sent(t, f, model.Newcomers)
	}
}

func (m *machine) reread(t *rapid.T) {
	l := m.list(t)
	f, ok := l.Reread()
	var want []string
	for i := l.Top(); i < min(l.Top()+l.Height(), l.Len()); i++ {
		want = append(want, l.At(i).Key.ID)
	}
	if ok != (len(want) > 0) || !slices.Equal(want, f.Query.IDs) {
		t.Fatalf("asks for %v: %v, want %v", f.Query.IDs, ok, want)
	}
	if ok {
		l.sent(t, f, model.Reread)
	}
}

func (m *machine) take(t *rapid.T) (*listModel, flight, bool) {
	l := m.list(t)
	if len(l.inFlight) == 0 {
		return l, flight{}, false
	}
	i := rapid.IntRange(0, len(l.inFlight)-1).Draw(t, "in flight")
	f := l.inFlight[i]
	l.inFlight = slices.Delete(l.inFlight, i, i+1)
	return l, f, true
}

func (m *machine) answer(t *rapid.T) {
	l, f, ok := m.take(t)
	if !ok {
		return
	}
	other := m.lists[1-l.kind]
	p := model.Page{
		Entries: rapid.SliceOfN(version(), 0, 8).Draw(t, "page"),
		Next:    rapid.SampledFrom([]string{"x", "y", "z", "x", "y", "z", ""}).Draw(t, "next"),
	}
	if f.Purpose == model.Newcomers {
		p.Next = "" // what is passed over has tests of its own
	}
	before := [2]look{m.lists[0].look(), m.lists[1].look()}
	rows, stored := shown(l.Listing), m.store.Len()
	gone, _ := l.Apply(f.Fetch, p)
	other.Adopt(stored)
	if f.stale {
		if !slices.Equal(rows, shown(l.Listing)) || m.store.Len() != stored || gone != nil {
			t.Fatal("a stale page was taken")
		}
		return
	}
	l.put(p.Entries, f.Purpose == model.Newcomers)
	var wantGone []model.Key
	for _, id := range f.Query.IDs {
		k := model.Key{DLQ: account, Kind: l.kind, ID: id}
		if !slices.ContainsFunc(p.Entries, func(e model.Entry) bool { return e.Key == k }) {
			wantGone = append(wantGone, k)
		}
	}
	if !slices.Equal(wantGone, gone) {
		t.Fatalf("gone are %v, want %v", gone, wantGone)
	}
	other.stays(t, before[other.kind])
	jumped := false
	if f.Purpose == model.NextPage {
		l.retryAt, l.backoff = time.Time{}, 0
		l.walk.started, l.walk.cursor = true, p.Next
		if n := len(p.Entries); n > 0 {
			l.walk.pages = append(l.walk.pages, p.Entries...)
			l.walk.untimed = l.walk.untimed || p.Entries[n-1].FailedAt.IsZero()
		}
		l.walk.done = p.Next == "" || p.Next == f.Query.Cursor
		if l.walk.done {
			l.loadAll = false
			l.whole = l.whole || f.Query.Server.Identity() == model.ServerFilter{}.Identity()
		}
		if jumped = l.jump > 0 && (l.walk.done || l.jump < l.Len()); jumped {
			if l.Len() > 0 && l.Cursor() != min(l.jump, l.Len()-1) {
				t.Fatalf("the page came, the cursor is on row %d, not %d", l.Cursor(), l.jump)
			}
			l.jump, l.unasked = 0, 0
		}
	}
	if !jumped {
		l.stays(t, before[l.kind])
	}
}

func (m *machine) fail(t *rapid.T) {
	l, f, ok := m.take(t)
	if !ok {
		return
	}
	until := m.now.Add(time.Duration(rapid.IntRange(-5, 60).Draw(t, "until")) * time.Second)
	l.Fail(f.Fetch, m.now, until)
	if f.stale || f.Purpose != model.NextPage {
		return
	}
	l.backoff = min(max(2*l.backoff, 2*time.Second), 30*time.Second)
	if l.retryAt = m.now.Add(l.backoff); until.After(l.retryAt) {
		l.retryAt = until
	}
}

func (m *machine) move(t *rapid.T) {
	l := m.list(t)
	n := rapid.IntRange(-12, 12).Draw(t, "n")
	was := l.look()
	last := max(0, l.Len()-1)
	l.unasked, l.jump = 0, 0
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		l.Move(n)
		l.isAt(t, max(0, min(was.cursor+n, last)), was.top)
	case 1:
		l.MoveTo(n)
		l.isAt(t, max(0, min(n, last)), was.top)
	case 2:
		l.MoveScreen(n)
		l.isAt(t, max(0, min(was.cursor+n, last)), was.top+n)
	case 3:
		n = max(-1, min(n, 1))
		l.MovePage(n)
		if to := was.cursor + 100*n; to >= l.Len() && !l.walk.done {
			l.jump = to
		}
	}
}

func (m *machine) resize(t *rapid.T) {
	l := m.list(t)
	was := l.look()
	l.Resize(rapid.IntRange(-1, 12).Draw(t, "height"))
	l.isAt(t, was.cursor, was.top)
}

func (m *machine) refilter(t *rapid.T) {
	l := m.list(t)
	line := rapid.SampledFrom([]string{
		"", "", "status:503", "status:404 status:none", "-status:503", "label:a", "label:b status:503", "nothing", "0",
	}).Draw(t, "filter")
	ask := rapid.Bool().Draw(t, "ask")
	l.filter = filter(t, line)
	l.work = append(l.work, l.Refilter(l.filter, ask))
	l.jump = 0
	if !ask {
		return
	}
	l.unasked = 0
	walk := l.walk
	if l.enter(); l.walk != walk {
		l.makeStale()
		l.loadAll = false
	}
}

func (m *machine) filtered(t *rapid.T) {
	l := m.list(t)
	if len(l.work) == 0 {
		return
	}
	i := rapid.IntRange(0, len(l.work)-1).Draw(t, "work")
	was, rows := l.look(), shown(l.Listing)
	newest := i == len(l.work)-1
	if l.ApplyRebuilt(l.work[i].Run()) != newest {
		t.Fatalf("the newest filter's result: %v", newest)
	}
	if !newest {
		l.work = slices.Delete(l.work, i, i+1)
		if !slices.Equal(rows, shown(l.Listing)) {
			t.Fatal("an old result was taken")
		}
		return
	}
	l.work = nil
	l.stays(t, was)
}

func (m *machine) takeIn(t *rapid.T) {
	l := m.list(t)
	off := map[model.Key]bool{}
	for _, k := range slices.SortedFunc(maps.Keys(m.known), func(a, b model.Key) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	}) {
		if !l.waiting[k] && rapid.IntRange(0, 3).Draw(t, fmt.Sprint("off ", k)) == 0 {
			off[k] = true
		}
	}
	was := l.look()
	l.TakeIn(func(k model.Key) bool { return off[k] })
	for k := range l.waiting {
		delete(l.cleared, k)
	}
	clear(l.waiting)
	for k := range off {
		if k.Kind == l.kind {
			l.cleared[k] = true
			delete(l.marks, k)
			delete(l.before, k)
		}
	}
	l.makeStale()
	l.unasked, l.retryAt = 0, time.Time{}
	if was.top > 0 {
		l.stays(t, was)
	} else if was.there && l.Len() > 0 && l.Cursor() < max(1, l.Height()) && l.Top() != 0 {
		t.Fatal("the newcomers above are not on the screen")
	}
}

func (m *machine) mark(t *rapid.T) {
	l := m.list(t)
	e, ok := l.Current()
	if !ok {
		return
	}
	l.Marks.Toggle(e.Key)
	l.before = nil
	if l.marks[e.Key] {
		delete(l.marks, e.Key)
	} else {
		l.marks[e.Key] = true
	}
}

func (m *machine) clear(t *rapid.T) {
	l := m.list(t)
	l.Marks.Clear()
	switch {
	case len(l.marks) > 0:
		l.before = maps.Clone(l.marks)
		clear(l.marks)
	case l.before != nil:
		l.marks, l.before = l.before, nil
	}
}
