package terminal

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"
	"golang.org/x/sys/unix"
)

const (
	// lull is how long after it was woken up in the background the program looks whether it is to end before it sleeps again.
	lull = 100 * time.Millisecond
)

// resumedMsg is that the program has the terminal again after it was suspended.
type resumedMsg struct{ size tea.WindowSizeMsg }

// suspend stops the program until the shell has it in the foreground again or it has to end, and returns what the screen is told
// then.
func (t *Terminal) suspend() tea.Msg {
	_ = t.program.ReleaseTerminal() // keys are the shell's from here on
	t.giveBack()
	t.sleep()
	switch {
	case t.leave.hurry.Load():
		return nil // it is told to end besides
	case t.take() != nil:
		return tea.InterruptMsg{} // the terminal is gone
	}
	_ = t.program.RestoreTerminal()
	return resumedMsg{size()}
}

func (t *Terminal) sleep() {
	woken := make(chan os.Signal, 1)
	signal.Notify(woken, syscall.SIGCONT)
	defer signal.Stop(woken)
	signal.Stop(t.signals)
	defer signal.Notify(t.signals, followed...)
	for NoSuspend() == "" && !t.leave.hurry.Load() {
		// Once it was asked to be told of SIGTSTP, the program is not stopped by it any more.
		_ = syscall.Kill(0, syscall.SIGSTOP)
		<-woken
		if isInForeground() {
			return
		}
		// What ends it may have come with what woke it up. To take the terminal in the background would stop it again.
		time.Sleep(lull)
	}
}

// NoSuspend says why the program cannot be suspended: with no shell above it in the session, nobody would wake it up.
func NoSuspend() string {
	mine, err := unix.Getsid(0)
	if err != nil {
		return ""
	}
	if parents, err := unix.Getsid(os.Getppid()); err != nil || mine == os.Getpid() || parents != mine {
		return "there is no shell that it could go back to"
	}
	return ""
}

// isInForeground tells whether the shell lets this program have the terminal; also when there is none any more.
func isInForeground() bool {
	group, err := unix.IoctlGetInt(int(os.Stdin.Fd()), unix.TIOCGPGRP)
	return err != nil || group == unix.Getpgrp()
}

// followed are the signals of what the shell and the terminal do with the program.
var followed = []os.Signal{syscall.SIGWINCH, syscall.SIGCONT, syscall.SIGTSTP}

// follow tells the screen what the shell and the terminal do with the program: another size, and that it was stopped and woken up
// by somebody else.
func (t *Terminal) follow() {
	t.signals = make(chan os.Signal, 4)
	signal.Notify(t.signals, followed...)
	go func() {
		for s := range t.signals {
			switch s {
			case syscall.SIGTSTP:
				if NoSuspend() == "" {
					t.program.Send(tea.SuspendMsg{})
				}
			case syscall.SIGCONT:
				if t.retake() {
					t.program.Send(size())
				}
			case syscall.SIGWINCH:
				t.program.Send(size())
			}
		}
	}()
}

// retake takes over again what the shell may have changed while the program was stopped without being asked; false when it was
// asked, and takes the terminal by itself.
func (t *Terminal) retake() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.taken || !isInForeground() {
		return false
	}
	_, err := term.MakeRaw(os.Stdin.Fd())
	t.painter.enterAgain()
	return err == nil
}

// size is that of the terminal, and nothing when it cannot be read.
func size() (s tea.WindowSizeMsg) {
	s.Width, s.Height, _ = term.GetSize(os.Stdout.Fd())
	return s
}
