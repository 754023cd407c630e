package model

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// LabelPrefix begins the label that an operation adds to what it creates, so that it can be found in the logs.
const LabelPrefix = "redrive-"

// Plan is what a write would do, frozen at the moment it was asked for: exactly these entries, whatever the list shows
// later.
type Plan struct {
	Verb      Verb
	Selection Selection
	Entries   []Entry // of the selection, in its order, as they were
	Overrides Overrides
	// Operation is the label that is added to the entries' own, such as redrive-1a2b3c4d.
	Operation string
	FrozenAt  time.Time
	// Kept is set of a delete when the entries are kept before.
	Kept bool
	// Matching is set when the server decides, by a filter, what is done; the entries are then what it is expected to take.
	Matching Matching

	// What is not in the plan.
	Hidden int // marked, and hidden by the filter
	// Unfit are the runs that were marked and whose state the verb is not for.
	Unfit     []string
	Newcomers int  // waiting to be taken in
	Partial   bool // not all of the DLQ is loaded, and what is not may belong to the group
	Acted     int  // marked, and already acted on
	Doubtful  int  // in doubt from before: they may be sent twice
	Gone      int  // found to be gone when the plan was checked

	// First is how many of the entries, from the first, go out ahead of the others, each by a call of its own and with one
	// attempt; 0 when all go alike.
	First int
	// IsCanary is set of an entry that goes out by itself before Behind others, which wait for what becomes of it.
	IsCanary bool
	Behind   int
	// Stop is when the job stops feeding by itself.
	Stop StopRule
	// Given are settings that single entries get back, since an operation before had replaced them.
	Given map[Key]Overrides
	// Unknown is how many entries an operation before replaced something of, and of which is not known what they had.
	Unknown int

	// Filterable is set when the plan is all that a filter lets through, and the server can do that filter exactly.
	Filterable Matching

	// CursorOutside is the entry under the cursor when it is not among the marked ones.
	CursorOutside *Entry
}

// PlanRequest is what the screen knows when a plan is asked for.
type PlanRequest struct {
	Verb      Verb
	List      *Listing
	Acted     func(Key) bool // whether the entry takes no verb
	Operation string
	Now       time.Time
	// Gives are what the entries that came back of jobs get back of their own; the last job that knows an entry counts.
	Gives []Gives
	// Group are the entries instead of the marked ones, when it is not nil: those of a group, all of the list's kind.
	Group []*Entry
}

// NewPlan freezes the marked entries that are shown, or the one under the cursor when none is marked. The error says
// why there is nothing to plan.
func NewPlan(r PlanRequest) (Plan, error) { return BeginPlan(r).Run() }

// labels are the i-th entry's own with the operation's added and those of earlier operations taken off; nil when they must
// be left as they are, since not all are known or one cannot be sent back as it is.
func (p *Plan) labels(i int) ([]string, bool) {
	own, known := p.ownLabels(i)
	if p.Operation == "" || !known {
		return nil, false
	}
	labels := make([]string, 0, len(own)+1)
	for _, l := range own {
		if l == "" || l != strings.TrimSpace(l) || strings.ContainsFunc(l, func(r rune) bool { return r == ',' || r < ' ' || r == 0x7f || r == '\uFFFD' }) {
			return nil, false
		}
		if !strings.HasPrefix(l, LabelPrefix) {
			labels = append(labels, l)
		}
	}
	return append(labels, p.Operation), true
}

// Count is how many entries of a plan share a value.
type Count struct {
	Value string
	N     int
}

// ByDestination counts the entries by method and destination, most first; the query is left out.
func (p *Plan) ByDestination() []Count {
	type address struct{ method, url string }
	return counted(p, func(e *Entry) address { return address{e.Method, e.URL} }, func(a address) string {
		return strings.TrimSpace(a.method + " " + Destination(a.url))
	})
}

// ByStatus counts the entries by the last response's status, most first.
func (p *Plan) ByStatus() []Count {
	return counted(p, func(e *Entry) int { return e.Status }, func(status int) string {
		if status == 0 {
			return "no response"
		}
		return strconv.Itoa(status)
	})
}

// Ages are the times of the oldest and the newest failure; zero when unknown.
func (p *Plan) Ages() (oldest, newest time.Time) {
	for i := range p.Entries {
		at, _ := p.Entries[i].When()
		if at.IsZero() {
			continue
		}
		if oldest.IsZero() || at.Before(oldest) {
			oldest = at
		}
		if at.After(newest) {
			newest = at
		}
	}
	return oldest, newest
}

// Oddest is the entry that is least like the others, by destination and status; false when all are alike.
func (p *Plan) Oddest() (*Entry, bool) {
	type look struct {
		status      int
		method, url string
	}
	of := func(e *Entry) look { return look{e.Status, e.Method, e.URL} }
	like := func(l look) string { return fmt.Sprint(l.status, " ", l.method, " ", Destination(l.url)) }
	groups := counted(p, of, like)
	if len(groups) < 2 || groups[0].N == 1 {
		return nil, false
	}
	rare := groups[len(groups)-1].Value
	for i := range p.Entries {
		// Hardly any is the one: the number is cheap to compare, and leaves few to be put in words.
		if e := &p.Entries[i]; strings.HasPrefix(rare, strconv.Itoa(e.Status)) && like(of(e)) == rare {
			return e, true
		}
	}
	return nil, false
}

// counted counts the entries by what they are like, put in words only once for all that are alike to the letter.
func counted[Like comparable](p *Plan, like func(*Entry) Like, words func(Like) string) []Count {
	of := map[Like]int{}
	for i := range p.Entries {
		of[like(&p.Entries[i])]++
	}
	n := make(map[string]int, len(of))
	for l, count := range of {
		n[words(l)] += count
	}
	return sortedCounts(n)
}

func sortedCounts(n map[string]int) []Count {
	counts := make([]Count, 0, len(n))
	for v, n := range n {
		counts = append(counts, Count{v, n})
	}
	slices.SortFunc(counts, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Value, b.Value))
	})
	return counts
}

// longestURL is how much of a destination is looked at: a longer one is cut wherever it is shown.
const longestURL = 2048

// Destination is a URL without its query and its user, and without its scheme when that is https; the text itself when it
// is no URL.
func Destination(raw string) string {
	raw = raw[:min(len(raw), longestURL)]
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok || strings.ContainsAny(scheme, "/?# ") {
		return raw
	}
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest = rest[:i]
	}
	host, _, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		rest = host[i+1:] + strings.TrimPrefix(rest, host)
	}
	if scheme == "https" {
		return rest
	}
	return scheme + "://" + rest
}
