package model

import (
	"cmp"
	"slices"
	"strings"
)

// Order is what a list is sorted by.
type Order uint8

// The orders, one for each column.
const (
	ByFailure Order = iota
	ByStatus
	ByDestination
	ByQueue
	ByLabel
	ByMaxRetries
	ByRun
	ByFailureState
	ByResponse
)

// Orders are those that make sense for a kind, in the order of its columns.
func Orders(k Kind) []Order {
	if k == WorkflowRun {
		return []Order{ByFailure, ByStatus, ByDestination, ByRun, ByFailureState, ByLabel, ByResponse}
	}
	return []Order{ByFailure, ByStatus, ByDestination, ByQueue, ByLabel, ByMaxRetries, ByResponse}
}

func (o Order) String() string {
	return [...]string{
		"time of failure, newest first", "status", "destination", "queue or URL group", "label", "max retries", "run",
		"failure function", "response",
	}[o]
}

// Sorting is an order, or its reverse. The zero value is by time of failure, newest first.
type Sorting struct {
	Order    Order
	Reversed bool
}

// compare orders two entries; those that are equal in it stand newest first.
func (s Sorting) compare(a, b *Entry) int {
	c := s.Order.compare(a, b)
	if s.Reversed {
		c = -c
	}
	return cmp.Or(c, compareNewestFirst(a, b))
}

func (o Order) compare(a, b *Entry) int {
	switch o {
	case ByStatus:
		return cmp.Compare(a.Status, b.Status)
	case ByDestination:
		return cmp.Or(strings.Compare(a.URL, b.URL), strings.Compare(a.Method, b.Method))
	case ByQueue:
		return cmp.Or(strings.Compare(a.QueueName, b.QueueName), strings.Compare(a.URLGroup, b.URLGroup))
	case ByLabel:
		return slices.Compare(a.Labels, b.Labels)
	case ByMaxRetries:
		return cmp.Compare(a.MaxRetries, b.MaxRetries)
	case ByRun:
		return strings.Compare(a.WorkflowRunID, b.WorkflowRunID)
	case ByFailureState:
		return strings.Compare(a.FailureState, b.FailureState)
	case ByResponse:
		return strings.Compare(a.Response, b.Response)
	}
	return compareNewestFirst(a, b)
}

// Order is what the list is sorted by.
func (l *Listing) Order() Sorting { return l.sorting }

// Sort begins a change of the order. Until [Listing.ApplyRebuilt] the rows stand as they did.
func (l *Listing) Sort(s Sorting) Rebuild {
	l.nextSorting = s
	return l.Refilter(l.filter, false)
}
