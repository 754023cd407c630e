package model_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redrive/model"
)

func sweep(t testing.TB, existed int) *model.Sweep {
	t.Helper()
	s, err := model.NewSweep(model.Retry, matching(t, model.Message, model.ServerFilter{Labels: []string{"a"}}), model.Overrides{Labels: []string{"l"}}, existed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSweepGoesOnFromCursorToCursor(t *testing.T) {
	s := sweep(t, 250)
	for i, c := range []struct {
		count, did   int
		cursor, next string
	}{{100, 100, "", "a"}, {100, 100, "a", "b"}, {50, 50, "b", ""}} {
		w, ok := s.Next()
		if !ok || w.Count != c.count || w.Cursor != c.cursor || w.Valid() != nil || w.Overrides.Labels[0] != "l" || s.Done() {
			t.Fatalf("call %d: %+v, %v", i, w, ok)
		}
		if _, again := s.Next(); again {
			t.Fatal("a call was given out while another is under way")
		}
		s.Apply(model.WriteResult{Count: c.did, Next: c.next}, nil)
	}
	if _, more := s.Next(); more || !s.Done() || s.Stopped() != "" || s.Count() != 250 {
		t.Errorf("%v %q %d", s.Done(), s.Stopped(), s.Count())
	}
}

func TestSweepStopsWhereItCannotBeSure(t *testing.T) {
	type answer struct {
		count int
		next  string
		err   error
	}
	for name, c := range map[string]struct {
		answers []answer
		count   int
		says    string // empty for an ordinary end
	}{
		"nothing left":           {[]answer{{0, "a", nil}}, 0, ""},
		"the end":                {[]answer{{7, "", nil}}, 7, ""},
		"a lost answer":          {[]answer{{100, "a", nil}, {0, "", &model.LostAnswerError{Host: "h"}}}, 100, "it is not repeated"},
		"a limit":                {[]answer{{0, "", &model.RateLimitedError{Host: "h", Until: time.Unix(1, 0)}}}, 0, "limits the rate"},
		"the limit of the day":   {[]answer{{0, "", &model.RateLimitedError{Host: "h", Daily: true}}}, 0, "daily limit"},
		"never sent":             {[]answer{{0, "", &model.NeverSentError{Host: "h"}}}, 0, "cannot be reached"},
		"some were not found":    {[]answer{{0, "", &model.SomeNotFoundError{Host: "h"}}}, 0, "not known"},
		"any error":              {[]answer{{0, "", errors.New("odd")}}, 0, "odd"},
		"the same cursor again":  {[]answer{{50, "a", nil}, {50, "a", nil}}, 100, "twice"},
		"cursors in a circle":    {[]answer{{50, "a", nil}, {50, "b", nil}, {50, "a", nil}}, 150, "twice"},
		"more than was asked":    {[]answer{{101, "a", nil}}, 101, "101 were done by a call for 100"},
		"more than there was":    {[]answer{{260, "", nil}}, 260, "260 were done, and only 250 matched"},
		"more at the end":        {[]answer{{100, "a", nil}, {100, "b", nil}, {100, "", nil}}, 300, "only 250 matched"},
		"newcomers":              {[]answer{{100, "a", nil}, {100, "b", nil}, {50, "c", nil}}, 250, "came later"},
		"a server that is slow":  {[]answer{{1, "a", nil}, {1, "b", nil}, {1, "c", nil}, {1, "d", nil}}, 4, "fewer at a time"},
		"a count below nothing":  {[]answer{{-5, "a", nil}}, 0, ""},
		"fewer, and then no end": {[]answer{{99, "a", nil}, {99, "", nil}}, 198, ""},
	} {
		s := sweep(t, 250)
		for i, a := range c.answers {
			if _, ok := s.Next(); !ok {
				t.Fatalf("%s: no call %d", name, i)
			}
			s.Apply(model.WriteResult{Count: a.count, Next: a.next}, a.err)
		}
		if _, more := s.Next(); more || !s.Done() || s.Count() != c.count {
			t.Errorf("%s: goes on %v, done %v, %d", name, more, s.Done(), s.Count())
		}
		if got := s.Stopped(); (got == "") != (c.says == "") || !strings.Contains(got, c.says) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestSweepThatIsStoppedCountsWhatIsUnderWay(t *testing.T) {
	s := sweep(t, 250)
	if _, ok := s.Next(); !ok {
		t.Fatal("no call")
	}
	s.Stop("enough")
	if s.Done() {
		t.Error("a call is under way")
	}
	s.Apply(model.WriteResult{Count: 100, Next: "a"}, nil)
	s.Apply(model.WriteResult{Count: 100, Next: "b"}, nil)
	if _, more := s.Next(); more || !s.Done() || s.Count() != 100 || s.Stopped() != "enough" {
		t.Errorf("%v, %v, %d, %q", more, s.Done(), s.Count(), s.Stopped())
	}
}

func TestSweepOfNothingIsRefused(t *testing.T) {
	messages := matching(t, model.Message, model.ServerFilter{Labels: []string{"a"}})
	for name, try := range map[string]func() (*model.Sweep, error){
		"nothing matches": func() (*model.Sweep, error) { return model.NewSweep(model.Retry, messages, model.Overrides{}, 0) },
		"no filter": func() (*model.Sweep, error) {
			return model.NewSweep(model.Retry, model.Matching{}, model.Overrides{}, 5)
		},
		"no verb":      func() (*model.Sweep, error) { return model.NewSweep(0, messages, model.Overrides{}, 5) },
		"another kind": func() (*model.Sweep, error) { return model.NewSweep(model.Resume, messages, model.Overrides{}, 5) },
		"failure functions": func() (*model.Sweep, error) {
			return model.NewSweep(model.RerunFailureFunction, messages, model.Overrides{}, 5)
		},
	} {
		if s, err := try(); s != nil || !as[*model.RefusedError](err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSweepNeverAsksForMoreThanThereWasAndAlwaysEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		existed := rapid.IntRange(1, 1200).Draw(t, "existed")
		verb := rapid.SampledFrom([]model.Verb{model.Retry, model.Resume, model.Restart, model.Delete}).Draw(t, "verb")
		kind := model.Message
		if !verb.Takes(kind) {
			kind = model.WorkflowRun
		}
		m, err := model.NewMatching(account, kind, model.ServerFilter{Labels: []string{"a"}})
		if err != nil {
			t.Fatal(err)
		}
		s, err := model.NewSweep(verb, m, model.Overrides{}, existed)
		if err != nil {
			t.Fatal(err)
		}
		most := (existed+verb.MostAtOnce()-1)/verb.MostAtOnce() + 1
		done, cursor := 0, ""
		failed := false
		for calls := 0; ; calls++ {
			w, ok := s.Next()
			if !ok {
				break
			}
			if failed || calls == most {
				t.Fatalf("call %d of at most %d, after a failure: %v", calls+1, most, failed)
			}
			if err := w.Valid(); err != nil || w.Cursor != cursor {
				t.Fatal(err, w.Cursor, cursor)
			}
			if asked := done + w.Count; asked > existed {
				t.Fatalf("%d are asked for, and there were %d", asked, existed)
			}
			if diff := cmp.Diff(m.Filter(), w.Matching.Filter()); diff != "" {
				t.Fatal(diff)
			}
			if rapid.IntRange(0, 9).Draw(t, "fails") == 0 {
				failed = true
				s.Apply(model.WriteResult{}, &model.LostAnswerError{Host: "h"})
				continue
			}
			did := rapid.OneOf(rapid.Just(w.Count), rapid.IntRange(0, w.Count)).Draw(t, "did")
			done += did
			cursor = rapid.OneOf(rapid.Just(fmt.Sprint(calls)), rapid.SampledFrom([]string{"", "0", "1"})).Draw(t, "next")
			s.Apply(model.WriteResult{Count: did, Next: cursor}, nil)
		}
		if !s.Done() || s.Count() != done || failed && s.Stopped() == "" {
			t.Fatalf("done %v, %d of %d, %q", s.Done(), s.Count(), done, s.Stopped())
		}
	})
}
