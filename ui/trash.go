package ui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
	"redrive/model/run"
	"redrive/ui/text"
)

// heldTime is how long a small delete can be taken back before anything of it is sent.
const heldTime = 8 * time.Second

// trash is what is under way of deleting, and what was deleted.
type trash struct {
	saving map[int]context.CancelFunc // jobs whose entries are being saved, by number, with what ends that
	held   map[int]time.Time          // jobs that can still be taken back, with when they go
	past   []model.Trashed            // the newest first
	// told is set once it was said what may have been published anew by an earlier session.
	told bool
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
		known   map[model.Key]model.Republished
		err     error
	}
	// publishedMsg tells what became of publishing deleted messages anew.
	publishedMsg struct {
		name  string
		label string
		n     int // how many were published
		of    int
		last  bool // nothing that can be published is left
		err   error
		// began is set once publishing was recorded; state is what the error says of the message that it stopped at.
		began bool
		state model.OutcomeState
		// trouble is set when an answer could not be recorded.
		trouble error
	}
)

// saveTrash keeps the entries of a delete before anything of it is sent.
func (m *Model) saveTrash(j *model.Job) tea.Cmd {
	if m.opts.Trash == nil {
		return m.holdBack(j)
	}
	ctx, cancel := context.WithCancel(context.Background())
	m.trash.saving[j.Number] = cancel
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
		entries, err := run.Whole(ctx, b, keys)
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
	m.endSaving(msg.job)
	switch {
	case j.Finished() || j.Stopped() != "":
		// It was stopped meanwhile.
		return m.emptyTrash(j)
	case msg.err != nil:
		j.Stop("what is deleted could not be saved before: "+msg.err.Error(), m.now)
		m.complain(text.Sprintf("nothing was deleted, since it could not be saved before: %s", msg.err.Error()))
		return m.emptyTrash(j)
	}
	return tea.Batch(m.holdBack(j), m.readTrash())
}

func (m *Model) endSaving(number int) {
	if end := m.trash.saving[number]; end != nil {
		end()
		delete(m.trash.saving, number)
	}
}

// stopJob keeps what was not begun of a job from being sent.
func (m *Model) stopJob(j *model.Job, reason string) tea.Cmd {
	j.Stop(reason, m.now)
	delete(m.trash.held, j.Number)
	m.endSaving(j.Number)
	if !j.Finished() {
		return nil
	}
	return m.emptyTrash(j)
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
	return m.trash.saving[j.Number] != nil || held && m.now.Before(at)
}

// waiting are the deletes that were confirmed, and of which nothing is sent yet.
func (m *Model) waiting() []*model.Job {
	var all []*model.Job
	for _, j := range m.jobs {
		if j.Plan.Verb == model.Delete && !j.Finished() && j.Stopped() == "" && (!m.record.begun[j.Number] || m.waitsForTrash(j)) {
			all = append(all, j)
		}
	}
	return all
}

// entriesWaiting is how many entries are waiting to be deleted.
func (m *Model) entriesWaiting() int {
	n := 0
	for _, j := range m.waiting() {
		n += j.Count(model.NotSent)
	}
	return n
}

// takeBack stops the deletes that wait.
func (m *Model) takeBack() tea.Cmd {
	n := m.entriesWaiting()
	var cmds []tea.Cmd
	for _, j := range m.waiting() {
		cmds = append(cmds, m.stopJob(j, "taken back with z"))
	}
	if n == 0 {
		return m.say(text.Const("there is no delete to take back"))
	}
	return tea.Batch(append(cmds, m.say(text.Sprintf("taken back: %s untouched", entries(n))))...)
}

// drawHeld is the countdown, empty when there is none.
func (m *Model) drawHeld() text.Safe {
	n, held, next := m.entriesWaiting(), 0, time.Duration(0)
	for number, at := range m.trash.held {
		held += m.jobs[number-1].Count(model.NotSent)
		if left := at.Sub(m.now); next == 0 || left < next {
			next = left
		}
	}
	switch {
	case held == 0 && n == 0:
		return text.Safe{}
	case held == 0:
		return text.Sprintf("copying %s to be deleted, z takes back", nounEntries(n))
	}
	n = held
	return text.Sprintf("deleting %s in %ds, z takes back", nounEntries(n), int(max(0, next+time.Second-1)/time.Second))
}

func (m *Model) readTrash() tea.Cmd {
	if m.opts.Trash == nil {
		return nil
	}
	t := m.opts.Trash
	return safely("reading the trash", func() tea.Msg {
		past, err := listTrash(t)
		return trashMsg{past, err}
	}, func(err error) tea.Msg { return trashMsg{err: err} })
}

// listTrash lists what is in the trash, once what is in it for nothing was removed.
func listTrash(t model.Trash) ([]model.Trashed, error) {
	past, err := t.Trash()
	left := past[:0:0]
	for _, o := range past {
		if !o.Nothing {
			left = append(left, o)
		} else if gone := t.RemoveTrash(o.Name); err == nil {
			err = gone
		}
	}
	return left, err
}

func (m *Model) trashRead(msg trashMsg) {
	if msg.err != nil {
		m.complain(text.Line(msg.err.Error()))
	}
	m.trash.past = slices.DeleteFunc(msg.past, func(t model.Trashed) bool {
		return t.Number == 0 && t.Damage == "" || m.notDeleted(t.Operation)
	})
	slices.Reverse(m.trash.past)
	m.tellDoubt()
	// What was under the cursor may be gone.
	m.jobView.at = max(0, min(m.jobView.at, len(m.jobs)+len(m.trash.past)-1))
	m.jobView.top = min(m.jobView.top, m.jobView.at)
}

// notDeleted tells whether nothing of an operation of this session was deleted, or not yet.
func (m *Model) notDeleted(operation string) bool {
	for _, j := range m.jobs {
		if j.Plan.Operation == operation {
			return j.Count(model.NotSent)+j.Count(model.Refused)+j.Count(model.Sending)+j.Count(model.AlreadyGone) == j.Len()
		}
	}
	return false
}

// emptyTrash removes the copies of a delete of which nothing was deleted. Where there is a record that is done by it, once the end
// is in it: another program may have gone on with the operation.
func (m *Model) emptyTrash(j *model.Job) tea.Cmd {
	if m.opts.Trash == nil || j.Plan.Verb != model.Delete {
		return nil
	}
	if m.opts.Recorder != nil {
		return m.readTrash()
	}
	t, operation, nothing := m.opts.Trash, j.Plan.Operation, j.Finished() && m.notDeleted(j.Plan.Operation)
	return safely("emptying the trash", func() tea.Msg {
		past, err := t.Trash()
		for i := 0; nothing && err == nil && i < len(past); i++ {
			if past[i].Operation == operation {
				err = t.RemoveTrash(past[i].Name)
			}
		}
		if err == nil {
			past, err = listTrash(t)
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
