package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/hinshun/vt10x"
	"golang.org/x/sys/unix"

	"redrive/ui/terminal/replay"
)

// resize gives the terminal a size, and returns what was drawn since, from the frame on that draws everything.
func (s *session) resize(width, height uint16) string {
	s.t.Helper()
	from := s.setSize(width, height)
	s.await("everything to be drawn", func(string) bool { return strings.Contains(string(s.output[from:]), replay.EraseAll) })
	s.calm(quiet)
	drawn := s.raw()[from:]
	return drawn[strings.LastIndex(drawn, replay.EraseAll):]
}

// setSize gives the terminal a size, and returns how much was written before.
func (s *session) setSize(width, height uint16) (written int) {
	s.t.Helper()
	s.mu.Lock()
	written = len(s.output)
	s.term.Resize(int(width), int(height))
	s.mu.Unlock()
	conn, err := s.file.SyscallConn()
	if err != nil {
		s.t.Fatal(err)
	}
	var failed error
	err = conn.Control(func(fd uintptr) {
		failed = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: height, Col: width})
	})
	if err != nil || failed != nil {
		s.t.Fatal(err, failed)
	}
	return written
}

var places = regexp.MustCompile(`\x1b\[(\d+)(?:;(\d+))?H`)

// outside is a place that the cursor was sent to and that the terminal does not have; empty when there is none.
func outside(drawn string, width, height int) string {
	for _, p := range places.FindAllStringSubmatch(drawn, -1) {
		y, _ := strconv.Atoi(p[1])
		x, _ := strconv.Atoi(p[2])
		if y > height || x > width {
			return p[0]
		}
	}
	return ""
}

// firstLine is the first line of what was drawn, and all of it.
func firstLine(drawn string, width, height int) (first, all string) {
	term := vt10x.New(vt10x.WithSize(width, height))
	_, _ = term.Write([]byte(drawn))
	all = term.String()
	first, _, _ = strings.Cut(all, "\n")
	return first, all
}

func TestTheTerminalMayChangeItsSizeAtAnyMoment(t *testing.T) {
	for name, c := range map[string]struct {
		keys  []string
		shows string // once there is room again
	}{
		"list":     {nil, "row 1 of"},
		"detail":   {[]string{"\r"}, "Destination "},
		"sheet":    {[]string{"R"}, "Send 1 retry now?"},
		"form":     {[]string{"R", "o"}, "retry delay"},
		"menu":     {[]string{"s"}, "Sort by"},
		"help":     {[]string{"?"}, "up half a screen"},
		"filter":   {[]string{"/", "status:5"}, "status:5"},
		"causes":   {[]string{"3"}, "SHARE"},
		"jobs":     {[]string{"4"}, "Jobs"},
		"a notice": {[]string{"R", "n"}, "nothing was sent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := qstash(t, small)
			s := begin(t, 200, 60, env)
			s.shows("row 1 of")
			for _, k := range c.keys {
				s.write(k)
				s.calm(quiet)
			}
			s.shows(c.shows)
			for _, size := range [][2]uint16{{20, 5}, {200, 60}, {40, 10}, {20, 60}, {200, 5}, {80, 24}, {1, 1}, {200, 60}} {
				width, height := int(size[0]), int(size[1])
				drawn := s.resize(size[0], size[1])
				first, term := firstLine(drawn, width, height)
				// A frame of the size before may still have been on its way.
				for tries := 0; tries < 50 && (outside(drawn, width, height) != "" || width >= len(" redrive") && !strings.Contains(first, "redrive")); tries++ {
					s.calm(quiet)
					drawn = s.raw()
					drawn = drawn[strings.LastIndex(drawn, replay.EraseAll):]
					first, term = firstLine(drawn, width, height)
				}
				if place := outside(drawn, width, height); place != "" {
					t.Errorf("%v: the cursor is sent to %q", size, place)
				}
				// A line too long, or one too many, would move the first one.
				if width >= len(" redrive") && !strings.Contains(first, "redrive") {
					t.Errorf("%v: the first line is %q:\n%s", size, first, term)
				}
			}
			if name != "a notice" {
				s.shows(c.shows)
			}
			// One after the other, and keys in between.
			for i := range 30 {
				size := &unix.Winsize{Row: uint16(5 + 7*i%56), Col: uint16(20 + 31*i%181)}
				conn, err := s.file.SyscallConn()
				if err != nil {
					t.Fatal(err)
				}
				_ = conn.Control(func(fd uintptr) { _ = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, size) })
				s.write("j")
			}
			s.resize(120, 40)
			if n := writes(server); n != 0 {
				t.Errorf("%d writes", n)
			}
			s.write("\x03")
			s.write("\x03")
			s.write("\x03")
			if code := s.ended(); code != 0 {
				t.Errorf("exit code %d:\n%s", code, s.screen())
			}
		})
	}
}

func TestItCanBeSuspendedAndComesBackUnderAShell(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	t.Parallel()
	server, env := qstash(t, small)
	s := beginProgram(t, bash, 120, 40, append(env, "PATH="+os.Getenv("PATH"), "PS1=ready> ", "INPUTRC=/dev/null"), "--norc", "--noprofile", "-i")
	s.shows("ready>")
	s.write(binary + "\n")
	s.shows("row 1 of 150")
	for round := range 2 {
		from := len(s.raw())
		s.write("\x1a")
		s.await("the shell", func(screen string) bool {
			after := string(s.output[from:])
			return strings.Contains(after, leftScreen) && strings.Contains(after, "Stopped") && strings.HasSuffix(after, "ready> ")
		})
		// A terminal that does not echo would have 0 lines that say so.
		s.write(fmt.Sprintf("stty -a | grep -c ' echo '; echo and$((42+%d))\n", round))
		s.await("a terminal that echoes", func(string) bool {
			return strings.Contains(string(s.output[from:]), fmt.Sprintf("1\r\nand%d\r\n", 42+round))
		})
		from = len(s.raw())
		s.write("fg\n")
		s.await("the screen", func(screen string) bool {
			return strings.Contains(string(s.output[from:]), "\x1b[?1049h") && strings.Contains(screen, "of 150")
		})
		s.write("j")
		s.shows(fmt.Sprintf("row %d of 150", round+2))
	}
	if n := writes(server); n != 0 {
		t.Errorf("%d writes", n)
	}
	s.write("q")
	s.await("the shell again", func(string) bool { return strings.HasSuffix(string(s.output), "ready> ") })
	s.write("exit\n")
	s.ended()
}

func TestWithoutAHomeNothingCanBeSentAndEverythingCanBeRead(t *testing.T) {
	t.Parallel()
	server, env := qstash(t, small)
	s := begin(t, 160, 40, append(env, "HOME=", "XDG_STATE_HOME="))
	s.shows("row 1 of 150")
	s.shows("nothing can be sent: ")
	s.write("\r")
	s.shows("Response body")
	s.write("R")
	s.confirm()
	s.shows("not sent")
	if n := writes(server); n != 0 {
		t.Errorf("%d writes:\n%s", n, s.screen())
	}
	s.write("\x03")
	s.write("\x03")
	s.write("\x03")
	if code := s.ended(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
