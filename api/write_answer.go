package api

import (
	"context"
	"net/http"

	"redrive/model"
)

// writeCap is how many bytes the answer to a write may have.
const writeCap = 1 << 20

// make asks for the change of one entry and reads what it made.
func (c *Client) make(ctx context.Context, q call, v model.Verb) (model.WriteResult, error) {
	var created model.Created
	err := c.change(ctx, q, func(a *answer) (err error) {
		if v == model.Delete {
			// There the status is the answer, and what may come behind it tells nothing.
			return nil
		}
		created, err = readCreated(a, v)
		return err
	})
	switch {
	case err != nil:
		return model.WriteResult{}, err
	case !v.Creates():
		return model.WriteResult{Done: true}, nil
	}
	return model.WriteResult{Created: []model.Created{created}}, nil
}

// makeMany asks for the change of several entries and reads what it made. With most, more than that many is an answer to
// another question.
func (c *Client) makeMany(ctx context.Context, q call, v model.Verb, most int) (model.WriteResult, error) {
	var result model.WriteResult
	err := c.change(ctx, q, func(a *answer) (err error) {
		result, err = readMany(a, v, most)
		return err
	})
	if err != nil {
		return model.WriteResult{}, err
	}
	return result, nil
}

// made is what the answer to a change says, in either form.
type made struct {
	model.Created
	told   bool // it says whether it was deduplicated
	listed bool // it is a list
	list   []made

	counted bool // it says how many were deleted
	deleted int
	cursor  string
}

// readMany reads how many entries the change of several did, and what it made of them. Which of them became what is not
// told: the elements have no order.
func readMany(a *answer, verb model.Verb, most int) (model.WriteResult, error) {
	a.cap = writeCap
	s := newScanner(a)
	m := made{}
	s.document(func(name []byte) { m.field(s, name) })
	if problems := s.takeProblems(); problems != "" && s.err == nil {
		s.fail("its %s", problems)
	}
	if s.err != nil {
		return model.WriteResult{}, s.err
	}
	result := model.WriteResult{Next: m.cursor}
	if verb == model.Delete {
		if !m.counted || m.deleted < 0 {
			return model.WriteResult{}, odd("it does not say how many were deleted")
		}
		result.Done, result.Count = true, m.deleted
	} else {
		if !m.listed {
			return model.WriteResult{}, odd("it does not say what was made")
		}
		for _, one := range m.list {
			if verb == model.Retry && one.MessageID == "" || verb != model.Retry && one.WorkflowRunID == "" {
				return model.WriteResult{}, odd("one of its %d results names nothing", len(m.list))
			}
			result.Created = append(result.Created, one.Created)
		}
		result.Count = len(m.list)
	}
	if most > 0 && result.Count > most {
		return model.WriteResult{}, odd("it names %d results for %d entries", result.Count, most)
	}
	return result, nil
}

// readCreated reads what the change of one entry made.
func readCreated(a *answer, verb model.Verb) (model.Created, error) {
	a.cap = writeCap
	s := newScanner(a)
	if k := s.kind(); k != '{' && k != 0 {
		s.fail("it is %s, not an object", kindName(k))
	}
	m := readMade(s)
	if s.err != nil {
		return model.Created{}, s.err
	}
	// The rest is read for the sake of the connection only.
	s.end()
	if m.listed {
		if len(m.list) != 1 {
			return model.Created{}, odd("it names %d results for one entry", len(m.list))
		}
		m = m.list[0]
	}
	switch {
	case verb == model.Retry && m.MessageID == "":
		return model.Created{}, odd("it names no message")
	case verb != model.Retry && m.WorkflowRunID == "":
		return model.Created{}, odd("it names no workflow run")
	case verb == model.Retry && a.status == http.StatusAccepted && !m.told:
		// That is how the server answers a message that it took for a duplicate when it was published.
		m.Deduplicated = true
	}
	return m.Created, nil
}

func readMade(s *scanner) (m made) {
	s.object(func(name []byte) { m.field(s, name) })
	return m
}

func (m *made) field(s *scanner, name []byte) {
	switch string(name) {
	case "messageId":
		m.MessageID = s.text("messageId")
	case "deduplicated":
		m.Deduplicated, m.told = s.bool("deduplicated"), true
	case "workflowRunId":
		m.WorkflowRunID = s.text("workflowRunId")
	case "workflowCreatedAt":
		// A time that cannot be read costs the time, never the rest.
		problems := len(s.problems)
		m.WorkflowCreatedAt = s.time("workflowCreatedAt")
		s.problems = s.problems[:problems]
	case "deleted":
		m.counted = s.kind() == '0'
		m.deleted = s.int("deleted")
	case "cursor":
		m.cursor = s.opaque("cursor")
	case "responses", "workflowRuns":
		m.listed = s.kind() == '[' || s.kind() == 'n'
		if s.kind() != '[' {
			s.skip()
			return
		}
		s.list(func() {
			if s.kind() != '{' {
				s.skip()
				m.list = append(m.list, made{})
				return
			}
			m.list = append(m.list, readMade(s))
		})
	default:
		s.skip()
	}
}
