package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"redrive/ui/terminal/replay"
)

// What stands on the terminal after many small updates must be what the program means. What it means is what it draws
// when it has to draw everything: it does so when it is told that the size of the terminal changed. The odd entries are
// left out: vt10x does not know the widths of their characters.

// framesVariable says how many steps there are; few unless it is set.
const framesVariable = "REDRIVE_FRAME_STEPS"

// sessionSteps is how many steps one session with the program has.
const sessionSteps = 50

// quiet is how long no output must come until the frames of a step stand.
const quiet = 80 * time.Millisecond

// fading is longer than what is said on the screen stays there.
const fading = 7 * time.Second

// frameSteps are the steps: what moves, opens, types and marks. What writes is not confirmed. The help is closed at once: a
// resize takes it back to its top.
var frameSteps = [][]string{
	{"j"},
	{"j"},
	{"k"},
	{"j", "j", "j"},
	{"k", "k"},
	{"\x04"},
	{"\x15"},
	{"\x1b[6~"},
	{"\x1b[5~"},
	{"g"},
	{"G"},
	{"h"},
	{"l"},
	{"l"},
	{"]"},
	{"["},
	{"1"},
	{"2"},
	{"3"},
	{"4"},
	{"\t"},
	{"\r"},
	{"\x1b"},
	{"\x1b"},
	{"/"},
	{"5"},
	{"0"},
	{"e"},
	{"r"},
	{" "},
	{" "},
	{"v"},
	{"u"},
	{"s"},
	{"f"},
	{"?", "\x1b[6~", "\x1b"},
	{"n"},
	{"m"},
	{"i"},
	{"b"},
	{"\x7f"},
	{"R", "\x1b"},
	{"D", "\x1b"},
}

func TestTheTerminalShowsWhatTheProgramMeans(t *testing.T) {
	steps := 25
	if n, err := strconv.Atoi(os.Getenv(framesVariable)); err == nil {
		steps = n
	}
	for _, term := range []string{"xterm-256color", "screen", "linux", "vt100", "tmux-256color"} {
		t.Run(term, func(t *testing.T) {
			t.Parallel()
			for round := 0; round*sessionSteps < steps; round++ {
				// What is said on the screen goes away by itself, and may do so between the two looks. A step after which
				// something else stands is come to again, and that is waited for first.
				late := map[int]bool{}
				for {
					step, wrong := wrongFrame(t, term, round, min(sessionSteps, steps-round*sessionSteps), late)
					if wrong == "" {
						break
					}
					if late[step] {
						t.Fatal(wrong)
					}
					late[step] = true
				}
			}
		})
	}
}

// wrongFrame goes through the steps, and says what the first wrong frame is; empty when there is none. After some of the
// steps it waits until all that goes away by itself is gone.
func wrongFrame(t *testing.T, term string, round, steps int, late map[int]bool) (step int, wrong string) {
	t.Helper()
	s := begin(t, 100, 30, []string{"TERM=" + term}, "--demo", "--arrivals", "0", "--refresh", "0", "--no-journal", "--messages", "500", "--workflows", "60", "--odd", "0")
	defer func() { _ = s.cmd.Process.Kill() }()
	s.calm(quiet)
	s.write("a")
	s.calm(quiet)
	random := rand.New(rand.NewPCG(uint64(len(term)), uint64(round)))
	var pressed []string
	for n := range steps {
		for _, key := range frameSteps[random.IntN(len(frameSteps))] {
			pressed = append(pressed, key)
			s.write(key)
			s.calm(quiet)
		}
		if late[n] {
			s.calm(fading)
		}
		from := len(s.raw())
		if err := s.cmd.Process.Signal(syscall.SIGWINCH); err != nil {
			t.Fatal(err)
		}
		s.await("everything to be drawn", func(string) bool { return strings.Contains(string(s.output[from:]), replay.EraseAll) })
		s.calm(quiet)
		raw := s.raw()
		from += strings.Index(raw[from:], replay.EraseAll)
		if shows, means := replay.Cells(raw[:from], 100, 30), replay.Cells(raw[from:], 100, 30); shows != means {
			return n, fmt.Sprintf("%s: after %q this stands, and not that:\n%s", term, pressed, replay.Differences(shows, means))
		}
	}
	return 0, ""
}

// calm waits until no output has come for a while.
func (s *session) calm(pause time.Duration) {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	for had := -1; had != len(s.raw()); {
		had = len(s.raw())
		if time.Now().After(deadline) {
			s.t.Fatal("the output does not end")
		}
		s.mu.Lock()
		over := time.AfterFunc(pause, s.changed.Broadcast)
		s.changed.Wait()
		s.mu.Unlock()
		over.Stop()
	}
}
