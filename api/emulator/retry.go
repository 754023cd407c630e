package emulator

import (
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
	e, err := c.entry(plainScope)
	if err != nil {
		return answer{}, err
	}
	if e.isWorkflow() {
		return answer{}, badRequest("dlq message %s is a workflow run", e.DLQID)
	}
	if err := c.spend(1); err != nil {
		return answer{}, err
	}
	result := c.retry(e, o)
	status := http.StatusCreated
	if result.Deduplicated && c.options.Switches.DeduplicatedIs202 {
		status = http.StatusAccepted
	}
	return jsonAnswer(status, result), nil
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
	f := c.find(s)
	for _, e := range f.entries {
		if e.isWorkflow() {
			return answer{}, badRequest("dlq message %s is a workflow run", e.DLQID)
		}
	}
	if err := c.missing(f); err != nil && c.options.Switches.AllOrNothing404 {
		return answer{}, err
	}
	if err := c.spend(len(f.entries)); err != nil {
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
	return jsonAnswer(http.StatusCreated, struct {
		Cursor    json.RawMessage `json:"cursor,omitempty"`
		Responses []retried       `json:"responses"`
	}{cursor, shuffled(c, responses)}), nil
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
	bag := o.message(e, c.ids.messageID(), c.now)
	if identity := o.identity(&bag); identity != "" {
		if first, seen := c.duplicate(identity, bag.MessageID); seen {
			return c.deduplicated(e, first)
		}
	}
	e.fate.MessageIDs = append(e.fate.MessageIDs, bag.MessageID)
	c.dlq.remove(e, FateRetried)
	c.send(&message{Entry: bag, origin: e, script: e.Script}, o.start(c.now))
	return retried{MessageID: bag.MessageID}
}

// duplicate is the message that was made with the same identity within the
// window. If there is none, this one is what later ones are compared with.
func (c *call) duplicate(identity, messageID string) (first string, seen bool) {
	if first, seen := c.duplicates[identity]; seen && c.now.since(first.at) < deduplicationWindow {
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
