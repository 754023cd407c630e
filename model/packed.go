package model

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"
)

// packedRow is an entry in the store: what it has alone, and the numbers of what it shares with others. An [Entry] is three
// times as large as both together, most of it the same in thousands of rows.
type packedRow struct {
	ids      string // DLQ id, message id and run id, one after the other
	created  int64  // Unix ms, or noTime
	failed   int64
	run      int64
	sequence uint32
	shared   uint32
	url      uint32
	response uint32
	flow     uint32
	cause    uint32
	idEnd    uint16 // where the DLQ id ends in ids
	msgEnd   uint16 // where the message id ends
	flags    packedFlags
}

type packedFlags uint8

const (
	responseCut packedFlags = 1 << iota
	inUTC                   // the times are in UTC, not in the zone of the machine
	plainIDs                // the ids are of letters, digits, _ and - alone
	// unpacked says that the entry has something that cannot be packed, and stands whole in what it shares.
	unpacked
)

// noTime is a time that is not known; it is before all others.
const noTime = math.MinInt64

// sharedFields are what many entries have the same of.
type sharedFields struct {
	dlq            DLQ
	kind           Kind
	method         string
	queue, group   string
	endpoint       string
	schedule, ip   string
	limits         FlowLimits
	labels         []string
	firstLabelOnly bool
	maxRetries     int
	status         int
	retryAfter     time.Duration
	workflowURL    string
	failureState   string
	problem        string
	whole          *Entry // of an entry that cannot be packed
}

// rowChunk is a piece of the rows, which are never moved.
type rowChunk [chunkRows]packedRow

// Snapshot is a store at one moment. It may be read by any goroutine.
type Snapshot struct {
	chunks   []*rowChunk
	rows     int
	replaced []Row
	// What rows share, by number. They are only appended to.
	shared []*sharedFields
	texts  []string
	causes []Cause
}

// Len is the number of rows.
func (s *Snapshot) Len() int { return s.rows }

// At is the entry of a row, put together anew.
func (s *Snapshot) At(r Row) *Entry {
	e := new(Entry)
	s.read(r, e)
	return e
}

// Key is the key of a row.
func (s *Snapshot) Key(r Row) Key {
	p := s.row(r)
	f := s.shared[p.shared]
	if f.whole != nil {
		return f.whole.Key
	}
	return Key{f.dlq, f.kind, p.ids[:p.idEnd]}
}

func (s *Snapshot) kind(r Row) Kind { return s.shared[s.row(r).shared].kind }

func (s *Snapshot) row(r Row) *packedRow { return &s.chunks[r/chunkRows][r%chunkRows] }

// read puts the entry of a row into e.
func (s *Snapshot) read(r Row, e *Entry) {
	p := s.row(r)
	f := s.shared[p.shared]
	if f.whole != nil {
		*e = *f.whole
		return
	}
	*e = Entry{
		Key: Key{f.dlq, f.kind, p.ids[:p.idEnd]}, MessageID: p.ids[p.idEnd:p.msgEnd], WorkflowRunID: p.ids[p.msgEnd:],
		URL: s.texts[p.url], Method: f.method, QueueName: f.queue, URLGroup: f.group, Endpoint: f.endpoint,
		ScheduleID: f.schedule, FlowControlKey: s.texts[p.flow], CallerIP: f.ip, Flow: f.limits, Labels: f.labels,
		FirstLabelOnly: f.firstLabelOnly, MaxRetries: f.maxRetries, Sequence: p.sequence, Status: f.status, RetryAfter: f.retryAfter,
		CreatedAt: p.time(p.created), FailedAt: p.time(p.failed), WorkflowCreatedAt: p.time(p.run),
		Response: s.texts[p.response], ResponseCut: p.flags&responseCut != 0, Cause: s.causes[p.cause],
		WorkflowURL: f.workflowURL, FailureState: f.failureState, Problem: f.problem,
	}
}

func (p *packedRow) time(milli int64) time.Time {
	switch {
	case milli == noTime:
		return time.Time{}
	case p.flags&inUTC != 0:
		return time.UnixMilli(milli).UTC()
	}
	return time.UnixMilli(milli)
}

// when is [Entry.When] of a row that is packed.
func (p *packedRow) when() int64 {
	if p.failed != noTime {
		return p.failed
	}
	return p.created
}

// symbols number what rows share, each once.
type symbols struct {
	texts  map[string]uint32
	causes map[Cause]uint32
	shared map[string]uint32 // by all that is in them
	key    []byte
}

func newSymbols() symbols {
	return symbols{texts: map[string]uint32{}, causes: map[Cause]uint32{}, shared: map[string]uint32{}}
}

// text is the number of a text. What is kept of it is cut loose from the page it was decoded from.
func (s *Store) text(v string) uint32 {
	n, known := s.symbols.texts[v]
	if !known {
		v = strings.Clone(v)
		n = uint32(len(s.texts)) //nolint:gosec // there are fewer texts than rows can have
		s.symbols.texts[v], s.texts = n, append(s.texts, v)
	}
	return n
}

// kept is the one copy of a text.
func (s *Store) kept(v string) string { return s.texts[s.text(v)] }

func (s *Store) cause(c Cause) uint32 {
	n, known := s.symbols.causes[c]
	if !known {
		c.Destination, c.Text, c.Step = s.kept(c.Destination), s.kept(c.Text), s.kept(c.Step)
		n = uint32(len(s.causes)) //nolint:gosec // there are fewer causes than rows can have
		s.symbols.causes[c], s.causes = n, append(s.causes, c)
	}
	return n
}

// shares is the number of what the entry has in common with others.
func (s *Store) shares(e *Entry) uint32 {
	k := s.symbols.key[:0]
	for _, v := range [...]string{
		string(e.Key.DLQ), e.Method, e.QueueName, e.URLGroup, e.Endpoint, e.ScheduleID, e.CallerIP, e.WorkflowURL, e.FailureState, e.Problem,
	} {
		k = binary.AppendUvarint(k, uint64(len(v)))
		k = append(k, v...)
	}
	bits := byte(e.Key.Kind) << 2
	if e.FirstLabelOnly {
		bits |= 1
	}
	if e.Labels == nil {
		bits |= 2
	}
	k = append(k, bits)
	for _, n := range [...]int64{int64(e.MaxRetries), int64(e.Status), int64(e.Flow.Parallelism), int64(e.Flow.Rate), int64(e.Flow.Period), int64(e.RetryAfter)} {
		k = binary.AppendVarint(k, n)
	}
	for _, l := range e.Labels {
		k = binary.AppendUvarint(k, uint64(len(l)))
		k = append(k, l...)
	}
	s.symbols.key = k
	if n, known := s.symbols.shared[string(k)]; known {
		return n
	}
	f := &sharedFields{
		dlq: DLQ(s.kept(string(e.Key.DLQ))), kind: e.Key.Kind, method: s.kept(e.Method), queue: s.kept(e.QueueName), group: s.kept(e.URLGroup),
		endpoint: s.kept(e.Endpoint), schedule: s.kept(e.ScheduleID), ip: s.kept(e.CallerIP), limits: e.Flow, labels: slices.Clone(e.Labels),
		firstLabelOnly: e.FirstLabelOnly, maxRetries: e.MaxRetries, status: e.Status, retryAfter: e.RetryAfter, workflowURL: s.kept(e.WorkflowURL),
		failureState: s.kept(e.FailureState), problem: s.kept(e.Problem),
	}
	for i := range f.labels {
		f.labels[i] = s.kept(f.labels[i])
	}
	n := s.share(f)
	s.symbols.shared[string(k)] = n
	return n
}

func (s *Store) share(f *sharedFields) uint32 {
	s.shared = append(s.shared, f)
	return uint32(len(s.shared) - 1) //nolint:gosec // there are fewer of them than rows
}

// pack is the entry as a row. One that cannot be packed is kept whole beside it.
func (s *Store) pack(e *Entry) packedRow {
	p := packedRow{
		ids: strings.Join([]string{e.Key.ID, e.MessageID, e.WorkflowRunID}, ""), sequence: e.Sequence,
		url: s.text(e.URL), response: s.text(e.Response), flow: s.text(e.FlowControlKey), cause: s.cause(e.Cause),
	}
	if e.ResponseCut {
		p.flags |= responseCut
	}
	if isPlainID(p.ids) {
		p.flags |= plainIDs
	}
	zones := 0
	exact := len(e.Key.ID)+len(e.MessageID) <= math.MaxUint16
	for i, to := range [...]*int64{&p.created, &p.failed, &p.run} {
		t := [...]time.Time{e.CreatedAt, e.FailedAt, e.WorkflowCreatedAt}[i]
		if *to = noTime; t.IsZero() {
			continue
		}
		*to = t.UnixMilli()
		switch t.Location() {
		case time.UTC:
			zones |= 1
		case time.Local:
			zones |= 2
		default:
			exact = false
		}
		exact = exact && time.UnixMilli(*to).Equal(t) && *to != noTime
	}
	if zones == 1 {
		p.flags |= inUTC
	}
	if p.shared = s.shares(e); exact && zones != 3 {
		p.idEnd, p.msgEnd = uint16(len(e.Key.ID)), uint16(len(e.Key.ID)+len(e.MessageID)) //nolint:gosec // it was looked whether they fit
		return p
	}
	f := *s.shared[p.shared]
	whole := *e
	whole.Key.ID, whole.MessageID, whole.WorkflowRunID = strings.Clone(e.Key.ID), strings.Clone(e.MessageID), strings.Clone(e.WorkflowRunID)
	whole.Key.DLQ, whole.URL, whole.Response, whole.Labels, whole.Cause = f.dlq, s.texts[p.url], s.texts[p.response], f.labels, s.causes[p.cause]
	whole.Method, whole.QueueName, whole.URLGroup, whole.Endpoint = f.method, f.queue, f.group, f.endpoint
	whole.ScheduleID, whole.FlowControlKey, whole.CallerIP = f.schedule, s.texts[p.flow], f.ip
	whole.WorkflowURL, whole.FailureState, whole.Problem = f.workflowURL, f.failureState, f.problem
	f.whole, p.ids, p.flags = &whole, whole.Key.ID, p.flags|unpacked
	p.shared = s.share(&f)
	return p
}
