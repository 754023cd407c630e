package emulator

import (
	"net/http"
	"sync"
	"time"
)

// Server is a QStash in memory. Make one with [New]; it is an [http.Handler]
// and safe for concurrent use.
type Server struct {
	options Options

	mu         sync.Mutex
	now        instant
	ids        *idSource
	timeline   timeline
	dlq        deadLetters
	messages   map[string]*message
	queues     map[string]*queue
	flowKeys   map[string]*flowKey
	groups     map[string]*urlGroup
	scripts    map[string]Script
	limits     map[string]*destinationLimit
	duplicates map[string]original
	runs       runbook
	log        logbook
	burst      burst
	daily      daily

	received received
	faults   faults
}

// New makes a server with an empty dead letter queue.
func New(options Options) *Server {
	options = options.withDefaults()
	return &Server{
		options:    options,
		ids:        newIDSource(options.Seed),
		dlq:        newDeadLetters(options.Switches.SharedDLQIDs),
		messages:   map[string]*message{},
		queues:     map[string]*queue{},
		flowKeys:   map[string]*flowKey{},
		groups:     map[string]*urlGroup{},
		scripts:    map[string]Script{},
		limits:     map[string]*destinationLimit{},
		duplicates: map[string]original{},
		runs:       runbook{byID: map[string][]*run{}},
	}
}

// ServeHTTP answers one request of the QStash or Workflow API, and
// GET /_emulator/record.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.serveRecord(w, r) {
		return
	}
	number := s.received.add(r, s.options.Clock())
	fault := s.faults.of(r)
	if !fault.Committed && fault.strikes(w, r) {
		return
	}
	reply := s.handle(r)
	s.received.answered(number, reply.status)
	if fault.Committed && fault.strikes(w, r) {
		return
	}
	reply.write(w, fault.TruncateAfter)
}

// handle executes a request. When it returns, the request has taken effect.
func (s *Server) handle(r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	if found := endpoint(r); found.route != nil && found.publishes {
		return s.dispatch(r)
	}
	limited, refused := s.burst.count(s.now, s.options.BurstLimit)
	limited.inMilliseconds = s.options.Switches.ResetInMilliseconds
	if refused {
		if s.options.Switches.LimitedAfterWork {
			s.dispatch(r)
		}
		return limited.on(refusal{http.StatusTooManyRequests, "rate limit exceeded"}.answer())
	}
	return limited.on(s.dispatch(r))
}

// locked runs a function of the exported Go API on the state as of now.
func (s *Server) locked(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	do()
}

// Add puts an entry into the dead letter queue and returns its id. What the
// API always shows and the entry leaves empty is supplied.
func (s *Server) Add(e Entry) (dlqID string) {
	s.locked(func() {
		added := &entry{Entry: e}
		s.complete(&added.Entry)
		s.dlq.insert(added)
		s.introduce(added)
		dlqID = added.DLQID
	})
	return dlqID
}

// Len is the number of entries in the dead letter queue, workflow entries
// included.
func (s *Server) Len() (size int) {
	s.locked(func() { size = s.dlq.size() })
	return size
}

// complete supplies what every entry has.
func (s *Server) complete(e *Entry) {
	if key, parsed := parseOrderKey(e.DLQID); parsed && e.FailedAt.IsZero() {
		e.FailedAt = key.at.time()
	}
	if e.FailedAt.IsZero() {
		e.FailedAt = s.now.time()
	}
	if e.CreatedAt.IsZero() {
		e.CreatedAt = e.FailedAt.Add(-time.Second)
	}
	if e.NotBefore.IsZero() {
		e.NotBefore = e.CreatedAt
	}
	if e.MessageID == "" {
		e.MessageID = s.ids.messageID()
	}
	if e.Method == "" {
		e.Method = http.MethodPost
	}
	if w := e.Workflow; w != nil {
		completed := *w
		if completed.RunID == "" {
			completed.RunID = s.ids.runID()
		}
		if completed.URL == "" {
			completed.URL = e.URL
		}
		if completed.CreatedAt.IsZero() {
			completed.CreatedAt = e.CreatedAt
		}
		e.Workflow = &completed
	}
}

// introduce makes known what a new entry refers to: its queue, flow control
// key and run, and the history of its message.
func (s *Server) introduce(e *entry) {
	if e.QueueName != "" {
		s.queue(e.QueueName)
	}
	if e.FlowControlKey != "" {
		s.flowKey(e.FlowControlKey).configure(e.Parallelism, e.Rate, e.Period)
	}
	if e.isWorkflow() {
		s.runs.add(failedRun(e))
		return
	}
	if e.DeduplicationID != "" {
		s.duplicates[identityOf(e.DeduplicationID)] = original{e.MessageID, instantOf(e.CreatedAt)}
	}
	s.log.remember(pastMessage{Entry: &e.Entry})
}

// advance brings the state to the present of the clock.
func (s *Server) advance() {
	present := instantOf(s.options.Clock())
	for {
		event, due := s.timeline.next(present)
		if !due {
			break
		}
		s.now = max(s.now, event.at)
		event.happen()
	}
	s.now = max(s.now, present)
	switch retention := s.options.Retention; {
	case retention < 0:
	case s.options.Switches.RetentionFromCreation:
		s.dlq.expireByCreation(s.now, retention)
	default:
		s.dlq.expire(s.now, retention)
	}
}

// after plans something to happen; a delay of zero is the next thing to
// happen.
func (s *Server) after(delay time.Duration, happen func()) {
	s.timeline.plan(s.now.plus(delay), happen)
}
