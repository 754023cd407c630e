package emulator

import (
	"encoding/base64"
	"encoding/json"
	"time"
	"unicode/utf8"
)

// entryJSON is an entry as the API writes it. The names are spelt from the
// contract and shared with nothing.
type entryJSON struct {
	MessageID  string `json:"messageId"`
	DLQID      string `json:"dlqId,omitempty"`
	URL        string `json:"url"`
	Method     string `json:"method"`
	Header     Header `json:"header,omitempty"`
	Body       string `json:"body,omitempty"`
	BodyBase64 string `json:"bodyBase64,omitempty"`
	MaxRetries int    `json:"maxRetries"`
	NotBefore  int64  `json:"notBefore"`
	CreatedAt  int64  `json:"createdAt"`
	CallerIP   string `json:"callerIP,omitempty"`
	// OtherCallerIP is the same address in its other spelling.
	OtherCallerIP string `json:"callerIp,omitempty"`

	TopicName             string   `json:"topicName,omitempty"`
	EndpointName          string   `json:"endpointName,omitempty"`
	QueueName             string   `json:"queueName,omitempty"`
	ScheduleID            string   `json:"scheduleId,omitempty"`
	Callback              string   `json:"callback,omitempty"`
	CallbackHeader        Header   `json:"callbackHeader,omitempty"`
	FailureCallback       string   `json:"failureCallback,omitempty"`
	FailureCallbackHeader Header   `json:"failureCallbackHeader,omitempty"`
	Label                 string   `json:"label,omitempty"`
	Labels                []string `json:"labels,omitempty"`
	FlowControlKey        string   `json:"flowControlKey,omitempty"`
	Parallelism           int      `json:"parallelism,omitempty"`
	Rate                  int      `json:"rate,omitempty"`
	Period                int64    `json:"period,omitempty"`
	RetryDelayExpression  string   `json:"retryDelayExpression,omitempty"`

	ResponseStatus     *int   `json:"responseStatus,omitempty"`
	ResponseHeader     Header `json:"responseHeader,omitempty"`
	ResponseBody       string `json:"responseBody,omitempty"`
	ResponseBodyBase64 string `json:"responseBodyBase64,omitempty"`

	WorkflowRunID        string        `json:"workflowRunId,omitempty"`
	WorkflowURL          string        `json:"workflowUrl,omitempty"`
	WorkflowCreatedAt    any           `json:"workflowCreatedAt,omitempty"`
	FailureCallbackInfo  *callbackJSON `json:"failureCallbackInfo,omitempty"`
	FailureFunctionState CallbackState `json:"failureFunctionState,omitempty"`
}

type callbackJSON struct {
	State           CallbackState `json:"state"`
	ResponseStatus  int           `json:"responseStatus,omitempty"`
	ResponseBody    string        `json:"responseBody,omitempty"`
	ResponseHeaders Header        `json:"responseHeaders,omitempty"`
	ResponseHeader  Header        `json:"responseHeader,omitempty"`
}

// shown is the entry as an endpoint answers it. trim is the number of bytes
// of each body that are wanted; nil means all of them.
func (c *call) shown(e *entry, trim *int) any {
	if e.Raw != nil {
		return e.Raw
	}
	full := e.readable()
	shape := c.messageJSON(full, trim)
	shape.DLQID = e.DLQID
	none := full.ResponseStatus == 0 && c.options.Switches.NoStatusWithoutResponse
	if !full.WithoutResponseStatus && !none {
		shape.ResponseStatus = &full.ResponseStatus
	}
	shape.ResponseHeader = full.ResponseHeader
	shape.ResponseBody, shape.ResponseBodyBase64 = textOrBase64(c.trimmed(full.ResponseBody, trim))
	if full.Workflow != nil {
		c.showWorkflow(shape, full.Workflow)
	}
	return shape
}

// messageJSON is what an entry and a pending message have in common.
func (c *call) messageJSON(e *Entry, trim *int) *entryJSON {
	shape := &entryJSON{
		MessageID: e.MessageID, URL: e.URL, Method: e.Method, Header: e.Header,
		MaxRetries: e.MaxRetries, NotBefore: e.NotBefore.UnixMilli(), CreatedAt: e.CreatedAt.UnixMilli(),
		TopicName: e.TopicName, EndpointName: e.EndpointName, QueueName: e.QueueName,
		ScheduleID: e.ScheduleID, Callback: e.Callback, CallbackHeader: e.CallbackHeader,
		FailureCallback: e.FailureCallback, FailureCallbackHeader: e.FailureCallbackHeader,
		Labels: e.Labels, FlowControlKey: e.FlowControlKey, Parallelism: e.Parallelism,
		Rate: e.Rate, Period: int64(e.Period / time.Second), RetryDelayExpression: e.RetryDelayExpression,
	}
	shape.Body, shape.BodyBase64 = textOrBase64(c.trimmed(e.Body, trim))
	if len(e.Labels) > 0 {
		shape.Label = e.Labels[0]
	}
	if c.options.Switches.CallerIPLowercase {
		shape.OtherCallerIP = e.CallerIP
	} else {
		shape.CallerIP = e.CallerIP
	}
	return shape
}

func (c *call) showWorkflow(shape *entryJSON, w *Workflow) {
	shape.WorkflowRunID, shape.WorkflowURL = w.RunID, w.URL
	shape.WorkflowCreatedAt = w.CreatedAt.UnixMilli()
	if c.options.Switches.WorkflowCreatedAtText {
		shape.WorkflowCreatedAt = w.CreatedAt.UTC().Format(time.RFC3339Nano)
	}
	if w.Callback.State == "" {
		return
	}
	form := c.options.Switches.FailureState
	if form != FailureStateInfo {
		shape.FailureFunctionState = w.Callback.State
	}
	if form == FailureStateFlat {
		return
	}
	info := &callbackJSON{
		State: w.Callback.State, ResponseStatus: w.Callback.ResponseStatus,
		ResponseBody: string(w.Callback.ResponseBody),
	}
	if c.options.Switches.CallbackHeaderSingular {
		info.ResponseHeader = w.Callback.ResponseHeader
	} else {
		info.ResponseHeaders = w.Callback.ResponseHeader
	}
	shape.FailureCallbackInfo = info
}

// page is a listing of entries.
type page struct {
	Cursor   json.RawMessage `json:"cursor,omitempty"`
	Messages []any           `json:"messages"`
}

// textOrBase64 writes a body as text if it is UTF-8 and as base64 if not.
func textOrBase64(body []byte) (text, encoded string) {
	if utf8.Valid(body) {
		return string(body), ""
	}
	return "", base64.StdEncoding.EncodeToString(body)
}

// trimmed is what is shown of a body.
func (c *call) trimmed(body []byte, wanted *int) []byte {
	if limit := c.options.Switches.BodyLimit; limit > 0 {
		body = trimmed(body, &limit)
	}
	return trimmed(body, wanted)
}

// trimmed cuts a body at a rune, so that text stays text.
func trimmed(body []byte, limit *int) []byte {
	if limit == nil || len(body) <= *limit {
		return body
	}
	end := max(*limit, 0)
	if utf8.Valid(body) {
		for end > 0 && !utf8.RuneStart(body[end]) {
			end--
		}
	}
	return body[:end]
}
