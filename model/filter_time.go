package model

import (
	"strings"
	"time"
)

// timeSpan is a half of time: from its bound on, or all before it.
type timeSpan struct {
	bound  time.Time // in UTC, so that equal times are equal values
	before bool
}

// longestAgo is how far back a filter may look; far more than entries are kept.
const longestAgo = 100 * 365 * 24 * time.Hour

// timeField is a field of the time of failure. The server is never asked: which of its times it compares is not known.
func timeField(name, takes, note string, read func(t *term, now time.Time) string) *filterField {
	return &filterField{
		name: name, takes: takes, note: note + "; what has no time of failure is shown unless its creation rules it out",
		read: read,
		match: func(t *term, e *Entry) bool {
			at, failed := e.When()
			return t.matchesTime(at, failed)
		},
		row: func(t *term, _ *rowJudge, p *packedRow) Verdict {
			return verdict(t.matchesTime(p.time(p.when()), p.failed != noTime))
		},
		narrows: narrowsTime,
	}
}

// matchesTime goes by the time of failure. Where that is not known the creation, which is never later, can settle it; where
// it cannot the entry is shown, whether the term is negated or not: a filter must not hide failures.
func (t *term) matchesTime(at time.Time, failed bool) bool {
	switch {
	case failed:
		return at.Before(t.span.bound) == t.span.before
	case at.IsZero() || at.Before(t.span.bound):
		return !t.negated // it failed before the bound, or after
	}
	return !t.span.before // it failed after the bound
}

const noClock = ": what it depends on, the time and the zone, is not known here; give a time like 2026-11-20T03:00:00Z"

func readSince(t *term, now time.Time) string { return t.readPoint(now, false) }

func readUntil(t *term, now time.Time) string { return t.readPoint(now, true) }

// readPoint reads a point in time, which belongs to what is before it as well as to what follows.
func (t *term) readPoint(now time.Time, before bool) string {
	if at, err := time.Parse(time.RFC3339, t.value); err == nil {
		t.setBound(at, before, before)
		return ""
	}
	day, err := time.Parse(time.DateOnly, t.value)
	ago, ok := readAgo(t.value)
	switch {
	case err != nil && !ok:
		return t.mistaken()
	case now.IsZero():
		return t.field.name + ":" + t.value + noClock
	case ok:
		t.setBound(now.Add(-ago), before, before)
	case before:
		t.setBound(time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, now.Location()), true, false)
	default:
		t.setBound(time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, now.Location()), false, false)
	}
	return ""
}

func readAge(t *term, now time.Time) string {
	value, less := strings.CutPrefix(t.value, "<")
	more := false
	if !less {
		value, more = strings.CutPrefix(t.value, ">")
	}
	ago, ok := readAgo(value)
	switch {
	case !ok:
		return t.mistaken()
	case now.IsZero():
		return t.field.name + ":" + t.value + noClock
	}
	t.setBound(now.Add(-ago), more, less)
	return ""
}

// setBound sets the span; past makes it begin or end just after the point.
func (t *term) setBound(at time.Time, before, past bool) {
	if past {
		at = at.Add(1)
	}
	// Without the reading of the monotonic clock and the zone.
	t.span = timeSpan{bound: at.Round(0).UTC(), before: before}
}

// agoUnits are the units of a duration, from the largest down, in seconds.
var agoUnits = []struct {
	name    byte
	seconds int64
}{{'w', 7 * 24 * 60 * 60}, {'d', 24 * 60 * 60}, {'h', 60 * 60}, {'m', 60}, {'s', 1}}

// readAgo reads a duration like 90m, 2h, 3d or 1d12h: whole numbers, and each unit once, from the largest down.
func readAgo(s string) (time.Duration, bool) {
	const longest = int64(longestAgo / time.Second)
	var sum int64
	units := agoUnits
	for rest := s; rest != ""; {
		var n int64
		digits := 0
		for ; digits < len(rest) && '0' <= rest[digits] && rest[digits] <= '9'; digits++ {
			if n = 10*n + int64(rest[digits]-'0'); n > longest {
				return 0, false
			}
		}
		if digits == 0 || digits == len(rest) {
			return 0, false
		}
		for len(units) > 0 && units[0].name != rest[digits] {
			units = units[1:]
		}
		if len(units) == 0 || n > longest/units[0].seconds {
			return 0, false
		}
		if sum += n * units[0].seconds; sum > longest {
			return 0, false
		}
		units, rest = units[1:], rest[digits+1:]
	}
	return time.Duration(sum) * time.Second, s != ""
}
