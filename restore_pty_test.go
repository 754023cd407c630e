package main

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"

	"redrive/api/emulator"
	"redrive/ui/text/hostile"
)

const (
	// panicVariable says where a process of these tests panics, at the key that nothing has.
	panicVariable = "REDRIVE_TEST_PANIC"
	panicKey      = "\x1bP"
	// restoreTime is how long the terminal may take to be as it was.
	restoreTime = 200 * time.Millisecond
	leftScreen  = "\x1b[?1049l"
	// onceMore is of an end that is asked for again once the screen was left, as by a key that is pressed twice.
	onceMore = ", and a key pressed twice"
)

// panicking is a screen with a mistake in it.
type panicking struct {
	tea.Model
	where string
	now   bool
}

func mistake() { panic("mistake: \x1b]0;owned\x07 Bearer " + os.Getenv("QSTASH_TOKEN")) }

func (p *panicking) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if key, ok := msg.(tea.KeyPressMsg); ok && key.String() == "alt+P" || ok && key.String() == "alt+shift+p" {
		switch p.where {
		case "update":
			mistake()
		case "view":
			p.now = true
		case "command":
			return p, func() tea.Msg { mistake(); return nil }
		case "batch":
			return p, tea.Batch(func() tea.Msg { return nil }, func() tea.Msg { mistake(); return nil })
		}
		return p, nil
	}
	next, cmd := p.Model.Update(msg)
	p.Model = next
	return p, cmd
}

func (p *panicking) View() tea.View {
	if p.now {
		mistake()
	}
	return p.Model.View()
}

// isCooked tells whether the terminal echoes and edits lines, as a shell left it.
func (s *session) isCooked() bool {
	s.t.Helper()
	conn, err := s.file.SyscallConn()
	if err != nil {
		s.t.Fatal(err)
	}
	var state *unix.Termios
	var failed error
	if err := conn.Control(func(fd uintptr) { state, failed = unix.IoctlGetTermios(int(fd), unix.TCGETS) }); errors.Join(err, failed) != nil {
		s.t.Fatal(errors.Join(err, failed))
	}
	return state.Lflag&unix.ECHO != 0 && state.Lflag&unix.ICANON != 0
}

// restores does something that ends the program, and returns how long the screen took to be left.
func (s *session) restores(end func()) time.Duration {
	s.t.Helper()
	began := time.Now()
	end()
	s.await("the screen to be left", func(string) bool { return strings.Contains(string(s.output), leftScreen) })
	return time.Since(began)
}

func TestWhateverEndsItTheTerminalIsRestoredAtOnceAndItSaysWhatWasLeft(t *testing.T) {
	signal := func(which syscall.Signal) func(*session) { return func(s *session) { _ = s.cmd.Process.Signal(which) } }
	stumble := func(s *session) { s.write(panicKey) }
	for name, c := range map[string]struct {
		end  func(*session)
		code int
		says string
	}{
		"SIGTERM":              {signal(syscall.SIGTERM), 143, ""},
		"SIGINT":               {signal(syscall.SIGINT), 130, ""},
		"SIGQUIT":              {signal(syscall.SIGQUIT), 131, ""},
		"SIGTERM" + onceMore:   {signal(syscall.SIGTERM), 143, ""},
		"update":               {stumble, 1, "a mistake in redrive ended it: mistake:"},
		"view":                 {stumble, 1, "a mistake in redrive ended it: mistake:"},
		"command":              {stumble, 1, "a mistake in redrive ended it: mistake:"},
		"batch":                {stumble, 1, "a mistake in redrive ended it: mistake:"},
		"update without a log": {stumble, 1, "a mistake in redrive ended it: mistake:"},
	} {
		t.Run(name, func(t *testing.T) {
			// A machine that is busy with something else may be slow once.
			const tries = 3
			var took time.Duration
			for range tries {
				if took = endWhileFeeding(t, name, c.end, c.code, c.says); took <= restoreTime {
					return
				}
			}
			t.Errorf("the terminal was restored after %s", took)
		})
	}
}

// endWhileFeeding ends the program while a job is being fed, with a call that hangs, and returns how long the terminal took.
func endWhileFeeding(t *testing.T, name string, end func(*session), code int, says string) time.Duration {
	t.Helper()
	server := emulator.New(emulator.Options{Seed: 1, Token: planted})
	server.SeedIncident(emulator.IncidentOptions{Messages: 350, Workflows: -1, Odd: -1, Seed: 1})
	env := append(served(t, server), "QSTASH_TOKEN="+planted, "XDG_STATE_HOME="+t.TempDir())
	var hanging atomic.Int32
	server.SetFaults(func(r *http.Request) emulator.Fault {
		if r.Method == http.MethodPost && hanging.Add(1) >= 2 {
			return emulator.Hanging()
		}
		return emulator.Fault{}
	})
	program, log := binary, filepath.Join(t.TempDir(), "log")
	where, noLog := strings.CutSuffix(name, " without a log")
	if code == 1 {
		program = os.Args[0]
		env = append(env, panicVariable+"="+where)
	}
	var args []string
	if !noLog {
		args = []string{"--log", log}
	}
	s := beginProgram(t, program, 120, 40, env, args...)
	s.shows("row 1 of")
	s.write("*")
	s.shows("350 messages marked")
	s.write("R")
	s.confirmNumber("350")
	s.write("4++++")
	s.until("the call that hangs", func() bool { return hanging.Load() >= 2 })

	took := s.restores(func() { end(s) })
	if strings.HasSuffix(name, onceMore) {
		s.until("the terminal to be the shell's", s.isCooked)
		s.write("\x03")
	}
	left := time.Now()
	if got := s.ended(); got != code {
		t.Errorf("exit code %d, want %d", got, code)
	}
	if waited := time.Since(left); waited > answerTime+2*time.Second {
		t.Errorf("it ended %s after the screen", waited)
	}
	if !s.isCooked() {
		t.Error("the terminal is still raw")
	}
	_, after, _ := strings.Cut(s.raw(), leftScreen)
	for _, want := range []string{"redrive: when the program ended", "retry of 350 messages", says} {
		if !strings.Contains(after, want) {
			t.Errorf("it does not say %q: %q", want, after)
		}
	}
	if acting := hostile.Acting(s.raw()); acting != "" {
		t.Errorf("%s reached the terminal", acting)
	}
	if hasStack := strings.Contains(after, "goroutine "); hasStack != noLog {
		t.Errorf("the stack is on the terminal: %t", hasStack)
	}
	dirs := []string{}
	if !noLog {
		content, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		if code == 1 && !strings.Contains(string(content), "restore_pty_test.go") {
			t.Errorf("the log does not have where it happened:\n%s", content)
		}
		dirs = append(dirs, filepath.Dir(log))
	}
	leakless(t, s, dirs...)
	return took
}
