package model

import (
	"errors"
	"time"
)

// Recorder keeps the record of operations, by which what was under way when a session ended is found again. Its methods
// return once the record is safe.
type Recorder interface {
	// Begin records a plan before its first call.
	Begin(Operation) error
	// Note records what became of entries.
	Note(operation string, notes []Note) error
	// Trouble is nil unless the answer to a call could not be recorded.
	Trouble() error
	// End records that nothing more is to be done or learnt.
	End(operation string) error
}

// Operation is a plan as it is recorded: what is needed to go on with it, and no more. It has neither bodies nor secrets.
type Operation struct {
	Name      string // the label, such as redrive-1a2b3c4d
	Verb      Verb
	DLQ       DLQ
	Kind      Kind
	At        time.Time // when it was confirmed
	Overrides Overrides
	// First and Canary are the plan's.
	First  int
	Canary bool
	Stop   StopRule
	// Filter is set when the server decides, by a filter, what is done.
	Filter  *ServerFilter
	Entries []RecordedEntry
}

// RecordedEntry is an entry of an operation.
type RecordedEntry struct {
	ID             string // of the entry in the DLQ
	MessageID      string
	WorkflowRunID  string
	URL            string // without its query
	Status         int
	Labels         []string
	FirstLabelOnly bool
	FailedAt       time.Time
	MaxRetries     int
	FlowControlKey string
	Flow           FlowLimits
	// Given are the settings that it gets back.
	Given Overrides
}

// Note is what became of the i-th entry of an operation.
type Note struct {
	Index   int
	Outcome Outcome
}

// RecordedCall is a write that was recorded before it was sent, with what came back of it.
type RecordedCall struct {
	IDs      []string // of the entries; none of a write by filter
	Labelled bool     // the operation's label went along
	At       time.Time
	Answered bool
	Result   WriteResult
	Err      error // one of package model's, when the answer was one
}

// Recorded is what the record has of an operation.
type Recorded struct {
	Operation Operation
	Calls     []RecordedCall
	Notes     []Note // in the order in which they were made; of an entry the last counts
	Ended     bool
	// Damage says what of the record cannot be read; empty when all can.
	Damage string
}

// Record is the plan as it is recorded.
func (p *Plan) Record() Operation {
	o := Operation{
		Name: p.Operation, Verb: p.Verb, DLQ: p.Selection.DLQ(), Kind: p.Selection.Kind(), At: p.FrozenAt, Overrides: p.Overrides,
		First: p.First, Canary: p.IsCanary, Stop: p.Stop,
	}
	if p.ByFilter() {
		f := p.Matching.Filter()
		o.Filter = &f
	}
	for i := range p.Entries {
		e := &p.Entries[i]
		o.Entries = append(o.Entries, RecordedEntry{
			ID: p.Selection.At(i).ID, MessageID: e.MessageID, WorkflowRunID: e.WorkflowRunID, URL: withoutQuery(AddressOf(e)),
			Status: e.Status, Labels: e.Labels, FirstLabelOnly: e.FirstLabelOnly, FailedAt: e.FailedAt,
			MaxRetries: e.MaxRetries, FlowControlKey: e.FlowControlKey, Flow: e.Flow, Given: p.Given[p.Selection.At(i)],
		})
	}
	return o
}

// plan is the plan that was recorded.
func (o *Operation) plan() (Plan, error) {
	p := Plan{Verb: o.Verb, Overrides: o.Overrides, Operation: o.Name, FrozenAt: o.At, First: o.First, IsCanary: o.Canary, Stop: o.Stop}
	var keys []Key
	for _, r := range o.Entries {
		k := Key{DLQ: o.DLQ, Kind: o.Kind, ID: r.ID}
		keys = append(keys, k)
		p.Entries = append(p.Entries, Entry{
			Key: k, MessageID: r.MessageID, WorkflowRunID: r.WorkflowRunID, URL: r.URL, WorkflowURL: r.URL, Status: r.Status,
			Labels: r.Labels, FirstLabelOnly: r.FirstLabelOnly, FailedAt: r.FailedAt,
			MaxRetries: r.MaxRetries, FlowControlKey: r.FlowControlKey, Flow: r.Flow,
		})
		p.give(k, r.Given)
	}
	var err error
	if p.Selection, err = NewSelection(keys...); err != nil {
		return Plan{}, err
	}
	if p.Selection.Len() != len(p.Entries) {
		return Plan{}, errors.New("the record names an entry twice")
	}
	if o.Filter != nil {
		if p.Matching, err = NewMatching(o.DLQ, o.Kind, *o.Filter); err != nil {
			return Plan{}, err
		}
	}
	return p, nil
}
