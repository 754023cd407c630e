package api

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"redrive/model"
)

const (
	runLogsPath    = "/v2/workflows/logs"
	oldRunLogsPath = "/v2/workflows/events"
)

// logOfRuns reads the runs that a query names, in one call if the server can.
func (c *Client) logOfRuns(ctx context.Context, q model.LogQuery) (model.LogPage, error) {
	if len(q.Runs) > 1 && !c.runsOneByOne.Load() && !slices.ContainsFunc(q.Runs, isUnclearInList) {
		pairs := make([]string, len(q.Runs))
		for i, r := range q.Runs {
			pairs[i] = r.ID + "@" + strconv.FormatInt(r.CreatedAt.UnixMilli(), 10)
		}
		page, err := c.runPage(ctx, url.Values{"workflowRuns": {strings.Join(pairs, ",")}}, q.Cursor)
		if !isStatus(err, http.StatusBadRequest) {
			return onlyRuns(page, q.Runs), err
		}
	}
	page, err := c.logOfEachRun(ctx, q)
	if err == nil && len(q.Runs) > 1 && !slices.ContainsFunc(q.Runs, isUnclearInList) {
		c.runsOneByOne.Store(true)
	}
	return page, err
}

// isUnclearInList tells whether a run cannot be named in the list that the server takes: id@creation, with commas.
func isUnclearInList(r model.RunRef) bool { return r.CreatedAt.IsZero() || strings.Contains(r.ID, "@") }

func (c *Client) logOfEachRun(ctx context.Context, q model.LogQuery) (model.LogPage, error) {
	pages := make([]model.LogPage, len(q.Runs))
	err := inOrder(ctx, len(pages), func(ctx context.Context, i int) error {
		r := q.Runs[i]
		query := url.Values{"workflowRunId": {r.ID}}
		if !r.CreatedAt.IsZero() {
			query.Set("workflowCreatedAt", strconv.FormatInt(r.CreatedAt.UnixMilli(), 10))
		}
		cursor := ""
		if len(q.Runs) == 1 {
			cursor = q.Cursor
		}
		page, err := c.runPage(ctx, query, cursor)
		pages[i] = onlyRuns(page, q.Runs[i:i+1])
		return err
	})
	if err != nil {
		return model.LogPage{}, err
	}
	if len(pages) == 1 {
		return pages[0], nil
	}
	var all model.LogPage
	for _, p := range pages {
		all.Runs = append(all.Runs, p.Runs...)
	}
	return all, nil
}

func (c *Client) runsWithLabel(ctx context.Context, q model.LogQuery) (model.LogPage, error) {
	page, err := c.runPage(ctx, url.Values{"label": {q.Label}}, q.Cursor)
	page.Runs = slices.DeleteFunc(page.Runs, func(r model.Run) bool { return !slices.Contains(r.Labels, q.Label) })
	return page, err
}

// onlyRuns leaves out the runs that were not asked for: a server may take an id for the beginning of others.
func onlyRuns(page model.LogPage, asked []model.RunRef) model.LogPage {
	page.Runs = slices.DeleteFunc(page.Runs, func(r model.Run) bool {
		return !slices.ContainsFunc(asked, func(a model.RunRef) bool {
			return a.ID == r.ID && (a.CreatedAt.IsZero() || r.CreatedAt.IsZero() || a.CreatedAt.UnixMilli() == r.CreatedAt.UnixMilli())
		})
	})
	return page
}

// runPage reads a page of the runs that query asks for. The default gives bodies whole, by what clients of the API do.
func (c *Client) runPage(ctx context.Context, query url.Values, cursor string) (page model.LogPage, err error) {
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	err = c.paged(&c.runPages, func(count int) (bytes int64, err error) {
		query.Set("count", strconv.Itoa(count))
		use := func(a *answer) (err error) {
			defer func() { bytes = a.size }()
			page, err = readRunPage(c.fit(a, count))
			return err
		}
		if !c.oldRunLogs.Load() {
			err = c.read(ctx, call{method: http.MethodGet, path: runLogsPath, query: query}, use)
			if !isStatus(err, http.StatusNotFound) {
				return bytes, err
			}
		}
		old := maps.Clone(query)
		old.Set("groupBy", "workflowRunId")
		err = c.read(ctx, call{method: http.MethodGet, path: oldRunLogsPath, query: old}, use)
		if err == nil {
			c.oldRunLogs.Store(true)
		}
		return bytes, err
	})
	if err != nil {
		return model.LogPage{}, err
	}
	return page, nil
}
