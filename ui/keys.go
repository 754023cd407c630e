package ui

import (
	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

// scope is where a key goes: to the dialog on top, else to the text being edited, else to the pane with the focus.
func (m *Model) scope() keymap.Scope {
	switch {
	case m.sheet != nil:
		return m.sheet.scope()
	case m.planning != nil:
		return keymap.Sheet
	case m.menu != nil:
		return keymap.Menu
	case m.help != nil:
		return keymap.Help
	case m.copies.chord != nil:
		return keymap.Copying
	case m.export.dialog != nil:
		return keymap.Saving
	case m.filter.editing:
		return keymap.Filter
	case m.detail.search.editing:
		return keymap.Searching
	case m.jobView.open && m.jobView.inside != nil:
		return keymap.JobEntries
	case m.jobView.open:
		return keymap.Jobs
	case m.causes.open:
		return keymap.Causes
	case m.focus == onDetail:
		return keymap.Detail
	}
	return keymap.List
}

func (m *Model) key(msg tea.KeyPressMsg) tea.Cmd {
	scope := m.scope()
	b, known := keymap.Lookup(scope, msg)
	if b.Action != keymap.Quit && b.Action != keymap.Interrupt {
		m.leaving = false
	}
	if m.planning != nil {
		return m.planningKey(b)
	}
	switch scope {
	case keymap.Sheet, keymap.SheetCount, keymap.SheetWord:
		return m.sheetKey(msg, b, known)
	case keymap.Form:
		return m.formKey(msg, b, known)
	case keymap.Menu:
		return m.menuKey(b)
	case keymap.Help:
		return m.helpKey(b)
	case keymap.Copying:
		return m.copyKey(b, known)
	case keymap.Searching:
		if known {
			return m.searchKey(b)
		}
		return m.searchTyped(msg)
	case keymap.Saving:
		if known {
			return m.exportKey(b)
		}
		return m.exportTyped(msg)
	case keymap.Filter:
		if known {
			return m.filterKey(b)
		}
		return m.filterTyped(msg)
	}
	if !known {
		return nil
	}
	if why := m.disabled(b.Action); why != "" {
		return m.say(text.Sprintf("%s does nothing now: %s", b.Key.Help().Key, why))
	}
	if t, ok := m.trashed(); ok && scope == keymap.Jobs {
		if cmd, done := m.trashKey(b, t); done {
			return cmd
		}
	}
	if scope == keymap.Jobs || scope == keymap.JobEntries {
		if cmd, done := m.jobsKey(b); done {
			return cmd
		}
	}
	if scope == keymap.Causes {
		if cmd, done := m.causesKey(b); done {
			return cmd
		}
	}
	if scope == keymap.Detail {
		if cmd, done := m.detailKey(b.Action); done {
			return cmd
		}
	}
	return m.act(b.Action)
}

// sideStep is how far a key scrolls a table sideways.
const sideStep = 20

// act does what a key of the lists does.
func (m *Model) act(a keymap.Action) tea.Cmd {
	l := m.list()
	half := max(1, l.Height()/2)
	switch a {
	case keymap.Down:
		l.Move(1)
	case keymap.Up:
		l.Move(-1)
	case keymap.HalfDown:
		l.MoveScreen(half)
	case keymap.HalfUp:
		l.MoveScreen(-half)
	case keymap.ScreenDown:
		l.MoveScreen(max(1, l.Height()))
	case keymap.ScreenUp:
		l.MoveScreen(-max(1, l.Height()))
	case keymap.First:
		l.MoveTo(0)
	case keymap.Last:
		l.MoveTo(l.Len() - 1)
	case keymap.Right:
		_, _, limit := m.wide(m.lay.table.width)
		m.side = min(m.side+sideStep, limit)
	case keymap.Left:
		m.side = max(m.side-sideStep, 0)
	case keymap.NextPage:
		l.MovePage(1)
	case keymap.PreviousPage:
		l.MovePage(-1)
	case keymap.JobsView:
		return m.showJobs()
	case keymap.CausesView:
		return m.showCauses()
	case keymap.TakeBack:
		return m.takeBack()
	case keymap.Messages:
		return m.view(model.Message)
	case keymap.Workflows:
		return m.view(model.WorkflowRun)
	case keymap.Mark:
		return m.mark()
	case keymap.MarkRange:
		return m.markRange()
	case keymap.MarkAll:
		return m.markAll()
	case keymap.Unmark:
		l.Marks.Clear()
	case keymap.LoadAll:
		return m.toggleLoadAll()
	case keymap.TakeIn:
		return m.takeIn()
	case keymap.BringBack:
		return m.plan(bringBackVerb(m.kind))
	case keymap.Canary:
		return m.planCanary()
	case keymap.Restart:
		return m.plan(model.Restart)
	case keymap.RerunFailure:
		return m.plan(model.RerunFailureFunction)
	case keymap.Delete:
		return m.plan(model.Delete)
	case keymap.Sort:
		m.menu = sortMenu(l)
	case keymap.FilterBy:
		m.menu = filterMenu(l)
	case keymap.EditFilter:
		m.filter.edit(l)
		m.markAllWaits[m.kind] = false
	case keymap.Open:
		return m.detail.openOrEnter(m)
	case keymap.NextPane, keymap.PreviousPane:
		return m.switchPane()
	case keymap.Copy:
		return m.beginCopy()
	case keymap.Export:
		return m.beginExport()
	case keymap.Back:
		return m.back()
	case keymap.ShowHelp:
		m.help = newHelpPage(m)
	case keymap.Quit:
		return m.quit()
	case keymap.Interrupt:
		return m.interrupt()
	case keymap.Suspend:
		return m.suspend()
	}
	return m.follow()
}

// suspend gives the terminal back to the shell. What is typed there must not answer a sheet.
func (m *Model) suspend() tea.Cmd {
	if m.opts.NoSuspend != "" {
		return m.say(text.Sprintf("the program cannot be suspended: %s", m.opts.NoSuspend))
	}
	if m.sheet != nil {
		m.sheet.guard.Unreadable()
	}
	for _, j := range m.jobs {
		if j.State() == model.Feeding && j.Large() {
			j.Pause()
			m.notices.add(m.now, false, text.Sprintf("job %d is paused, since the program was suspended: p in Jobs (4) goes on", j.Number))
		}
	}
	return tea.Suspend
}

func (m *Model) view(k model.Kind) tea.Cmd {
	if k == m.kind && !m.jobView.open && !m.causes.open {
		return nil
	}
	m.jobView.open, m.jobView.inside, m.causes.open, m.causes.back = false, nil, false, false
	m.kind = k
	m.focus = onTable
	return tea.Batch(m.arrange(), m.follow())
}

func (m *Model) mark() tea.Cmd {
	l := m.list()
	e, _ := l.Current()
	if o, ok := m.outcome(e.Key); ok && o.TakesNoVerb() {
		l.Move(1)
		return tea.Batch(m.say(text.Sprintf("that one cannot be marked: %s (r reads the list again)", o.Words())), m.follow())
	}
	l.Marks.Toggle(e.Key)
	l.Move(1)
	return m.follow()
}

func (m *Model) markRange() tea.Cmd {
	if !m.list().MarkRange(func(k model.Key) bool { return !m.takesNoVerb(k) }) {
		return m.say(text.Const("v marks from the last mark to here: mark one with space first"))
	}
	return nil
}

func (m *Model) markAll() tea.Cmd {
	l := m.list()
	l.LoadAll()
	m.markAllWaits[m.kind] = true
	if !l.Exhausted() {
		return m.say(text.Const("loading the rest before marking: esc marks nothing"))
	}
	return nil
}

func (m *Model) toggleLoadAll() tea.Cmd {
	if m.list().LoadingAll() {
		return m.stopLoading()
	}
	m.list().LoadAll()
	return nil
}

func (m *Model) loadingAll() bool { return m.list().LoadingAll() || m.markAllWaits[m.kind] }

// stopLoading ends loading all pages, and with it the marking that waits for it.
func (m *Model) stopLoading() tea.Cmd {
	m.list().StopLoading()
	if m.markAllWaits[m.kind] {
		m.markAllWaits[m.kind] = false
		return m.say(text.Const("stopped: nothing was marked"))
	}
	return m.say(text.Const("stopped: what was loaded stays"))
}

// back leaves one thing: what is being loaded, the error, the pane.
func (m *Model) back() tea.Cmd {
	switch {
	case m.loadingAll():
		return m.stopLoading()
	case m.export.job != nil:
		return m.stopExport()
	case m.notices.dismiss(), m.leaveOffer():
	case m.focus == onDetail:
		m.focus = onTable
		if m.lay.detailAlone {
			m.detail.close()
		}
		return m.arrange()
	case m.detail.open:
		m.detail.close()
		return m.arrange()
	case m.causes.back:
		return m.backToCauses()
	}
	return nil
}

// canGoBack tells whether esc does anything.
func (m *Model) canGoBack() bool {
	return m.notices.err != nil || m.offered() != nil || m.detail.open || m.help != nil || m.loadingAll() || m.export.job != nil || m.causes.back
}

func (m *Model) switchPane() tea.Cmd {
	if m.focus == onDetail {
		m.focus = onTable
	} else {
		m.focus = onDetail
	}
	return m.arrange()
}

// paste goes into text being edited, and nowhere else: it is never taken for keys.
func (m *Model) paste(msg tea.PasteMsg) tea.Cmd {
	if m.planning != nil {
		return nil
	}
	if m.scope() == keymap.Saving {
		return m.exportTyped(msg)
	}
	if m.scope() == keymap.Searching {
		return m.searchTyped(msg)
	}
	if m.scope() == keymap.Filter {
		return m.filterTyped(msg)
	}
	if m.sheet != nil && m.sheet.form != nil {
		m.formTyped(msg)
		return nil
	}
	if m.sheet != nil {
		m.sheet.guard.ForeignKey(m.now)
		return m.wakeForSheet()
	}
	return nil
}

// count is a number of entries with its noun.
func count(n int, k model.Kind) text.Safe {
	return text.Sprintf("%s %s", humanize.Comma(int64(n)), k.Noun(n))
}

func nounEntries(n int) text.Safe {
	if n == 1 {
		return text.Const("1 entry")
	}
	return text.Sprintf("%s entries", humanize.Comma(int64(n)))
}

func entries(n int) text.Safe {
	if n == 1 {
		return text.Const("1 entry is")
	}
	return text.Sprintf("%s entries are", humanize.Comma(int64(n)))
}
