package model

import (
	"cmp"
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
		return s.compareNewestFirst(x, y)
	}
	if by.Reversed {
		return -s.compareNewestFirst(x, y)
	}
	return s.compareNewestFirst(x, y)
}

func (s *Snapshot) compareBy(o Order, x, y *packedRow) int {
	f, g := s.shared[x.shared], s.shared[y.shared]
	switch o {
	case ByStatus:
		return cmp.Compare(x.status, y.status)
	case ByDestination:
		return cmp.Or(s.compareTexts(x.url, y.url), strings.Compare(f.method, g.method))
	case ByQueue:
		return cmp.Or(strings.Compare(f.queue, g.queue), strings.Compare(f.group, g.group))
	case ByLabel:
		if x.labels == y.labels {
			return 0
		}
		var space [2][longCompared]byte
		return compareLabels(loose(s.texts.appendTo(space[0][:0], x.labels)), loose(s.texts.appendTo(space[1][:0], y.labels)))
	case ByMaxRetries:
		return cmp.Compare(x.retries, y.retries)
	case ByRun:
		return strings.Compare(s.runID(x), s.runID(y))
	case ByFailureState:
		return strings.Compare(f.failureState, g.failureState)
	case ByResponse:
		return s.compareTexts(x.response, y.response)
	case ByFailure:
	}
	return s.compareNewestFirst(x, y)
}

func (s *Snapshot) compareTexts(a, b uint32) int {
	if a == b {
		return 0
	}
	return s.texts.compare(a, b)
}

func (s *Snapshot) compareNewestFirst(x, y *packedRow) int {
	if a, b := x.when(), y.when(); a != b {
		if a > b {
			return -1
		}
		return 1
	}
	if x.sequence != y.sequence {
		return cmp.Compare(y.sequence, x.sequence)
	}
	if x.flags&y.flags&ownID != 0 {
		return 0
	}
	return strings.Compare(s.id(x), s.id(y))
}
