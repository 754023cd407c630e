package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"redrive/model"
	"redrive/model/journal"
)

// activity is the log of what the program did, for its user to read or to send along: requests, calls of jobs, what was said to
// be wrong. It has no token, no other secret, no header and no body. Without a file it is kept nowhere.
type activity struct {
	*slog.Logger
	path   string // empty when none is kept
	file   *os.File
	hidden []string // the token, in each form that it can have
}

// openLog opens the log for appending. Only its owner can read it. What is no file is refused, so that nothing waits for a reader.
func openLog(path string) (*activity, error) {
	a := &activity{Logger: slog.New(slog.DiscardHandler), path: path}
	if path == "" {
		return a, nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY|syscall.O_NONBLOCK, 0o600)
	if err == nil {
		if about, statErr := file.Stat(); statErr != nil || !about.Mode().IsRegular() {
			err = errors.New("it is no file")
		} else if about.Mode().Perm() != 0o600 {
			err = file.Chmod(0o600)
		}
		if err != nil {
			_ = file.Close()
		}
	}
	if err != nil {
		if cause, ok := errors.AsType[*os.PathError](err); ok {
			err = cause.Err
		}
		return nil, fmt.Errorf("--log %s cannot be written: %w", path, err)
	}
	a.file = file
	a.Logger = slog.New(slog.NewTextHandler(file, &slog.HandlerOptions{ReplaceAttr: a.replace}))
	return a, nil
}

// hide keeps a secret out of the log and out of what is said of a crash. It is called before anything is logged.
func (a *activity) hide(secret string) {
	if secret != "" {
		a.hidden = append(a.hidden, secret, url.QueryEscape(secret), url.PathEscape(secret))
	}
}

func (a *activity) close() error {
	if a.file == nil {
		return nil
	}
	return a.file.Close()
}

// harmless is text that is scrubbed already, or is all ours.
type harmless string

func (a *activity) replace(_ []string, attr slog.Attr) slog.Attr {
	switch attr.Value.Kind() {
	case slog.KindString:
		attr.Value = slog.StringValue(a.scrub(attr.Value.String()))
	case slog.KindAny:
		switch v := attr.Value.Any().(type) {
		case harmless:
			attr.Value = slog.StringValue(string(v))
		case slog.Level, *slog.Source:
		default:
			attr.Value = slog.StringValue(a.scrub(fmt.Sprint(v)))
		}
	}
	return attr
}

// scrub is a text without what may be a secret in it.
func (a *activity) scrub(s string) string { return journal.Scrub(a.withoutToken(s)) }

// withoutToken is a text of ours, such as a stack, without the token and without what is named as a secret.
func (a *activity) withoutToken(s string) string {
	for _, h := range a.hidden {
		s = strings.ReplaceAll(s, h, model.Masked)
	}
	return model.MaskText(s)
}

// trail logs the requests that go through a transport.
type trail struct {
	http.RoundTripper
	to *activity
}

// watch is a transport whose requests are logged.
func (a *activity) watch(t http.RoundTripper) http.RoundTripper {
	if a.path == "" {
		return t
	}
	return &trail{t, a}
}

// CloseIdleConnections passes on what the client of net/http asks for.
func (t *trail) CloseIdleConnections() {
	if c, ok := t.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func (t *trail) RoundTrip(r *http.Request) (*http.Response, error) {
	began := time.Now()
	about := t.to.With("method", r.Method, "path", t.to.pathOf(r.URL), "query", namesOf(r.URL.Query()))
	if r.Method != http.MethodGet {
		about.Info("request begins")
	}
	resp, err := t.RoundTripper.RoundTrip(r)
	if err != nil {
		about.Warn("request failed", "took", time.Since(began), "error", err)
		return resp, err
	}
	resp.Body = &countedBody{ReadCloser: resp.Body, ended: func(n int64) {
		about.Info("request", "status", resp.StatusCode, "took", time.Since(began), "bytes", n)
	}}
	return resp, nil
}

// pathOf is the path of an address of the API without what may be a secret: ids stay, the destination of a new message does not.
func (a *activity) pathOf(u *url.URL) harmless {
	parts := strings.Split(u.EscapedPath(), "/")
	if len(parts) > 3 && (parts[2] == "publish" || parts[2] == "enqueue") {
		parts = append(parts[:3], "…")
	}
	for i, p := range parts {
		parts[i] = a.scrub(p)
	}
	return harmless(strings.Join(parts, "/"))
}

// namesOf are the parameters of a query without their values, and how many values there are of each.
func namesOf(query url.Values) string {
	var names []string
	for name, values := range query {
		if len(values) > 1 {
			name = fmt.Sprintf("%s*%d", name, len(values))
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// countedBody counts what is read of an answer, and tells when it is closed.
type countedBody struct {
	io.ReadCloser
	n     int64
	once  sync.Once
	ended func(n int64)
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	return n, err
}

func (b *countedBody) Close() error {
	err := b.ReadCloser.Close()
	b.once.Do(func() { b.ended(b.n) })
	return err
}

// wrap is a backend whose changes are logged, those that are refused before they are sent too.
func (a *activity) wrap(b model.Backend) model.Backend {
	if a.path == "" {
		return b
	}
	return &loggedBackend{b, a}
}

type loggedBackend struct {
	model.Backend
	to *activity
}

func (l *loggedBackend) Do(ctx context.Context, w model.Write) (model.WriteResult, error) {
	began := time.Now()
	r, err := l.Backend.Do(ctx, w)
	about := []any{"verb", w.Verb.String(), "operation", w.Operation, "entries", w.Selection.Len()}
	if w.Selection.Len() > 0 {
		about = append(about, "first", w.Selection.At(0).ID)
	} else {
		about = append(about, "by", "filter", "most", w.Count)
	}
	l.tell("call of a job", began, err, append(about, "created", len(r.Created), "done", r.Done, "count", r.Count)...)
	return r, err
}

func (l *loggedBackend) Publish(ctx context.Context, m model.NewMessage) (model.Created, error) {
	began := time.Now()
	c, err := l.Backend.Publish(ctx, m)
	l.tell("new message", began, err)
	return c, err
}

func (l *loggedBackend) Control(ctx context.Context, c model.ControlCall) (model.ControlResult, error) {
	began := time.Now()
	r, err := l.Backend.Control(ctx, c)
	if c.Action.Changes() {
		l.tell("control", began, err, "action", int(c.Action), "name", c.Name)
	}
	return r, err
}

func (l *loggedBackend) tell(what string, began time.Time, err error, about ...any) {
	about = append(about, "took", time.Since(began))
	if err != nil {
		l.to.Warn(what, append(about, "error", err)...)
		return
	}
	l.to.Info(what, about...)
}
