package model_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redrive/model"
)

func TestRowsAreOnlyAppended(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := model.NewStore()
		var rows []model.Entry
		newest := map[model.Key]model.Row{}
		for _, e := range rapid.SliceOfN(version(), 1, 60).Draw(t, "entries") {
			old, known := newest[e.Key]
			row, fresh := s.Put(e)
			if fresh == known {
				t.Fatalf("fresh: %v", fresh)
			}
			switch {
			case known && cmp.Equal(rows[old], e):
				if row != old {
					t.Fatal("the same content has a new row")
				}
			case int(row) != len(rows):
				t.Fatalf("row %d after %d", row, len(rows))
			default:
				rows = append(rows, e)
				newest[e.Key] = row
			}
			if s.Len() != len(rows) {
				t.Fatalf("%d rows, want %d", s.Len(), len(rows))
			}
			for i := range rows {
				if diff := cmp.Diff(rows[i], *s.At(model.Row(i))); diff != "" {
					t.Fatal(diff)
				}
			}
			counts := map[model.Kind]int{}
			for k, row := range newest {
				counts[k.Kind]++
				if found, ok := s.Find(k); !ok || found != row {
					t.Fatalf("%v leads to row %d, want %d", k, found, row)
				}
			}
			for _, k := range model.Kinds {
				if s.Count(k) != counts[k] {
					t.Fatalf("%d %s, want %d", s.Count(k), k.Noun(2), counts[k])
				}
			}
		}
	})
}

func TestUnknownKeyLeadsNowhere(t *testing.T) {
	s := model.NewStore()
	s.Put(message(1))
	for _, k := range []model.Key{key(2), run(1).Key, {DLQ: "other", ID: key(1).ID}} {
		if row, ok := s.Find(k); ok {
			t.Errorf("%v leads to %d", k, row)
		}
	}
}

// Derived from the id, these cannot change while the key stays.
var partOfTheKey = []string{"Key", "FailedAt", "Sequence"}

func TestChangeOfAnyFieldMakesANewRow(t *testing.T) {
	for i := range reflect.TypeFor[model.Entry]().NumField() {
		name := reflect.TypeFor[model.Entry]().Field(i).Name
		if slices.Contains(partOfTheKey, name) {
			continue
		}
		e := message(1, labels("a"))
		changed := e
		switch f := reflect.ValueOf(&changed).Elem().Field(i).Addr().Interface().(type) {
		case *string:
			*f += "x"
		case *int:
			*f++
		case *bool:
			*f = !*f
		case *time.Duration:
			*f += time.Second
		case *time.Time:
			*f = f.Add(time.Second)
		case *[]string:
			*f = []string{"b"}
		case *model.Cause:
			f.Step = "charge"
		case *model.FlowLimits:
			f.Rate = 5
		default:
			t.Fatalf("%s: no change is known for a %T", name, f)
		}
		s := model.NewStore()
		old, _ := s.Put(e)
		row, fresh := s.Put(changed)
		if row == old || fresh {
			t.Errorf("%s: the change is not seen", name)
		}
	}
}

func TestStoredEntryIsCutLooseFromThePage(t *testing.T) {
	page := strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyz", 50)
	next := 0
	cut := func() string { next += 9; return page[next-9 : next] }
	var e model.Entry
	fields := reflect.ValueOf(&e).Elem()
	for i := range fields.NumField() {
		if f := fields.Field(i); f.Kind() == reflect.String {
			f.SetString(cut())
		}
	}
	e.Key = model.Key{DLQ: model.DLQ(cut()), ID: cut()}
	e.Labels = []string{cut(), cut()}
	e.Cause = model.Cause{Destination: cut(), Text: cut(), Step: cut()}
	given := e

	s := model.NewStore()
	row, _ := s.Put(e)
	stored := s.At(row)
	if diff := cmp.Diff(given, *stored); diff != "" {
		t.Error(diff)
	}
	from := uintptr(unsafe.Pointer(unsafe.StringData(page)))
	loose := func(name, v string) {
		if p := uintptr(unsafe.Pointer(unsafe.StringData(v))); p >= from && p < from+uintptr(len(page)) {
			t.Errorf("%s still holds the page", name)
		}
	}
	loose("DLQ", string(stored.Key.DLQ))
	loose("id", stored.Key.ID)
	loose("cause", stored.Cause.Destination)
	loose("cause", stored.Cause.Text)
	loose("cause", stored.Cause.Step)
	for _, l := range stored.Labels {
		loose("label", l)
	}
	for i := range fields.NumField() {
		if f := reflect.ValueOf(stored).Elem().Field(i); f.Kind() == reflect.String {
			loose(reflect.TypeFor[model.Entry]().Field(i).Name, f.String())
		}
	}
	e.Labels[0] = "changed afterwards"
	if stored.Labels[0] == e.Labels[0] {
		t.Error("the labels are those of the page")
	}
}

func TestStringsThatRepeatAreKeptOnce(t *testing.T) {
	s := model.NewStore()
	a, _ := s.Put(message(1, destination(strings.Clone("https://a.io")), labels(strings.Clone("label"))))
	b, _ := s.Put(message(2, destination(strings.Clone("https://a.io")), labels(strings.Clone("label"))))
	if unsafe.StringData(s.At(a).URL) != unsafe.StringData(s.At(b).URL) ||
		unsafe.StringData(s.At(a).Labels[0]) != unsafe.StringData(s.At(b).Labels[0]) {
		t.Error("kept twice")
	}
}

func TestSnapshotReadsTheSameWhileRowsAreAdded(t *testing.T) {
	s := model.NewStore()
	put := func(n int) {
		s.Put(message(n%700, labels("l"), func(e *model.Entry) { e.Response = fmt.Sprint("try ", n/700) }))
	}
	for n := range 1000 {
		put(n)
	}
	snapshot := s.Snapshot()
	want := make([]model.Entry, snapshot.Len())
	for i := range want {
		want[i] = *snapshot.At(model.Row(i))
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		for range 20 {
			if snapshot.Len() != len(want) {
				t.Errorf("%d rows", snapshot.Len())
			}
			for i := range want {
				if !reflect.DeepEqual(*snapshot.At(model.Row(i)), want[i]) {
					t.Errorf("row %d has changed", i)
					return
				}
			}
		}
	})
	for n := range 5000 {
		put(1000 + n)
	}
	wait.Wait()
	if len(want) != 1000 || s.Len() != 6000 {
		t.Errorf("%d rows, then %d", len(want), s.Len())
	}
}

func TestFilteringRunsBesideTheList(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	l.Resize(20)
	arrive(t, l, "1", messages(1, 3000)...)
	work := l.Refilter(filter(t, "status:503"), false)
	marks := l.BeginMarkAll()
	results := make(chan model.Rebuilt)
	marked := make(chan model.MarkAll)
	go func() { results <- work.Run() }()
	go func() { marked <- marks.Run(all) }()
	l.LoadAll()
	for n := range 50 {
		arrive(t, l, fmt.Sprint("x", n), messages(40*n, 40*n+60, labels(fmt.Sprint(n)))...)
		newcomers(t, l, message(5000+n))
		l.MoveTo(n)
	}
	l.TakeIn(only(key(1)))
	<-marked
	if !l.ApplyRebuilt(<-results) || l.Len() != 3050 {
		t.Errorf("%d rows", l.Len())
	}
}
