package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// lapseVariable names the file by which a process of this test goes by a clock of the test.
const lapseVariable = "REDRIVE_TEST_LAPSE"

// lapse is a clock that runs as fast as a test lets it: since real, when it stood at shown, it has run at speed.
type lapse struct {
	path string

	mu          sync.Mutex
	real, shown time.Time
	speed       float64
}

func newLapse(t *testing.T, shown time.Time) *lapse {
	t.Helper()
	l := &lapse{path: filepath.Join(t.TempDir(), "lapse"), real: time.Now(), shown: shown, speed: 1}
	l.run(t, 1)
	return l
}

func (l *lapse) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at(time.Now())
}

func (l *lapse) at(real time.Time) time.Time {
	return l.shown.Add(time.Duration(float64(real.Sub(l.real)) * l.speed))
}

// run lets the clock run so many times as fast as the real one, here and in the processes that follow it.
func (l *lapse) run(t *testing.T, speed float64) {
	t.Helper()
	l.set(t, 0, speed)
}

// jump sets the clock forward, or back.
func (l *lapse) jump(t *testing.T, by time.Duration) {
	t.Helper()
	l.set(t, by, l.speed)
}

func (l *lapse) set(t *testing.T, by time.Duration, speed float64) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.real, l.shown, l.speed = now, l.at(now).Add(by), speed
	line := fmt.Sprintln(l.real.UnixNano(), l.shown.UnixNano(), l.speed)
	if err := os.WriteFile(l.path+"~", []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(l.path+"~", l.path); err != nil {
		t.Fatal(err)
	}
}

// read is for the other process.
func (l *lapse) read() {
	line, err := os.ReadFile(l.path)
	if err != nil {
		return
	}
	var real, shown int64
	var speed float64
	if _, err := fmt.Sscan(string(line), &real, &shown, &speed); err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.real, l.shown, l.speed = time.Unix(0, real), time.Unix(0, shown), speed
}

// followLapse is the clock of a test in a process of its own.
func followLapse(path string) clock {
	const look = 2 * time.Millisecond
	l := &lapse{path: path}
	l.read()
	go func() {
		for range time.Tick(look) {
			l.read()
		}
	}()
	return clock{now: l.now, after: func(d time.Duration, f func() tea.Msg) tea.Cmd {
		return func() tea.Msg {
			for deadline := l.now().Add(d); ; {
				left := deadline.Sub(l.now())
				if left <= 0 {
					return f()
				}
				l.mu.Lock()
				speed := l.speed
				l.mu.Unlock()
				time.Sleep(min(time.Duration(float64(left)/speed)+50*time.Microsecond, look))
			}
		}
	}}
}
