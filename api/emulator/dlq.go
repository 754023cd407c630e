package emulator

import (
	"encoding/json"
	"net/http"
	"slices"
)

func (c *call) listPlain() (answer, error) { return c.list(plainScope) }

func (c *call) listWorkflows() (answer, error) { return c.list(workflowScope) }

func (c *call) list(in scope) (answer, error) {
	s, err := c.selection(in, pageLimit)
	if err != nil {
		return answer{}, err
	}
	f := c.find(s)
	if len(s.ids) > 0 {
		c.sortAsListed(f.entries)
	}
	messages := make([]any, 0, len(f.entries))
	for _, e := range f.entries {
		messages = append(messages, c.shown(e, s.trim))
	}
	cursor := c.cursor(f.next(), in == workflowScope)
	return jsonAnswer(http.StatusOK, page{cursor, listed(c, messages)}), nil
}

func (c *call) sortAsListed(entries []*entry) {
	slices.SortFunc(entries, func(a, b *entry) int {
		if c.options.Switches.OldestFirst {
			return a.key.compare(b.key)
		}
		return b.key.compare(a.key)
	})
}

func (c *call) getPlain() (answer, error) { return c.get(plainScope) }

func (c *call) getWorkflow() (answer, error) { return c.get(workflowScope) }

func (c *call) get(in scope) (answer, error) {
	e, err := c.entry(in)
	if err != nil {
		return answer{}, err
	}
	shape := c.shown(e, nil)
	if whole, ok := shape.(*entryJSON); ok && c.options.Switches.WithoutDLQIDOnGet {
		whole.DLQID = ""
	}
	return jsonAnswer(http.StatusOK, shape), nil
}

func (c *call) deleteOnePlain() (answer, error) { return c.deleteOne(plainScope) }

func (c *call) deleteOneWorkflow() (answer, error) { return c.deleteOne(workflowScope) }

func (c *call) deleteOne(in scope) (answer, error) {
	e, err := c.entry(in)
	if err != nil {
		return answer{}, err
	}
	c.dlq.remove(e, FateDeleted)
	return emptyAnswer(http.StatusOK), nil
}

func (c *call) deletePlain() (answer, error) { return c.deleteMany(plainScope) }

func (c *call) deleteWorkflows() (answer, error) { return c.deleteMany(workflowScope) }

// deleteMany removes what is selected. An id that is gone is no error here,
// it only is not counted.
func (c *call) deleteMany(in scope) (answer, error) {
	s, err := c.selection(in, pageLimit)
	if err != nil {
		return answer{}, err
	}
	f := c.find(s)
	cursor := c.cursor(f.next(), in == workflowScope)
	for _, e := range f.entries {
		c.dlq.remove(e, FateDeleted)
	}
	return jsonAnswer(http.StatusOK, struct {
		Deleted int             `json:"deleted"`
		Cursor  json.RawMessage `json:"cursor,omitempty"`
	}{len(f.entries), cursor}), nil
}
