package main

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"redrive/api/emulator"
)

// planted is a token that is nowhere else, with characters that change when they are escaped.
const planted = "eyJVc2VySUQiOiJwbGFudGVkIn0+/QUJDREVGR0hJSktMTU5PUA=="

var clipboards = regexp.MustCompile(`\x1b\]52;c;([A-Za-z0-9+/=]*)\x07`)

// leaks returns the form of the token that a text has; empty when it has none.
func leaks(s string) string {
	forms := []string{
		planted, url.QueryEscape(planted), url.PathEscape(planted), base64.StdEncoding.EncodeToString([]byte(planted))[:60],
		planted[:20], planted[len(planted)-20:],
	}
	for _, f := range forms {
		if strings.Contains(s, f) {
			return f
		}
	}
	for _, c := range clipboards.FindAllStringSubmatch(s, -1) {
		if plain, err := base64.StdEncoding.DecodeString(c[1]); err != nil || leaks(string(plain)) != "" {
			return fmt.Sprintf("the clipboard with %q", plain)
		}
	}
	return ""
}

// leakless looks through everything that a session wrote.
func leakless(t *testing.T, s *session, dirs ...string) {
	t.Helper()
	if f := leaks(s.raw()); f != "" {
		t.Errorf("the terminal got %s", f)
	}
	if f := leaks(s.screen()); f != "" {
		t.Errorf("the screen shows %s", f)
	}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			if f := leaks(string(raw)) + leaks(path); f != "" {
				t.Errorf("%s has %s", path, f)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestTheTokenIsInNothingThatIsWritten(t *testing.T) {
	var stolen atomic.Int32
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
	defer thief.Close()
	server := emulator.New(emulator.Options{Seed: 1, Token: planted})
	server.SeedIncident(emulator.IncidentOptions{Messages: 40, Workflows: 2, Odd: -1, Seed: 1})
	web := httptest.NewServer(server)
	defer web.Close()
	state, files := t.TempDir(), t.TempDir()
	// Quotas of logs and of colours are no matter here; the words are what the server makes of the token.
	env := []string{"QSTASH_URL=" + web.URL, "QSTASH_TOKEN=" + planted, "XDG_STATE_HOME=" + state}
	echo := `{"error":"no such user: Bearer ` + planted + ` (` + url.QueryEscape(planted) + `)"}`
	answer := func(status int, body string) emulator.Fault {
		return emulator.Fault{Status: status, Header: http.Header{"Location": {thief.URL + "/?t=" + url.QueryEscape(planted)}, "X-Echo": {planted}}, Body: body}
	}
	var struck atomic.Int32
	all := func(f emulator.Fault) {
		struck.Store(0)
		server.SetFaults(func(*http.Request) emulator.Fault {
			struck.Add(1)
			return f
		})
	}
	onWrites := func(f emulator.Fault) {
		server.SetFaults(func(r *http.Request) emulator.Fault {
			if r.Method == http.MethodGet {
				return emulator.Fault{}
			}
			return f
		})
	}

	log := filepath.Join(files, "redrive.log")
	s := begin(t, 200, 40, env, "--log", log)
	s.shows("row 1 of")
	for _, c := range []struct {
		fault emulator.Fault
		says  string
	}{
		{answer(401, echo), "refused the token"},
		{answer(403, planted), "with this token"},
		{answer(500, echo), "failed (500)"},
		{answer(502, "<html>"+planted), "failed (502)"},
		{answer(200, planted), "cannot be read"},
		{answer(200, `{"messages":[{"dlqId":"`+planted), "cannot be read"},
		{answer(302, ""), "a redirect, 302, which is not followed"},
	} {
		all(c.fault)
		s.write("r")
		// The first page and the rows on the screen are read.
		s.until("both answers", func() bool { return struck.Load() >= 2 })
		s.shows(c.says)
		// The second answer may come after the copy, and says its own then.
		copies := len(clipboards.FindAllString(s.raw(), -1))
		s.write("ye")
		s.until("the message in the clipboard", func() bool { return len(clipboards.FindAllString(s.raw(), -1)) > copies })
	}
	server.SetFaults(nil)
	s.write("r")
	s.hides("esc dismisses")
	for i, f := range []emulator.Fault{answer(400, echo), answer(401, echo), answer(500, echo), answer(201, planted)} {
		s.write(fmt.Sprintf("g%s", strings.Repeat("j", 3*i)))
		s.shows(fmt.Sprintf("row %d of", 3*i+1))
		onWrites(f)
		s.write("R")
		s.confirm()
		s.until("the write", func() bool { return writes(server) > i })
		server.SetFaults(nil)
	}
	s.write("4")
	s.shows("retry of 1 message")
	copies := len(clipboards.FindAllString(s.raw(), -1))
	s.write("\rym")
	s.until("the report in the clipboard", func() bool { return len(clipboards.FindAllString(s.raw(), -1)) > copies })
	s.write("w\x15" + filepath.Join(files, "report.md") + "\r")
	s.shows("the report is in")
	s.write("1G")
	s.shows("row 40 of")
	s.write("D")
	s.confirm()
	s.shows("deleting 1 entry")
	for _, name := range []string{"a.jsonl", "a.csv"} {
		s.write("w\x15" + filepath.Join(files, name) + "\r")
		s.shows("written to " + filepath.Join(files, name))
	}
	for _, part := range "ibhrjue" {
		s.write("y" + string(part))
	}
	s.write("?G")
	s.shows("Past messages")
	s.write("\x1b")
	s.hides("Past messages")
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.ended()
	leakless(t, s, state, files)
	if n := stolen.Load(); n > 0 {
		t.Errorf("%d requests went to where a redirect led", n)
	}

	// What it writes when it is asked what it does.
	for _, args := range [][]string{{"--log", log}, nil} {
		s = begin(t, 200, 40, env, args...)
		s.shows("row 1 of")
		if err := s.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
			t.Fatal(err)
		}
		s.ended()
		if onTerminal := strings.Contains(s.raw(), "goroutine "); onTerminal != (args == nil) {
			t.Errorf("with %q it is on the terminal: %t", args, onTerminal)
		}
		leakless(t, s, state, files)
	}

	content, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"msg=start", "path=/v2/dlq ", "status=401", "msg=\"request begins\" method=POST path=/v2/dlq/retry/", "msg=\"call of a job\"", "level=WARN msg=said", "msg=end", "stack=\"goroutine "} {
		if !strings.Contains(string(content), want) {
			t.Errorf("the log has no %s:\n%s", want, content)
		}
	}
	if n := strings.Count(string(content), "msg=start"); n != 2 {
		t.Errorf("the log has %d sessions, want 2", n)
	}
	if about, err := os.Stat(log); err != nil || about.Mode() != 0o600 {
		t.Errorf("the log has %s, %v", about.Mode(), err)
	}
}
