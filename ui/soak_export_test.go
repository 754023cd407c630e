package ui

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

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

// Unended are the operations whose plan is recorded, and whose end is not.
func (m *Model) Unended() (names []string) {
	for _, j := range m.jobs {
		if m.record.begun[j.Number] && !m.record.ended[j.Number] {
			names = append(names, j.Plan.Operation)
		}
	}
	return names
}

// JobsNotGoneOnWith is how many operations of earlier sessions were not gone on with.
func (m *Model) JobsNotGoneOnWith() (n int) {
	for _, j := range m.jobs {
		if j.Restored {
			n++
		}
	}
	return n
}

// WriteBelow lets the file whose name is asked for be one below a folder.
func (m *Model) WriteBelow(folder string) {
	if x := m.export.dialog; x != nil && x.input.Value() != "" && !strings.HasPrefix(x.input.Value(), folder+"/") {
		x.input.SetValue(folder + "/" + x.input.Value())
	}
}

// ForNothing are messages of every type that are for nothing there is.
func ForNothing() []tea.Msg {
	k := model.Key{DLQ: "other", Kind: model.WorkflowRun, ID: "1-0"}
	failure := errors.New("of another")
	step := model.StepResult{Step: model.Step{Job: 99, Number: 7, Kind: model.SendStep}}
	return []tea.Msg{
		pageMsg{},
		pageMsg{kind: model.WorkflowRun, err: failure},
		rebuiltMsg{},
		textsSearchedMsg{},
		markedAllMsg{},
		detailMsg{},
		detailMsg{key: k, generation: 1 << 40},
		detailMsg{key: k, err: failure},
		documentMsg{},
		documentMsg{key: k, generation: -1},
		growDocumentMsg{},
		growDocumentMsg{-1},
		followMsg{},
		followMsg{1 << 40},
		stepsMsg{},
		stepsMsg{err: failure},
		logMsg{},
		logMsg{key: k, err: failure},
		checkedMsg{},
		checkedMsg{check: &model.Check{}},
		stepMsg{},
		stepMsg{step},
		wakeMsg{},
		refreshMsg{},
		expireMsg{},
		stoodMsg{},
		stoodMsg{sheet: -1},
		panicMsg{},
		copiedMsg{},
		searchedMsg{},
		nameMsg{},
		exportedMsg{},
		exportedMsg{err: failure},
		exportGoesOnMsg{},
		exportGoesOnMsg{-1},
		savedMsg{},
		savedMsg{job: 99},
		heldMsg{},
		trashMsg{},
		trashMsg{err: failure},
		untrashedMsg{},
		untrashedMsg{err: failure},
		publishedMsg{},
		publishedMsg{err: failure},
		pastMsg{},
		groupedMsg{},
		earlierMsg{},
		earlierMsg{err: failure},
		begunMsg{},
		begunMsg{99, failure},
		begunMsg{99, nil},
		notedMsg{},
		notedMsg{err: failure},
		reportedMsg{},
		plannedMsg{},
		plannedMsg{id: -1, err: failure},
	}
}
