package ui_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/keymap"
	"redrive/ui"
)

// manyShown is a screen with all of many messages loaded, no two of them alike, as the service has them.
func manyShown(b *testing.B, rows int) *ui.Model {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 114))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	s := emulator.New(emulator.Options{Seed: 1, BurstLimit: 1 << 20, Clock: func() time.Time { return start }})
	for n := rows - 1; n >= 0; n-- {
		answer := pick("upstream connect error %04x, reset before headers", "timeout after %d ms while reading the answer",
			"no healthy upstream in zone %04x", "rate limit %d exceeded, come back later", "unknown field coupon_%04x in the body")
		s.Add(emulator.Entry{
			FailedAt: start.Add(-time.Duration(n+1) * 2100 * time.Millisecond), Body: []byte(`{"id":1}`), CallerIP: fmt.Sprint("203.0.113.", random.IntN(8)),
			URL:       fmt.Sprintf("https://%s/%s/%08d", pick("api.acme.io", "partner.example", "hooks.shop.example"), pick("orders", "invoices", "refunds"), random.IntN(100_000_000)),
			QueueName: fmt.Sprint(pick("billing-eu-", "orders-us-", "payouts-"), random.IntN(10)), Labels: []string{fmt.Sprintf("%s-%04d", pick("release", "canary", "nightly"), random.IntN(10_000))},
			ResponseStatus: []int{503, 503, 429, 500, 502, 404}[random.IntN(6)], ResponseBody: fmt.Appendf(nil, answer, random.IntN(1<<16)),
		})
	}
	service := struct{ http.RoundTripper }{s.Transport()}
	client, err := api.New(api.Config{URL: "http://localhost", Token: emulator.DefaultToken, DLQ: "test", Transport: &service})
	if err != nil {
		b.Fatal(err)
	}
	m := ui.New(ui.Options{
		Backend: client, DLQ: "test", Bodies: client, Now: func() time.Time { return start }, Zone: time.UTC,
		After: func(time.Duration, func() tea.Msg) tea.Cmd { return nil }, NewOperation: func() string { return "redrive-0badcafe" },
	})
	carryOut(m, m.Init())
	sent(m, tea.WindowSizeMsg{Width: 120, Height: 40})
	sent(m, keyPress(keymap.For(keymap.LoadAll).Key.Keys()[0]))
	service.RoundTripper = nil // its memory is not that of the program
	return m
}

// sent gives the screen a message and carries out what comes of it, until the last frame is made.
func sent(m *ui.Model, msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			carryOut(m, c)
		}
	default:
		_, cmd := m.Update(msg)
		m.View()
		carryOut(m, cmd)
	}
}

func carryOut(m *ui.Model, cmd tea.Cmd) {
	if cmd != nil {
		sent(m, cmd())
	}
}

// processor is the time that the program has had on all cores.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkFilterTyped is what a letter of the filter costs, from the key to the frame with all that matches of 100,000 rows,
// without the terminal. Each line is typed again and again, by a program that does not know it any more. The worst letter is the
// one whose median is; its time is less disturbed by what else runs than that of few in a hundred.
func BenchmarkFilterTyped(b *testing.B) {
	m := manyShown(b, 100_000)
	for _, line := range []string{
		"timeout", "zzzzzzz", "canary-4", "eu-7 -zone", "-timeou", "queue:billing-eu-7 503", "url:partner.example/ord", "status:503 label:canary-0042 x",
		"response:connect", "since:20h rate", "id:msg_26hZ", "class:timeout",
	} {
		b.Run(strings.ReplaceAll(line, " ", "_"), func(b *testing.B) {
			var times, costs []time.Duration
			letters := make([][]time.Duration, len(line))
			var memory, allocations uint64
			measured := func(i int) {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				used, begun := processor(), time.Now()
				sent(m, keyPress(strings.ReplaceAll(line[i:i+1], " ", "space")))
				took := time.Since(begun)
				costs = append(costs, processor()-used)
				runtime.ReadMemStats(&after)
				times, letters[i] = append(times, took), append(letters[i], took)
				memory, allocations = memory+after.TotalAlloc-before.TotalAlloc, allocations+after.Mallocs-before.Mallocs
			}
			sent(m, keyPress(keymap.For(keymap.EditFilter).Key.Keys()[0]))
			for b.Loop() {
				for i := range 20 {
					sent(m, keyPress("ctrl+u"))
					sent(m, tea.PasteMsg{Content: fmt.Sprint("id:another-", i)})
				}
				sent(m, keyPress("ctrl+u"))
				for i := range line {
					measured(i)
				}
			}
			sent(m, keyPress("esc"))
			n := len(times)
			worst, sum := time.Duration(0), time.Duration(0)
			for _, l := range append(letters, times, costs) {
				slices.Sort(l)
			}
			for _, l := range letters {
				worst = max(worst, l[len(l)/2])
			}
			for _, c := range costs {
				sum += c
			}
			ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(ms(letters[0][len(letters[0])/2]), "first-ms")
			b.ReportMetric(ms(worst), "worst-letter-ms")
			b.ReportMetric(ms(times[n/2]), "p50-ms")
			b.ReportMetric(ms(times[n*99/100]), "p99-ms")
			b.ReportMetric(ms(sum)/float64(n), "CPU-ms/letter")
			b.ReportMetric(ms(costs[n*99/100]), "p99-CPU-ms")
			b.ReportMetric(float64(memory)/float64(n)/1024, "KB/letter")
			b.ReportMetric(float64(allocations)/float64(n), "allocs/letter")
		})
	}
}
