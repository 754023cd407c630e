package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestALogThatCannotBeWrittenEndsTheStartWithASentence(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, says string }{
		"a directory":           {dir, "is a directory"},
		"no such directory":     {filepath.Join(dir, "none", "log"), "no such file or directory"},
		"a pipe nobody reads":   {pipe, "cannot be written"},
		"a device":              {"/dev/null", "it is no file"},
		"a name that would act": {filepath.Join(dir, "none\x1b]0;owned\x07", "log"), "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, 200, 24, nil, "--demo", "--log", c.path)
			if code := s.ended(); code != exitUsage {
				t.Errorf("exit code %d, want %d", code, exitUsage)
			}
			if raw := s.raw(); !strings.Contains(raw, c.says) || strings.Contains(raw, "\x1b") || strings.Count(strings.TrimSpace(raw), "\n") > 0 {
				t.Errorf("it says %q", raw)
			}
		})
	}
}

func TestALogIsAppendedToAndOnlyItsOwnerCanReadIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte("before\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	a, err := openLog(path)
	if err != nil {
		t.Fatal(err)
	}
	a.Info("after")
	// It can be read before it is closed.
	content, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(content), "before\ntime=") || !strings.HasSuffix(string(content), "msg=after\n") {
		t.Errorf("%q, %v", content, err)
	}
	if about, err := os.Stat(path); err != nil || about.Mode() != 0o600 {
		t.Errorf("%s, %v", about.Mode(), err)
	}
	if err := a.close(); err != nil {
		t.Error(err)
	}
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestARequestIsLoggedWithoutItsSecrets(t *testing.T) {
	const secret = "S3cr3tThatMustNotBeKept"
	path := filepath.Join(t.TempDir(), "log")
	a, err := openLog(path)
	if err != nil {
		t.Fatal(err)
	}
	a.hide(planted)
	fails := errors.New("Post with Bearer " + planted + ": \x1b[2J connection reset")
	transport := a.watch(transportFunc(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodDelete {
			return nil, fails
		}
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(secret))}, nil
	}))
	for _, c := range []struct{ method, target string }{
		{http.MethodGet, "https://h/v2/dlq?count=100&cursor=" + secret + "&label=" + secret + "&label=b"},
		{http.MethodPost, "https://h/v2/dlq/retry/1773457698000-17?dlqIds=1"},
		{http.MethodPost, "https://h/v2/publish/https://user:" + secret + "@a.example/hook?key=" + secret},
		{http.MethodPost, "https://h/v2/enqueue/q/https://a.example/" + secret},
		{http.MethodDelete, "https://h/v2/dlq/msg_26hZCxZCuWyyTWPmSVBrNC88Ujvd5"},
	} {
		r, err := http.NewRequest(c.method, c.target, strings.NewReader(secret))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+planted)
		resp, err := transport.RoundTrip(r)
		if err != nil {
			if !errors.Is(err, fails) {
				t.Error(err)
			}
			continue
		}
		_, _ = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		_ = resp.Body.Close()
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	log := string(raw)
	if strings.Contains(log, secret) || leaks(log) != "" || strings.Contains(log, "\x1b") {
		t.Errorf("the log has what it must not have:\n%s", log)
	}
	for _, want := range []string{
		`msg=request method=GET path=/v2/dlq query="count cursor label*2" status=200`, "bytes=23",
		"path=/v2/dlq/retry/1773457698000-17", "path=/v2/publish/…", "path=/v2/enqueue/…", "path=/v2/dlq/msg_26hZCxZCuWyyTWPmSVBrNC88Ujvd5",
		`level=WARN msg="request failed" method=DELETE`, "connection reset",
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log has no %s:\n%s", want, log)
		}
	}
	if n := strings.Count(log, "msg=request "); n != 4 {
		t.Errorf("%d answers are in the log, want 4", n)
	}
}
