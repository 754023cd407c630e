package emulator

import (
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// messageLimit is the size of the largest message that the pay-as-you-go plan
// takes, in bytes.
const messageLimit = 10 << 20

// published is the answer for one message.
type published struct {
	MessageID    string `json:"messageId"`
	Deduplicated bool   `json:"deduplicated,omitempty"`
	// URL is that of the endpoint of a URL group.
	URL string `json:"url,omitempty"`
}

// publication is a message before it is made: one of the path, or one of a
// batch.
type publication struct {
	target
	*override
	queue       string
	contentType string
	body        []byte
}

func (c *call) publish() (answer, error) { return c.publishTo("") }

func (c *call) enqueue() (answer, error) {
	if !isQueueName(c.argument) {
		return answer{}, badRequest("invalid queue name")
	}
	return c.publishTo(c.argument)
}

func (c *call) publishTo(queue string) (answer, error) {
	header, query := c.inlineConfiguration()
	destination := c.destination
	if query != "" {
		destination += "?" + query
	}
	p, err := c.publication(destination, header)
	if err != nil {
		return answer{}, err
	}
	p.queue = queue
	if p.body, err = c.readBody(); err != nil {
		return answer{}, err
	}
	if err := c.spend(len(p.endpoints)); err != nil {
		return answer{}, err
	}
	made := c.make(p)
	status := http.StatusOK
	if !slices.ContainsFunc(made, func(m published) bool { return !m.Deduplicated }) && len(made) > 0 {
		status = http.StatusAccepted
	}
	return jsonAnswer(status, c.shape(p, made)), nil
}

// inlineConfiguration takes the configuration out of the query, where it may
// stand in place of headers; the rest of the query is the destination's.
func (c *call) inlineConfiguration() (header http.Header, query string) {
	header = c.request.Header.Clone()
	var rest []string
	for pair := range strings.SplitSeq(c.request.URL.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case pair == "", name == tokenKey:
		case strings.HasPrefix(canonical, "Upstash-"):
			if text, err := url.QueryUnescape(value); err == nil && header.Get(canonical) == "" {
				header.Set(canonical, text)
			}
		default:
			rest = append(rest, pair)
		}
	}
	return header, strings.Join(rest, "&")
}

func (c *call) publication(destination string, header http.Header) (publication, error) {
	to, err := c.target(destination)
	if err != nil {
		return publication{}, err
	}
	o, err := c.configuration(header, LabelsReplaced)
	if err != nil {
		return publication{}, err
	}
	return publication{target: to, override: o, contentType: header.Get("Content-Type")}, nil
}

func (c *call) readBody() ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(c.request.Body, messageLimit+1))
	if err != nil {
		return nil, badRequest("cannot read the body")
	}
	if len(body) > messageLimit {
		return nil, refusal{http.StatusPreconditionFailed, "quota maxMessageSize exceeded"}
	}
	return body, nil
}

// make makes the messages of a publication.
func (c *call) make(p publication) []published {
	made := make([]published, 0, len(p.endpoints))
	for _, endpoint := range p.endpoints {
		made = append(made, c.makeFor(p, endpoint))
	}
	return made
}

func (c *call) makeFor(p publication, endpoint Endpoint) published {
	like := Entry{
		URL: endpoint.URL, TopicName: p.topic, EndpointName: endpoint.Name, QueueName: p.queue,
		Method: http.MethodPost, Body: p.body, MaxRetries: defaultRetries, CallerIP: c.callerIP(),
	}
	if quota := c.options.RetryQuota; quota > 0 {
		like.MaxRetries = min(like.MaxRetries, quota)
	}
	if p.contentType != "" {
		like.Header = Header{"Content-Type": {p.contentType}}
	}
	first := &entry{Entry: like}
	bag := p.message(first, c.ids.messageID(), c.now)
	answered := published{MessageID: bag.MessageID}
	if p.topic != "" {
		answered.URL = endpoint.URL
	}
	if identity := p.identity(&bag); identity != "" {
		if p.topic != "" {
			identity += " " + endpoint.URL
		}
		if earlier, seen := c.duplicate(identity, bag.MessageID); seen {
			answered.MessageID, answered.Deduplicated = earlier, true
			return answered
		}
	}
	c.send(&message{Entry: bag, origin: &entry{}, script: c.script(&bag)}, p.start(first, c.now))
	return answered
}

func (c *call) callerIP() string {
	host, _, err := net.SplitHostPort(c.request.RemoteAddr)
	if err != nil {
		return c.request.RemoteAddr
	}
	return host
}

// shape is the answer for a publication: an object for a URL, a list for a
// URL group.
func (c *call) shape(p publication, made []published) any {
	switch {
	case p.topic == "":
		return made[0]
	case c.options.Switches.GroupAnswerIsObject:
		return struct {
			Messages []published `json:"messages"`
		}{made}
	default:
		return made
	}
}

// batched is one message of a batch.
type batched struct {
	Destination string            `json:"destination"`
	Body        string            `json:"body"`
	Headers     map[string]string `json:"headers"`
	Queue       string            `json:"queue"`
}

// batch publishes many messages. One that is wrong refuses them all.
func (c *call) batch() (answer, error) {
	body, err := c.readBody()
	if err != nil {
		return answer{}, err
	}
	var asked []batched
	if err := json.Unmarshal(body, &asked); err != nil {
		return answer{}, badRequest("invalid body")
	}
	publications := make([]publication, 0, len(asked))
	messages := 0
	for _, one := range asked {
		p, err := c.batchedPublication(one)
		if err != nil {
			return answer{}, err
		}
		publications = append(publications, p)
		messages += len(p.endpoints)
	}
	if err := c.spend(messages); err != nil {
		return answer{}, err
	}
	answered := make([]any, 0, len(publications))
	for _, p := range publications {
		answered = append(answered, c.shape(p, c.make(p)))
	}
	return jsonAnswer(http.StatusOK, answered), nil
}

func (c *call) batchedPublication(one batched) (publication, error) {
	header := http.Header{}
	for _, name := range slices.Sorted(maps.Keys(one.Headers)) {
		header.Set(name, one.Headers[name])
	}
	p, err := c.publication(one.Destination, header)
	if err != nil {
		return publication{}, err
	}
	if one.Queue != "" && !isQueueName(one.Queue) {
		return publication{}, badRequest("invalid queue name")
	}
	p.queue, p.body = one.Queue, []byte(one.Body)
	return p, nil
}
