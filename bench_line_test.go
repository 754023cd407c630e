//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The bad line of the benchmark: a round trip of 100 ms, and 256 kbit/s.
const (
	lineDelay = 50 * time.Millisecond
	lineRate  = 256_000 / 8 // bytes a second
	// heldKeys is a key held for 6.6 s at 30 a second.
	heldKeys  = 198
	heldEvery = time.Second / 30
	// remoteRuns is how many starts are measured over the line.
	remoteRuns = 8
)

// relay takes what comes to a port to another, late and no faster than a rate; 0 is any rate.
func relay(ctx context.Context, b testing.TB, to string, delay time.Duration, rate int) (port string) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := new(net.Dialer).DialContext(ctx, "tcp", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			go pipe(far, near, delay, rate)
			go pipe(near, far, delay, rate)
		}
	}()
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	return port
}

// pipe copies one direction in segments, each of which leaves after the one before and arrives a delay later.
func pipe(to, from net.Conn, delay time.Duration, rate int) {
	type segment struct {
		data    []byte
		arrives time.Time
	}
	underWay := make(chan segment, 64) // what the buffers of a connection hold
	go func() {
		defer func() { _ = to.Close() }()
		for s := range underWay {
			time.Sleep(time.Until(s.arrives))
			if _, err := to.Write(s.data); err != nil {
				_ = from.Close()
			}
		}
	}()
	defer close(underWay)
	left := time.Now()
	for {
		buf := make([]byte, 1448)
		n, err := from.Read(buf)
		if now := time.Now(); left.Before(now) {
			left = now
		}
		if rate > 0 {
			left = left.Add(time.Duration(n) * time.Second / time.Duration(rate))
		}
		if n > 0 {
			underWay <- segment{buf[:n], left.Add(delay)}
		}
		if err != nil {
			return
		}
	}
}

// shell is an SSH server on this machine.
type shell struct {
	dir, address string
}

// startShell starts an SSH server of the user that runs the benchmark. why says what is missing; empty when it runs.
func startShell(ctx context.Context, b testing.TB) (s shell, why string) {
	b.Helper()
	server, err := exec.LookPath("sshd")
	if err != nil {
		if server, err = exec.LookPath("/usr/sbin/sshd"); err != nil {
			return s, "sshd is not installed"
		}
	}
	if os.Geteuid() == 0 {
		_ = os.Mkdir("/run/sshd", 0o755)
	}
	s.dir = b.TempDir()
	for _, name := range []string{"host", "user"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(s.dir, name)).CombinedOutput(); err != nil {
			return s, fmt.Sprintf("ssh-keygen: %s", out)
		}
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s.address = free.Addr().String()
	_ = free.Close()
	_, port, _ := net.SplitHostPort(s.address)
	config := fmt.Sprintf("Port %s\nListenAddress 127.0.0.1\nHostKey %s/host\nAuthorizedKeysFile %s/user.pub\nStrictModes no\nUsePAM no\nPidFile none\n"+
		"PasswordAuthentication no\nPermitRootLogin yes\nPrintMotd no\nPrintLastLog no\nLogLevel ERROR\n", port, s.dir, s.dir)
	if err := os.WriteFile(filepath.Join(s.dir, "config"), []byte(config), 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, server, "-D", "-e", "-f", filepath.Join(s.dir, "config"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return s, err.Error()
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if conn, err := net.Dial("tcp", s.address); err == nil {
			_, _ = io.ReadFull(conn, make([]byte, 4))
			_ = conn.Close()
			if out, err := exec.Command("ssh", s.args(port, "echo "+firstLabel)...).CombinedOutput(); err != nil {
				return s, fmt.Sprintf("ssh: %s", out)
			}
			return s, ""
		}
	}
	return s, "sshd does not listen"
}

func (s shell) args(port string, more ...string) []string {
	who := "root"
	if u, err := user.Current(); err == nil {
		who = u.Username
	}
	return append([]string{
		"-F", "/dev/null", "-i", filepath.Join(s.dir, "user"), "-p", port, "-o", "StrictHostKeyChecking=no", "-o", "IdentitiesOnly=yes",
		"-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", who + "@127.0.0.1",
	}, more...)
}

// over is the program as it is started through ssh.
func (p benchProgram) over(s shell, port string) benchProgram {
	quoted := []string{"exec", "env", "LANG=C.UTF-8", "TZ=UTC"}
	for _, word := range append(p.env, p.args...) {
		quoted = append(quoted, "'"+strings.ReplaceAll(word, "'", `'\''`)+"'")
	}
	if p.stdin != "" {
		quoted = append(quoted, "<", p.stdin)
	}
	p.args = append([]string{"ssh"}, s.args(port, "-tt", strings.Join(quoted, " "))...)
	p.env = []string{"HOME=" + s.dir}
	p.stdin = ""
	return p
}

// hold holds a key over the bad line, and measures how long after the last press the last of it comes.
func (f *figures) hold(ctx context.Context, b testing.TB, s shell, port string) {
	b.Helper()
	w, _ := f.program.over(s, port).begin(ctx, b, true)
	var c cost
	strokes := w.press(func() time.Duration { return heldEvery }, times(heldKeys, f.program.down)...)
	c.add(strokes)
	last := w.between(0, w.count())
	f.lag, f.lagBytes = last[len(last)-1].at.Sub(strokes[heldKeys-1].at), c.bytes
	w.stop()
}

// startRemote starts the program over a line with the delay only, and something that prints one word beside it.
func (f *figures) startRemote(ctx context.Context, b testing.TB, s shell, port string) {
	b.Helper()
	word := benchProgram{name: "echo", args: append([]string{"ssh"}, s.args(port, "echo "+firstLabel)...), env: []string{"HOME=" + s.dir}, first: firstLabel}
	for range remoteRuns {
		for _, run := range []struct {
			p    benchProgram
			took *[]time.Duration
		}{{word, &f.remoteNothing}, {f.program.over(s, port), &f.remoteStarts}} {
			w, d := run.p.begin(ctx, b, true)
			*run.took = append(*run.took, d)
			w.stop()
		}
	}
}
