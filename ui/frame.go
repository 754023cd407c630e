package ui

import (
	"regexp"
	"time"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

// frame is what was drawn last, part by part, each with all that it was drawn from. A part is drawn again when that differs,
// so that nothing has to be told to it, and it cannot be out of date. What is kept is of one screen only.
type frame struct {
	lines []string // of the whole screen; overwritten by the next
	table tableLook
	rows  map[model.Row]drawnRow
	// columns and widths are those of table.
	columns []column
	widths  []int

	title    kept[titleLook]
	filter   kept[filterLook]
	rule     kept[int]
	headings kept[headingsLook]
	position keptText[positionLook]
	expiry   keptText[time.Duration]
	keys     kept[keysLook]
	notice   keptLines[noticeLook]
	detail   keptLines[detailLook]
	causes   causesFrame
}

// keptRows is how many rows are kept at most: those of the screen, and of a few screens before.
const keptRows = 1024

// kept is a line with what it was drawn from.
type kept[Look comparable] struct {
	look  Look
	line  string
	drawn bool
}

// get is the line, drawn anew if what it is drawn from is not what it was.
func (k *kept[Look]) get(look Look, draw func() string) string {
	if !k.drawn || k.look != look {
		k.look, k.line, k.drawn = look, draw(), true
	}
	return k.line
}

// keptText is [kept] of a piece of a line.
type keptText[Look comparable] struct {
	look  Look
	text  text.Safe
	drawn bool
}

func (k *keptText[Look]) get(look Look, draw func() text.Safe) text.Safe {
	if !k.drawn || k.look != look {
		k.look, k.text, k.drawn = look, draw(), true
	}
	return k.text
}

// keptLines is [kept] of several lines, which must not be changed.
type keptLines[Look comparable] struct {
	look  Look
	lines []string
	drawn bool
}

func (k *keptLines[Look]) get(look Look, draw func() []string) []string {
	if !k.drawn || k.look != look {
		k.look, k.lines, k.drawn = look, draw(), true
	}
	return k.lines
}

// tableLook is what all rows of the table have in common.
type tableLook struct {
	kind        model.Kind
	width, side int
	// last is the width of the last column of a table that is read sideways.
	last int
	// day is today: times of other days have their date.
	day   day
	focus focus
	// padded rows are filled to the edge, since something stands beside them.
	padded bool
}

type day struct{ year, day int }

func (m *Model) today() day {
	now := m.now.In(m.opts.Zone)
	return day{now.Year(), now.YearDay()}
}

// headingsLook is what the line above the table is drawn from.
type headingsLook struct {
	kind              model.Kind
	width, side, last int
	padded            bool
	sorting           model.Sorting
}

// rowLook is what a row of the table is drawn from besides: its entry never changes.
type rowLook struct {
	current, marked, acted bool
	outcome                model.Outcome
}

type drawnRow struct {
	look rowLook
	line string
}

// titleLook is what the first line is drawn from.
type titleLook struct {
	width   int
	zone    string
	kind    model.Kind
	inJobs  bool
	causes  bool
	groups  int
	by      model.Grouping
	jobs    int
	known   [len(model.Kinds)]int
	started [len(model.Kinds)]bool
	whole   [len(model.Kinds)]bool
}

func (m *Model) titleLook() titleLook {
	zone, _ := m.now.In(m.opts.Zone).Zone()
	look := titleLook{
		width: m.width, zone: zone, kind: m.kind, inJobs: m.jobView.open, causes: m.causes.open,
		groups: len(m.causes.keys), by: m.causes.by, jobs: len(m.jobs),
	}
	for i, k := range model.Kinds {
		l := m.lists[k]
		look.known[i], look.started[i], look.whole[i] = l.Known(), l.Started(), l.Whole()
	}
	return look
}

// filterLook is what the filter line is drawn from while it is not edited.
type filterLook struct {
	width               int
	kind                model.Kind
	filter              uint64
	len, known, waiting int
	steps               int
	looked, of          int
	started, whole      bool
	complete, exhausted bool
	all, passed         bool
}

func (m *Model) filterLook() filterLook {
	l := m.list()
	looked, of := l.Searched()
	return filterLook{
		width: m.width, kind: m.kind, filter: l.FilterGeneration(), len: l.Len(), known: l.Known(), waiting: l.Waiting(), steps: m.stepsWaiting(),
		looked: looked, of: of, started: l.Started(), whole: l.Whole(), complete: l.Complete(), exhausted: l.Exhausted(),
		all: l.LoadingAll(), passed: l.Passed(),
	}
}

// positionLook is what the marks and the row in the footer are drawn from.
type positionLook struct {
	marks, cursor, len int
	complete           bool
}

// keysLook is what the keys in the footer are drawn from.
type keysLook struct {
	scope       keymap.Scope
	enabled     uint64 // a bit for each binding that the footer may name
	kind        model.Kind
	unmasked    bool
	ofRun, log  bool // of the detail
	room, width int
}

// noticeLook is what the message to the user is drawn from.
type noticeLook struct {
	text          text.Safe
	err, editing  bool
	width, height int
}

// detailLook is what the detail is drawn from, once it was read.
type detailLook struct {
	doc           *document
	log           bool
	key           model.Key
	rows          int
	all           bool
	top           int
	width, height int
	focus         focus
	acted         bool
	outcome       model.Outcome
	day           day

	pattern          *regexp.Regexp
	matches, current int
	allMatches       bool
	going            bool
}
