package api

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"redrive/model"
)

const (
	messagesPath = "/v2/dlq"
	runsPath     = "/v2/workflows/dlq"
	// mostOneByOne is how many entries are read one by one: more are sooner found in the list.
	mostOneByOne = 20
)

func listPath(kind model.Kind) string {
	if kind == model.WorkflowRun {
		return runsPath
	}
	return messagesPath
}

// List reads one page: GET /v2/dlq for messages, GET /v2/workflows/dlq for workflow runs, or GET /v2/dlq?source=workflow of
// a server that does not know that. Entries of the other kind stay in it under their own kind, which an entry's workflow
// run decides. A list in the background waits until no other read does.
//
// An entry that is odd has a Problem that says what could not be read. One that came without a DLQ id has a key that no
// call takes, so that it can be seen and not acted on. A page that is larger than [Config.PageCap] is asked for again
// with a quarter of the entries, and so on; an entry that is larger by itself is read without its long texts and says so
// as its Problem.
//
// With Query.IDs exactly those entries are read, in one call if the server can, which for workflow runs none is documented
// to; else one by one. More than 20 that cannot be read in one call are a [model.NoListByIDError]. Those that are not in the
// DLQ are missing from the page, and so are those that [List] made up the key of. An id that cannot be sent is a
// [model.RefusedError]; the other errors are those of [model.Backend].
func (c *Client) List(ctx context.Context, q model.Query) (model.Page, error) {
	if err := c.checkQuery(q); err != nil {
		return model.Page{}, err
	}
	ctx = withTurn(ctx, q.Background)
	if len(q.IDs) > 0 {
		return c.listIDs(ctx, q)
	}
	return c.listPage(ctx, q)
}

func (c *Client) checkQuery(q model.Query) error {
	if err := c.checkAsked(q.DLQ); err != nil {
		return err
	}
	if q.Kind != model.Message && q.Kind != model.WorkflowRun {
		return refuse("there is no such kind of entry")
	}
	if len(q.IDs) > model.PageSize {
		return refuse("more than %d entries were asked for at once", model.PageSize)
	}
	for _, id := range q.IDs {
		if strings.HasPrefix(id, noID) {
			continue
		}
		if err := checkID("DLQ id", id); err != nil {
			return err
		}
	}
	for _, f := range serverFields {
		if err := checkValues(f.name, f.values(&q.Server)); err != nil {
			return err
		}
	}
	if q.Server.RunCreatedMilli < 0 || q.Server.FromMilli < 0 || q.Server.ToMilli < 0 {
		return refuse("the filter has a time before 1970")
	}
	return nil
}

// parameters are the filter and the cursor of a query. A field that the list of the kind does not have is left out, and so
// is one with a comma in a value, as the server may read that as several values; the list is then longer, never wrong.
func parameters(q model.Query) url.Values {
	v := url.Values{}
	for _, f := range serverFields {
		if !f.of(q.Kind) {
			continue
		}
		values := f.values(&q.Server)
		if len(values) > 0 && !slices.ContainsFunc(values, func(s string) bool { return strings.Contains(s, ",") }) {
			v[f.parameter] = slices.Clone(values)
		}
	}
	if q.Cursor != "" {
		v.Set("cursor", q.Cursor)
	}
	return v
}

func (c *Client) listPage(ctx context.Context, q model.Query) (page model.Page, err error) {
	query := parameters(q)
	err = c.paged(&c.pages[q.Kind], func(count int) (bytes int64, err error) {
		query.Set("count", strconv.Itoa(count))
		if q.Kind == model.WorkflowRun {
			page, bytes, err = c.pageOfRuns(ctx, query, q.Cursor, count)
			return bytes, err
		}
		page, bytes, err = c.page(ctx, call{method: http.MethodGet, path: messagesPath, query: query}, q.Cursor, count)
		return bytes, err
	})
	if err != nil {
		return model.Page{}, err
	}
	return page, nil
}

// pageOfRuns reads a page of workflow runs in the form that the server knows.
func (c *Client) pageOfRuns(ctx context.Context, query url.Values, cursor string, count int) (page model.Page, bytes int64, err error) {
	if !c.oldRuns.Load() {
		page, bytes, err = c.page(ctx, call{method: http.MethodGet, path: runsPath, query: query}, cursor, count)
		if !isStatus(err, http.StatusNotFound) && !isStatus(err, http.StatusMethodNotAllowed) {
			return page, bytes, err
		}
	}
	unknown := err
	query = maps.Clone(query)
	query.Set("source", "workflow")
	// Whether this form knows the state is not documented. Without it the list is longer, never wrong.
	query.Del("failureFunctionState")
	page, bytes, err = c.page(ctx, call{method: http.MethodGet, path: messagesPath, query: query}, cursor, count)
	if err == nil {
		c.oldRuns.Store(true)
	}
	if _, refused := errors.AsType[*model.BadRequestError](err); refused && unknown != nil {
		return model.Page{}, bytes, unknown
	}
	return page, bytes, err
}

// page reads a page of at most count entries.
func (c *Client) page(ctx context.Context, q call, cursor string, count int) (page model.Page, bytes int64, err error) {
	err = c.read(ctx, q, func(a *answer) error {
		defer func() { bytes = a.size }()
		var err error
		var texts keptPage
		page, err = readPage(c.fit(a, count), c.dlq, cursor, texts.add)
		if err == nil && a.size <= c.pageCap {
			c.bodies.putAll(texts)
		}
		if a.size > c.pageCap {
			for i := range page.Entries {
				addProblem(&page.Entries[i], readInPart)
			}
		}
		return err
	})
	return page, bytes, err
}

func addProblem(e *model.Entry, problem string) {
	if e.Problem != "" {
		problem = e.Problem + "; " + problem
	}
	e.Problem = problem
}

func (c *Client) listIDs(ctx context.Context, q model.Query) (model.Page, error) {
	var ids []string
	for _, id := range q.IDs {
		if !strings.HasPrefix(id, noID) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if q.Kind == model.Message && len(ids) > 0 && !c.noIDList.Load() {
		page, complete, err := c.listIDsInOne(ctx, ids)
		if complete || err != nil {
			return page, err
		}
	}
	if len(ids) > mostOneByOne {
		return model.Page{}, &model.NoListByIDError{Host: c.host}
	}
	return c.listIDsOneByOne(ctx, q.Kind, ids)
}

// listIDsInOne asks for messages by id in one call, which not every server understands. complete is false when the
// answer was none to that question.
func (c *Client) listIDsInOne(ctx context.Context, ids []string) (page model.Page, complete bool, err error) {
	query := url.Values{"dlqIds": ids, "count": {strconv.Itoa(model.PageSize)}}
	page, _, err = c.page(ctx, call{method: http.MethodGet, path: messagesPath, query: query}, "", model.PageSize)
	switch {
	case isStatus(err, http.StatusBadRequest):
		c.noIDList.Store(true)
		return model.Page{}, false, nil
	case errors.Is(err, errTooLarge):
		return model.Page{}, false, nil
	case err != nil:
		return model.Page{}, false, err
	}
	if page.Next != "" && len(page.Entries) < len(ids) {
		return model.Page{}, false, nil
	}
	page.Next = ""
	for i := range page.Entries {
		if !slices.Contains(ids, page.Entries[i].Key.ID) {
			c.noIDList.Store(true)
			return model.Page{}, false, nil
		}
	}
	return page, true, nil
}

func (c *Client) listIDsOneByOne(ctx context.Context, kind model.Kind, ids []string) (model.Page, error) {
	var mu sync.Mutex
	found := make(map[string]model.Entry, len(ids))
	err := inOrder(ctx, len(ids), func(ctx context.Context, i int) error {
		e, err := c.summary(ctx, model.Key{DLQ: c.dlq, Kind: kind, ID: ids[i]})
		if isNotFound(err) {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		found[ids[i]] = e
		return err
	})
	if err != nil {
		return model.Page{}, err
	}
	var page model.Page
	for _, id := range ids {
		if e, ok := found[id]; ok {
			page.Entries = append(page.Entries, e)
		}
	}
	return page, nil
}
