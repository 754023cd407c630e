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
	// Title stands in the header: the host, or the name given to it.
	Title    string
	ReadOnly bool
	Demo     bool
	// Refresh is how often the first page is read again for newcomers; 0 for never.
	Refresh time.Duration

	// Now is the clock, Zone the zone that times are shown in.
	Now  func() time.Time
	Zone *time.Location
	// After makes a command that waits; nil for the real clock.
	After func(time.Duration, func() tea.Msg) tea.Cmd
	// NewOperation makes the label of an operation.
	NewOperation func() string
	// Written counts the writes to the terminal that were begun and that were done. Nil when the screen is drawn as
	// soon as it was made.
	Written func() (begun, done uint64)
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

	filter  filterLine
	detail  detailPane
	sheet   *sheet
	sheets  int
	help    *helpPage
	notices notices

	jobs  []*model.Job
	acted map[model.Key]actedOn

	// markAllWaits is set while pages are loaded for marking all.
	markAllWaits [len(model.Kinds)]bool
	wakeAt       time.Time
	leaving      bool // the next quit leaves at once
	ended        bool
}

// reading is the context of the reads of a list, cancelled when they are superseded.
type reading struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// actedOn leads from an entry to the job that acted on it last, or says that it was found to be gone.
type actedOn struct {
	job   *model.Job
	index int
	gone  model.Outcome
}

func (a actedOn) outcome() model.Outcome {
	if a.job == nil {
		return a.gone
	}
	return a.job.Outcome(a.index)
}

func (m *Model) foundGone() actedOn {
	return actedOn{gone: model.Outcome{
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
		acted: map[model.Key]actedOn{}, filter: newFilterLine(),
	}
	for _, k := range model.Kinds {
		m.lists[k] = model.NewListing(m.store, o.DLQ, k)
		m.restartReading(k)
	}
	m.arrange()
	return m
}

// Init reads the first pages.
func (m *Model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.pump()}
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

// outcome is what became of an entry in this session.
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

// mayMark is takesNoVerb for use in a command: it has captured what it needs.
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

func (m *Model) complain(s text.Safe) { m.notices.add(m.now, true, s) }

// Unfinished says what was being sent when the program ended, one line an entry.
func (m *Model) Unfinished() []string {
	var out []string
	for _, j := range m.jobs {
		for i := range j.Len() {
			if o := j.Outcome(i); o.State == model.Sending || o.State == model.InDoubt {
				out = append(out, text.Sprintf("%s of %s: %s", j.Plan.Verb.String(), j.Key(i).ID, o.State.String()).String())
			}
		}
	}
	return out
}
