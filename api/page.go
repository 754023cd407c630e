package api

import (
	"io"
	"strconv"

	"redrive/model"
)

// noID begins the key of an entry that came without a DLQ id. It has a character that [checkID] refuses, so that such
// an entry can be looked at and never be acted on.
const noID = "/no DLQ id/"

// readPage reads a page of entries of any kind as they come; the first cursor of its query is asked for to tell entries
// without an id apart. keep, when it is not nil, gets the texts of each, which are valid until it returns.
func readPage(r io.Reader, dlq model.DLQ, cursor string, keep func(model.Key, *rawTexts)) (model.Page, error) {
	s := newScanner(r)
	entries := entryReader{scanner: s, dlq: dlq}
	if keep != nil {
		entries.texts = &rawTexts{}
	}
	page := model.Page{}
	listed, refusal := false, ""
	top := func(name []byte) {
		switch string(name) {
		case "messages":
			listed = true
			switch s.kind() {
			case '[':
				page.Entries = make([]model.Entry, 0, model.PageSize)
				s.list(func() {
					page.Entries = append(page.Entries, model.Entry{})
					e := &page.Entries[len(page.Entries)-1]
					entries.read(e, nil)
					if e.Key.ID == "" {
						markWithoutID(e, cursor, len(page.Entries))
					}
					if keep != nil && s.err == nil {
						keep(e.Key, entries.texts)
					}
				})
			case 'n':
				s.skip()
			default:
				s.fail("messages is %s, not a list", kindName(s.kind()))
			}
		case "cursor":
			if page.Next = s.opaque("cursor"); len(s.problems) > 0 {
				s.fail("its %s, so that what follows is not known", s.takeProblems())
			}
		case "error":
			if s.kind() == '"' {
				refusal = s.text("error")
				return
			}
			s.skip()
		default:
			s.skip()
		}
	}
	s.document(top)
	if s.err == nil && !listed && refusal != "" {
		s.fail("it has an error in place of messages")
	}
	return page, s.err
}

// markWithoutID gives an entry without a DLQ id a key of its own, by which it can be shown. It is the same when the
// page is read again, as long as nothing was put before the entry.
func markWithoutID(e *model.Entry, cursor string, number int) {
	switch {
	case e.MessageID != "":
		e.Key.ID = noID + e.MessageID
	case e.WorkflowRunID != "":
		e.Key.ID = noID + e.WorkflowRunID
	default:
		e.Key.ID = noID + cursor + "/" + strconv.Itoa(number)
	}
	addProblem(e, "it has no DLQ id, so that nothing can be done with it")
}
