package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"redrive/ui/terminal/replay"
)

// underShell is the program started from a shell, which is told to be quiet but for its prompt.
func underShell(t *testing.T, args ...string) *session {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	s := beginProgram(t, bash, 120, 40, []string{"PATH=" + os.Getenv("PATH"), "PS1=ready> ", "INPUTRC=/dev/null"}, "--norc", "--noprofile", "-i")
	s.shows("ready>")
	s.write(fmt.Sprintf("%s --demo --messages 150 --arrivals 0 --workflows 0 --odd 0 --no-journal %s\n", binary, strings.Join(args, " ")))
	s.shows("row 1 of 150")
	return s
}

// suspended is a program under a shell that ctrl+z was pressed in.
func suspended(t *testing.T, args ...string) *session {
	t.Helper()
	s := underShell(t, args...)
	s.write("\x1a")
	s.prompt(0, "Stopped")
	return s
}

// prompt waits until the shell has the terminal again, with something that it said before.
func (s *session) prompt(from int, says string) {
	s.t.Helper()
	s.await("the shell", func(string) bool {
		after := string(s.output[from:])
		return strings.Contains(after, says) && strings.HasSuffix(after, "ready> ")
	})
}

func (s *session) leave() {
	s.t.Helper()
	s.write("exit\n")
	s.ended()
}

// pid is the process of the program under the shell.
func (s *session) pid() int {
	s.t.Helper()
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", s.cmd.Process.Pid, s.cmd.Process.Pid))
	if err != nil {
		s.t.Skip(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(children)))
	if err != nil {
		s.t.Fatalf("the shell has the children %q", children)
	}
	return pid
}

func TestASuspendedProgramIsEndedWithoutBeingBroughtBack(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "log")
	s := suspended(t, "--log", log)
	from := len(s.raw())
	s.write("kill %1\n")
	s.until("the end in the log", func() bool {
		content, _ := os.ReadFile(log)
		return strings.Contains(string(content), "msg=end signal=terminated")
	})
	s.write("wait %1; echo code$?\n")
	s.prompt(from, "code143")
	s.leave()
	if after := s.raw()[from:]; strings.Contains(after, "panic") {
		t.Errorf("it says %q", after)
	}
}

func TestAProgramInTheBackgroundIsStoppedAgainAndLosesNothing(t *testing.T) {
	t.Parallel()
	s := underShell(t)
	s.write("j\x1a")
	s.prompt(0, "Stopped")
	from := len(s.raw())
	s.write("set -b; bg\n") // jobs are told of at once
	s.await("the shell to tell that it is stopped", func(string) bool { return strings.Contains(string(s.output[from:]), "Stopped") })
	from = len(s.raw())
	s.write("fg\n")
	s.await("the screen", func(screen string) bool { return strings.Contains(screen, "row 2 of 150") })
	s.write("q")
	s.prompt(from, leftScreen)
	s.leave()
}

func TestAShellThatEndsTakesTheSuspendedProgramWithIt(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "log")
	s := suspended(t, "--log", log)
	s.write("exit\n") // which warns
	s.write("exit\n")
	s.ended()
	s.until("the end in the log", func() bool {
		content, _ := os.ReadFile(log)
		return strings.Contains(string(content), "msg=end")
	})
	if content, _ := os.ReadFile(log); strings.Contains(string(content), "panic") {
		t.Errorf("the log is\n%s", content)
	}
}

func TestWhatIsStoppedByOthersDrawsItsScreenAgain(t *testing.T) {
	for name, stop := range map[string]syscall.Signal{"SIGSTOP": syscall.SIGSTOP, "SIGTSTP": syscall.SIGTSTP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := underShell(t)
			pid := s.pid()
			if err := syscall.Kill(pid, stop); err != nil {
				t.Fatal(err)
			}
			s.prompt(0, "Stopped")
			from := len(s.raw())
			s.write("stty sane; fg\n")
			s.await("the screen", func(screen string) bool {
				return strings.Contains(string(s.output[from:]), "\x1b[?1049h") && strings.Contains(screen, "row 1 of 150")
			})
			s.write("jj")
			s.shows("row 3 of 150")
			from = len(s.raw())
			s.write("q")
			s.prompt(from, leftScreen)
			s.leave()
		})
	}
}

func TestAfterASuspensionTheScreenIsDrawnOnceAndInItsNewSize(t *testing.T) {
	t.Parallel()
	s := suspended(t)
	from := len(s.raw())
	s.setSize(80, 24)
	s.write("fg\n")
	s.await("the screen", func(string) bool { return strings.Contains(string(s.output[from:]), "of 150") })
	s.calm(quiet)
	drawn := s.raw()[from:]
	if n := strings.Count(drawn, replay.EraseAll); n != 1 {
		t.Errorf("everything was drawn %d times", n)
	}
	if place := outside(drawn, 80, 24); place != "" {
		t.Errorf("it draws at %q", place)
	}
	s.write("q")
	s.prompt(from, leftScreen)
	s.leave()
}
