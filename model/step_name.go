package model

import (
	"slices"
	"strings"
)

// The states of a step of a workflow run. Others may come.
const (
	StepSuccess = "STEP_SUCCESS"
	StepFailed  = "STEP_FAILED"
)

// StepUnknown stands for the step of a run that is not known: in groups, and in the filter.
const StepUnknown = "?"

// longestStep is how much of a step's name is kept, in bytes.
const longestStep = 120

// nextSteps is the group of a run's steps that have not been done.
const nextSteps = "next"

// FailedStep is the name of the step that a run failed at, without the ids and long numbers that differ from run to run;
// of several, which were to run at once, all names in their order. The log need not name what has not been done: then the
// step is told by the one before it, as "after create-intent". It is "" when the log does not tell.
func (r *Run) FailedStep() string {
	var failed, before []string
	nameless, parallel := false, false
	for i := range r.Steps {
		s := &r.Steps[i]
		name := stepName(s.Name)
		switch {
		case s.failed(r.State):
			if name != "" {
				failed = append(failed, name)
			}
			nameless = nameless || name == "" && s.Group == nextSteps
		case s.State == StepSuccess && name != "":
			if s.Group != "parallel" || !parallel {
				before = before[:0]
			}
			before, parallel = append(before, name), s.Group == "parallel"
		}
	}
	switch {
	case len(failed) > 0:
		return joinSteps(failed)
	case nameless && len(before) > 0:
		return cutStep("after " + joinSteps(before))
	}
	return ""
}

// failed tells whether a run ended with this step. One that failed and is to be tried again says so only by its errors.
func (s *RunStep) failed(run string) bool {
	return s.State == StepFailed || run == RunFailed && s.State != StepSuccess && s.Group == nextSteps && len(s.Errors) > 0
}

func joinSteps(names []string) string {
	slices.Sort(names)
	return cutStep(strings.Join(slices.Compact(names), ", "))
}

func cutStep(s string) string {
	if len(s) <= longestStep {
		return s
	}
	return string(cutRune([]byte(s), longestStep)) + "…"
}

// stepName is a step's name on one line, without what differs from one run to another: names are often made in a loop, or
// with the id of what is done. Numbers of one or two digits are taken for a part of the name.
func stepName(raw string) string {
	name := strings.Join(strings.Fields(strings.ToValidUTF8(raw, "\uFFFD")), " ")
	if variesByRun(name) {
		name = string(appendNormal(nil, MaskText(name)))
	}
	if name == StepUnknown {
		return ""
	}
	return cutStep(name)
}

func variesByRun(name string) bool {
	digits := 0
	for i := range len(name) {
		if digits++; !isDigit(name[i]) {
			digits = 0
		}
		if digits > 2 {
			return true
		}
	}
	for piece := range pieces(name) {
		if s := shapeOf(piece); s == shapeID || s == shapeTime {
			return true
		}
	}
	return false
}

// AtStep is the cause of a run that failed at the step. The same step of the same cause has one id in every session. A cause
// that has a step already, and no step, change nothing.
func (c Cause) AtStep(step string) Cause {
	if step == "" || c.Step != "" {
		return c
	}
	c.Step = step
	if c.ID != 0 {
		c.ID = idOf(hashText(hashNumber(hashSeed, uint64(c.ID)), step))
	}
	return c
}
