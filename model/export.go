package model

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// Export is an entry as it is written to a file or copied: with the names that the API has for its fields where it has
// them, so that a file can be read with what reads the API.
//
// Bodies that are not UTF-8 are in base64, in the field that the API has for it. Characters that would act on a terminal are
// escaped, which is the same JSON.
func (d *Detail) Export(masked bool) ([]byte, error) {
	m := masking(masked)
	x := exported{
		Kind: d.Key.Kind.Noun(1), DLQID: d.Key.ID, MessageID: d.MessageID, Masked: masked,
		URL: m.url(d.URL), Method: d.Method, Queue: d.QueueName, URLGroup: d.URLGroup, Endpoint: d.Endpoint,
		Schedule: d.ScheduleID, FlowControlKey: d.FlowControlKey, CallerIP: d.CallerIP, Labels: d.Labels,
		FirstLabelOnly: d.FirstLabelOnly, MaxRetries: d.MaxRetries,
		CreatedAt: millis(d.CreatedAt), FailedAt: millis(d.FailedAt), NotBefore: millis(d.NotBefore),
		Status: d.Status, RunID: d.WorkflowRunID, WorkflowURL: m.url(d.WorkflowURL),
		RunCreatedAt: millis(d.WorkflowCreatedAt), FailureState: d.FailureState, Step: d.Cause.Step,
		RetryDelay: d.RetryDelayExpression, Rate: d.Flow.Rate, Parallelism: d.Flow.Parallelism, Period: int64(d.Flow.Period / time.Second),
		Header: m.headers(d.Header), ResponseHeader: m.headers(d.ResponseHeader),
		Callback: m.url(d.Callback), CallbackHeader: m.headers(d.CallbackHeader),
		FailureCallback: m.url(d.FailureCallback), FailureCallbackHeader: m.headers(d.FailureCallbackHeader),
		Problem: d.Problem,
	}
	x.Body, x.BodyBase64 = m.body(d.Body)
	x.ResponseBody, x.ResponseBodyBase64 = m.body(d.ResponseBody)
	if f := d.FailureFunction; f != nil {
		e := &exportedFailure{State: f.State, Status: f.Status, Header: m.headers(f.Header)}
		e.Body, e.BodyBase64 = m.body(f.Body)
		x.FailureFunction = e
	}
	for _, f := range d.Unknown {
		if x.Unknown == nil {
			x.Unknown = map[string]json.RawMessage{}
		}
		x.Unknown[f.Name] = m.json(f)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(x); err != nil {
		return nil, err
	}
	return visibleJSON(bytes.TrimRight(out.Bytes(), "\n")), nil
}

// exported is the form of an exported entry.
type exported struct {
	Kind      string `json:"kind"`
	DLQID     string `json:"dlqId"`
	MessageID string `json:"messageId,omitempty"`
	// Masked says that secrets are left out, so that the entry is not taken for what was sent.
	Masked bool `json:"masked"`

	URL            string   `json:"url"`
	Method         string   `json:"method,omitempty"`
	Queue          string   `json:"queueName,omitempty"`
	URLGroup       string   `json:"topicName,omitempty"`
	Endpoint       string   `json:"endpointName,omitempty"`
	Schedule       string   `json:"scheduleId,omitempty"`
	FlowControlKey string   `json:"flowControlKey,omitempty"`
	Rate           int      `json:"rate,omitempty"`
	Parallelism    int      `json:"parallelism,omitempty"`
	Period         int64    `json:"period,omitempty"`
	CallerIP       string   `json:"callerIP,omitempty"`
	Labels         []string `json:"labels,omitempty"`
	FirstLabelOnly bool     `json:"firstLabelOnly,omitempty"`
	MaxRetries     int      `json:"maxRetries"`
	RetryDelay     string   `json:"retryDelayExpression,omitempty"`
	CreatedAt      int64    `json:"createdAt,omitempty"`
	FailedAt       int64    `json:"failedAt,omitempty"`
	NotBefore      int64    `json:"notBefore,omitempty"`

	Header     map[string][]string `json:"header,omitempty"`
	Body       string              `json:"body,omitempty"`
	BodyBase64 []byte              `json:"bodyBase64,omitempty"`

	Status             int                 `json:"responseStatus"`
	ResponseHeader     map[string][]string `json:"responseHeader,omitempty"`
	ResponseBody       string              `json:"responseBody,omitempty"`
	ResponseBodyBase64 []byte              `json:"responseBodyBase64,omitempty"`

	RunID        string `json:"workflowRunId,omitempty"`
	WorkflowURL  string `json:"workflowUrl,omitempty"`
	RunCreatedAt int64  `json:"workflowCreatedAt,omitempty"`
	FailureState string `json:"failureCallbackState,omitempty"`
	// Step is what the logs tell of the step that the run failed at; the API has no such field.
	Step            string           `json:"failedStep,omitempty"`
	FailureFunction *exportedFailure `json:"failureFunction,omitempty"`

	Callback              string              `json:"callback,omitempty"`
	CallbackHeader        map[string][]string `json:"callbackHeader,omitempty"`
	FailureCallback       string              `json:"failureCallback,omitempty"`
	FailureCallbackHeader map[string][]string `json:"failureCallbackHeader,omitempty"`

	Problem string `json:"problem,omitempty"`
	// Unknown are fields of the API that redrive does not know.
	Unknown map[string]json.RawMessage `json:"otherFields,omitempty"`
}

type exportedFailure struct {
	State      string              `json:"state,omitempty"`
	Status     int                 `json:"status,omitempty"`
	Header     map[string][]string `json:"header,omitempty"`
	Body       string              `json:"body,omitempty"`
	BodyBase64 []byte              `json:"bodyBase64,omitempty"`
}

// masking tells whether secrets are left out.
type masking bool

func (m masking) url(raw string) string {
	if m {
		return MaskURL(raw)
	}
	return raw
}

func (m masking) text(s string) string {
	if m {
		return MaskText(s)
	}
	return s
}

func (m masking) headers(fields []HeaderField) map[string][]string {
	if len(fields) == 0 {
		return nil
	}
	h := make(map[string][]string, len(fields))
	for _, f := range fields {
		value := f.Value
		if m {
			value = MaskHeader(f.Name, value)
		}
		h[f.Name] = append(h[f.Name], value)
	}
	return h
}

// body is a body as text, or its bytes when it is none.
func (m masking) body(b Body) (text string, raw []byte) {
	s := m.text(string(b.Bytes))
	if utf8.ValidString(s) {
		return s, nil
	}
	return "", []byte(s)
}

// json is the value of a field that is not known: as it came, or as a string when it is no JSON, or not any more.
func (m masking) json(f HeaderField) json.RawMessage {
	value := f.Value
	if m {
		value = MaskHeader(f.Name, value)
	}
	if utf8.ValidString(value) && json.Valid([]byte(value)) {
		return json.RawMessage(value)
	}
	quoted, _ := json.Marshal(strings.ToValidUTF8(value, "\uFFFD"))
	return quoted
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
