package ui

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"redrive/keymap"
	"redrive/model"
	"redrive/model/run"
	"redrive/ui/text"
)

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
	if slices.ContainsFunc(m.jobs, func(j *model.Job) bool { return j.Plan.Operation == t.Operation && !j.Finished() }) {
		return m.say(text.Const("this delete is still under way: nothing of it is published before its end, and x stops it"))
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
	if n := p.of.Doubt; n > 0 {
		out = append(out, sheetLine{text.Const("take care"), m.theme.warn, text.Sprintf("of %d it is not known whether it was deleted: it may have been sent by someone else", n)})
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
