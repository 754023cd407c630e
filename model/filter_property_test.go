package model_test

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

// someValues are values of the fields that do not take every text.
var someValues = map[string][]string{
	"status":  {"404", "500", "503", "5xx", "4xx", "none"},
	"created": {"1", "1760000000000", "2025-10-09T08:53:20Z", "2025-10-09T10:53:20.0005+02:00"},
	"state":   {"failed", "done", "running", "cancelled", "none", "CALLBACK_FAIL", "CALLBACK_CANCELED", "CALLBACK_NEW"},
	"since":   {"2h", "1d12h", "2026-11-20", "2026-11-20T02:00:00Z"},
	"until":   {"2h", "0s", "2026-11-20", "2026-11-20T02:00:00.5+01:00"},
	"step":    {"charge", "?", "after create"},
	"cause":   {"1a2b3c4d", "00000001"},
	"class":   {"timeout", "overload", "unknown"},
	"age":     {"2h", "<2h", ">2h", ">0m", "<1w"},
}

// anyFilter draws lines that are filters, written in several of the ways in which one can be.
func anyFilter() *rapid.Generator[model.Filter] {
	return rapid.Custom(func(t *rapid.T) model.Filter {
		var words []string
		for range rapid.IntRange(0, 4).Draw(t, "terms") {
			word := ""
			if rapid.Bool().Draw(t, "negated") {
				word = "-"
			}
			field := rapid.SampledFrom(append(model.FilterFields(), "")).Draw(t, "field")
			var value string
			if some := someValues[field]; some != nil {
				value = rapid.SampledFrom(some).Draw(t, field)
			} else {
				value = text().Filter(func(s string) bool { return s != "" }).Draw(t, "value")
			}
			quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
			if field != "" {
				word += field + ":"
			}
			words = append(words, word+quoted)
		}
		f, err := model.ParseFilterAt(strings.Join(words, rapid.SampledFrom([]string{" ", "\t", "  "}).Draw(t, "space")), epoch)
		if err != nil {
			t.Fatalf("%q: %v", words, err)
		}
		return f
	})
}

func TestPrintedFilterReadsAsTheSameFilter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFilter().Draw(t, "filter")
		again, err := model.ParseFilterAt(f.String(), epoch)
		if err != nil {
			t.Fatalf("%q: %v", f, err)
		}
		if !reflect.DeepEqual(f, again) {
			t.Fatalf("%q was read as %q", f, again)
		}
	})
}

func TestQuotedTextIsLookedForAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := text().Filter(func(s string) bool { return s != "" }).Draw(t, "value")
		quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
		for line, e := range map[string]model.Entry{
			"label:" + quoted: {Labels: []string{"other", value}},
			"queue:" + quoted: {QueueName: value},
			"url:" + quoted:   {URL: value},
			"id:" + quoted:    {MessageID: value},
			quoted:            {Response: "before " + value + " after"},
		} {
			f, err := model.ParseFilter(line)
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			if !f.Match(&e) {
				t.Errorf("%q does not find %+v", line, e)
			}
			if f.Match(&model.Entry{}) {
				t.Errorf("%q finds it in an empty entry", line)
			}
		}
	})
}

func FuzzParseFilter(f *testing.F) {
	for _, line := range []string{
		``, `status:503 -label:"a b" word`, `url:https://x.io/a,b`, `"a\"b\\"`, `--x`, `-"-x"`, `label://x`, `a"b:c"`, "\xff:", `-`,
	} {
		f.Add(line)
	}
	for field, values := range someValues {
		for _, v := range values {
			f.Add(field + ":" + v + " -" + field + ":" + v + "0")
		}
	}
	for _, line := range []string{`age:<1w2d3h4m5s`, `since:9999999999999w`, `until:2026-02-30`, `ip:::1 flow:"" x`, `created:-1`, "response:\xffÉ"} {
		f.Add(line)
	}
	e := run(1, labels("a b", "x"), func(e *model.Entry) { e.Response = "É\xff" })
	f.Fuzz(func(t *testing.T, line string) {
		parsed, err := model.ParseFilterAt(line, epoch)
		timeless, timelessErr := model.ParseFilter(line)
		for _, err := range []error{err, timelessErr} {
			wrong, ok := errors.AsType[*model.FilterError](err)
			if err != nil && (!ok || wrong.Start < 0 || wrong.Start >= wrong.End || wrong.End > len(line) || wrong.Problem == "") {
				t.Fatalf("%#v", err)
			}
		}
		if timelessErr == nil && !reflect.DeepEqual(parsed, timeless) {
			t.Fatalf("%q depends on the time: %v, %v", line, parsed, timeless)
		}
		if err != nil {
			return
		}
		again, err := model.ParseFilterAt(parsed.String(), epoch)
		if err != nil || !reflect.DeepEqual(parsed, again) {
			t.Fatalf("%q printed as %q was read as %q, %v", line, parsed, again, err)
		}
		later := epoch.Add(1000 * time.Hour)
		if late, err := model.ParseFilterAt(line, later); err != nil || !reflect.DeepEqual(late, parsed.At(later)) || !reflect.DeepEqual(late.At(epoch), parsed) {
			t.Fatalf("%q is another filter when it is read later: %v", line, err)
		}
		if parsed.Match(&e) != again.Match(&e) {
			t.Fatal("equal filters match differently")
		}
		for _, k := range model.Kinds {
			parsed.Server(k)
		}
	})
}

// alike draws entries in which every field of the filter line has something to find.
func alike(kind model.Kind) *rapid.Generator[model.Entry] {
	return rapid.Custom(func(t *rapid.T) model.Entry {
		e := anyEntry(kind).Draw(t, "entry")
		e.Method = rapid.SampledFrom([]string{"", "POST", "get"}).Draw(t, "method")
		e.ScheduleID = text().Draw(t, "schedule")
		e.CallerIP = text().Draw(t, "ip")
		e.FlowControlKey = text().Draw(t, "flow")
		e.WorkflowURL = text().Draw(t, "workflow")
		e.FailureState = rapid.SampledFrom([]string{"", "CALLBACK_FAIL", "CALLBACK_SUCCESS", "CALLBACK_INPROGRESS", "CALLBACK_CANCELED", "CALLBACK_CANCELLED", "CALLBACK_NEW", "odd"}).Draw(t, "state")
		times := []time.Time{{}, epoch, epoch.Add(-2 * time.Hour), epoch.Add(-3 * time.Hour), time.UnixMilli(1760000000000)}
		e.WorkflowCreatedAt = rapid.SampledFrom(times).Draw(t, "run created")
		e.CreatedAt = rapid.SampledFrom(times).Draw(t, "created")
		e.FailedAt = rapid.SampledFrom(times).Draw(t, "failed")
		e.Cause = rapid.SampledFrom([]model.Cause{{}, {ID: 1}, {ID: 0x1a2b3c4d, Class: model.ClassTimeout, Step: "charge"}}).Draw(t, "cause")
		return e
	})
}

// serverHas is what the server would say of an entry.
func serverHas(s model.ServerFilter, e *model.Entry) bool {
	among := func(values []string, v string) bool { return len(values) == 0 || slices.Contains(values, v) }
	return (s.MessageID == "" || s.MessageID == e.MessageID) &&
		(s.RunCreatedMilli == 0 || s.RunCreatedMilli == e.WorkflowCreatedAt.UnixMilli()) &&
		among(s.Statuses, strconv.Itoa(e.Status)) && among(s.URLs, e.URL) && among(s.Queues, e.QueueName) &&
		among(s.Groups, e.URLGroup) && among(s.Schedules, e.ScheduleID) && among(s.CallerIPs, e.CallerIP) &&
		among(s.WorkflowURLs, e.WorkflowURL) && among(s.States, e.FailureState) &&
		(len(s.Labels) == 0 || slices.ContainsFunc(e.Labels, func(l string) bool { return slices.Contains(s.Labels, l) }))
}

// sentTexts are the texts that would be sent.
func sentTexts(s model.ServerFilter) []string {
	return slices.Concat(s.Labels, s.CallerIPs, []string{s.MessageID}, s.Statuses, s.URLs, s.Queues, s.Groups, s.Schedules, s.WorkflowURLs, s.States)
}

func TestServerNeverKeepsBackWhatTheFilterLetsThrough(t *testing.T) {
	matched, asked := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(model.Kinds[:]).Draw(t, "kind")
		f := anyFilter().Draw(t, "filter")
		e := alike(kind).Draw(t, "entry")
		if rapid.Bool().Draw(t, "alike") {
			// A filter for what the entry has, so that matches are not rare.
			terms := rapid.SliceOf(rapid.SampledFrom(e.FilterValues())).Draw(t, "terms")
			if !e.WorkflowCreatedAt.IsZero() {
				terms = append(terms, "created:"+e.WorkflowCreatedAt.Format(time.RFC3339Nano))
			}
			f = filter(t, strings.Join(terms, " "))
			if !f.Match(&e) {
				t.Fatalf("%q does not match %+v", f, e)
			}
		}
		s := f.Server(kind)
		for _, v := range sentTexts(s) {
			if strings.Contains(v, ",") {
				t.Errorf("a comma is sent: %q", v)
			}
		}
		if f.Match(&e) {
			matched++
			if s.Identity() != (model.ServerFilter{}).Identity() {
				asked++
			}
			if !serverHas(s, &e) {
				t.Fatalf("%q lets %+v through, the server does not: %+v", f, e, s)
			}
		}
	})
	if matched == 0 || asked == 0 {
		t.Error("no entry ever matched: nothing was tested")
	}
}
