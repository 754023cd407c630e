package emulator

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// matcher says whether an entry or message has one of the wanted values.
type matcher func(e *Entry, wanted []string) bool

func has(value func(*Entry) string) matcher {
	return func(e *Entry, wanted []string) bool { return slices.Contains(wanted, value(e)) }
}

func hasOfWorkflow(value func(*Workflow) string) matcher {
	return func(e *Entry, wanted []string) bool {
		return e.Workflow != nil && slices.Contains(wanted, value(e.Workflow))
	}
}

func hasLabel(e *Entry, wanted []string) bool {
	return slices.ContainsFunc(e.Labels, func(label string) bool { return slices.Contains(wanted, label) })
}

// messageMatchers are the filters that the dead letter queue and the log have
// in common.
var messageMatchers = map[string]matcher{
	"messageId":      has(func(e *Entry) string { return e.MessageID }),
	"url":            has(func(e *Entry) string { return e.URL }),
	"topicName":      has(func(e *Entry) string { return e.TopicName }),
	"scheduleId":     has(func(e *Entry) string { return e.ScheduleID }),
	"queueName":      has(func(e *Entry) string { return e.QueueName }),
	"callerIp":       has(func(e *Entry) string { return e.CallerIP }),
	"flowControlKey": has(func(e *Entry) string { return e.FlowControlKey }),
	"label":          hasLabel,
}

// entryMatchers are the filters of the dead letter queue alone.
var entryMatchers = map[string]matcher{
	"responseStatus":       has(func(e *Entry) string { return strconv.Itoa(e.ResponseStatus) }),
	"workflowUrl":          hasOfWorkflow(func(w *Workflow) string { return w.URL }),
	"workflowRunId":        hasOfWorkflow(func(w *Workflow) string { return w.RunID }),
	"failureFunctionState": hasOfWorkflow(func(w *Workflow) string { return string(w.Callback.State) }),
	"workflowCreatedAt": hasOfWorkflow(func(w *Workflow) string {
		return strconv.FormatInt(w.CreatedAt.UnixMilli(), 10)
	}),
}

// oneValueKeys are the filters that take a single value and no commas.
var oneValueKeys = []string{"messageId", "workflowRunId", "workflowCreatedAt"}

// numberKeys are the filters whose values have to be numbers.
var numberKeys = []string{"responseStatus", "workflowCreatedAt"}

// filters reads the filters of the query: the values of one key are
// alternatives, different keys have to match together.
func (c *call) filters() ([]func(*entry) bool, error) {
	matches, err := c.dateFilters()
	if err != nil {
		return nil, err
	}
	for key, values := range c.query {
		matcher := messageMatchers[key]
		if matcher == nil {
			matcher = entryMatchers[key]
		}
		if matcher == nil || c.ignores(key) {
			continue
		}
		matcher = c.widened(key, matcher)
		if !slices.Contains(oneValueKeys, key) {
			values = c.splitCommas(values)
		}
		if err := checkNumbers(key, values); err != nil {
			return nil, err
		}
		matches = append(matches, func(e *entry) bool { return matcher(&e.Entry, values) })
	}
	return matches, nil
}

// ignores says whether the server takes no notice of a filter that it knows.
func (c *call) ignores(key string) bool {
	return slices.Contains(strings.Split(c.options.Switches.IgnoredFilters, ","), key)
}

// widened is a matcher that matches more if a switch says so.
func (c *call) widened(key string, exact matcher) matcher {
	switches := c.options.Switches
	switch {
	case key == "workflowRunId" && switches.RunIDMatchesPrefix:
		return hasPrefix(func(e *Entry) string { return e.workflow().RunID })
	case key == "workflowUrl" && switches.URLMatchesPrefix:
		return hasPrefix(func(e *Entry) string { return e.workflow().URL })
	case key == "url" && switches.URLMatchesPrefix:
		return hasPrefix(func(e *Entry) string { return e.URL })
	default:
		return exact
	}
}

func hasPrefix(value func(*Entry) string) matcher {
	return func(e *Entry, wanted []string) bool {
		have := value(e)
		return have != "" && slices.ContainsFunc(wanted, func(prefix string) bool {
			return strings.HasPrefix(have, prefix)
		})
	}
}

func (c *call) dateFilters() ([]func(*entry) bool, error) {
	from, to, err := dateRange(c.query)
	if err != nil {
		return nil, err
	}
	date := func(e *entry) instant { return instantOf(e.FailedAt) }
	switches := c.options.Switches
	if switches.DatesCompareCreation {
		date = func(e *entry) instant { return instantOf(e.CreatedAt) }
	}
	if message := date; switches.DatesCompareRunCreation {
		date = func(e *entry) instant {
			if e.isWorkflow() {
				return instantOf(e.Workflow.CreatedAt)
			}
			return message(e)
		}
	}
	if c.ignores("fromDate") {
		from = nil
	}
	if c.ignores("toDate") {
		to = nil
	}
	var matches []func(*entry) bool
	if from != nil {
		matches = append(matches, func(e *entry) bool { return date(e) >= *from })
	}
	if to != nil {
		matches = append(matches, func(e *entry) bool { return date(e) <= *to })
	}
	return matches, nil
}

// dateRange reads fromDate and toDate, Unix milliseconds, both inclusive.
func dateRange(query url.Values) (from, to *instant, err error) {
	if from, err = date(query, "fromDate"); err != nil {
		return nil, nil, err
	}
	if to, err = date(query, "toDate"); err != nil {
		return nil, nil, err
	}
	return from, to, nil
}

func date(query url.Values, key string) (*instant, error) {
	if !query.Has(key) {
		return nil, nil
	}
	ms, err := strconv.ParseInt(query.Get(key), 10, 64)
	if err != nil {
		return nil, badRequest("invalid %s", key)
	}
	at := instant(ms)
	return &at, nil
}

func checkNumbers(key string, values []string) error {
	if !slices.Contains(numberKeys, key) {
		return nil
	}
	for _, value := range values {
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			return badRequest("invalid %s", key)
		}
	}
	return nil
}
