package model_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"redrive/model"
)

func TestListStaysInItsOrderWhateverPagesCome(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(model.Kinds[:]).Draw(t, "kind")
		l := model.NewListing(model.NewStore(), account, kind)
		l.Resize(5)
		n := 0
		known := map[model.Key]bool{}
		for step := range rapid.IntRange(1, 8).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "sort") {
				s := model.Sorting{Order: rapid.SampledFrom(model.Orders(kind)).Draw(t, "order"), Reversed: rapid.Bool().Draw(t, "reversed")}
				was, there := l.Current()
				if !l.ApplyRebuilt(l.Sort(s).Run()) || l.Order() != s {
					t.Fatal("the order was not taken")
				}
				if now, _ := l.Current(); there && now.Key != was.Key {
					t.Fatal("the cursor left its entry")
				}
			}
			l.LoadAll()
			f, ok := l.Next(epoch)
			if !ok {
				t.Fatal("no page is asked for")
			}
			var page []model.Entry
			for range rapid.IntRange(0, 6).Draw(t, "entries") {
				n++
				e := message(rapid.IntRange(0, 40).Draw(t, "n"))
				e.Key.Kind = kind
				e.Status = rapid.SampledFrom([]int{0, 429, 503}).Draw(t, "status")
				e.QueueName = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "queue")
				e.Labels = []string{rapid.SampledFrom([]string{"x", "y"}).Draw(t, "label")}
				e.MaxRetries = rapid.IntRange(0, 3).Draw(t, "retries")
				e.FailureState = rapid.SampledFrom([]string{"", "CALLBACK_FAIL"}).Draw(t, "state")
				e.Response = rapid.SampledFrom([]string{"", "no", "yes"}).Draw(t, "response")
				page = append(page, e)
				known[e.Key] = true
			}
			l.Apply(f, model.Page{Entries: page, Next: string(rune('a' + step))})
			seen := map[model.Key]bool{}
			for i := range l.Len() {
				seen[l.At(i).Key] = true
			}
			if len(seen) != l.Len() || len(seen) != len(known) {
				t.Fatalf("%d rows of %d entries, %d are known", l.Len(), len(seen), len(known))
			}
		}
		rows := make([]*model.Entry, l.Len())
		for i := range rows {
			rows[i] = l.At(i)
		}
		again := slices.Clone(rows)
		if !l.ApplyRebuilt(l.Sort(l.Order()).Run()) {
			t.Fatal("refused")
		}
		for i := range again {
			if l.At(i).Key != again[i].Key {
				t.Fatalf("row %d stood out of order", i)
			}
		}
	})
}

func TestEveryOrderHasAName(t *testing.T) {
	for _, k := range model.Kinds {
		for _, o := range model.Orders(k) {
			if o.String() == "" {
				t.Errorf("order %d", o)
			}
		}
	}
}
