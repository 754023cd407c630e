package run_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"redrive/model"
	"redrive/model/run"
)

// dead are entries with these keys, which failed second after second since epoch; newest first, as a list has them.
func dead(keys []model.Key) (entries []model.Entry) {
	for i, k := range keys {
		entries = append(entries, model.Entry{Key: k, MessageID: fmt.Sprint("msg_", i), FailedAt: epoch.Add(time.Duration(i) * time.Second)})
	}
	slices.Reverse(entries)
	return entries
}

// pages gives a list in pages of a hundred, and counts them.
func pages(entries []model.Entry, read *[]model.Query) func(model.Query) (model.Page, error) {
	return func(q model.Query) (model.Page, error) {
		*read = append(*read, q)
		at := 0
		if q.Cursor != "" {
			_, _ = fmt.Sscan(q.Cursor, &at)
		}
		end := min(at+100, len(entries))
		p := model.Page{Entries: entries[at:end]}
		if end < len(entries) {
			p.Next = fmt.Sprint(end)
		}
		return p, nil
	}
}

func found(r model.StepResult) (ids []string) {
	for _, e := range r.Found {
		ids = append(ids, e.Key.ID)
	}
	slices.Sort(ids)
	return ids
}

func idsOf(keys []model.Key) (ids []string) {
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	return ids
}

func TestLookForOneEntryReadsIt(t *testing.T) {
	k := keysOf(model.Message, 1)
	for name, c := range map[string]struct {
		err  error
		want int
	}{"there": {nil, 1}, "gone": {&model.NotFoundError{What: "x"}, 0}} {
		b := backend{get: func(got model.Key) (model.Detail, error) {
			if got != k[0] {
				t.Errorf("reads %v", got)
			}
			// The answer may lack the id.
			return model.Detail{}, c.err
		}}
		r := run.Take(t.Context(), b, model.Step{Kind: model.LookStep, Keys: k})
		if !errors.Is(r.Err, c.err) || len(r.Found) != c.want || c.want == 1 && r.Found[0].Key != k[0] {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestLookForManyEntriesAsksTheListForThemOrWalksIt(t *testing.T) {
	all := map[model.Kind][]model.Key{model.Message: keysOf(model.Message, 350), model.WorkflowRun: keysOf(model.WorkflowRun, 350)}
	cannot := &model.NoListByIDError{Host: "h"}
	for name, c := range map[string]struct {
		kind   model.Kind
		sought int
		err    error
		byIDs  int
		walked int
	}{
		"messages by ids":                         {model.Message, 100, nil, 1, 0},
		"runs by ids, few":                        {model.WorkflowRun, 20, nil, 1, 0},
		"messages of a server that cannot":        {model.Message, 100, cannot, 1, 4},
		"few messages of a server that cannot":    {model.Message, 2, cannot, 1, 4},
		"runs that are too many to be read alone": {model.WorkflowRun, 21, nil, 0, 4},
	} {
		keys := all[c.kind]
		var walked []model.Query
		byIDs := 0
		walk := pages(dead(keys), &walked)
		b := backend{list: func(q model.Query) (model.Page, error) {
			if q.DLQ != dlq || q.Kind != c.kind || q.Background {
				t.Errorf("%s: asks for %+v", name, q)
			}
			if len(q.IDs) == 0 {
				return walk(q)
			}
			byIDs++
			p := model.Page{}
			for _, e := range dead(keys) {
				if slices.Contains(q.IDs, e.Key.ID) {
					p.Entries = append(p.Entries, e)
				}
			}
			return p, c.err
		}}
		// The oldest stand at the end of the list.
		sought := keys[:c.sought]
		r := run.Take(t.Context(), b, model.Step{Kind: model.LookStep, Keys: sought})
		if r.Err != nil || !slices.Equal(found(r), idsOf(sought)) || byIDs != c.byIDs || len(walked) != c.walked {
			t.Errorf("%s: %d found, asked %d times by ids, %d pages: %v", name, len(r.Found), byIDs, len(walked), r.Err)
		}
	}
}

func TestLookThatFindsAllEndsAtOnceAndOneThatDoesNotReadsToTheEnd(t *testing.T) {
	keys := keysOf(model.WorkflowRun, 350)
	for gone, want := range map[int]int{0: 1, 1: 4} {
		var walked []model.Query
		sought := slices.Clone(keys[350-30+gone:])
		for range gone {
			sought = append(sought, model.Key{DLQ: dlq, Kind: model.WorkflowRun, ID: "gone"})
		}
		r := run.Take(t.Context(), backend{list: pages(dead(keys), &walked)}, model.Step{Kind: model.LookStep, Keys: sought})
		if r.Err != nil || len(r.Found) != 30-gone || len(walked) != want {
			t.Errorf("%d gone: %d found on %d pages: %v", gone, len(r.Found), len(walked), r.Err)
		}
	}
}

func TestListThatComesTwiceOrFailsEndsALook(t *testing.T) {
	keys := keysOf(model.WorkflowRun, 30)
	failed := &model.ServerError{Host: "h", Status: 500}
	for name, c := range map[string]struct {
		page func(n int) (model.Page, error)
		want int
		err  error
	}{
		"the same place again": {func(int) (model.Page, error) { return model.Page{Entries: dead(keys[:5]), Next: "again"}, nil }, 5, nil},
		"an error":             {func(int) (model.Page, error) { return model.Page{}, failed }, 0, failed},
		"an error later": {func(n int) (model.Page, error) {
			if n > 1 {
				return model.Page{}, failed
			}
			return model.Page{Entries: dead(keys[:5]), Next: "x"}, nil
		}, 0, failed},
	} {
		n := 0
		b := backend{list: func(model.Query) (model.Page, error) { n++; return c.page(n) }}
		r := run.Take(t.Context(), b, model.Step{Kind: model.LookStep, Keys: keys})
		if len(r.Found) != c.want || !errors.Is(r.Err, c.err) || n > 2 {
			t.Errorf("%s: %d found, %v, %d pages", name, len(r.Found), r.Err, n)
		}
	}
}

func TestLogIsReadToItsLastPage(t *testing.T) {
	for _, kind := range []model.StepKind{model.FindStep, model.FollowStep} {
		cursors := []string{}
		b := backend{logs: func(q model.LogQuery) (model.LogPage, error) {
			cursors = append(cursors, q.Cursor)
			p := model.LogPage{
				Events: []model.LogEvent{{MessageID: "m" + q.Cursor}}, Runs: []model.Run{{ID: "r" + q.Cursor}},
			}
			if len(cursors) < 3 {
				p.Next = fmt.Sprint(len(cursors))
			}
			return p, nil
		}}
		r := run.Take(t.Context(), b, model.Step{Kind: kind, Log: model.LogQuery{Label: "l"}})
		if r.Err != nil || strings.Join(cursors, ",") != ",1,2" || len(r.Log.Events) != 3 || len(r.Log.Runs) != 3 || r.Log.Runs[2].ID != "r2" {
			t.Errorf("%+v after %q", r, cursors)
		}
	}
}

func TestLogThatGoesRoundOrFailsIsNotReadForEver(t *testing.T) {
	failed := &model.ServerError{Host: "h", Status: 500}
	for name, c := range map[string]struct {
		next  func(n int) string
		fails int
		pages int
	}{
		"the same place again": {func(int) string { return "again" }, 0, 2},
		"always another":       {func(n int) string { return fmt.Sprint(n) }, 0, 500},
		"an error":             {func(n int) string { return fmt.Sprint(n) }, 2, 2},
	} {
		n := 0
		b := backend{logs: func(model.LogQuery) (model.LogPage, error) {
			if n++; n == c.fails {
				return model.LogPage{}, failed
			}
			return model.LogPage{Events: make([]model.LogEvent, 1), Next: c.next(n)}, nil
		}}
		r := run.Take(t.Context(), b, model.Step{Kind: model.FollowStep, Log: model.LogQuery{MessageIDs: []string{"m"}}})
		if n != c.pages || (c.fails > 0) != errors.Is(r.Err, failed) || c.fails > 0 == (len(r.Log.Events) > 0) {
			t.Errorf("%s: %d pages, %d events, %v", name, n, len(r.Log.Events), r.Err)
		}
	}
}

func TestFewMessagesThatCameBackAreAskedForByTheirIDs(t *testing.T) {
	var asked []string
	fails := false
	b := backend{list: func(q model.Query) (model.Page, error) {
		if !q.Background || q.Kind != model.Message || q.DLQ != dlq {
			t.Errorf("asks for %+v", q)
		}
		asked = append(asked, q.Server.MessageID)
		if fails {
			return model.Page{}, &model.ServerError{Host: "h", Status: 500}
		}
		return model.Page{Entries: []model.Entry{{MessageID: q.Server.MessageID}}}, nil
	}}
	s := model.Step{Kind: model.BackStep, DLQ: dlq, MessageIDs: []string{"a", "b", "c"}}
	if r := run.Take(t.Context(), b, s); r.Err != nil || len(r.Found) != 3 || strings.Join(asked, "") != "abc" {
		t.Errorf("%+v, %q", r, asked)
	}
	fails = true
	if r := run.Take(t.Context(), b, s); r.Err == nil || len(r.Found) != 0 || len(asked) != 4 {
		t.Errorf("%+v, %q", r, asked)
	}
}

func TestManyMessagesThatCameBackAreSoughtAmongWhatFailedSince(t *testing.T) {
	entries := dead(keysOf(model.Message, 350))
	ids := []string{"msg_349", "msg_300", "msg_299", "msg_298"}
	for name, c := range map[string]struct {
		ids   []string
		since time.Time
		want  int
		pages int
	}{
		"all on the first page":        {ids, epoch.Add(340 * time.Second), 4, 1},
		"one has not come back":        {append([]string{"msg_other"}, ids...), epoch.Add(340 * time.Second), 4, 2},
		"all may have failed since":    {append([]string{"msg_other"}, ids...), epoch, 4, 4},
		"one failed before, by a page": {[]string{"msg_349", "msg_348", "msg_347", "msg_0"}, epoch.Add(349 * time.Second), 3, 2},
	} {
		var read []model.Query
		r := run.Take(t.Context(), backend{list: pages(entries, &read)}, model.Step{Kind: model.BackStep, DLQ: dlq, MessageIDs: c.ids, Since: c.since})
		if r.Err != nil || len(r.Found) != c.want || len(read) != c.pages {
			t.Errorf("%s: %d on %d pages, %v", name, len(r.Found), len(read), r.Err)
		}
		for _, q := range read {
			if !q.Background || q.Server.MessageID != "" {
				t.Errorf("%s: asks for %+v", name, q)
			}
		}
	}
}
