package main

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"redrive/api/emulator"
	"redrive/ui/text"
	"redrive/ui/text/hostile"
)

// These tests run the built program in a pseudo-terminal, for what only that shows: keys that arrive together, signals,
// and what is left of the terminal afterwards.

var binary string

func TestMain(m *testing.M) {
	if path := os.Getenv(lapseVariable); path != "" {
		// This process is the program itself, by another clock.
		os.Exit(execute(followLapse(path)))
	}
	if where := os.Getenv(panicVariable); where != "" {
		os.Exit(execute(clock{now: time.Now, around: func(m tea.Model) tea.Model { return &panicking{Model: m, where: where} }}))
	}
	if rows, err := strconv.Atoi(os.Getenv(benchServes)); err == nil {
		serveBench(rows)
		return
	}
	dir, err := os.MkdirTemp("", "redrive")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "redrive")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as README says: without the C library, which takes 2 MB
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the program does not build: %s\n", out)
		os.Exit(1)
	}
	// These tests wait most of their time.
	if err := flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// qstash is a QStash on a port, and the environment that leads to it.
func qstash(t *testing.T, incident emulator.IncidentOptions) (*emulator.Server, []string) {
	t.Helper()
	s := emulator.New(emulator.Options{Seed: 1})
	s.SeedIncident(incident)
	return s, append(served(t, s), "QSTASH_TOKEN="+emulator.DefaultToken)
}

// served puts a QStash on a port; the environment leads to it.
func served(t *testing.T, s *emulator.Server) []string {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return []string{"QSTASH_URL=" + server.URL}
}

func writes(s *emulator.Server) int {
	n := 0
	for _, r := range s.Requests() {
		if r.Method != http.MethodGet {
			n++
		}
	}
	return n
}

var small = emulator.IncidentOptions{Messages: 150, Workflows: 10, Odd: -1, Seed: 1}

func TestKeysThatArriveTogetherSendNothingAndYAloneSendsOne(t *testing.T) {
	const retrySheet, deleteSheet, help = "press y to send", "Send 1 delete now? press y to send", "up half a screen"
	for name, c := range map[string]struct {
		keys string
		then string // what ? leads to afterwards: on a sheet it is no key, in the list it opens the help
	}{
		"Ry":             {"Ry", retrySheet},
		"Retry":          {"Retry", retrySheet},
		"Ryyyy":          {"Ryyyy", retrySheet},
		"Delivery":       {"Delivery", deleteSheet},
		"Ddelete":        {"Ddelete\r", help},
		"Ry as a paste":  {"\x1b[200~Ry\x1b[201~", help},
		"with line ends": {"\x1b[200~Retry\r\ny\r\n\x1b[201~", help},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := qstash(t, small)
			s := begin(t, 120, 40, env)
			s.shows("row 1 of")
			s.write(c.keys)
			s.write("?")
			// On a busy machine the sheet may open after all of the keys: they were for the list then.
			then := c.then
			s.await(then, func(screen string) bool {
				if strings.Contains(screen, help) {
					then = help
				}
				return strings.Contains(screen, then)
			})
			if then != retrySheet {
				s.write("\x1b")
				s.hides(then)
				s.write("R")
			}
			s.shows("Send 1 retry now?")
			if n := writes(server); n != 0 {
				t.Fatalf("%d writes", n)
			}
			s.confirm()
			s.shows("sent → msg_")
			if n := writes(server); n != 1 {
				t.Errorf("%d writes after y alone, want 1", n)
			}
		})
	}
}

func TestTheStoryOfTheFirstMinutes(t *testing.T) {
	t.Parallel()
	server, env := qstash(t, emulator.IncidentOptions{Messages: 2855, Workflows: 145, Seed: 1})
	s := begin(t, 120, 40, env)
	s.shows("row 1 of")
	s.write("/")
	s.write("status:503")
	s.write("\r")
	s.await("the filtered list", func(screen string) bool {
		return strings.Contains(screen, "+ of") && strings.Contains(screen, " 503 ") && !strings.Contains(screen, " 429 ")
	})
	s.write("  ")
	s.shows("2 marked")
	s.write("R")
	s.shows("Retry 2 messages")
	s.write("n")
	s.shows("nothing was sent")
	if n := writes(server); n != 0 {
		t.Fatalf("%d writes after n", n)
	}
	s.write("R")
	s.shows("Retry 2 messages")
	s.confirm()
	s.shows("2 sent")
	s.await("two rows that were delivered", func(screen string) bool { return strings.Count(screen, "delivered as msg_") == 2 })
	retried := map[string]bool{}
	for _, r := range server.Requests() {
		if id, ok := strings.CutPrefix(r.Path, "/v2/dlq/retry/"); ok {
			retried[id] = true
			if n := len(server.Fate(id).MessageIDs); n != 1 {
				t.Errorf("%s was retried %d times", id, n)
			}
		}
	}
	if len(retried) != 2 || writes(server) != 2 {
		t.Errorf("%d were retried in %d writes", len(retried), writes(server))
	}
	s.write("r")
	s.hides("delivered as msg_")
	s.write("2")
	s.shows("wfr_")
	s.write("R")
	s.shows("Resume 1 workflow run")
	s.confirm()
	s.shows("sent → wfr_")
	s.write("q")
	if code := s.ended(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestItLeavesTheTerminalAsItWas(t *testing.T) {
	leave := map[string]func(*session){
		"q":       func(s *session) { s.write("q") },
		"ctrl+c":  func(s *session) { s.write("\x03") },
		"SIGINT":  func(s *session) { _ = s.cmd.Process.Signal(syscall.SIGINT) },
		"SIGTERM": func(s *session) { _ = s.cmd.Process.Signal(syscall.SIGTERM) },
		"SIGHUP":  func(s *session) { _ = s.cmd.Process.Signal(syscall.SIGHUP) },
		"SIGQUIT": func(s *session) { _ = s.cmd.Process.Signal(syscall.SIGQUIT) },
		"SIGABRT": func(s *session) { _ = s.cmd.Process.Signal(syscall.SIGABRT) },
	}
	codes := map[string]int{"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129, "SIGQUIT": 131, "SIGABRT": 134}
	for name, f := range leave {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, 100, 30, nil, "--demo")
			s.shows("row 1 of")
			f(s)
			if code := s.ended(); code != codes[name] {
				t.Errorf("exit code %d, want %d", code, codes[name])
			}
			raw := s.raw()
			for _, pair := range [][2]string{{"\x1b[?1049h", "\x1b[?1049l"}, {"\x1b[?25l", "\x1b[?25h"}, {"\x1b[?2004h", "\x1b[?2004l"}} {
				if on, off := strings.LastIndex(raw, pair[0]), strings.LastIndex(raw, pair[1]); on < 0 || off < on {
					t.Errorf("%q is not undone by %q", pair[0], pair[1])
				}
			}
		})
	}
}

func TestHostileEntriesDoNotActOnTheTerminal(t *testing.T) {
	_, env := qstash(t, emulator.IncidentOptions{Messages: -1, Workflows: -1, Seed: 1})
	s := begin(t, 160, 60, env)
	s.shows("row 1 of")
	s.write("\r")
	s.shows("Max retries")
	for i := 2; i <= 35; i++ {
		s.write("j")
		s.shows(fmt.Sprintf("row %d of 35", i))
	}
	s.write("R")
	s.shows("Send 1 retry now?")
	s.write("n")
	s.write("q")
	s.write("q")
	s.ended()
	if acting := hostile.Acting(s.raw()); acting != "" {
		t.Errorf("%s reached the terminal", acting)
	}
}

func TestNoAttackActsOnTheTerminal(t *testing.T) {
	server, env := qstash(t, emulator.IncidentOptions{Messages: -1, Workflows: -1, Odd: -1, Seed: 1})
	n := 0
	for _, p := range hostile.Payloads {
		// The terminal of the tests has a cell for each character: it would not show where the cursor is.
		if shown := text.Line(p.Raw); shown.Width() != utf8.RuneCountInString(shown.String()) {
			continue
		}
		n++
		server.Add(emulator.Entry{
			URL: "https://api.acme.io/" + p.Raw, Method: "PO" + p.Raw, QueueName: "q" + p.Raw, Labels: []string{p.Raw, "b"},
			Header: emulator.Header{"X-" + p.Raw: {p.Raw}}, Body: []byte("A" + p.Raw + "Z"), CallerIP: p.Raw, FlowControlKey: p.Raw,
			ResponseStatus: 500, ResponseHeader: emulator.Header{p.Raw: {"a"}}, ResponseBody: []byte("B" + p.Raw + "Y"),
		})
	}
	for _, size := range [][2]uint16{{80, 24}, {160, 60}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			s := begin(t, size[0], size[1], append(env, "XDG_STATE_HOME="+t.TempDir()))
			s.shows("row 1 of")
			s.write("a")
			all := fmt.Sprintf(" of %d ", n)
			s.shows("row 1" + all)
			for i := 2; i <= n; i++ {
				s.write("j")
				s.shows(fmt.Sprintf("row %d%s", i, all))
				if i%3 > 0 {
					continue
				}
				s.write("\r")
				s.shows("Destination")
				s.write("\x1b")
				s.hides("Destination")
			}
			s.write("g")
			s.shows("row 1" + all)
			s.write("yr")
			s.await("the copy", func(string) bool { return clipboards.Match(s.output) })
			s.write("*")
			s.shows("marked")
			s.write("R")
			s.shows("esc nothing")
			s.write("\x1b")
			s.shows("nothing was sent")
			s.write("3")
			s.shows("SHARE")
			s.write("jijjij")
			s.write("?G")
			s.shows("Past messages")
			s.write("qqqq")
			s.ended()
			raw := s.raw()
			copies := clipboards.FindAllString(raw, -1)
			if len(copies) != 1 {
				t.Errorf("%d copies were sent: %q", len(copies), copies)
			}
			if acting := hostile.Acting(clipboards.ReplaceAllString(raw, "")); acting != "" {
				t.Errorf("%s reached the terminal", acting)
			}
		})
	}
}

func TestTheRendererSendsNothingThatIsRefusedOnAnyTerminal(t *testing.T) {
	for _, term := range []string{"xterm-256color", "xterm-kitty", "tmux-256color", "screen", "alacritty", "foot", "st-256color", "linux", "vt100", "rxvt", "putty", "ansi"} {
		t.Run(term, func(t *testing.T) {
			t.Parallel()
			for _, env := range [][]string{{"TERM=" + term}, {"TERM=" + term, "SSH_TTY=/dev/pts/0", "COLORTERM=truecolor"}} {
				s := begin(t, 100, 30, env, "--demo")
				s.shows("row 1 of")
				// The frames in between are drawn as the keys come; what they look like to this terminal is not looked at.
				s.write("yi")
				s.await("the copy", func(string) bool { return strings.Contains(string(s.output), "\x1b]52;c;") })
				s.write(strings.Repeat("j", 40) + "\x06\x1b[6~Gg/status:503\r \r?q3421")
				s.write("qqqq")
				s.ended()
			}
		})
	}
}

func TestWhatIsSaidOutsideOfTheScreenDoesNotActEither(t *testing.T) {
	for name, c := range map[string]struct{ env, args []string }{
		"a variable":           {[]string{"QSTASH_TOKEN=x", "QSTASH_REGION=\x1b]0;owned\x07\u009b2J\x9d"}, nil},
		"the host":             {[]string{"QSTASH_TOKEN=x", "QSTASH_URL=http://a%C2%9B2J%C2%9D0;owned%C2%9C.example"}, nil},
		"the filter":           {nil, []string{"--demo", "--filter", "colour:\u009d0;owned\u009c\x1b[2J"}},
		"an argument":          {nil, []string{"\x1b]52;c;cm0=\x07"}},
		"an unknown flag":      {nil, []string{"--\x1b]0;owned\x07"}},
		"the directory":        {[]string{"QSTASH_TOKEN=x", "XDG_STATE_HOME=/dev/null/\u009b2J"}, []string{"--filter", "\u009b:"}},
		"a flag of the server": {nil, []string{"emulator", "--addr", "\u009b2J\x1b[2J"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, 200, 24, c.env, c.args...)
			if code := s.ended(); code != 2 {
				t.Errorf("exit code %d, want 2", code)
			}
			if acting := hostile.Acting(s.raw()); acting != "" || strings.Contains(s.raw(), "\x1b") {
				t.Errorf("%s acts in %q", acting, s.raw())
			}
		})
	}
}

func TestStartsThatCannotBeEndWithASentence(t *testing.T) {
	tests := map[string]struct {
		env  []string
		args []string
		says string
	}{
		"no token":       {nil, nil, "set QSTASH_TOKEN"},
		"a dumb term":    {[]string{"TERM=dumb"}, []string{"--demo"}, "set TERM"},
		"plain http":     {[]string{"QSTASH_TOKEN=x", "QSTASH_URL=http://example.com"}, nil, "https"},
		"a flag of demo": {[]string{"QSTASH_TOKEN=x"}, []string{"--odd", "3"}, "--demo"},
		"unknown flag":   {nil, []string{"--colour"}, "unknown flag"},
		"an argument":    {nil, []string{"dlq"}, "unknown command"},
		"bad retention":  {nil, []string{"--demo", "--retention", "2w"}, `--retention is "2w"`},
		"bad refresh":    {nil, []string{"--demo", "--refresh", "10ms"}, "1s or more"},
		"bad filter":     {nil, []string{"--demo", "--filter", "colour:red"}, `no field "colour"`},
		"bad region":     {[]string{"QSTASH_TOKEN=x", "QSTASH_REGION=mars"}, nil, `QSTASH_REGION is "mars"`},
		"bad number":     {nil, []string{"--demo", "--seed", "x"}, "--help"},
		"negative count": {nil, []string{"--demo", "--messages", "-4"}, "0 or more"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := begin(t, 200, 24, tt.env, tt.args...)
			if code := s.ended(); code != 2 {
				t.Errorf("exit code %d, want 2", code)
			}
			if raw := s.raw(); !strings.Contains(raw, tt.says) || strings.Contains(raw, "\x1b") || strings.Count(strings.TrimSpace(raw), "\n") > 0 {
				t.Errorf("it says %q", raw)
			}
		})
	}
}

func TestWithoutATerminalItSaysSo(t *testing.T) {
	cmd := exec.Command(binary, "--demo")
	cmd.Env = []string{"TERM=xterm"}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "no terminal") {
		t.Errorf("%v: %q", err, out)
	}
}

func TestWithNoColorNothingIsColoured(t *testing.T) {
	s := begin(t, 100, 30, []string{"NO_COLOR=1"}, "--demo")
	s.shows("row 1 of")
	s.write(" \r")
	s.shows("Response body")
	s.write("q")
	s.write("q")
	s.ended()
	if colour := regexp.MustCompile(`\x1b\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7]|10[0-7])[0-9;]*m`).FindString(s.raw()); colour != "" {
		t.Errorf("a colour was sent: %q", colour)
	}
	if !strings.Contains(s.raw(), "\x1b[7m") && !strings.Contains(s.raw(), ";7m") {
		t.Error("nothing is reversed: the cursor cannot be seen")
	}
}
