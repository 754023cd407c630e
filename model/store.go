package model

import (
	"slices"
	"strings"
)

// Row is the place of an entry in a [Store]. It never changes its meaning.
type Row int32

const chunkRows = 256

type chunk [chunkRows]Entry

// Store holds every entry ever seen. Rows are only appended: what is read again and has changed becomes a new row, and
// [Store.Find] leads to it. A [Snapshot] is cheap and may be read while rows are added.
type Store struct {
	chunks  []*chunk
	rows    int
	index   map[Key]Row
	counts  [len(Kinds)]int
	strings map[string]string
	steps   map[Key]string // at which runs failed, of those whose entries say so
	older   map[Row]Row    // of a row that took another's place, that other
	// replaced are the rows that others took the place of. It is only appended to, so that it can be shared.
	replaced []Row
}

// NewStore makes an empty store.
func NewStore() *Store {
	return &Store{index: make(map[Key]Row), strings: make(map[string]string), steps: make(map[Key]string), older: make(map[Row]Row)}
}

// Put adds the entry, or finds the row that already says the same. fresh tells that its key was not known before.
func (s *Store) Put(e Entry) (row Row, fresh bool) {
	e.Response = s.masked(e.Response)
	e.Cause = e.Cause.AtStep(s.steps[e.Key])
	old, known := s.index[e.Key]
	if known && same(s.at(old), &e) {
		return old, false
	}
	s.keep(&e)
	if s.rows%chunkRows == 0 {
		s.chunks = append(s.chunks, new(chunk))
	}
	row = Row(s.rows)
	s.chunks[s.rows/chunkRows][s.rows%chunkRows] = e
	s.rows++
	s.index[e.Key] = row
	if known {
		s.older[row] = old
		s.replaced = append(s.replaced, old)
	} else {
		s.counts[e.Key.Kind]++
	}
	return row, !known
}

// setStep says at which step a run failed: its entry then has it in its cause, whenever it is read again.
func (s *Store) setStep(k Key, step string) {
	s.steps[k] = s.intern(step)
	if row, known := s.index[k]; known {
		s.Put(*s.at(row))
	}
}

// Count is how many different entries of the kind are stored.
func (s *Store) Count(k Kind) int { return s.counts[k] }

// Find is the newest row of the key.
func (s *Store) Find(k Key) (Row, bool) {
	row, ok := s.index[k]
	return row, ok
}

// At is the entry of a row; it must not be changed.
func (s *Store) At(r Row) *Entry { return s.at(r) }

// Len is the number of rows.
func (s *Store) Len() int { return s.rows }

func (s *Store) at(r Row) *Entry { return &s.chunks[r/chunkRows][r%chunkRows] }

// Snapshot is the store as it is now.
func (s *Store) Snapshot() Snapshot {
	return Snapshot{chunks: s.chunks, rows: s.rows, replaced: s.replaced}
}

// keep stores strings that repeat once, and cuts the entry loose from the page it was decoded from.
func (s *Store) keep(e *Entry) {
	for _, p := range []*string{
		(*string)(&e.Key.DLQ), &e.URL, &e.Method, &e.QueueName, &e.URLGroup, &e.Endpoint, &e.ScheduleID, &e.FlowControlKey,
		&e.CallerIP, &e.Response, &e.WorkflowURL, &e.FailureState, &e.Problem, &e.Cause.Destination, &e.Cause.Text, &e.Cause.Step,
	} {
		*p = s.intern(*p)
	}
	e.Labels = slices.Clone(e.Labels)
	for i := range e.Labels {
		e.Labels[i] = s.intern(e.Labels[i])
	}
	e.Key.ID, e.MessageID, e.WorkflowRunID = strings.Clone(e.Key.ID), strings.Clone(e.MessageID), strings.Clone(e.WorkflowRunID)
}

// masked is the head of a response without secrets: it is shown in lists, which have no key to mask it.
func (s *Store) masked(response string) string {
	if _, kept := s.strings[response]; kept {
		return response
	}
	return MaskText(response)
}

func (s *Store) intern(v string) string {
	if v == "" {
		return ""
	}
	if kept, ok := s.strings[v]; ok {
		return kept
	}
	kept := strings.Clone(v)
	s.strings[kept] = kept
	return kept
}

func same(a, b *Entry) bool {
	if len(a.Labels) != len(b.Labels) {
		return false
	}
	for i := range a.Labels {
		if a.Labels[i] != b.Labels[i] {
			return false
		}
	}
	return a.MessageID == b.MessageID && a.URL == b.URL && a.Method == b.Method && a.QueueName == b.QueueName &&
		a.URLGroup == b.URLGroup && a.Endpoint == b.Endpoint && a.ScheduleID == b.ScheduleID &&
		a.FlowControlKey == b.FlowControlKey && a.Flow == b.Flow && a.CallerIP == b.CallerIP && a.FirstLabelOnly == b.FirstLabelOnly &&
		a.MaxRetries == b.MaxRetries && a.CreatedAt.Equal(b.CreatedAt) && a.Status == b.Status && a.Response == b.Response &&
		a.ResponseCut == b.ResponseCut && a.Cause == b.Cause &&
		a.WorkflowRunID == b.WorkflowRunID && a.WorkflowURL == b.WorkflowURL &&
		a.WorkflowCreatedAt.Equal(b.WorkflowCreatedAt) && a.FailureState == b.FailureState && a.Problem == b.Problem
}

// Snapshot is a store at one moment. It may be read by any goroutine.
type Snapshot struct {
	chunks   []*chunk
	rows     int
	replaced []Row
}

// Len is the number of rows.
func (s Snapshot) Len() int { return s.rows }

// At is the entry of a row; it must not be changed.
func (s Snapshot) At(r Row) *Entry { return &s.chunks[r/chunkRows][r%chunkRows] }
