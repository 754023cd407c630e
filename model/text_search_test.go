package model_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redrive/model"
)

// shelf keeps the texts of a number of entries, those read last.
type shelf struct {
	all  map[model.Key]model.Texts
	kept []model.Key
	room int
}

func newShelf(room int) *shelf { return &shelf{all: map[model.Key]model.Texts{}, room: room} }

func (s *shelf) read(entries []model.Entry) {
	for i := range entries {
		s.kept = append(s.kept, entries[i].Key)
	}
	s.kept = s.kept[max(0, len(s.kept)-s.room):]
}

func (s *shelf) Texts(k model.Key, _ model.TextParts) (model.Texts, bool) {
	if !slices.Contains(s.kept, k) {
		return model.Texts{}, false
	}
	return s.all[k], true
}

// server is a DLQ whose entries have texts, in pages of ten, and a list of it.
type server struct {
	t       rapid.TB
	entries []model.Entry
	shelf   *shelf
	list    *model.Listing
}

func serverOf(t rapid.TB, n, room int) *server {
	s := &server{t: t, shelf: newShelf(room), list: model.NewListing(model.NewStore(), account, model.Message)}
	s.list.SearchIn(s.shelf)
	s.list.Resize(5)
	for i := n; i > 0; i-- {
		e := message(i)
		s.entries = append(s.entries, e)
		s.shelf.all[e.Key] = model.Texts{
			Header: fmt.Sprintf("X-Number: %d\n", i), Body: fmt.Sprintf(`{"order":%d}`, i%3), Response: "busy",
		}
	}
	return s
}

// turn answers what the list asks for now; false when it asks for nothing.
func (s *server) turn() bool {
	s.t.Helper()
	turned := false
	if search, ok := s.list.NextSearch(); ok {
		s.list.ApplySearch(search.Run())
		turned = true
	}
	f, ok := s.list.Next(epoch)
	if !ok {
		return turned
	}
	s.list.Apply(f, s.page(f))
	return true
}

func (s *server) page(f model.Fetch) (p model.Page) {
	for _, e := range s.entries {
		if f.Query.Cursor != "" && e.Key.ID >= f.Query.Cursor {
			continue
		}
		if p.Entries = append(p.Entries, e); len(p.Entries) == 10 {
			p.Next = e.Key.ID
			break
		}
	}
	s.shelf.read(p.Entries)
	return p
}

func (s *server) settle() {
	s.t.Helper()
	for turns := 0; s.turn(); turns++ {
		if turns > 10*len(s.entries)+100 {
			s.t.Fatal("the list never stops asking")
		}
	}
}

func (s *server) filter(line string) {
	s.t.Helper()
	refilter(s.t, s.list, line)
}

// want are the ids of the entries that the filter means, with all texts known.
func (s *server) want(line string) []string {
	f := filter(s.t, line)
	out := []string{}
	for i := range s.entries {
		texts := s.shelf.all[s.entries[i].Key]
		if f.Judge(&s.entries[i], &texts) == model.Included {
			out = append(out, s.entries[i].Key.ID)
		}
	}
	return out
}

func TestBodiesThatWereKeptAreSearchedAtOnce(t *testing.T) {
	s := serverOf(t, 10, 100)
	s.settle()
	s.filter(`body:"order\":1"`)
	if got, want := shown(s.list), s.want(`body:"order\":1"`); !slices.Equal(got, want) || len(want) == 0 {
		t.Errorf("shown %v, want %v", got, want)
	}
	if !s.list.Complete() {
		t.Error("does not know that all was searched")
	}
}

func TestBodiesThatWereNotKeptAreReadWhenAskedFor(t *testing.T) {
	const line = "body:1"
	s := serverOf(t, 60, 25)
	s.list.LoadAll()
	s.settle()
	s.filter(line)
	if looked, of := s.list.Searched(); looked != 25 || of != 60 || s.list.Complete() {
		t.Fatalf("searched %d of %d, complete: %v", looked, of, s.list.Complete())
	}
	s.settle()
	if looked, _ := s.list.Searched(); looked != 25 {
		t.Error("the list is read again though nobody asked")
	}
	s.list.LoadAll()
	s.settle()
	if got := shown(s.list); !slices.Equal(got, s.want(line)) {
		t.Errorf("shown %v, want %v", got, s.want(line))
	}
	if looked, of := s.list.Searched(); looked != 60 || of != 60 || !s.list.Complete() || s.list.LoadingAll() {
		t.Errorf("searched %d of %d", looked, of)
	}
}

func TestReadingForBodiesCanBeStopped(t *testing.T) {
	s := serverOf(t, 60, 15)
	s.list.LoadAll()
	s.settle()
	s.filter("body:1")
	s.list.LoadAll()
	s.turn()
	s.list.StopLoading()
	s.settle()
	if looked, of := s.list.Searched(); looked == of || looked < 15 {
		t.Errorf("searched %d of %d", looked, of)
	}
	if s.list.Exhausted() {
		t.Error("says that nothing more can be loaded")
	}
}

func TestBodiesOfEntriesThatAreGoneAreGivenUp(t *testing.T) {
	s := serverOf(t, 30, 10)
	s.list.LoadAll()
	s.settle()
	s.entries = s.entries[5:]
	s.filter("body:1")
	s.list.LoadAll()
	s.settle()
	looked, of := s.list.Searched()
	if looked != 25 || of != 30 || s.list.Complete() || !s.list.Exhausted() || s.list.LoadingAll() {
		t.Fatalf("searched %d of %d, complete %v, exhausted %v", looked, of, s.list.Complete(), s.list.Exhausted())
	}
	s.list.LoadAll()
	if s.list.LoadingAll() {
		t.Error("reads the list again for what it cannot have")
	}
	s.list.TakeIn(none)
	if s.list.Exhausted() {
		t.Error("asked to read anew, it does not try again")
	}
}

func TestOnlyEntriesThatTheirBodiesDecideAreSearched(t *testing.T) {
	s := serverOf(t, 10, 0)
	s.settle()
	s.filter("method:GET body:1")
	if _, of := s.list.Searched(); of != 0 || !s.list.Complete() {
		t.Errorf("%d bodies are wanted of entries that the method excludes", of)
	}
}

func TestNewcomersCountWhenTheirBodyMatches(t *testing.T) {
	s := serverOf(t, 10, 100)
	s.settle()
	s.filter("body:1")
	before := shown(s.list)
	e := message(100)
	s.entries = append([]model.Entry{e}, s.entries...)
	s.shelf.all[e.Key] = model.Texts{Body: "1"}
	f, _ := s.list.Refresh(false)
	s.list.Apply(f, s.page(f))
	s.settle()
	if s.list.Waiting() != 1 || !slices.Equal(shown(s.list), before) {
		t.Errorf("%d wait, shown %v", s.list.Waiting(), shown(s.list))
	}
}

// A search that is under way while filters, pages and entries change never shows what the filter in force does not mean.
func TestSearchesInAnyOrderEndWithWhatTheFilterMeans(t *testing.T) {
	lines := []string{"body:1", "-body:1", "body:1 status:503", `header:"x-number: 1"`, "response:busy", "", "response:none body:2", "body:0 body:1"}
	rapid.Check(t, func(t *rapid.T) {
		s := serverOf(t, rapid.IntRange(0, 45).Draw(t, "entries"), rapid.IntRange(10, 60).Draw(t, "room"))
		line := ""
		var searches []model.TextSearch
		var rebuilds []model.Rebuild
		t.Repeat(map[string]func(*rapid.T){
			"filter": func(t *rapid.T) {
				line = rapid.SampledFrom(lines).Draw(t, "line")
				rebuilds = append(rebuilds, s.list.Refilter(filter(t, line), true))
			},
			"rebuild": func(t *rapid.T) {
				if len(rebuilds) == 0 {
					t.Skip()
				}
				s.list.ApplyRebuilt(rebuilds[0].Run())
				rebuilds = rebuilds[1:]
			},
			"begin search": func(*rapid.T) {
				if search, ok := s.list.NextSearch(); ok {
					searches = append(searches, search.Run())
				}
			},
			"end search": func(t *rapid.T) {
				if len(searches) == 0 {
					t.Skip()
				}
				i := rapid.IntRange(0, len(searches)-1).Draw(t, "search")
				s.list.ApplySearch(searches[i])
				searches = slices.Delete(searches, i, i+1)
			},
			"page": func(*rapid.T) {
				if f, ok := s.list.Next(epoch); ok {
					s.list.Apply(f, s.page(f))
				}
			},
			"load all":     func(*rapid.T) { s.list.LoadAll() },
			"stop loading": func(*rapid.T) { s.list.StopLoading() },
			"ask in":       func(*rapid.T) { s.list.TakeIn(none) },
			"change": func(t *rapid.T) {
				if len(s.entries) == 0 {
					t.Skip()
				}
				s.entries[rapid.IntRange(0, len(s.entries)-1).Draw(t, "entry")].MaxRetries++
			},
			"": func(t *rapid.T) {
				if s.list.Rebuilding() {
					return
				}
				want := s.want(line)
				for _, id := range shown(s.list) {
					if !slices.Contains(want, id) {
						t.Fatalf("%s is shown, and %q does not mean it", id, line)
					}
				}
			},
		})
		for _, b := range rebuilds {
			s.list.ApplyRebuilt(b.Run())
		}
		for _, search := range searches {
			s.list.ApplySearch(search)
		}
		s.list.LoadAll()
		s.settle()
		if got, want := shown(s.list), s.want(line); !slices.Equal(got, want) || !s.list.Complete() {
			t.Fatalf("%q shows %v at the end (complete: %v), want %v", line, got, s.list.Complete(), want)
		}
	})
}

func TestWhatIsDecidedWithoutTextsIsSoWithThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var line []string
		for range rapid.IntRange(0, 4).Draw(t, "terms") {
			line = append(line, rapid.SampledFrom([]string{"", "-"}).Draw(t, "sign")+rapid.SampledFrom([]string{
				"body:a", "body:b", "header:a", "response:a", "response:c", "status:503", "status:404", "hook", "label:x",
			}).Draw(t, "term"))
		}
		f := filter(t, strings.Join(line, " "))
		part := rapid.SampledFrom([]string{"", "a", "b", "A b", "c"})
		response := part.Draw(t, "response")
		texts := model.Texts{Header: part.Draw(t, "header"), Body: part.Draw(t, "body"), Response: response}
		cut := rapid.Bool().Draw(t, "cut")
		e := message(1, status(rapid.SampledFrom([]int{404, 503}).Draw(t, "status")), func(e *model.Entry) {
			e.Response, e.ResponseCut = response, cut
			if cut {
				e.Response = ""
			}
		})
		without, with := f.Judge(&e, nil), f.Judge(&e, &texts)
		if with == model.Undecided {
			t.Fatalf("%q is undecided with all texts", f)
		}
		if without != model.Undecided && without != with {
			t.Fatalf("%q is %v without texts, %v with them", f, without, with)
		}
	})
}
