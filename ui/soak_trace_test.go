package ui_test

import (
	"bufio"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// soakTrace is written as a run goes on: a line for each message with a digest of the frame after it, and for each request and
// each answer, with the simulated time. Two runs of one seed have the same, so where two traces differ is where the runs part.
// A nil one takes nothing.
type soakTrace struct {
	mu sync.Mutex
	to io.Writer
	at time.Duration
	// beside is what goroutines did at that moment: in no order, and written in one.
	beside []string
}

// traceFromEnvironment is the trace in the file that REDRIVE_SOAK_TRACE and the seed name; nil when nothing is to be traced.
func traceFromEnvironment(t *testing.T, seed string) *soakTrace {
	t.Helper()
	name := os.Getenv("REDRIVE_SOAK_TRACE")
	if name == "" {
		return nil
	}
	if !filepath.IsAbs(name) {
		t.Fatalf("REDRIVE_SOAK_TRACE is %q, which does not begin at the root", name)
	}
	f, err := os.Create(name + "." + seed)
	if err != nil {
		t.Fatal(err)
	}
	b := bufio.NewWriter(f)
	trace := &soakTrace{to: b}
	t.Cleanup(func() {
		trace.end()
		if err := b.Flush(); err != nil {
			t.Error(err)
		}
		_ = f.Close()
	})
	return trace
}

// message takes note of a message, and of the frame after it.
func (t *soakTrace) message(n int, says, frame string) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now()
	t.write(fmt.Sprintf("%d %s %016x", n, says, digest(frame)))
}

// request takes note of what a goroutine beside the program does.
func (t *soakTrace) request(format string, args ...any) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now()
	t.beside = append(t.beside, fmt.Sprintf(format, args...))
}

func (t *soakTrace) now() {
	if at := time.Since(start); at != t.at {
		t.end()
		t.at = at
	}
}

// end writes what is still to be written.
func (t *soakTrace) end() {
	slices.Sort(t.beside)
	for _, line := range t.beside {
		t.write(line)
	}
	t.beside = nil
}

func (t *soakTrace) write(line string) { _, _ = fmt.Fprintf(t.to, "%-16v %s\n", t.at, line) }

func digest(s string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, s)
	return h.Sum64()
}
