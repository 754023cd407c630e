package model

import (
	"slices"
	"strings"
)

// Matching is what a write by filter is for: whatever matches on the server at the moment of the call, which may be more
// than anyone has seen. It is not documented that a filter for messages leaves workflow runs alone. It has at least one
// term besides dates. Its zero value matches nothing and is refused by [Matching.Valid]; only [NewMatching] makes others.
type Matching struct {
	dlq    DLQ
	kind   Kind
	filter ServerFilter
	made   bool
}

// matchingTerm is a field of a filter as a write takes it.
type matchingTerm struct {
	name     string
	messages bool
	runs     bool
	values   func(*ServerFilter) []string
}

var matchingTerms = []matchingTerm{
	{"label", true, true, func(s *ServerFilter) []string { return s.Labels }},
	{"caller address", true, true, func(s *ServerFilter) []string { return s.CallerIPs }},
	{"flow-control key", true, true, func(s *ServerFilter) []string { return s.FlowKeys }},
	{"message id", true, false, func(s *ServerFilter) []string { return oneValue(s.MessageID) }},
	{"status", true, false, func(s *ServerFilter) []string { return s.Statuses }},
	{"URL", true, false, func(s *ServerFilter) []string { return s.URLs }},
	{"queue", true, false, func(s *ServerFilter) []string { return s.Queues }},
	{"URL group", true, false, func(s *ServerFilter) []string { return s.Groups }},
	{"schedule", true, false, func(s *ServerFilter) []string { return s.Schedules }},
	{"workflow URL", false, true, func(s *ServerFilter) []string { return s.WorkflowURLs }},
	{"state", false, true, func(s *ServerFilter) []string { return s.States }},
	{"run id", false, true, func(s *ServerFilter) []string { return oneValue(s.RunID) }},
}

func oneValue(v string) []string {
	if v == "" {
		return nil
	}
	return []string{v}
}

// NewMatching freezes a filter for a write. It refuses one without a term, one with a term that the kind does not have
// (without it the write would reach further), and one with a value that may arrive as another or as several. A run id
// needs the creation of the run too, since the server may take an id for the beginning of others. Dates alone are no
// term: what the server compares them with is not documented.
func NewMatching(dlq DLQ, kind Kind, filter ServerFilter) (Matching, error) {
	if kind != Message && kind != WorkflowRun {
		return Matching{}, refuse("there is no such kind of entry")
	}
	terms := 0
	for _, t := range matchingTerms {
		values := t.values(&filter)
		if values == nil {
			continue
		}
		if kind == Message && !t.messages || kind == WorkflowRun && !t.runs {
			return Matching{}, refuse("%s have no %s to be filtered by", kind.Noun(2), t.name)
		}
		if len(values) == 0 {
			return Matching{}, refuse("the filter names no %s", t.name)
		}
		for _, v := range values {
			if !isPlain(v) || t.name == "status" && !isStatus(v) {
				return Matching{}, refuse("the filter has the %s %q, which the server may read as something else", t.name, v)
			}
		}
		terms++
	}
	if filter.RunCreatedMilli != 0 {
		if kind != WorkflowRun || filter.RunCreatedMilli < 0 {
			return Matching{}, refuse("the filter has a creation of a run that none can have")
		}
		terms++
	}
	switch {
	case filter.RunID != "" && filter.RunCreatedMilli == 0:
		return Matching{}, refuse("the filter names a run without its creation, and the server may take its id for the beginning of others")
	case filter.FromMilli < 0 || filter.ToMilli < 0 || filter.ToMilli != 0 && filter.ToMilli < filter.FromMilli:
		return Matching{}, refuse("the filter has dates that nothing can have")
	case terms == 0:
		return Matching{}, refuse("the filter has no term, and would stand for everything")
	}
	return Matching{dlq: dlq, kind: kind, filter: filter.clone(), made: true}, nil
}

// isStatus tells whether a value is an HTTP status as the server writes it.
func isStatus(v string) bool {
	return len(v) == 3 && v[0] != '0' && !strings.ContainsFunc(v, func(r rune) bool { return r < '0' || r > '9' })
}

// Valid is nil for what [NewMatching] made, and [ErrEmptySelection] for the zero value.
func (m Matching) Valid() error {
	if !m.made {
		return ErrEmptySelection
	}
	return nil
}

// DLQ is the account and region that the write is for.
func (m Matching) DLQ() DLQ { return m.dlq }

// Kind is the kind of all that matches.
func (m Matching) Kind() Kind { return m.kind }

// Filter is what the server is asked to match. It is a copy.
func (m Matching) Filter() ServerFilter { return m.filter.clone() }

func (s ServerFilter) clone() ServerFilter {
	for _, values := range [...]*[]string{
		&s.Labels, &s.CallerIPs, &s.FlowKeys, &s.Statuses, &s.URLs, &s.Queues, &s.Groups, &s.Schedules, &s.WorkflowURLs, &s.States,
	} {
		*values = slices.Clone(*values)
	}
	return s
}
