package model_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redrive/model"
)

func stepOf(group, name, state string, errors int) model.RunStep {
	return model.RunStep{Group: group, Name: name, State: state, Errors: make([]model.StepError, errors)}
}

func TestTheFailedStepIsTheOneThatTheLogSaysFailed(t *testing.T) {
	done := func(name string) model.RunStep { return stepOf("sequential", name, model.StepSuccess, 0) }
	beside := func(name string) model.RunStep { return stepOf("parallel", name, model.StepSuccess, 0) }
	failed := func(name string) model.RunStep { return stepOf("next", name, model.StepFailed, 4) }
	for name, c := range map[string]struct {
		state string
		steps []model.RunStep
		want  string
	}{
		"named":                   {model.RunFailed, []model.RunStep{done("init"), done("create"), failed("charge-card")}, "charge-card"},
		"not named":               {model.RunFailed, []model.RunStep{done("init"), done("create"), failed("")}, "after create"},
		"nothing but errors":      {model.RunFailed, []model.RunStep{done("init"), stepOf("next", "charge", "STEP_RETRY", 2)}, "charge"},
		"of several at once":      {model.RunFailed, []model.RunStep{done("init"), failed("b"), failed("a"), failed("b")}, "a, b"},
		"after several at once":   {model.RunFailed, []model.RunStep{done("init"), beside("b"), beside("a"), failed("")}, "after a, b"},
		"after one after several": {model.RunFailed, []model.RunStep{beside("b"), beside("a"), done("c"), failed("")}, "after c"},
		"goes on":                 {model.RunStarted, []model.RunStep{done("init"), stepOf("next", "charge", "STEP_RETRY", 2)}, ""},
		"told by an event":        {model.RunFailed, []model.RunStep{stepOf("", "charge", model.StepFailed, 1), stepOf("", "init", model.StepSuccess, 0)}, "charge"},
		"nameless event":          {model.RunFailed, []model.RunStep{stepOf("", "", model.StepFailed, 1), stepOf("", "init", model.StepSuccess, 0)}, ""},
		"nothing was done":        {model.RunFailed, []model.RunStep{failed("")}, ""},
		"no steps":                {model.RunFailed, nil, ""},
	} {
		r := model.Run{State: c.state, Steps: c.steps}
		if got := r.FailedStep(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestNamesOfStepsAreWithoutWhatDiffersFromRunToRun(t *testing.T) {
	for name, want := range map[string]string{
		"charge-card":            "charge-card",
		"step-1":                 "step-1",
		"step 12 of 20":          "step 12 of 20",
		"upload to s3":           "upload to s3",
		" charge\n\tcard ":       "charge card",
		"?":                      "",
		"order-91823":            "order-‹n›",
		"charge ord_8f31c2aa9e":  "charge ord_‹id›",
		"Größe prüfen":           "Größe prüfen",
		strings.Repeat("é", 100): strings.Repeat("é", 60) + "…",
	} {
		r := model.Run{Steps: []model.RunStep{stepOf("next", name, model.StepFailed, 1)}}
		if got := r.FailedStep(); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	mail := func(id string) string {
		r := model.Run{Steps: []model.RunStep{stepOf("next", "mail "+id, model.StepFailed, 1)}}
		return r.FailedStep()
	}
	if a, b := mail("550e8400-e29b-41d4-a716-446655440000"), mail("6ba7b810-9dad-11d1-80b4-00c04fd430c8"); a != b {
		t.Errorf("%q and %q", a, b)
	}
}

func TestAStepPartsACauseAlwaysInTheSameWay(t *testing.T) {
	base := model.Cause{ID: 0x1a2b3c4d, Status: 504, Text: "timed out"}
	charged := base.AtStep("charge-card")
	if charged.ID != 0x8e1c5048 || charged.Step != "charge-card" || charged.Text != "timed out" {
		t.Errorf("%+v: the same step has another id than in sessions before", charged)
	}
	if base.AtStep("") != base || charged.AtStep("other") != charged {
		t.Error("what has a step, or gets none, changed")
	}
	if none := (model.Cause{}).AtStep("charge-card"); none.ID != 0 || none.Step != "charge-card" {
		t.Errorf("without a cause: %+v", none)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		x, y := base.AtStep(a), base.AtStep(b)
		if (a == b) != (x.ID == y.ID) || x != base.AtStep(a) {
			t.Fatalf("%q %v, %q %v", a, x.ID, b, y.ID)
		}
	})
}
