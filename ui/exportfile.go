package ui

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/model"
	"redrive/ui/text"
)

const (
	// exportReads is how many entries are read at once for an export, exportStep how many between two looks at the screen.
	exportReads = 4
	exportStep  = 16
	// tableStep is the same for a table, for which nothing is read.
	tableStep = 2000
)

// exportJob writes entries to a file. Its steps are carried out in commands, one after the other; what they write goes to
// a file beside the one that is wanted, which takes its name only when it is whole.
type exportJob struct {
	name      string
	rows      model.Shown
	counted   func(n int) text.Safe
	masked    bool
	overwrite bool
	reads     reading

	mu      sync.Mutex
	file    *os.File
	buffer  *bufio.Writer
	next    int
	written int
	gone    int
	ended   bool
}

// exportedMsg tells what a step has done.
type exportedMsg struct {
	generation          int
	next, written, gone int
	done                bool
	until               time.Time // set when the server wants to be asked later, and to when if it says
	err                 error
}

func isTable(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".csv") }

func (j *exportJob) run(b model.Backend, generation int) tea.Cmd {
	return safely("writing the file", func() tea.Msg {
		msg := j.step(j.reads.ctx, b)
		msg.generation, msg.err = generation, j.withName(msg.err)
		return msg
	}, func(err error) tea.Msg { return exportedMsg{generation: generation, err: err} })
}

// step writes some entries, and after the last gives the file its name.
func (j *exportJob) step(ctx context.Context, b model.Backend) (msg exportedMsg) {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer func() { msg.next, msg.written, msg.gone = j.next, j.written, j.gone }()
	if j.ended {
		return exportedMsg{err: context.Canceled}
	}
	if err := j.begin(); err != nil {
		return exportedMsg{err: err}
	}
	var until time.Time
	var err error
	if isTable(j.name) {
		err = j.writeTable()
	} else {
		until, err = j.writeEntries(ctx, b)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil || j.next < j.rows.Len() {
		return exportedMsg{until: until, err: err}
	}
	err = j.finish()
	return exportedMsg{done: err == nil, err: err}
}

// begin makes the file beside, which only its owner can read.
func (j *exportJob) begin() error {
	if j.file != nil {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(j.name), ".redrive-*.tmp")
	if err != nil {
		return err
	}
	j.file, j.buffer = f, bufio.NewWriter(f)
	if !isTable(j.name) {
		return nil
	}
	return j.writeRow(model.CSVHeader())
}

func (j *exportJob) writeRow(cells []string) error {
	w := csv.NewWriter(j.buffer)
	if err := w.Write(cells); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

func (j *exportJob) writeTable() error {
	for end := min(j.next+tableStep, j.rows.Len()); j.next < end; j.next++ {
		if err := j.writeRow(j.rows.At(j.next).CSV(j.masked)); err != nil {
			return err
		}
		j.written++
	}
	return nil
}

// writeEntries reads some entries whole and writes them in their order. What comes after one that the server does not give
// now is read again later.
func (j *exportJob) writeEntries(ctx context.Context, b model.Backend) (until time.Time, err error) {
	n := min(exportStep, j.rows.Len()-j.next)
	lines, errs := make([][]byte, n), make([]error, n)
	var wait sync.WaitGroup
	free := make(chan struct{}, exportReads)
	for i := range n {
		free <- struct{}{}
		wait.Go(func() {
			defer func() { <-free }()
			lines[i], errs[i] = readForExport(ctx, b, j.rows.At(j.next+i), j.masked)
		})
	}
	wait.Wait()
	for i := range n {
		var gone *model.NotFoundError
		var limited *model.RateLimitedError
		switch {
		case errors.As(errs[i], &gone):
			j.gone++
		case errors.As(errs[i], &limited):
			if limited.Until.IsZero() {
				return time.Unix(0, 0), nil
			}
			return limited.Until, nil
		case errs[i] != nil:
			return until, errs[i]
		default:
			if _, err := j.buffer.Write(append(lines[i], '\n')); err != nil {
				return until, err
			}
			j.written++
		}
		j.next++
	}
	return until, nil
}

// readForExport reads one entry. It runs beside others, where a panic would end the program.
func readForExport(ctx context.Context, b model.Backend, e *model.Entry, masked bool) (line []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("reading an entry failed inside redrive: %v", p)
		}
	}()
	d, err := b.Get(ctx, e.Key)
	if err != nil {
		return nil, err
	}
	d.Cause = d.Cause.AtStep(e.Cause.Step)
	return d.Export(masked)
}

// finish gives the file its name, and fails rather than take the name of another that has come meanwhile.
func (j *exportJob) finish() error {
	if err := j.buffer.Flush(); err != nil {
		return err
	}
	beside := j.file.Name()
	if err := j.file.Close(); err != nil {
		return err
	}
	var err error
	if j.overwrite {
		err = os.Rename(beside, j.name)
	} else if err = os.Link(beside, j.name); err == nil {
		_ = os.Remove(beside)
	} else if !errors.Is(err, fs.ErrExist) {
		// There are file systems without links.
		if _, there := os.Lstat(j.name); there == nil {
			return fs.ErrExist
		}
		err = os.Rename(beside, j.name)
	}
	j.ended = err == nil
	return err
}

// withName is an error that speaks of the file that was asked for, not of the one beside it.
func (j *exportJob) withName(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", j.name, path.Err)
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return fmt.Errorf("%s: %w", j.name, link.Err)
	}
	return err
}

// discard ends the job before its end: nothing of it stays.
func (j *exportJob) discard() {
	j.reads.cancel()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file != nil && !j.ended {
		_ = j.file.Close()
		_ = os.Remove(j.file.Name())
	}
	j.ended = true
}

// nameMsg tells what stands under the name of the file now.
type nameMsg struct {
	generation int
	name       string
	exists     bool
	err        error
}

func lookUpName(name string, generation int) tea.Cmd {
	return safely("looking for the file", func() tea.Msg {
		info, err := os.Lstat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if _, err := os.Stat(filepath.Dir(name)); err != nil {
				return nameMsg{generation: generation, name: name, err: errors.New("there is no such directory")}
			}
			return nameMsg{generation: generation, name: name}
		case err != nil:
			return nameMsg{generation: generation, name: name, err: err}
		case !info.Mode().IsRegular():
			return nameMsg{generation: generation, name: name, err: errors.New("this is there already, and is no file")}
		}
		return nameMsg{generation: generation, name: name, exists: true}
	}, func(err error) tea.Msg { return nameMsg{generation: generation, name: name, err: err} })
}
