package api

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"redrive/model"
)

const (
	logsPath    = "/v2/logs"
	oldLogsPath = "/v2/events"
)

// Logs reads one page of a log: of messages (GET /v2/logs, or GET /v2/events of a server that does not know that) by 1 to
// [model.PageSize] ids or by a label; of workflow runs (GET /v2/workflows/logs, or GET /v2/workflows/events grouped by run)
// by 1 to [model.MostRuns] runs or by a label. A server that takes one id a call is asked for each; there is no next page
// then, unless one was asked for. That a log is empty says little: it is written some time after the fact.
//
// What does not show the label that was asked for, and a run that was not, is left out: it proves nothing.
//
// What [model.LogQuery.Valid] refuses, and an id that cannot be sent, is a [model.RefusedError]: without ids the log would
// be everyone's.
func (c *Client) Logs(ctx context.Context, q model.LogQuery) (model.LogPage, error) {
	if err := c.checkLogQuery(q); err != nil {
		return model.LogPage{}, err
	}
	ctx = withTurn(ctx, q.Background)
	switch {
	case len(q.Runs) > 0:
		return c.logOfRuns(ctx, q)
	case q.Label != "" && q.Kind == model.WorkflowRun:
		return c.runsWithLabel(ctx, q)
	case q.Label != "":
		page, err := c.logPage(ctx, url.Values{"label": {q.Label}}, q.Cursor)
		page.Events = slices.DeleteFunc(page.Events, func(e model.LogEvent) bool { return !slices.Contains(e.Labels, q.Label) })
		return page, err
	}
	if !c.logsOneByOne.Load() {
		page, err := c.logPage(ctx, url.Values{"messageIds": q.MessageIDs}, q.Cursor)
		if !isStatus(err, http.StatusBadRequest) {
			return page, err
		}
	}
	page, err := c.logOfEach(ctx, q)
	if err == nil {
		c.logsOneByOne.Store(true)
	}
	return page, err
}

// logOfEach asks for the log of every message by itself.
func (c *Client) logOfEach(ctx context.Context, q model.LogQuery) (model.LogPage, error) {
	if len(q.MessageIDs) == 1 {
		return c.logPage(ctx, url.Values{"messageId": q.MessageIDs}, q.Cursor)
	}
	pages := make([]model.LogPage, len(q.MessageIDs))
	err := inOrder(ctx, len(pages), func(ctx context.Context, i int) (err error) {
		pages[i], err = c.logPage(ctx, url.Values{"messageId": q.MessageIDs[i : i+1]}, "")
		return err
	})
	if err != nil {
		return model.LogPage{}, err
	}
	var all model.LogPage
	for _, p := range pages {
		all.Events = append(all.Events, p.Events...)
	}
	return all, nil
}

// logPage reads a page of the log that query asks for.
func (c *Client) logPage(ctx context.Context, query url.Values, cursor string) (page model.LogPage, err error) {
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	err = c.paged(&c.logPages, func(count int) (bytes int64, err error) {
		query.Set("count", strconv.Itoa(count))
		use := func(a *answer) (err error) {
			defer func() { bytes = a.size }()
			page, err = readLogPage(c.fit(a, count))
			return err
		}
		if !c.oldLogs.Load() {
			err = c.read(ctx, call{method: http.MethodGet, path: logsPath, query: query}, use)
			if !isStatus(err, http.StatusNotFound) {
				return bytes, err
			}
		}
		err = c.read(ctx, call{method: http.MethodGet, path: oldLogsPath, query: query}, use)
		if err == nil {
			c.oldLogs.Store(true)
		}
		return bytes, err
	})
	if err != nil {
		return model.LogPage{}, err
	}
	return page, nil
}

func (c *Client) checkLogQuery(q model.LogQuery) error {
	if err := c.checkAsked(q.DLQ); err != nil {
		return err
	}
	if err := q.Valid(); err != nil {
		return err
	}
	for _, id := range q.MessageIDs {
		if err := checkID("message id", id); err != nil {
			return err
		}
	}
	for _, r := range q.Runs {
		if err := checkID("run id", r.ID); err != nil {
			return err
		}
		if !r.CreatedAt.IsZero() && r.CreatedAt.UnixMilli() <= 0 {
			return refuse("the run %s has a creation before 1970", r.ID)
		}
	}
	return nil
}

// logReader reads a page of a log in any of the shapes that servers give it: a list of events, or one for every message.
type logReader struct {
	*scanner
	page model.LogPage
}

func readLogPage(r io.Reader) (model.LogPage, error) {
	l := logReader{scanner: newScanner(r)}
	l.document(func(name []byte) {
		switch string(name) {
		case "logs", "events":
			l.events("")
		case "messages":
			l.groups()
		case "cursor":
			if l.page.Next = l.opaque("cursor"); len(l.problems) > 0 {
				l.fail("its %s, so that what follows is not known", l.takeProblems())
			}
		default:
			l.skip()
		}
	})
	return l.page, l.err
}

func (l *logReader) groups() {
	if l.kind() != '[' {
		l.skip()
		return
	}
	l.list(func() {
		if l.kind() != '{' {
			l.skip()
			return
		}
		id, first := "", len(l.page.Events)
		l.object(func(name []byte) {
			switch string(name) {
			case "messageId":
				id = l.text("messageId")
			case "events", "logs":
				l.events(id)
			default:
				l.skip()
			}
		})
		for i := first; i < len(l.page.Events); i++ {
			if l.page.Events[i].MessageID == "" {
				l.page.Events[i].MessageID = id
			}
		}
	})
}

// events reads a list of events of the message id, unless they say otherwise.
func (l *logReader) events(id string) {
	if l.kind() != '[' {
		l.skip()
		return
	}
	l.list(func() {
		if l.kind() != '{' {
			l.skip()
			return
		}
		e := model.LogEvent{MessageID: id}
		label := ""
		l.object(func(name []byte) {
			switch string(name) {
			case "url":
				e.URL = l.text("url")
			case "label":
				label = l.text("label")
			case "labels":
				e.Labels = l.texts("labels")
			case "maxRetries":
				e.MaxRetries = l.int("maxRetries")
			case "responseBody":
				e.Response = l.base64Head("responseBody")
			case "time":
				e.At = l.time("time")
			case "messageId":
				e.MessageID = l.text("messageId")
			case "state":
				e.State = l.text("state")
			case "responseStatus":
				e.Status = l.int("responseStatus")
			case "error":
				e.Error = l.text("error")
			case "nextDeliveryTime":
				e.NextAt = l.time("nextDeliveryTime")
			default:
				l.skip()
			}
		})
		l.takeProblems()
		if len(e.Labels) == 0 && label != "" {
			e.Labels = []string{label}
		}
		l.page.Events = append(l.page.Events, e)
	})
}
