package api

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"redrive/model"
)

// serverField is a field of the filter that the server takes: the name of its parameter, and the kinds whose endpoints are
// documented to have it. Of others it is not known whether they are refused, ignored or done.
type serverField struct {
	name      string // for people
	parameter string
	messages  bool
	runs      bool
	// date is set for what only narrows a write by filter.
	date   bool
	values func(*model.ServerFilter) []string
}

var serverFields = []serverField{
	{"label", "label", true, true, false, func(s *model.ServerFilter) []string { return s.Labels }},
	{"caller address", "callerIp", true, true, false, func(s *model.ServerFilter) []string { return s.CallerIPs }},
	{"flow-control key", "flowControlKey", true, true, false, func(s *model.ServerFilter) []string { return s.FlowKeys }},
	{"beginning", "fromDate", true, true, true, func(s *model.ServerFilter) []string { return milli(s.FromMilli) }},
	{"end", "toDate", true, true, true, func(s *model.ServerFilter) []string { return milli(s.ToMilli) }},
	{"status", "responseStatus", true, false, false, func(s *model.ServerFilter) []string { return s.Statuses }},
	{"URL", "url", true, false, false, func(s *model.ServerFilter) []string { return s.URLs }},
	{"queue", "queueName", true, false, false, func(s *model.ServerFilter) []string { return s.Queues }},
	{"URL group", "topicName", true, false, false, func(s *model.ServerFilter) []string { return s.Groups }},
	{"schedule", "scheduleId", true, false, false, func(s *model.ServerFilter) []string { return s.Schedules }},
	{"message id", "messageId", true, false, false, func(s *model.ServerFilter) []string { return text(s.MessageID) }},
	{"workflow URL", "workflowUrl", false, true, false, func(s *model.ServerFilter) []string { return s.WorkflowURLs }},
	{"state", "failureFunctionState", false, true, false, func(s *model.ServerFilter) []string { return s.States }},
	{"run id", "workflowRunId", false, true, false, func(s *model.ServerFilter) []string { return text(s.RunID) }},
	{"creation of the run", "workflowCreatedAt", false, true, false, func(s *model.ServerFilter) []string { return milli(s.RunCreatedMilli) }},
}

func (f *serverField) of(kind model.Kind) bool {
	return kind == model.Message && f.messages || kind == model.WorkflowRun && f.runs
}

func milli(ms int64) []string {
	if ms == 0 {
		return nil
	}
	return []string{strconv.FormatInt(ms, 10)}
}

func text(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// matchingParameters are the query of a write by filter. Nothing is left out of it: what cannot be sent as it is makes it
// an error, since without a term the write would reach further.
func matchingParameters(w model.Write) (url.Values, error) {
	filter, kind := w.Matching.Filter(), w.Matching.Kind()
	v := url.Values{}
	terms := 0
	for _, f := range serverFields {
		values := f.values(&filter)
		if values == nil {
			continue
		}
		if !f.of(kind) || len(values) == 0 || slices.ContainsFunc(values, func(s string) bool { return s == "" || strings.Contains(s, ",") }) {
			return nil, refuse("the filter has a %s that cannot be sent as it is", f.name)
		}
		v[f.parameter] = values
		if !f.date {
			terms++
		}
	}
	if terms == 0 {
		return nil, refuse("the filter has no term, and would stand for everything")
	}
	v.Set("count", strconv.Itoa(w.Count))
	if w.Cursor != "" {
		v.Set("cursor", w.Cursor)
	}
	if len(v.Encode()) > model.MostQuery {
		return nil, refuse("the filter is too long for one call")
	}
	return v, nil
}
