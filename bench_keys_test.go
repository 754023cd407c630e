//go:build linux

package main

import (
	"math/rand/v2"
	"slices"
	"time"
)

// settling is how long nothing must come until what was asked for counts as drawn.
const settling = 250 * time.Millisecond

// steady is the pace of keys: a held key, jittered so that it does not lock to a frame clock. typing is slower, so that
// what one letter causes is over before the next.
var (
	steady = func() time.Duration { return 30*time.Millisecond + rand.N(8*time.Millisecond) }
	typing = func() time.Duration { return 140*time.Millisecond + rand.N(20*time.Millisecond) }
	quick  = func() time.Duration { return 8 * time.Millisecond }
)

// stroke is one key, and what came until the next.
type stroke struct {
	at     time.Time
	chunks []chunk
}

// press sends keys at a pace, and returns what each led to. It waits for the end of the output before and after.
func (w *watched) press(pace func() time.Duration, keys ...string) []stroke {
	w.settle()
	strokes := make([]stroke, len(keys))
	from := make([]int, len(keys)+1)
	next := time.Now()
	for i, key := range keys {
		time.Sleep(time.Until(next))
		next = next.Add(pace())
		from[i] = w.count()
		strokes[i].at = time.Now()
		w.write(key)
	}
	time.Sleep(time.Until(next))
	w.settle()
	from[len(keys)] = w.count()
	for i := range strokes {
		strokes[i].chunks = w.between(from[i], from[i+1])
	}
	return strokes
}

// settle waits until nothing has come for a while.
func (w *watched) settle() {
	for n := -1; n != w.count(); {
		n = w.count()
		time.Sleep(settling)
	}
}

// cost is what keys of one sort cost.
type cost struct {
	keys, bytes, writes int
	silent              int // keys that nothing came for
	first, last         []time.Duration
	cpu                 time.Duration
}

func (c *cost) add(strokes []stroke) {
	for _, s := range strokes {
		c.keys++
		c.writes += len(s.chunks)
		for _, piece := range s.chunks {
			c.bytes += len(piece.data)
		}
		if len(s.chunks) == 0 {
			c.silent++
			continue
		}
		c.first = append(c.first, s.chunks[0].at.Sub(s.at))
		c.last = append(c.last, s.chunks[len(s.chunks)-1].at.Sub(s.at))
	}
}

// measured presses keys and adds what they cost, CPU time included.
func (c *cost) measured(w *watched, pace func() time.Duration, keys ...string) {
	w.settle()
	before := w.counted()
	c.add(w.press(pace, keys...))
	after := w.counted()
	cpu, _ := after.since(before)
	c.cpu += cpu
}

func (c *cost) perKey() float64 { return float64(c.bytes) / float64(max(c.keys, 1)) }

func (c *cost) cpuPerKey() time.Duration { return c.cpu / time.Duration(max(c.keys, 1)) }

// quantile is the smallest duration that part of all do not exceed.
func quantile(of []time.Duration, part float64) time.Duration {
	if len(of) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(of))
	return sorted[min(len(sorted)-1, int(part*float64(len(sorted))))]
}

func times(n int, keys ...string) []string { return slices.Repeat(keys, n) }
