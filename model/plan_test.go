package model_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

const operation = model.LabelPrefix + "1a2b3c4d"

func plan(l *model.Listing, acted ...model.Key) (model.Plan, error) {
	verb := model.Retry
	if l.Kind() == model.WorkflowRun {
		verb = model.Resume
	}
	return model.NewPlan(model.PlanRequest{Verb: verb, List: l, Acted: only(acted...), Operation: operation, Now: seconds(99)})
}

func mustPlan(t testing.TB, l *model.Listing, acted ...model.Key) model.Plan {
	t.Helper()
	p, err := plan(l, acted...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func planned(p model.Plan) []string {
	var out []string
	for i := range p.Selection.Len() {
		if p.Selection.At(i) != p.Entries[i].Key {
			return []string{"the entries are not those of the selection"}
		}
		out = append(out, p.Selection.At(i).ID)
	}
	return out
}

func TestPlanIsForTheEntryUnderTheCursorWhenNoneIsMarked(t *testing.T) {
	l := loaded(t, 5, messages(1, 3)...)
	l.MoveTo(1)
	p := mustPlan(t, l)
	if diff := cmp.Diff(ids(2), planned(p)); diff != "" {
		t.Error(diff)
	}
	if p.Verb != model.Retry || p.Operation != operation || !p.FrozenAt.Equal(seconds(99)) || p.CursorOutside != nil {
		t.Errorf("%+v", p)
	}
	if got := p.CallText(p.Summary()); got != "1 × POST /v2/dlq/retry/{dlqId}" {
		t.Error(got)
	}
}

func TestPlanIsForTheMarkedEntriesInTheOrderOfTheList(t *testing.T) {
	l := loaded(t, 5, messages(1, 4)...)
	for _, n := range []int{1, 4, 3} {
		l.Marks.Toggle(key(n))
	}
	p := mustPlan(t, l)
	if diff := cmp.Diff(ids(4, 3, 1), planned(p)); diff != "" {
		t.Error(diff)
	}
	if p.CursorOutside != nil {
		t.Error("the entry under the cursor is marked, and said to be outside")
	}
	l.MoveTo(2)
	if p = mustPlan(t, l); p.CursorOutside == nil || p.CursorOutside.Key != key(2) {
		t.Errorf("outside is %v", p.CursorOutside)
	}
	if got := p.CallText(p.Summary()); got != "3 × POST /v2/dlq/retry/{dlqId}, 3 at once" {
		t.Error(got)
	}
}

func TestPlanIsFrozen(t *testing.T) {
	l := model.NewListing(model.NewStore(), account, model.Message)
	l.Resize(5)
	arrive(t, l, "2", messages(1, 4)...)
	l.Marks.Toggle(key(1))
	l.Marks.Toggle(key(2))
	p := mustPlan(t, l)
	before := mustPlan(t, l)
	outside := *p.CursorOutside

	l.Marks.Toggle(key(1))
	l.Marks.Toggle(key(3))
	arrive(t, l, "3", message(2, status(404), destination("https://changed.io")), message(4, status(0)), message(9))
	newcomers(t, l, message(10))
	l.MoveTo(2)
	refilter(t, l, "status:404")
	l.TakeIn(all)
	if diff := cmp.Diff(before, p, cmp.AllowUnexported(model.Selection{}, model.Matching{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(outside, *p.CursorOutside); diff != "" {
		t.Error(diff)
	}
	w := model.NewJob(1, p).Next(epoch)[1].Write
	if w.Selection.Len() != 1 || w.Selection.At(0) != key(1) || w.Verb != model.Retry {
		t.Errorf("writes %+v", w)
	}
}

func TestPlanTellsWhatIsNotInIt(t *testing.T) {
	l := loaded(t, 5, message(1), message(2), message(3), message(4, status(404)), message(5, status(404)))
	for n := 1; n <= 5; n++ {
		l.Marks.Toggle(key(n))
	}
	l.ApplyRebuilt(l.Refilter(filter(t, "status:5xx"), true).Run())
	newcomers(t, l, message(6), message(7), message(8, status(404)))
	p := mustPlan(t, l, key(2), key(5))
	if diff := cmp.Diff(ids(3, 1), planned(p)); diff != "" {
		t.Error(diff)
	}
	if p.Hidden != 2 || p.Newcomers != 2 || p.Acted != 1 {
		t.Errorf("%d hidden, %d newcomers, %d acted on", p.Hidden, p.Newcomers, p.Acted)
	}
}

func TestThereIsNoPlanWithoutEntries(t *testing.T) {
	marked := func(l *model.Listing, ns ...int) *model.Listing {
		for _, n := range ns {
			l.Marks.Toggle(key(n))
		}
		return l
	}
	hidden := marked(loaded(t, 5, messages(1, 3)...), 1, 2)
	refilter(t, hidden, "id:msg_3")
	allHidden := marked(loaded(t, 5, messages(1, 3)...), 1, 2)
	refilter(t, allHidden, "nothing")
	for name, c := range map[string]struct {
		list  *model.Listing
		acted []model.Key
		says  string
	}{
		"empty list":               {loaded(t, 5), nil, "there is nothing to retry: the list is empty"},
		"marks hidden":             {hidden, nil, "nothing to retry: all 2 marked entries are hidden by the filter"},
		"marks hidden, list empty": {allHidden, nil, "nothing to retry: all 2 marked entries are hidden by the filter"},
		"cursor acted on":          {loaded(t, 5, message(1)), []model.Key{key(1)}, "nothing to retry: it was already acted on"},
		"marks acted on":           {marked(loaded(t, 5, messages(1, 3)...), 1, 2), []model.Key{key(1), key(2)}, "already acted on"},
	} {
		p, err := plan(c.list, c.acted...)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if p.Selection.Valid() == nil || len(p.Entries) != 0 {
			t.Errorf("%s: there are entries: %+v", name, p)
		}
	}
}

func TestVerbIsRefusedForTheOtherKind(t *testing.T) {
	runs := model.NewListing(model.NewStore(), account, model.WorkflowRun)
	arrive(t, runs, "", run(1))
	for _, c := range []struct {
		verb model.Verb
		list *model.Listing
		says string
	}{
		{model.Resume, loaded(t, 5, message(1)), "resume is not for messages"},
		{model.Retry, runs, "retry is not for workflow runs"},
	} {
		p, err := model.NewPlan(model.PlanRequest{Verb: c.verb, List: c.list, Acted: none, Operation: operation})
		if err == nil || err.Error() != c.says || p.Selection.Valid() == nil {
			t.Errorf("%v, %v", p, err)
		}
	}
	p := mustPlan(t, runs)
	if p.Verb != model.Resume || p.Selection.At(0) != run(1).Key || p.Selection.Kind() != model.WorkflowRun {
		t.Errorf("%+v", p)
	}
	if got := p.CallText(p.Summary()); got != "1 × POST /v2/workflows/dlq/resume/{dlqId}" {
		t.Error(got)
	}
}

func TestPlanOfMoreThanTwentyGoesOutInBulk(t *testing.T) {
	l := loaded(t, 5, messages(1, 250)...)
	for n := 1; n <= 20; n++ {
		l.Marks.Toggle(key(n))
	}
	p := mustPlan(t, l)
	if got := p.CallText(p.Summary()); p.Bulk() || got != "20 × POST /v2/dlq/retry/{dlqId}, 4 at once" {
		t.Error(got)
	}
	for n := 21; n <= 250; n++ {
		l.Marks.Toggle(key(n))
	}
	p = mustPlan(t, l)
	if got := p.CallText(p.Summary()); !p.Bulk() || got != "3 × POST /v2/dlq/retry?dlqIds=" {
		t.Error(got)
	}
	if q := p.Question(); q.Kind != model.TypeCount || q.Want() != "250" {
		t.Errorf("asks for %q", q.Want())
	}
}

func TestLabelsAreTheEntrysOwnAndTheOperations(t *testing.T) {
	firstOnly := func(e *model.Entry) { e.FirstLabelOnly = true }
	for name, c := range map[string]struct {
		change []func(*model.Entry)
		want   []string
	}{
		"none":                 {nil, []string{operation}},
		"own":                  {[]func(*model.Entry){labels("b", "a")}, []string{"b", "a", operation}},
		"an older operation's": {[]func(*model.Entry){labels("redrive-00000000", "a", "redrive-11111111")}, []string{"a", operation}},
		"spaces and accents":   {[]func(*model.Entry){labels("two words", "Größe")}, []string{"two words", "Größe", operation}},
		"only the first known": {[]func(*model.Entry){labels("a"), firstOnly}, nil},
		"a comma":              {[]func(*model.Entry){labels("a", "b,c")}, nil},
		"a new line":           {[]func(*model.Entry){labels("a\nX-Other: 1")}, nil},
		"a control character":  {[]func(*model.Entry){labels("a\x7f")}, nil},
		"a NUL":                {[]func(*model.Entry){labels("\x00")}, nil},
		"not UTF-8":            {[]func(*model.Entry){labels("\xff")}, nil},
		"empty":                {[]func(*model.Entry){labels("")}, nil},
		"space at the end":     {[]func(*model.Entry){labels("a ")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			e := message(1, c.change...)
			own := slices.Clone(e.Labels)
			p := mustPlan(t, loaded(t, 5, e))
			got := p.Labels(0)
			if diff := cmp.Diff(c.want, got); diff != "" || (got == nil) != (c.want == nil) {
				t.Error(diff)
			}
			unlabeled := 0
			if c.want == nil {
				unlabeled = 1
			}
			if p.Summary().Unlabelled != unlabeled {
				t.Errorf("%d unlabeled", p.Summary().Unlabelled)
			}
			if diff := cmp.Diff(own, p.Entries[0].Labels); diff != "" {
				t.Errorf("the entry has changed: %s", diff)
			}
		})
	}
}

func TestWithoutAnOperationLabelsAreLeftAsTheyAre(t *testing.T) {
	p, err := model.NewPlan(model.PlanRequest{Verb: model.Retry, List: loaded(t, 5, message(1, labels("a"))), Acted: none})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Labels(0); got != nil || p.Summary().Unlabelled != 1 {
		t.Errorf("sends %v, %d unlabeled", got, p.Summary().Unlabelled)
	}
}

func wholePlan(t *testing.T, entries ...model.Entry) model.Plan {
	l := loaded(t, 5, entries...)
	for _, e := range entries {
		l.Marks.Toggle(e.Key)
	}
	return mustPlan(t, l)
}

func TestPlanCountsItsEntries(t *testing.T) {
	none := func(e *model.Entry) { e.Status, e.Method, e.FailedAt, e.CreatedAt = 0, "", time.Time{}, time.Time{} }
	p := wholePlan(t,
		message(1, destination("https://a.io/x?token=1")),
		message(5, destination("https://b.io")), message(3, destination("https://b.io")), message(4, destination("https://a.io/x?token=2")),
		message(2, destination("https://c.io#x"), status(404)), message(6, destination("topic"), none),
	)
	wantDestinations := []model.Count{{"POST a.io/x", 2}, {"POST b.io", 2}, {"POST c.io", 1}, {"topic", 1}}
	if diff := cmp.Diff(wantDestinations, p.ByDestination()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]model.Count{{"503", 4}, {"404", 1}, {"no response", 1}}, p.ByStatus()); diff != "" {
		t.Error(diff)
	}
	if oldest, newest := p.Ages(); !oldest.Equal(seconds(1)) || !newest.Equal(seconds(5)) {
		t.Errorf("from %v to %v", oldest, newest)
	}
	p = wholePlan(t, message(6, none))
	if oldest, newest := p.Ages(); !oldest.IsZero() || !newest.IsZero() {
		t.Errorf("from %v to %v though no time is known", oldest, newest)
	}
}

func TestOddestEntryIsTheOneLeastLikeTheOthers(t *testing.T) {
	for name, c := range map[string]struct {
		entries []model.Entry
		want    int
	}{
		"one":                 {messages(1, 1), 0},
		"all alike":           {messages(1, 5), 0},
		"all different":       {[]model.Entry{message(1, status(1)), message(2, status(2)), message(3, status(3))}, 0},
		"query is no matter":  {append(messages(1, 3), message(4, destination("https://api.acme.io/hook?x"))), 0},
		"another status":      {append(messages(1, 3), message(4, status(404))), 4},
		"another destination": {append(messages(1, 3), message(4, destination("https://other.io"))), 4},
		"another method":      {append(messages(1, 3), message(4, func(e *model.Entry) { e.Method = "GET" })), 4},
		"the rarest of three": {append(messages(1, 3), message(4, status(404)), message(5, status(404)), message(6, status(0))), 6},
	} {
		p := wholePlan(t, c.entries...)
		e, ok := p.Oddest()
		if ok != (c.want != 0) || ok && e.Key != key(c.want) {
			t.Errorf("%s: %v, %v", name, e, ok)
		}
	}
}

func TestDestinationIsTheURLWithoutItsQuery(t *testing.T) {
	for raw, want := range map[string]string{
		"https://a.io/x/y?q=1#f":  "a.io/x/y",
		"https://a.io#f":          "a.io",
		"http://a.io/x?q":         "http://a.io/x",
		"https://a.io:8443/":      "a.io:8443/",
		"topic":                   "topic",
		"topic?x":                 "topic?x",
		"mailto:x@a.io?subject=y": "mailto:x@a.io?subject=y",
		"http://%zz?q":            "http://%zz",
		"https://u:p@a.io/x@y":    "a.io/x@y",
		"http://u@a.io":           "http://a.io",
		"":                        "",
	} {
		if got := model.Destination(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func TestTypedLabelsGoOutAloneWhenThereIsNoOperationToFind(t *testing.T) {
	p := mustPlan(t, loaded(t, 5, message(1)))
	p.Operation = ""
	p.Overrides.Values[model.SetLabels] = "a, b"
	if got := p.Labels(0); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("labels %q", got)
	}
}
