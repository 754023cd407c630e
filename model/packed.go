package model

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"strconv"
	"strings"
	"time"
)

// packedRow is an entry in the store: what it has alone, and the numbers of what it shares with others. An [Entry] is ten times
// as large, most of it the same in thousands of rows. It has no pointers, so that a store of any size costs the garbage
// collector next to nothing.
type packedRow struct {
	created  int64 // Unix ms, or noTime
	failed   int64
	sequence uint32
	ids      uint32 // where its DLQ id, message id and run id are, one after the other, and when the run was created
	shared   uint32
	labels   uint32
	url      uint32
	response uint32
	flow     uint32
	cause    uint32
	runEnd   uint16 // where the run id ends in ids
	status   uint16
	idEnd    uint8 // where the DLQ id ends in ids
	msgEnd   uint8 // where the message id ends
	retries  int8
	flags    packedFlags
}

type packedFlags uint8

const (
	responseCut packedFlags = 1 << iota
	inUTC                   // the times are in UTC, not in the zone of the machine
	plainIDs                // the ids are of letters, digits, _ and - alone
	runTime                 // it is known when the run was created
	ownID                   // the DLQ id is what the service makes of the time of failure and the sequence: it is not kept
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
	firstLabelOnly bool
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
	ids    arena
	texts  texts
	causes []packedCause
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
	return Key{f.dlq, f.kind, s.id(p)}
}

// id, messageID and runID are the ids of a row that is packed.
func (s *Snapshot) id(p *packedRow) string {
	if p.flags&ownID != 0 {
		var space [longestOwnID]byte
		return string(appendOwnID(space[:0], p.failed, p.sequence))
	}
	return s.ids.text(p.ids, int(p.idEnd))
}

// longestOwnID has room for any two numbers.
const longestOwnID = 32

func appendOwnID(to []byte, failed int64, sequence uint32) []byte {
	return strconv.AppendUint(append(strconv.AppendInt(to, failed, 10), '-'), uint64(sequence), 10)
}

// hasID tells whether a row that is packed has the DLQ id.
func (s *Snapshot) hasID(p *packedRow, id string) bool {
	if p.flags&ownID != 0 {
		var space [longestOwnID]byte
		return string(appendOwnID(space[:0], p.failed, p.sequence)) == id
	}
	return s.ids.text(p.ids, int(p.idEnd)) == id
}

// hasKey tells whether the row has the key.
func (s *Snapshot) hasKey(r Row, k Key) bool {
	p := s.row(r)
	f := s.shared[p.shared]
	if f.whole != nil {
		return f.whole.Key == k
	}
	return f.kind == k.Kind && f.dlq == k.DLQ && s.hasID(p, k.ID)
}

// sameKey tells whether two rows are of one entry.
func (s *Snapshot) sameKey(a, b Row) bool { return a == b || s.hasKey(a, s.Key(b)) }

// hash is that of the key of a row.
func (s *Snapshot) hash(seed maphash.Seed, r Row) uint64 {
	p := s.row(r)
	f := s.shared[p.shared]
	switch {
	case f.whole != nil:
		return hashOf(seed, f.whole.Key)
	case p.flags&ownID != 0:
		var space [longestOwnID]byte
		return maphash.Bytes(seed, appendOwnID(space[:0], p.failed, p.sequence)) + uint64(f.kind)
	}
	return hashOf(seed, Key{Kind: f.kind, ID: s.id(p)})
}

func hashOf(seed maphash.Seed, k Key) uint64 { return maphash.String(seed, k.ID) + uint64(k.Kind) }

func (s *Snapshot) messageID(p *packedRow) string {
	return s.ids.text(p.ids+uint32(p.idEnd), int(p.msgEnd-p.idEnd))
}

func (s *Snapshot) runID(p *packedRow) string {
	return s.ids.text(p.ids+uint32(p.msgEnd), int(p.runEnd)-int(p.msgEnd))
}

// runCreated is when the run of a row that is packed was created.
func (s *Snapshot) runCreated(p *packedRow) int64 {
	if p.flags&runTime == 0 {
		return noTime
	}
	milli := s.ids.text(p.ids+uint32(p.runEnd), 8)
	return int64(binary.LittleEndian.Uint64([]byte(milli))) //nolint:gosec // so it was put in
}

func (s *Snapshot) kind(r Row) Kind { return s.shared[s.row(r).shared].kind }

func (s *Snapshot) row(r Row) *packedRow { return &s.chunks[r/chunkRows][r%chunkRows] }

// read puts the entry of a row into e.
func (s *Snapshot) read(r Row, e *Entry) { s.readAs(s.Key(r), r, e) }

// readAs is read of a row whose key is at hand.
func (s *Snapshot) readAs(k Key, r Row, e *Entry) {
	p := s.row(r)
	f := s.shared[p.shared]
	if f.whole != nil {
		*e = *f.whole
		return
	}
	c := &s.causes[p.cause]
	var texts [7]string
	s.texts.getAll(texts[:], p.url, p.flow, p.labels, p.response, c.destination, c.text, c.step)
	*e = Entry{
		Key: k, MessageID: s.messageID(p), WorkflowRunID: s.runID(p),
		URL: texts[0], Method: f.method, QueueName: f.queue, URLGroup: f.group, Endpoint: f.endpoint,
		ScheduleID: f.schedule, FlowControlKey: texts[1], CallerIP: f.ip, Flow: f.limits, Labels: unpackLabels(texts[2]),
		FirstLabelOnly: f.firstLabelOnly, MaxRetries: int(p.retries), Sequence: p.sequence, Status: int(p.status), RetryAfter: f.retryAfter,
		CreatedAt: p.time(p.created), FailedAt: p.time(p.failed), WorkflowCreatedAt: p.time(s.runCreated(p)),
		Response: texts[3], ResponseCut: p.flags&responseCut != 0,
		Cause:       Cause{ID: c.id, Class: c.class, Transport: c.transport, Status: int(c.status), Destination: texts[4], Text: texts[5], Step: texts[6]},
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
	k = append(k, bits)
	for _, n := range [...]int64{int64(e.Flow.Parallelism), int64(e.Flow.Rate), int64(e.Flow.Period), int64(e.RetryAfter)} {
		k = binary.AppendVarint(k, n)
	}
	s.symbols.key = k
	if n, known := s.symbols.shared[string(k)]; known {
		return n
	}
	f := &sharedFields{
		dlq: DLQ(s.kept(string(e.Key.DLQ))), kind: e.Key.Kind, method: s.kept(e.Method), queue: s.kept(e.QueueName), group: s.kept(e.URLGroup),
		endpoint: s.kept(e.Endpoint), schedule: s.kept(e.ScheduleID), ip: s.kept(e.CallerIP), limits: e.Flow,
		firstLabelOnly: e.FirstLabelOnly, retryAfter: e.RetryAfter, workflowURL: s.kept(e.WorkflowURL),
		failureState: s.kept(e.FailureState), problem: s.kept(e.Problem),
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
	s.symbols.key = packLabels(s.symbols.key[:0], e.Labels)
	p := packedRow{
		sequence: e.Sequence, labels: s.text(string(s.symbols.key)), url: s.text(e.URL), response: s.text(e.Response), flow: s.text(e.FlowControlKey),
		status: uint16(e.Status), retries: int8(e.MaxRetries), //nolint:gosec // it is looked whether they fit
	}
	p.shared = s.shares(e)
	if e.ResponseCut {
		p.flags |= responseCut
	}
	if isPlainID(e.Key.ID) && isPlainID(e.MessageID) && isPlainID(e.WorkflowRunID) {
		p.flags |= plainIDs
	}
	run, exact := p.packTimes(e)
	exact = exact && int(p.status) == e.Status && int(p.retries) == e.MaxRetries
	cause, ok := s.cause(e.Cause)
	id := e.Key.ID
	if s.symbols.key = appendOwnID(s.symbols.key[:0], p.failed, p.sequence); string(s.symbols.key) == id && p.failed != noTime {
		id, p.flags = "", p.flags|ownID
	}
	msgEnd := len(id) + len(e.MessageID)
	if exact = exact && ok && msgEnd <= math.MaxUint8; exact {
		p.cause = cause
		var milli []byte
		if run != noTime {
			p.flags |= runTime
			milli = binary.LittleEndian.AppendUint64(nil, uint64(run)) //nolint:gosec // it is taken out likewise
		}
		p.ids, exact = s.ids.add(id, e.MessageID, e.WorkflowRunID, loose(milli))
	}
	if exact {
		p.idEnd, p.msgEnd = uint8(len(id)), uint8(msgEnd)        //nolint:gosec // it was looked whether they fit
		p.runEnd = uint16(msgEnd) + uint16(len(e.WorkflowRunID)) //nolint:gosec // an arena takes nothing as long
		return p
	}
	s.packWhole(&p, e)
	return p
}

// packTimes packs the times, but for that of the run; they are not exactly those of the entry when exact is false.
func (p *packedRow) packTimes(e *Entry) (run int64, exact bool) {
	zones := 0
	exact = true
	for i, to := range [...]*int64{&p.created, &p.failed, &run} {
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
	return run, exact && zones != 3
}

// packWhole keeps an entry beside its row.
func (s *Store) packWhole(p *packedRow, e *Entry) {
	f := *s.shared[p.shared]
	whole := *e
	whole.Key.ID, whole.MessageID, whole.WorkflowRunID = strings.Clone(e.Key.ID), strings.Clone(e.MessageID), strings.Clone(e.WorkflowRunID)
	whole.Key.DLQ, whole.URL, whole.Response, whole.Labels = f.dlq, s.texts.get(p.url), s.texts.get(p.response), unpackLabels(s.texts.get(p.labels))
	whole.Cause.Destination, whole.Cause.Text, whole.Cause.Step = s.kept(e.Cause.Destination), s.kept(e.Cause.Text), s.kept(e.Cause.Step)
	whole.Method, whole.QueueName, whole.URLGroup, whole.Endpoint = f.method, f.queue, f.group, f.endpoint
	whole.ScheduleID, whole.FlowControlKey, whole.CallerIP = f.schedule, s.texts.get(p.flow), f.ip
	whole.WorkflowURL, whole.FailureState, whole.Problem = f.workflowURL, f.failureState, f.problem
	f.whole, p.flags = &whole, p.flags|unpacked
	p.shared = s.share(&f)
}
