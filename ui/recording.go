package ui

import (
	"errors"

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
}

// earlierMsg is what earlier sessions left unfinished.
type earlierMsg struct {
	found []model.Recorded
	err   error
}

// begunMsg tells whether the plan of a job was recorded.
type begunMsg struct {
	job int
	err error
}

// notedMsg tells whether what was learnt was recorded.
type notedMsg struct{ err error }

// noted is what is to be recorded of a job.
type noted struct {
	operation string
	notes     []model.Note
	end       bool
}

// beginJob records the plan of a job. Nothing of it is sent before that.
func (m *Model) beginJob(j *model.Job) tea.Cmd {
	var save tea.Cmd
	if j.Plan.Verb == model.Delete {
		save = m.saveTrash(j)
	}
	if m.opts.Recorder == nil {
		m.record.begun[j.Number] = true
		return save
	}
	number, operation, r := j.Number, j.Plan.Record(), m.opts.Recorder
	return tea.Batch(save, safely("recording the plan", func() tea.Msg { return begunMsg{number, r.Begin(operation)} },
		func(err error) tea.Msg { return begunMsg{number, err} }))
}

func (m *Model) jobBegun(msg begunMsg) tea.Cmd {
	j := m.jobs[msg.job-1]
	if msg.err == nil {
		m.record.begun[msg.job] = true
		return nil
	}
	err := msg.err
	if _, known := errors.AsType[*model.NotRecordedError](msg.err); !known {
		err = &model.NotRecordedError{Cause: msg.err}
	}
	j.Stop(err.Error(), m.now)
	m.record.ended[msg.job] = true
	m.complain(text.Line(err.Error()))
	return nil
}

// notes is what is to be recorded now, and takes it off the jobs.
func (m *Model) notes() []noted {
	var out []noted
	for _, j := range m.jobs {
		if !m.record.begun[j.Number] || m.record.ended[j.Number] {
			continue
		}
		n := noted{operation: j.Plan.Operation, notes: j.TakeNotes(), end: j.Ended()}
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
	r := m.opts.Recorder
	return safely("recording", func() tea.Msg { return notedMsg{writeNotes(r, all)} }, func(err error) tea.Msg { return notedMsg{err} })
}

func (m *Model) recorded(msg notedMsg) tea.Cmd {
	m.record.writing = false
	if msg.err != nil && !m.record.failed {
		m.record.failed = true
		m.complain(text.Sprintf("the journal cannot be written: what becomes of entries from now on is not kept: %s", msg.err.Error()))
	}
	return nil
}

// readEarlier reads what earlier sessions left unfinished. The first frame does not wait for it.
func (m *Model) readEarlier() tea.Cmd {
	read := m.opts.Earlier
	if read == nil {
		return nil
	}
	return safely("reading the journal", func() tea.Msg {
		found, err := read()
		return earlierMsg{found, err}
	}, func(err error) tea.Msg { return earlierMsg{err: err} })
}

func (m *Model) earlierRead(msg earlierMsg) tea.Cmd {
	m.record.unread = false
	if msg.err != nil {
		m.complain(text.Line(msg.err.Error()))
	}
	m.opts.Unfinished = msg.found
	past := m.lineage
	m.takeUnfinished()
	m.lineage.Join(past) // it may have been read first
	return m.after(successTime, expireMsg{})
}

// takeUnfinished takes in what earlier sessions left unfinished. It is looked for, and nothing of it is sent.
func (m *Model) takeUnfinished() {
	m.lineage = model.LineageOf(m.opts.Unfinished)
	for _, r := range m.opts.Unfinished {
		j, err := model.RestoreJob(len(m.jobs)+1, r, m.now)
		if err != nil {
			m.complain(text.Line(err.Error()))
			continue
		}
		m.jobs = append(m.jobs, j)
		m.record.begun[j.Number] = true
		for i := range j.Len() {
			m.acted[j.Key(i)] = actedOn{job: j, index: i}
		}
		if r.Damage != "" {
			m.complain(text.Sprintf("the record of %s is damaged: %s", r.Operation.Name, r.Damage))
		}
	}
	n := 0
	for _, j := range m.jobs {
		if j.Unsettled() > 0 {
			n++
		}
	}
	switch {
	case n == 0 && len(m.jobs) > 0:
		m.notices.add(m.now, false, text.Const("what an earlier session sent is followed on: 4 shows what became of it"))
	case n > 0:
		m.notices.add(m.now, false, text.Sprintf("%s unfinished from an earlier session: 4 shows, R there goes on", operations(n)))
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
