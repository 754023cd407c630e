package emulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"time"
)

// deduplicationWindow is how long a message is recognised as equal to an
// earlier one.
const deduplicationWindow = 10 * time.Minute

// original is the message that later equal ones are taken for.
type original struct {
	messageID string
	at        instant
}

// retried is the answer for one message.
type retried struct {
	MessageID    string `json:"messageId"`
	Deduplicated bool   `json:"deduplicated,omitempty"`
}

func (c *call) retryOne() (answer, error) {
	o, err := c.overrides()
	if err != nil {
		return answer{}, err
	}
	e, err := c.retriedEntry()
	if err != nil {
		return answer{}, err
	}
	if err := c.spendAgain(1); err != nil {
		return answer{}, err
	}
	result := c.retry(e, o)
	status := c.retryStatus()
	if result.Deduplicated && c.options.Switches.DeduplicatedIs202 {
		status = http.StatusAccepted
	}
	return jsonAnswer(status, result), nil
}

func (c *call) retryStatus() int {
	if c.options.Switches.RetryIs200 {
		return http.StatusOK
	}
	return http.StatusCreated
}

// retriedEntry finds the entry of the path, which has to be a message.
func (c *call) retriedEntry() (*entry, error) {
	e, present := c.dlq.present(c.argument, plainScope)
	how := c.options.Switches.RetryOfWorkflow
	switch {
	case present && e.isWorkflow() && how == RetryOfWorkflowDone:
		return e, nil
	case !present, !c.visible(e, plainScope), e.isWorkflow() && how == RetryOfWorkflowNotFound:
		return nil, notFound("dlq message %s not found", c.argument)
	case e.isWorkflow():
		return nil, badRequest("dlq message %s is a workflow run", e.DLQID)
	default:
		return e, nil
	}
}

// messagesAmong are the entries that can be retried as messages.
func (c *call) messagesAmong(f found) (found, error) {
	messages := f.entries[:0:0]
	for _, e := range f.entries {
		switch how := c.options.Switches.RetryOfWorkflow; {
		case !e.isWorkflow(), how == RetryOfWorkflowDone:
			messages = append(messages, e)
		case how == RetryOfWorkflowNotFound:
			f.missing++
		default:
			return f, badRequest("dlq message %s is a workflow run", e.DLQID)
		}
	}
	f.entries = messages
	return f, nil
}

func (c *call) retryMany() (answer, error) {
	o, err := c.overrides()
	if err != nil {
		return answer{}, err
	}
	s, err := c.selection(plainScope, pageLimit)
	if err != nil {
		return answer{}, err
	}
	if len(s.ids) == 0 {
		s.matches = append(s.matches, func(e *entry) bool { return !e.isWorkflow() })
	}
	s.anyKind = c.options.Switches.RetryOfWorkflow == RetryOfWorkflowDone
	f, err := c.messagesAmong(c.find(s))
	if err != nil {
		return answer{}, err
	}
	if err := c.missing(f); err != nil && c.options.Switches.AllOrNothing404 {
		return answer{}, err
	}
	if err := c.spendAgain(len(f.entries)); err != nil {
		return answer{}, err
	}
	cursor := c.cursor(f.next(), true)
	responses := make([]retried, 0, len(f.entries))
	for _, e := range f.entries {
		responses = append(responses, c.retry(e, o))
	}
	if err := c.missing(f); err != nil {
		return answer{}, err
	}
	return jsonAnswer(c.retryStatus(), struct {
		Cursor    json.RawMessage `json:"cursor,omitempty"`
		Responses []retried       `json:"responses"`
	}{cursor, listed(c, shuffled(c, responses))}), nil
}

// missing is the refusal of a bulk call that named ids that are gone.
func (c *call) missing(f found) error {
	if f.missing == 0 {
		return nil
	}
	return notFound("some messages are not found in the dlq")
}

// retry makes a new message of an entry and removes the entry.
func (c *call) retry(e *entry, o *override) retried {
	if e.Script.Deduplicated {
		return c.deduplicated(e, e.MessageID)
	}
	// A seeded body is made from the times of its entry, which a new message does not have.
	whole := &entry{Entry: *e.full()}
	bag := o.message(whole, c.ids.messageID(), c.now)
	if c.options.Switches.RetryQueue == RetryQueueNone {
		bag.QueueName = ""
	}
	if identity := o.identity(&bag); identity != "" {
		if first, seen := c.duplicate(identity, bag.MessageID); seen {
			return c.deduplicated(e, first)
		}
	}
	e.fate.MessageIDs = append(e.fate.MessageIDs, bag.MessageID)
	c.leave(e, FateRetried)
	first := c.options.Switches.RetryQueue == RetryQueueFront
	c.send(&message{Entry: bag, origin: e, script: e.Script, first: first}, o.start(e, c.now))
	return retried{MessageID: bag.MessageID}
}

// leave removes an entry that was acted on, now or after the delay of the
// switch.
func (c *call) leave(e *entry, state FateState) {
	delay := c.options.Switches.RemovalDelay
	if delay == 0 {
		c.dlq.remove(e, state)
		return
	}
	c.after(delay, func() {
		if !e.gone {
			c.dlq.remove(e, state)
		}
	})
}

// duplicate is the message that was made with the same identity within the
// window. If there is none, this one is what later ones are compared with.
func (c *call) duplicate(identity, messageID string) (first string, seen bool) {
	if first, seen := c.duplicates[identity]; seen && c.now.since(first.at) < cmp.Or(c.options.Switches.DeduplicationWindow, deduplicationWindow) {
		return first.messageID, true
	}
	c.duplicates[identity] = original{messageID, c.now}
	return "", false
}

func (c *call) deduplicated(e *entry, messageID string) retried {
	e.fate.Deduplicated++
	if !c.options.Switches.DeduplicatedKeepsEntry {
		c.dlq.remove(e, FateDeduplicated)
	}
	return retried{MessageID: messageID, Deduplicated: true}
}
