//go:build linux

package main

import (
	"context"
	"strings"
	"testing"
	"time"
)

const (
	startRuns = 20
	idleTime  = 10 * time.Second
)

// figures are what was measured of one program.
type figures struct {
	program benchProgram
	version string

	starts, silentStarts        []time.Duration
	move, scroll, page, filter  cost
	loading, silent             cost
	loadingShown                []time.Duration
	loadingPages, loadingCPU    float64 // pages a second, cores
	idleBytes, idleSwitches     int
	idleCPU                     time.Duration
	memory, peak                int
	memoryLeast                 int // with the least room for bodies
	lag                         time.Duration
	lagBytes                    int
	remoteStarts, remoteNothing []time.Duration
}

// begin starts the program, and waits for its rows.
func (p benchProgram) begin(ctx context.Context, b testing.TB, answers bool) (w *watched, took time.Duration) {
	b.Helper()
	w = watch(ctx, b, answers, p.env, p.stdin, p.args...)
	at := w.await("the rows", patience, func(screen string) bool { return strings.Contains(screen, p.first) })
	return w, at.Sub(w.began)
}

// start measures how long it takes from exec until the rows are on the screen. The first two runs warm the caches.
func (p benchProgram) start(ctx context.Context, b testing.TB, answers bool) []time.Duration {
	b.Helper()
	var took []time.Duration
	for n := range startRuns + 2 {
		w, d := p.begin(ctx, b, answers)
		w.stop()
		if n >= 2 {
			took = append(took, d)
		}
	}
	return took
}

// measure is one session with a program: everything that is measured on this machine.
func (p benchProgram) measure(ctx context.Context, b testing.TB) *figures {
	b.Helper()
	f := &figures{program: p, version: p.version()}
	f.starts = p.start(ctx, b, true)
	w, _ := p.begin(ctx, b, true)
	if p.load != "" {
		f.load(w)
	}
	if p.loaded != "" {
		w.await("all rows", loadPatience, func(screen string) bool { return strings.Contains(screen, p.loaded) })
	}
	if p.cursor {
		w.press(quick, times(3, p.down, p.up)...)
		for range 10 {
			f.move.measured(w, steady, times(30, p.down)...)
			w.press(quick, times(30, p.up)...)
		}
		w.press(quick, times(benchHeight+5, p.down)...)
	}
	f.scroll.measured(w, steady, times(200, p.down)...)
	if p.page != "" {
		f.page.measured(w, steady, times(60, p.page)...)
	}
	f.idle(w)
	f.memory, _ = w.memory()
	if p.words != "" {
		for word := range strings.SplitSeq(p.words, ",") {
			w.press(quick, p.open)
			f.filter.measured(w, typing, strings.Split(word, "")...)
			w.press(typing, p.leave)
		}
	}
	_, f.peak = w.memory()
	w.stop()
	return f
}

// more is what is measured of redrive alone: a terminal that never answers, and the least room for bodies.
func (f *figures) more(ctx context.Context, b testing.TB) {
	b.Helper()
	p := f.program
	f.silentStarts = p.start(ctx, b, false)
	w, _ := p.begin(ctx, b, false)
	f.silent.measured(w, steady, times(100, p.down, p.up)...)
	w.stop()

	p.args = append(p.args, "--memory", "1")
	w, _ = p.begin(ctx, b, true)
	w.write(p.load)
	w.await("all rows", loadPatience, func(screen string) bool { return strings.Contains(screen, p.loaded) })
	w.press(quick, times(30, p.down, p.up)...)
	time.Sleep(idleTime)
	f.memoryLeast, _ = w.memory()
	w.stop()
}

// idle measures what the program does while nothing happens.
func (f *figures) idle(w *watched) {
	w.settle()
	before, from := w.counted(), w.count()
	time.Sleep(idleTime)
	cpu, switches := w.counted().since(before)
	f.idleCPU, f.idleSwitches = cpu, switches
	for _, c := range w.between(from, w.count()) {
		f.idleBytes += len(c.data)
	}
}

// walk is how far the cursor goes down, and then up again, while rows are loaded.
const walk = 25

// load presses keys while all rows are loaded, and looks for the frame in which the cursor stands where it should: the
// first that comes may be the loader's.
func (f *figures) load(w *watched) {
	p := f.program
	w.settle()
	screen := w.shown()
	before, from := w.counted(), w.count()
	w.write(p.load)
	var sent []time.Time
	var rows []int // where the cursor stands after each key
	at := 0
	for deadline := time.Now().Add(loadPatience); !strings.Contains(screen, p.loaded) && time.Now().Before(deadline); screen = w.shown() {
		for range 10 {
			time.Sleep(steady())
			key := p.down
			at++
			if len(sent)%(2*walk) >= walk {
				key = p.up
				at -= 2
			}
			rows = append(rows, at)
			sent = append(sent, time.Now())
			w.write(key)
		}
	}
	after := w.counted()
	w.settle()
	f.loading.keys = len(sent)
	f.loadingShown = whenShown(w, from, sent, rows)
	f.loading.silent = len(sent) - len(f.loadingShown)
	cpu, _ := after.since(before)
	seconds := after.at.Sub(before.at).Seconds()
	f.loadingPages = float64(benchRows) / 100 / seconds
	f.loadingCPU = cpu.Seconds() / seconds
}

// whenShown draws the screen again from its beginning, outside the time that is measured, and finds how long after each
// key the cursor stood on its row, or on that of the next key when one frame showed both.
func whenShown(w *watched, from int, sent []time.Time, rows []int) (took []time.Duration) {
	type frame struct {
		at  time.Time
		row int
	}
	cursor := func(screen string) int { return strings.Count(screen[:max(0, strings.Index(screen, "▸"))], "\n") }
	again := newScreen()
	for _, c := range w.between(0, from) {
		_, _ = again.Write(c.data)
	}
	top := cursor(again.String())
	var frames []frame
	for _, c := range w.between(from, w.count()) {
		_, _ = again.Write(c.data)
		frames = append(frames, frame{c.at, cursor(again.String()) - top})
	}
	next := 0
	for i, at := range sent {
		for next < len(frames) && frames[next].at.Before(at) {
			next++
		}
		for _, f := range frames[next:] {
			both := i+1 < len(sent) && f.at.After(sent[i+1]) && f.row == rows[i+1] && (i == 0 || rows[i+1] != rows[i-1])
			if f.row == rows[i] || both {
				took = append(took, f.at.Sub(at))
				break
			}
		}
	}
	return took
}
