package model_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redrive/model"
)

// formed draws texts of what a form and its words are told apart by, and of all else.
func formed() *rapid.Generator[string] {
	piece := rapid.SampledFrom([]string{
		"a", "B", "ab", "k", "\u212a", "ſ", "É", "é", "4", "42", "0", "4b", "b4", "-", "/", ".", " ", "\x00", "\x7f", "\x01", "\x30", "\xff", "\xe2\x84", "\n",
		"\x01\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "\x01\x05", "canary-", "/orders/", "0042", "7Zq", strings.Repeat("x", 60), strings.Repeat("7", 130), strings.Repeat("long 1 ", 700),
	})
	return rapid.Map(rapid.SliceOfN(piece, 0, 6), func(p []string) string { return strings.Join(p, "") })
}

func TestATextIsTakenOutAsItWasPutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := model.NewStore()
		any := rapid.OneOf(formed(), rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
		texts := rapid.SliceOfN(any, 1, 20).Draw(t, "texts")
		for range 2 { // of the second time all are known
			for _, v := range texts {
				if got := s.Kept(v); got != v {
					t.Fatalf("%q was put in, and %q taken out", v, got)
				}
			}
		}
	})
}

func TestTextsThatDifferInNumbersHaveOneForm(t *testing.T) {
	s := model.NewStore()
	before := s.FormsKept()
	for n := range 1000 {
		v := fmt.Sprintf("https://api7.acme.io/v1/orders/%d/lines?id=%08xf0&page=%d", 100+n, n, n)
		if got := s.Kept(v); got != v {
			t.Fatalf("%q was put in, and %q taken out", v, got)
		}
	}
	// With its f, none of the middle ones is a number.
	if n := s.FormsKept() - before; n != 1 {
		t.Errorf("they have %d forms", n)
	}
}

// parts are those of a text, in lower case.
func parts(t *rapid.T, texts []string) string {
	all := slices.DeleteFunc(slices.Clone(texts), func(v string) bool { return v == "" || len(v) > 300 })
	if len(all) == 0 || rapid.IntRange(0, 3).Draw(t, "any") == 0 {
		return strings.ToLower(formed().Filter(func(s string) bool { return s != "" && len(s) < 300 }).Draw(t, "part"))
	}
	whole := []rune(strings.ToLower(rapid.SampledFrom(all).Draw(t, "whole")))
	from := rapid.IntRange(0, len(whole)-1).Draw(t, "from")
	return string(whole[from:rapid.IntRange(from+1, min(len(whole), from+8)).Draw(t, "to")])
}

func TestAPartIsFoundInTextsWhateverTheirForm(t *testing.T) {
	found, not := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := model.NewStore()
		texts := rapid.SliceOfN(formed(), 1, 100).Draw(t, "texts")
		part := parts(t, texts)
		for _, rows := range []int{0, 1 << 20} {
			for i, got := range s.FindIn(part, texts, rows) {
				want := strings.Contains(strings.ToLower(texts[i]), part)
				if want {
					found++
				} else {
					not++
				}
				if got != want {
					t.Fatalf("%d rows: that %q is in %q is held to be %v", rows, part, texts[i], got)
				}
			}
		}
	})
	if found == 0 || not == 0 {
		t.Error("nothing was tested")
	}
}

func TestAPartIsFoundInALabelAndNotBetweenThem(t *testing.T) {
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		s := model.NewStore()
		lists := rapid.SliceOfN(rapid.SliceOfN(formed(), 0, 4), 1, 20).Draw(t, "lists")
		part := parts(t, append(slices.Concat(lists...), "0", "<"))
		for _, rows := range []int{0, 1 << 20} {
			for i, got := range s.FindInLabels(part, lists, rows) {
				want := slices.ContainsFunc(lists[i], func(l string) bool { return strings.Contains(strings.ToLower(l), part) })
				if want {
					found++
				}
				if got != want {
					t.Fatalf("%d rows: that %q is in %q is held to be %v", rows, part, lists[i], got)
				}
			}
		}
	})
	if found == 0 {
		t.Error("nothing was tested")
	}
}

func TestTextsAreComparedAsTheyAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := model.NewStore()
		texts := rapid.SliceOfN(formed(), 1, 20).Draw(t, "texts")
		for _, a := range texts {
			for _, b := range texts {
				if got, want := s.CompareTexts(a, b), strings.Compare(a, b); got != want {
					t.Fatalf("%q and %q compare as %d, want %d", a, b, got, want)
				}
			}
		}
	})
}
