package ui

import (
	"slices"
	"sync"

	"redrive/model"
)

// answers records the calls of jobs inside their commands, since what a command returns is lost when the program ends.
type answers struct {
	mu     sync.Mutex
	calls  []model.Step       // made, and not answered
	come   []model.StepResult // answered, and not yet taken in by the screen
	closed bool
}

// begin takes note of a call; it is false once nothing may be sent any more.
func (a *answers) begin(s model.Step) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return false
	}
	a.calls = append(a.calls, s)
	return true
}

func (a *answers) end(r model.StepResult) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = slices.DeleteFunc(a.calls, func(s model.Step) bool { return s.Job == r.Step.Job && s.Number == r.Step.Number })
	a.come = append(a.come, r)
}

// takenIn takes note that the screen has the answer.
func (a *answers) takenIn(r model.StepResult) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.come = slices.DeleteFunc(a.come, func(c model.StepResult) bool {
		return c.Step.Job == r.Step.Job && c.Step.Number == r.Step.Number
	})
}

// open tells whether a write of the entry was made and not answered.
func (a *answers) open(job int, key model.Key) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.ContainsFunc(a.calls, func(s model.Step) bool {
		return s.Job == job && s.Kind == model.SendStep && (s.Write.Matching.Valid() == nil || s.Write.Selection.Has(key))
	})
}

// mayGoOn tells whether anything may still be sent.
func (a *answers) mayGoOn() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !a.closed
}

// close lets nothing more be sent, and returns the answers that the screen does not have.
func (a *answers) close() []model.StepResult {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	return a.come
}
