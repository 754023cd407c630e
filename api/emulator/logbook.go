package emulator

import (
	"slices"
	"time"
)

// logState is the state of a message at the time of a log entry.
type logState string

const (
	stateCreated         logState = "CREATED"
	stateActive          logState = "ACTIVE"
	stateRetry           logState = "RETRY"
	stateError           logState = "ERROR"
	stateDelivered       logState = "DELIVERED"
	stateFailed          logState = "FAILED"
	stateCancelRequested logState = "CANCEL_REQUESTED"
	stateCancelled       logState = "CANCELLED"
)

// logRecord is a log entry. What it shows of the message is looked up when it
// is read.
type logRecord struct {
	key    orderKey
	bag    *Entry
	state  logState
	detail logDetail
}

// logDetail is what only some states have: the answer of the destination, and
// the time of the next attempt. An error without an answer is one with the
// answer that the entry shows.
type logDetail struct {
	reply *Attempt
	next  instant
}

// pastMessage is a message from before the server started: one that failed,
// or one that was delivered at its first attempt.
type pastMessage struct {
	*Entry
	deliveredAt instant
}

// logbook is the log of messages. The history of seeded messages is a dozen
// records each, which are not made before somebody asks for logs.
type logbook struct {
	past     []pastMessage
	records  []logRecord
	unsorted bool // while much of the past is being written
	written  int
}

// few is how many messages are sooner put where they belong than sorted in.
const few = 32

func (l *logbook) remember(m pastMessage) { l.past = append(l.past, m) }

func (l *logbook) write(at instant, bag *Entry, state logState, detail logDetail) {
	l.written++
	record := logRecord{orderKey{at, l.written}, bag, state, detail}
	place := len(l.records)
	if last := place - 1; last >= 0 && !l.unsorted && record.key.compare(l.records[last].key) < 0 {
		place, _ = slices.BinarySearchFunc(l.records, record.key, func(r logRecord, k orderKey) int { return r.key.compare(k) })
	}
	l.records = slices.Insert(l.records, place, record)
}

// oldestFirst is the whole log.
func (l *logbook) oldestFirst() []logRecord {
	l.unsorted = len(l.past) > few
	for _, m := range l.past {
		l.writePast(m)
	}
	l.past = nil
	if l.unsorted {
		slices.SortFunc(l.records, func(a, b logRecord) int { return a.key.compare(b.key) })
		l.unsorted = false
	}
	return l.records
}

func (l *logbook) writePast(m pastMessage) {
	created := instantOf(m.CreatedAt)
	l.write(created, m.Entry, stateCreated, logDetail{})
	if m.deliveredAt != 0 {
		l.write((created+m.deliveredAt)/2, m.Entry, stateActive, logDetail{})
		l.write(m.deliveredAt, m.Entry, stateDelivered, logDetail{reply: &Attempt{Status: 200}})
		return
	}
	attempts := pastAttempts(m.Entry)
	for i, attempt := range attempts {
		l.write(attempt.started, m.Entry, stateActive, logDetail{})
		l.write(attempt.ended, m.Entry, stateError, logDetail{})
		if i < len(attempts)-1 {
			l.write(attempt.ended, m.Entry, stateRetry, logDetail{next: attempts[i+1].started})
		}
	}
	l.write(instantOf(m.FailedAt), m.Entry, stateFailed, logDetail{})
}

// pastAttempt is a failed attempt of a seeded entry.
type pastAttempt struct {
	started, ended instant
}

// pastAttempts works the attempts of a seeded entry out from its times:
// counted back from the failure by the pauses between retries. What is left
// of its lifetime is how long the attempts took.
func pastAttempts(e *Entry) []pastAttempt {
	const shown = 10
	retries := min(max(e.MaxRetries, 0), shown)
	created, ended := instantOf(e.CreatedAt), instantOf(e.FailedAt)
	var pauses time.Duration
	for i := range retries {
		pauses += backoff(e.RetryDelayExpression, i)
	}
	took := max(0, ended.since(created)-pauses) / time.Duration(retries+1)
	attempts := make([]pastAttempt, retries+1)
	for i := retries; i >= 0; i-- {
		started := ended.plus(-took)
		attempts[i] = pastAttempt{max(started, created), max(ended, created)}
		if i > 0 {
			ended = started.plus(-backoff(e.RetryDelayExpression, i-1))
		}
	}
	return attempts
}

// seededAge is how long before its failure a message that was retried the
// default number of times was made.
func seededAge(retries int, took time.Duration) time.Duration {
	age := took * time.Duration(retries+1)
	for i := range retries {
		age += backoff("", i)
	}
	return age
}

// note writes to the log, or to the run if the message is a step of one.
func (s *Server) note(m *message, state logState, detail logDetail) {
	if m.run != nil {
		m.run.note(s.now, state, detail)
		return
	}
	s.log.write(s.now, &m.Entry, state, detail)
}
