package api

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"redrive/model"
)

func refuse(format string, args ...any) error {
	return &model.RefusedError{Reason: fmt.Sprintf(format, args...)}
}

// checkID refuses an id that cannot be sent in a path or a query without the risk of naming something else: a proxy may
// decode a path twice or clean it, and the server splits some values at commas.
func checkID(what, id string) error {
	switch {
	case id == "":
		return refuse("the %s is empty, and would stand for everything", what)
	case id == "." || id == "..":
		return refuse("the %s %q would change the address", what, id)
	case !utf8.ValidString(id):
		return refuse("the %s %q is not valid text", what, id)
	case strings.ContainsFunc(id, changesAddress):
		return refuse("the %s %q has characters that would change the address", what, id)
	}
	return nil
}

func changesAddress(r rune) bool {
	return r < ' ' || r == 0x7f || r == utf8.RuneError || strings.ContainsRune(`/\%?#,`, r)
}

// checkDLQ refuses what belongs to another account or region: ids of one mean nothing, or something else, in another.
func (c *Client) checkDLQ(dlq model.DLQ) error {
	if dlq != c.dlq {
		return refuse("it is for another account or region than %s", c.host)
	}
	return nil
}

func (c *Client) checkKey(key model.Key) error {
	if err := c.checkDLQ(key.DLQ); err != nil {
		return err
	}
	if key.Kind != model.Message && key.Kind != model.WorkflowRun {
		return refuse("there is no such kind of entry")
	}
	return checkID("DLQ id", key.ID)
}

// checkAsked refuses a read of another DLQ; a read that names none is for this one.
func (c *Client) checkAsked(dlq model.DLQ) error {
	if dlq == "" {
		return nil
	}
	return c.checkDLQ(dlq)
}

// checkValues refuses an empty value: whether the server takes it for no filter at all is not known.
func checkValues(field string, values []string) error {
	if slices.Contains(values, "") {
		return refuse("the filter has an empty %s", field)
	}
	return nil
}
