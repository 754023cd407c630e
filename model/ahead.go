package model

import (
	"context"
	"sync"
)

// Ahead is a backend that begins to read a page before it is asked for it: the first that asks for that page gets what came.
type Ahead struct {
	Backend
	query Query
	mu    sync.Mutex
	came  chan answered // nil once somebody has asked
}

// answered is an answer to a list.
type answered struct {
	page Page
	err  error
}

// ReadAhead begins to read the page, in the background, and wraps b.
func ReadAhead(b Backend, q Query) *Ahead {
	came := make(chan answered, 1)
	go func() {
		page, err := b.List(context.Background(), q)
		came <- answered{page, err}
	}()
	return &Ahead{Backend: b, query: q, came: came}
}

// List is what was read ahead, once. Who gives up waiting for it leaves it to nobody else.
func (a *Ahead) List(ctx context.Context, q Query) (Page, error) {
	came := a.take(q)
	if came == nil {
		return a.Backend.List(ctx, q)
	}
	select {
	case r := <-came:
		return r.page, r.err
	case <-ctx.Done():
		return Page{}, ctx.Err()
	}
}

// take is where the answer to the query comes, if it was read ahead and nobody has asked for it.
func (a *Ahead) take(q Query) chan answered {
	a.mu.Lock()
	defer a.mu.Unlock()
	came := a.came
	asked := q.DLQ == a.query.DLQ && q.Kind == a.query.Kind && q.Cursor == "" && len(q.IDs) == 0 && !q.Background
	if !asked || q.Server.Identity() != a.query.Server.Identity() {
		return nil
	}
	a.came = nil
	return came
}
