//go:build linux

package main

import (
	"fmt"
	"strings"
	"time"
)

// score is a row of the scorecard. The limit is what physics and the frame clock allow.
type score struct {
	metric, how, limit, target, measured string
	met                                  bool
}

// scorecard holds the program to its targets.
func (r *report) scorecard() string {
	var f *figures
	for _, of := range r.all {
		if of.program.name == "redrive" {
			f = of
		}
	}
	if f == nil {
		return ""
	}
	const millisecond = time.Millisecond
	scores := []score{
		{"bytes a cursor move", "300 `j`", "5 with a marker, 58 with a cell", "<= 90", f.move.bytesCell(), (f.move.perKey() <= 90)},
		{"bytes a scrolled row", "200 `j` at the bottom", "about 125", "<= 195", f.scroll.bytesCell(), (f.scroll.perKey() <= 195)},
		{"bytes a page", "60 page downs", "about 3,850", "<= 3,900", f.page.bytesCell(), (f.page.perKey() <= 3900)},
		{
			"key to frame, p50 / p99", "move, jittered keys", "4.2 / 8.3 + 1 ms at 120 frames a second", "<= 6 / 10 ms", pair(f.move.first),
			(quantile(f.move.first, 0.5) <= 6*millisecond && quantile(f.move.first, 0.99) <= 10*millisecond),
		},
		{
			"the same while all pages load, p50 / p99", fmt.Sprintf("until the frame with the cursor on its row; %.0f pages a second came, at %.0f %% of a core", f.loadingPages, 100*f.loadingCPU),
			"as above", "p99 <= 13 ms", pair(f.loadingShown), (quantile(f.loadingShown, 0.99) <= 13*millisecond),
		},
		{
			"the same on a terminal that answers nothing", "100 `j` and `k`", "as above", "<= 6 / 10 ms", pair(f.silent.first),
			(quantile(f.silent.first, 0.5) <= 6*millisecond && quantile(f.silent.first, 0.99) <= 10*millisecond),
		},
		{"start to the first rows", fmt.Sprintf("exec to frame, %d runs, p50", startRuns), "3 ms and one frame, 11", "<= 15 ms", short(quantile(f.starts, 0.5)) + " ms", (quantile(f.starts, 0.5) <= 15*millisecond)},
		{"the same on a terminal that answers nothing", fmt.Sprintf("%d runs, p50", startRuns), "as above", "<= 25 ms", short(quantile(f.silentStarts, 0.5)) + " ms", (quantile(f.silentStarts, 0.5) <= 25*millisecond)},
		{
			"resident memory, all rows loaded", fmt.Sprintf("without bodies (`--memory 1`); with those that `--memory 64` keeps %.1f MB, at its largest %.1f MB", float64(f.memory)/1e6, float64(f.peak)/1e6),
			"60 B a row", "<= 40 MB", fmt.Sprintf("%.1f MB", float64(f.memoryLeast)/1e6), (f.memoryLeast <= 40e6),
		},
		{"CPU a key", "scroll, all threads, the time between keys included", "0.5 ms", "<= 1.2 ms", short(f.scroll.cpuPerKey()) + " ms", (f.scroll.cpuPerKey() <= 1200*time.Microsecond)},
		{
			"idle for 10 s", "bytes, CPU", "0 B", "0 B, <= 5 ms/s", fmt.Sprintf("%d B, %s ms/s, %.0f wake-ups/s", f.idleBytes, short(f.idleCPU/10), float64(f.idleSwitches)/idleTime.Seconds()),
			(f.idleBytes == 0 && f.idleCPU <= 5*10*millisecond),
		},
		{
			"a filter over all rows, a letter, p50 / p99", "until the last byte; 20 words of 7 letters", "2 ms and one frame", "p99 <= 15 ms", pair(f.filter.last),
			(quantile(f.filter.last, 0.99) <= 15*millisecond),
		},
	}
	if f.lag > 0 {
		scores = append(scores,
			score{"lag after a key held 6.6 s", "ssh, 100 ms of round trip, 256 kbit/s", "the round trip", "<= 120 ms", short(f.lag) + " ms", (f.lag <= 120*millisecond)},
			score{
				"start over ssh, more than `ssh host echo`", fmt.Sprintf("100 ms of round trip, %d runs, the best of each", remoteRuns), "one frame", "<= 25 ms", f.remoteExtra() + " ms",
				f.remoteMore() <= 25*millisecond,
			})
	}
	if r.view != nil && r.page != nil && r.standard != nil {
		view, allocs := metric(r.view, "ns/op")/1e3, metric(r.view, "allocs/op")
		page, pageAllocs := metric(r.standard, "ns/op")/metric(r.page, "ns/op"), metric(r.page, "allocs/op")
		scores = append(scores,
			score{"`View`, 100,000 rows", "`go test -bench View ./ui`", "3 µs", "<= 50 µs, <= 20 allocations", fmt.Sprintf("%.0f µs, %.0f", view, allocs), (view <= 50 && allocs <= 20)},
			score{
				"a page of 100 messages, 550 KB, to rows", "`go test -bench Page ./api`, beside encoding/json", "9 times (sonic)", ">= 2.5 times as fast, <= 400 allocations",
				fmt.Sprintf("%.1f times, %.0f", page, pageAllocs), (page >= 2.5 && pageAllocs <= 400),
			})
	}
	var b strings.Builder
	b.WriteString("| of redrive | how | limit | target | measured | met |\n|---|---|---|---|---|---|\n")
	for _, s := range scores {
		met := "no"
		if s.met {
			met = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", s.metric, s.how, s.limit, s.target, s.measured, met)
	}
	return b.String()
}
