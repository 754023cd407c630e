package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"redrive/model"
)

const account = model.DLQ("qstash.upstash.io#0a1b2c3d4e5f6071")

var epoch = time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)

// clock is a time that moves when it is told to.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newClock() *clock { return &clock{at: epoch} }

// session is a program that has started.
func session(t testing.TB, dir string, c *clock) *Journal {
	t.Helper()
	j, err := Open(dir, string(account), c.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func id(n int) string { return fmt.Sprintf("%d-0", epoch.UnixMilli()+int64(n)) }

func key(n int) model.Key { return model.Key{DLQ: account, Kind: model.Message, ID: id(n)} }

// operation is a retry of n messages.
func operation(name string, n int) model.Operation {
	o := model.Operation{Name: name, Verb: model.Retry, DLQ: account, Kind: model.Message, At: epoch}
	for i := range n {
		o.Entries = append(o.Entries, model.RecordedEntry{
			ID: id(i), MessageID: fmt.Sprintf("msg_%d", i), URL: "https://api.acme.io/hook", Status: 503,
			Labels: []string{"orders"}, FailedAt: epoch.Add(time.Duration(i) * time.Millisecond),
			MaxRetries: 3, FlowControlKey: "acme", Flow: model.FlowLimits{Rate: 5, Parallelism: 2, Period: time.Minute},
			Given: model.Overrides{Labels: []string{"own"}},
		})
	}
	return o
}

// retry is a write of an operation for some of its entries.
func retry(t testing.TB, name string, entries ...int) model.Write {
	t.Helper()
	var keys []model.Key
	for _, n := range entries {
		keys = append(keys, key(n))
	}
	s, err := model.NewSelection(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return model.Write{Verb: model.Retry, Selection: s, Operation: name, Overrides: model.Overrides{Labels: []string{"orders", name}}}
}

// server is a backend whose answers are given.
type server struct {
	model.Backend
	do      func(model.Write) (model.WriteResult, error)
	publish func(model.NewMessage) (model.Created, error)
}

func (s server) Do(_ context.Context, w model.Write) (model.WriteResult, error) { return s.do(w) }

func (s server) Publish(_ context.Context, m model.NewMessage) (model.Created, error) {
	return s.publish(m)
}

func answers(r model.WriteResult, err error) server {
	return server{do: func(model.Write) (model.WriteResult, error) { return r, err }}
}

func made(ids ...string) model.WriteResult {
	var r model.WriteResult
	for _, id := range ids {
		r.Created = append(r.Created, model.Created{MessageID: id})
	}
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func do(t testing.TB, j *Journal, s server, w model.Write) {
	t.Helper()
	if _, err := j.Wrap(s).Do(t.Context(), w); err != nil {
		t.Fatal(err)
	}
}

// unfinished is the one operation that has no end.
func unfinished(t testing.TB, j *Journal) model.Recorded {
	t.Helper()
	all, err := j.Unfinished()
	if err != nil || len(all) != 1 {
		t.Fatalf("%d operations are unfinished, error %v", len(all), err)
	}
	return all[0]
}

func noneUnfinished(t testing.TB, j *Journal) {
	t.Helper()
	if all, err := j.Unfinished(); err != nil || len(all) != 0 {
		t.Fatalf("unfinished: %+v, error %v", all, err)
	}
}

// files are all below dir, with their content.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all[path] = string(b)
		return err
	}))
	return all
}

// theFile is the only one in a folder of the journal.
func theFile(t testing.TB, dir, name string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", name, "*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("files in %s: %v, error %v", name, found, err)
	}
	return found[0]
}

func isNotRecorded(err error) bool {
	_, is := errors.AsType[*model.NotRecordedError](err)
	return is
}

// failing is a disk of which some uses fail.
type failing struct {
	disk
	// fail is asked before each use: create, open, write, sync, truncate, list, read, remove.
	fail func(use string) error
}

func (d failing) list() ([]string, error) {
	if err := d.fail("list"); err != nil {
		return nil, err
	}
	return d.disk.list()
}

func (d failing) read(name string) ([]byte, error) {
	if err := d.fail("read"); err != nil {
		return nil, err
	}
	return d.disk.read(name)
}

func (d failing) tail(name string, most int64) ([]byte, error) {
	if err := d.fail("read"); err != nil {
		return nil, err
	}
	return d.disk.tail(name, most)
}

func (d failing) head(name string, most int64) ([]byte, error) {
	if err := d.fail("read"); err != nil {
		return nil, err
	}
	return d.disk.head(name, most)
}

func (d failing) create(name string, content []byte) (file, error) {
	if err := d.fail("create"); err != nil {
		return nil, err
	}
	f, err := d.disk.create(name, content)
	return failingFile{f, d}, err
}

func (d failing) open(name string) (file, error) {
	if err := d.fail("open"); err != nil {
		return nil, err
	}
	f, err := d.disk.open(name)
	return failingFile{f, d}, err
}

func (d failing) remove(name string) error {
	if err := d.fail("remove"); err != nil {
		return err
	}
	return d.disk.remove(name)
}

type failingFile struct {
	file
	d failing
}

// Write leaves half of it when it fails, as a full disk does.
func (f failingFile) Write(b []byte) (int, error) {
	if err := f.d.fail("write"); err != nil {
		n, _ := f.file.Write(b[:len(b)/2])
		return n, err
	}
	return f.file.Write(b)
}

func (f failingFile) Sync() error {
	if err := f.d.fail("sync"); err != nil {
		return err
	}
	return f.file.Sync()
}

func (f failingFile) Truncate(size int64) error {
	if err := f.d.fail("truncate"); err != nil {
		return err
	}
	return f.file.Truncate(size)
}

// faults says which uses of a disk fail, and with what.
type faults map[string]error

func (f faults) of(use string) error { return f[use] }

// sentenceProblem is what keeps a text from being one sentence that says what to do.
func sentenceProblem(err error) string {
	switch text := err.Error(); {
	case strings.ContainsAny(text, "\n\r"):
		return "it has several lines"
	case !strings.Contains(text, ": "):
		return "it does not say what to do"
	}
	return ""
}
