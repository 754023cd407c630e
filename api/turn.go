package api

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// readsAtOnce is how many reads of one call of the client are made at the same time.
const readsAtOnce = 4

// queue is reads that wait, in the order in which they came. The first tries for the next turn, the others wait to be the
// first, which the closing of their channel tells.
type queue struct {
	places []chan struct{}
	empty  chan struct{} // closed once there are none
}

// wait returns when a read may go out, or with the error of ctx.
func (l *limiter) wait(ctx context.Context) error {
	background := ctx.Value(backgroundKey{}) != nil
	q := &l.reads
	if background {
		q = &l.behind
	}
	first := l.join(q)
	defer l.leave(q, first)
	if joined, ok := ctx.Value(joinedKey{}).(func()); ok {
		joined()
	}
	if err := await(ctx, first); err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		delay, others := l.tryRead(time.Now(), background)
		var err error
		switch {
		case others != nil:
			err = await(ctx, others)
		case delay > 0:
			err = pause(ctx, delay)
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// join takes the last place of a queue.
func (l *limiter) join(q *queue) (first chan struct{}) {
	first = make(chan struct{})
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(q.places) == 0 {
		q.empty = make(chan struct{})
		close(first)
	}
	q.places = append(q.places, first)
	return first
}

func (l *limiter) leave(q *queue, place chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := slices.Index(q.places, place)
	q.places = slices.Delete(q.places, at, at+1)
	switch {
	case len(q.places) == 0:
		close(q.empty)
	case at == 0:
		close(q.places[0])
	}
}

// await waits for a channel to be closed, and returns the error of ctx if that ends first.
func await(ctx context.Context, closed <-chan struct{}) error {
	select {
	case <-closed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// joinedKey is of what a context has called as soon as a read under it waits for its turn.
type joinedKey struct{}

// inOrder does something for each of so many, a few at once, whose first reads have their turns in order. The first error
// ends all.
func inOrder(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readsAtOnce)
	for i := range n {
		waits := make(chan struct{})
		joined := sync.OnceFunc(func() { close(waits) })
		group.Go(func() error {
			defer joined()
			return do(context.WithValue(ctx, joinedKey{}, joined), i)
		})
		<-waits
	}
	return group.Wait()
}
