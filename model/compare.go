package model

import (
	"cmp"
	"slices"
	"strings"
)

// compare orders two rows as [Sorting.compare] orders their entries.
func (s *Snapshot) compare(by Sorting, a, b Row) int {
	x, y := s.row(a), s.row(b)
	if (x.flags|y.flags)&unpacked != 0 {
		return by.compare(s.At(a), s.At(b))
	}
	if by.Order != ByFailure {
		c := s.compareBy(by.Order, x, y)
		if by.Reversed {
			c = -c
		}
		if c != 0 {
			return c
		}
		return compareRowsNewestFirst(x, y)
	}
	if by.Reversed {
		return -compareRowsNewestFirst(x, y)
	}
	return compareRowsNewestFirst(x, y)
}

func (s *Snapshot) compareBy(o Order, x, y *packedRow) int {
	f, g := s.shared[x.shared], s.shared[y.shared]
	switch o {
	case ByStatus:
		return cmp.Compare(f.status, g.status)
	case ByDestination:
		return cmp.Or(s.compareTexts(x.url, y.url), strings.Compare(f.method, g.method))
	case ByQueue:
		return cmp.Or(strings.Compare(f.queue, g.queue), strings.Compare(f.group, g.group))
	case ByLabel:
		return slices.Compare(f.labels, g.labels)
	case ByMaxRetries:
		return cmp.Compare(f.maxRetries, g.maxRetries)
	case ByRun:
		return strings.Compare(x.ids[x.msgEnd:], y.ids[y.msgEnd:])
	case ByFailureState:
		return strings.Compare(f.failureState, g.failureState)
	case ByResponse:
		return s.compareTexts(x.response, y.response)
	case ByFailure:
	}
	return compareRowsNewestFirst(x, y)
}

func (s *Snapshot) compareTexts(a, b uint32) int {
	if a == b {
		return 0
	}
	return strings.Compare(s.texts[a], s.texts[b])
}

func compareRowsNewestFirst(x, y *packedRow) int {
	if a, b := x.when(), y.when(); a != b {
		if a > b {
			return -1
		}
		return 1
	}
	if x.sequence != y.sequence {
		return cmp.Compare(y.sequence, x.sequence)
	}
	return strings.Compare(x.ids[:x.idEnd], y.ids[:y.idEnd])
}
