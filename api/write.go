package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"redrive/model"
)

// writeCap is how many bytes the answer to a write may have.
const writeCap = 1 << 20

// Do changes one entry: POST /v2/dlq/retry/{dlqId} for a retry, POST /v2/workflows/dlq/resume/{dlqId} to resume. Labels
// go along as Upstash-Label. It waits for nothing: when the pace that the client keeps leaves no room, it returns a
// [model.RateLimitedError] at once. What the caller cancels after it left is a lost answer like any other.
//
// A 404 can mean that the entry is gone, or that the server does not know the address; so the entry is read, and if it
// is still there the change is asked for by the form that takes a list of ids, with this one in it. That is the only
// case in which a second request is made, and the first was not carried out.
//
// Nothing is sent ([RefusedError]) for an empty selection, one of several entries, one of another kind than the verb's
// or of another DLQ, an id that cannot be sent, or a label that cannot be sent as it is. The other errors are those of
// [model.Backend]; a [model.LostAnswerError] is the one that leaves open whether the change was made.
func (c *Client) Do(ctx context.Context, w model.Write) (model.WriteResult, error) {
	if err := c.checkWrite(w); err != nil {
		return model.WriteResult{}, err
	}
	key := w.Selection.At(0)
	path := writePath(w.Verb)
	q := call{method: http.MethodPost, headers: w.Overrides.Headers()}

	q.path = path + "/" + url.PathEscape(key.ID)
	created, err := c.make(ctx, q, w.Verb)
	if isStatus(err, http.StatusNotFound) {
		if err := c.stillThere(ctx, key); err != nil {
			return model.WriteResult{}, err
		}
		q.path, q.query = path, url.Values{"dlqIds": {key.ID}}
		created, err = c.make(ctx, q, w.Verb)
	}
	if err != nil {
		return model.WriteResult{}, err
	}
	return model.WriteResult{Created: []model.Created{created}}, nil
}

func writePath(v model.Verb) string {
	if v == model.Resume {
		return runsPath + "/resume"
	}
	return messagesPath + "/retry"
}

func (c *Client) checkWrite(w model.Write) error {
	if err := w.Selection.Valid(); err != nil {
		return err
	}
	if w.Verb != model.Retry && w.Verb != model.Resume {
		return refuse("there is no such verb")
	}
	if n := w.Selection.Len(); n > 1 {
		return refuse("%d entries cannot be changed by one call", n)
	}
	key := w.Selection.At(0)
	if !w.Verb.Takes(key.Kind) {
		return refuse("%s is not for a %s", w.Verb, key.Kind.Noun(1))
	}
	if err := c.checkKey(key); err != nil {
		return err
	}
	if problems := w.Overrides.Check(); len(problems) > 0 {
		return refuse("an override is wrong: %s", problems[0].Problem)
	}
	return checkLabels(w.Overrides.Labels)
}

// checkLabels refuses labels that would arrive as others: they travel in one header, joined with commas.
func checkLabels(labels []string) error {
	if labels != nil && len(labels) == 0 {
		return refuse("labels cannot be taken off, only replaced")
	}
	for _, l := range labels {
		switch {
		case l == "":
			return refuse("a label is empty")
		case l != strings.TrimSpace(l) || !utf8.ValidString(l) || strings.ContainsFunc(l, func(r rune) bool { return r < ' ' || r == 0x7f || r == ',' }):
			return refuse("the label %q cannot be sent in a header", l)
		}
	}
	return nil
}

// stillThere is nil when the entry is in the DLQ. Its other errors are those of a write that was not carried out.
func (c *Client) stillThere(ctx context.Context, key model.Key) error {
	_, err := c.summary(ctx, key)
	if err != nil && ctx.Err() != nil {
		return &model.NeverSentError{Host: c.host, Cause: ctx.Err()}
	}
	var (
		gone         *model.NotFoundError
		limited      *model.RateLimitedError
		unauthorized *model.UnauthorizedError
		neverSent    *model.NeverSentError
	)
	if err == nil || errors.As(err, &gone) || errors.As(err, &limited) || errors.As(err, &unauthorized) || errors.As(err, &neverSent) {
		return err
	}
	return &model.BadRequestError{
		Host: c.host, Status: http.StatusNotFound,
		Detail: "it did not find " + key.ID + ", and whether that is in the DLQ cannot be read: " + err.Error(),
	}
}

func (c *Client) make(ctx context.Context, q call, verb model.Verb) (created model.Created, err error) {
	err = c.change(ctx, q, func(a *answer) error {
		created, err = readCreated(a, verb)
		return err
	})
	return created, err
}

// made is what the answer to a change says, in either form.
type made struct {
	model.Created
	told   bool // it says whether it was deduplicated
	listed bool // it is a list
	list   []made
}

// readCreated reads what the change of one entry made.
func readCreated(a *answer, verb model.Verb) (model.Created, error) {
	a.cap = writeCap
	s := newScanner(a)
	if k := s.kind(); k != '{' && k != 0 {
		s.fail("it is %s, not an object", kindName(k))
	}
	m := readMade(s)
	if s.err != nil {
		return model.Created{}, s.err
	}
	// The rest is read for the sake of the connection only.
	_, _ = s.dec.ReadToken()
	if m.listed {
		if len(m.list) != 1 {
			return model.Created{}, odd("it names %d results for one entry", len(m.list))
		}
		m = m.list[0]
	}
	switch {
	case verb == model.Retry && m.MessageID == "":
		return model.Created{}, odd("it names no message")
	case verb == model.Resume && m.WorkflowRunID == "":
		return model.Created{}, odd("it names no workflow run")
	case verb == model.Retry && a.status == http.StatusAccepted && !m.told:
		// That is how the server answers a message that it took for a duplicate when it was published.
		m.Deduplicated = true
	}
	return m.Created, nil
}

func readMade(s *scanner) (m made) {
	s.object(func(name []byte) {
		switch string(name) {
		case "messageId":
			m.MessageID = s.text("messageId")
		case "deduplicated":
			m.Deduplicated, m.told = s.bool("deduplicated"), true
		case "workflowRunId":
			m.WorkflowRunID = s.text("workflowRunId")
		case "workflowCreatedAt":
			m.WorkflowCreatedAt = s.time("workflowCreatedAt")
		case "responses", "workflowRuns":
			if s.kind() != '[' {
				s.skip()
				return
			}
			m.listed = true
			s.list(func() {
				if s.kind() != '{' {
					s.skip()
					m.list = append(m.list, made{})
					return
				}
				m.list = append(m.list, readMade(s))
			})
		default:
			s.skip()
		}
	})
	return m
}
