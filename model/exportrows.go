package model

import (
	"strconv"
	"strings"
	"time"
)

// Shown are the entries of a list at one moment, whatever becomes of the list. They may be read anywhere.
type Shown struct {
	rows    []Row
	entries Snapshot
	marked  []*Entry
}

// Shown are all rows.
func (l *Listing) Shown() Shown {
	return Shown{rows: l.rows[:len(l.rows):len(l.rows)], entries: l.store.Snapshot()}
}

// ShownMarked are the rows that are marked, and how many marked entries are not among the rows.
func (l *Listing) ShownMarked() (marked Shown, hidden int) {
	entries, hidden := l.Marked()
	return Shown{marked: entries}, hidden
}

// Len is the number of entries.
func (s Shown) Len() int { return len(s.rows) + len(s.marked) }

// At is the i-th entry.
func (s Shown) At(i int) *Entry {
	if i < len(s.marked) {
		return s.marked[i]
	}
	return s.entries.At(s.rows[i-len(s.marked)])
}

// CSVHeader are the names of the cells that [Entry.CSV] makes.
func CSVHeader() []string {
	return []string{
		"kind", "dlq id", "message id", "workflow run id", "failed at", "created at", "status", "method", "url", "queue",
		"url group", "schedule", "flow-control key", "labels", "max retries", "failure function", "step", "response",
	}
}

// CSV is the entry as a row of a table. No cell of it is taken for a formula by a spreadsheet, and what would act on a
// terminal is in it as an escape.
func (e *Entry) CSV(masked bool) []string {
	m := masking(masked)
	url := e.URL
	if url == "" {
		url = e.WorkflowURL
	}
	status := ""
	if e.Status != 0 {
		status = strconv.Itoa(e.Status)
	}
	cells := []string{
		e.Key.Kind.Noun(1), e.Key.ID, e.MessageID, e.WorkflowRunID, csvTime(e.FailedAt), csvTime(e.CreatedAt), status,
		e.Method, m.url(url), e.QueueName, e.URLGroup, e.ScheduleID, e.FlowControlKey, strings.Join(e.Labels, " "),
		strconv.Itoa(e.MaxRetries), e.FailureState, e.Cause.Step, m.text(e.Response),
	}
	for i, c := range cells {
		cells[i] = noFormula(visible(c))
	}
	return cells
}

func csvTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// noFormula keeps a spreadsheet from reading a cell as a formula, which could send the others somewhere.
func noFormula(cell string) string {
	if cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0 {
		return "'" + cell
	}
	return cell
}
