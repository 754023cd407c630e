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
}

// route is an endpoint. In the path, {} stands for the argument.
type route struct {
	method string
	path   string
	handle func(*call) (answer, error)
	// documented are the query keys of the published description, tolerated
	// those that clients send besides.
	documented []string
	tolerated  []string
}

var (
	datesAndLabels = []string{"fromDate", "toDate", "label", "callerIp"}
	plainFilters   = slices.Concat(datesAndLabels, []string{
		"messageId", "url", "topicName", "scheduleId", "queueName", "responseStatus",
	})
	workflowFilters = slices.Concat(datesAndLabels, []string{
		"workflowUrl", "workflowRunId", "workflowCreatedAt", "failureFunctionState", "flowControlKey",
	})
	paging       = []string{"cursor", "count"}
	byID         = []string{"dlqIds"}
	workflowList = []string{
		"source", "workflowUrl", "workflowRunId", "workflowCreatedAt", "failureFunctionState",
	}
)

var routes = []route{
	{
		method: http.MethodGet, path: "/v2/dlq", handle: (*call).listPlain,
		documented: slices.Concat(plainFilters, paging),
		tolerated:  slices.Concat(workflowList, byID, []string{"flowControlKey", "trimBody"}),
	},
	{
		method: http.MethodDelete, path: "/v2/dlq", handle: (*call).deletePlain,
		documented: slices.Concat(plainFilters, paging, byID, []string{"flowControlKey"}),
	},
	{
		method: http.MethodPost, path: "/v2/dlq/retry", handle: (*call).retryMany,
		documented: slices.Concat(plainFilters, byID, []string{"flowControlKey"}),
		tolerated:  paging,
	},
	{method: http.MethodPost, path: "/v2/dlq/retry/{}", handle: (*call).retryOne},
	{method: http.MethodGet, path: "/v2/dlq/{}", handle: (*call).getPlain},
	{method: http.MethodDelete, path: "/v2/dlq/{}", handle: (*call).deleteOnePlain},

	{
		method: http.MethodGet, path: "/v2/workflows/dlq", handle: (*call).listWorkflows,
		documented: slices.Concat(workflowFilters, paging),
		tolerated:  []string{"trimBody", "dlqIds"},
	},
	{
		method: http.MethodDelete, path: "/v2/workflows/dlq", handle: (*call).deleteWorkflows,
		documented: slices.Concat(workflowFilters, paging, byID),
	},
	{
		method: http.MethodPost, path: "/v2/workflows/dlq/resume", handle: (*call).resumeMany,
		documented: slices.Concat(workflowFilters, paging, byID),
	},
	{
		method: http.MethodPost, path: "/v2/workflows/dlq/restart", handle: (*call).restartMany,
		documented: slices.Concat(workflowFilters, paging, byID),
	},
	{method: http.MethodPost, path: "/v2/workflows/dlq/resume/{}", handle: (*call).resumeOne},
	{method: http.MethodPost, path: "/v2/workflows/dlq/restart/{}", handle: (*call).restartOne},
	{method: http.MethodPost, path: "/v2/workflows/dlq/callback/{}", handle: (*call).retryCallback},
	{method: http.MethodDelete, path: "/v2/workflows/dlq/callback/{}", handle: (*call).cancelCallback},
	{method: http.MethodGet, path: "/v2/workflows/dlq/{}", handle: (*call).getWorkflow},
	{method: http.MethodDelete, path: "/v2/workflows/dlq/{}", handle: (*call).deleteOneWorkflow},

	{
		method: http.MethodGet, path: "/v2/logs", handle: (*call).listLogs,
		documented: logKeys, tolerated: undocumentedLogKeys,
	},
	{
		method: http.MethodGet, path: "/v2/events", handle: (*call).listEvents,
		documented: logKeys, tolerated: undocumentedLogKeys,
	},
	{
		method: http.MethodGet, path: "/v2/workflows/logs", handle: (*call).listRuns,
		documented: runKeys, tolerated: []string{"groupBy"},
	},
	{
		method: http.MethodGet, path: "/v2/workflows/events", handle: (*call).listRuns,
		documented: runKeys, tolerated: []string{"groupBy"},
	},

	{method: http.MethodGet, path: "/v2/messages/{}", handle: (*call).getMessage},
	{method: http.MethodDelete, path: "/v2/messages/{}", handle: (*call).cancelMessage},

	{method: http.MethodGet, path: "/v2/queues", handle: (*call).listQueues},
	{method: http.MethodGet, path: "/v2/queues/{}", handle: (*call).getQueue},
	{method: http.MethodPost, path: "/v2/queues/{}/pause", handle: (*call).pauseQueue},
	{method: http.MethodPost, path: "/v2/queues/{}/resume", handle: (*call).resumeQueue},

	{
		method: http.MethodGet, path: "/v2/flowControl", handle: (*call).listFlowKeys,
		tolerated: []string{"search"},
	},
	{method: http.MethodGet, path: "/v2/flowControl/{}", handle: (*call).getFlowKey},
	{method: http.MethodPost, path: "/v2/flowControl/{}/pause", handle: (*call).pauseFlowKey},
	{method: http.MethodPost, path: "/v2/flowControl/{}/resume", handle: (*call).resumeFlowKey},
	{
		method: http.MethodPost, path: "/v2/flowControl/{}/pin", handle: (*call).pinFlowKey,
		documented: []string{"parallelism", "rate", "period"},
	},
	{
		method: http.MethodPost, path: "/v2/flowControl/{}/unpin", handle: (*call).unpinFlowKey,
		documented: []string{"parallelism", "rate"},
	},
	{method: http.MethodPost, path: "/v2/flowControl/{}/resetRate", handle: (*call).resetFlowKey},

	{method: http.MethodGet, path: "/v2/keys", handle: (*call).signingKeys},
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
	path := strings.Split(strings.TrimSuffix(r.URL.EscapedPath(), "/"), "/")
	wrongMethod := false
	for i := range routes {
		found := &routes[i]
		argument, matches := found.match(path)
		if !matches {
			continue
		}
		if found.method != r.Method {
			wrongMethod = true
			continue
		}
		return s.respond(found, &call{s, r, query, argument})
	}
	if wrongMethod {
		return textAnswer(http.StatusMethodNotAllowed, "Method Not Allowed")
	}
	return textAnswer(http.StatusNotFound, "404 page not found")
}

func (s *Server) respond(found *route, c *call) answer {
	for key := range c.query {
		if !found.takes(key, s.options.Switches.OnlyDocumentedKeys) {
			return badRequest("unknown query parameter %q", key).answer()
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

func (r *route) takes(key string, onlyDocumented bool) bool {
	return slices.Contains(r.documented, key) ||
		!onlyDocumented && slices.Contains(r.tolerated, key)
}

// match compares the path part by part, so that an escaped slash belongs to
// the argument. A slash at the end is ignored: the path of an entry whose id
// is empty is the path of the collection, and a client that does not guard
// against that acts on everything.
func (r *route) match(path []string) (argument string, matches bool) {
	length := 0
	for want := range strings.SplitSeq(r.path, "/") {
		if length == len(path) {
			return "", false
		}
		have := path[length]
		length++
		if want != "{}" {
			if want != have {
				return "", false
			}
			continue
		}
		unescaped, err := url.PathUnescape(have)
		if err != nil || unescaped == "" {
			return "", false
		}
		argument = unescaped
	}
	return argument, length == len(path)
}
