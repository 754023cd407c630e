package emulator

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// eventPageLimit is the default and the maximum of count on the older path.
const eventPageLimit = 1000

var (
	logKeys = []string{
		"cursor", "count", "messageId", "state", "url", "topicName", "scheduleId", "queueName",
		"fromDate", "toDate", "label",
	}
	undocumentedLogKeys = []string{
		"messageIds", "host", "path", "flowControlKey", "callerIp", "trimBody",
	}
	inProgress = []logState{stateActive, stateRetry, stateError}
	logStates  = []logState{
		stateCreated, stateActive, stateRetry, stateError, stateDelivered, stateFailed,
		stateCancelRequested, stateCancelled,
	}
)

type logJSON struct {
	Time             int64    `json:"time"`
	MessageID        string   `json:"messageId"`
	State            string   `json:"state"`
	URL              string   `json:"url"`
	Method           string   `json:"method,omitempty"`
	Header           Header   `json:"header,omitempty"`
	Body             string   `json:"body,omitempty"`
	Error            string   `json:"error,omitempty"`
	NextDeliveryTime int64    `json:"nextDeliveryTime,omitempty"`
	TopicName        string   `json:"topicName,omitempty"`
	EndpointName     string   `json:"endpointName,omitempty"`
	ScheduleID       string   `json:"scheduleId,omitempty"`
	QueueName        string   `json:"queueName,omitempty"`
	ResponseStatus   int      `json:"responseStatus,omitempty"`
	ResponseBody     string   `json:"responseBody,omitempty"`
	ResponseHeaders  Header   `json:"responseHeaders,omitempty"`
	Callback         string   `json:"callback,omitempty"`
	CallbackHeaders  Header   `json:"callbackHeaders,omitempty"`
	FailureCallback  string   `json:"failureCallback,omitempty"`
	FailureHeaders   Header   `json:"failureCallbackHeaders,omitempty"`
	MaxRetries       int      `json:"maxRetries"`
	RetryDelay       string   `json:"retryDelayExpression,omitempty"`
	Label            string   `json:"label,omitempty"`
	Labels           []string `json:"labels,omitempty"`
	FlowControlKey   string   `json:"flowControlKey,omitempty"`
	Parallelism      int      `json:"parallelism,omitempty"`
	Rate             int      `json:"rate,omitempty"`
	Period           int64    `json:"period,omitempty"`
}

func (c *call) listLogs() (answer, error) {
	listed, cursor, err := c.logPage(pageLimit)
	if err != nil {
		return answer{}, err
	}
	if c.options.Switches.LogsKeyIsEvents {
		return eventsAnswer(listed, cursor), nil
	}
	return jsonAnswer(http.StatusOK, struct {
		Cursor json.RawMessage `json:"cursor,omitempty"`
		Logs   []logJSON       `json:"logs"`
	}{cursor, listed}), nil
}

func (c *call) listEvents() (answer, error) {
	listed, cursor, err := c.logPage(eventPageLimit)
	if err != nil {
		return answer{}, err
	}
	return eventsAnswer(listed, cursor), nil
}

func eventsAnswer(listed []logJSON, cursor json.RawMessage) answer {
	return jsonAnswer(http.StatusOK, struct {
		Cursor json.RawMessage `json:"cursor,omitempty"`
		Events []logJSON       `json:"events"`
	}{cursor, listed})
}

// logPage reads the log newest first.
func (c *call) logPage(limit int) ([]logJSON, json.RawMessage, error) {
	count, cursor, err := c.logPaging(limit)
	if err != nil {
		return nil, nil, err
	}
	matches, err := c.logFilter()
	if err != nil {
		return nil, nil, err
	}
	var trim *int
	if c.query.Has("trimBody") {
		length, err := strconv.Atoi(c.query.Get("trimBody"))
		if err != nil {
			return nil, nil, badRequest("invalid trimBody")
		}
		trim = &length
	}
	listed, next := make([]logJSON, 0, min(count, pageLimit)), ""
	var last orderKey
	records := c.log.oldestFirst()
	for n := len(records) - 1; n >= 0; n-- {
		record := &records[n]
		if cursor != nil && record.key.compare(*cursor) >= 0 || !matches(record) {
			continue
		}
		if len(listed) == count {
			next = last.String()
			break
		}
		listed, last = append(listed, c.logJSON(record, trim)), record.key
	}
	return listed, c.cursor(next, false), nil
}

func (c *call) logPaging(limit int) (count int, cursor *orderKey, err error) {
	count = limit
	if c.query.Has("count") {
		count, err = strconv.Atoi(c.query.Get("count"))
		if err != nil || count < 1 || count > limit {
			return 0, nil, badRequest("count must be between 1 and %d", limit)
		}
	}
	if text := c.query.Get("cursor"); text != "" {
		key, ok := parseOrderKey(text)
		if !ok {
			return 0, nil, badRequest("invalid cursor")
		}
		cursor = &key
	}
	return count, cursor, nil
}

// logFilter reads the filters; the cheap ones are asked first.
func (c *call) logFilter() (func(*logRecord) bool, error) {
	from, to, err := dateRange(c.query)
	if err != nil {
		return nil, err
	}
	states, err := c.wantedStates()
	if err != nil {
		return nil, err
	}
	readable := c.now.plus(-c.options.LogLag)
	var matchers []func(*Entry) bool
	for key, values := range c.query {
		matcher := messageMatchers[key]
		if matcher == nil {
			matcher = logMatchers[key]
		}
		if matcher == nil {
			continue
		}
		if !slices.Contains(oneValueKeys, key) {
			values = splitCommas(values)
		}
		matchers = append(matchers, func(bag *Entry) bool { return matcher(bag, values) })
	}
	return func(record *logRecord) bool {
		at := record.key.at
		if at > readable || from != nil && at < *from || to != nil && at > *to {
			return false
		}
		if states != nil && !slices.Contains(states, record.state) {
			return false
		}
		for _, matches := range matchers {
			if !matches(record.bag) {
				return false
			}
		}
		return true
	}, nil
}

// logMatchers are the filters of the log alone.
var logMatchers = map[string]matcher{
	"messageIds": messageMatchers["messageId"],
	"host":       has(addressPart(func(u *url.URL) string { return u.Host })),
	"path":       has(addressPart(func(u *url.URL) string { return u.Path })),
}

func addressPart(of func(*url.URL) string) func(*Entry) string {
	return func(e *Entry) string {
		address, err := url.Parse(e.URL)
		if err != nil {
			return ""
		}
		return of(address)
	}
}

// wantedStates reads the state filter; nil means all of them.
func (c *call) wantedStates() ([]logState, error) {
	switch state := logState(c.query.Get("state")); {
	case state == "":
		return nil, nil
	case state == "IN_PROGRESS":
		return inProgress, nil
	case state == "CANCELED":
		return []logState{stateCancelled}, nil
	case slices.Contains(logStates, state):
		return []logState{state}, nil
	default:
		return nil, badRequest("invalid state")
	}
}

func (c *call) logJSON(record *logRecord, trim *int) logJSON {
	bag := record.bag.full()
	shape := logJSON{
		Time: int64(record.key.at), MessageID: bag.MessageID, State: string(record.state),
		URL: bag.URL, Method: bag.Method, Header: bag.Header, Body: base64Of(trimmed(bag.Body, trim)),
		NextDeliveryTime: int64(record.detail.next), TopicName: bag.TopicName,
		EndpointName: bag.EndpointName, ScheduleID: bag.ScheduleID, QueueName: bag.QueueName,
		Callback: bag.Callback, CallbackHeaders: bag.CallbackHeader,
		FailureCallback: bag.FailureCallback, FailureHeaders: bag.FailureCallbackHeader,
		MaxRetries: bag.MaxRetries, RetryDelay: bag.RetryDelayExpression, Labels: bag.Labels,
		FlowControlKey: bag.FlowControlKey, Parallelism: bag.Parallelism, Rate: bag.Rate,
		Period: int64(bag.Period / time.Second),
	}
	if len(bag.Labels) > 0 {
		shape.Label = bag.Labels[0]
	}
	if record.state == stateCancelled && c.options.Switches.CanceledWithOneL {
		shape.State = "CANCELED"
	}
	if record.state == stateError {
		reply := record.detail.reply
		if reply == nil {
			reply = &Attempt{Status: bag.ResponseStatus, Header: bag.ResponseHeader, Body: bag.ResponseBody}
		}
		shape.Error = reply.errorText()
		shape.ResponseStatus, shape.ResponseHeaders = reply.Status, reply.Header
		shape.ResponseBody = base64Of(trimmed(reply.Body, trim))
	}
	return shape
}

func base64Of(body []byte) string { return base64.StdEncoding.EncodeToString(body) }

// getMessage shows a message that is not done yet.
func (c *call) getMessage() (answer, error) {
	m := c.messages[c.argument]
	if m == nil {
		return answer{}, notFound("message %s not found", c.argument)
	}
	return jsonAnswer(http.StatusOK, c.messageJSON(m.full(), nil)), nil
}

// cancelMessage asks for a message not to be delivered. It takes effect when
// the message would be delivered next.
func (c *call) cancelMessage() (answer, error) {
	m := c.messages[c.argument]
	if m == nil || m.cancelled {
		return answer{}, notFound("message %s not found", c.argument)
	}
	m.cancelled = true
	c.note(m, stateCancelRequested, logDetail{})
	return emptyAnswer(http.StatusOK), nil
}
