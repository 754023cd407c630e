package ui

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	tea "charm.land/bubbletea/v2"

	"redrive/model"
	"redrive/ui/text"
)

// reportedMsg tells what became of writing a report.
type reportedMsg struct {
	name string
	err  error
}

// askForReport asks where the report of a job is to be written.
func (m *Model) askForReport(j *model.Job) {
	x := newExportDialog(nil)
	x.report, x.says = j, text.Sprintf("the report of job %d, as Markdown", j.Number)
	m.askForName(x, fmt.Sprintf("%s-%s.md", j.Plan.Operation, m.now.In(m.opts.Zone).Format("20060102-150405")))
}

// writeReport writes the report of a job to a file that was not there, which only its owner can read.
func (m *Model) writeReport(j *model.Job, name string) tea.Cmd {
	report := j.Report(m.opts.Title, m.now, m.opts.Zone)
	return safely("writing the report", func() tea.Msg {
		return reportedMsg{name, writeNew(name, report)}
	}, func(err error) tea.Msg { return reportedMsg{name, err} })
}

func writeNew(name, content string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	return errors.Join(err, f.Close())
}

func (m *Model) reported(msg reportedMsg) tea.Cmd {
	switch {
	case errors.Is(msg.err, fs.ErrExist):
		m.complain(text.Sprintf("the report was not written: %s is there already; choose another name", msg.name))
		return nil
	case msg.err != nil:
		m.complain(text.Sprintf("the report was not written: %s: y then m copies it instead", msg.err.Error()))
		return nil
	}
	if whole, err := filepath.Abs(msg.name); err == nil {
		msg.name = whole
	}
	return m.say(text.Sprintf("the report is in %s", msg.name))
}
