package api_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"redrive/api"
	"redrive/model"
)

// sizedDLQ serves entries whose bodies have these sizes, page by page, with a cursor between them.
func sizedDLQ(rec *recorder, sizes []int) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		first, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
		count, _ := strconv.Atoi(r.URL.Query().Get("count"))
		last := min(first+count, len(sizes))
		readers := []io.Reader{strings.NewReader(`{"messages":[`)}
		for i := first; i < last; i++ {
			if i > first {
				readers = append(readers, strings.NewReader(","))
			}
			readers = append(readers, strings.NewReader(`{"body":"`), io.LimitReader(&repeating{text: strings.Repeat(`\"x\\`, 1000)}, int64(sizes[i]/5*5)),
				strings.NewReader(fmt.Sprintf(`","dlqId":"%d","messageId":"m"}`, i)))
		}
		readers = append(readers, strings.NewReader(`]`))
		if last < len(sizes) {
			readers = append(readers, strings.NewReader(`,"cursor":`+strconv.Itoa(last)))
		}
		resp := reply(r, 200, "")
		resp.Body = io.NopCloser(io.MultiReader(append(readers, strings.NewReader("}"))...))
		return resp, nil
	}
}

func counts(rec *recorder) string {
	var counts []string
	for _, r := range rec.all() {
		_, rest, _ := strings.Cut(r, "count=")
		count, _, _ := strings.Cut(rest, "&")
		counts = append(counts, count)
	}
	return strings.Join(counts, " ")
}

func TestPageThatIsTooLargeIsAskedForInSmallerPartsUntilAllIsRead(t *testing.T) {
	sizes := make([]int, 250)
	for i := range sizes {
		sizes[i] = 100
	}
	sizes[3] = 5 << 20
	sizes[7] = 200 << 10
	var rec recorder
	c := newClient(t, "http://localhost", over(sizedDLQ(&rec, sizes)), func(cfg *api.Config) { cfg.PageCap = 1 << 20 })
	var ids []string
	problems := map[string]string{}
	cursor := ""
	for {
		page, err := c.List(t.Context(), model.Query{Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			ids = append(ids, e.Key.ID)
			if e.Problem != "" {
				problems[e.Key.ID] = e.Problem
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if len(ids) != len(sizes) {
		t.Fatalf("read %d of %d entries", len(ids), len(sizes))
	}
	for i, id := range ids {
		if id != strconv.Itoa(i) {
			t.Fatalf("entry %d is %s", i, id)
		}
	}
	if len(problems) != 1 || !strings.Contains(problems["3"], "larger than a page") {
		t.Errorf("problems: %q", problems)
	}
	if got, want := counts(&rec), "100 25 6 1 1 1 1 1 1 4 4 16 64 100 100"; got != want {
		t.Errorf("asked for %s\nwant      %s", got, want)
	}
}

func TestReducedPageIsRememberedForEachKindAlone(t *testing.T) {
	var rec recorder
	large := sizedDLQ(&rec, []int{600, 600, 600, 600})
	c := newClient(t, "http://localhost", over(large), func(cfg *api.Config) { cfg.PageCap = 1000 })
	for _, kind := range []model.Kind{model.Message, model.Message, model.WorkflowRun} {
		if _, err := c.List(t.Context(), model.Query{Kind: kind}); err != nil {
			t.Fatal(err)
		}
	}
	if got := counts(&rec); got != "100 25 6 1 1 100 25 6 1" {
		t.Error(got)
	}
}

func TestPageOfExactlyTheCapIsReadAtOnce(t *testing.T) {
	var rec recorder
	body := `{"messages":[{"dlqId":"a"}]}`
	for room, want := range map[int64]string{int64(len(body)): "100", int64(len(body)) - 1: "100 25 6 1"} {
		rec.requests = nil
		c := newClient(t, "http://localhost", func(cfg *api.Config) { cfg.PageCap = room }, over(func(r *http.Request) (*http.Response, error) {
			rec.note(r)
			return reply(r, 200, body), nil
		}))
		if page, err := c.List(t.Context(), model.Query{}); err != nil || len(page.Entries) != 1 {
			t.Fatal(page, err)
		}
		if got := counts(&rec); got != want {
			t.Errorf("%d bytes: asked for %s, want %s", room, got, want)
		}
	}
}

func TestEntryWithoutEndIsGivenUp(t *testing.T) {
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		resp := reply(r, 200, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"messages":[{`), &repeating{text: `"url":"` + strings.Repeat("x", 1<<15) + `",`}))
		return resp, nil
	}), func(cfg *api.Config) { cfg.PageCap = 1 << 20 })
	_, err := c.List(t.Context(), model.Query{})
	if kindOf(err) != "unreadable" || !strings.Contains(err.Error(), "a single entry is too large") {
		t.Error(err)
	}
}

func TestPageThatComesTooSlowlyIsAskedForInSmallerParts(t *testing.T) {
	var rec recorder
	slow := true
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		if !slow {
			return reply(r, 200, `{}`), nil
		}
		resp := reply(r, 200, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"messages":[`), failing{io.ErrClosedPipe}))
		return resp, nil
	}))
	if _, err := c.List(t.Context(), model.Query{}); kindOf(err) != "lost answer" {
		t.Error(err)
	}
	slow = false
	if _, err := c.List(t.Context(), model.Query{}); err != nil {
		t.Error(err)
	}
	if got := counts(&rec); got != "100 25" {
		t.Error(got)
	}
	rec.requests = nil
	unreachable := true
	c = newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		if unreachable {
			return nil, io.ErrUnexpectedEOF
		}
		return reply(r, 200, `{}`), nil
	}))
	_, _ = c.List(t.Context(), model.Query{})
	unreachable = false
	_, _ = c.List(t.Context(), model.Query{})
	if got := counts(&rec); got != "100 100" {
		t.Errorf("a page that never began to come was taken for a slow one: %s", got)
	}
}

func TestListByIDOfLargeEntriesReadsThemOneByOne(t *testing.T) {
	var rec recorder
	page := sizedDLQ(&recorder{}, []int{600, 600})
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		rec.note(r)
		if r.URL.Path == "/v2/dlq" {
			return page(r)
		}
		return reply(r, 200, `{"messageId":"m","body":"`+strings.Repeat("x", 2000)+`"}`), nil
	}), func(cfg *api.Config) { cfg.PageCap = 1000 })
	got, err := c.List(t.Context(), model.Query{IDs: []string{"0", "1"}})
	if err != nil || len(got.Entries) != 2 || len(rec.all()) != 3 || !strings.Contains(got.Entries[0].Problem, "larger") {
		t.Errorf("%+v, %v, %q", got, err, rec.all())
	}
}
