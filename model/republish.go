package model

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// NewMessageOf is a message with the content and the settings of an entry, such as a deleted one that is brought back from the
// trash. It goes to the entry's own URL, even if that was an endpoint of a URL group, into its queue, with its labels and
// the one given; labels of earlier operations are taken off. What the entry has of a schedule, and the time before which
// it was not to be delivered, are left out.
//
// The error is a [RefusedError]: for workflow runs, which no message can bring back, for what was read in part or
// redacted, and for what a [NewMessage] cannot have.
func NewMessageOf(d Detail, label string) (NewMessage, error) {
	switch {
	case d.Key.Kind == WorkflowRun || d.WorkflowRunID != "" || slices.ContainsFunc(d.Header, isWorkflowHeader):
		return NewMessage{}, refuse("a workflow run cannot be published as a message: export it, and start the workflow again")
	case d.Problem != "":
		return NewMessage{}, refuse("the entry was read in part: %s", d.Problem)
	case len(d.CallbackHeader) > 0 || len(d.FailureCallbackHeader) > 0:
		return NewMessage{}, refuse("its callback has headers, which would be lost")
	case slices.ContainsFunc(d.Unknown, isAPIField):
		return NewMessage{}, refuse("it was for an API of the server, not for a URL")
	case d.Flow.Period%time.Second != 0:
		return NewMessage{}, refuse("its period of %s is no whole number of seconds", d.Flow.Period)
	}
	m := NewMessage{
		DLQ: d.Key.DLQ, From: d.Key, Destination: d.URL, Queue: d.QueueName, Method: d.Method,
		Header: forwarded(d.Header), Body: slices.Clone(d.Body.Bytes),
	}
	set := func(s Setting, value string) { m.Overrides.Values[s] = value }
	number := func(s Setting, n int) {
		if n != 0 {
			set(s, strconv.Itoa(n))
		}
	}
	set(SetRetries, strconv.Itoa(d.MaxRetries))
	set(SetRetryDelay, d.RetryDelayExpression)
	set(SetFlowKey, d.FlowControlKey)
	if d.FlowControlKey != "" {
		number(SetRate, d.Flow.Rate)
		number(SetParallelism, d.Flow.Parallelism)
		if d.Flow.Rate != 0 && d.Flow.Period != 0 {
			set(SetPeriod, strconv.FormatInt(int64(d.Flow.Period/time.Second), 10)+"s")
		}
	}
	set(SetCallback, d.Callback)
	set(SetFailureCallback, d.FailureCallback)
	for _, l := range d.Labels {
		if !strings.HasPrefix(l, LabelPrefix) {
			m.Overrides.Labels = append(m.Overrides.Labels, l)
		}
	}
	if label != "" && !slices.Contains(m.Overrides.Labels, label) {
		m.Overrides.Labels = append(m.Overrides.Labels, label)
	}
	if err := m.Valid(); err != nil {
		return NewMessage{}, err
	}
	return m, nil
}

// isWorkflowHeader tells of a header that the message is a step of a workflow run.
func isWorkflowHeader(h HeaderField) bool {
	return strings.HasPrefix(strings.ToLower(h.Name), "upstash-workflow-")
}

// isAPIField tells of a field of the entry that it was not delivered to a URL.
func isAPIField(f HeaderField) bool {
	return f.Name == "api" && !slices.Contains([]string{"", "null", `""`, "{}"}, f.Value)
}

// hopHeaders are of one connection, and not of the message.
var hopHeaders = []string{
	"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
	"transfer-encoding", "upgrade", "content-length", "host",
}

// forwarded are the headers of a delivery that were the message's own.
func forwarded(header []HeaderField) []HeaderField {
	var named []string // by Connection, as being of the connection too
	for _, h := range header {
		if strings.EqualFold(h.Name, "Connection") {
			for name := range strings.SplitSeq(h.Value, ",") {
				named = append(named, strings.ToLower(strings.TrimSpace(name)))
			}
		}
	}
	var own []HeaderField
	for _, h := range header {
		name := strings.ToLower(h.Name)
		if strings.HasPrefix(name, "upstash-") || slices.Contains(hopHeaders, name) || slices.Contains(named, name) {
			continue
		}
		own = append(own, h)
	}
	return own
}
