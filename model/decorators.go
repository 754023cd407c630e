package model

import (
	"context"
	"sync"
)

// ReadOnly is a backend that refuses every change without asking b.
func ReadOnly(b Backend) Backend { return readOnly{b} }

type readOnly struct{ Backend }

func (readOnly) Do(_ context.Context, w Write) (WriteResult, error) {
	return WriteResult{}, &ReadOnlyError{Verb: w.Verb}
}

func (r readOnly) Control(ctx context.Context, c ControlCall) (ControlResult, error) {
	if !c.Action.Changes() {
		return r.Backend.Control(ctx, c)
	}
	if c.Action.OfFlowKeys() {
		return ControlResult{}, &ReadOnlyError{What: "changing flow control"}
	}
	return ControlResult{}, &ReadOnlyError{}
}

func (readOnly) Publish(context.Context, NewMessage) (Created, error) {
	return Created{}, &ReadOnlyError{What: "publishing"}
}

// InFlight is a backend that knows how many writes have not been answered, so that the program can wait for them
// before it ends.
type InFlight struct {
	Backend
	mu   sync.Mutex
	n    int
	idle chan struct{}
}

// CountInFlight wraps b.
func CountInFlight(b Backend) *InFlight { return &InFlight{Backend: b} }

// Do counts the write while it is under way.
func (f *InFlight) Do(ctx context.Context, w Write) (WriteResult, error) {
	defer f.begin()()
	return f.Backend.Do(ctx, w)
}

// Publish counts the message while it is under way.
func (f *InFlight) Publish(ctx context.Context, m NewMessage) (Created, error) {
	defer f.begin()()
	return f.Backend.Publish(ctx, m)
}

// Control counts the call while it is under way, if it changes something.
func (f *InFlight) Control(ctx context.Context, c ControlCall) (ControlResult, error) {
	if c.Action.Changes() {
		defer f.begin()()
	}
	return f.Backend.Control(ctx, c)
}

// begin counts one more call, and returns what counts it off.
func (f *InFlight) begin() (end func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n == 0 {
		f.idle = make(chan struct{})
	}
	f.n++
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.n--; f.n == 0 {
			close(f.idle)
		}
	}
}

// Wait returns how many writes are still unanswered once ctx ends, or 0 as soon as none is.
func (f *InFlight) Wait(ctx context.Context) int {
	f.mu.Lock()
	n, idle := f.n, f.idle
	f.mu.Unlock()
	if n == 0 {
		return 0
	}
	select {
	case <-idle:
		return 0
	case <-ctx.Done():
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.n
}
