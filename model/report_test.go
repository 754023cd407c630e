package model_test

import (
	"strings"
	"testing"
	"time"

	"redrive/model"
)

func TestReportSaysWhatBecameOfTheEntriesAndHowToLookFurther(t *testing.T) {
	j := model.NewJob(1, mustPlan(t, loaded(t, 5, message(1))))
	s := one(t, j, epoch)
	if r := j.Report("acme", epoch, time.UTC); strings.Contains(r, "to look further") || !strings.Contains(r, "| sending | 1 |") {
		t.Errorf("nothing is in doubt yet:\n%s", r)
	}
	j.Apply(model.StepResult{Step: s, Err: &model.LostAnswerError{Host: "h|`x`\n<b>"}}, epoch)
	r := j.Report("acme", epoch, time.UTC)
	for _, want := range []string{
		"# Retry of 1 message\n", "- account: acme\n", "| in doubt | 1 |", "| **all** | **1** |",
		`"$QSTASH_URL/v2/logs?label=` + operation + `"`,
	} {
		if !strings.Contains(r, want) {
			t.Errorf("%q is not in\n%s", want, r)
		}
	}
	if strings.Contains(r, "h|`x`") || strings.Contains(r, "<b>") {
		t.Errorf("text of the server breaks the table:\n%s", r)
	}
}
