package model_test

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redrive/model"
)

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
			if field == "status" {
				value = rapid.SampledFrom([]string{"404", "500", "503", "5xx", "4xx", "none"}).Draw(t, "status")
			} else {
				value = text().Filter(func(s string) bool { return s != "" }).Draw(t, "value")
			}
			quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
			if field != "" {
				word += field + ":"
			}
			words = append(words, word+quoted)
		}
		f, err := model.ParseFilter(strings.Join(words, rapid.SampledFrom([]string{" ", "\t", "  "}).Draw(t, "space")))
		if err != nil {
			t.Fatalf("%q: %v", words, err)
		}
		return f
	})
}

func TestPrintedFilterReadsAsTheSameFilter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFilter().Draw(t, "filter")
		again, err := model.ParseFilter(f.String())
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
	e := message(1, labels("a b", "x"))
	f.Fuzz(func(t *testing.T, line string) {
		parsed, err := model.ParseFilter(line)
		if err != nil {
			wrong, ok := errors.AsType[*model.FilterError](err)
			if !ok || wrong.Start < 0 || wrong.Start >= wrong.End || wrong.End > len(line) {
				t.Fatalf("%#v", err)
			}
			return
		}
		again, err := model.ParseFilter(parsed.String())
		if err != nil || !reflect.DeepEqual(parsed, again) {
			t.Fatalf("%q printed as %q was read as %q, %v", line, parsed, again, err)
		}
		if parsed.Match(&e) != again.Match(&e) {
			t.Fatal("equal filters match differently")
		}
		for _, k := range model.Kinds {
			parsed.Server(k)
		}
	})
}

// serverHas is what the server would say of an entry.
func serverHas(s model.ServerFilter, e *model.Entry) bool {
	among := func(values []string, v string) bool { return len(values) == 0 || slices.Contains(values, v) }
	return (s.MessageID == "" || s.MessageID == e.MessageID) &&
		among(s.Statuses, strconv.Itoa(e.Status)) && among(s.URLs, e.URL) && among(s.Queues, e.QueueName) &&
		(len(s.Labels) == 0 || slices.ContainsFunc(e.Labels, func(l string) bool { return slices.Contains(s.Labels, l) }))
}

func TestServerNeverKeepsBackWhatTheFilterLetsThrough(t *testing.T) {
	matched := 0
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(model.Kinds[:]).Draw(t, "kind")
		f := anyFilter().Draw(t, "filter")
		e := anyEntry(kind).Draw(t, "entry")
		if rapid.Bool().Draw(t, "alike") {
			// A filter for what the entry has, so that matches are not rare.
			line := "status:" + strconv.Itoa(e.Status)
			if e.Status == 0 {
				line = "status:none"
			}
			for field, values := range map[string][]string{
				"url": {e.URL}, "queue": {e.QueueName}, "id": {e.MessageID}, "label": e.Labels,
			} {
				for _, v := range values {
					if v != "" {
						line += " " + field + `:"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
					}
				}
			}
			f = filter(t, line)
		}
		s := f.Server(kind)
		for _, v := range slices.Concat([]string{s.MessageID}, s.Statuses, s.URLs, s.Queues, s.Labels) {
			if strings.Contains(v, ",") {
				t.Errorf("a comma is sent: %q", v)
			}
		}
		if f.Match(&e) {
			matched++
			if !serverHas(s, &e) {
				t.Fatalf("%q lets %+v through, the server does not: %+v", f, e, s)
			}
		}
	})
	if matched == 0 {
		t.Error("no entry ever matched: nothing was tested")
	}
}
