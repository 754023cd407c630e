package emulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// callbackSettings are how a callback differs from the message that it is
// for.
type callbackSettings struct {
	method     string
	retries    *int
	retryDelay string
	timeout    time.Duration
	delay      time.Duration
}

// callbackSetting reads what follows Upstash-Callback- and
// Upstash-Failure-Callback- in the name of a header.
func (c *call) callbackSetting(option, setting, value string) (func(*callbackSettings), error) {
	wrong := badRequest("invalid Upstash-%s", option)
	ignored := func(*callbackSettings) {}
	switch setting {
	case "Method":
		if !slices.Contains(methods, value) {
			return ignored, wrong
		}
		return func(s *callbackSettings) { s.method = value }, nil
	case "Retries":
		retries, err := strconv.Atoi(value)
		if err != nil || retries < 0 {
			return ignored, wrong
		}
		if quota := c.options.RetryQuota; quota > 0 && retries > quota {
			return ignored, refusal{http.StatusPreconditionFailed, "quota maxRetries exceeded"}
		}
		return func(s *callbackSettings) { s.retries = &retries }, nil
	case "Retry-Delay":
		if _, err := parseExpression(value); err != nil {
			return ignored, wrong
		}
		return func(s *callbackSettings) { s.retryDelay = value }, nil
	case "Timeout", "Delay":
		duration, err := parseDuration(value)
		if err != nil {
			return ignored, wrong
		}
		return func(s *callbackSettings) {
			if setting == "Delay" {
				s.delay = duration
			} else {
				s.timeout = duration
			}
		}, nil
	}
	return ignored, nil
}

// callbackBody is what a callback is told. Bodies are base64.
type callbackBody struct {
	Status          int    `json:"status"`
	Header          Header `json:"header,omitempty"`
	Body            []byte `json:"body"`
	Retried         int    `json:"retried"`
	MaxRetries      int    `json:"maxRetries"`
	DLQID           string `json:"dlqId,omitempty"`
	SourceMessageID string `json:"sourceMessageId"`
	TopicName       string `json:"topicName,omitempty"`
	EndpointName    string `json:"endpointName,omitempty"`
	URL             string `json:"url"`
	Method          string `json:"method"`
	SourceHeader    Header `json:"sourceHeader,omitempty"`
	SourceBody      []byte `json:"sourceBody"`
	NotBefore       string `json:"notBefore"`
	CreatedAt       string `json:"createdAt"`
	ScheduleID      string `json:"scheduleId,omitempty"`
	CallerIP        string `json:"callerIP,omitempty"`
}

// callBack tells the callback of a message how an attempt went.
func (s *Server) callBack(m *message, reply Attempt) {
	s.tell(m, reply, m.Callback, m.CallbackHeader, m.callback, "")
}

// callBackFailure tells the failure callback that the message is in the dead
// letter queue.
func (s *Server) callBackFailure(m *message, reply Attempt, dlqID string) {
	s.tell(m, reply, m.FailureCallback, m.FailureCallbackHeader, m.failureCallback, dlqID)
}

// tell sends a callback, which is a message like any other. The failure
// function of a workflow run is not one.
func (s *Server) tell(m *message, reply Attempt, url string, header Header, how callbackSettings, dlqID string) {
	if url == "" || m.run != nil {
		return
	}
	full := m.full()
	body, err := json.Marshal(callbackBody{
		Status: reply.Status, Header: reply.Header, Body: reply.Body, Retried: max(m.attempts-1, 0),
		MaxRetries: m.MaxRetries, DLQID: dlqID, SourceMessageID: m.MessageID, TopicName: m.TopicName,
		EndpointName: m.EndpointName, URL: m.URL, Method: m.Method, SourceHeader: full.Header,
		SourceBody: full.Body, NotBefore: strconv.FormatInt(m.NotBefore.UnixMilli(), 10),
		CreatedAt: strconv.FormatInt(m.CreatedAt.UnixMilli(), 10), ScheduleID: m.ScheduleID, CallerIP: m.CallerIP,
	})
	if err != nil {
		return
	}
	bag := Entry{
		MessageID: s.ids.messageID(), URL: url, Method: cmp.Or(how.method, http.MethodPost), Body: body,
		Header: header.with("Content-Type", "application/json"), MaxRetries: m.MaxRetries,
		RetryDelayExpression: how.retryDelay, Timeout: how.timeout, CallerIP: m.CallerIP,
		CreatedAt: s.now.time(), NotBefore: s.now.plus(how.delay).time(),
	}
	if how.retries != nil {
		bag.MaxRetries = *how.retries
	}
	s.send(&message{Entry: bag, origin: &entry{}, script: s.script(&bag)}, s.now.plus(how.delay))
}
