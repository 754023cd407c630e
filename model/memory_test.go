package model_test

import (
	"fmt"
	"runtime"
	"testing"

	"redrive/model"
)

// incident are messages as an incident leaves them, each step seconds after the one before: with ids as long as the service's, and much that they share.
func incident(from, n, step int) []model.Entry {
	entries := make([]model.Entry, n)
	for i := range entries {
		at := step * (from + i)
		entries[i] = message(at, status(500+at%5), labels(fmt.Sprint("release-", at%50)), func(e *model.Entry) {
			e.MessageID = fmt.Sprintf("msg_26hZCxZCuWyyTWPmSVBrNB882AMqLMqgMtpjeaL%016d", at)
			e.URL = fmt.Sprintf("https://api%d.acme.io/webhooks/orders", at%20)
			e.QueueName = fmt.Sprint("queue-", at%10)
			e.CallerIP = "203.0.113.7"
			e.Response = fmt.Sprintf("upstream connect error or disconnect/reset before headers. reset reason: connection failure, host %d", at%100)
			e.Cause = model.Cause{ID: model.CauseID(1 + at%7), Class: model.ClassTimeout, Text: "upstream connect error", Destination: e.URL}
		})
	}
	return entries
}

// heap is how much the rows of a list take of the heap.
func heap(rows int) (bytes uint64, l *model.Listing) {
	used := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := used()
	l = model.NewListing(model.NewStore(), account, model.Message)
	l.LoadAll()
	for at := 0; at < rows; at += model.PageSize {
		f, _ := l.Next(epoch)
		l.Apply(f, model.Page{Entries: incident(at, model.PageSize, 1), Next: fmt.Sprint(at)})
	}
	return used() - before, l
}

func TestARowTakesLittleMemory(t *testing.T) {
	const rows, most = 20_000, 250
	bytes, l := heap(rows)
	if l.Len() != rows {
		t.Fatalf("%d rows", l.Len())
	}
	if got := bytes / rows; got > most {
		t.Errorf("a row takes %d bytes of the heap, want at most %d", got, most)
	}
}

// BenchmarkMemory tells what a row of 100,000 takes of the heap.
func BenchmarkMemory(b *testing.B) {
	const rows = 100_000
	var bytes uint64
	for b.Loop() {
		var l *model.Listing
		bytes, l = heap(rows)
		runtime.KeepAlive(l)
	}
	b.ReportMetric(float64(bytes)/rows, "B/row")
}
