package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"redrive/api/emulator"
)

// The rows of the benchmark: as many as a bad week leaves, no two of them alike, each nearly as wide as the screen. The program
// reads them from an emulator in a process of its own; the other programs read the same text from a file.

const (
	benchRows = 100_000
	// benchServes is the variable that makes a test binary the server of the benchmark: it is the number of rows.
	benchServes = "REDRIVE_BENCH_SERVES"
	// rowEvery is the time between two failures.
	rowEvery = 2100 * time.Millisecond
	// firstLabel marks the newest row, which is the first on the screen.
	firstLabel = "first-of-many"
)

var (
	rowStatuses = []int{503, 503, 429, 500, 502, 504, 400, 422, 404, 401}
	rowHosts    = []string{"api.acme.io", "partner.example", "hooks.shop.example", "eu.ledger.example"}
	rowPaths    = []string{"orders", "invoices", "customers", "shipments", "payouts", "refunds"}
	rowQueues   = []string{"billing-eu", "orders-us", "sync-slow", "webhooks", "payouts"}
	rowLabels   = []string{"release", "canary", "nightly", "backfill", "migrate"}
	rowAnswers  = []string{
		"upstream connect error %04x, reset before headers",
		"timeout after %d ms while reading the answer",
		"no healthy upstream in zone %04x",
		"rate limit %d exceeded, come back later",
		"unknown field coupon_%04x in the body",
		"connection %04x reset by peer",
	}
)

// benchRow is the row of a number, the newest first. The bodies are shared, so that the server does not need the memory
// that its client is measured by.
func benchRow(n int, newest time.Time, bodies [][]byte) emulator.Entry {
	random := rand.New(rand.NewPCG(uint64(n), 114))
	pick := func(of []string) string { return of[random.IntN(len(of))] }
	label := fmt.Sprintf("%s-%04d", pick(rowLabels), random.IntN(10_000))
	if n == 0 {
		label = firstLabel
	}
	e := emulator.Entry{
		FailedAt: newest.Add(-time.Duration(n) * rowEvery),
		URL:      fmt.Sprintf("https://%s/%s/%08d", pick(rowHosts), pick(rowPaths), random.IntN(100_000_000)),
		Header:   emulator.Header{"Content-Type": {"application/json"}, "User-Agent": {"Upstash-QStash"}, "X-Request-Id": {fmt.Sprintf("req_%012x", random.Uint64()>>16)}},
		CallerIP: "203.0.113." + strconv.Itoa(random.IntN(8)), MaxRetries: random.IntN(6),
		QueueName: fmt.Sprintf("%s-%d", pick(rowQueues), random.IntN(10)), Labels: []string{label},
		ResponseStatus: rowStatuses[random.IntN(len(rowStatuses))],
		ResponseHeader: emulator.Header{"Content-Type": {"text/plain"}, "Server": {"envoy"}},
		ResponseBody:   fmt.Appendf(nil, pick(rowAnswers), random.IntN(1<<16)),
	}
	if len(bodies) > 0 {
		e.Body = bodies[n%len(bodies)]
	}
	return e
}

// benchLine is a row as the program shows it in 120 columns: of today it shows the time only.
func benchLine(e emulator.Entry, now time.Time) string {
	at := e.FailedAt.UTC()
	when := at.Format("01-02 15:04:05")
	if at.Format(time.DateOnly) == now.UTC().Format(time.DateOnly) {
		when = at.Format("15:04:05")
	}
	destination := "POST " + strings.TrimPrefix(e.URL, "https://")
	return fmt.Sprintf("     %-14s  %-7d  %-32.32s  %-11.11s  %-13.13s  %3d  %-.23s",
		when, e.ResponseStatus, destination, e.QueueName, e.Labels[0], e.MaxRetries, e.ResponseBody)
}

// serveBench serves the rows until its standard input ends, which it does when the benchmark does, however that is.
func serveBench(rows int) {
	bodies := make([][]byte, 997)
	random := rand.New(rand.NewPCG(7, 7))
	for i := range bodies {
		bodies[i] = fmt.Appendf(nil, `{"event":"order.updated","orderId":"o_%d","lines":[`, i)
		for line := range 10 {
			bodies[i] = fmt.Appendf(bodies[i], `{"sku":"SKU-%05d","title":"Part no. %d","quantity":%d,"price":%d,"at":%d},`,
				random.IntN(100_000), random.IntN(1000), line, random.IntN(9000), random.Uint64())
		}
		bodies[i] = append(bodies[i], `{}]}`...)
	}
	server := emulator.New(emulator.Options{Seed: 1, BurstLimit: burstLimit})
	newest := time.Now().Add(-time.Minute)
	for n := rows - 1; n >= 0; n-- {
		server.Add(benchRow(n, newest, bodies))
	}
	runtime.GC() // or it takes a core from the first starts that are measured
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() { _ = (&http.Server{Handler: server}).Serve(listener) }()
	fmt.Printf("http://%s\n", listener.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// benchServer starts the server of the rows, and says where it is.
func benchServer(b testing.TB, rows int) (url string) {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), benchServes+"="+strconv.Itoa(rows))
	cmd.Stderr = os.Stderr
	life, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = life.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		b.Fatal("the server of the benchmark did not start")
	}
	return lines.Text()
}

// benchFile writes the same rows to a file.
func benchFile(b testing.TB, rows int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "rows.txt")
	newest := time.Now().Add(-time.Minute)
	var text strings.Builder
	for n := range rows {
		text.WriteString(benchLine(benchRow(n, newest, nil), newest))
		text.WriteByte('\n')
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// TestTheRowsOfTheBenchmarkAreTheSameInTheFileAndOnTheScreen holds the comparison together: the program and its peers
// must show the same text.
func TestTheRowsOfTheBenchmarkAreTheSameInTheFileAndOnTheScreen(t *testing.T) {
	newest := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	server := emulator.New(emulator.Options{Seed: 1, Retention: -1})
	for n := 39; n >= 0; n-- {
		server.Add(benchRow(n, newest, nil))
	}
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	s := begin(t, 120, 40, []string{"QSTASH_URL=" + listener.URL, "QSTASH_TOKEN=" + emulator.DefaultToken})
	s.shows(firstLabel)
	width := 0
	for n := range 34 {
		line := []rune(benchLine(benchRow(n, newest, nil), time.Now()))
		width += len(line)
		// The first cells are the cursor's; a cell that is cut ends in an ellipsis.
		for from, piece := range map[int]int{5: 14, 21: 3, 30: 31, 64: 10, 77: 12, 92: 3, 97: 22} {
			end := min(from+piece, len(line))
			s.shows(strings.TrimSpace(string(line[from:end])))
		}
	}
	if mean := width / 34; mean < 110 || mean > 120 {
		t.Errorf("a row is %d characters wide", mean)
	}
}
