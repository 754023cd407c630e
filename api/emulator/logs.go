package emulator

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
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
		"messageIds", "host", "path", "flowControlKey", "callerIp", "trimBody", "groupBy",
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
	ResponseHeader   Header   `json:"responseHeader,omitempty"`
	Timeout          int64    `json:"timeout,omitempty"`
	Callback         string   `json:"callback,omitempty"`
	CallbackHeaders  Header   `json:"callbackHeaders,omitempty"`
	FailureCallback  string   `json:"failureCallback,omitempty"`
	FailureHeaders   Header   `json:"failureCallbackHeaders,omitempty"`
	MaxRetries       int      `json:"maxRetries"`
	RetryDelay       string   `json:"retryDelayExpression,omitempty"`
	RetryDelayShort  string   `json:"retryDelayExpr,omitempty"`
	Label            string   `json:"label,omitempty"`
	Labels           []string `json:"labels,omitempty"`
	FlowControlKey   string   `json:"flowControlKey,omitempty"`
	Parallelism      int      `json:"parallelism,omitempty"`
	Rate             int      `json:"rate,omitempty"`
	Period           int64    `json:"period,omitempty"`
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
	wanted := 0
	for key, values := range c.query {
		matcher := messageMatchers[key]
		if matcher == nil {
			matcher = logMatchers[key]
		}
		if matcher == nil || c.ignores(key) {
			continue
		}
		matcher = c.widened(key, matcher)
		if !slices.Contains(oneValueKeys, key) {
			values = c.splitCommas(values)
		}
		wanted += len(values)
		matchers = append(matchers, func(bag *Entry) bool { return matcher(bag, values) })
	}
	matches := func(bag *Entry) bool {
		return !slices.ContainsFunc(matchers, func(matches func(*Entry) bool) bool { return !matches(bag) })
	}
	if wanted > fewValues {
		matches = remembered(matches)
	}
	return func(record *logRecord) bool {
		at := record.key.at
		if at > readable || from != nil && at < *from || to != nil && at > *to {
			return false
		}
		if states != nil && !slices.Contains(states, record.state) {
			return false
		}
		return matches(record.bag)
	}, nil
}

// fewValues is how many values are sooner compared than looked up.
const fewValues = 8

// remembered asks once about each message, which has several records.
func remembered(matches func(*Entry) bool) func(*Entry) bool {
	known := map[*Entry]bool{}
	return func(bag *Entry) bool {
		is, asked := known[bag]
		if !asked {
			is = matches(bag)
			known[bag] = is
		}
		return is
	}
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
	bag := record.bag.readable()
	shape := logJSON{
		Time: int64(record.key.at), MessageID: bag.MessageID, State: string(record.state),
		URL: bag.URL, Method: bag.Method, Header: bag.Header, Body: base64Of(c.trimmed(bag.Body, trim)),
		NextDeliveryTime: int64(record.detail.next), TopicName: bag.TopicName,
		EndpointName: bag.EndpointName, ScheduleID: bag.ScheduleID, QueueName: bag.QueueName,
		Timeout: bag.Timeout.Milliseconds(), Callback: bag.Callback, CallbackHeaders: bag.CallbackHeader,
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
		shape.ResponseBody = base64Of(c.trimmed(reply.Body, trim))
	}
	if c.options.Switches.LogsHeaderSingular {
		shape.ResponseHeader, shape.ResponseHeaders = shape.ResponseHeaders, nil
	}
	if c.options.Switches.LogsRetryDelayShort {
		shape.RetryDelayShort, shape.RetryDelay = shape.RetryDelay, ""
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
	return jsonAnswer(http.StatusOK, c.messageJSON(m.readable(), nil)), nil
}
