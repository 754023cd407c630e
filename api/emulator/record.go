package emulator

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// requestsKept bounds the record of a server that runs for days.
const requestsKept = 20_000

// Request is a request that the server received.
type Request struct {
	// Time is the server's clock when the request came in.
	Time   time.Time
	Method string
	// Path is as it was sent, with escapes.
	Path string
	// Query is without the token.
	Query url.Values
	// Header holds the Upstash-* headers, Content-Type and Idempotency-Key:
	// what changes the meaning of a request.
	Header http.Header
	// Status is what was answered, also when the answer was lost on the way.
	// Zero means that the request was not executed.
	Status int
}

// received is the record of requests. It has its own lock, as a request that
// hangs has to be in it too.
type received struct {
	mu       sync.Mutex
	dropped  int
	requests []Request
}

func (rec *received) add(r *http.Request, at time.Time) (number int) {
	query := r.URL.Query()
	delete(query, tokenKey)
	kept := http.Header{}
	for name, values := range r.Header {
		if strings.HasPrefix(name, "Upstash-") || name == "Content-Type" || name == "Idempotency-Key" {
			kept[name] = values
		}
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if len(rec.requests) == requestsKept {
		half := requestsKept / 2
		rec.requests = append(rec.requests[:0:0], rec.requests[half:]...)
		rec.dropped += half
	}
	rec.requests = append(rec.requests, Request{
		Time: at, Method: r.Method, Path: r.URL.EscapedPath(), Query: query, Header: kept,
	})
	return rec.dropped + len(rec.requests) - 1
}

func (rec *received) answered(number, status int) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if index := number - rec.dropped; index >= 0 {
		rec.requests[index].Status = status
	}
}

// Requests are the requests received so far, oldest first. Only the latest
// ten to twenty thousand are kept.
func (s *Server) Requests() []Request {
	s.received.mu.Lock()
	defer s.received.mu.Unlock()
	return append([]Request(nil), s.received.requests...)
}

// FateState is where an entry ended up.
type FateState string

// The states of an entry. A retry that was deduplicated is not a retry:
// nothing was sent.
const (
	FateUnknown      FateState = ""
	FatePresent      FateState = "present"
	FateRetried      FateState = "retried"
	FateDeduplicated FateState = "deduplicated"
	FateResumed      FateState = "resumed"
	FateRestarted    FateState = "restarted"
	FateDeleted      FateState = "deleted"
	FateExpired      FateState = "expired"
)

// Run identifies a workflow run. Runs can share an id.
type Run struct {
	ID        string
	CreatedAt time.Time
}

// Fate is what has been done to an entry.
type Fate struct {
	State FateState
	// MessageIDs are the messages that retries made, Runs the runs that
	// resuming and restarting made.
	MessageIDs []string
	Runs       []Run
	// Deduplicated counts the retries that found an equal message.
	Deduplicated int
	// CallbackRetries and CallbackCancels count what was done to the failure
	// function.
	CallbackRetries int
	CallbackCancels int
	// Delivered says that the retried message was delivered or the new run
	// succeeded.
	Delivered bool
	// BackAs is the dlqId under which a retried message or a new run came
	// back.
	BackAs string
}

// touched says whether a client did anything to the entry.
func (f Fate) touched() bool {
	switch f.State {
	case FatePresent, FateExpired, FateUnknown:
		return f.Deduplicated+f.CallbackRetries+f.CallbackCancels+len(f.MessageIDs)+len(f.Runs) > 0
	default:
		return true
	}
}

// Fate is what has become of the entry with this id, now or in the past.
func (s *Server) Fate(dlqID string) (fate Fate) {
	s.locked(func() {
		if e := s.dlq.lookup(dlqID, plainScope); e != nil {
			fate = e.fateNow()
		}
	})
	return fate
}

// FateOfRun is what has become of the workflow entry with this id. It differs
// from [Server.Fate] only where a message has the same id.
func (s *Server) FateOfRun(dlqID string) (fate Fate) {
	s.locked(func() {
		if e := s.dlq.lookup(dlqID, workflowScope); e != nil {
			fate = e.fateNow()
		}
	})
	return fate
}

func (e *entry) fateNow() Fate {
	fate := e.fate
	if !e.gone {
		fate.State = FatePresent
	}
	fate.MessageIDs = append([]string(nil), fate.MessageIDs...)
	fate.Runs = append([]Run(nil), fate.Runs...)
	return fate
}

// Touched are the ids of all entries to which a client did something, in no
// order.
func (s *Server) Touched() (dlqIDs []string) {
	s.locked(func() {
		for _, e := range s.dlq.everything() {
			if e.fate.touched() {
				dlqIDs = append(dlqIDs, e.DLQID)
			}
		}
	})
	return dlqIDs
}
