package model

// Row is the place of an entry in a [Store]. It never changes its meaning.
type Row int32

const chunkRows = 256

// stored is what of a store can be shared.
type stored = Snapshot

// Store holds every entry ever seen. Rows are only appended: what is read again and has changed becomes a new row, and
// [Store.Find] leads to it. A [Snapshot] is cheap and may be read while rows are added.
type Store struct {
	stored
	symbols symbols
	index   numbers // the newest row of each key
	counts  [len(Kinds)]int
	steps   map[Key]string // at which runs failed, of those whose entries say so
	older   map[Row]Row    // of a row that took another's place, that other
	reading Entry
}

// NewStore makes an empty store.
func NewStore() *Store {
	s := &Store{
		stored: stored{texts: newTexts()}, steps: map[Key]string{}, older: map[Row]Row{}, symbols: newSymbols(),
	}
	s.text("")
	s.cause(Cause{})
	return s
}

// Put adds the entry, or finds the row that already says the same. fresh tells that its key was not known before.
func (s *Store) Put(e Entry) (row Row, fresh bool) {
	e.Response = s.masked(e.Response)
	e.Cause = e.Cause.AtStep(s.steps[e.Key])
	old, known := s.Find(e.Key)
	if known {
		if s.read(old, &s.reading); same(&s.reading, &e) {
			return old, false
		}
	}
	if s.rows%chunkRows == 0 {
		s.chunks = append(s.chunks, new(rowChunk))
	}
	row = Row(s.rows)
	s.chunks[s.rows/chunkRows][s.rows%chunkRows] = s.pack(&e)
	s.rows++
	s.lead(e.Key, row)
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
	s.steps[k] = s.kept(step)
	if row, known := s.Find(k); known {
		s.Put(*s.At(row))
	}
}

// Count is how many different entries of the kind are stored.
func (s *Store) Count(k Kind) int { return s.counts[k] }

// Find is the newest row of the key.
func (s *Store) Find(k Key) (Row, bool) {
	row, ok := s.index.find(hashOf(s.symbols.seed, k), func(row uint32) bool { return s.hasKey(Row(row), k) }) //nolint:gosec // it is that of a row
	return Row(row), ok                                                                                        //nolint:gosec // it is that of a row
}

// lead makes the key lead to the row, which is the last.
func (s *Store) lead(k Key, to Row) {
	var replaced map[Row]bool
	is := func(row uint32) bool { return s.hasKey(Row(row), k) }                             //nolint:gosec // it is that of a row
	s.index.put(uint32(to), hashOf(s.symbols.seed, k), is, func(row uint32) (uint64, bool) { //nolint:gosec // rows count from 0
		if replaced == nil {
			replaced = make(map[Row]bool, len(s.replaced))
			for _, r := range s.replaced {
				replaced[r] = true
			}
		}
		return s.hash(s.symbols.seed, Row(row)), !replaced[Row(row)] //nolint:gosec // it is that of a row
	})
}

// Snapshot is the store as it is now.
func (s *Store) Snapshot() Snapshot { return s.stored }

// masked is the head of a response without secrets: it is shown in lists, which have no key to mask it.
func (s *Store) masked(response string) string {
	if _, kept := s.findText(response); kept {
		return response
	}
	return MaskText(response)
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
		a.ResponseCut == b.ResponseCut && a.RetryAfter == b.RetryAfter && a.Cause == b.Cause &&
		a.WorkflowRunID == b.WorkflowRunID && a.WorkflowURL == b.WorkflowURL &&
		a.WorkflowCreatedAt.Equal(b.WorkflowCreatedAt) && a.FailureState == b.FailureState && a.Problem == b.Problem
}
