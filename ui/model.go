package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/model"
	"redrive/ui/text"
)

// Options is what the screen needs from outside.
type Options struct {
	Backend model.Backend
	DLQ     model.DLQ
	// Bodies keeps the texts that filters look in. Nil when none are kept.
	Bodies model.Bodies
	// Title stands in the header: the host, or the name given to it.
	Title    string
	ReadOnly bool
	// BaseURL is the address of the API, for the commands that are copied.
	BaseURL string
	// IncludeSecrets leaves secrets in the files that are written.
	IncludeSecrets bool
	// Recorder keeps the record of operations; nil when none is kept.
	Recorder model.Recorder
	// Durable is set when the record outlives the program.
	Durable bool
	// Trash keeps what is deleted; nil when nothing is kept.
	Trash model.Trash
	// Unfinished are the operations that earlier sessions left unfinished, as far as they are known.
	Unfinished []model.Recorded
	// Earlier reads them; nil when there is nothing to read. Until it has, nothing can be brought back or deleted.
	Earlier func() ([]model.Recorded, error)
	// Other tells whether another program on this machine changes entries of the same DLQ, with its process id (0 when it is
	// not known); nil when that cannot be.
	Other func() (pid int, there bool, err error)
	// Trouble is an error that is said at the start; empty for none.
	Trouble string
	// ASCII is set when the locale has no UTF-8: everything is then drawn of plain characters.
	ASCII bool
	// Filter is the filter of both lists at the start.
	Filter model.Filter
	// Retention is how long entries stay in the DLQ; 0 when it is not known.
	Retention time.Duration
	// Refresh is how often the first page is read again for newcomers; 0 for never.
	Refresh time.Duration

	// Now is the clock, Zone the zone that times are shown in.
	Now  func() time.Time
	Zone *time.Location
	// After makes a command that waits; nil for the real clock.
	After func(time.Duration, func() tea.Msg) tea.Cmd
	// NewOperation makes the label of an operation.
	NewOperation func() string
	// Written tells of the writes to the terminal. Nil when the screen is drawn as soon as it was made.
	Written func() Written
	// Copy sends a text to the clipboard of the terminal.
	Copy func(content string)
	// Complaint is told of what the user is told is wrong. May be nil.
	Complaint func(what string)
	// Settled is called once loading all pages has ended, beside the screen. May be nil.
	Settled func()
	// NoSuspend says why the program cannot be suspended; empty when it can.
	NoSuspend string
}

// Written is what is known of the writes to the terminal.
type Written struct {
	Begun, Done uint64
	// Stalled is the end of the last write that took long, or now while one is under way: until then keys could not be
	// handled as they came.
	Stalled time.Time
}

// focus is the part of the screen that keys go to.
type focus uint8

const (
	onTable focus = iota
	onDetail
)

// Model is the whole screen.
type Model struct {
	opts  Options
	theme Theme
	now   time.Time

	width, height int
	lay           layout

	store   *model.Store
	lists   [len(model.Kinds)]*model.Listing
	reading [len(model.Kinds)]reading
	kind    model.Kind
	focus   focus
	side    int // how far the tables are scrolled sideways, in cells

	filter filterLine
	detail detailPane
	sheet  *sheet
	// planning is the plan that is being made; digest is what one that was made comes to, until its sheet is shown.
	planning *planning
	digest   *model.Digest
	menu     *menu
	sheets   int
	help     *helpPage
	notices  notices
	copies   copies
	export   exports

	jobs    []*model.Job
	jobView jobsPane
	// canaries are those that something waits behind, or waited.
	canaries []*canary
	causes   causesPane
	steps    *model.StepReader
	record   recording
	lineage  model.Lineage
	trash    trash
	// publishing is what is published anew just now; nil when nothing is.
	publishing *publication
	acted      map[model.Key]actedOn
	// doubted are entries that were left in doubt once: sent again, they may be sent twice.
	doubted map[model.Key]bool
	calls   *answers

	// markAllWaits is set while pages are loaded for marking all.
	markAllWaits [len(model.Kinds)]bool
	// loadedMuch is set while all pages of a list are loaded.
	loadedMuch bool
	wakeAt     time.Time
	frame      frame
	leaving    bool // the next quit leaves at once
	ended      bool
}

// reading is the context of the reads of a list, cancelled when they are superseded.
type reading struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// actedOn leads from an entry to the job that acted on it last. Without one it says what else is known: that it was found to be
// gone, or that an earlier session left it in doubt.
type actedOn struct {
	job   *model.Job
	index int
	known model.Outcome
}

func (a actedOn) outcome() model.Outcome {
	if a.job == nil {
		return a.known
	}
	return a.job.Outcome(a.index)
}

func (m *Model) foundGone() actedOn {
	return actedOn{known: model.Outcome{
		State: model.AlreadyGone, At: m.now,
		Reason: "it is not in the DLQ any more: retried, deleted, or expired, and not by this program",
	}}
}

// New is the screen before anything was read.
func New(o Options) *Model {
	if o.After == nil {
		o.After = func(d time.Duration, f func() tea.Msg) tea.Cmd {
			return tea.Tick(d, func(time.Time) tea.Msg { return f() })
		}
	}
	m := &Model{
		opts: o, theme: DefaultTheme(), now: o.Now(), store: model.NewStore(),
		trash:  trash{saving: map[int]context.CancelFunc{}, held: map[int]time.Time{}},
		record: recording{begun: map[int]bool{}, ended: map[int]bool{}, unread: o.Earlier != nil, told: map[string]bool{}},
		acted:  map[model.Key]actedOn{}, doubted: map[model.Key]bool{}, calls: &answers{}, filter: newFilterLine(),
	}
	m.steps = model.NewStepReader(m.store, o.DLQ)
	for _, k := range model.Kinds {
		m.lists[k] = model.NewListing(m.store, o.DLQ, k)
		m.lists[k].SearchIn(o.Bodies)
		m.restartReading(k)
	}
	m.lineage = model.LineageOf(o.Unfinished)
	m.takeUnfinished(o.Unfinished)
	if o.Trouble != "" {
		m.complain(text.Line(o.Trouble))
	}
	m.arrange()
	return m
}

// startFilter sets the filter that the program was started with.
func (m *Model) startFilter() tea.Cmd {
	if m.opts.Filter.IsEmpty() {
		return nil
	}
	m.filter.remember(m.opts.Filter.String())
	var cmds []tea.Cmd
	for _, k := range model.Kinds {
		cmds = append(cmds, runRebuild(k, m.lists[k].Refilter(m.opts.Filter, true)))
	}
	return tea.Batch(cmds...)
}

// Init reads the first pages.
func (m *Model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.startFilter(), m.pump(), m.readEarlier(), m.readTrash(), m.readPast()}
	if len(m.jobs) > 0 {
		cmds = append(cmds, m.after(successTime, expireMsg{}))
	}
	if m.opts.Refresh > 0 {
		cmds = append(cmds, m.after(m.opts.Refresh, refreshMsg{}))
	}
	return tea.Batch(cmds...)
}

func (m *Model) list() *model.Listing { return m.lists[m.kind] }

func (m *Model) restartReading(k model.Kind) {
	if m.reading[k].cancel != nil {
		m.reading[k].cancel()
	}
	ctx, cancel := context.WithCancel(context.Background())
	m.reading[k] = reading{ctx, cancel}
}

// outcome is what became of an entry since the program was started.
func (m *Model) outcome(k model.Key) (model.Outcome, bool) {
	a, ok := m.acted[k]
	if !ok {
		return model.Outcome{}, false
	}
	return a.outcome(), true
}

func (m *Model) takesNoVerb(k model.Key) bool {
	o, ok := m.outcome(k)
	return ok && o.TakesNoVerb()
}

// mayMark tells what takesNoVerb does, for use in a command: it has captured what it needs.
func (m *Model) mayMark() func(model.Key) bool {
	no := map[model.Key]struct{}{}
	for k := range m.acted {
		if m.takesNoVerb(k) {
			no[k] = struct{}{}
		}
	}
	return func(k model.Key) bool {
		_, acted := no[k]
		return !acted
	}
}

func (m *Model) say(s text.Safe) tea.Cmd {
	m.notices.add(m.now, false, s)
	return m.after(successTime, expireMsg{})
}

func (m *Model) complain(s text.Safe) {
	m.notices.add(m.now, true, s)
	if m.opts.Complaint != nil {
		m.opts.Complaint(s.String())
	}
}
