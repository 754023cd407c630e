package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How long a delivery takes to start and a destination to answer, when the
// script does not say.
const (
	startSoonest, startLatest   = 300 * time.Millisecond, 2 * time.Second
	answerSoonest, answerLatest = 40 * time.Millisecond, 400 * time.Millisecond
)

// message is a message on its way: waiting, being delivered, or between two
// attempts.
type message struct {
	Entry
	origin *entry
	script Script
	// run is the workflow run that the message is a step of, if it is.
	run *run

	attempts int
	// queue is the queue that the message is in until it is done.
	queue *queue
	// inQueue says that the message has a consumer of the queue.
	inQueue bool
	// first puts the message before those that wait in the queue.
	first     bool
	cancelled bool
}

// send hands a message over for delivery.
func (s *Server) send(m *message, notBefore instant) {
	s.messages[m.MessageID] = m
	if m.FlowControlKey != "" {
		s.flowKey(m.FlowControlKey).configure(m.Parallelism, m.Rate, m.Period)
	}
	s.note(m, stateCreated, logDetail{})
	if m.QueueName != "" {
		// A queue keeps the order in which messages came in, whatever their
		// delays are.
		m.queue = s.queue(m.QueueName)
		m.queue.lag++
	}
	start := max(s.now.plus(s.ids.between(startSoonest, startLatest)), notBefore)
	s.timeline.plan(start, func() { s.enter(m) })
}

// enter is the first step of a delivery: a place in the queue.
func (s *Server) enter(m *message) {
	if s.droppedIfCancelled(m) {
		return
	}
	if m.queue == nil || m.inQueue {
		s.admit(m)
		return
	}
	if m.first {
		m.queue.waiting = slices.Insert(m.queue.waiting, 0, m)
	} else {
		m.queue.waiting = append(m.queue.waiting, m)
	}
	s.drainQueue(m.queue)
}

// drainQueue starts as many messages as the queue has consumers. A message
// keeps its consumer until it is delivered or given up, retries included.
func (s *Server) drainQueue(q *queue) {
	for !q.paused && q.active < q.parallelism && len(q.waiting) > 0 {
		m := q.waiting[0]
		q.waiting = q.waiting[1:]
		if s.droppedIfCancelled(m) {
			continue
		}
		q.active++
		m.inQueue = true
		s.admit(m)
	}
}

// admit is the second step: the limits of the flow control key.
func (s *Server) admit(m *message) {
	if m.FlowControlKey == "" {
		s.attempt(m)
		return
	}
	k := s.flowKey(m.FlowControlKey)
	k.waiting = append(k.waiting, m)
	s.drainFlowKey(k)
}

func (s *Server) drainFlowKey(k *flowKey) {
	for len(k.waiting) > 0 && k.admits(s.now) {
		m := k.waiting[0]
		k.waiting = k.waiting[1:]
		if s.droppedIfCancelled(m) {
			continue
		}
		k.running++
		k.inWindow++
		s.attempt(m)
	}
	if len(k.waiting) > 0 && k.rateExhausted(s.now) && !k.paused && !k.ticking {
		k.ticking = true
		s.timeline.plan(k.windowEnd(), func() {
			k.ticking = false
			s.drainFlowKey(k)
		})
	}
}

// attempt is the third step: the request to the destination.
func (s *Server) attempt(m *message) {
	s.note(m, stateActive, logDetail{})
	reply := m.script.attempt(m.attempts, &m.Entry)
	if limit := s.limits[m.URL]; limit != nil && reply.delivers() && limit.exceeded(s.now) {
		reply = limit.over
	}
	took := reply.Took
	if took == 0 {
		took = s.ids.between(answerSoonest, answerLatest)
	}
	if m.Timeout > 0 && took > m.Timeout {
		took, reply = m.Timeout, Attempt{Error: "the destination did not answer in time"}
	}
	s.after(took, func() { s.settle(m, reply) })
}

// settle is what follows from the answer of the destination.
func (s *Server) settle(m *message, reply Attempt) {
	m.attempts++
	if m.run != nil && m.run.state == runCancelled {
		s.releaseFlowKey(m)
		s.finish(m)
		return
	}
	s.callBack(m, reply)
	if reply.delivers() {
		s.note(m, stateDelivered, logDetail{reply: &reply})
		s.releaseFlowKey(m)
		s.deliver(m)
		return
	}
	s.note(m, stateError, logDetail{reply: &reply})
	s.releaseFlowKey(m)
	if m.attempts > m.MaxRetries || reply.gaveUp() {
		s.fail(m, reply)
		return
	}
	pause := s.backoff(m.RetryDelayExpression, m.attempts-1)
	s.note(m, stateRetry, logDetail{next: s.now.plus(pause)})
	s.after(pause, func() { s.enter(m) })
}

// gaveUp says whether the destination asked not to be tried again.
func (a Attempt) gaveUp() bool {
	if a.NonRetryable {
		return true
	}
	for name, values := range a.Header {
		if strings.EqualFold(name, "Upstash-NonRetryable-Error") && slices.Contains(values, "true") {
			return true
		}
	}
	return false
}

func (s *Server) deliver(m *message) {
	s.finish(m)
	if m.run != nil {
		m.run.stepDone(s.now)
		s.after(duration(m.run.workflow.Rest), func() {
			if m.run.state != runStarted {
				return
			}
			m.run.succeed(s.now)
			m.origin.fate.Delivered = true
		})
		return
	}
	m.origin.fate.Delivered = true
}

// fail puts a message that ran out of attempts into the dead letter queue.
func (s *Server) fail(m *message, reply Attempt) {
	s.note(m, stateFailed, logDetail{})
	s.finish(m)
	failedAt := s.now
	if lag := s.options.Switches.DLQLag; lag > 0 {
		s.after(lag, func() { s.bury(m, reply, failedAt) })
		return
	}
	s.bury(m, reply, failedAt)
}

// bury makes the entry of a message that failed.
func (s *Server) bury(m *message, reply Attempt, failedAt instant) {
	if m.run != nil && m.run.state == runCancelled {
		return
	}
	back := &entry{Entry: *m.full()}
	back.FailedAt = failedAt.time()
	back.ResponseStatus = reply.Status
	back.WithoutResponseStatus = m.WithoutResponseStatus && reply.Status == 0
	back.ResponseHeader, back.ResponseBody = reply.Header, reply.Body
	back.Script = m.script.after(m.attempts)
	back.Raw = nil
	if m.run != nil {
		workflow := *m.run.workflow
		back.Workflow = &workflow
	}
	s.dlq.insert(back)
	m.origin.fate.BackAs = back.DLQID
	if m.run != nil {
		m.run.fail(failedAt, back)
		if back.FailureCallback != "" || back.Workflow.Callback.State != "" {
			s.callFailureFunction(back)
		}
		return
	}
	s.callBackFailure(m, reply, back.DLQID)
}

// finish takes a message that is done off the books.
func (s *Server) finish(m *message) {
	delete(s.messages, m.MessageID)
	q := m.queue
	if q == nil {
		return
	}
	q.lag--
	if m.inQueue {
		q.active--
		s.drainQueue(q)
	}
}

func (s *Server) releaseFlowKey(m *message) {
	if m.FlowControlKey == "" {
		return
	}
	k := s.flowKey(m.FlowControlKey)
	k.running--
	s.drainFlowKey(k)
}

// droppedIfCancelled honours a cancellation, which takes effect when the
// message would be delivered next.
func (s *Server) droppedIfCancelled(m *message) bool {
	if !m.cancelled {
		return false
	}
	if m.run != nil {
		m.run.cancel(s.now)
	}
	s.note(m, stateCancelled, logDetail{})
	s.finish(m)
	return true
}

// destinationLimit is a destination that answers only so many deliveries per
// second.
type destinationLimit struct {
	perSecond int
	over      Attempt
	second    instant
	used      int
}

// LimitDestination lets a destination take no more than so many deliveries
// per second; the others get the answer over instead of the scripted one.
func (s *Server) LimitDestination(url string, perSecond int, over Attempt) {
	s.locked(func() { s.limits[url] = &destinationLimit{perSecond: perSecond, over: over} })
}

func (l *destinationLimit) exceeded(now instant) bool {
	if second := now - now%1000; second != l.second {
		l.second, l.used = second, 0
	}
	l.used++
	return l.used > l.perSecond
}

// errorText is what the log says of a failed attempt.
func (a Attempt) errorText() string {
	switch {
	case a.Error != "":
		return a.Error
	case a.Status == 0:
		return "no response from the destination"
	default:
		return fmt.Sprintf("destination answered %s", statusText(a.Status))
	}
}

func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return strconv.Itoa(status) + " " + text
	}
	return strconv.Itoa(status)
}
