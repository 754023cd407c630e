package model_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"redrive/model"
)

const many = 100_000

func manyMessages() []model.Entry { return incident(0, many, 2) }

// BenchmarkRebuild is what a key in the filter costs until the result is complete.
func BenchmarkRebuild(b *testing.B) {
	l := loaded(b, 50, manyMessages()...)
	for name, line := range map[string]string{
		"everything": "",
		"field":      "status:503 -label:release-3",
		"word":       "reset reason",
		"rare word":  "nowhere to be found",
		"letter":     "e",
		"no letter":  "q",
		"part":       "url:api7.acme",
		"status":     "status:5xx",
		"response":   "response:reset",
		"cause":      "class:timeout",
		"id":         "id:nothing",
		"since":      "since:2020-01-01T00:00:00Z",
	} {
		b.Run(name, func(b *testing.B) {
			work := l.Refilter(filter(b, line), false)
			var times []time.Duration
			b.ReportAllocs()
			for b.Loop() {
				begun := time.Now()
				work.Run()
				times = append(times, time.Since(begun))
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkSort is what another order costs until the rows stand in it. Keys are taken meanwhile.
func BenchmarkSort(b *testing.B) {
	l := loaded(b, 50, manyMessages()...)
	for _, o := range model.Orders(model.Message) {
		b.Run(o.String(), func(b *testing.B) {
			work := l.Sort(model.Sorting{Order: o, Reversed: true})
			b.ReportAllocs()
			for b.Loop() {
				work.Run()
			}
		})
	}
}

// BenchmarkApplyPage measures a page of unknown entries. The list is made anew now and then, so that it hardly grows.
func BenchmarkApplyPage(b *testing.B) {
	entries := manyMessages()
	for name, place := range map[string]func(n int) int{
		"older":   func(n int) int { return -1 - n },
		"between": func(n int) int { return 2*(n%many) + 1 },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var l *model.Listing
			page := make([]model.Entry, model.PageSize)
			for n := 0; b.Loop(); n++ {
				b.StopTimer()
				if n%200 == 0 {
					l = model.NewListing(model.NewStore(), account, model.Message)
					arrive(b, l, "2", entries...)
					l.LoadAll()
				}
				for i := range page {
					page[i] = message(place(997 * (n%200*model.PageSize + i)))
				}
				f, _ := l.Next(epoch)
				b.StartTimer()
				l.Apply(f, model.Page{Entries: page, Next: fmt.Sprint(n)})
			}
		})
	}
}

func BenchmarkTakeIn(b *testing.B) {
	l := loaded(b, 50, manyMessages()...)
	b.ReportAllocs()
	for b.Loop() {
		l.TakeInWithout(nil)
	}
}
