package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"redrive/model"
)

const (
	queuesPath   = "/v2/queues"
	flowKeysPath = "/v2/flowControl"
	// controlCap is how many bytes the answer to a call for queues or flow-control keys may have.
	controlCap = 16 << 20
)

// Control reads queues and flow-control keys, or changes what they let through:
//
//   - GET /v2/queues and GET /v2/queues/{name};
//   - POST /v2/queues/{name}/pause and /resume, which may take the server a minute;
//   - GET /v2/flowControl and GET /v2/flowControl/{key};
//   - POST /v2/flowControl/{key}/pause, /resume, /pin, /unpin and /resetRate.
//
// Changes are writes: they are sent once and wait for nothing. One that is not there is a [model.BadRequestError] with
// status 404; an empty name, one that cannot be sent, and limits that say nothing are a [model.RefusedError].
func (c *Client) Control(ctx context.Context, call model.ControlCall) (model.ControlResult, error) {
	if err := c.checkAsked(call.DLQ); err != nil {
		return model.ControlResult{}, err
	}
	if err := call.Valid(); err != nil {
		return model.ControlResult{}, err
	}
	path := queuesPath
	what := "name of the queue"
	if call.Action.OfFlowKeys() {
		path, what = flowKeysPath, "flow-control key"
	}
	if !call.Action.Lists() {
		if err := checkID(what, call.Name); err != nil {
			return model.ControlResult{}, err
		}
		path += "/" + url.PathEscape(call.Name)
	}
	if !call.Action.Changes() {
		return c.readControl(ctx, path, call.Action)
	}
	suffix, query := controlChange(call)
	return model.ControlResult{}, c.changeControl(ctx, path+suffix, query)
}

// controlChange is what a change of a queue or a key adds to its address.
func controlChange(call model.ControlCall) (suffix string, query url.Values) {
	switch call.Action {
	case model.PauseQueue, model.PauseFlowKey:
		return "/pause", nil
	case model.ResumeQueue, model.ResumeFlowKey:
		return "/resume", nil
	case model.PinFlowKey:
		query = url.Values{}
		for name, n := range map[string]int{
			"parallelism": call.Pin.Parallelism, "rate": call.Pin.Rate, "period": int(call.Pin.Period / time.Second),
		} {
			if n > 0 {
				query.Set(name, strconv.Itoa(n))
			}
		}
		return "/pin", query
	case model.UnpinFlowKey:
		query = url.Values{}
		if call.UnpinParallelism {
			query.Set("parallelism", "true")
		}
		if call.UnpinRate {
			query.Set("rate", "true")
		}
		return "/unpin", query
	}
	return "/resetRate", nil
}

func (c *Client) changeControl(ctx context.Context, path string, query url.Values) error {
	return c.change(ctx, call{method: http.MethodPost, path: path, query: query}, func(a *answer) error {
		a.cap = controlCap
		_, _ = io.Copy(io.Discard, a)
		return nil
	})
}

func (c *Client) readControl(ctx context.Context, path string, action model.ControlAction) (r model.ControlResult, err error) {
	err = c.read(ctx, call{method: http.MethodGet, path: path}, func(a *answer) error {
		a.cap = controlCap
		r = model.ControlResult{}
		return readControls(a, action, &r)
	})
	if errors.Is(err, errTooLarge) {
		err = &model.UnreadableError{Host: c.host, What: "it is too large"}
	}
	if err != nil {
		return model.ControlResult{}, err
	}
	return r, nil
}

// readControls reads one queue or key, or a list of them.
func readControls(from io.Reader, action model.ControlAction, r *model.ControlResult) error {
	s := newScanner(from)
	one := func() {
		if k := s.kind(); k != '{' && k != 0 {
			s.fail("%s is in place of an object", kindName(k))
		}
		if action.OfFlowKeys() {
			r.FlowKeys = append(r.FlowKeys, readFlowKey(s))
		} else {
			r.Queues = append(r.Queues, readQueue(s))
		}
	}
	switch k := s.kind(); {
	case !action.Lists():
		one()
	case k == '[':
		s.list(one)
	case k == 'n':
		s.skip()
	case k != 0:
		s.fail("it is %s, not a list", kindName(k))
	default:
		s.skip()
	}
	s.end()
	if s.err == nil && len(s.problems) > 0 {
		// Whether something is held decides what a retry leads to: a guess would be worse than none.
		s.fail("its %s", s.takeProblems())
	}
	return s.err
}

func readQueue(s *scanner) (q model.Queue) {
	s.object(func(name []byte) {
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
	return q
}

func readFlowKey(s *scanner) (k model.FlowKey) {
	s.object(func(name []byte) {
		switch field := string(name); field {
		case "flowControlKey":
			k.Name = s.text(field)
		case "waitListSize", "waitlistSize":
			k.Waiting = s.int(field)
		case "parallelismMax":
			k.Parallelism = s.int(field)
		case "parallelismCount":
			k.Running = s.int(field)
		case "rateMax":
			k.Rate = s.int(field)
		case "rateCount":
			k.Used = s.int(field)
		case "ratePeriod":
			if n := s.int(field); n > 0 && n <= int(time.Duration(1<<62)/time.Second) {
				k.Period = time.Duration(n) * time.Second
			}
		case "ratePeriodStart":
			if n := s.int(field); n > 0 && n < lastTime/1000 {
				k.PeriodStart = time.Unix(int64(n), 0)
			}
		case "isPaused":
			k.Paused = s.bool(field)
		case "isPinnedParallelism":
			k.PinnedParallelism = s.bool(field)
		case "isPinnedRate":
			k.PinnedRate = s.bool(field)
		default:
			s.skip()
		}
	})
	return k
}
