package model

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ServerFilter is the part of a [Filter] that the server does exactly. Several values of a field are alternatives.
// What the server returns may still be more than the filter means: every row is matched here as well.
type ServerFilter struct {
	Labels    []string
	CallerIPs []string
	// FlowKeys and the dates are never part of a [Filter]: what the server means by them is not documented for every list.
	FlowKeys           []string
	FromMilli, ToMilli int64 // Unix ms, both inclusive; 0 for any

	// Of messages only.
	MessageID string
	Statuses  []string
	URLs      []string
	Queues    []string
	Groups    []string
	Schedules []string

	// Of workflow runs only.
	WorkflowURLs    []string
	States          []string
	RunCreatedMilli int64 // Unix ms; 0 for any
	// RunID is never part of a [Filter]: the server may take it for the beginning of an id.
	RunID string
}

// Identity is equal for two server filters exactly when they ask the server for the same list.
func (s ServerFilter) Identity() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q %d %q %d %d", s.MessageID, s.RunCreatedMilli, s.RunID, s.FromMilli, s.ToMilli)
	for _, values := range [...][]string{
		s.Labels, s.CallerIPs, s.Statuses, s.URLs, s.Queues, s.Groups, s.Schedules, s.WorkflowURLs, s.States, s.FlowKeys,
	} {
		fmt.Fprintf(&b, " %q", slices.Compact(slices.Sorted(slices.Values(values))))
	}
	return b.String()
}

// Server is the part of the filter that the server does exactly for this kind. Excluding is never part of it, and a field
// is only when all its values can be: without one alternative the server would keep back what the filter lets through.
func (f Filter) Server(kind Kind) ServerFilter {
	var s ServerFilter
	for _, field := range filterFields {
		if field.server == nil {
			continue
		}
		var values []string
		exact := true
		for i := range f.terms {
			t := &f.terms[i]
			if t.field != field || t.negated {
				continue
			}
			v := t.value
			if field.exact != nil {
				v = field.exact(t)
			}
			exact = exact && isPlain(v)
			if !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		if exact && len(values) > 0 {
			field.server(kind, values, &s)
		}
	}
	return s
}

// isPlain tells whether a value surely arrives as it is: the server splits some at commas, and may trim or mend others.
func isPlain(v string) bool {
	return v != "" && utf8.ValidString(v) && strings.TrimSpace(v) == v &&
		!strings.ContainsFunc(v, func(r rune) bool { return r == ',' || r == utf8.RuneError || unicode.IsControl(r) })
}

func ofMessages(place func(*ServerFilter) *[]string) func(Kind, []string, *ServerFilter) {
	return func(kind Kind, values []string, s *ServerFilter) {
		if kind == Message {
			*place(s) = values
		}
	}
}

func ofRuns(place func(*ServerFilter) *[]string) func(Kind, []string, *ServerFilter) {
	return func(kind Kind, values []string, s *ServerFilter) {
		if kind == WorkflowRun {
			*place(s) = values
		}
	}
}

func ofAll(place func(*ServerFilter) *[]string) func(Kind, []string, *ServerFilter) {
	return func(_ Kind, values []string, s *ServerFilter) { *place(s) = values }
}
