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

// made is what the answer to a change says, in either form.
type made struct {
	model.Created
	told   bool // it says whether it was deduplicated
	listed bool // it is a list
	list   []made
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
	_, _ = s.dec.ReadToken()
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
	s.object(func(name []byte) {
		switch string(name) {
		case "messageId":
			m.MessageID = s.text("messageId")
		case "deduplicated":
			m.Deduplicated, m.told = s.bool("deduplicated"), true
		case "workflowRunId":
			m.WorkflowRunID = s.text("workflowRunId")
		case "workflowCreatedAt":
			m.WorkflowCreatedAt = s.time("workflowCreatedAt")
		case "responses", "workflowRuns":
			if s.kind() != '[' {
				s.skip()
				return
			}
			m.listed = true
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
	})
	return m
}
