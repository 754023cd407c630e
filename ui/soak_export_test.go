package ui

import (
	"redrive/keymap"
	"redrive/model"
)

// OpenSheet is what a plan sheet asks, as the soak looks at it.
type OpenSheet struct {
	ID int
	// Plan is what is to be sent; nil when messages are to be published anew.
	Plan      *model.Plan
	Want      string // what is to be typed; empty for yes or no
	Editing   bool
	Red       bool
	Ticked    bool
	Readable  bool // the window is large enough for the question
	Unchecked bool
}

// SheetOpen is the plan sheet, if one is open.
func (m *Model) SheetOpen() (OpenSheet, bool) {
	s := m.sheet
	if s == nil {
		return OpenSheet{}, false
	}
	o := OpenSheet{
		ID: s.id, Want: s.question.Want(), Editing: s.form != nil, Red: s.red, Ticked: s.ticked,
		Readable: !m.lay.tooSmall, Unchecked: !s.checked(),
	}
	if s.publish == nil {
		o.Plan = &s.plan
	}
	return o, true
}

// Overlays are what has taken the keys from the lists. At most one can be there.
func (m *Model) Overlays() (open []string) {
	for name, is := range map[string]bool{
		"sheet": m.sheet != nil, "planning": m.planning != nil, "menu": m.menu != nil, "help": m.help != nil,
		"chord": m.copies.chord != nil, "file name": m.export.dialog != nil, "filter": m.filter.editing, "search": m.detail.search.editing,
	} {
		if is {
			open = append(open, name)
		}
	}
	return open
}

// Jobs are all jobs, Scope is where keys go.
func (m *Model) Jobs() []*model.Job     { return m.jobs }
func (m *Model) Scope() keymap.Scope    { return m.scope() }
func (m *Model) Known() int             { return m.store.Count(model.Message) + m.store.Count(model.WorkflowRun) }
func (m *Model) List() *model.Listing   { return m.list() }
func (m *Model) Publishing() bool       { return m.publishing != nil }
func (m *Model) InJobs() (at, of int)   { return m.jobView.at, len(m.jobs) + len(m.trash.past) }
func (m *Model) InCauses() (at, of int) { return m.causes.at, len(m.causes.keys) }

// Lists are the lists of both kinds.
func (m *Model) Lists() []*model.Listing { return m.lists[:] }

// MarksKnown is how many of the entries that are known are marked in a list.
func (m *Model) MarksKnown(l *model.Listing) int {
	n, snapshot := 0, m.store.Snapshot()
	for row := range snapshot.Len() {
		if k := snapshot.Key(model.Row(row)); k.Kind == l.Kind() && l.Marks.Has(k) {
			n++
		}
	}
	return n
}
