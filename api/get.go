package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"redrive/model"
)

// Get reads a whole entry, with bodies: GET /v2/dlq/{dlqId} for a message, GET /v2/workflows/dlq/{dlqId} for a workflow
// run. Bodies that came as base64 are decoded; headers are sorted by name; fields that have no place in the detail are
// kept as JSON.
//
// An entry that is gone is a [model.NotFoundError], one of more than 256 MiB a [model.UnreadableError]; an id that
// cannot be sent is a [model.RefusedError].
func (c *Client) Get(ctx context.Context, key model.Key) (model.Detail, error) {
	var d model.Detail
	err := c.getEntry(ctx, key, func(a *answer) error {
		a.cap = entryCap
		d = model.Detail{}
		return c.readEntry(a, key, &d.Entry, &d, nil)
	})
	if errors.Is(err, errTooLarge) {
		err = &model.UnreadableError{Host: c.host, What: fmt.Sprintf("the entry is larger than %d MiB", entryCap>>20)}
	}
	if err != nil {
		return model.Detail{}, err
	}
	return d, nil
}

// summary reads of an entry what a list has.
func (c *Client) summary(ctx context.Context, key model.Key) (model.Entry, error) {
	var e model.Entry
	err := c.getEntry(ctx, key, func(a *answer) error {
		e = model.Entry{}
		var texts keptPage
		err := c.readEntry(c.elided(a), key, &e, nil, texts.add)
		switch {
		case a.size > c.pageCap:
			addProblem(&e, readInPart)
		case err == nil:
			c.bodies.putAll(texts)
		}
		return err
	})
	if errors.Is(err, errTooLarge) {
		err = &model.UnreadableError{Host: c.host, What: "the entry is too large"}
	}
	return e, err
}

func (c *Client) getEntry(ctx context.Context, key model.Key, use func(*answer) error) error {
	if err := c.checkKey(key); err != nil {
		return err
	}
	err := c.read(ctx, call{method: http.MethodGet, path: listPath(key.Kind) + "/" + url.PathEscape(key.ID)}, use)
	if key.Kind == model.WorkflowRun && c.oldRuns.Load() && isStatus(err, http.StatusNotFound) {
		err = c.read(ctx, call{method: http.MethodGet, path: messagesPath + "/" + url.PathEscape(key.ID)}, use)
	}
	return notFound(err, key)
}

// readEntry reads the entry that is the whole answer. An answer about another entry is refused: it would be taken for
// proof that this one is there.
func (c *Client) readEntry(r io.Reader, key model.Key, e *model.Entry, d *model.Detail, keep func(model.Key, *rawTexts)) error {
	s := newScanner(r)
	if k := s.kind(); k != '{' && k != 0 {
		s.fail("it is %s, not an object", kindName(k))
		return s.err
	}
	entries := entryReader{scanner: s, dlq: c.dlq, only: key.ID}
	if keep != nil {
		entries.texts = &rawTexts{}
	}
	entries.read(e, d)
	s.end()
	if s.err != nil {
		return s.err
	}
	switch {
	case e.Key.ID != key.ID:
		return odd("it is about another entry")
	case !entries.named && e.MessageID == "" && e.URL == "" && e.WorkflowRunID == "":
		return odd("it is not an entry")
	}
	if keep != nil {
		keep(e.Key, entries.texts)
	}
	return nil
}

func notFound(err error, key model.Key) error {
	var bad *model.BadRequestError
	if errors.As(err, &bad) && bad.Status == http.StatusNotFound {
		return &model.NotFoundError{What: key.Kind.Noun(1) + " " + key.ID, Detail: bad.Detail}
	}
	return err
}

func isNotFound(err error) bool {
	var gone *model.NotFoundError
	return errors.As(err, &gone)
}
