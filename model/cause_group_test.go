package model_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redrive/model"
)

func response(body string) func(*model.Entry) {
	return func(e *model.Entry) {
		e.Response = body
		e.Cause = e.CauseOf(model.ReadResponse([]byte(body)))
	}
}

// stored are the entries in a store, with all their rows.
func stored(entries ...model.Entry) (model.Snapshot, []model.Row) {
	s := model.NewStore()
	var rows []model.Row
	for _, e := range entries {
		if e.Cause.ID == 0 {
			e.Cause = e.CauseOf(model.ReadResponse([]byte(e.Response)))
		}
		row, _ := s.Put(e)
		rows = append(rows, row)
	}
	return s.Snapshot(), rows
}

func keysOf(groups []model.Group) (keys []string) {
	for _, g := range groups {
		keys = append(keys, fmt.Sprintf("%s %d", g.Key, g.Count))
	}
	return keys
}

func TestEntriesArePutTogetherByWhatWasAskedFor(t *testing.T) {
	s, rows := stored(
		message(1, status(503), labels("a", "b", "a"), func(e *model.Entry) { e.QueueName, e.ScheduleID = "q", "scd_1" }),
		message(2, status(0), labels("b"), destination("https://api.acme.io/orders/81?x=1")),
		message(3, status(504), destination("https://api.acme.io/orders/7"), func(e *model.Entry) { e.URLGroup = "g" }),
	)
	for by, want := range map[model.Grouping][]string{
		model.PerStatus:      {"503 1", "504 1", "none 1"},
		model.PerDestination: {"api.acme.io/orders/{id} 2", "api.acme.io/hook 1"},
		model.PerQueue:       {" 2", "q 1"},
		model.PerURLGroup:    {" 2", "g 1"},
		model.PerSchedule:    {" 2", "scd_1 1"},
		model.PerLabel:       {"b 2", " 1", "a 1"},
		model.PerClass:       {"overload 1", "timeout 1", "unknown 1"},
	} {
		if diff := cmp.Diff(want, keysOf(s.GroupBy(rows, model.GroupQuery{By: by, Now: epoch}))); diff != "" {
			t.Errorf("by %v: %s", by, diff)
		}
	}
	if got := s.GroupBy(nil, model.GroupQuery{}); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
	if got := s.GroupBy(rows[:1], model.GroupQuery{}); got[0].Key != s.At(rows[0]).Cause.ID.String() {
		t.Errorf("by cause: %v", got)
	}
}

func TestGroupTellsOfItsEntries(t *testing.T) {
	busy := response("\n busy now\nmore")
	s, rows := stored(
		message(600, busy), message(660, busy), message(720, response("busy  now")),
		message(0, response("gone"), status(410)),
		message(0, busy, func(e *model.Entry) { e.Key.ID, e.FailedAt, e.CreatedAt = "odd", time.Time{}, seconds(-60) }),
	)
	groups := s.GroupBy(rows, model.GroupQuery{
		Now: seconds(730), From: seconds(600), To: seconds(720), Buckets: 4, Retention: time.Hour,
	})
	g := groups[0]
	if diff := cmp.Diff([]model.Row{rows[0], rows[1], rows[2], rows[4]}, g.Rows); diff != "" || g.Count != 4 || g.Share != 0.8 {
		t.Error(g.Count, g.Share, diff)
	}
	if g.Cause != s.At(rows[0]).Cause || g.Causes != 1 {
		t.Errorf("%v, one of %d", g.Cause, g.Causes)
	}
	if !g.First.Equal(seconds(600)) || !g.Last.Equal(seconds(720)) || !g.Expires.Equal(seconds(-60).Add(time.Hour)) {
		t.Errorf("from %v to %v, expires %v", g.First, g.Last, g.Expires)
	}
	if diff := cmp.Diff([]int{1, 0, 1, 1}, g.OverTime); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]model.Count{{Value: "busy now", N: 3}, {Value: "busy  now", N: 1}}, g.Variants); diff != "" || g.Others != 0 {
		t.Error(g.Others, diff)
	}
	if g := groups[1]; g.Count != 1 || g.Cause.Text != "gone" || !slices.Equal(g.OverTime, []int{0, 0, 0, 0}) {
		t.Errorf("%+v", g)
	}
}

func TestGroupSaysWhetherFailuresStillCome(t *testing.T) {
	last := seconds(0)
	for now, want := range map[time.Time]string{
		last.Add(-time.Second):                "1 in 5 min", // the clocks differ
		last:                                  "1 in 5 min",
		last.Add(5 * time.Minute):             "1 in 5 min",
		last.Add(5*time.Minute + time.Second): "stopped 03:00",
		last.Add(24 * time.Hour):              "stopped 2026-11-20 03:00",
		last.Add(time.Hour).In(time.FixedZone("CET", 3600)):        "stopped 04:00",
		last.Add(time.Hour).In(time.FixedZone("PST", -8*3600)):     "stopped 19:00",
		last.Add(6 * time.Hour).In(time.FixedZone("PST", -8*3600)): "stopped 2026-11-19 19:00",
	} {
		s, rows := stored(message(0))
		g := s.GroupBy(rows, model.GroupQuery{Now: now})[0]
		if got := g.Pulse(now); got != want {
			t.Errorf("at %v: %q, want %q", now, got, want)
		}
	}
	var many []model.Entry
	for n := range 66 {
		many = append(many, message(n))
	}
	s, rows := stored(many...)
	if g := s.GroupBy(rows, model.GroupQuery{Now: seconds(70)})[0]; g.Pulse(seconds(70)) != "+14/min BLEEDING" || g.Recent != 66 {
		t.Error(g.Recent, g.Pulse(seconds(70)))
	}
	s, rows = stored(message(0, func(e *model.Entry) { e.Key.ID, e.FailedAt = "odd", time.Time{} }))
	if g := s.GroupBy(rows, model.GroupQuery{Now: epoch})[0]; g.Pulse(epoch) != "" {
		t.Error(g.Pulse(epoch))
	}
}

func TestVariantsOfAGroupAreBounded(t *testing.T) {
	var entries []model.Entry
	for n := range 3 * model.MostVariants {
		entries = append(entries, message(n, response(fmt.Sprintf("order %d is stuck", n))))
	}
	s, rows := stored(entries...)
	groups := s.GroupBy(rows, model.GroupQuery{})
	if len(groups) != 1 || len(groups[0].Variants) != model.MostVariants || groups[0].Others != 2*model.MostVariants {
		t.Errorf("%d groups, %d variants, %d others", len(groups), len(groups[0].Variants), groups[0].Others)
	}
}

func TestGroupsHoldEveryEntryOnceWhateverTheyAreOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var entries []model.Entry
		for i, e := range rapid.SliceOfN(alike(model.Message), 0, 12).Draw(t, "entries") {
			e.Key.ID = fmt.Sprint(i)
			entries = append(entries, e)
		}
		s, rows := stored(entries...)
		q := model.GroupQuery{
			By: rapid.SampledFrom(model.Groupings[:]).Draw(t, "by"), Now: epoch, Retention: time.Hour,
			From: epoch.Add(-4 * time.Hour), To: epoch, Buckets: rapid.IntRange(-1, 2*model.MostBuckets).Draw(t, "buckets"),
		}
		groups := s.GroupBy(rows, q)
		held, places := map[model.Row]int{}, 0
		for i, g := range groups {
			if len(g.Rows) != g.Count || g.Count == 0 || g.Cause.ID != 0 && g.Causes == 0 {
				t.Fatalf("%+v", g)
			}
			if i > 0 && (g.Count > groups[i-1].Count || g.Count == groups[i-1].Count && g.Key < groups[i-1].Key) {
				t.Fatalf("%q stands before %q", groups[i-1].Key, g.Key)
			}
			lines := g.Others
			for _, v := range g.Variants {
				lines += v.N
			}
			if lines != g.Count {
				t.Fatalf("%d variants of %d", lines, g.Count)
			}
			for _, r := range g.Rows {
				held[r]++
				places++
			}
		}
		if len(held) != len(rows) || q.By != model.PerLabel && places != len(rows) {
			t.Fatalf("%d of %d rows, in %d places", len(held), len(rows), places)
		}
		slices.Reverse(rows)
		if diff := cmp.Diff(keysOf(groups), keysOf(s.GroupBy(rows, q))); diff != "" {
			t.Fatal(diff)
		}
	})
}

func BenchmarkGroupBy(b *testing.B) {
	entries := manyMessages()
	for i := range entries {
		e := &entries[i]
		e.Cause = e.CauseOf(model.ReadResponse([]byte(e.Response)))
		if i%2 == 0 {
			e.Response = fmt.Sprint("order ", i, " is stuck")
		}
		if i%3 == 0 {
			e.Cause = e.Cause.AtStep(fmt.Sprint("step-", i%5))
		}
	}
	s, rows := stored(entries...)
	for _, by := range []model.Grouping{model.PerCause, model.PerDestination, model.PerLabel, model.PerStep} {
		b.Run(by.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.GroupBy(rows, model.GroupQuery{By: by, Now: seconds(2 * many), From: epoch, To: seconds(2 * many), Buckets: 60, Retention: time.Hour})
			}
		})
	}
}

func TestNewcomersAreToldByTheGroupThatTheyBelongTo(t *testing.T) {
	slow, busy, odd := status(429), response("busy"), response("never seen")
	all := []model.Entry{message(1, busy), message(2, busy), message(3, slow)}
	for i := range all {
		all[i].Cause = all[i].CauseOf(model.ReadResponse([]byte(all[i].Response)))
	}
	store := model.NewStore()
	l := model.NewListing(store, account, model.Message)
	l.Resize(10)
	arrive(t, l, "", all...)
	fresh := []model.Entry{message(500, busy), message(501, slow), message(502, slow), message(503, odd)}
	for i := range fresh {
		fresh[i].Cause = fresh[i].CauseOf(model.ReadResponse([]byte(fresh[i].Response)))
	}
	newcomers(t, l, append(fresh, all...)...)
	group := func(by model.Grouping, now time.Time) model.Groups {
		return model.BeginGroups(store, []*model.Listing{l}, model.GroupQuery{By: by, Now: now}).Run()
	}
	g := group(model.PerCause, seconds(600))
	if g.Waiting != 4 || g.Total != 3 || len(g.All) != 2 || len(g.Newcomers) != 3 {
		t.Fatalf("%d wait, %d groups: %+v", g.Waiting, len(g.All), g.Newcomers)
	}
	first, second, third := g.Newcomers[0], g.Newcomers[1], g.Newcomers[2]
	if !first.New || first.N != 1 || first.Cause.Text != "never seen" {
		t.Errorf("first: %+v", first)
	}
	if second.New || second.N != 2 || second.Cause.Status != 429 || third.New || third.N != 1 || third.Key != g.All[0].Key {
		t.Errorf("then: %+v, %+v", second, third)
	}
	if b := g.All[0]; b.Count != 2 || len(b.Rows) != 2 || b.Newcomers != 1 || b.Recent != 1 || !b.Last.Equal(seconds(500)) {
		t.Errorf("%+v", b)
	}
	if g := group(model.PerStatus, seconds(2000)); len(g.Newcomers) != 2 || g.Newcomers[0].New || g.All[0].Recent != 0 || g.All[0].Newcomers != 2 {
		t.Errorf("by status: %+v", g.Newcomers)
	}
	l.TakeIn(none)
	if g := group(model.PerCause, seconds(600)); g.Waiting != 0 || len(g.Newcomers) != 0 || g.Total != 7 || g.All[0].Newcomers != 0 {
		t.Errorf("taken in: %+v", g.Newcomers)
	}
}
