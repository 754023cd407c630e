package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"redrive/api"
	"redrive/model"
)

func TestServerThatCannotListByIDsIsNotAskedForMoreThanTwentyOneByOne(t *testing.T) {
	listing := func(ids ...string) string {
		entries := make([]string, len(ids))
		for i, id := range ids {
			entries[i] = fmt.Sprintf(`{"dlqId":%q,"messageId":"m"}`, id)
		}
		return `{"messages":[` + strings.Join(entries, ",") + `]}`
	}
	for name, c := range map[string]struct {
		kind   model.Kind
		status int
		body   string
		first  int // requests of the first list
		then   int // and of another
	}{
		"it refuses them":         {status: 400, first: 1},
		"it ignores them":         {status: 200, body: listing("a", "b"), first: 1},
		"it gives a part":         {status: 200, body: strings.Replace(listing("1760000000123-0"), "{", `{"cursor":"x",`, 1), first: 1, then: 1},
		"the answer is too large": {status: 200, body: listing("1760000000123-0") + strings.Repeat(" ", 600), first: 1, then: 1},
		"there is no such list":   {kind: model.WorkflowRun},
	} {
		t.Run(name, func(t *testing.T) {
			var rec recorder
			client := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
				rec.note(r)
				if r.URL.Path == "/v2/dlq" {
					return reply(r, c.status, c.body), nil
				}
				return reply(r, http.StatusOK, `{"messageId":"m","workflowRunId":"w"}`), nil
			}), func(cfg *api.Config) { cfg.PageCap = 500 })
			for call, want := range []int{c.first, c.then} {
				before := len(rec.all())
				page, err := client.List(t.Context(), model.Query{Kind: c.kind, IDs: idsOf(c.kind, 21)})
				if kindOf(err) != "no list by id" || page.Entries != nil || !strings.HasPrefix(err.Error(), "localhost cannot list") {
					t.Errorf("call %d: %v, %v", call, page, err)
				}
				if got := len(rec.all()) - before; got != want {
					t.Errorf("call %d made %d requests", call, got)
				}
			}
		})
	}
}

func TestTwentyEntriesAreReadOneByOne(t *testing.T) {
	for _, kind := range model.Kinds {
		c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/v2/dlq" {
				return reply(r, http.StatusBadRequest, ""), nil
			}
			// A generous limit keeps the client from waiting for its turn.
			return reply(r, http.StatusOK, `{"messageId":"m"}`, "Burst-RateLimit-Limit", "1000"), nil
		}))
		// Those that are named twice count once.
		ids := append(idsOf(kind, 20), idsOf(kind, 5)...)
		page, err := c.List(t.Context(), model.Query{Kind: kind, IDs: ids})
		if err != nil || len(page.Entries) != 20 {
			t.Errorf("%v: %d, %v", kind, len(page.Entries), err)
		}
	}
}

func idsOf(kind model.Kind, n int) (ids []string) {
	for _, k := range keys(kind, n) {
		ids = append(ids, k.ID)
	}
	return ids
}
