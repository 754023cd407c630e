package model_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redrive/model"
)

func selected(t testing.TB, kind model.Kind, n int) model.Selection {
	t.Helper()
	keys := make([]model.Key, n)
	for i := range keys {
		keys[i] = model.Key{DLQ: account, Kind: kind, ID: fmt.Sprintf("1760000000123-%d", i)}
	}
	s, err := model.NewSelection(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWriteIsForAListOrForAFilter(t *testing.T) {
	two, filter := selected(t, model.Message, 2), matching(t, model.Message, model.ServerFilter{Labels: []string{"a"}})
	runs, ofRuns := selected(t, model.WorkflowRun, 50), matching(t, model.WorkflowRun, model.ServerFilter{Labels: []string{"a"}})
	long, err := model.NewSelection(model.Key{ID: strings.Repeat("a", 3000)}, model.Key{ID: strings.Repeat("b", 3000)})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		write model.Write
		want  string // what the refusal says; empty for none
	}{
		"nothing":                         {model.Write{Verb: model.Retry}, "no entry is selected"},
		"nothing, with a count":           {model.Write{Verb: model.Delete, Count: 5}, "no entry is selected"},
		"nothing, with a cursor":          {model.Write{Verb: model.Delete, Cursor: "c"}, "no entry is selected"},
		"both":                            {model.Write{Verb: model.Retry, Selection: two, Matching: filter, Count: 2}, "at once"},
		"no verb":                         {model.Write{Selection: two}, "no such verb"},
		"a list":                          {model.Write{Verb: model.Retry, Selection: two}, ""},
		"a list with a count":             {model.Write{Verb: model.Retry, Selection: two, Count: 2}, "neither a count nor a cursor"},
		"a list with a cursor":            {model.Write{Verb: model.Retry, Selection: two, Cursor: "c"}, "neither a count nor a cursor"},
		"a list of the other kind":        {model.Write{Verb: model.Resume, Selection: two}, "not for a message"},
		"the longest list of messages":    {model.Write{Verb: model.Delete, Selection: selected(t, model.Message, 100)}, ""},
		"one more":                        {model.Write{Verb: model.Delete, Selection: selected(t, model.Message, 101)}, "101 entries"},
		"the longest list of runs":        {model.Write{Verb: model.Restart, Selection: runs}, ""},
		"one run more":                    {model.Write{Verb: model.Resume, Selection: selected(t, model.WorkflowRun, 51)}, "51 entries"},
		"runs to delete":                  {model.Write{Verb: model.Delete, Selection: selected(t, model.WorkflowRun, 100)}, ""},
		"two failure functions":           {model.Write{Verb: model.RerunFailureFunction, Selection: selected(t, model.WorkflowRun, 2)}, "2 entries"},
		"ids that are too long together":  {model.Write{Verb: model.Retry, Selection: long}, "too long"},
		"a filter":                        {model.Write{Verb: model.Retry, Matching: filter, Count: 100}, ""},
		"a filter of one":                 {model.Write{Verb: model.Delete, Matching: filter, Count: 1, Cursor: "c"}, ""},
		"a filter without a count":        {model.Write{Verb: model.Retry, Matching: filter}, "1 to 100 entries, not 0"},
		"a filter of too many":            {model.Write{Verb: model.Retry, Matching: filter, Count: 101}, "1 to 100"},
		"a filter of too many runs":       {model.Write{Verb: model.Resume, Matching: ofRuns, Count: 51}, "1 to 50"},
		"a filter of the other kind":      {model.Write{Verb: model.Retry, Matching: ofRuns, Count: 1}, "not for a filter of workflow runs"},
		"failure functions by a filter":   {model.Write{Verb: model.RerunFailureFunction, Matching: ofRuns, Count: 1}, "not for a filter"},
		"a filter with a count below one": {model.Write{Verb: model.Retry, Matching: filter, Count: -1}, "not -1"},
	} {
		err := c.write.Valid()
		if c.want == "" && err != nil || c.want != "" && (!as[*model.RefusedError](err) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
		if strings.HasPrefix(name, "nothing") != errors.Is(err, model.ErrEmptySelection) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestChunksAreTheSelectionInPartsThatOneCallTakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		verb := rapid.SampledFrom(model.Verbs[:]).Draw(t, "verb")
		kind := model.WorkflowRun
		if verb.Takes(model.Message) {
			kind = model.Message
		}
		n := rapid.IntRange(1, 230).Draw(t, "entries")
		longest := rapid.SampledFrom([]int{0, 40, 5000}).Draw(t, "longest")
		keys := make([]model.Key, n)
		for i := range keys {
			more := strings.Repeat("ä", rapid.IntRange(0, longest).Draw(t, "more"))
			keys[i] = model.Key{DLQ: account, Kind: kind, ID: fmt.Sprint("1760000000123-", i, more)}
		}
		s, err := model.NewSelection(keys...)
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		chunks := model.Chunks(s, verb)
		for n, c := range chunks {
			if err := (model.Write{Verb: verb, Selection: c}).Valid(); err != nil {
				t.Fatal(err)
			}
			query := url.Values{}
			for j := range c.Len() {
				if c.At(j) != s.At(i) {
					t.Fatalf("entry %d is %v", i, c.At(j))
				}
				query.Add("dlqIds", c.At(j).ID)
				i++
			}
			if size := len(query.Encode()); c.Len() > 1 && size > model.MostQuery {
				t.Fatalf("a query of %d bytes", size)
			}
			if n+1 < len(chunks) && c.Len() < verb.MostAtOnce() {
				query.Add("dlqIds", chunks[n+1].At(0).ID)
				if size := len("&" + query.Encode()); size <= model.MostQuery {
					t.Fatalf("%d would have had room: %d bytes", n, size)
				}
			}
		}
		if i != s.Len() {
			t.Fatalf("%d of %d", i, s.Len())
		}
	})
	if c := model.Chunks(model.Selection{}, model.Retry); c != nil {
		t.Errorf("of nothing: %v", c)
	}
}
