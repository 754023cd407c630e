package model_test

import (
	"fmt"
	"testing"

	"redrive/model"
)

func TestEveryKeyLeadsToItsNewestRowHoweverManyThereAre(t *testing.T) {
	const keys = 5000
	s := model.NewStore()
	newest := map[model.Key]model.Row{}
	for n := range 3 * keys {
		e := message(n%keys/2*2, func(e *model.Entry) { e.Response, e.URL = fmt.Sprint("try ", n/keys), fmt.Sprint("https://a.io/", n) })
		row, _ := s.Put(e)
		newest[e.Key] = row
		if n%97 != 0 && n < 3*keys-1 {
			continue
		}
		for k, want := range newest {
			if got, known := s.Find(k); !known || got != want {
				t.Fatalf("after %d, %v leads to row %d (%v), want %d", n, k, got, known, want)
			}
		}
		if _, known := s.Find(key(-1 - n)); known {
			t.Fatal("a key that was never put in is found")
		}
	}
	if got := s.Count(model.Message); got != len(newest) {
		t.Errorf("%d entries, want %d", got, len(newest))
	}
}

func TestWhatDoesNotFitAPieceIsKeptAsItIs(t *testing.T) {
	s := model.NewStore()
	for length := range 300 {
		e := message(length, func(e *model.Entry) {
			e.URL = "https://a.io/" + fmt.Sprintf("%0*d", 13*length, length)
			e.Labels = []string{fmt.Sprintf("%0*d", 11*length, length), "", "x"}
			e.MessageID = fmt.Sprintf("msg_%0*d", 17*length, length)
		})
		row, _ := s.Put(e)
		if got := s.At(row); got.URL != e.URL || got.MessageID != e.MessageID || fmt.Sprint(got.Labels) != fmt.Sprint(e.Labels) {
			t.Fatalf("of length %d: %+v", length, got)
		}
	}
}
