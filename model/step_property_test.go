package model_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

func TestStepsAreReadWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := model.NewStore()
		r := model.NewStepReader(s, account)
		now, stored := epoch, 0
		answered, due := map[string]bool{}, map[string]bool{}
		var open *model.StepRead
		t.Repeat(map[string]func(*rapid.T){
			"store": func(t *rapid.T) {
				for range rapid.IntRange(1, 15).Draw(t, "runs") {
					s.Put(createdRun(stored))
					s.Put(message(stored))
					due[fmt.Sprintf("wfr_%d", stored)] = true
					stored++
				}
			},
			"next": func(t *rapid.T) {
				var first []model.Key
				if stored > 0 {
					for range rapid.IntRange(0, 12).Draw(t, "on the screen") {
						first = append(first, createdRun(rapid.IntRange(0, stored-1).Draw(t, "run")).Key)
					}
				}
				read, ok := r.Next(now, slices.Values(first))
				if !ok {
					if open == nil && len(due) > 0 && !now.Before(r.RetryAt()) {
						t.Fatalf("%d are due and not asked for", len(due))
					}
					return
				}
				if open != nil {
					t.Fatal("two calls at once")
				}
				open = &read
				if err := read.Log.Valid(); err != nil || !read.Log.Background {
					t.Fatal(err, read.Log)
				}
				if read.Log.Cursor == "" {
					for i, id := range runsOf(read) {
						if answered[id] || slices.Contains(runsOf(read)[:i], id) {
							t.Fatalf("%s is asked for again", id)
						}
					}
					seen := map[string]bool{}
					for _, k := range first {
						row, _ := s.Find(k)
						seen[s.At(row).WorkflowRunID] = true
					}
					for id := range seen {
						unseen := func(id string) bool { return !seen[id] }
						if due[id] && !slices.Contains(runsOf(read), id) && slices.ContainsFunc(runsOf(read), unseen) {
							t.Fatalf("%s is on the screen, and others are asked for: %v", id, runsOf(read))
						}
					}
				}
			},
			"answer": func(t *rapid.T) {
				if open == nil {
					t.Skip("no call")
				}
				p := model.LogPage{}
				for _, ref := range open.Log.Runs {
					if rapid.Bool().Draw(t, "told") {
						p.Runs = append(p.Runs, failedAt(ref, "charge"))
					}
				}
				if rapid.IntRange(0, 3).Draw(t, "more") == 0 {
					p.Next = fmt.Sprint(open.Number)
				}
				r.Apply(*open, p)
				for _, ref := range open.Log.Runs {
					var n int
					_, _ = fmt.Sscanf(ref.ID, "wfr_%d", &n)
					if _, state := r.Known(createdRun(n).Key); state != model.StepNotRead {
						answered[ref.ID] = true
						delete(due, ref.ID)
					}
				}
				open = nil
			},
			"fail": func(t *rapid.T) {
				if open == nil {
					t.Skip("no call")
				}
				r.Fail(*open, now, rapid.SampledFrom([]error{
					&model.ServerError{Status: 500}, &model.RateLimitedError{Until: now.Add(time.Second)}, &model.LostAnswerError{},
				}).Draw(t, "error"))
				open = nil
			},
			"take": func(*rapid.T) { r.Take() },
			"wait": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "seconds")) * time.Second)
			},
			"": func(t *rapid.T) {
				if r.Waiting() > len(answered) {
					t.Fatalf("%d wait of %d that were answered", r.Waiting(), len(answered))
				}
			},
		})
	})
}
