//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"golang.org/x/sys/unix"
)

const (
	benchWidth, benchHeight = 120, 40
	// loadPatience is how long a program may take to load all rows.
	loadPatience = time.Minute
)

// chunk is what one read gave, and when.
type chunk struct {
	at   time.Time
	data []byte
}

// watched is any program in a pseudo-terminal, with the time of every read.
type watched struct {
	b       testing.TB
	cmd     *exec.Cmd
	fd      int
	began   time.Time
	ended   chan struct{}
	answers bool

	mu      sync.Mutex
	changed *sync.Cond
	chunks  []chunk
	closed  bool

	term     vt10x.Terminal
	replayed int // how many chunks the terminal has had
}

// terminalAnswers are what a terminal answers, one that has synchronized output.
var terminalAnswers = []struct{ query, answer string }{
	{"\x1b[?2026$p", "\x1b[?2026;2$y"},
	{"\x1b[6n", "\x1b[1;2R"},
	{"\x1b[c", "\x1b[?62;22c"},
	{"\x1b[>c", "\x1b[>0;276;0c"},
	{"\x1b]10;?", "\x1b]10;rgb:e0e0/e0e0/e0e0\x1b\\"},
	{"\x1b]11;?", "\x1b]11;rgb:1010/1010/1010\x1b\\"},
}

// watch starts a program. It does not outlive the benchmark, and is ended by stop. answers tells whether the terminal
// answers what it is asked.
func watch(ctx context.Context, b testing.TB, answers bool, env []string, stdin string, args ...string) *watched {
	b.Helper()
	w := &watched{b: b, answers: answers, ended: make(chan struct{}), term: newScreen()}
	w.changed = sync.NewCond(&w.mu)
	w.cmd = exec.CommandContext(ctx, args[0], args[1:]...)
	w.cmd.Env = append([]string{"TERM=xterm-256color", "LANG=C.UTF-8", "TZ=UTC", "PATH=" + os.Getenv("PATH")}, env...)
	if stdin != "" {
		file, err := os.Open(stdin)
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		w.cmd.Stdin = file
	}
	terminal, tty, err := pty.Open()
	if err != nil {
		b.Fatal(err)
	}
	if err := pty.Setsize(terminal, &pty.Winsize{Rows: benchHeight, Cols: benchWidth}); err != nil {
		b.Fatal(err)
	}
	if w.cmd.Stdin == nil {
		w.cmd.Stdin = tty
	}
	w.cmd.Stdout, w.cmd.Stderr = tty, tty
	w.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 1, Pdeathsig: syscall.SIGKILL}
	w.fd, err = unix.Dup(int(terminal.Fd()))
	if err != nil {
		b.Fatal(err)
	}
	_ = terminal.Close()
	_ = unix.SetNonblock(w.fd, false)
	w.began = time.Now()
	if err := w.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	_ = tty.Close()
	go w.read()
	b.Cleanup(w.stop)
	return w
}

// read stamps what comes. A thread that blocks in read is woken sooner than a goroutine.
func (w *watched) read() {
	// Unlocked at the end: with its thread, the programs that were started from it would end.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	buf := make([]byte, 1<<16)
	for {
		n, err := unix.Read(w.fd, buf)
		at := time.Now()
		if err == unix.EINTR {
			continue
		}
		data := bytes.Clone(buf[:max(n, 0)])
		if w.answers {
			for _, known := range terminalAnswers {
				for range bytes.Count(data, []byte(known.query)) {
					_, _ = unix.Write(w.fd, []byte(known.answer))
				}
			}
		}
		w.mu.Lock()
		w.chunks = append(w.chunks, chunk{at, data})
		w.closed = n <= 0
		w.changed.Broadcast()
		w.mu.Unlock()
		if n <= 0 {
			close(w.ended)
			return
		}
	}
}

// stop ends the program and all that it started.
func (w *watched) stop() {
	if w.fd < 0 {
		return
	}
	_ = unix.Kill(-w.cmd.Process.Pid, unix.SIGKILL)
	_ = w.cmd.Process.Kill()
	_ = w.cmd.Wait()
	select {
	case <-w.ended:
	case <-time.After(patience):
	}
	_ = unix.Close(w.fd)
	w.fd = -1
}

func (w *watched) write(keys string) {
	if _, err := unix.Write(w.fd, []byte(keys)); err != nil {
		w.b.Fatal(err)
	}
}

// await waits until the screen satisfies the condition, and says when what it shows came.
func (w *watched) await(what string, patience time.Duration, ok func(screen string) bool) time.Time {
	w.b.Helper()
	deadline := time.Now().Add(patience)
	timeout := time.AfterFunc(patience, w.changed.Broadcast)
	defer timeout.Stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	for {
		for w.replayed < len(w.chunks) {
			c := w.chunks[w.replayed]
			w.replayed++
			w.mu.Unlock()
			_, _ = w.term.Write(c.data)
			done := ok(w.term.String())
			w.mu.Lock()
			if done {
				return c.at
			}
		}
		if w.closed || !time.Now().Before(deadline) {
			w.b.Fatalf("%s: waited in vain for %s:\n%s", w.cmd.Path, what, w.term.String())
		}
		w.changed.Wait()
	}
}

// shown replays what came so far, and returns the screen.
func (w *watched) shown() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ; w.replayed < len(w.chunks); w.replayed++ {
		_, _ = w.term.Write(w.chunks[w.replayed].data)
	}
	return w.term.String()
}

// count is how many reads there were.
func (w *watched) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.chunks)
}

// between are the reads from one count to another.
func (w *watched) between(from, to int) []chunk {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.chunks[from:to]
}

// counters are what the system has counted for a program.
type counters struct {
	at       time.Time
	cpu      map[string]time.Duration // by thread
	switches int
}

// counted reads the counters of all threads.
func (w *watched) counted() counters {
	c := counters{at: time.Now(), cpu: map[string]time.Duration{}}
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", w.cmd.Process.Pid))
	for _, thread := range threads {
		if schedule, err := os.ReadFile(thread + "/schedstat"); err == nil {
			ns, _ := strconv.ParseInt(strings.Fields(string(schedule))[0], 10, 64)
			c.cpu[thread] = time.Duration(ns)
		}
		c.switches += procNumber(thread+"/status", "voluntary_ctxt_switches:")
	}
	return c
}

// since is the CPU time and the voluntary switches since earlier counters.
func (c counters) since(earlier counters) (cpu time.Duration, switches int) {
	for thread, now := range c.cpu {
		cpu += now - earlier.cpu[thread]
	}
	return cpu, c.switches - earlier.switches
}

// memory is the resident set now and at its largest, in bytes.
func (w *watched) memory() (now, most int) {
	status := fmt.Sprintf("/proc/%d/status", w.cmd.Process.Pid)
	return procNumber(status, "VmRSS:") << 10, procNumber(status, "VmHWM:") << 10
}

func procNumber(path, name string) int {
	text, _ := os.ReadFile(path)
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			n, _ := strconv.Atoi(strings.Fields(rest)[0])
			return n
		}
	}
	return 0
}

func newScreen() vt10x.Terminal { return vt10x.New(vt10x.WithSize(benchWidth, benchHeight)) }
