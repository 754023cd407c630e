package model_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

// pieces are what lines and entries are made of, so that what is typed is often found: cases of the same letter, letters that
// are others in the other case, and what is no text.
var pieces = []string{"a", "b", "B", "k", "\u212a", "é", "É", "0", "5", "-", "_", "/", "ab", "abk0", "0a5", "\xff", "https://a", "Ⱥ"}

func pieced() *rapid.Generator[string] {
	return rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12), func(p []string) string { return strings.Join(p, "") })
}

// typed are the pieces and what else is in a filter line.
var typed = slices.Concat(pieces, []string{
	" ", " ", `"`, ":", "-", "url:", "-url:", " url:https://a", "response:", " -response:", "label:a", "-label:", "queue:", "status:5xx", " status:503",
	"-status:none", "since:2h", "until:1h", " age:3h", "-since:1h", "id:", "flow:a", "step:", "body:", "method:get",
})

// edits is a list of messages while its filter is edited and much else comes.
type edits struct {
	*model.Listing
	line   string
	now    time.Time
	work   []model.Rebuild
	spared bool
	found  bool
}

func (e *edits) edit(t *rapid.T) {
	at := len(e.line)
	if rapid.IntRange(0, 3).Draw(t, "in the middle") == 0 {
		at = rapid.IntRange(0, at).Draw(t, "at")
	}
	left, right := e.line[:at], e.line[at:]
	switch rapid.SampledFrom([]string{"type", "type", "type", "delete", "delete", "empty"}).Draw(t, "edit") {
	case "type":
		left += rapid.SampledFrom(typed).Draw(t, "what")
	case "delete":
		left = left[:max(0, at-rapid.IntRange(1, 3).Draw(t, "how many"))]
	case "empty":
		left, right = "", ""
	}
	e.line = left + right
	if f, err := model.ParseFilterAt(e.line, e.now); err == nil {
		e.begun(e.Refilter(f, rapid.IntRange(0, 9).Draw(t, "ask") == 0))
	}
}

func (e *edits) begun(b model.Rebuild) {
	e.work = append(e.work, b)
	e.spared = e.spared || b.Spared()
}

func (e *edits) page(t *rapid.T) {
	var f model.Fetch
	var ok bool
	if rapid.Bool().Draw(t, "newcomers") {
		f, ok = e.Refresh(false)
	} else {
		e.LoadAll()
		f, ok = e.Next(e.now)
	}
	if !ok {
		return
	}
	entries := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) model.Entry {
		x := alike(rapid.SampledFrom([]model.Kind{model.Message, model.Message, model.Message, model.WorkflowRun}).Draw(t, "kind")).Draw(t, "entry")
		x.Key.ID = fmt.Sprint(rapid.IntRange(0, 40).Draw(t, "id"))
		x.URL, x.QueueName, x.Response = pieced().Draw(t, "url"), pieced().Draw(t, "queue"), pieced().Draw(t, "response")
		x.MessageID, x.Labels = pieced().Draw(t, "message id"), rapid.SliceOfN(pieced(), 0, 3).Draw(t, "labels")
		x.ResponseCut = rapid.IntRange(0, 4).Draw(t, "cut") == 0
		if rapid.IntRange(0, 9).Draw(t, "cannot be packed") == 0 {
			x.Status = 1 << 20
		}
		return x
	}), 0, 12).Draw(t, "page")
	e.Apply(f, model.Page{Entries: entries, Next: rapid.SampledFrom([]string{"x", "y", "z", ""}).Draw(t, "next")})
}

func (e *edits) takeIn(t *rapid.T) {
	var off []model.Key
	for i := range e.Len() {
		if rapid.IntRange(0, 5).Draw(t, "off") == 0 {
			off = append(off, e.Key(i))
		}
	}
	e.TakeInWithout(off)
}

// filtered takes the newest result in, or an older one, which nobody wants any more.
func (e *edits) filtered(t *rapid.T) {
	if len(e.work) == 0 {
		return
	}
	i := len(e.work) - 1 - rapid.IntRange(0, min(1, len(e.work)-1)).Draw(t, "older")
	done := e.work[i].Run()
	if i == len(e.work)-1 && rapid.IntRange(0, 3).Draw(t, "a page comes meanwhile") == 0 {
		e.page(t)
	}
	if newest := i == len(e.work)-1; e.ApplyRebuilt(done) != newest {
		t.Fatal("the result taken is not the newest one")
	} else if newest {
		e.work = nil
	}
}

func (e *edits) check(t *rapid.T) {
	if len(e.work) > 0 {
		return
	}
	var got []model.Key
	for i := range e.Len() {
		got = append(got, e.Key(i))
	}
	if want := e.FromScratch(); !slices.Equal(got, want) {
		t.Fatalf("%q shows\n%v, from scratch\n%v", e.Filter(), got, want)
	}
	e.found = e.found || len(got) > 0 && !e.Filter().IsEmpty()
}

func TestAFilterThatIsEditedShowsWhatItShowsFromScratch(t *testing.T) {
	spared, found := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		e := &edits{Listing: model.NewListing(model.NewStore(), account, model.Message), now: epoch}
		e.Resize(10)
		for range 3 {
			e.page(t)
		}
		edit := func(t *rapid.T) { e.edit(t); e.filtered(t) }
		t.Repeat(map[string]func(*rapid.T){
			"":            e.check,
			"edit":        edit,
			"edit on":     edit,
			"edit on too": edit,
			"edit fast":   e.edit,
			"filtered":    e.filtered,
			"page":        e.page,
			"take in":     e.takeIn,
			"time":        func(t *rapid.T) { e.now = e.now.Add(time.Duration(rapid.IntRange(0, 3600).Draw(t, "s")) * time.Second) },
			"sort": func(t *rapid.T) {
				e.begun(e.Sort(model.Sorting{Order: rapid.SampledFrom(model.Orders(model.Message)).Draw(t, "order"), Reversed: rapid.Bool().Draw(t, "reversed")}))
				e.filtered(t)
			},
		})
		if e.spared {
			spared++
		}
		if e.found {
			found++
		}
	})
	if spared == 0 || found == 0 {
		t.Error("no result was made from an earlier one, or nothing was ever found: nothing was tested")
	}
}

func TestAFilterThatNarrowsAnotherLetsNothingElseThrough(t *testing.T) {
	narrower := 0
	rapid.Check(t, func(t *rapid.T) {
		lines := [2]string{}
		for i := range lines {
			lines[i] = strings.Join(rapid.SliceOfN(rapid.SampledFrom(typed), 1, 4).Draw(t, "line"), "")
		}
		if rapid.IntRange(0, 3).Draw(t, "longer") > 0 {
			lines[0] = lines[1] + rapid.SampledFrom(typed).Draw(t, "letter")
		}
		f, err := model.ParseFilterAt(lines[0], epoch.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "later"))*time.Hour))
		o, problem := model.ParseFilterAt(lines[1], epoch)
		if err != nil || problem != nil || !f.Narrows(o) {
			return
		}
		e := alike(rapid.SampledFrom(model.Kinds[:]).Draw(t, "kind")).Draw(t, "entry")
		e.URL, e.Response, e.MessageID, e.ResponseCut = pieced().Draw(t, "url"), pieced().Draw(t, "response"), pieced().Draw(t, "message id"), rapid.Bool().Draw(t, "cut")
		if rapid.IntRange(0, 3).Draw(t, "within") > 0 {
			e.MessageID += lines[0]
		}
		mine, others := f.Judge(&e, nil), o.Judge(&e, nil)
		if mine != model.Excluded && others == model.Excluded || mine == model.Included && others != model.Included {
			t.Fatalf("%q says %d of %+v, and %q says %d", f, mine, e, o, others)
		}
		if mine != model.Excluded && lines[0] != lines[1] {
			narrower++
		}
	})
	if narrower == 0 {
		t.Error("no filter narrowed another: nothing was tested")
	}
}

func TestSeveralWorkersFindWhatOneDoes(t *testing.T) {
	l := loaded(t, 50, incident(0, 30_000, 1)...)
	for _, line := range []string{"", "reset", "release-3", "-release-3", "label:release-3 status:503", "url:api1 99", "nothing at all"} {
		b := l.Refilter(filter(t, line), false)
		w := b.Begin()
		if n := w.Workers(3); n != 3 {
			t.Fatalf("%d workers", n)
		}
		var wait sync.WaitGroup
		for range 3 {
			wait.Go(w.Work)
		}
		wait.Wait()
		if !l.ApplyRebuilt(w.Done()) {
			t.Fatal("the result was refused")
		}
		var got []model.Key
		for i := range l.Len() {
			got = append(got, l.Key(i))
		}
		if want := l.FromScratch(); !slices.Equal(got, want) {
			t.Errorf("%q: %d rows, one finds %d", line, len(got), len(want))
		}
	}
}

func TestAFewRowsAreNotWorthASecondWorker(t *testing.T) {
	l := loaded(t, 50, incident(0, 5_000, 1)...)
	if n := l.Refilter(filter(t, "reset"), false).Begin().Workers(8); n != 1 {
		t.Errorf("%d workers for 5,000 rows", n)
	}
}
