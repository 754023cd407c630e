package ui_test

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

const (
	// soakMessages is how many messages the screen takes in the ordinary suite, soakEach how many of them in one run: it is
	// its hour.
	soakMessages = 100_000
	soakEach     = 25_000
	// wildMessages is how many come at any time in the ordinary suite, wildEach how many of them in one run.
	wildMessages = 20_000
	wildEach     = 10_000
	// tracedMessages is how many come in a run that is made twice.
	tracedMessages = 8_000
	// soakHeap is how much more heap may be in use at the end of an hour than at its start, in bytes: the rows of what arrived,
	// the jobs, which are all kept, and as much again for the run beside it.
	soakHeap = 96 << 20
)

// fromEnvironment is a number of the environment, or another when there is none.
func fromEnvironment(t *testing.T, name string, otherwise int) int {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q", name, s)
	}
	return n
}

// soakRuns makes runs with seeds of their own, several beside each other, until there were enough messages.
// REDRIVE_SOAK_MESSAGES says how many those are, REDRIVE_SOAK_EACH how many of them in one run, REDRIVE_SOAK_SEED makes only
// the run with that seed, and REDRIVE_SOAK_TRACE names a file to which each run, by its seed, writes what happened.
func soakRuns(t *testing.T, messages, each int, run func(t *testing.T, seed uint64, messages int, again string)) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	messages = fromEnvironment(t, "REDRIVE_SOAK_MESSAGES", messages) / underRace
	each = min(fromEnvironment(t, "REDRIVE_SOAK_EACH", each), messages)
	first, last := 1, (messages+each-1)/each
	if seed := fromEnvironment(t, "REDRIVE_SOAK_SEED", 0); seed > 0 {
		first, last = seed, seed
	}
	t.Chdir(memoryFolder(t))           // files are written
	garbage := debug.SetGCPercent(400) // there is much of it, and little that stays
	others := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		debug.SetGCPercent(garbage)
		if err := goleak.Find(others); err != nil {
			t.Error(err)
		}
	})
	name := t.Name()
	for seed := first; seed <= last; seed++ {
		again := fmt.Sprintf("REDRIVE_SOAK_SEED=%d REDRIVE_SOAK_EACH=%d go test ./ui -run '^%s$'", seed, each, name)
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			if err := os.MkdirAll(strconv.Itoa(seed), 0o700); err != nil {
				t.Fatal(err)
			}
			run(t, uint64(seed), each, again)
		})
	}
}

// memoryFolder is a folder of which the files are in memory, where there is such a place: each line of a journal is waited for
// until it is safe. Its name, which the screen shows, is the same each time unless others run.
func memoryFolder(t *testing.T) string {
	for n := range 100 {
		folder := fmt.Sprintf("/dev/shm/redrive-soak-%02d", n)
		if os.Mkdir(folder, 0o700) == nil {
			t.Cleanup(func() { _ = os.RemoveAll(folder) })
			return folder
		}
	}
	return t.TempDir()
}

// Everything that a person, the service, the line and the window can do, at random, for an hour of simulated time each, in
// which the program is left, killed and started again. After each message the frame and what it is drawn from are checked, and
// each request against what sheets were answered for.
func TestAnHourOfEverythingAtRandom(t *testing.T) {
	soakRuns(t, soakMessages, soakEach, func(t *testing.T, seed uint64, messages int, again string) {
		begun := time.Now()
		var ran soakReport
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(start))
			s := newSoak(t, seed, messages, again)
			s.heap = heapInUse()
			for s.messages < messages || time.Since(start) < time.Hour {
				s.step()
			}
			ran = s.end()
		})
		t.Logf("%d messages in %v of simulated time (%v); %d programs, %d jobs of %d entries, %d writes, %d rows, heap %+.1f MB",
			ran.messages, ran.simulated.Round(time.Second), time.Since(begun).Round(time.Millisecond), ran.programs, ran.jobs, ran.entries, ran.writes, ran.rows, float64(ran.heap)/(1<<20))
		if ran.heap > soakHeap && messages <= soakEach {
			t.Errorf("the heap grew by %d MB, again by %s", ran.heap>>20, again)
		}
	})
}

func TestASeedLeadsToTheSameRunEachTime(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	const seed = 3
	t.Chdir(memoryFolder(t))
	var traces [2][]string
	for i := range traces {
		if err := os.Mkdir(strconv.Itoa(seed), 0o700); err != nil {
			t.Fatal(err)
		}
		var written strings.Builder
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(start))
			s := newSoak(t, seed, hourOfMessages, "the same test", func(s *soak) { s.world.trace = &soakTrace{to: &written} })
			for s.messages < tracedMessages/underRace {
				s.step()
			}
			s.finish()
			s.world.trace.end()
		})
		traces[i] = strings.Split(written.String(), "\n")
		if err := os.RemoveAll(strconv.Itoa(seed)); err != nil {
			t.Fatal(err)
		}
	}
	for i, line := range traces[0] {
		if i >= len(traces[1]) || traces[1][i] != line {
			t.Fatalf("the runs part at line %d:\n%s\nand\n%s", i+1, strings.Join(traces[0][max(0, i-10):i+1], "\n"), strings.Join(traces[1][min(i, len(traces[1])):min(i+1, len(traces[1]))], "\n"))
		}
	}
	whole := strings.Join(traces[0], "\n")
	for _, what := range []string{" POST ", "429 Too Many", "no answer"} {
		if underRace == 1 && !strings.Contains(whole, what) {
			t.Errorf("the run shows too little: nothing in it is %q", what)
		}
	}
}

// Messages that come twice, late, in any order, and for nothing at all, change nothing that cannot be.
func TestAnyMessageAtAnyTimeIsTaken(t *testing.T) {
	soakRuns(t, wildMessages, wildEach, func(t *testing.T, seed uint64, messages int, again string) {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(start))
			s := newSoak(t, seed, hourOfMessages, again, func(s *soak) { s.wild = true })
			for s.messages < messages {
				s.step()
			}
			s.finish()
		})
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
