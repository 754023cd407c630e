package main

import (
	"cmp"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"
	"golang.org/x/sys/unix"

	"redrive/ui"
)

// endings are the signals that end the program, among them that of a terminal that is gone: not every terminal sends it.
func endings() (signals chan os.Signal, stop func()) {
	signals = make(chan os.Signal, 3)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for {
			terminal := []unix.PollFd{{Fd: int32(os.Stdin.Fd())}}
			_, err := unix.Poll(terminal, -1)
			switch {
			case err == unix.EINTR:
			case err != nil:
				return
			case terminal[0].Revents != 0:
				signals <- syscall.SIGHUP
				return
			}
		}
	}()
	return signals, func() { signal.Stop(signals) }
}

// isHungUp tells whether the terminal is gone.
func isHungUp() bool {
	terminal := []unix.PollFd{{Fd: int32(os.Stdin.Fd())}}
	n, err := unix.Poll(terminal, 0)
	return err == nil && n > 0
}

// noSuspend says why the program cannot be suspended: with no shell above it in the session, nobody would wake it up.
func noSuspend() string {
	mine, err := unix.Getsid(0)
	if err != nil {
		return ""
	}
	if parents, err := unix.Getsid(os.Getppid()); err != nil || mine == os.Getpid() || parents != mine {
		return "there is no shell that it could go back to"
	}
	return ""
}

// terminal is the terminal that the screen is on: in raw mode, with a painter, while the screen has it.
type terminal struct {
	painter *painter
	program *tea.Program
	before  *term.State // as the shell had it
}

// take takes the terminal over from the shell.
func (t *terminal) take() error {
	before, err := term.MakeRaw(os.Stdin.Fd())
	if err != nil {
		return fmt.Errorf("the terminal cannot be read key by key: %w", err)
	}
	t.before = before
	t.painter.start()
	return nil
}

// giveBack leaves the terminal as it was. It waits for what is being written.
func (t *terminal) giveBack() {
	t.painter.stop()
	t.restore()
}

// restore gives the shell its way of reading back, whatever stands on the screen.
func (t *terminal) restore() { _ = term.Restore(os.Stdin.Fd(), t.before) }

// suspend stops the program until the shell wakes it up, and returns what the screen is told then.
func (t *terminal) suspend() tea.Msg {
	_ = t.program.ReleaseTerminal() // keys are the shell's from here on
	t.giveBack()
	woken := make(chan os.Signal, 1)
	signal.Notify(woken, syscall.SIGCONT)
	_ = syscall.Kill(0, syscall.SIGTSTP)
	<-woken
	signal.Stop(woken)
	if t.take() != nil {
		t.painter.start() // the terminal is gone, which ends the program as soon as it is read from
	}
	_ = t.program.RestoreTerminal()
	go t.tellSize()
	return tea.ResumeMsg{}
}

// followSize tells the screen each time the size of the terminal changes, until stop is called.
func (t *terminal) followSize() (stop func()) {
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	go func() {
		for range resized {
			t.tellSize()
		}
	}()
	return func() {
		signal.Stop(resized)
		close(resized)
	}
}

func (t *terminal) tellSize() {
	if width, height, err := term.GetSize(os.Stdout.Fd()); err == nil {
		t.program.Send(tea.WindowSizeMsg{Width: width, Height: height})
	}
}

// screenFile is the terminal that the screen is drawn on: everything written to it goes through the guard, and is counted,
// so that it is known when a frame stands. It is no [os.File] itself, as that has more ways to write.
type screenFile struct {
	file  *os.File
	guard guard

	mu      sync.Mutex
	written ui.Written
	since   time.Time // when the write under way was begun
	now     func() time.Time
}

func newScreenFile(file *os.File, now func() time.Time) *screenFile {
	return &screenFile{file: file, guard: guard{to: file, ascii: !hasUTF8(os.Getenv)}, now: now}
}

func (f *screenFile) Write(b []byte) (int, error) {
	f.mu.Lock()
	f.since = f.now()
	f.written.Begun++
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.written = f.look()
		f.written.Done++
	}()
	return f.guard.Write(b)
}

// Read, Close and Fd make it a terminal to the renderer, which asks for its size.
func (f *screenFile) Read(b []byte) (int, error) { return f.file.Read(b) }
func (f *screenFile) Close() error               { return f.file.Close() }
func (f *screenFile) Fd() uintptr                { return f.file.Fd() }

// look is what is known now; the lock is held.
func (f *screenFile) look() ui.Written {
	w := f.written
	if now := f.now(); w.Begun != w.Done && now.Sub(f.since) >= slowWrite {
		w.Stalled = now
	}
	return w
}

func (f *screenFile) tell() ui.Written {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.look()
}

// hasUTF8 tells whether the locale is one of UTF-8.
func hasUTF8(getenv func(string) string) bool {
	locale := strings.ToLower(cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")))
	return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
}
