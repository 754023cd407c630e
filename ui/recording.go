package ui

import (
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"redrive/model"
	"redrive/ui/text"
)

// recording is what is under way of keeping the record of operations.
type recording struct {
	begun   map[int]bool // jobs whose plan is recorded, by number
	ended   map[int]bool
	writing bool
	failed  bool
	unread  bool // what earlier sessions left is not known yet
	reading bool // it is being read
	past    bool // what they ended is being read
	other   bool // another program changes entries of the DLQ
	// unreadable is why it could not be read the last time, which is said once.
	unreadable string
	// told are operations that cannot be gone on with, of which that was said.
	told map[string]bool
}

// earlierMsg is what earlier sessions left unfinished.
type earlierMsg struct {
	found []model.Recorded
	other bool // another program is there, with its process id
	pid   int
	err   error
}

// begunMsg tells whether the plan of a job was recorded.
type begunMsg struct {
	job int
	err error
}

// notedMsg tells whether what was learnt was recorded.
type notedMsg struct {
	deleted bool // a delete has ended by it
	err     error
}

// noted is what is to be recorded of a job.
type noted struct {
	operation string
	notes     []model.Note
	end       bool
	deletes   bool
}

// beginJob records the plan of a job. Nothing of it is sent before that, and nothing copied that will not be.
func (m *Model) beginJob(j *model.Job) tea.Cmd {
	if m.opts.Recorder == nil {
		return m.jobBegun(begunMsg{job: j.Number})
	}
	number, operation, r := j.Number, j.Plan.Record(), m.opts.Recorder
	return safely("recording the plan", func() tea.Msg { return begunMsg{number, r.Begin(operation)} },
		func(err error) tea.Msg { return begunMsg{number, err} })
}

// numbered is the job with a number; nil when there is none.
func (m *Model) numbered(n int) *model.Job {
	if n < 1 || n > len(m.jobs) {
		return nil
	}
	return m.jobs[n-1]
}

func (m *Model) jobBegun(msg begunMsg) tea.Cmd {
	j := m.numbered(msg.job)
	if j == nil {
		return nil
	}
	if msg.err == nil {
		m.record.begun[msg.job] = true
		if j.Plan.Verb == model.Delete && !j.Finished() && j.Stopped() == "" {
			return m.saveTrash(j)
		}
		return nil
	}
	err := msg.err
	if _, known := errors.AsType[*model.NotRecordedError](msg.err); !known {
		err = &model.NotRecordedError{Cause: msg.err}
	}
	j.Stop(err.Error(), m.now)
	m.record.ended[msg.job] = true
	m.complain(text.Line(err.Error()))
	return m.readEarlier() // another program may have left something
}

// notes is what is to be recorded now, and takes it off the jobs.
func (m *Model) notes() []noted {
	var out []noted
	for _, j := range m.jobs {
		if !m.record.begun[j.Number] || m.record.ended[j.Number] {
			continue
		}
		n := noted{operation: j.Plan.Operation, notes: j.TakeNotes(), end: j.Ended(), deletes: j.Plan.Verb == model.Delete}
		if n.end {
			m.record.ended[j.Number] = true
		}
		if len(n.notes) > 0 || n.end {
			out = append(out, n)
		}
	}
	return out
}

func writeNotes(r model.Recorder, all []noted) error {
	for _, n := range all {
		if len(n.notes) > 0 {
			if err := r.Note(n.operation, n.notes); err != nil {
				return err
			}
		}
		if n.end {
			if err := r.End(n.operation); err != nil {
				return err
			}
		}
	}
	return nil
}

// keepRecord records what was learnt since the last time, one write after the other.
func (m *Model) keepRecord() tea.Cmd {
	if m.opts.Recorder == nil || m.record.writing {
		return nil
	}
	all := m.notes()
	if len(all) == 0 {
		return nil
	}
	m.record.writing = true
	r, deleted := m.opts.Recorder, slices.ContainsFunc(all, func(n noted) bool { return n.end && n.deletes })
	return safely("recording", func() tea.Msg { return notedMsg{deleted, writeNotes(r, all)} }, func(err error) tea.Msg { return notedMsg{err: err} })
}

func (m *Model) recorded(msg notedMsg) tea.Cmd {
	m.record.writing = false
	if msg.err != nil && !m.record.failed {
		m.record.failed = true
		m.complain(text.Sprintf("the journal cannot be written: what becomes of entries from now on is not kept: %s", msg.err.Error()))
	}
	if msg.deleted {
		return m.readTrash()
	}
	return nil
}

// readEarlier reads what other sessions left unfinished: at the start, which the first frame does not wait for, and again later,
// as another program may have ended since.
func (m *Model) readEarlier() tea.Cmd {
	read, other := m.opts.Earlier, m.opts.Other
	if read == nil || m.record.reading {
		return nil
	}
	m.record.reading = true
	return safely("reading the journal", func() tea.Msg {
		var msg earlierMsg
		if msg.found, msg.err = read(); msg.err == nil && other != nil {
			msg.pid, msg.other, msg.err = other()
		}
		return msg
	}, func(err error) tea.Msg { return earlierMsg{err: err} })
}

func (m *Model) earlierRead(msg earlierMsg) tea.Cmd {
	m.record.unread, m.record.reading = false, false
	said := m.record.unreadable
	if m.record.unreadable = ""; msg.err != nil {
		m.record.unreadable = msg.err.Error()
	}
	if now := m.record.unreadable; now != "" && now != said {
		m.complain(text.Line(now))
	}
	fresh := slices.DeleteFunc(slices.Clone(msg.found), func(r model.Recorded) bool { return m.knows(r.Operation.Name) })
	past := m.lineage
	m.lineage = model.LineageOf(fresh)
	m.lineage.Join(past) // it may have been read first
	m.takeUnfinished(fresh)
	m.closeFor(fresh)
	if msg.err == nil && msg.other != m.record.other {
		m.sayOther(msg)
	}
	return m.after(successTime, expireMsg{})
}

// sayOther says that another program has begun or ended to change entries of the DLQ.
func (m *Model) sayOther(msg earlierMsg) {
	m.record.other = msg.other
	switch {
	case !msg.other:
		m.notices.add(m.now, false, text.Const("the other redrive has ended"))
	case msg.pid == 0:
		m.notices.add(m.now, false, text.Const("another redrive is changing entries of this DLQ: until it ends nothing is sent from here"))
	default:
		m.notices.add(m.now, false, text.Sprintf("another redrive (process %d) is changing entries of this DLQ: until it ends nothing is sent from here", msg.pid))
	}
}

// knows tells whether an operation was taken in, or told to be such that it cannot.
func (m *Model) knows(operation string) bool {
	return m.record.told[operation] || slices.ContainsFunc(m.jobs, func(j *model.Job) bool { return j.Plan.Operation == operation })
}

// closeFor leaves the sheet, and the plan that is being made, when another session may have sent some of its entries.
func (m *Model) closeFor(found []model.Recorded) {
	s := m.sheet
	for _, r := range found {
		of := func(e model.RecordedEntry) bool {
			return s.plan.Selection.Has(model.Key{DLQ: r.Operation.DLQ, Kind: r.Operation.Kind, ID: e.ID})
		}
		switch {
		case m.planning != nil:
			m.planning = nil
		case s != nil && s.publish == nil && (s.plan.ByFilter() || slices.ContainsFunc(r.Operation.Entries, of)):
			m.sheet = nil
		default:
			continue
		}
		m.complain(text.Sprintf("nothing was sent: another session had begun %s, which may have sent some of these entries: plan again", r.Operation.Name))
		return
	}
}

// takeUnfinished takes in what other sessions left unfinished. It is looked for, and nothing of it is sent.
func (m *Model) takeUnfinished(found []model.Recorded) {
	n, taken, rows := 0, 0, len(m.jobs)+len(m.trash.past)
	for _, r := range found {
		j, err := model.RestoreJob(len(m.jobs)+1, r, m.now)
		if r.Damage != "" {
			m.complain(text.Sprintf("the record of %s is damaged: %s", r.Operation.Name, r.Damage))
		}
		if err != nil {
			m.record.told[r.Operation.Name] = true
			if r.Damage == "" {
				m.complain(text.Line(err.Error()))
			}
			continue
		}
		m.jobs = append(m.jobs, j)
		m.record.begun[j.Number] = true
		for i := range j.Len() {
			m.restored(j.Key(i), actedOn{job: j, index: i})
		}
		if taken++; j.Unsettled() > 0 {
			n++
		}
	}
	if m.jobView.open && rows > 0 {
		m.jobView.at += taken // the cursor stays on its row
		m.jobView.top = max(m.jobView.top, m.jobView.at-m.jobRows()+1)
	}
	switch {
	case n > 0:
		m.notices.add(m.now, false, text.Sprintf("%s unfinished from an earlier session: 4 shows, R there goes on", operations(n)))
	case taken > 0:
		m.notices.add(m.now, false, text.Const("what an earlier session sent is followed on: 4 shows what became of it"))
	}
}

func operations(n int) string {
	if n == 1 {
		return "an operation is"
	}
	return text.Sprintf("%d operations are", n).String()
}

// lookAtRecord says when the answer to a write could not be recorded. It is said once.
func (m *Model) lookAtRecord(s model.Step) {
	if s.Kind != model.SendStep || m.opts.Recorder == nil || m.record.failed {
		return
	}
	if err := m.opts.Recorder.Trouble(); err != nil {
		m.record.failed = true
		m.complain(text.Line(err.Error()))
	}
}
