package model_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redrive/model"
)

func TestEveryFieldIsExplained(t *testing.T) {
	var names []string
	hints := map[string]string{}
	for _, f := range model.FilterFieldInfo() {
		names, hints[f.Name] = append(names, f.Name), f.Hint
		if f.Hint == "" {
			t.Errorf("%s is not explained", f.Name)
		}
	}
	if diff := cmp.Diff(model.FilterFields(), names); diff != "" {
		t.Error(diff)
	}
	for name, part := range map[string]string{
		"status": "none for no response", "age": ">2h for more", "since": "no time of failure is shown",
	} {
		if !strings.Contains(hints[name], part) {
			t.Errorf("%s: %q does not say %q", name, hints[name], part)
		}
	}
}

func TestValuesOfARowAreTermsThatFindIt(t *testing.T) {
	whole := model.Entry{
		Key: model.Key{Kind: model.WorkflowRun}, Status: 503, URL: "https://a.io/x?y=z", Method: "POST", QueueName: "the queue",
		URLGroup: "g", ScheduleID: "scd_1", Labels: []string{"release-42", `two "words"`}, CallerIP: "::1", FlowControlKey: "f",
		WorkflowURL: "https://a.io/wf", WorkflowRunID: "wfr_1", WorkflowCreatedAt: time.UnixMilli(1760000000000), FailureState: "CALLBACK_FAIL",
		Cause: model.Cause{ID: 0x1a2b3c4d, Class: model.ClassOverload, Step: "charge the card"},
	}
	for _, c := range []struct {
		e    model.Entry
		want []string
	}{
		{whole, []string{
			"status:503", "url:https://a.io/x?y=z", "method:POST", `queue:"the queue"`, "group:g", "schedule:scd_1", "label:release-42",
			`label:"two \"words\""`, "ip:::1", "flow:f", "workflow:https://a.io/wf", "run:wfr_1", "state:failed",
			`step:"charge the card"`, "cause:1a2b3c4d", "class:overload",
		}},
		{model.Entry{}, []string{"status:none"}},
		{model.Entry{Key: model.Key{Kind: model.WorkflowRun}}, []string{"status:none", "state:none", "step:?"}},
		{model.Entry{Status: 7, FailureState: "odd", Labels: []string{""}}, nil},
		{model.Entry{Status: 100, FailureState: "CALLBACK_CANCELED"}, []string{"status:100", "state:cancelled"}},
		{model.Entry{Status: 100, FailureState: "CALLBACK_NEW"}, []string{"status:100", "state:CALLBACK_NEW"}},
	} {
		if diff := cmp.Diff(c.want, c.e.FilterValues()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestValuesOfAnyRowCanBeAddedToAnyFilter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := alike(rapid.SampledFrom(model.Kinds[:]).Draw(t, "kind")).Draw(t, "entry")
		f := anyFilter().Draw(t, "filter")
		for _, term := range e.FilterValues() {
			alone := filter(t, term)
			if !alone.Match(&e) || alone.String() != term {
				t.Fatalf("%q is read as %q, and does not find its row", term, alone)
			}
			for _, line := range []string{term, "-" + term} {
				longer, err := f.With(line)
				if err != nil {
					t.Fatalf("%q with %q: %v", f, line, err)
				}
				if again, err := longer.With(line); err != nil || again.String() != longer.String() {
					t.Fatalf("%q is repeated: %q, %v", line, again, err)
				}
			}
			if without, _ := f.With("-" + term); without.Match(&e) {
				t.Fatalf("%q still shows what %q excludes", without, term)
			}
		}
	})
}

func TestTermIsAddedOnceAndReplacesItsOpposite(t *testing.T) {
	for _, c := range []struct{ before, term, after string }{
		{"", "status:503", "status:503"},
		{"status:503 word", "status:503", "status:503 word"},
		{"status:503 word", "status:500", "status:503 word status:500"},
		{"status:503 word", "-status:503", "word -status:503"},
		{"-status:503 word -status:503", "status:503", "word status:503"},
		{"word", "-word", "-word"},
		{"label:word", "word", "label:word word"},
		{"since:2h", `queue:"a b"`, `since:2h queue:"a b"`},
	} {
		before := filterAt(t, c.before, epoch)
		after, err := before.With(c.term)
		if err != nil || after.String() != c.after {
			t.Errorf("%q with %q is %q, %v", c.before, c.term, after, err)
		}
		if before.String() != c.before {
			t.Errorf("%q was changed to %q", c.before, before)
		}
	}
}

func TestWhatIsNoTermIsNotAdded(t *testing.T) {
	for term, problem := range map[string]string{
		"": "nothing to look for", " ": "nothing to look for", "a b": "only one term", "status:x": "status takes", "color:red": "no field", "since:2h": "not known",
	} {
		f, err := filter(t, "word").With(term)
		if wrong, ok := errors.AsType[*model.FilterError](err); !ok || !strings.Contains(wrong.Problem, problem) || wrong.End > len(term) || !f.IsEmpty() {
			t.Errorf("%q: %v, %v", term, f, err)
		}
	}
}

func TestPartIsFoundAsInTextInLowerCase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := text().Draw(t, "text") + text().Draw(t, "more")
		part := text().Filter(func(s string) bool { return s != "" }).Draw(t, "part")
		if from := rapid.IntRange(0, len(whole)).Draw(t, "from"); from < len(whole) && rapid.Bool().Draw(t, "within") {
			part = strings.ToUpper(whole[from:])
		}
		f := filter(t, `response:"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(part)+`"`)
		if got, want := f.Match(&model.Entry{Response: whole}), strings.Contains(strings.ToLower(whole), strings.ToLower(part)); got != want {
			t.Fatalf("%q in %q: got %v", part, whole, got)
		}
	})
}
