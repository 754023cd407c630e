package ui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"redrive/model"
	"redrive/ui/text"
)

// mostLogPages is how many pages of the log of one entry are read.
const mostLogPages = 5

// entryLog is the log of the entry in the detail, shown in the entry's place.
type entryLog struct {
	on   bool
	page *model.LogPage // as read; kept for showing or masking secrets
}

func (l *entryLog) reading() text.Safe {
	if l.on {
		return text.Const("reading the log …")
	}
	return text.Const("reading the entry …")
}

func logTitle(k model.Kind) text.Safe {
	if k == model.WorkflowRun {
		return text.Const("Steps of workflow run ")
	}
	return text.Const("Attempts of message ")
}

// logKey is what the key for the log shows.
func logKey(k model.Kind, on bool) text.Safe {
	switch {
	case on:
		return text.Const("entry")
	case k == model.WorkflowRun:
		return text.Const("steps")
	}
	return text.Const("attempts")
}

// toggleLog shows the log in the place of the entry, or the entry again.
func (d *detailPane) toggleLog(m *Model) tea.Cmd {
	d.log.on = !d.log.on
	if d.cancel != nil {
		d.cancel()
	}
	ctx, cancel := context.WithCancel(context.Background())
	d.generation++
	d.cancel, d.doc, d.err, d.top, d.growing = cancel, nil, nil, 0, false
	d.search.restart()
	switch {
	case d.log.on && d.log.page != nil:
		return d.layOutLog(m)
	case d.log.on:
		return d.readLog(ctx, m)
	case d.whole != nil:
		return d.layOut(m)
	}
	return fetchDetail(ctx, m.opts.Backend, d.key, d.generation)
}

// readLog reads the log of the entry. One that names nothing to look for has none.
func (d *detailPane) readLog(ctx context.Context, m *Model) tea.Cmd {
	row, known := m.store.Find(d.key)
	q := model.LogQuery{DLQ: d.key.DLQ}
	if known {
		switch e := m.store.At(row); {
		case e.Key.Kind == model.WorkflowRun && e.WorkflowRunID != "":
			q.Runs = []model.RunRef{{ID: e.WorkflowRunID, CreatedAt: e.WorkflowCreatedAt}}
		case e.Key.Kind == model.Message && e.MessageID != "":
			q.MessageIDs = []string{e.MessageID}
		}
	}
	if q.Valid() != nil {
		d.log.page = &model.LogPage{}
		return d.layOutLog(m)
	}
	return fetchLog(ctx, m.opts.Backend, d.key, q, d.generation)
}

func fetchLog(ctx context.Context, b model.Backend, key model.Key, q model.LogQuery, generation int) tea.Cmd {
	return safely("reading the log", func() tea.Msg {
		var all model.LogPage
		for range mostLogPages {
			page, err := b.Logs(ctx, q)
			if err != nil {
				return logMsg{key, generation, model.LogPage{}, err}
			}
			all.Events, all.Runs = append(all.Events, page.Events...), append(all.Runs, page.Runs...)
			all.Next = page.Next
			if page.Next == "" || page.Next == q.Cursor {
				break
			}
			q.Cursor = page.Next
		}
		return logMsg{key, generation, all, nil}
	}, func(err error) tea.Msg { return logMsg{key: key, generation: generation, err: err} })
}

func (m *Model) logArrived(msg logMsg) tea.Cmd {
	d := &m.detail
	if msg.key != d.key || msg.generation != d.generation || !d.open || !d.log.on || errors.Is(msg.err, context.Canceled) {
		return nil
	}
	if msg.err != nil {
		d.err = msg.err
		return nil
	}
	d.log.page, d.err = &msg.page, nil
	return d.layOutLog(m)
}

func (d *detailPane) layOutLog(m *Model) tea.Cmd {
	row, known := m.store.Find(d.key)
	if d.log.page == nil || !known {
		return nil
	}
	d.generation++
	e, page, o, generation := *m.store.At(row), *d.log.page, d.options(m), d.generation
	return safely("showing the log", func() tea.Msg {
		return documentMsg{e.Key, generation, newLogDocument(&e, page, o)}
	}, func(err error) tea.Msg { return logMsg{key: e.Key, generation: generation, err: err} })
}
