package ui

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"redrive/keymap"
	"redrive/model"
	"redrive/model/run"
	"redrive/ui/text"
)

// heldTime is how long a small delete can be taken back before anything of it is sent.
const heldTime = 8 * time.Second

// trash is what is under way of deleting, and what was deleted.
type trash struct {
	saving map[int]bool      // jobs whose entries are being saved, by number
	held   map[int]time.Time // jobs that can still be taken back, with when they go
	past   []model.Trashed   // the newest first
	// published are entries that were published anew in this session, so that they are not twice.
	published map[model.Key]bool
}

type (
	// savedMsg tells whether the entries of a delete are in the trash.
	savedMsg struct {
		job   int
		saved int
		err   error
	}
	// trashMsg is what is in the trash.
	trashMsg struct {
		past []model.Trashed
		err  error
	}
	// untrashedMsg is what was deleted once, to be published anew.
	untrashedMsg struct {
		of      model.Trashed
		entries []model.Detail
		there   map[model.Key]bool // those that are in the DLQ
		err     error
	}
	// publishedMsg tells what became of publishing deleted messages anew.
	publishedMsg struct {
		name string
		keys []model.Key // of what was published
		of   int
		all  bool // nothing that can be published is left
		err  error
	}
)

// saveTrash keeps the entries of a delete before anything of it is sent.
func (m *Model) saveTrash(j *model.Job) tea.Cmd {
	if m.opts.Trash == nil {
		return m.holdBack(j)
	}
	m.trash.saving[j.Number] = true
	number, operation, t, b := j.Number, j.Plan.Operation, m.opts.Trash, m.opts.Backend
	keys := make([]model.Key, j.Len())
	for i := range keys {
		keys[i] = j.Key(i)
	}
	var until time.Time
	if m.opts.Retention > 0 {
		until = m.now.Add(m.opts.Retention)
	}
	return safely("saving what is deleted", func() tea.Msg {
		entries, err := run.Whole(context.Background(), b, keys)
		if err == nil && len(entries) > 0 {
			err = t.SaveTrash(operation, entries, until)
		}
		return savedMsg{number, len(entries), err}
	}, func(err error) tea.Msg { return savedMsg{job: number, err: err} })
}

func (m *Model) trashSaved(msg savedMsg) tea.Cmd {
	j := m.numbered(msg.job)
	if j == nil {
		return nil
	}
	delete(m.trash.saving, msg.job)
	if msg.err != nil {
		j.Stop("what is deleted could not be saved before: "+msg.err.Error(), m.now)
		m.complain(text.Sprintf("nothing was deleted, since it could not be saved before: %s", msg.err.Error()))
		return nil
	}
	return tea.Batch(m.holdBack(j), m.readTrash())
}

// holdBack lets a small delete wait in sight before it goes.
func (m *Model) holdBack(j *model.Job) tea.Cmd {
	if j.Large() {
		return nil
	}
	m.trash.held[j.Number] = m.now.Add(heldTime)
	return m.tickHeld()
}

// tickHeld draws the countdown every second while there is one.
func (m *Model) tickHeld() tea.Cmd {
	if len(m.trash.held) == 0 {
		return nil
	}
	return m.after(time.Second, heldMsg{})
}

type heldMsg struct{}

func (m *Model) heldTicked() tea.Cmd {
	for n, at := range m.trash.held {
		if !m.now.Before(at) {
			delete(m.trash.held, n)
		}
	}
	return m.tickHeld()
}

// waitsForTrash tells whether a delete may not be sent yet.
func (m *Model) waitsForTrash(j *model.Job) bool {
	at, held := m.trash.held[j.Number]
	return m.trash.saving[j.Number] || held && m.now.Before(at)
}

// takeBack stops the deletes that wait.
func (m *Model) takeBack() tea.Cmd {
	n := 0
	var cmds []tea.Cmd
	for number := range m.trash.held {
		j := m.jobs[number-1]
		j.Stop("taken back with z", m.now)
		n += j.Len()
		cmds = append(cmds, m.emptyTrash(j))
	}
	clear(m.trash.held)
	if n == 0 {
		return m.say(text.Const("there is no delete to take back"))
	}
	return tea.Batch(append(cmds, m.say(text.Sprintf("taken back: %s untouched", entries(n))))...)
}

// drawHeld is the countdown, empty when there is none.
func (m *Model) drawHeld() text.Safe {
	n, next := 0, time.Duration(0)
	for number, at := range m.trash.held {
		n += m.jobs[number-1].Len()
		if left := at.Sub(m.now); next == 0 || left < next {
			next = left
		}
	}
	if n == 0 {
		return text.Safe{}
	}
	return text.Sprintf("deleting %s in %ds, z takes back", nounEntries(n), int(max(0, next+time.Second-1)/time.Second))
}

func (m *Model) readTrash() tea.Cmd {
	if m.opts.Trash == nil {
		return nil
	}
	t := m.opts.Trash
	return safely("reading the trash", func() tea.Msg {
		past, err := t.Trash()
		return trashMsg{past, err}
	}, func(err error) tea.Msg { return trashMsg{err: err} })
}

func (m *Model) trashRead(msg trashMsg) {
	if msg.err != nil {
		m.complain(text.Line(msg.err.Error()))
	}
	m.trash.past = slices.DeleteFunc(msg.past, func(t model.Trashed) bool { return m.notDeleted(t.Operation) })
	slices.Reverse(m.trash.past)
	// What was under the cursor may be gone.
	m.jobView.at = max(0, min(m.jobView.at, len(m.jobs)+len(m.trash.past)-1))
	m.jobView.top = min(m.jobView.top, m.jobView.at)
}

// notDeleted tells whether nothing of an operation of this session was deleted, or not yet.
func (m *Model) notDeleted(operation string) bool {
	for _, j := range m.jobs {
		if j.Plan.Operation == operation {
			return j.Count(model.NotSent)+j.Count(model.Refused)+j.Count(model.Sending) == j.Len()
		}
	}
	return false
}

// emptyTrash removes the copies of a delete of which nothing was deleted.
func (m *Model) emptyTrash(j *model.Job) tea.Cmd {
	if m.opts.Trash == nil || j.Plan.Verb != model.Delete {
		return nil
	}
	t, operation, nothing := m.opts.Trash, j.Plan.Operation, m.notDeleted(j.Plan.Operation)
	return safely("emptying the trash", func() tea.Msg {
		past, err := t.Trash()
		for i := 0; nothing && err == nil && i < len(past); i++ {
			if past[i].Operation == operation {
				err = t.RemoveTrash(past[i].Name)
			}
		}
		if err == nil {
			past, err = t.Trash()
		}
		return trashMsg{past, err}
	}, func(err error) tea.Msg { return trashMsg{err: err} })
}

// trashed is what is under the cursor in the list of jobs, when that is no job.
func (m *Model) trashed() (model.Trashed, bool) {
	i := m.jobView.at - len(m.jobs)
	if m.jobView.inside != nil || i < 0 || i >= len(m.trash.past) {
		return model.Trashed{}, false
	}
	return m.trash.past[i], true
}

// publishing is what a sheet publishes instead of carrying out a plan.
type publishing struct {
	messages []model.NewMessage
	keys     []model.Key    // of the entries that they are
	refused  map[string]int // why entries cannot be published, with how many
	of       model.Trashed
}

func (m *Model) planPublishing(t model.Trashed) tea.Cmd {
	if t.Damage != "" {
		return m.say(text.Sprintf("nothing can be published: %s", t.Damage))
	}
	trash, b := m.opts.Trash, m.opts.Backend
	return safely("reading the trash", func() tea.Msg {
		entries, err := trash.LoadTrash(t.Name)
		keys := map[model.Kind][]model.Key{}
		for i := range entries {
			k := entries[i].Key
			keys[k.Kind] = append(keys[k.Kind], k)
		}
		there := map[model.Key]bool{}
		for _, of := range keys {
			if err == nil {
				var found map[model.Key]bool
				found, err = run.Present(context.Background(), b, of)
				maps.Copy(there, found)
			}
		}
		return untrashedMsg{t, entries, there, err}
	}, func(err error) tea.Msg { return untrashedMsg{of: t, err: err} })
}

// untrashed shows the sheet for publishing what was deleted.
func (m *Model) untrashed(msg untrashedMsg) tea.Cmd {
	if msg.err != nil {
		m.complain(text.Line(msg.err.Error()))
		return nil
	}
	if m.scope() != keymap.Jobs {
		return nil
	}
	p := &publishing{of: msg.of, refused: map[string]int{}}
	label := m.opts.NewOperation()
	for _, d := range msg.entries {
		n, err := model.NewMessageOf(d, label)
		switch {
		case msg.there[d.Key]:
			p.refused["it is still in the DLQ: retry it there instead"]++
		case m.trash.published[d.Key]:
			p.refused["it was published anew already"]++
		case err != nil:
			p.refused[err.Error()]++
		default:
			p.messages, p.keys = append(p.messages, n), append(p.keys, d.Key)
		}
	}
	if len(p.messages) == 0 {
		for why := range p.refused {
			return m.say(text.Line(why))
		}
		return m.say(text.Const("there is nothing in it"))
	}
	m.sheets++
	m.sheet = &sheet{id: m.sheets, publish: p, question: model.CountQuestion(len(p.messages))}
	m.sheet.lines = m.sheet.saysPublishing(m, label)
	return m.watchSheet()
}

func (s *sheet) saysPublishing(m *Model, label string) []sheetLine {
	p := s.publish
	out := []sheetLine{
		{text.Const("deleted"), m.theme.plain, text.Sprintf("%s by %s", m.jobTime(p.of.At), text.Line(p.of.Operation))},
	}
	for why, n := range p.refused {
		out = append(out, sheetLine{text.Const("not in it"), m.theme.warn, text.Sprintf("%d: %s", n, text.Line(why))})
	}
	for i := range min(3, len(p.messages)) {
		n := &p.messages[i]
		out = append(out, sheetLine{text.Const("samples"), m.theme.plain, text.Sprintf("%s %s  %s", n.Method, model.Destination(n.Destination), humanize.Bytes(uint64(len(n.Body))))})
	}
	return append(out,
		sheetLine{text.Const("calls"), m.theme.plain, text.Sprintf("%d × POST /v2/publish/{destination}, one after the other", len(p.messages))},
		sheetLine{text.Const("label"), m.theme.plain, text.Sprintf("%s is added to each one's own", label)},
		sheetLine{text.Const("take care"), m.theme.warn, text.Const("these are new messages with new ids: no entry goes back into the DLQ")},
		sheetLine{text.Safe{}, m.theme.warn, text.Const("a body that the server had cut when it was read is published cut")},
	)
}

// publishAll sends the messages of a sheet, each once. At the first that fails it stops.
func (m *Model) publishAll(p *publishing) tea.Cmd {
	b, messages, keys, name, calls := m.opts.Backend, p.messages, p.keys, p.of.Name, m.calls
	all := len(p.refused) == 0
	m.publishing = &publication{of: len(messages)}
	progress := m.publishing
	return safely("publishing", func() tea.Msg {
		for i, n := range messages {
			if !calls.mayGoOn() {
				return nil
			}
			progress.made.Store(int32(i))
			if _, err := b.Publish(context.Background(), n); err != nil {
				return publishedMsg{name, keys[:i], len(messages), false, fmt.Errorf("of %s: %w", model.Destination(n.Destination), err)}
			}
		}
		progress.made.Store(int32(len(messages)))
		return publishedMsg{name, keys, len(messages), all, nil}
	}, func(err error) tea.Msg { return publishedMsg{of: len(messages), err: err} })
}

// publication is how far publishing is.
type publication struct {
	of   int
	made atomic.Int32
}

func (m *Model) published(msg publishedMsg) tea.Cmd {
	m.publishing = nil
	for _, k := range msg.keys {
		m.trash.published[k] = true
	}
	if msg.err != nil {
		m.complain(text.Sprintf("%d of %d were published anew; then it stopped, and the message it stopped at may have been made: %s", len(msg.keys), msg.of, msg.err.Error()))
		return nil
	}
	said := m.say(text.Sprintf("%s published anew, and out of the trash", nounEntries(len(msg.keys))))
	if !msg.all {
		return said
	}
	t := m.opts.Trash
	return tea.Batch(said, safely("emptying the trash", func() tea.Msg {
		err := t.RemoveTrash(msg.name)
		past, err2 := t.Trash()
		return trashMsg{past, errors.Join(err, err2)}
	}, func(err error) tea.Msg { return trashMsg{err: err} }))
}

// trashKey does what a key does on a line of the trash.
func (m *Model) trashKey(b keymap.Binding, t model.Trashed) (tea.Cmd, bool) {
	switch b.Action {
	case keymap.PlanAgain:
		if m.opts.ReadOnly {
			return m.say(text.Const("R does nothing now: redrive was started with --read-only")), true
		}
		return m.planPublishing(t), true
	}
	return nil, false
}
