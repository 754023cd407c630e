package emulator

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// scope is which part of the dead letter queue an endpoint sees.
type scope int

const (
	plainScope scope = iota
	workflowScope
)

const (
	// pageLimit is the default and the maximum of count.
	pageLimit = 100
	// runLimit is how many runs can be resumed or restarted at once.
	runLimit = 50

	bulkBodyLimit = 1 << 20
)

// selection is what the query of a request picks from the dead letter queue.
// With neither ids nor filters that is everything.
type selection struct {
	scope    scope
	workflow bool
	ids      []string
	matches  []func(*entry) bool
	cursor   *orderKey
	count    int
	// asked is the count of the query, which the endpoint may have lowered.
	asked int
	trim  *int
}

// found is a selection carried out.
type found struct {
	entries []*entry
	// missing counts the ids that are not there.
	missing int
	// more says that the filter matches further entries.
	more bool
}

// next is the cursor of the page that follows.
func (f found) next() string {
	if !f.more {
		return ""
	}
	return f.entries[len(f.entries)-1].DLQID
}

// visible says whether the endpoints of the scope see the entry.
func (c *call) visible(e *entry, in scope) bool {
	if in == workflowScope {
		return e.isWorkflow()
	}
	return !e.isWorkflow() || e.InPlainList || c.options.Switches.DLQListsWorkflows
}

// entry finds the entry that the path names.
func (c *call) entry(in scope) (*entry, error) {
	e, present := c.dlq.present(c.argument)
	if !present || !c.visible(e, in) {
		return nil, notFound("dlq message %s not found", c.argument)
	}
	return e, nil
}

// selection reads the query, and the body in which older clients send ids.
func (c *call) selection(in scope, limit int) (*selection, error) {
	s := &selection{scope: in, count: limit}
	ids, err := c.selectedIDs()
	if err != nil {
		return nil, err
	}
	s.ids = ids
	if err := c.readPaging(s, limit); err != nil {
		return nil, err
	}
	if source, given := c.query["source"]; given {
		if !slices.Equal(source, []string{"workflow"}) {
			return nil, badRequest("invalid source")
		}
		s.workflow = true
	}
	if s.matches, err = c.filters(); err != nil {
		return nil, err
	}
	return s, nil
}

func (c *call) selectedIDs() ([]string, error) {
	values, given := c.query["dlqIds"]
	if !given && c.request.Method != http.MethodGet {
		return c.bodyIDs()
	}
	if !given {
		return nil, nil
	}
	ids := slices.DeleteFunc(splitCommas(values), func(id string) bool { return id == "" })
	if len(ids) == 0 && !c.options.Switches.EmptyIDsMeansEverything {
		return nil, badRequest("dlqIds is empty")
	}
	return unique(ids), nil
}

func (c *call) bodyIDs() ([]string, error) {
	body, err := io.ReadAll(io.LimitReader(c.request.Body, bulkBodyLimit))
	if err != nil {
		return nil, badRequest("cannot read the body")
	}
	if len(body) == 0 {
		return nil, nil
	}
	var request struct {
		DLQIDs []string `json:"dlqIds"`
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, badRequest("invalid body")
	}
	return unique(request.DLQIDs), nil
}

func (c *call) readPaging(s *selection, limit int) error {
	if c.query.Has("count") {
		count, err := strconv.Atoi(c.query.Get("count"))
		if err != nil || count < 1 || count > pageLimit {
			return badRequest("count must be between 1 and %d", pageLimit)
		}
		s.asked, s.count = count, min(count, limit)
	}
	if cursor := c.query.Get("cursor"); cursor != "" {
		key, known := c.dlq.keyOf(cursor)
		if !known {
			return badRequest("invalid cursor")
		}
		s.cursor = &key
	}
	if c.query.Has("trimBody") {
		length, err := strconv.Atoi(c.query.Get("trimBody"))
		if err != nil {
			return badRequest("invalid trimBody")
		}
		s.trim = &length
	}
	return nil
}

// find carries out the selection. Ids go before filters, as documented.
func (c *call) find(s *selection) found {
	if len(s.ids) > 0 {
		return c.findIDs(s)
	}
	var f found
	for e := range c.dlq.after(s.cursor, c.options.Switches.OldestFirst) {
		if !c.selects(s, e) {
			continue
		}
		if len(f.entries) == s.count {
			f.more = true
			break
		}
		f.entries = append(f.entries, e)
	}
	return f
}

func (c *call) selects(s *selection, e *entry) bool {
	if s.workflow {
		if !e.isWorkflow() {
			return false
		}
	} else if !c.visible(e, s.scope) {
		return false
	}
	for _, matches := range s.matches {
		if !matches(e) {
			return false
		}
	}
	return true
}

func (c *call) findIDs(s *selection) found {
	var f found
	for _, id := range s.ids {
		e, present := c.dlq.present(id)
		if !present || !c.visible(e, s.scope) {
			f.missing++
			continue
		}
		f.entries = append(f.entries, e)
	}
	return f
}

// shuffled reorders what a bulk call answers if a switch says so.
func shuffled[T any](c *call, items []T) []T {
	if c.options.Switches.ShuffledResponses {
		c.ids.random.Shuffle(len(items), func(i, j int) {
			items[i], items[j] = items[j], items[i]
		})
	}
	return items
}

// cursor writes the cursor of a page the way the switch says. emptyAtEnd is
// how the endpoint is known to mark its last page: with "" or not at all.
func (c *call) cursor(next string, emptyAtEnd bool) json.RawMessage {
	if next != "" {
		return json.RawMessage(strconv.Quote(next))
	}
	switch mark := c.options.Switches.LastCursor; {
	case mark == CursorNull:
		return json.RawMessage("null")
	case mark == CursorEmpty, mark == CursorAsObserved && emptyAtEnd:
		return json.RawMessage(`""`)
	default:
		return nil
	}
}

// splitCommas reads a key that was repeated, or given once with commas, or
// both. A value that contains a comma itself falls apart, as it does in the
// real service.
func splitCommas(values []string) []string {
	var split []string
	for _, value := range values {
		split = append(split, strings.Split(value, ",")...)
	}
	return split
}

func unique(values []string) []string {
	seen := make(map[string]bool, len(values))
	return slices.DeleteFunc(values, func(value string) bool {
		repeated := seen[value]
		seen[value] = true
		return repeated
	})
}
