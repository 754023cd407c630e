package emulator

import (
	"encoding/json"
	"io"
	"math"
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
	// anyKind finds the entry of an id whatever its kind is.
	anyKind bool
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
	e, present := c.dlq.present(c.argument, in)
	if !present || !c.visible(e, in) {
		return nil, notFound("dlq message %s not found", c.argument)
	}
	return e, nil
}

// selection reads the query, and the body in which older clients send ids.
func (c *call) selection(in scope, limit int) (*selection, error) {
	s := &selection{scope: in, count: limit}
	if c.request.Method != http.MethodGet && c.options.Switches.CountAbsentMeansAll {
		s.count = math.MaxInt
	}
	ids, err := c.selectedIDs()
	if err != nil {
		return nil, err
	}
	s.ids = ids
	if err := c.readPaging(s, limit); err != nil {
		return nil, err
	}
	if s.workflow, err = c.wantsWorkflows(); err != nil {
		return nil, err
	}
	if s.matches, err = c.filters(); err != nil {
		return nil, err
	}
	return s, nil
}

// wantsWorkflows reads source, with which a client asks the plain listing for
// workflow entries.
func (c *call) wantsWorkflows() (bool, error) {
	source, given := c.query["source"]
	if !given || c.options.Switches.Source == Ignored {
		return false, nil
	}
	if c.options.Switches.Source == Refused {
		return false, unknownKey("source")
	}
	if !slices.Equal(source, []string{"workflow"}) {
		return false, badRequest("invalid source")
	}
	return true, nil
}

func (c *call) selectedIDs() ([]string, error) {
	values, given := c.query["dlqIds"]
	if given && c.request.Method == http.MethodGet {
		switch c.options.Switches.ListIDs {
		case Ignored:
			return nil, nil
		case Refused:
			return nil, unknownKey("dlqIds")
		}
	}
	if !given && c.request.Method != http.MethodGet {
		return c.bodyIDs()
	}
	if !given {
		return nil, nil
	}
	ids := slices.DeleteFunc(c.splitCommas(values), func(id string) bool { return id == "" })
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
		count, err := c.countUpTo(pageLimit)
		if err != nil {
			return err
		}
		s.asked, s.count = count, min(count, limit)
	}
	if c.emptyCursor() {
		return badRequest("invalid cursor")
	}
	if cursor := c.query.Get("cursor"); cursor != "" {
		key, known := c.dlq.keyOf(cursor)
		if !known {
			return badRequest("invalid cursor")
		}
		s.cursor = &key
	}
	var err error
	s.trim, err = c.trim()
	return err
}

// countUpTo reads count, which has to be given.
func (c *call) countUpTo(limit int) (int, error) {
	count, err := strconv.Atoi(c.query.Get("count"))
	if err == nil && c.options.Switches.CountClamped {
		count = min(max(count, 1), limit)
	}
	if err != nil || count < 1 || count > limit {
		return 0, badRequest("count must be between 1 and %d", limit)
	}
	return count, nil
}

// emptyCursor says whether the cursor is empty and must not be.
func (c *call) emptyCursor() bool {
	return c.options.Switches.EmptyCursorRefused && c.query.Has("cursor") && c.query.Get("cursor") == ""
}

// trim reads how many bytes of each body are wanted; nil means all.
func (c *call) trim() (*int, error) {
	meaning := c.options.Switches.TrimBody
	if !c.query.Has("trimBody") {
		if meaning == TrimBodyNoneByDefault && strings.HasPrefix(c.request.URL.Path, "/v2/workflows/logs") {
			return new(int), nil
		}
		return nil, nil
	}
	length, err := strconv.Atoi(c.query.Get("trimBody"))
	if err != nil {
		return nil, badRequest("invalid trimBody")
	}
	if meaning == TrimBodyIgnored {
		return nil, nil
	}
	return &length, nil
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
		e, present := c.dlq.present(id, s.scope)
		if !present || !s.anyKind && !c.visible(e, s.scope) {
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
func (c *call) splitCommas(values []string) []string {
	if c.options.Switches.CommasKept {
		return values
	}
	var split []string
	for _, value := range values {
		split = append(split, strings.Split(value, ",")...)
	}
	return split
}

// listed is a list as it is answered.
func listed[T any](c *call, items []T) []T {
	if len(items) == 0 && c.options.Switches.EmptyListIsNull {
		return nil
	}
	return items
}

func unique(values []string) []string {
	seen := make(map[string]bool, len(values))
	return slices.DeleteFunc(values, func(value string) bool {
		repeated := seen[value]
		seen[value] = true
		return repeated
	})
}
