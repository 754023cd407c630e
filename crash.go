package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"

	"redrive/ui"
)

// crash is the first panic of the program. The framework would print one as it is, with whatever it quotes.
type crash struct {
	once     sync.Once
	happened chan struct{} // closed when there is one
	what     any
	stack    []byte
}

func newCrash() *crash { return &crash{happened: make(chan struct{})} }

// note takes a panic; it is called where it is recovered, while its stack stands.
func (c *crash) note(what any) {
	c.once.Do(func() {
		c.what, c.stack = what, debug.Stack()
		close(c.happened)
	})
}

func (c *crash) isNoted() bool {
	select {
	case <-c.happened:
		return true
	default:
		return false
	}
}

// tell writes where it happened to the log, or to w when none is kept, and returns what there is to say.
func (c *crash) tell(w io.Writer, log *activity) error {
	what := strings.TrimSuffix(log.scrub(fmt.Sprint(c.what)), ".")
	stack := log.withoutToken(string(c.stack))
	log.Error("panic", "what", what)
	for line := range strings.Lines(stack) {
		log.Error("panic", "stack", harmless(strings.TrimRight(line, "\n")))
	}
	if log.path != "" {
		return fmt.Errorf("a mistake in redrive ended it: %s. Where it happened is in %s", what, log.path)
	}
	fmt.Fprint(w, stack)
	return fmt.Errorf("a mistake in redrive ended it: %s. Please report it with the lines above", what)
}

// allStacks is what all goroutines are doing.
func allStacks() []byte {
	for size := 1 << 20; ; size *= 2 {
		b := make([]byte, size)
		if n := runtime.Stack(b, true); n < size {
			return b[:n]
		}
	}
}

// tellStacks writes to the log what the program was doing, or to w when none is kept.
func tellStacks(w io.Writer, log *activity, stacks []byte) {
	told := log.withoutToken(string(stacks))
	for line := range strings.Lines(told) {
		log.Warn("asked what it does", "stack", harmless(strings.TrimRight(line, "\n")))
	}
	if log.path == "" {
		fmt.Fprint(w, told)
	}
}

// leftOf is what the screen has to say at its end, though it may have been left in the middle of a change.
func (c *crash) leftOf(screen *ui.Model) (left []string) {
	defer func() {
		if p := recover(); p != nil {
			c.note(p)
			left = append(left, "what was left cannot be told: the journal has what was sent")
		}
	}()
	return screen.Close()
}

// caught is a screen whose panics, and those of its commands, are taken note of and end it.
type caught struct {
	tea.Model
	crash *crash
	last  tea.View
}

// Init is that of the screen.
func (w *caught) Init() (cmd tea.Cmd) {
	defer w.recover(&cmd)
	return w.watch(w.Model.Init())
}

// Update is that of the screen, until there was a panic.
func (w *caught) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	if w.crash.isNoted() {
		return w, tea.Quit
	}
	defer w.recover(&cmd)
	model, cmd := w.Model.Update(msg)
	w.Model = model
	return w, w.watch(cmd)
}

func (w *caught) recover(cmd *tea.Cmd) {
	if p := recover(); p != nil {
		w.crash.note(p)
		*cmd = tea.Quit
	}
}

// View is that of the screen, and after a panic what stood there last.
func (w *caught) View() (v tea.View) {
	if w.crash.isNoted() {
		return w.last
	}
	defer func() {
		if p := recover(); p != nil {
			w.crash.note(p)
			v = w.last
		}
	}()
	w.last = w.Model.View()
	return w.last
}

func (w *caught) watch(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer func() {
			if p := recover(); p != nil {
				w.crash.note(p)
				msg = nil
			}
		}()
		msg = cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			all := make(tea.BatchMsg, len(batch))
			for i, c := range batch {
				all[i] = w.watch(c)
			}
			return all
		}
		return msg
	}
}
