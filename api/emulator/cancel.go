package emulator

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	// cancelLimit is the most messages that can be asked to be cancelled at
	// once; without a count it is all that match.
	cancelLimit = 500
	// cancelRunLimit is how many runs are cancelled without a count.
	cancelRunLimit = 100
)

var (
	cancelMessageKeys = []string{
		"messageIds", "topicName", "queueName", "url", "host", "path", "label", "flowControlKey",
		"fromDate", "toDate", "scheduleId", "callerIp", "callerIP", "count",
	}
	cancelRunKeys = []string{
		"workflowRunIds", "workflowUrl", "workflowUrlExactMatch", "fromDate", "toDate", "callerIp",
		"flowControlKey", "label", "count",
	}
)

type cancelled struct {
	Cancelled int `json:"cancelled"`
}

// cancelMessages cancels what is selected of the messages on their way. With
// neither ids nor filters that is all of them.
func (c *call) cancelMessages() (answer, error) {
	count, err := c.positive("count")
	if err != nil || count > cancelLimit {
		return answer{}, badRequest("count must be between 1 and %d", cancelLimit)
	}
	ids, err := c.idsOf("messageIds")
	if err != nil {
		return answer{}, err
	}
	matches, err := c.pendingFilter()
	if err != nil {
		return answer{}, err
	}
	if ids != nil {
		matches = func(e *Entry) bool { return slices.Contains(ids, e.MessageID) }
	}
	number := 0
	for _, m := range c.pending() {
		if m.cancelled || !matches(&m.Entry) {
			continue
		}
		if number++; count > 0 && number > count {
			number = count
			break
		}
		c.cancel(m)
	}
	return jsonAnswer(http.StatusOK, cancelled{number}), nil
}

// cancelMessage asks for a message not to be delivered.
func (c *call) cancelMessage() (answer, error) {
	m := c.messages[c.argument]
	if m == nil || m.cancelled {
		return answer{}, notFound("message %s not found", c.argument)
	}
	c.cancel(m)
	return jsonAnswer(http.StatusOK, cancelled{1}), nil
}

// cancel takes effect when the message would be delivered next.
func (c *call) cancel(m *message) {
	m.cancelled = true
	c.note(m, stateCancelRequested, logDetail{})
}

// pending are the messages on their way, oldest first.
func (c *call) pending() []*message {
	return slices.SortedFunc(maps.Values(c.messages), func(a, b *message) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), strings.Compare(a.MessageID, b.MessageID))
	})
}

// idsOf reads ids from the query, or from the body in which older clients
// send them. Nil means that there are none.
func (c *call) idsOf(key string) ([]string, error) {
	if c.query.Has(key) {
		ids := slices.DeleteFunc(c.splitCommas(c.query[key]), func(id string) bool { return id == "" })
		if len(ids) == 0 {
			return nil, badRequest("%s is empty", key)
		}
		return ids, nil
	}
	body, err := c.readBody()
	if err != nil || len(body) == 0 {
		return nil, err
	}
	var asked map[string]json.RawMessage
	var ids []string
	if json.Unmarshal(body, &asked) != nil || asked[key] != nil && json.Unmarshal(asked[key], &ids) != nil {
		return nil, badRequest("invalid body")
	}
	return ids, nil
}

// pendingFilter reads the filters that messages on their way and runs have in
// common; the dates are those of creation.
func (c *call) pendingFilter() (func(*Entry) bool, error) {
	from, to, err := dateRange(c.query)
	if err != nil {
		return nil, err
	}
	var matchers []func(*Entry) bool
	for key, values := range c.query {
		if key == "callerIP" {
			key = "callerIp"
		}
		matches := messageMatchers[key]
		if matches == nil {
			matches = logMatchers[key]
		}
		if matches == nil || key == "messageIds" {
			continue
		}
		wanted := c.splitCommas(values)
		matchers = append(matchers, func(e *Entry) bool { return matches(e, wanted) })
	}
	return func(e *Entry) bool {
		created := instantOf(e.CreatedAt)
		if from != nil && created < *from || to != nil && created > *to {
			return false
		}
		return !slices.ContainsFunc(matchers, func(matches func(*Entry) bool) bool { return !matches(e) })
	}, nil
}

// cancelRun cancels the runs of an id that have not ended.
func (c *call) cancelRun() (answer, error) {
	number := c.cancelRunsWhere(len(c.runs.runs), func(r *run) bool { return r.workflow.RunID == c.argument })
	if number == 0 {
		return answer{}, notFound("workflow run %s not found", c.argument)
	}
	return emptyAnswer(http.StatusOK), nil
}

// cancelRuns cancels what is selected of the runs that have not ended. With
// neither ids nor filters that is all of them.
func (c *call) cancelRuns() (answer, error) {
	count, err := c.positive("count")
	if err != nil {
		return answer{}, err
	}
	ids, err := c.idsOf("workflowRunIds")
	if err != nil {
		return answer{}, err
	}
	exact := false
	if text := c.query.Get("workflowUrlExactMatch"); text != "" {
		if exact, err = strconv.ParseBool(text); err != nil {
			return answer{}, badRequest("invalid workflowUrlExactMatch")
		}
	}
	matches, err := c.pendingFilter()
	if err != nil {
		return answer{}, err
	}
	urls := c.splitCommas(c.query["workflowUrl"])
	number := c.cancelRunsWhere(cmp.Or(count, cancelRunLimit), func(r *run) bool {
		if ids != nil {
			return slices.Contains(ids, r.workflow.RunID)
		}
		at := len(urls) == 0 || slices.ContainsFunc(urls, func(url string) bool {
			return r.workflow.URL == url || !exact && strings.HasPrefix(r.workflow.URL, url)
		})
		return at && matches(r.bag)
	})
	return jsonAnswer(http.StatusOK, cancelled{number}), nil
}

// cancelRunsWhere ends runs at once: none of their steps is started any more.
func (c *call) cancelRunsWhere(most int, wanted func(*run) bool) (number int) {
	for _, r := range c.runs.newestFirst() {
		if number == most {
			break
		}
		if r.state != runStarted || !wanted(r) {
			continue
		}
		number++
		r.cancel(c.now)
		if m := c.messages[r.bag.MessageID]; m != nil {
			m.cancelled = true
		}
	}
	return number
}
