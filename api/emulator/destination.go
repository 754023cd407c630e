package emulator

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// answersHeader is the header for the destination that says how it answers,
// attempt by attempt, such as "503, 503, 200"; 0 is no response, and 489 ends
// the retries.
const answersHeader = "Emulator-Answers"

// nonRetryable is the status with which a destination says that no attempt
// will succeed.
const nonRetryable = 489

var methods = []string{
	http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
}

// ScriptDestination says what becomes of messages that are published to the
// URL. The default is that they are delivered. A message with the header
// Upstash-Forward-Emulator-Answers has a script of its own: the statuses of
// its attempts, such as "503, 503, 200".
func (s *Server) ScriptDestination(url string, script Script) {
	s.locked(func() { s.scripts[url] = script })
}

// script is what becomes of a message that was published.
func (s *Server) script(e *Entry) Script {
	answers := e.Header[answersHeader]
	if len(answers) == 0 {
		return s.scripts[e.URL]
	}
	var script Script
	for _, text := range labelList(strings.Join(answers, ",")) {
		if status, err := strconv.Atoi(text); err == nil {
			script.Attempts = append(script.Attempts, Attempt{Status: status, NonRetryable: status == nonRetryable})
		}
	}
	return script
}

func isWebAddress(text string) bool {
	address, err := url.Parse(text)
	return err == nil && (address.Scheme == "http" || address.Scheme == "https") && address.Host != ""
}

// target is where published messages go: to a URL, or to every endpoint of a
// URL group.
type target struct {
	topic     string
	endpoints []Endpoint
}

// target reads a destination, which may be escaped as a whole.
func (c *call) target(destination string) (target, error) {
	if !strings.Contains(destination, "://") {
		unescaped, err := url.PathUnescape(destination)
		if err != nil {
			return target{}, badRequest("invalid destination url")
		}
		destination = unescaped
	}
	if strings.Contains(destination, "://") {
		if !isWebAddress(destination) {
			return target{}, badRequest("invalid destination url: it needs http:// or https:// and a host")
		}
		return target{endpoints: []Endpoint{{URL: destination}}}, nil
	}
	name := strings.TrimSuffix(destination, "/")
	group := c.groups[name]
	if group == nil {
		return target{}, badRequest("topic %s not found", name)
	}
	return target{name, group.Endpoints}, nil
}
