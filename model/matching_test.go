package model_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

func matching(t testing.TB, kind model.Kind, f model.ServerFilter) model.Matching {
	t.Helper()
	m, err := model.NewMatching(account, kind, f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestFilterForAWriteCannotReachFurtherThanItsTerms(t *testing.T) {
	for name, c := range map[string]struct {
		kind   model.Kind
		filter model.ServerFilter
	}{
		"nothing":                         {},
		"nothing of runs":                 {kind: model.WorkflowRun},
		"dates alone":                     {filter: model.ServerFilter{FromMilli: 1, ToMilli: 2}},
		"an empty list":                   {filter: model.ServerFilter{Labels: []string{}}},
		"an empty list beside a term":     {filter: model.ServerFilter{Labels: []string{"a"}, Queues: []string{}}},
		"an empty value":                  {filter: model.ServerFilter{Labels: []string{"a", ""}}},
		"a value with a comma":            {filter: model.ServerFilter{URLs: []string{"https://a.example/x,y"}}},
		"a value with a space behind":     {filter: model.ServerFilter{Queues: []string{"mail "}}},
		"a value that is not text":        {filter: model.ServerFilter{Queues: []string{"\xff"}}},
		"a line break":                    {filter: model.ServerFilter{FlowKeys: []string{"a\nb"}}},
		"a status that is none":           {filter: model.ServerFilter{Statuses: []string{"5xx"}}},
		"a status of nothing":             {filter: model.ServerFilter{Statuses: []string{"0"}}},
		"a message id with a comma":       {filter: model.ServerFilter{MessageID: "msg_1,msg_2"}},
		"a state of messages":             {filter: model.ServerFilter{Labels: []string{"a"}, States: []string{"CALLBACK_FAIL"}}},
		"a workflow of messages":          {filter: model.ServerFilter{Labels: []string{"a"}, WorkflowURLs: []string{"https://a.example"}}},
		"a run of messages":               {filter: model.ServerFilter{Labels: []string{"a"}, RunID: "wfr_1"}},
		"a creation of messages":          {filter: model.ServerFilter{Labels: []string{"a"}, RunCreatedMilli: 1}},
		"a status of runs":                {model.WorkflowRun, model.ServerFilter{Labels: []string{"a"}, Statuses: []string{"500"}}},
		"a URL of runs":                   {model.WorkflowRun, model.ServerFilter{Labels: []string{"a"}, URLs: []string{"https://a.example"}}},
		"a queue of runs":                 {model.WorkflowRun, model.ServerFilter{Labels: []string{"a"}, Queues: []string{"q"}}},
		"a group of runs":                 {model.WorkflowRun, model.ServerFilter{Labels: []string{"a"}, Groups: []string{"g"}}},
		"a schedule of runs":              {model.WorkflowRun, model.ServerFilter{Labels: []string{"a"}, Schedules: []string{"s"}}},
		"a message id of runs":            {model.WorkflowRun, model.ServerFilter{Labels: []string{"a"}, MessageID: "msg_1"}},
		"a run whose creation is missing": {model.WorkflowRun, model.ServerFilter{RunID: "wfr_1"}},
		"a creation before 1970":          {model.WorkflowRun, model.ServerFilter{RunCreatedMilli: -1}},
		"a beginning before 1970":         {filter: model.ServerFilter{Labels: []string{"a"}, FromMilli: -1}},
		"an end before 1970":              {filter: model.ServerFilter{Labels: []string{"a"}, ToMilli: -1}},
		"an end before the beginning":     {filter: model.ServerFilter{Labels: []string{"a"}, FromMilli: 2, ToMilli: 1}},
		"no kind that there is":           {7, model.ServerFilter{Labels: []string{"a"}}},
	} {
		m, err := model.NewMatching(account, c.kind, c.filter)
		if !as[*model.RefusedError](err) || !errors.Is(m.Valid(), model.ErrEmptySelection) {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

func TestFilterForAWriteIsFrozen(t *testing.T) {
	whole := map[model.Kind]model.ServerFilter{
		model.Message: {
			Labels: []string{"a", "b"}, CallerIPs: []string{"192.0.2.7"}, FlowKeys: []string{"k"}, FromMilli: 1, ToMilli: 2, MessageID: "msg_1",
			Statuses: []string{"503"}, URLs: []string{"https://a.example/"}, Queues: []string{"q"}, Groups: []string{"g"}, Schedules: []string{"s"},
		},
		model.WorkflowRun: {
			Labels: []string{"a"}, CallerIPs: []string{"192.0.2.7"}, FlowKeys: []string{"k"}, FromMilli: 1, ToMilli: 1,
			WorkflowURLs: []string{"https://a.example/"}, States: []string{"CALLBACK_FAIL"}, RunCreatedMilli: 5, RunID: "wfr_1",
		},
	}
	for kind, f := range whole {
		before := f
		before.Labels = append([]string(nil), f.Labels...)
		m := matching(t, kind, f)
		f.Labels[0] = "changed"
		m.Filter().FlowKeys[0] = "changed"
		if diff := cmp.Diff(before, m.Filter()); diff != "" || m.Kind() != kind || m.DLQ() != account || m.Valid() != nil {
			t.Error(diff, m.Kind(), m.DLQ(), m.Valid())
		}
	}
}

func TestEveryFieldOfAServerFilterIsPartOfItsIdentity(t *testing.T) {
	seen := map[string]model.ServerFilter{}
	for _, f := range []model.ServerFilter{
		{},
		{Labels: []string{"a"}},
		{CallerIPs: []string{"a"}},
		{FlowKeys: []string{"a"}},
		{FromMilli: 1},
		{ToMilli: 1},
		{MessageID: "a"},
		{Statuses: []string{"a"}},
		{URLs: []string{"a"}},
		{Queues: []string{"a"}},
		{Groups: []string{"a"}},
		{Schedules: []string{"a"}},
		{WorkflowURLs: []string{"a"}},
		{States: []string{"a"}},
		{RunCreatedMilli: 1},
		{RunID: "a"},
	} {
		id := f.Identity()
		if other, twice := seen[id]; twice {
			t.Errorf("%+v and %+v are %s", f, other, id)
		}
		seen[id] = f
	}
}
