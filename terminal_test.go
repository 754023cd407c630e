package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"golang.org/x/sys/unix"
)

// patience is how long a condition is waited for: far more than it takes.
const patience = 30 * time.Second

// session is the program in a terminal.
type session struct {
	t    *testing.T
	file *os.File
	cmd  *exec.Cmd

	mu      sync.Mutex
	changed *sync.Cond
	term    vt10x.Terminal
	output  []byte
	closed  bool
}

// begin starts the program. The environment is only what is given.
func begin(t *testing.T, width, height uint16, env []string, args ...string) *session {
	t.Helper()
	return beginProgram(t, binary, width, height, env, args...)
}

// beginProgram runs a program that is to be taken for the built one.
func beginProgram(t *testing.T, binary string, width, height uint16, env []string, args ...string) *session {
	t.Helper()
	s := &session{t: t, term: vt10x.New(vt10x.WithSize(int(width), int(height)))}
	s.changed = sync.NewCond(&s.mu)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	s.cmd = exec.CommandContext(ctx, binary, args...)
	s.cmd.Env = append([]string{"TERM=xterm-256color", "HOME=" + t.TempDir(), "LANG=C.UTF-8", "TZ=UTC"}, env...)
	file, err := pty.StartWithSize(s.cmd, &pty.Winsize{Rows: height, Cols: width})
	if err != nil {
		t.Fatal(err)
	}
	// A read of it can be given up then.
	if err := unix.SetNonblock(int(file.Fd()), true); err != nil {
		t.Fatal(err)
	}
	s.file = file
	go s.read()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		_ = file.Close()
	})
	return s
}

func (s *session) read() {
	buf := make([]byte, 1<<16)
	for {
		n, err := s.file.Read(buf)
		s.mu.Lock()
		s.output = append(s.output, buf[:n]...)
		// The program's line feeds go through a raw terminal; vt10x takes them as they are.
		_, _ = s.term.Write(buf[:n])
		s.closed = err != nil
		s.changed.Broadcast()
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// await waits until the screen satisfies the condition.
func (s *session) await(what string, ok func(screen string) bool) {
	s.t.Helper()
	if !s.within(patience, ok) {
		s.t.Fatalf("waited in vain for %s:\n%s", what, s.screen())
	}
}

// within waits so long at most.
func (s *session) within(most time.Duration, ok func(screen string) bool) bool {
	timeout := time.AfterFunc(most, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})
	defer timeout.Stop()
	deadline := time.Now().Add(most)
	s.mu.Lock()
	defer s.mu.Unlock()
	for !ok(s.term.String()) {
		if s.closed || time.Now().After(deadline) {
			return false
		}
		s.changed.Wait()
	}
	return true
}

// until waits for what does not show on the screen.
func (s *session) until(what string, ok func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("waited in vain for %s:\n%s", what, s.screen())
		}
	}
}

func (s *session) shows(words string) {
	s.t.Helper()
	s.await(fmt.Sprintf("%q", words), func(screen string) bool { return strings.Contains(screen, words) })
}

func (s *session) hides(words string) {
	s.t.Helper()
	s.await(fmt.Sprintf("%q to go", words), func(screen string) bool { return !strings.Contains(screen, words) })
}

// write sends bytes to the program in one piece.
func (s *session) write(keys string) {
	s.t.Helper()
	if _, err := s.file.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// ended waits for the program to end, and returns its exit code.
func (s *session) ended() int {
	s.t.Helper()
	done := make(chan struct{})
	go func() {
		_ = s.cmd.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
		s.t.Fatalf("the program did not end")
	}
	s.await("the end of output", func(string) bool { return s.closed })
	if strings.Contains(s.raw(), "was kept from the terminal") {
		s.t.Errorf("the guard refused something of the program's own: %q", s.raw())
	}
	return s.cmd.ProcessState.ExitCode()
}

func (s *session) raw() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.output)
}

// confirm answers the sheet once it says that it takes an answer.
func (s *session) confirm() {
	s.t.Helper()
	const red = "space: I have read what is red"
	ready := func(screen string) bool {
		return strings.Contains(screen, "y yes ·") || strings.Contains(screen, "press y to send,")
	}
	s.await("the sheet to take an answer", func(screen string) bool { return ready(screen) || strings.Contains(screen, red) })
	if strings.Contains(s.screen(), red) {
		s.write(" ")
		s.await("the sheet to take an answer", ready)
	}
	s.insist("y", "the answer to be taken", func(screen string) bool { return !strings.Contains(screen, "Send ") })
}

// insist presses keys as often as it takes. A sheet takes none that may have waited while the terminal took no output, which on
// a busy machine may be so for a moment.
func (s *session) insist(keys, what string, ok func(screen string) bool) {
	s.t.Helper()
	const (
		often = 10
		each  = patience / often
	)
	for range often {
		s.write(keys)
		if s.within(each, ok) {
			return
		}
	}
	s.t.Fatalf("waited in vain for %s:\n%s", what, s.screen())
}

func (s *session) screen() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.term.String()
}
