package ui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

// Update takes a message in. What it leads to is returned as commands; afterwards whatever the state machines want next
// is started.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.now = m.opts.Now()
	cmd := m.handle(msg)
	cmd = tea.Batch(cmd, m.pump())
	if m.noticeRows() != m.lay.notice.height {
		cmd = tea.Batch(cmd, m.arrange())
	}
	return m, cmd
}

func (m *Model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		if m.sheet != nil {
			// It is drawn anew, and has to be read anew.
			m.sheets++
			m.sheet.id, m.sheet.watching = m.sheets, false
			m.sheet.guard.Unreadable()
		}
		cmd := m.arrange()
		if m.help != nil {
			m.help = m.helpAnew(m.help)
			m.help.scroll(0, m.lay.body.height)
		}
		return tea.Batch(cmd, m.watchSheet())
	case tea.ResumeMsg:
		// What was typed meanwhile was typed into something else.
		if m.sheet != nil {
			m.sheet.guard.Unreadable()
		}
		return m.watchSheet()
	case tea.KeyPressMsg:
		return m.key(msg)
	case tea.PasteMsg:
		return m.paste(msg)
	case StopMsg:
		m.ended = true
		return tea.Quit
	case pageMsg:
		return m.page(msg)
	case rebuiltMsg:
		l := m.lists[msg.kind]
		if l.ApplyRebuilt(msg.rebuilt) {
			if m.filter.goBack != nil && !m.filter.editing {
				l.GoBack(*m.filter.goBack)
				m.filter.goBack = nil
			}
			return m.follow()
		}
	case textsSearchedMsg:
		if m.lists[msg.kind].ApplySearch(msg.search) {
			return m.follow()
		}
	case markedAllMsg:
		l := m.lists[msg.kind]
		if l.ApplyMarkAll(msg.marked) {
			if looked, of := l.Searched(); looked < of {
				return m.say(text.Sprintf("%s marked; %s whose text could not be read are not", count(l.Marks.Len(), msg.kind), humanize.Comma(int64(of-looked))))
			}
			return m.say(text.Sprintf("%s marked", count(l.Marks.Len(), msg.kind)))
		}
		return m.say(text.Const("nothing was marked, since the list changed meanwhile: press * again"))
	case detailMsg:
		return m.detailArrived(msg)
	case documentMsg:
		return m.detail.show(m, msg)
	case copiedMsg:
		return m.copied(msg)
	case searchedMsg:
		return m.searched(msg)
	case nameMsg:
		return m.named(msg)
	case exportedMsg:
		return m.exported(msg)
	case exportGoesOnMsg:
		return m.exportGoesOn(msg)
	case growDocumentMsg:
		return m.detail.grow(m, msg)
	case followMsg:
		return m.detail.followed(m, msg)
	case savedMsg:
		return m.trashSaved(msg)
	case heldMsg:
		return m.heldTicked()
	case trashMsg:
		m.trashRead(msg)
	case untrashedMsg:
		return m.untrashed(msg)
	case publishedMsg:
		return m.published(msg)
	case stepsMsg:
		return m.stepsArrived(msg)
	case logMsg:
		return m.logArrived(msg)
	case pastMsg:
		m.pastRead(msg)
	case groupedMsg:
		return m.grouped(msg)
	case earlierMsg:
		return m.earlierRead(msg)
	case begunMsg:
		return m.jobBegun(msg)
	case notedMsg:
		return m.recorded(msg)
	case reportedMsg:
		return m.reported(msg)
	case plannedMsg:
		return m.planned(msg)
	case checkedMsg:
		return m.sheetChecked(msg)
	case stepMsg:
		m.calls.takenIn(msg.result)
		return m.stepDone(msg.result)
	case wakeMsg:
		if msg.at.Equal(m.wakeAt) {
			m.wakeAt = time.Time{}
		}
	case refreshMsg:
		return tea.Batch(m.refresh(), m.readEarlier(), m.after(m.opts.Refresh, refreshMsg{}))
	case expireMsg:
		m.notices.expire(m.now)
		m.leaving = m.leaving && m.notices.answer != nil
	case stoodMsg:
		return m.stood(msg)
	case panicMsg:
		m.complain(text.Line(msg.what))
	}
	return nil
}

// pump starts what the state machines want done now: pages that are needed, calls of jobs; and wakes up for what is due
// later.
func (m *Model) pump() tea.Cmd {
	if m.ended {
		return nil
	}
	var cmds []tea.Cmd
	var wake time.Time
	due := func(at time.Time) {
		if at.After(m.now) && (wake.IsZero() || at.Before(wake)) {
			wake = at
		}
	}
	for _, k := range model.Kinds {
		l := m.lists[k]
		// What is on the screen comes first: the other list begins once this one has.
		if k == m.kind || m.list().Started() || !m.list().Loading() {
			if f, ok := l.Next(m.now); ok {
				cmds = append(cmds, fetchPage(m.reading[k].ctx, m.opts.Backend, k, f))
			}
		}
		due(l.RetryAt())
		if s, ok := l.NextSearch(); ok {
			cmds = append(cmds, runTextSearch(k, s))
		}
		if m.markAllWaits[k] && l.Exhausted() && !l.Loading() && !l.Rebuilding() {
			m.markAllWaits[k] = false
			cmds = append(cmds, runMarkAll(k, l.BeginMarkAll(), m.mayMark()))
		}
	}
	if m.sheet != nil && m.sheet.check != nil {
		for _, s := range m.sheet.check.Next() {
			cmds = append(cmds, runCheck(m.opts.Backend, m.sheet.check, s))
		}
	}
	feeding := false
	for _, j := range m.jobs {
		if j.Ended() {
			continue
		}
		j.Hold(!m.record.begun[j.Number] || m.waitsForTrash(j) || j.Large() && feeding)
		feeding = feeding || j.Large() && j.State() == model.Feeding
		for _, s := range j.Next(m.now) {
			cmds = append(cmds, runStep(m.opts.Backend, m.calls, s))
		}
		if at, ok := j.WakeAt(m.now); ok {
			due(at)
		}
	}
	cmds = append(cmds, m.keepRecord(), m.grouping(), m.readSteps(), m.settle())
	due(m.steps.RetryAt())
	if !wake.IsZero() && (m.wakeAt.IsZero() || wake.Before(m.wakeAt)) {
		m.wakeAt = wake
		cmds = append(cmds, m.after(wake.Sub(m.now), wakeMsg{wake}))
	}
	return tea.Batch(cmds...)
}

// settle tells that all pages were loaded, once they are, or that it was given up.
func (m *Model) settle() tea.Cmd {
	before := m.loadedMuch
	m.loadedMuch = m.lists[model.Message].LoadingAll() || m.lists[model.WorkflowRun].LoadingAll()
	if !before || m.loadedMuch || m.opts.Settled == nil {
		return nil
	}
	return tellSettled(m.opts.Settled)
}

// page takes a page in, or the reason why it did not come.
func (m *Model) page(msg pageMsg) tea.Cmd {
	l := m.lists[msg.kind]
	if msg.err != nil {
		var limited *model.RateLimitedError
		var noIDs *model.NoListByIDError
		var until time.Time
		if msg.fetch.Purpose == model.Reread && errors.As(msg.err, &noIDs) {
			return nil // the rows stay as they were read; the first page was asked for as well
		}
		if errors.As(msg.err, &limited) {
			until = limited.Until
		}
		if l.Fail(msg.fetch, m.now, until) && !errors.Is(msg.err, context.Canceled) {
			m.complain(text.Line(msg.err.Error()))
		}
		return nil
	}
	known := m.store.Len()
	gone, next := l.Apply(msg.fetch, msg.page)
	for _, k := range model.Kinds {
		if k != msg.kind {
			m.lists[k].Adopt(known)
		}
	}
	if msg.fetch.Purpose == model.Reread {
		m.reread(msg.fetch, gone)
	}
	if next != nil {
		return tea.Batch(fetchPage(m.reading[msg.kind].ctx, m.opts.Backend, msg.kind, *next), m.follow())
	}
	return m.follow()
}

// reread takes note of what reading the screen again told of entries that were acted on: one in doubt that may be sent
// again is an ordinary row, and one that vanished is said to be gone.
func (m *Model) reread(f model.Fetch, gone []model.Key) {
	vanished := map[model.Key]bool{}
	for _, k := range gone {
		vanished[k] = true
		if _, acted := m.acted[k]; !acted {
			m.acted[k] = m.foundGone()
		}
	}
	for _, id := range f.Query.IDs {
		k := model.Key{DLQ: f.Query.DLQ, Kind: f.Query.Kind, ID: id}
		if o, ok := m.outcome(k); ok && !vanished[k] && o.Settled() && o.State == model.InDoubt && o.Verb.MaySendAgain() {
			m.doubted[k] = true
			delete(m.acted, k)
		}
	}
}

// refresh looks for newcomers in both lists.
func (m *Model) refresh() tea.Cmd {
	var cmds []tea.Cmd
	for _, k := range model.Kinds {
		if f, ok := m.lists[k].Refresh(false); ok {
			cmds = append(cmds, fetchPage(m.reading[k].ctx, m.opts.Backend, k, f))
		}
	}
	return tea.Batch(cmds...)
}

// takeIn shows newcomers, clears what was acted on, and reads the first page and the rows on the screen again.
func (m *Model) takeIn() tea.Cmd {
	m.notices.dismiss()
	m.notices.answer = nil
	l := m.list()
	m.restartReading(m.kind)
	m.takeSteps()
	var off []model.Key
	for k := range m.acted {
		if o, _ := m.outcome(k); k.Kind == m.kind && o.LeavesList() {
			off = append(off, k)
		}
	}
	l.TakeInWithout(off)
	for k := range m.acted {
		if o, _ := m.outcome(k); k.Kind == m.kind && (o.LeavesList() || o.Settled() && !o.TakesNoVerb()) {
			m.doubted[k] = m.doubted[k] || o.State == model.InDoubt
			delete(m.acted, k)
		}
	}
	var cmds []tea.Cmd
	if f := l.Filter(); !f.IsEmpty() {
		// A time such as since:2h is counted from now again.
		cmds = append(cmds, runRebuild(m.kind, l.Refilter(f.At(m.now.In(m.opts.Zone)), false)))
	}
	if f, ok := l.Refresh(true); ok {
		cmds = append(cmds, fetchPage(m.reading[m.kind].ctx, m.opts.Backend, m.kind, f))
	}
	if f, ok := l.Reread(); ok {
		cmds = append(cmds, fetchPage(m.reading[m.kind].ctx, m.opts.Backend, m.kind, f))
	}
	cmds = append(cmds, m.detail.reload(m), m.follow(), m.readEarlier())
	return tea.Batch(cmds...)
}
