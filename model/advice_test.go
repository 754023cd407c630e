package model_test

import (
	"strings"
	"testing"
	"time"

	"redrive/model"
)

// advised is how many of the entries the advice is for that has the words in it, and how grave it is.
func advised(verb model.Verb, words string, entries ...model.Entry) (int, model.Severity) {
	var all []*model.Entry
	for i := range entries {
		e := &entries[i]
		e.Cause = e.CauseOf(model.ReadResponse([]byte(e.Response)))
		all = append(all, e)
	}
	for _, a := range model.AdviceFor(verb, all, seconds(60), &model.Lineage{}) {
		if strings.Contains(a.Sentence, words) {
			return a.N, a.Severity
		}
	}
	return 0, model.Info
}

func body(s string) func(*model.Entry)  { return func(e *model.Entry) { e.Response = s } }
func state(s string) func(*model.Entry) { return func(e *model.Entry) { e.FailureState = s } }
func schedule(s string) func(*model.Entry) {
	return func(e *model.Entry) { e.ScheduleID = s }
}

func TestAdviceIsGivenToThoseItIsFor(t *testing.T) {
	for _, c := range []struct {
		words    string
		verb     model.Verb
		severity model.Severity
		is       []model.Entry
		isNot    []model.Entry
	}{
		{
			"may have run", model.Retry, model.Warn,
			[]model.Entry{
				message(1, status(504)), message(2, status(524)), message(3, status(499)), message(4, status(408)), message(5, status(0)),
				message(6, status(0), body("i/o timeout")), message(7, status(0), body("connection reset by peer")),
				message(8, status(500), body("Task timed out after 3.00 seconds")),
			},
			[]model.Entry{
				message(9, status(503)), message(10, status(522)), message(11, status(0), body("connection refused")),
				message(12, status(0), body("no such host")), message(13, status(400)),
			},
		},
		{
			"permanent", model.Retry, model.Warn,
			[]model.Entry{message(1, status(400)), message(2, status(401)), message(3, status(404)), message(4, status(422)), message(5, status(410))},
			[]model.Entry{message(6, status(408)), message(7, status(429)), message(8, status(409)), message(9, status(500)), message(10, status(489))},
		},
		{"not to try again (489)", model.Resume, model.Red, []model.Entry{run(1, status(489))}, []model.Entry{run(2, status(400))}},
		{"slower pace (429), and to wait 1m30s", model.Retry, model.Warn, []model.Entry{
			message(1, status(429), waits(30*time.Second)), message(3, status(429), waits(90*time.Second)), message(4, status(429)),
		}, []model.Entry{message(2, status(503), waits(time.Hour))}},
		{"slower pace (429), and named no time", model.Retry, model.Warn, []model.Entry{message(1, status(429))}, []model.Entry{message(2, status(503))}},
		{
			"end of its queue", model.Retry, model.Info,
			[]model.Entry{message(1, func(e *model.Entry) { e.QueueName = "q" })},
			[]model.Entry{message(2)},
		},
		{
			"superseded", model.Retry, model.Warn,
			[]model.Entry{message(1, schedule("a")), message(2, schedule("a"))},
			[]model.Entry{message(3, schedule("a")), message(4, schedule("b")), message(5), message(6), message(7, schedule("b"), destination("https://b.io"))},
		},
		{
			"redacted", model.Retry, model.Info,
			[]model.Entry{message(1, body("REDACTED:"+strings.Repeat("a", 64)))},
			[]model.Entry{message(2, body("busy"))},
		},
		{
			"more than a day old", model.Retry, model.Info,
			[]model.Entry{
				message(1, func(e *model.Entry) { e.CreatedAt = epoch.Add(-25 * time.Hour) }),
				message(2, func(e *model.Entry) { e.CreatedAt, e.FailedAt = time.Time{}, epoch.Add(-25*time.Hour) }),
			},
			[]model.Entry{message(3), message(4, func(e *model.Entry) { e.CreatedAt, e.FailedAt = time.Time{}, time.Time{} })},
		},
		{"runs every step again", model.Restart, model.Red, []model.Entry{run(1), run(2)}, nil},
		{"failure function succeeded", model.Resume, model.Red, []model.Entry{run(1, state("CALLBACK_SUCCESS"))}, []model.Entry{run(2, state("CALLBACK_FAIL")), run(3)}},
		{"came back", model.Retry, model.Warn, []model.Entry{message(1, labels("a", "redrive-1a2b3c4d"))}, []model.Entry{message(2, labels("a"))}},
	} {
		t.Run(c.words, func(t *testing.T) {
			if n, severity := advised(c.verb, c.words, append(c.is, c.isNot...)...); severity != c.severity {
				t.Errorf("for %d, %v", n, severity)
			}
			want := len(c.is)
			if c.words == "superseded" {
				want = 1 // the newest is worth it
				if n, _ := advised(c.verb, c.words, c.is...); n != want {
					t.Errorf("for %d of its own", n)
				}
			} else if n, _ := advised(c.verb, c.words, append(c.is, c.isNot...)...); n != want {
				t.Errorf("for %d, want %d", n, want)
			}
			if n, _ := advised(c.verb, c.words, c.isNot...); n != 0 {
				t.Errorf("for %d of those it is not for", n)
			}
			if n, _ := advised(model.Delete, c.words, c.is...); n != 0 {
				t.Error("given for a delete")
			}
		})
	}
}

func TestGravestAdviceIsFirst(t *testing.T) {
	entries := []*model.Entry{}
	for _, e := range []model.Entry{
		run(1, status(489), state("CALLBACK_SUCCESS")), run(2, status(404), labels("redrive-1"), schedule("a")), run(3, schedule("a"), body("REDACTED:x")),
	} {
		e.Cause = e.CauseOf(model.ReadResponse([]byte(e.Response)))
		entries = append(entries, &e)
	}
	all := model.AdviceFor(model.Restart, entries, seconds(60), &model.Lineage{})
	if len(all) < 7 {
		t.Errorf("only %v", all)
	}
	for i, a := range all {
		if a.N == 0 || a.Sentence == "" || i > 0 && a.Severity > all[i-1].Severity {
			t.Errorf("%d: %v %+v", i, a.Severity, a)
		}
	}
	if got := model.AdviceFor(model.Retry, nil, epoch, &model.Lineage{}); len(got) != 0 {
		t.Errorf("for nothing: %v", got)
	}
}

func TestPlanAndGroupGiveTheAdviceOfTheirEntries(t *testing.T) {
	s, rows := stored(message(1, status(504)), message(2, status(504)))
	want := model.AdviceFor(model.Retry, []*model.Entry{s.At(rows[0]), s.At(rows[1])}, epoch, &model.Lineage{})
	g := s.GroupBy(rows, model.GroupQuery{Now: epoch, Advise: true})[0]
	p := model.Plan{Verb: model.Retry, Entries: []model.Entry{*s.At(rows[0]), *s.At(rows[1])}}
	for name, got := range map[string][]model.Advice{"group": g.Advice, "plan": p.Advice(epoch, &model.Lineage{})} {
		if len(got) != 1 || got[0] != want[0] || got[0].N != 2 {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
