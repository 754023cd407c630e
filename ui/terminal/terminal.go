// Package terminal is all that stands between the screen and the terminal it is drawn on.
//
// A [Terminal] takes the terminal over from the shell and gives it back as it was, in between also when the program is suspended. Its
// painter decides when a frame is drawn, and its canvas with which bytes; both are used in the place of the framework's own
// renderer. What they write goes through a guard, which lets only the program's own sequences through, and is counted. The
// answers of the terminal to what it is asked are waited for at the end, so that they are not typed into the shell.
package terminal

import (
	"fmt"
	"os"
	"os/signal"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
)

// title is the title of the terminal's window: always the same, as terminals differ in what they make of a title.
const title = "redrive"

// Options are what a terminal is taken with.
type Options struct {
	Now func() time.Time
	// Panicked is told of a panic while drawing.
	Panicked func(what any)
	// Refused is told how often the guard refused something in a write.
	Refused func(times uint64)
}

// Terminal is the terminal of the program's standard input and output.
type Terminal struct {
	guard   *guard
	output  *counted
	painter *painter
	leave   *departure
	program *tea.Program
	signals chan os.Signal

	mu     sync.Mutex
	before *term.State // as the shell had it
	taken  bool
}

// New does nothing to the terminal yet.
func New(o Options) *Terminal {
	g := &guard{to: os.Stdout, ascii: !HasUTF8(os.Getenv), refusal: o.Refused}
	output := &counted{to: g, now: o.Now}
	return &Terminal{
		guard: g, output: output, leave: &departure{questions: &g.questions},
		painter: newPainter(output, os.Getenv("TERM"), asksTerminal(os.Getenv), colorprofile.Detect(os.Stdout, os.Environ()), o.Panicked),
	}
}

// Draw is a screen that is drawn on the terminal.
func (t *Terminal) Draw(screen tea.Model) tea.Model {
	return &painted{Model: screen, painter: t.painter}
}

// ProgramOptions are what the program of the screen has to be made with.
func (t *Terminal) ProgramOptions() ([]tea.ProgramOption, error) {
	width, height, err := term.GetSize(os.Stdout.Fd())
	if err != nil {
		return nil, fmt.Errorf("the size of the terminal cannot be read: %w", err)
	}
	return []tea.ProgramOption{
		// Without a renderer the framework's clock has nothing to do; it cannot be slower.
		tea.WithoutRenderer(), tea.WithFPS(1), tea.WithOutput(t.output), tea.WithColorProfile(t.painter.profile), tea.WithWindowSize(width, height),
		tea.WithFilter(t.filter),
	}, nil
}

func (t *Terminal) filter(screen tea.Model, msg tea.Msg) tea.Msg {
	msg = t.leave.filter(screen, msg)
	if _, suspends := msg.(tea.SuspendMsg); suspends {
		return t.suspend()
	}
	return msg
}

// Take takes the terminal over from the shell for a program that is about to run.
func (t *Terminal) Take(program *tea.Program) error {
	t.program, t.leave.send = program, program.Send
	if err := t.take(); err != nil {
		return err
	}
	t.follow()
	return nil
}

// GiveBack leaves the terminal as it was, once its program has ended. It waits for what is being written.
func (t *Terminal) GiveBack() {
	signal.Stop(t.signals)
	close(t.signals)
	t.giveBack()
}

// Restore gives the shell its way of reading back, whatever stands on the screen, and waits for nothing.
func (t *Terminal) Restore() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken {
		_ = term.Restore(os.Stdin.Fd(), t.before)
	}
	t.taken = false
}

// Hurry ends the program without waiting for answers of the terminal.
func (t *Terminal) Hurry() { t.leave.hurry.Store(true) }

// Copy sends a text to the clipboard of the terminal.
func (t *Terminal) Copy(content string) {
	t.guard.permitCopy(content)
	t.painter.copy(ansi.SetSystemClipboard(content))
}

// Written tells of the writes until now.
func (t *Terminal) Written() Written { return t.output.tell() }

// Refusals is how often something was kept from the terminal.
func (t *Terminal) Refusals() uint64 { return t.guard.refused.Load() }

func (t *Terminal) take() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, err := term.MakeRaw(os.Stdin.Fd())
	if err != nil {
		return fmt.Errorf("the terminal cannot be read key by key: %w", err)
	}
	t.before, t.taken = before, true
	t.painter.start()
	return nil
}

func (t *Terminal) giveBack() {
	t.mu.Lock()
	taken := t.taken
	t.mu.Unlock()
	if taken {
		t.painter.stop()
	}
	t.Restore()
}
