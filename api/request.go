package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"redrive/model"
)

const (
	// repeats is how often a read that was not carried out is made again.
	repeats = 2
	// patience is how long after the beginning of a read it may still be made again.
	patience = 2 * time.Second
	// unreachablePause is what lies between reads that could not be sent.
	unreachablePause = 250 * time.Millisecond
	// wholeRead is how many timeouts a read may take altogether while its answer keeps coming.
	wholeRead = 4
)

// call is a request to be made.
type call struct {
	method  string
	path    string // with escapes, from the first slash on
	query   url.Values
	headers []model.HeaderField // what is overridden
	write   bool
	body    []byte // of a new message only
	// alsoDone is a status outside of 2xx by which the endpoint is documented to say that it was done.
	alsoDone int
}

func (q call) isDone(status int) bool {
	return status >= 200 && status <= 299 || q.alsoDone != 0 && status == q.alsoDone
}

// read makes a request that changes nothing, and gives a 2xx answer to use. What was not carried out, since it never
// left or hit the burst limit, is asked for again a little.
func (c *Client) read(ctx context.Context, q call, use func(*answer) error) error {
	began := time.Now()
	for try := 0; ; try++ {
		if err := c.limit.wait(ctx); err != nil {
			return err
		}
		err := c.exchange(ctx, q, use)
		wait, held, again := c.mayRepeat(err)
		if !again || try == repeats || time.Since(began)+wait > patience {
			return err
		}
		if held {
			continue // its turn comes when all that is held back may go out
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}

func (c *Client) mayRepeat(err error) (wait time.Duration, held, again bool) {
	var neverSent *model.NeverSentError
	var limited *model.RateLimitedError
	switch {
	case errors.As(err, &neverSent):
		return unreachablePause, false, true
	case errors.As(err, &limited):
		return limited.Until.Sub(c.now()), true, !limited.Daily
	}
	return 0, false, false
}

// change makes a request that changes something, once, and gives a 2xx answer to use.
func (c *Client) change(ctx context.Context, q call, use func(*answer) error) error {
	if err := ctx.Err(); err != nil {
		return &model.NeverSentError{Host: c.host, Cause: err}
	}
	if delay := c.limit.tryWrite(); delay > 0 {
		return &model.RateLimitedError{Host: c.host, Until: c.now().Add(delay)}
	}
	q.write = true
	return c.exchange(ctx, q, use)
}

// exchange makes one request. Every error is one of package model's, or that of parent for a read that was cancelled.
func (c *Client) exchange(parent context.Context, q call, use func(*answer) error) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	stalled := time.AfterFunc(c.timeout, func() { cancel(&slowError{c.timeout}) })
	defer stalled.Stop()
	if !q.write {
		whole := time.AfterFunc(wholeRead*c.timeout, func() { cancel(&slowError{wholeRead * c.timeout}) })
		defer whole.Stop()
	}
	var left departure
	req, err := c.request(left.watch(ctx), q)
	if err != nil {
		return &model.NeverSentError{Host: c.host, Cause: c.cause(ctx, err)}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		switch {
		case parent.Err() != nil && !q.write:
			return parent.Err()
		case left.never(err):
			return &model.NeverSentError{Host: c.host, Cause: c.cause(ctx, err)}
		}
		return &model.LostAnswerError{Host: c.host, Cause: c.cause(ctx, err)}
	}
	a := &answer{status: resp.StatusCode, header: resp.Header, body: resp.Body, alive: func() error { return context.Cause(ctx) }}
	if !q.write {
		a.progress = func() { stalled.Reset(c.timeout) }
	}
	defer func() { _ = resp.Body.Close() }()
	c.limit.learn(resp.Header)
	if q.isDone(a.status) {
		err = use(a)
	} else {
		err = c.statusError(a, q.write)
	}
	switch {
	case err == nil:
		return nil
	case parent.Err() != nil && !q.write:
		return parent.Err()
	case !q.isDone(a.status):
		return err
	case a.broken != nil && !errors.Is(a.broken, io.ErrUnexpectedEOF):
		return &model.LostAnswerError{Host: c.host, Cause: c.cause(ctx, a.broken)}
	}
	return c.contentError(a, err, q.write)
}

func (c *Client) request(ctx context.Context, q call) (*http.Request, error) {
	target := c.base + q.path
	if len(q.query) > 0 {
		target += "?" + q.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, q.method, target, bodyOf(q))
	if err != nil {
		return nil, errors.New("its address cannot be formed")
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("User-Agent", "redrive")
	req.Header.Set("Accept", "application/json")
	for _, h := range q.headers {
		req.Header.Set(h.Name, h.Value)
	}
	return req, nil
}

func bodyOf(q call) io.Reader {
	if len(q.body) == 0 {
		return http.NoBody
	}
	return bytes.NewReader(q.body)
}

// departure watches whether a request may have left. From the moment that it has a connection it may have: the bytes
// are written by another goroutine.
type departure struct{ sought, connected atomic.Bool }

func (d *departure) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { d.sought.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { d.connected.Store(true) },
	})
}

// never tells whether the request that ended in err provably did not leave. A transport that reports nothing proves
// nothing, unless its error does.
func (d *departure) never(err error) bool {
	return !d.connected.Load() && (d.sought.Load() || isDialError(err))
}
