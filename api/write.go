package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"redrive/model"
)

// change is how a verb is asked for.
type change struct {
	method string
	path   string // of the form that takes a list of ids or a filter
	// noList is set when an id that was not found must not be asked for by a list of ids: there is no such address, or a
	// server that did not understand the list would do to all entries what cannot be undone.
	noList bool
}

func changeOf(v model.Verb, k model.Kind) change {
	switch v {
	case model.Retry:
		return change{method: http.MethodPost, path: messagesPath + "/retry"}
	case model.Resume:
		return change{method: http.MethodPost, path: runsPath + "/resume"}
	case model.Restart:
		return change{method: http.MethodPost, path: runsPath + "/restart"}
	case model.RerunFailureFunction:
		return change{method: http.MethodPost, path: runsPath + "/callback", noList: true}
	}
	return change{method: http.MethodDelete, path: listPath(k), noList: true}
}

// Do changes entries. One is asked for by its address:
//
//   - a retry is POST /v2/dlq/retry/{dlqId};
//   - to resume is POST /v2/workflows/dlq/resume/{dlqId}, to restart POST /v2/workflows/dlq/restart/{dlqId};
//   - the failure function is run again by POST /v2/workflows/dlq/callback/{dlqId};
//   - a delete is DELETE /v2/dlq/{dlqId} for a message, DELETE /v2/workflows/dlq/{dlqId} for a workflow run.
//
// Several, or what matches a filter, are asked for by the same without an id: with ?dlqIds=…&dlqIds=…, or with the
// filter, its count and its cursor. The failure function has no such form. The result of these says how many were done; an
// answer that does not, or that names more than the ids that were sent, is a [model.LostAnswerError]. A 404 to a list of ids
// is a [model.SomeNotFoundError].
//
// Overrides go along as headers. It waits for nothing: when the pace that the client keeps leaves no room, it returns a
// [model.RateLimitedError] at once. What the caller cancels after it left is a lost answer like any other.
//
// For one entry a 404 can mean that it is gone, or that the server does not know the address; so the entry is read, and if
// it is still there the change is asked for by the form that takes a list of ids, with this one in it. That is the only
// case in which a second request is made, and the first was not carried out. The failure function has no such form, and a
// delete of one entry is never asked for by it, since a server that ignored the list would delete everything: both are
// refused then.
//
// Nothing is sent ([model.RefusedError]) for what [model.Write.Valid] refuses, an entry or a filter of another DLQ, an id
// that cannot be sent, an override that the verb's endpoint does not take, or one that cannot be sent as it is. The other
// errors are those of [model.Backend]; a [model.LostAnswerError] is the one that leaves open whether the change was made.
func (c *Client) Do(ctx context.Context, w model.Write) (model.WriteResult, error) {
	if err := c.checkWrite(w); err != nil {
		return model.WriteResult{}, err
	}
	switch {
	case w.Selection.Len() == 0:
		return c.doMatching(ctx, w)
	case w.Selection.Len() > 1:
		return c.doMany(ctx, w)
	}
	key := w.Selection.At(0)
	how := changeOf(w.Verb, key.Kind)
	q := call{method: how.method, path: how.path + "/" + url.PathEscape(key.ID), headers: w.Overrides.Headers()}

	result, err := c.make(ctx, q, w.Verb)
	if !isStatus(err, http.StatusNotFound) {
		return result, err
	}
	if err := c.stillThere(ctx, key); err != nil {
		return model.WriteResult{}, err
	}
	if how.noList {
		return model.WriteResult{}, &model.BadRequestError{
			Host: c.host, Status: http.StatusNotFound,
			Detail: "it did not find " + key.ID + ", which is in the DLQ, and is not asked for the " + w.Verb.String() + " in another way: look at it in the console",
		}
	}
	q.path, q.query = how.path, url.Values{"dlqIds": {key.ID}}
	return c.make(ctx, q, w.Verb)
}

// doMany changes several entries by one call.
func (c *Client) doMany(ctx context.Context, w model.Write) (model.WriteResult, error) {
	how := changeOf(w.Verb, w.Selection.Kind())
	ids := make([]string, w.Selection.Len())
	for i := range ids {
		ids[i] = w.Selection.At(i).ID
	}
	q := call{method: how.method, path: how.path, query: url.Values{"dlqIds": ids}, headers: w.Overrides.Headers()}
	result, err := c.makeMany(ctx, q, w.Verb, len(ids))
	if bad, is := errors.AsType[*model.BadRequestError](err); is && bad.Status == http.StatusNotFound {
		return model.WriteResult{}, &model.SomeNotFoundError{Host: c.host, Detail: bad.Detail}
	}
	// A list of ids has no next page, whatever the answer says.
	result.Next = ""
	return result, err
}

// doMatching changes what matches a filter, as much of it as one call is for.
func (c *Client) doMatching(ctx context.Context, w model.Write) (model.WriteResult, error) {
	query, err := matchingParameters(w)
	if err != nil {
		return model.WriteResult{}, err
	}
	how := changeOf(w.Verb, w.Matching.Kind())
	q := call{method: how.method, path: how.path, query: query, headers: w.Overrides.Headers()}
	return c.makeMany(ctx, q, w.Verb, 0)
}

func (c *Client) checkWrite(w model.Write) error {
	if err := w.Valid(); err != nil {
		return err
	}
	if w.Selection.Len() == 0 {
		if err := c.checkDLQ(w.Matching.DLQ()); err != nil {
			return err
		}
	}
	for i := range w.Selection.Len() {
		if err := c.checkKey(w.Selection.At(i)); err != nil {
			return err
		}
	}
	return checkOverrides(w.Verb, w.Overrides)
}

// checkOverrides refuses what the endpoint of the verb does not take: whether the server would ignore it is not known.
func checkOverrides(v model.Verb, o model.Overrides) error {
	taken := v.Settings()
	if o.Labels != nil && !slices.Contains(taken, model.SetLabels) {
		return refuse("%s takes no %s", v, model.SetLabels.Name())
	}
	for i, value := range o.Values {
		if s := model.Setting(i); value != "" && !slices.Contains(taken, s) {
			return refuse("%s takes no %s", v, s.Name())
		}
	}
	if len(o.Forward) > 0 && !v.Forwards() {
		return refuse("%s takes no forwarded headers", v)
	}
	if problems := o.Check(); len(problems) > 0 {
		what := "a forwarded header"
		if p := problems[0]; p.Forward < 0 {
			what = "the " + p.Setting.Name()
		}
		return refuse("%s cannot be sent: %s", what, problems[0].Problem)
	}
	return checkLabels(o.Labels)
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
		case l != strings.TrimSpace(l) || strings.ContainsFunc(l, changesLabel):
			return refuse("the label %q cannot be sent in a header", l)
		}
	}
	return nil
}

func changesLabel(r rune) bool { return r < ' ' || r == 0x7f || r == ',' || r == utf8.RuneError }

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
