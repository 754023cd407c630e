package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"redrive/api/emulator"
)

// hangUp takes the other side of the terminal away. The reader of the test is stopped first, as it would keep that side open.
func (s *session) hangUp() {
	s.t.Helper()
	if err := s.file.SetReadDeadline(time.Now()); err != nil {
		s.t.Fatal(err)
	}
	s.await("the reader of the test to stop", func(string) bool { return s.closed })
	if err := s.file.Close(); err != nil {
		s.t.Fatal(err)
	}
}

func TestWithoutItsTerminalItEndsAndTheJournalIsWhole(t *testing.T) {
	for name, c := range map[string]struct {
		ignores, hangs bool
		within         time.Duration
	}{
		"idle":                                {false, false, restoreTime},
		"idle, and SIGHUP is ignored":         {true, false, restoreTime},
		"a call hangs":                        {false, true, answerTime + restoreTime},
		"a call hangs, and SIGHUP is ignored": {true, true, answerTime + restoreTime},
	} {
		t.Run(name, func(t *testing.T) {
			const tries = 3
			var took time.Duration
			for range tries {
				if took = hangUpWhile(t, c.ignores, c.hangs); took <= c.within {
					return
				}
			}
			t.Errorf("it ended after %s", took)
		})
	}
}

// hangUpWhile takes the terminal away, and returns how long the program took to end.
func hangUpWhile(t *testing.T, ignores, hangs bool) time.Duration {
	t.Helper()
	server, env := qstash(t, emulator.IncidentOptions{Messages: 350, Workflows: -1, Odd: -1, Seed: 1})
	env = append(env, "XDG_STATE_HOME="+t.TempDir())
	var calls atomic.Int32
	server.SetFaults(func(r *http.Request) emulator.Fault {
		if r.Method == http.MethodPost && calls.Add(1) >= 2 {
			return emulator.Hanging().AfterCommit()
		}
		return emulator.Fault{}
	})
	log := filepath.Join(t.TempDir(), "log")
	program, args := binary, []string{"--log", log}
	if ignores {
		program, args = "/bin/sh", append([]string{"-c", `trap "" HUP; exec "$@"`, "sh", binary}, args...)
	}
	s := beginProgram(t, program, 120, 40, env, args...)
	s.shows("row 1 of")
	if hangs {
		s.write("*")
		s.shows("350 messages marked")
		s.write("R")
		s.confirmNumber("350")
		s.write("4++++")
		s.until("the call that hangs", func() bool { return calls.Load() >= 2 })
	}
	began := time.Now()
	s.hangUp()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.cmd.Wait()
	}()
	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatal("it lives on without a terminal")
	}
	took := time.Since(began)
	if code := s.cmd.ProcessState.ExitCode(); code != 129 {
		t.Errorf("exit code %d, want 129: %s", code, s.cmd.ProcessState)
	}
	content, err := os.ReadFile(log)
	if err != nil || !strings.Contains(string(content), "msg=end signal=hangup") {
		t.Errorf("%v, the log is\n%s", err, content)
	}
	server.SetFaults(nil)
	if !hangs {
		return took
	}
	// Whatever was sent is known to the next session.
	s = begin(t, 120, 40, env)
	s.shows("unfinished from an earlier session")
	s.write("4")
	s.shows("to go")
	s.write("q")
	s.ended()
	return took
}

// answering is a terminal that answers what it is asked, late.
func (s *session) answers(after time.Duration) {
	for _, c := range []struct{ question, answer string }{
		{"\x1b[?2026$p", "\x1b[?2026;2$y"},
	} {
		go func() {
			s.mu.Lock()
			for !s.closed && !strings.Contains(string(s.output), c.question) {
				s.changed.Wait()
			}
			s.mu.Unlock()
			time.AfterFunc(after, func() { _, _ = s.file.WriteString(c.answer) })
		}()
	}
}

func TestNoAnswerOfTheTerminalIsLeftForTheShell(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	for name, late := range map[string]time.Duration{"at once": 0, "after 50 ms": 50 * time.Millisecond, "after 100 ms": 100 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			// What the shell reads next is told in hexadecimal: all that is left, within more than the answers take.
			const script = `"$0" --demo --messages 20 --workflows 0 --odd 0; echo "code $?"; IFS= read -r -t 0.4 -d "" rest; printf %s "$rest" | od -An -tx1; echo over`
			s := beginProgram(t, bash, 100, 30, []string{"PATH=" + os.Getenv("PATH")}, "-c", script, binary)
			s.answers(late)
			s.await("the question", func(string) bool { return strings.Contains(string(s.output), "\x1b[?2026$p") })
			s.write("q")
			s.await("the end", func(screen string) bool { return strings.Contains(screen, "over") })
			_, after, _ := strings.Cut(s.raw(), leftScreen)
			_, rest, found := strings.Cut(after, "code 0\r\n")
			if rest != "over\r\n" || !found || strings.Contains(after, "$y") {
				t.Errorf("left for the shell: %q", after)
			}
		})
	}
}

// silence is how long a terminal that answers nothing may hold a quick end up.
const silence = 150 * time.Millisecond

func TestASilentTerminalHoldsAQuickEndUpForAMomentOnly(t *testing.T) {
	s := begin(t, 100, 30, nil, "--demo")
	s.shows("row 1 of")
	if took := s.restores(func() { s.write("q") }); took > silence+restoreTime {
		t.Errorf("it took %s", took)
	}
	if code := s.ended(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
