package main

import (
	"fmt"
	"os"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"

	"redrive/ui"
)

// stuckAfter is how long the screen may take to end once it has to before it is left as it is.
const stuckAfter = 2 * time.Second

// ending is how the screen ended.
type ending struct {
	signalled *signalError // nil when no signal ended it
	err       error
	// stuck is set when the terminal took no output, and the screen could not end.
	stuck bool
}

// runScreen runs the screen until it is left, a signal or a panic ends it, or the terminal is gone. Afterwards the terminal is as
// it was.
func runScreen(screen tea.Model, output *screenFile, painter *painter, crash *crash) (end ending) {
	terminal := &terminal{painter: painter}
	leave := &departure{questions: &output.guard.questions}
	width, height, err := term.GetSize(os.Stdout.Fd())
	if err != nil {
		return ending{err: fmt.Errorf("the size of the terminal cannot be read: %w", err)}
	}
	program := tea.NewProgram(&caught{Model: &painted{Model: screen, painter: painter}, crash: crash},
		tea.WithoutRenderer(), tea.WithFPS(1), tea.WithOutput(output), tea.WithColorProfile(painter.profile), tea.WithWindowSize(width, height),
		tea.WithoutSignalHandler(), tea.WithoutCatchPanics(), tea.WithFilter(func(m tea.Model, msg tea.Msg) tea.Msg {
			msg = leave.filter(m, msg)
			if _, suspends := msg.(tea.SuspendMsg); suspends {
				return terminal.suspend()
			}
			return msg
		}))
	leave.send, terminal.program = program.Send, program
	if err := terminal.take(); err != nil {
		return ending{err: err}
	}
	defer terminal.followSize()()

	ended := make(chan error, 1)
	go func() {
		var err error
		defer func() { ended <- err }()
		defer terminal.giveBack()
		defer func() {
			if p := recover(); p != nil {
				crash.note(p)
				program.Kill()
			}
		}()
		_, err = program.Run()
	}()
	signals, stopSignals := endings()
	defer stopSignals()

	crashed := crash.happened
	stuck := make(<-chan time.Time)
	for {
		select {
		case err := <-ended:
			// The reader of keys may learn first that the terminal is gone.
			if err != nil && end.signalled == nil && isHungUp() {
				end.signalled = &signalError{syscall.SIGHUP}
			}
			end.err = err
			return end
		case s := <-signals:
			leave.hurry.Store(true)
			switch {
			case end.signalled == nil:
			case s == syscall.SIGHUP: // that the terminal is gone is told twice, by the signal and by the terminal
				continue
			default:
				stuck = time.After(0)
				continue
			}
			end.signalled = &signalError{s.(syscall.Signal)}
			stuck = time.After(stuckAfter)
			go program.Send(ui.StopMsg{})
		case <-crashed:
			crashed = nil
			leave.hurry.Store(true)
			stuck = time.After(stuckAfter)
			go program.Quit()
		case <-stuck:
			// What was sent is waited for all the same.
			terminal.restore()
			end.stuck = true
			return end
		}
	}
}
