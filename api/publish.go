package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"redrive/model"
)

const (
	publishPath = "/v2/publish/"
	enqueuePath = "/v2/enqueue/"
)

// Publish sends a new message: POST /v2/publish/{destination}, or POST /v2/enqueue/{queue}/{destination}. The destination
// stands in the address as it is, with its slashes and its query, which is how the official clients send it. The request is
// sent once and waits for nothing.
//
// A URL group makes a message for each of its endpoints; the result then names the first, and how many others there are.
//
// What [model.NewMessage.Valid] refuses, a message of another DLQ, and a queue that cannot be sent are a
// [model.RefusedError]; the other errors are those of a write.
func (c *Client) Publish(ctx context.Context, m model.NewMessage) (model.Created, error) {
	q, err := c.publication(m)
	if err != nil {
		return model.Created{}, err
	}
	var created model.Created
	err = c.change(ctx, q, func(a *answer) (err error) {
		created, err = readPublished(a)
		return err
	})
	if err != nil {
		return model.Created{}, err
	}
	return created, nil
}

// publication is the request for a new message.
func (c *Client) publication(m model.NewMessage) (call, error) {
	if err := c.checkDLQ(m.DLQ); err != nil {
		return call{}, err
	}
	if err := m.Valid(); err != nil {
		return call{}, err
	}
	if err := checkOverrides(model.Retry, m.Overrides); err != nil {
		return call{}, err
	}
	path := publishPath
	if m.Queue != "" {
		if err := checkID("name of the queue", m.Queue); err != nil {
			return call{}, err
		}
		path = enqueuePath + url.PathEscape(m.Queue) + "/"
	}
	path += m.Destination
	headers := m.Overrides.Headers()
	if m.Method != "" {
		headers = append(headers, model.HeaderField{Name: "Upstash-Method", Value: m.Method})
	}
	for _, h := range m.Header {
		if name := http.CanonicalHeaderKey(h.Name); name != "Content-Type" {
			h.Name = "Upstash-Forward-" + h.Name
		}
		headers = append(headers, h)
	}
	return call{method: http.MethodPost, path: path, headers: headers, body: slices.Clone(m.Body)}, nil
}

// readPublished reads what was made of a new message: an object, or for a URL group several, in a list or under messages.
func readPublished(a *answer) (model.Created, error) {
	a.cap = writeCap
	s := newScanner(a)
	var all []made
	grouped := func() {
		s.list(func() {
			if s.kind() != '{' {
				s.skip()
				all = append(all, made{})
				return
			}
			all = append(all, readMade(s))
		})
	}
	switch k := s.kind(); k {
	case '[':
		grouped()
	case '{':
		one, inList := made{}, false
		s.object(func(name []byte) {
			if string(name) == "messages" && s.kind() == '[' {
				inList = true
				grouped()
				return
			}
			one.field(s, name)
		})
		if !inList {
			all = append(all, one)
		}
	default:
		s.skip()
		s.fail("it is %s, not an object", kindName(k))
	}
	if s.err != nil {
		return model.Created{}, s.err
	}
	if len(all) == 0 || slices.ContainsFunc(all, func(m made) bool { return m.MessageID == "" }) {
		return model.Created{}, odd("it names no message")
	}
	first := all[0]
	if a.status == http.StatusAccepted && !first.told {
		first.Deduplicated = true
	}
	first.Others = len(all) - 1
	return first.Created, nil
}
