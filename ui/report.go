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

// writeReport writes the report of a job to a file of its own, which only its owner can read.
func (m *Model) writeReport(j *model.Job) tea.Cmd {
	report := j.Report(m.opts.Title, m.now, m.opts.Zone)
	name := fmt.Sprintf("%s-%s.md", j.Plan.Operation, m.now.In(m.opts.Zone).Format("20060102-150405"))
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
		m.complain(text.Sprintf("the report was not written: %s is there already; press w again in a second", msg.name))
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
