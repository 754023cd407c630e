package ui

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

// leastPause is how long an export waits for a server that limits it and does not say until when.
const leastPause = time.Second

// exports are the dialog of an export, and the export under way.
type exports struct {
	dialog     *exportDialog
	job        *exportJob
	progress   exportedMsg
	generation int
}

// exportDialog asks for the name of the file. What is written was frozen when it was opened.
type exportDialog struct {
	input   textinput.Model
	rows    model.Shown
	counted func(n int) text.Safe // so many of what is written
	report  *model.Job            // whose report is written, instead of rows
	says    text.Safe             // what would be written
	problem text.Safe
	exists  string // the name that is taken, and that enter overwrites
}

// exportGoesOnMsg comes when the server may be asked again.
type exportGoesOnMsg struct{ generation int }

const beingWritten = "a file is being written (esc stops that)"

func (m *Model) noExport() string {
	switch {
	case m.export.job != nil:
		return beingWritten
	case m.list().Len() == 0:
		return "the list is empty"
	}
	return ""
}

func (m *Model) beginExport() tea.Cmd {
	l := m.list()
	x := newExportDialog(countedAs(m.kind))
	hidden := 0
	if l.Marks.Len() > 0 {
		x.rows, hidden = l.ShownMarked()
		x.says = text.Sprintf("%s %s", text.Line(humanize.Comma(int64(x.rows.Len()))), text.Concat(text.Const("marked "), text.Line(m.kind.Noun(x.rows.Len()))))
	} else {
		x.rows = l.Shown()
		x.says = count(x.rows.Len(), m.kind)
		switch {
		case !l.Complete():
			x.says = text.Sprintf("%s of the loaded %s (a loads the rest)", humanize.Comma(int64(x.rows.Len())), m.kind.Noun(2))
		case !l.Filter().IsEmpty():
			x.says = text.Concat(x.says, text.Const(", all that match"))
		}
	}
	if x.rows.Len() == 0 {
		return m.say(text.Const("all marked entries are hidden by the filter: esc and u unmarks them"))
	}
	if hidden > 0 {
		x.says = text.Sprintf("%s, without %d hidden by the filter", x.says, hidden)
	}
	name := "redrive-" + strings.ReplaceAll(m.kind.Noun(2), " ", "-") + m.now.In(m.opts.Zone).Format("-20060102-150405.jsonl")
	m.askForName(x, name)
	return nil
}

func newExportDialog(counted func(int) text.Safe) *exportDialog {
	x := &exportDialog{counted: counted, input: textinput.New()}
	x.input.Prompt = ""
	x.input.CharLimit = 1024
	x.input.KeyMap.Paste.SetEnabled(false) // it would read the clipboard of the machine that redrive runs on
	return x
}

func countedAs(k model.Kind) func(int) text.Safe {
	return func(n int) text.Safe { return count(n, k) }
}

func (m *Model) askForName(x *exportDialog, name string) {
	x.input.SetValue(name)
	x.input.CursorEnd()
	x.input.Focus()
	m.export.dialog = x
}

// exportTyped takes a key or a paste into the name. A name that has changed is asked about anew.
func (m *Model) exportTyped(msg tea.Msg) tea.Cmd {
	x := m.export.dialog
	if p, ok := msg.(tea.PasteMsg); ok {
		msg = tea.PasteMsg{Content: strings.TrimRight(p.Content, "\r\n")}
	}
	before := x.input.Value()
	x.input, _ = x.input.Update(msg)
	if x.input.Value() != before {
		x.problem, x.exists = text.Safe{}, ""
		m.export.generation++
	}
	return nil
}

func (m *Model) exportKey(b keymap.Binding) tea.Cmd {
	x := m.export.dialog
	switch b.Action {
	case keymap.ApplyExport:
		return m.takeName()
	case keymap.CancelExport:
		m.closeExport()
	case keymap.EmptyExport:
		x.input.Reset()
		x.problem, x.exists = text.Safe{}, ""
		m.export.generation++
	case keymap.Interrupt:
		return m.interrupt()
	case keymap.Suspend:
		return m.suspend()
	}
	return nil
}

func (m *Model) closeExport() {
	m.export.dialog = nil
	m.export.generation++
}

func (m *Model) takeName() tea.Cmd {
	x := m.export.dialog
	name := strings.TrimSpace(x.input.Value())
	ending := strings.ToLower(filepath.Ext(name))
	switch {
	case x.report != nil && (ending != ".md" || text.Unsafe(name) > 0):
		x.problem = text.Const("the name must end in .md, and have only characters that can be read")
		return nil
	case x.report != nil:
		m.closeExport()
		return m.writeReport(x.report, name)
	case ending != ".jsonl" && ending != ".csv":
		x.problem = text.Const("the name must end in .jsonl (whole entries) or .csv (a table)")
		return nil
	case text.Unsafe(name) > 0:
		x.problem = text.Const("the name has characters that cannot be read")
		return nil
	case x.exists == name:
		return m.startExport(name, true)
	}
	m.export.generation++
	return lookUpName(name, m.export.generation)
}

func (m *Model) named(msg nameMsg) tea.Cmd {
	x := m.export.dialog
	if x == nil || msg.generation != m.export.generation {
		return nil
	}
	switch {
	case msg.err != nil:
		x.problem = text.Line(msg.err.Error())
	case msg.exists:
		x.exists = msg.name
		x.problem = text.Const("exists: enter again overwrites")
	default:
		return m.startExport(msg.name, false)
	}
	return nil
}

func (m *Model) startExport(name string, overwrite bool) tea.Cmd {
	x := m.export.dialog
	m.closeExport()
	ctx, cancel := context.WithCancel(context.Background())
	m.export.job = &exportJob{
		name: name, rows: x.rows, counted: x.counted, masked: !m.opts.IncludeSecrets, overwrite: overwrite, reads: reading{ctx, cancel},
	}
	m.export.progress = exportedMsg{}
	return m.stepExport()
}

func (m *Model) stepExport() tea.Cmd {
	return m.export.job.run(m.opts.Backend, m.export.generation)
}

// exported takes a step in, and begins the next.
func (m *Model) exported(msg exportedMsg) tea.Cmd {
	j := m.export.job
	if j == nil || msg.generation != m.export.generation {
		return nil
	}
	m.export.progress = msg
	switch {
	case msg.err != nil:
		why := msg.err.Error()
		if errors.Is(msg.err, fs.ErrExist) {
			why = j.name + " has come into being meanwhile: w asks for another name"
		}
		m.complain(text.Sprintf("nothing was written: %s", why))
		return m.endExport()
	case msg.done:
		m.export.job = nil
		j.reads.cancel()
		said := text.Sprintf("%s written to %s", j.counted(msg.written), j.name)
		if msg.gone > 0 {
			said = text.Sprintf("%s, %s gone from the DLQ meanwhile", said, humanize.Comma(int64(msg.gone)))
		}
		if j.masked {
			said = text.Concat(said, text.Const(" (secrets masked)"))
		}
		return m.say(said)
	case !msg.until.IsZero():
		wait := max(msg.until.Sub(m.now), leastPause)
		m.export.progress.until = m.now.Add(wait)
		return m.after(wait, exportGoesOnMsg{msg.generation})
	}
	return m.stepExport()
}

func (m *Model) exportGoesOn(msg exportGoesOnMsg) tea.Cmd {
	if m.export.job == nil || msg.generation != m.export.generation {
		return nil
	}
	return m.stepExport()
}

// endExport gives the export up. What was written is taken away in a command.
func (m *Model) endExport() tea.Cmd {
	j := m.export.job
	m.export.job = nil
	m.export.generation++
	j.reads.cancel()
	return safely("taking the file away", func() tea.Msg {
		j.discard()
		return nil
	}, failed)
}

func (m *Model) stopExport() tea.Cmd {
	return tea.Batch(m.endExport(), m.say(text.Const("stopped: nothing was written")))
}

// abandonExport gives the export up at the end of the program, and says so.
func (m *Model) abandonExport() []string {
	j := m.export.job
	if j == nil {
		return nil
	}
	m.export.job = nil
	j.discard()
	return []string{text.Sprintf("the file %s was not written to its end: nothing of it was kept", j.name).String()}
}

// drawExportName is the name while it is edited, in the place of the filter; drawExportSays what would be written, below.
func (m *Model) drawExportName() (line string, cursor int) {
	return m.drawInput(text.Const(" write to  "), &m.export.dialog.input)
}

func (m *Model) drawExportSays() string {
	x := m.export.dialog
	r := newRow(m.width).space(len(" write to  "))
	if !x.problem.IsEmpty() {
		return r.put(m.theme.bad, x.problem).String()
	}
	r.put(m.theme.note, x.says)
	if x.report != nil {
		return r.String()
	}
	if !m.opts.IncludeSecrets {
		r.put(m.theme.dim, text.Const(" · secrets masked"))
	}
	if isTable(strings.TrimSpace(x.input.Value())) {
		r.put(m.theme.dim, text.Const(" · a table of summaries"))
	} else {
		r.put(m.theme.dim, text.Const(" · whole, one JSON a line"))
	}
	return r.String()
}

// drawExportProgress stands in the place of the message to the user.
func (m *Model) drawExportProgress() string {
	j, p := m.export.job, m.export.progress
	wait := text.Safe{}
	if p.until.After(m.now) {
		wait = text.Sprintf(" · the server is asked again at %s", m.clock(p.until))
	}
	s := text.Sprintf("writing: %s of %s%s · esc stops", humanize.Comma(int64(p.next)), j.counted(j.rows.Len()), wait)
	return newRow(m.width).space(1).put(m.theme.note, s).String()
}
