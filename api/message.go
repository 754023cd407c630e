package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"redrive/model"
)

// Message reads a message that is being delivered (GET /v2/messages/{messageId}). pending is false when there is none: it
// goes soon after it was delivered, came back or was cancelled, so that this is no outcome by itself. The detail has no key:
// nothing can be done to it as to an entry. An id that cannot be sent is a [model.RefusedError].
func (c *Client) Message(ctx context.Context, id string) (d model.Detail, pending bool, err error) {
	if err := checkID("message id", id); err != nil {
		return model.Detail{}, false, err
	}
	err = c.read(ctx, call{method: http.MethodGet, path: "/v2/messages/" + url.PathEscape(id)}, func(a *answer) error {
		a.cap = entryCap
		d = model.Detail{}
		s := newScanner(a)
		if k := s.kind(); k != '{' && k != 0 {
			s.fail("it is %s, not an object", kindName(k))
			return s.err
		}
		entries := entryReader{scanner: s, dlq: c.dlq}
		entries.read(&d.Entry, &d)
		s.end()
		d.Key.ID = ""
		if s.err == nil && d.MessageID != id {
			s.fail("it is about another message")
		}
		return s.err
	})
	switch {
	case isStatus(err, http.StatusNotFound):
		return model.Detail{}, false, nil
	case errors.Is(err, errTooLarge):
		err = &model.UnreadableError{Host: c.host, What: "the message is too large"}
	}
	if err != nil {
		return model.Detail{}, false, err
	}
	return d, true, nil
}

// CancelFailureFunction stops the failure function of a workflow run while it is in progress
// (DELETE /v2/workflows/dlq/callback/{dlqId}). It is a write like any other: sent once, and waiting for nothing. A redirect
// with status 302 is the documented sign that it was done; it is not followed. No failure function in progress is a
// [model.BadRequestError]; an entry that is no run, or an id that cannot be sent, a [model.RefusedError].
func (c *Client) CancelFailureFunction(ctx context.Context, key model.Key) error {
	if err := c.checkKey(key); err != nil {
		return err
	}
	if key.Kind != model.WorkflowRun {
		return refuse("a %s has no failure function", key.Kind.Noun(1))
	}
	q := call{method: http.MethodDelete, path: runsPath + "/callback/" + url.PathEscape(key.ID), alsoDone: http.StatusFound}
	return c.change(ctx, q, func(*answer) error { return nil })
}
