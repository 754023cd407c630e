package emulator

import (
	"encoding/json"
	"iter"
	"net/http"
)

func (c *call) listLogs() (answer, error) {
	key := "logs"
	if c.options.Switches.LogsKeyIsEvents {
		key = "events"
	}
	limit := pageLimit
	if c.options.Switches.LogsTakeThousand {
		limit = eventPageLimit
	}
	return c.answerLogs(limit, key)
}

func (c *call) listEvents() (answer, error) { return c.answerLogs(eventPageLimit, "events") }

// answerLogs answers log records under the key, or grouped by message if the
// query says so.
func (c *call) answerLogs(limit int, key string) (answer, error) {
	p, err := c.logPaging(limit)
	if err != nil {
		return answer{}, err
	}
	if p.matches, err = c.logFilter(); err != nil {
		return answer{}, err
	}
	switch grouping := c.query.Get("groupBy"); grouping {
	case "":
		records, cursor := c.logPage(p)
		return listAnswer(cursor, key, listed(c, records)), nil
	case "messageId":
		groups, cursor := c.groupedLogPage(p)
		return listAnswer(cursor, "messages", listed(c, groups)), nil
	default:
		return answer{}, badRequest("invalid groupBy")
	}
}

// listAnswer is an object with a cursor, unless it is nil, and a list.
func listAnswer[T any](cursor json.RawMessage, key string, listed []T) answer {
	shape := map[string]any{key: listed}
	if cursor != nil {
		shape["cursor"] = cursor
	}
	return jsonAnswer(http.StatusOK, shape)
}

// logPaging is which part of the log is wanted.
type logPaging struct {
	count   int
	cursor  *orderKey
	trim    *int
	matches func(*logRecord) bool
}

// newestFirst yields the records that match, newest first.
func (c *call) newestFirst(p logPaging) iter.Seq[*logRecord] {
	records := c.log.oldestFirst()
	return func(yield func(*logRecord) bool) {
		for n := len(records) - 1; n >= 0; n-- {
			if p.matches(&records[n]) && !yield(&records[n]) {
				return
			}
		}
	}
}

func (p logPaging) passed(key orderKey) bool {
	return p.cursor != nil && key.compare(*p.cursor) >= 0
}

func (c *call) logPage(p logPaging) ([]logJSON, json.RawMessage) {
	listed, next := make([]logJSON, 0, min(p.count, pageLimit)), ""
	var last orderKey
	for record := range c.newestFirst(p) {
		if p.passed(record.key) {
			continue
		}
		if len(listed) == p.count {
			next = last.String()
			break
		}
		listed, last = append(listed, c.logJSON(record, p.trim)), record.key
	}
	return listed, c.cursor(next, false)
}

// groupJSON is a message with its log records.
type groupJSON struct {
	MessageID string    `json:"messageId"`
	Events    []logJSON `json:"events"`
}

// groupedLogPage is a page of messages, by their newest record.
func (c *call) groupedLogPage(p logPaging) ([]*groupJSON, json.RawMessage) {
	groups, next := []*groupJSON{}, ""
	known := map[string]*groupJSON{}
	var last orderKey
	for record := range c.newestFirst(p) {
		id := record.bag.MessageID
		group, seen := known[id]
		switch {
		case seen:
		case p.passed(record.key):
			known[id] = nil
		case len(groups) == p.count:
			known[id] = nil
			next = last.String()
		default:
			group = &groupJSON{MessageID: id}
			groups, known[id], last = append(groups, group), group, record.key
		}
		if group != nil {
			group.Events = append(group.Events, c.logJSON(record, p.trim))
		}
	}
	return groups, c.cursor(next, false)
}

func (c *call) logPaging(limit int) (p logPaging, err error) {
	p.count = limit
	if c.query.Has("count") {
		if p.count, err = c.countUpTo(limit); err != nil {
			return p, err
		}
	}
	if c.emptyCursor() {
		return p, badRequest("invalid cursor")
	}
	if text := c.query.Get("cursor"); text != "" {
		key, ok := parseOrderKey(text)
		if !ok {
			return p, badRequest("invalid cursor")
		}
		p.cursor = &key
	}
	p.trim, err = c.trim()
	return p, err
}
