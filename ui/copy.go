package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

// mostCopied is how many bytes are sent to the clipboard at most. In base64 they come near the 100,000 bytes of an escape
// sequence that terminals take; what is longer they drop without a word.
const mostCopied = 74_000

// copyChord is a copy that was begun with its first key. It is for the entry of that moment.
type copyChord struct {
	outcome string    // of an entry that was acted on
	key     model.Key // zero when there is no entry, and only an error to copy
	entry   model.Entry
	whole   *model.Detail // when the detail had it already
}

// copies are the chord that is pending, and what is being read for one before.
type copies struct {
	chord      *copyChord
	generation int
	cancel     context.CancelFunc
}

// copiedMsg is what was made for the clipboard.
type copiedMsg struct {
	generation int
	what       text.Safe
	content    string
	notes      []text.Safe
	err        error
}

// copyWant is all that making the text needs, so that a command can.
type copyWant struct {
	action  keymap.Action
	chord   copyChord
	masked  bool
	baseURL string
	failure string // the error on the screen
}

// copyFrom is the entry that a copy is of: the one that the pane with the focus shows.
func (m *Model) copyFrom() copyChord {
	e, ok := m.list().Current()
	key := model.Key{}
	if ok {
		key = e.Key
	}
	if d := &m.detail; m.focus == onDetail && d.open && !d.key.IsZero() {
		key = d.key
	}
	row, known := m.store.Find(key)
	if !known {
		return copyChord{}
	}
	c := copyChord{key: key, entry: *m.store.At(row)}
	if o, acted := m.outcome(key); acted && o.TakesNoVerb() {
		c.outcome = o.Words()
	}
	if m.detail.key == key && m.detail.whole != nil {
		c.whole = m.detail.whole
		c.entry = c.whole.Entry
	}
	return c
}

// noCopy says why nothing can be copied, or "".
func (m *Model) noCopy() string {
	if m.list().Len() == 0 && m.notices.err == nil {
		return "the list is empty"
	}
	return ""
}

func (m *Model) beginCopy() tea.Cmd {
	c := m.copyFrom()
	m.copies.chord = &c
	m.notices.answer = nil
	return nil
}

// copyKey takes the second key. Whatever it is, the chord is over: it must not swallow the keys that come after it.
func (m *Model) copyKey(b keymap.Binding, known bool) tea.Cmd {
	c := *m.copies.chord
	m.copies.chord = nil
	if !known {
		return m.say(text.Const("nothing was copied: that key copies nothing"))
	}
	switch b.Action {
	case keymap.CancelCopy:
		return m.say(text.Const("nothing was copied"))
	case keymap.Interrupt:
		m.leaving = true
		return nil
	case keymap.Suspend:
		return m.suspend()
	case keymap.CopyReport:
		j := m.job()
		if !m.jobView.open || j == nil {
			return m.say(text.Const("nothing was copied: a report is of a job (4)"))
		}
		msg := clip(text.Const("the report"), j.Report(m.opts.Title, m.now, m.opts.Zone))
		msg.generation = m.copies.generation
		return m.copied(msg)
	case keymap.CopyError:
		if m.notices.err == nil && c.key.IsZero() {
			return m.say(text.Const("there is no error to copy"))
		}
	default:
		if c.key.IsZero() {
			return m.say(text.Const("there is no entry to copy from"))
		}
	}
	return m.copy(b.Action, c)
}

func (m *Model) copy(a keymap.Action, c copyChord) tea.Cmd {
	w := copyWant{action: a, chord: c, masked: !m.detail.unmasked, baseURL: m.opts.BaseURL}
	if m.notices.err != nil {
		w.failure = m.notices.err.text.String()
	}
	if m.copies.cancel != nil {
		m.copies.cancel()
	}
	ctx, cancel := context.WithCancel(context.Background())
	m.copies.generation++
	m.copies.cancel = cancel
	return makeCopy(ctx, m.opts.Backend, m.copies.generation, w)
}

// makeCopy reads the entry when that is needed, and makes the text: masking a large body takes its time.
func makeCopy(ctx context.Context, b model.Backend, generation int, w copyWant) tea.Cmd {
	fail := func(err error) tea.Msg { return copiedMsg{generation: generation, err: err} }
	return safely("copying", func() tea.Msg {
		if w.needsWhole() && w.chord.whole == nil {
			d, err := b.Get(ctx, w.chord.key)
			if err != nil {
				return fail(err)
			}
			d.Cause = d.Cause.AtStep(w.chord.entry.Cause.Step)
			w.chord.whole = &d
		}
		msg := w.make()
		msg.generation = generation
		return msg
	}, fail)
}

func (m *Model) copied(msg copiedMsg) tea.Cmd {
	if msg.generation != m.copies.generation || errors.Is(msg.err, context.Canceled) {
		return nil
	}
	var notFound *model.NotFoundError
	switch {
	case errors.As(msg.err, &notFound):
		m.complain(text.Const("nothing was copied: the entry is not in the DLQ any more"))
		return nil
	case msg.err != nil:
		m.complain(text.Sprintf("nothing was copied: %s", msg.err.Error()))
		return nil
	case msg.content == "":
		return m.say(text.Concat(text.Const("nothing was copied: "), text.Join(text.Const(", "), msg.notes...)))
	}
	said := msg.what
	if len(msg.notes) > 0 {
		said = text.Concat(said, text.Const(" ("), text.Join(text.Const(", "), msg.notes...), text.Const(")"))
	}
	m.opts.Copy(msg.content)
	return m.say(text.Concat(said, text.Const(" sent to the terminal's clipboard")))
}

func (w *copyWant) needsWhole() bool {
	switch w.action {
	case keymap.CopyBody, keymap.CopyHeaders, keymap.CopyResponse, keymap.CopyJSON:
		return true
	}
	return false
}

// make is the text to copy, or without content the reason why there is none.
func (w *copyWant) make() copiedMsg {
	switch d := w.chord.whole; w.action {
	case keymap.CopyID:
		return clip(text.Const("the DLQ id"), w.chord.key.ID)
	case keymap.CopyBody:
		return w.body(text.Const("the request body"), d.Body)
	case keymap.CopyResponse:
		return w.body(text.Const("the response body"), d.ResponseBody)
	case keymap.CopyHeaders:
		return w.headers(d.Header)
	case keymap.CopyJSON:
		return w.json(d)
	case keymap.CopyCurl:
		return w.curl()
	case keymap.CopyError:
		return w.error()
	}
	return copiedMsg{}
}

func nothing(why text.Safe) copiedMsg { return copiedMsg{notes: []text.Safe{why}} }

// clip makes text fit for the clipboard, which is pasted where control characters act.
func clip(what text.Safe, raw string, notes ...text.Safe) copiedMsg {
	tooLong := func(n int) copiedMsg {
		return nothing(text.Sprintf("%s is %s, and a terminal's clipboard takes about 74 KB: w in the list writes it to a file", what, humanize.Bytes(uint64(n))))
	}
	if raw == "" {
		return nothing(text.Concat(what, text.Const(" is empty")))
	}
	if len(raw) > mostCopied {
		return tooLong(len(raw))
	}
	if strings.Contains(raw, "\r") || text.Unsafe(raw) > 0 {
		lines := text.Lines(raw)
		parts := make([]string, len(lines))
		for i, l := range lines {
			parts[i] = l.String()
		}
		raw = strings.Join(parts, "\n")
		notes = append(notes, text.Const("what is not printable shown as stand-ins"))
		if len(raw) > mostCopied {
			return tooLong(len(raw))
		}
	}
	return copiedMsg{what: what, content: raw, notes: notes}
}

// mask masks secrets unless they are shown, and notes that there were some.
func (w *copyWant) mask(raw string, mask func(string) string, notes []text.Safe) (string, []text.Safe) {
	if !w.masked {
		return raw, notes
	}
	s := mask(raw)
	if s != raw {
		notes = append(notes, text.Const("secrets masked"))
	}
	return s, notes
}

func (w *copyWant) body(what text.Safe, b model.Body) copiedMsg {
	// What is too long either way is not masked first.
	if len(b.Bytes) > 2*mostCopied {
		return clip(what, string(b.Bytes))
	}
	notes := []text.Safe{text.Line(humanize.Bytes(uint64(len(b.Bytes))))}
	s, notes := w.mask(string(b.Bytes), model.MaskText, notes)
	return clip(what, s, notes...)
}

func (w *copyWant) headers(fields []model.HeaderField) copiedMsg {
	var plain, masked strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&plain, "%s: %s\n", f.Name, f.Value)
		fmt.Fprintf(&masked, "%s: %s\n", f.Name, model.MaskHeader(f.Name, f.Value))
	}
	s, notes := w.mask(plain.String(), func(string) string { return masked.String() }, nil)
	what := text.Const("the request headers")
	if len(fields) == 0 {
		return nothing(text.Const("the entry has no request headers"))
	}
	return clip(what, s, notes...)
}

// json is the entry as it is exported, laid out. What does not print is escaped, so that it stays the same JSON.
func (w *copyWant) json(d *model.Detail) copiedMsg {
	what := text.Const("the entry as JSON")
	raw, err := d.Export(w.masked)
	if err != nil {
		return copiedMsg{err: err}
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return copiedMsg{err: err}
	}
	s := out.String()
	if len(s) <= mostCopied && text.Unsafe(s) > 0 {
		s = escapeJSON(s)
	}
	var notes []text.Safe
	if w.masked {
		notes = append(notes, text.Const("secrets masked"))
	}
	return clip(what, s, notes...)
}

// escapeJSON escapes all that is not ASCII.
func escapeJSON(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < 0x7f:
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// curl is the call that brings the entry back, with the name of the variable in the place of the token.
func (w *copyWant) curl() copiedMsg {
	path := "/v2/dlq/retry/"
	if w.chord.key.Kind == model.WorkflowRun {
		path = "/v2/workflows/dlq/resume/"
	}
	// Such an id would make the address that of other entries, or of all.
	id := w.chord.key.ID
	if id == "" || id == "." || id == ".." || strings.ContainsAny(id, `/\%?#,`) || text.Unsafe(id) > 0 || strings.ContainsAny(id, "\r\n\t") {
		return nothing(text.Const("the id has characters that would change the address of the call"))
	}
	address := quoteShell(strings.TrimRight(w.baseURL, "/") + path + url.PathEscape(id))
	if w.baseURL == "" {
		address = `"$QSTASH_URL"` + quoteShell(path+url.PathEscape(id))
	}
	what := text.Const("the curl command")
	if w.chord.outcome != "" {
		what = text.Sprintf("the curl command (of an entry that this program has acted on: %s)", w.chord.outcome)
	}
	return clip(what, `curl -X POST -H "Authorization: Bearer $QSTASH_TOKEN" `+address)
}

// quoteShell quotes a word so that no POSIX shell finds anything in it.
func quoteShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// error is the error on the screen, or else how the entry failed.
func (w *copyWant) error() copiedMsg {
	if w.failure != "" {
		return clip(text.Const("the message"), w.failure)
	}
	e := &w.chord.entry
	said := "no response"
	if e.Status != 0 {
		said = strings.TrimSpace(fmt.Sprint(e.Status, " ", http.StatusText(e.Status)))
	}
	if first, _, _ := strings.Cut(strings.TrimSpace(e.Response), "\n"); first != "" {
		said += ": " + strings.TrimSpace(first)
	}
	s, notes := w.mask(said, model.MaskText, nil)
	return clip(text.Const("the error"), s, notes...)
}

// drawChord says which keys end the chord, in the place of the message to the user.
func (m *Model) drawChord() []string {
	full := text.Line(keymap.For(keymap.Copy).Key.Help().Key)
	full = text.Concat(full, text.Const(":"))
	gap := text.Const(" · ")
	if m.width < chordWidth {
		gap = text.Const(" ")
	}
	r := newRow(m.width).space(1).put(m.theme.bold, full).space(1)
	for i, b := range keymap.Chord() {
		if i > 0 {
			r.put(m.theme.dim, gap)
		}
		r.put(m.theme.bold, text.Line(b.Key.Help().Key))
		if m.width >= chordWordsWidth {
			r.space(1).put(m.theme.note, text.Line(b.Key.Help().Desc))
		}
	}
	lines := make([]string, max(1, m.lay.notice.height))
	lines[0] = r.String()
	return lines
}

const (
	// chordWidth is the least width at which the keys of the chord are set apart.
	chordWidth = 76
	// chordWordsWidth is the least width at which they are explained.
	chordWordsWidth = 62
)
