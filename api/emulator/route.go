package emulator

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// call is one request on its way through the server, which is locked.
type call struct {
	*Server
	request *http.Request
	query   url.Values
	// argument is the last part of the path that names something: a dlqId, a
	// queue, a flow control key.
	argument string
	// destination is the rest of the path where that is a URL or the name of
	// a URL group.
	destination string
	// spent is what the request used of the daily limit, nil when it does not
	// count.
	spent *limitHeaders
}

// route is an endpoint. In the path, {} stands for the argument and {...} for
// the destination, which takes the rest of it.
type route struct {
	method string
	path   string
	handle func(*call) (answer, error)
	// operation is what the endpoint is called in the text of a fault.
	operation string
	// documented are the query keys of the published description, tolerated
	// those that clients send besides.
	documented []string
	tolerated  []string
	// publishes marks the endpoints that make messages of what they are sent:
	// their query belongs to the destination, and no rate limit counts them.
	publishes bool
}

// dispatch finds the endpoint of a request and has it answered.
func (s *Server) dispatch(r *http.Request) answer {
	if refused := s.authenticate(r); refused != nil {
		return refused.answer()
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return badRequest("invalid query: %v", err).answer()
	}
	delete(query, tokenKey)
	switch found := endpoint(r); {
	case found.route != nil && s.lacks(found):
		return textAnswer(http.StatusNotFound, "404 page not found")
	case found.route != nil:
		return s.respond(found.route, &call{
			Server: s, request: r, query: query, argument: found.argument, destination: found.destination,
		})
	case found.wrongMethod:
		return textAnswer(http.StatusMethodNotAllowed, "Method Not Allowed")
	default:
		return textAnswer(http.StatusNotFound, "404 page not found")
	}
}

// located is the endpoint that a request is for; its route is nil when there
// is none.
type located struct {
	*route
	matched
	wrongMethod bool
}

// matched is what the path of a request names.
type matched struct {
	argument, destination string
}

// lacks says whether a switch takes the endpoint away.
func (s *Server) lacks(found located) bool {
	switches := s.options.Switches
	switch {
	case found.path == "/v2/logs" && switches.LogsPathMissing, found.path == "/v2/events" && switches.EventsPathMissing:
		return true
	case found.argument != "" && slices.Contains([]string{"retry", "resume", "restart"}, found.operation):
		if switches.WithoutSingleIDRoutes {
			return true
		}
	}
	for path := range strings.SplitSeq(switches.MissingPaths, ",") {
		if below, within := strings.CutPrefix(found.path, path); path != "" && within && (below == "" || below[0] == '/') {
			return true
		}
	}
	return false
}

func endpoint(r *http.Request) (found located) {
	path := r.URL.EscapedPath()
	parts := strings.Split(strings.TrimSuffix(path, "/"), "/")
	for i := range routes {
		named, matches := routes[i].match(path, parts)
		switch {
		case !matches:
		case routes[i].method != r.Method:
			found.wrongMethod = true
		default:
			return located{route: &routes[i], matched: named}
		}
	}
	return found
}

func (s *Server) respond(found *route, c *call) answer {
	reply := s.carryOut(found, c)
	if c.spent != nil {
		reply = c.spent.on(reply)
	}
	return reply
}

func (s *Server) carryOut(found *route, c *call) answer {
	for key := range c.query {
		if !s.options.Switches.UnknownKeysIgnored && !found.takes(key, s.options.Switches.OnlyDocumentedKeys) {
			return unknownKey(key).answer()
		}
	}
	reply, err := found.handle(c)
	if err == nil {
		return reply
	}
	var refused refusal
	if errors.As(err, &refused) {
		return refused.answer()
	}
	return refusal{http.StatusInternalServerError, err.Error()}.answer()
}

func unknownKey(key string) refusal { return badRequest("unknown query parameter %q", key) }

func (r *route) takes(key string, onlyDocumented bool) bool {
	return r.publishes || slices.Contains(r.documented, key) ||
		!onlyDocumented && slices.Contains(r.tolerated, key)
}

// match compares the path part by part, so that an escaped slash belongs to
// the argument. A slash at the end is ignored: the path of an entry whose id
// is empty is the path of the collection, and a client that does not guard
// against that acts on everything.
//
// A destination is taken as it stands, with its slashes, be they two in a row
// or one at the end.
func (r *route) match(path string, parts []string) (named matched, matches bool) {
	length := 0
	for want := range strings.SplitSeq(r.path, "/") {
		if want == "{...}" {
			split := strings.SplitN(path, "/", length+1)
			named.destination = split[len(split)-1]
			return named, len(split) == length+1 && named.destination != ""
		}
		if length == len(parts) {
			return matched{}, false
		}
		have := parts[length]
		length++
		if want != "{}" {
			if want != have {
				return matched{}, false
			}
			continue
		}
		unescaped, err := url.PathUnescape(have)
		if err != nil || unescaped == "" {
			return matched{}, false
		}
		named.argument = unescaped
	}
	return named, length == len(parts)
}
