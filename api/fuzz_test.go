package api

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

func addRecorded(f *testing.F, pattern string) {
	names, _ := filepath.Glob(filepath.Join("testdata", pattern))
	if len(names) == 0 {
		f.Fatal("nothing is recorded")
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

// checkEntry is what holds of every entry, whatever it was read from.
func checkEntry(t *testing.T, e *model.Entry) {
	t.Helper()
	if e.Key.IsZero() || e.Key.DLQ != "dlq" {
		t.Fatalf("the key is %+v", e.Key)
	}
	if (e.Key.Kind == model.WorkflowRun) != (e.WorkflowRunID != "") {
		t.Fatalf("kind %d of run %q", e.Key.Kind, e.WorkflowRunID)
	}
	if len(e.Response) > model.ResponseHead {
		t.Fatalf("%d bytes of the response are kept", len(e.Response))
	}
	for _, at := range []time.Time{e.CreatedAt, e.FailedAt, e.WorkflowCreatedAt} {
		if at.Year() < 0 || at.Year() > 9999 {
			t.Fatalf("a time in the year %d", at.Year())
		}
	}
	if strings.Contains(e.Problem, "\n") || len(e.Problem) > 1000 {
		t.Fatalf("the problem is %q", e.Problem)
	}
}

func FuzzPage(f *testing.F) {
	addRecorded(f, "*.json")
	f.Add(largePage()[:20_000])
	f.Add([]byte(`{"messages":[null,7,{"dlqId":7,"labels":[1]},{"url":"\ud800` + "\xff" + `"}],"cursor":12}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := readPage(bytes.NewReader(body), "dlq", "c", nil)
		if err != nil {
			return
		}
		for i := range page.Entries {
			checkEntry(t, &page.Entries[i])
		}
		again, err := readPage(&stingy{body}, "dlq", "c", func(model.Key, *rawTexts) {})
		if diff := cmp.Diff(page, again); err != nil || diff != "" {
			t.Fatalf("it depends on how the bytes arrive: %v %s", err, diff)
		}
		_, _ = readLogPage(bytes.NewReader(body))
	})
}

// stingy gives few bytes at a time.
type stingy struct{ rest []byte }

func (s *stingy) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 7)], s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func FuzzEntry(f *testing.F) {
	addRecorded(f, "message.json")
	addRecorded(f, "run.json")
	f.Add([]byte(`{"header":{"a":[1,null,"b"]},"body":"\ud800","bodyBase64":"?","period":1e300,"labels":{},"failureCallbackInfo":{"state":[]}}`))
	c, err := New(Config{Token: "t", DLQ: "dlq"})
	if err != nil {
		f.Fatal(err)
	}
	key := model.Key{DLQ: "dlq", ID: "1760000000123-0"}
	f.Fuzz(func(t *testing.T, body []byte) {
		var d model.Detail
		if err := c.readEntry(bytes.NewReader(body), key, &d.Entry, &d, nil); err != nil {
			return
		}
		if d.Key.ID != key.ID {
			t.Fatalf("another entry was taken for it: %q", d.Key.ID)
		}
		checkEntry(t, &d.Entry)
		var e model.Entry
		if err := c.readEntry(&stingy{body}, key, &e, nil, nil); err != nil {
			t.Fatalf("the summary cannot be read: %v", err)
		}
		// The head of a response and its problems may differ: of the whole entry more is looked at.
		e.Problem, e.Response = d.Problem, d.Response
		if strings.Contains(d.Problem, "not base64") { // its beginning may be
			e.Cause, e.ResponseCut = d.Cause, d.ResponseCut
		}
		if diff := cmp.Diff(d.Entry, e); diff != "" {
			t.Fatalf("the summary differs: %s", diff)
		}
	})
}

func FuzzError(f *testing.F) {
	f.Add(400, []byte(`{"error":"no"}`), true, "10", "0", "1760000000")
	f.Add(429, []byte(`{"error":{}}`), false, "", "", "1e9")
	f.Add(200, []byte(`{"messageId":"m"}`), true, "x", "-1", "99999999999999")
	f.Add(502, []byte("<html>secret-token"), true, "0", "0", "0")
	const token = "secret-token"
	f.Fuzz(func(t *testing.T, status int, body []byte, write bool, limit, remaining, reset string) {
		h := http.Header{
			"Burst-Ratelimit-Limit": {limit}, "Burst-Ratelimit-Remaining": {remaining}, "Burst-Ratelimit-Reset": {reset},
			"Ratelimit-Limit": {limit}, "Ratelimit-Remaining": {remaining}, "Ratelimit-Reset": {reset},
		}
		c, err := New(Config{Token: token, DLQ: "dlq"})
		if err != nil {
			t.Fatal(err)
		}
		c.limit.learn(h)
		a := &answer{status: status, header: h, body: io.NopCloser(bytes.NewReader(body)), alive: func() error { return nil }}
		if status >= 200 && status <= 299 {
			verb := model.Retry
			if _, err = readCreated(a, verb); err == nil {
				return
			}
			err = c.contentError(a, err, write)
		} else {
			err = c.statusError(a, write)
		}
		if err == nil || errors.Is(err, errTooLarge) {
			t.Fatalf("%d: %v", status, err)
		}
		var lost *model.LostAnswerError
		if write && (status >= 500 || status < 400) && !errors.As(err, &lost) {
			t.Fatalf("%d leaves no doubt about a write: %v", status, err)
		}
		if text := err.Error(); strings.Contains(text, token) || len(text) > 3*errorKept || utf8.Valid(body) && !utf8.ValidString(text) {
			t.Fatalf("%q", text)
		}
	})
}
