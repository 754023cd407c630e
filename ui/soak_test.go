package ui_test

import (
	"os"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"redrive/ui"
)

const (
	// soakMessages is how many messages the screen takes in the ordinary suite.
	soakMessages = 20_000
	// soakHeap is how much more heap may be in use at the end than after the start, in bytes: the rows of what arrived, and
	// the jobs, which are all kept, and the journal and the trash, which are in memory here.
	soakHeap = 96 << 20
)

// fromEnvironment is a number of the environment, or another when there is none.
func fromEnvironment(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// Everything that a person, the service, the line and the window can do, at random, for an hour of simulated time and more.
// After each message the frame and what it is drawn from are checked, and each request against what sheets were answered
// for. REDRIVE_SOAK_MESSAGES says how many messages, REDRIVE_SOAK_SEED begins with a seed that failed.
func TestAnHourOfEverythingAtRandom(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	messages := int(fromEnvironment(t, "REDRIVE_SOAK_MESSAGES", soakMessages)) / underRace
	seed := fromEnvironment(t, "REDRIVE_SOAK_SEED", 1)
	t.Chdir(t.TempDir()) // files are written
	others := goleak.IgnoreCurrent()
	begun := time.Now()
	var ran soakReport
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(start))
		s := newSoak(t, seed, messages)
		s.heap = heapInUse()
		for s.messages < messages || time.Since(start) < time.Hour {
			s.step()
		}
		ran = s.end()
	})
	if err := goleak.Find(others); err != nil {
		t.Errorf("seed %d: %v", seed, err)
	}
	t.Logf("seed %d: %d messages in %v of simulated time (%v); %d jobs of %d entries, %d writes, %d rows, heap %+.1f MB", seed,
		ran.messages, ran.simulated.Round(time.Second), time.Since(begun).Round(time.Millisecond), ran.jobs, ran.entries, ran.writes, ran.rows, float64(ran.heap)/(1<<20))
	if ran.heap > soakHeap && messages <= soakMessages {
		t.Errorf("seed %d: the heap grew by %d MB", seed, ran.heap>>20)
	}
}

// Messages that come twice, late, in any order, and for nothing at all, change nothing that cannot be.
func TestAnyMessageAtAnyTimeIsTaken(t *testing.T) {
	messages := int(fromEnvironment(t, "REDRIVE_SOAK_MESSAGES", 8_000)) / underRace
	seed := fromEnvironment(t, "REDRIVE_SOAK_SEED", 1)
	t.Chdir(t.TempDir())
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(start))
		s := newSoak(t, seed, hourOfMessages)
		s.wild, s.past = true, ui.ForNothing()
		for s.messages < messages {
			s.step()
		}
		s.finish()
	})
}

// heapInUse is what is in use once all that is not was collected.
func heapInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
