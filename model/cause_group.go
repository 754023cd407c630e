package model

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Grouping is what entries are put together by.
type Grouping uint8

// What entries are put together by.
const (
	PerCause Grouping = iota
	PerStatus
	PerDestination
	PerQueue
	PerURLGroup
	PerSchedule
	PerLabel
	PerClass
	PerStep
)

// Groupings are all groupings, in the order of their numbers.
var Groupings = [...]Grouping{PerCause, PerStatus, PerDestination, PerQueue, PerURLGroup, PerSchedule, PerLabel, PerClass, PerStep}

func (g Grouping) String() string {
	return [...]string{"cause", "status", "destination", "queue", "URL group", "schedule", "label", "class", "step"}[g]
}

const (
	// RecentFailures is how far back a failure makes a group one that still goes on.
	RecentFailures = 5 * time.Minute
	// MostVariants is how many different responses of a group are counted one by one.
	MostVariants = 12
	// MostBuckets is how many parts the time of a group is told in at most.
	MostBuckets = 512
)

// GroupQuery says how entries are put together, and what is told of the groups.
type GroupQuery struct {
	By  Grouping
	Now time.Time
	// From and To are the time that the counts over time are of, in as many equal parts as Buckets; none are made when
	// it is empty.
	From, To time.Time
	Buckets  int
	// Retention is how long entries stay in the DLQ; 0 when it is not known.
	Retention time.Duration
	// Advise asks for the advice for every group, which goes by the lineage.
	Advise  bool
	Lineage Lineage
}

// Group is the entries that have something in common.
type Group struct {
	// Key is what they have in common: the id of a cause, a status or "none", a whole destination without its query and with
	// {id} in its path, the name of a queue, …; "" is for those without one, [StepUnknown] for runs whose step is not known.
	Key   string
	Rows  []Row // in the order they were given
	Count int
	Runs  int // how many of them are workflow runs
	// Share is the part of all entries that are in the group. An entry with several labels is in several groups.
	Share float64

	// Cause is the one that most entries have, Causes how many there are.
	Cause  Cause
	Causes int

	// First and Last are the first and the last time of failure; zero when none is known.
	First, Last time.Time
	// OverTime counts the failures in every part of the time asked for. What is outside is not in it.
	OverTime []int
	// Recent counts the failures within [RecentFailures] before now, those after now too: clocks differ.
	Recent int
	// Expires is when the first entry goes; zero when the retention or all times are not known. Where the time of failure
	// is not known that of the creation is taken, which is never later.
	Expires time.Time

	// Variants are the first lines of responses, as they are, most first; Others counts the entries whose lines are
	// beyond the first [MostVariants].
	Variants []Count
	Others   int

	// Advice is what to think of before the entries are brought back, the gravest first; of a group with entries of both
	// kinds, that for its first kind.
	Advice []Advice
	// Newcomers is how many entries that wait to be taken in belong to the group. They are in none of what is told above but
	// Last and Recent, which say whether it goes on.
	Newcomers int
}

// PerMinute is how many failures a minute there were of late, rounded up.
func (g *Group) PerMinute() int {
	const minutes = int(RecentFailures / time.Minute)
	return (g.Recent + minutes - 1) / minutes
}

// Pulse says whether failures still come: `+14/min BLEEDING` of late, `2 in 5 min` when that is less than one a minute,
// otherwise when they stopped, in the zone of now, with the day when that is not today; "" when no time is known.
func (g *Group) Pulse(now time.Time) string {
	const minutes = int(RecentFailures / time.Minute)
	switch {
	case g.Recent >= minutes:
		return "+" + strconv.Itoa(g.PerMinute()) + "/min BLEEDING"
	case g.Recent > 0:
		return fmt.Sprintf("%d in %d min", g.Recent, minutes)
	case g.Last.IsZero():
		return ""
	}
	last := g.Last.In(now.Location())
	if last.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return "stopped " + last.Format("15:04")
	}
	return "stopped " + last.Format("2006-01-02 15:04")
}

// common is what entries of one group have in common, as it is compared.
type common struct {
	number uint32
	text   string
}

func (q *GroupQuery) commons(e *Entry, space []common) []common {
	switch q.By {
	case PerCause:
		return append(space, common{number: uint32(e.Cause.ID)})
	case PerStatus:
		return append(space, common{number: uint32(e.Status)})
	case PerClass:
		return append(space, common{number: uint32(e.Cause.Class)})
	case PerDestination:
		return append(space, common{text: e.Cause.Destination})
	case PerQueue:
		return append(space, common{text: e.QueueName})
	case PerURLGroup:
		return append(space, common{text: e.URLGroup})
	case PerSchedule:
		return append(space, common{text: e.ScheduleID})
	case PerStep:
		if e.Key.Kind == WorkflowRun && e.Cause.Step == "" {
			return append(space, common{text: StepUnknown})
		}
		return append(space, common{text: e.Cause.Step})
	}
	for i, l := range e.Labels {
		if !slices.Contains(e.Labels[:i], l) {
			space = append(space, common{text: l})
		}
	}
	if len(e.Labels) == 0 {
		space = append(space, common{})
	}
	return space
}

func (q *GroupQuery) key(c common) string {
	switch q.By {
	case PerCause:
		if c.number == 0 {
			return ""
		}
		return CauseID(c.number).String()
	case PerStatus:
		if c.number == 0 {
			return "none"
		}
		return strconv.Itoa(int(int32(c.number)))
	case PerClass:
		return Class(c.number).String()
	}
	return c.text
}

// grouping is the work of [Snapshot.GroupBy].
type grouping struct {
	GroupQuery
	groups   []Group
	of       map[common]int32
	causes   map[groupCause]int
	variants map[groupVariant]int
	known    []int // of every group, the variants that are counted one by one
	width    time.Duration
}

type (
	groupCause struct {
		group int32
		cause CauseID
	}
	groupVariant struct {
		group int32
		line  string // the first of the response
	}
)

// GroupBy puts the entries of the rows together: the largest group first, and of those that are as large the one with the lower
// key. It takes time in proportion to the rows, and so runs in a command.
func (s Snapshot) GroupBy(rows []Row, q GroupQuery) []Group {
	g := grouping{
		GroupQuery: q, of: map[common]int32{}, causes: map[groupCause]int{}, variants: map[groupVariant]int{},
	}
	if q.Buckets > 0 && q.To.After(q.From) {
		g.Buckets = min(q.Buckets, MostBuckets)
		g.width = max(1, q.To.Sub(q.From)/time.Duration(g.Buckets))
	}
	members := make([]int32, 0, len(rows))
	var space [8]common
	for _, r := range rows {
		e := s.At(r)
		for _, c := range g.commons(e, space[:0]) {
			members = append(members, g.add(c, e))
		}
	}
	all := make([]Row, 0, len(members))
	for i := range g.groups {
		n := len(all)
		all = all[:n+g.groups[i].Count]
		g.groups[i].Rows = all[n:n:len(all)]
	}
	next := 0
	for _, r := range rows {
		for range g.commons(s.At(r), space[:0]) {
			group := &g.groups[members[next]]
			group.Rows = append(group.Rows, r)
			next++
		}
	}
	g.finish(s, len(rows))
	slices.SortFunc(g.groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Key, b.Key))
	})
	return g.groups
}

// add counts an entry, and returns its group.
func (g *grouping) add(c common, e *Entry) int32 {
	i, known := g.of[c]
	if !known {
		i = int32(len(g.groups))
		g.of[c] = i
		group := Group{Key: g.key(c)}
		if g.width > 0 {
			group.OverTime = make([]int, g.Buckets)
		}
		g.groups, g.known = append(g.groups, group), append(g.known, 0)
	}
	group := &g.groups[i]
	group.Count++
	if e.Key.Kind == WorkflowRun {
		group.Runs++
	}
	g.causes[groupCause{i, e.Cause.ID}]++
	g.addTime(group, e)
	v := groupVariant{i, rawLine(e.Response)}
	switch n := g.variants[v]; {
	case n > 0:
		g.variants[v] = n + 1
	case g.known[i] < MostVariants:
		g.known[i]++
		g.variants[v] = 1
	default:
		group.Others++
	}
	return i
}

func (g *grouping) addTime(group *Group, e *Entry) {
	if at, _ := e.When(); g.Retention > 0 && !at.IsZero() {
		if at = at.Add(g.Retention); group.Expires.IsZero() || at.Before(group.Expires) {
			group.Expires = at
		}
	}
	at := e.FailedAt
	if at.IsZero() {
		return
	}
	if group.First.IsZero() || at.Before(group.First) {
		group.First = at
	}
	if at.After(group.Last) {
		group.Last = at
	}
	if g.Now.Sub(at) <= RecentFailures {
		group.Recent++
	}
	if g.width > 0 && !at.Before(g.From) && !at.After(g.To) {
		group.OverTime[min(int(at.Sub(g.From)/g.width), g.Buckets-1)]++
	}
}

// finish works out what is only known of whole groups.
func (g *grouping) finish(s Snapshot, all int) {
	most := make([]groupCause, len(g.groups))
	for c, n := range g.causes {
		m := &most[c.group]
		if before := g.causes[*m]; g.groups[c.group].Causes == 0 || n > before || n == before && c.cause < m.cause {
			*m = c
		}
		g.groups[c.group].Causes++
	}
	for v, n := range g.variants {
		group := &g.groups[v.group]
		group.Variants = append(group.Variants, Count{v.line, n})
	}
	for i := range g.groups {
		group := &g.groups[i]
		group.Share = float64(group.Count) / float64(max(all, 1))
		for _, r := range group.Rows {
			if e := s.At(r); e.Cause.ID == most[i].cause {
				group.Cause = e.Cause
				break
			}
		}
		if g.Advise {
			entries := make([]*Entry, len(group.Rows))
			for n, r := range group.Rows {
				entries[n] = s.At(r)
			}
			group.Advice = AdviceFor(entries[0].Key.Kind.BringBack(), entries, g.Now, &g.Lineage)
		}
		slices.SortFunc(group.Variants, func(a, b Count) int {
			return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Value, b.Value))
		})
	}
}

// rawLine is the first line of a response that is not blank, as it came.
func rawLine(s string) string {
	for i := 0; i < len(s); {
		end := i
		for end < len(s) && s[end] != '\n' && s[end] != '\r' {
			end++
		}
		for i < end && isSpace(s[i]) {
			i++
		}
		if i < end {
			return cutRune(s[i:end], longestCauseText)
		}
		i = end + 1
	}
	return ""
}
