package run_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"redrive/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const dlq = model.DLQ("test")

// backend is one of functions; those that are not set must not be called.
type backend struct {
	model.Backend
	list func(model.Query) (model.Page, error)
	get  func(model.Key) (model.Detail, error)
	logs func(model.LogQuery) (model.LogPage, error)
	do   func(context.Context, model.Write) (model.WriteResult, error)
}

func (b backend) List(ctx context.Context, q model.Query) (model.Page, error) {
	if ctx.Err() != nil {
		return model.Page{}, ctx.Err()
	}
	return b.list(q)
}

func (b backend) Get(ctx context.Context, k model.Key) (model.Detail, error) {
	if ctx.Err() != nil {
		return model.Detail{}, ctx.Err()
	}
	return b.get(k)
}

func (b backend) Logs(ctx context.Context, q model.LogQuery) (model.LogPage, error) {
	if ctx.Err() != nil {
		return model.LogPage{}, ctx.Err()
	}
	return b.logs(q)
}

func (b backend) Do(ctx context.Context, w model.Write) (model.WriteResult, error) {
	return b.do(ctx, w)
}

// fakeClock is a clock that goes on to the next timer as soon as there is one: nothing in the test takes time.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) After(d time.Duration) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(max(d, 0))
	at := make(chan time.Time, 1)
	at <- c.now
	return at, func() {}
}

// stillClock never wakes.
type stillClock struct{ now time.Time }

func (c stillClock) Now() time.Time { return c.now }

func (stillClock) After(time.Duration) (<-chan time.Time, func()) { return nil, func() {} }

var epoch = time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)

func keysOf(kind model.Kind, n int) (keys []model.Key) {
	for i := range n {
		keys = append(keys, model.Key{DLQ: dlq, Kind: kind, ID: fmt.Sprintf("%d-0", epoch.UnixMilli()+int64(i))})
	}
	return keys
}

// planOf is a plan for entries with nothing but their keys and a destination.
func planOf(t testing.TB, verb model.Verb, keys ...model.Key) model.Plan {
	t.Helper()
	s, err := model.NewSelection(keys...)
	if err != nil {
		t.Fatal(err)
	}
	p := model.Plan{Verb: verb, Selection: s, FrozenAt: epoch}
	for _, k := range keys {
		p.Entries = append(p.Entries, model.Entry{Key: k, URL: "https://a.example", WorkflowURL: "https://a.example"})
	}
	return p
}
