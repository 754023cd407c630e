package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"redrive/model"
)

// queueCap is how many bytes the answer to a call for a queue may have.
const queueCap = 1 << 20

// Control reads a queue (GET /v2/queues/{name}), holds its messages (POST /v2/queues/{name}/pause) or lets them go on
// (POST /v2/queues/{name}/resume, which may take the server a minute). Pausing and resuming are writes: they are sent
// once and wait for nothing.
//
// A queue that does not exist is a [model.BadRequestError] with status 404; an empty name, or one that cannot be sent,
// is a [RefusedError].
func (c *Client) Control(ctx context.Context, call model.ControlCall) (model.Queue, error) {
	if err := c.checkAsked(call.DLQ); err != nil {
		return model.Queue{}, err
	}
	if err := checkID("name of the queue", call.Queue); err != nil {
		return model.Queue{}, err
	}
	path := "/v2/queues/" + url.PathEscape(call.Queue)
	switch call.Action {
	case model.ReadQueue:
		return c.readQueue(ctx, path)
	case model.PauseQueue:
		path += "/pause"
	case model.ResumeQueue:
		path += "/resume"
	default:
		return model.Queue{}, refuse("there is no such action on a queue")
	}
	if err := c.changeQueue(ctx, path); err != nil {
		return model.Queue{}, err
	}
	return model.Queue{Name: call.Queue}, nil
}

func (c *Client) changeQueue(ctx context.Context, path string) error {
	return c.change(ctx, call{method: http.MethodPost, path: path}, func(a *answer) error {
		a.cap = queueCap
		_, _ = io.Copy(io.Discard, a)
		return nil
	})
}

func (c *Client) readQueue(ctx context.Context, path string) (q model.Queue, err error) {
	err = c.read(ctx, call{method: http.MethodGet, path: path}, func(a *answer) error {
		a.cap = queueCap
		s := newScanner(a)
		q = model.Queue{}
		s.document(func(name []byte) {
			switch string(name) {
			case "name":
				q.Name = s.text("name")
			case "parallelism":
				q.Parallelism = s.int("parallelism")
			case "paused":
				q.Paused = s.bool("paused")
			case "lag":
				q.Lag = s.int("lag")
			default:
				s.skip()
			}
		})
		if s.err == nil && len(s.problems) > 0 {
			// Whether the queue is paused decides what a retry leads to: a guess would be worse than none.
			s.fail("its %s", s.takeProblems())
		}
		return s.err
	})
	if errors.Is(err, errTooLarge) {
		err = &model.UnreadableError{Host: c.host, What: "it is too large"}
	}
	if err != nil {
		return model.Queue{}, err
	}
	return q, nil
}
