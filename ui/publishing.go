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
	of      model.Trashed
	label   string
	refused map[string]int // why entries cannot be published, with how many
	// known is what is known of entries that were to be published before.
	known map[model.Key]model.Republished
	// sure are those that were never published, doubt those that may have been: they are in it only when that is asked for,
	// or when they are all that there is. published are those that were.
	sure, doubt []copied
	withDoubt   bool
	published   []model.Republished
}

// copied is the copy of a deleted entry.
type copied struct {
	key     model.Key
	message model.NewMessage
}

// copies are what is published, those last of which the server refused one before: it stops at the first that fails.
func (p *publishing) copies() []copied {
	if p.withDoubt {
		return slices.Concat(p.sure, p.doubt)
	}
	return p.sure
}

// addsDoubt tells whether those that may have been published can be in it and can be left out.
func (p *publishing) addsDoubt() bool { return len(p.sure) > 0 && len(p.doubt) > 0 }

// last tells whether nothing that can be published is left once it was.
func (p *publishing) last() bool {
	return len(p.refused) == 0 && len(p.copies()) == len(p.sure)+len(p.doubt)
}

func (m *Model) planPublishing(t model.Trashed) tea.Cmd {
	if t.Damage != "" {
		return m.say(text.Sprintf("nothing can be published: %s", t.Damage))
	}
	if m.publishing != nil {
		return m.say(text.Const("messages are being published anew just now: nothing more is before their end"))
	}
	if slices.ContainsFunc(m.jobs, func(j *model.Job) bool { return j.Plan.Operation == t.Operation && !j.Finished() }) {
		return m.say(text.Const("this delete is still under way: nothing of it is published before its end, and x stops it"))
	}
	trash, b := m.opts.Trash, m.opts.Backend
	return safely("reading the trash", func() tea.Msg {
		entries, err := trash.LoadTrash(t.Name)
		var known map[model.Key]model.Republished
		if err == nil {
			known, err = trash.Republished()
		}
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
		return untrashedMsg{t, entries, there, known, err}
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
	p := publishingOf(msg, m.opts.NewOperation())
	if len(p.copies()) == 0 {
		return m.say(p.whyNothing(m))
	}
	m.sheet = &sheet{publish: p}
	return m.showPublishing()
}

// publishingOf is what can be published of what was deleted.
func publishingOf(msg untrashedMsg, label string) *publishing {
	p := &publishing{of: msg.of, refused: map[string]int{}, label: label, known: msg.known}
	var again []copied
	for _, d := range msg.entries {
		known := msg.known[d.Key]
		n, err := model.NewMessageOf(d, label)
		switch c := (copied{d.Key, n}); {
		case known.State == model.Sent:
			p.published = append(p.published, known)
		case msg.there[d.Key]:
			p.refused["it is still in the DLQ: retry it there instead"]++
		case err != nil:
			p.refused[err.Error()]++
		case known.State == model.InDoubt:
			p.doubt = append(p.doubt, c)
		case known.State == model.Refused:
			again = append(again, c)
		default:
			p.sure = append(p.sure, c)
		}
	}
	p.sure = append(p.sure, again...)
	p.withDoubt = len(p.sure) == 0
	return p
}

// showPublishing shows the sheet with what is in it now.
func (m *Model) showPublishing() tea.Cmd {
	s := m.sheet
	p := s.publish
	m.sheets++
	s.id, s.watching, s.top = m.sheets, false, 0
	s.question = model.CountQuestion(len(p.copies()))
	if p.withDoubt {
		s.question = model.DoubtQuestion(len(p.copies()))
	}
	s.red = p.withDoubt && !p.addsDoubt()
	s.lines = s.saysPublishing(m)
	s.guard.Unreadable()
	return m.watchSheet()
}

// switchDoubt takes those in that may have been published already, or leaves them out.
func (m *Model) switchDoubt() tea.Cmd {
	m.sheet.publish.withDoubt = !m.sheet.publish.withDoubt
	return m.showPublishing()
}

func (s *sheet) saysPublishing(m *Model) []sheetLine {
	p := s.publish
	out := []sheetLine{
		{text.Const("deleted"), m.theme.plain, text.Sprintf("%s by %s", m.jobTime(p.of.At), text.Line(p.of.Operation))},
	}
	out = append(out, p.saysOfBefore(m)...)
	if n := p.of.Doubt; n > 0 {
		out = append(out, sheetLine{text.Const("take care"), m.theme.warn, text.Sprintf("of %d it is not known whether it was deleted: it may have been sent by someone else", n)})
	}
	for _, why := range slices.Sorted(maps.Keys(p.refused)) {
		out = append(out, sheetLine{text.Const("not in it"), m.theme.warn, text.Sprintf("%d: %s", p.refused[why], text.Line(why))})
	}
	copies := p.copies()
	for i := range min(3, len(copies)) {
		n := &copies[i].message
		out = append(out, sheetLine{text.Const("samples"), m.theme.plain, text.Sprintf("%s %s  %s", n.Method, model.Destination(n.Destination), humanize.Bytes(uint64(len(n.Body))))})
	}
	return append(out,
		sheetLine{text.Const("calls"), m.theme.plain, text.Sprintf("%d × POST /v2/publish/{destination}, one after the other", len(copies))},
		sheetLine{text.Const("label"), m.theme.plain, text.Sprintf("%s is added to each one's own", p.label)},
		sheetLine{text.Const("take care"), m.theme.warn, text.Const("these are new messages with new ids: no entry goes back into the DLQ")},
		sheetLine{text.Safe{}, m.theme.warn, text.Const("a body that the server had cut when it was read is published cut")},
	)
}

// publishAll sends the messages of a sheet, each once, after it was recorded that it does. At the first that fails it stops.
func (m *Model) publishAll(p *publishing) tea.Cmd {
	b, trash, copies, calls, recorder := m.opts.Backend, m.opts.Trash, p.copies(), m.calls, m.opts.Recorder
	about := model.Republishing{Trash: p.of.Name, Label: p.label, Known: p.known}
	for i := range copies {
		about.Entries = append(about.Entries, copies[i].key)
	}
	msg := publishedMsg{name: p.of.Name, label: p.label, of: len(copies), last: p.last()}
	m.publishing = &publication{of: len(copies)}
	progress := m.publishing
	return safely("publishing", func() tea.Msg {
		if !calls.mayGoOn() {
			return nil
		}
		msg := msg
		if msg.err = trash.BeginPublishing(about); msg.err != nil {
			return msg
		}
		msg.began = true
		for i := range copies {
			n := copies[i].message
			if !calls.mayGoOn() {
				return nil
			}
			if _, err := b.Publish(context.Background(), n); err != nil {
				msg.state, msg.err = model.PublishedState(err), fmt.Errorf("of %s: %w", model.Destination(n.Destination), err)
				break
			}
			msg.n++
			progress.made.Store(int32(msg.n))
		}
		if recorder != nil {
			msg.trouble = recorder.Trouble()
		}
		return msg
	}, func(err error) tea.Msg {
		failed := msg
		failed.n, failed.began, failed.state, failed.err = int(progress.made.Load()), true, model.InDoubt, err
		return failed
	})
}

// publication is how far publishing is.
type publication struct {
	of   int
	made atomic.Int32
}

func (m *Model) published(msg publishedMsg) tea.Cmd {
	m.publishing = nil
	if msg.trouble != nil {
		m.complain(text.Line(msg.trouble.Error()))
	}
	switch {
	case msg.err == nil:
	case !msg.began:
		m.complain(text.Line(msg.err.Error()))
		return m.readTrash()
	case msg.state == model.InDoubt:
		m.complain(text.Sprintf("%d of %d were published anew; then it stopped, and the message it stopped at may have been made: look in the logs for %s: %s", msg.n, msg.of, msg.label, msg.err.Error()))
		return m.readTrash()
	default:
		m.complain(text.Sprintf("%d of %d were published anew; then it stopped, and the message it stopped at was not made: %s", msg.n, msg.of, msg.err.Error()))
		return m.readTrash()
	}
	if !msg.last {
		return tea.Batch(m.say(text.Sprintf("%s published anew", nounEntries(msg.n))), m.readTrash())
	}
	t := m.opts.Trash
	said := m.say(text.Sprintf("%s published anew, and out of the trash", nounEntries(msg.n)))
	return tea.Batch(said, safely("emptying the trash", func() tea.Msg {
		err := t.RemoveTrash(msg.name)
		past, err2 := t.Trash()
		return trashMsg{past, errors.Join(err, err2)}
	}, func(err error) tea.Msg { return trashMsg{err: err} }))
}
