package main

import (
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/ui"
	"redrive/ui/terminal"
)

// stuckAfter is how long the screen may take to end once it has to before it is left as it is.
const stuckAfter = 2 * time.Second

// ending is how the screen ended.
type ending struct {
	signalled *signalError // nil when no signal ended it
	err       error
	// stacks is what the program was doing when a signal asked for that; nil when none did.
	stacks []byte
	// stuck is set when the terminal took no output, and the screen could not end.
	stuck bool
}

// runScreen runs the screen until it is left, a signal or a panic ends it, or the terminal is gone. Afterwards the terminal is as
// it was.
func runScreen(screen tea.Model, t *terminal.Terminal, crash *crash) (end ending) {
	options, err := t.ProgramOptions()
	if err != nil {
		return ending{err: err}
	}
	program := tea.NewProgram(&caught{Model: t.Draw(screen), crash: crash}, append(options, tea.WithoutSignalHandler(), tea.WithoutCatchPanics())...)
	if err := t.Take(program); err != nil {
		return ending{err: err}
	}

	ended := make(chan error, 1)
	go func() {
		var err error
		defer func() { ended <- err }()
		defer t.GiveBack()
		defer func() {
			if p := recover(); p != nil {
				crash.note(p)
				program.Kill()
			}
		}()
		_, err = program.Run()
	}()
	signals, stopSignals := terminal.Endings()
	defer stopSignals()

	crashed := crash.happened
	stuck := make(<-chan time.Time)
	for {
		select {
		case err := <-ended:
			// The reader of keys may learn first that the terminal is gone.
			if err != nil && end.signalled == nil && terminal.IsHungUp() {
				end.signalled = &signalError{syscall.SIGHUP}
			}
			end.err = err
			return end
		case s := <-signals:
			t.Hurry()
			if s == syscall.SIGQUIT || s == syscall.SIGABRT {
				end.stacks = allStacks()
			}
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
			t.Hurry()
			stuck = time.After(stuckAfter)
			go program.Quit()
		case <-stuck:
			// What was sent is waited for all the same.
			t.Restore()
			end.stuck = true
			return end
		}
	}
}
