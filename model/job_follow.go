package model

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

const (
	// firstFollow and lastFollow are the shortest and the longest time between two looks at what became of a message.
	firstFollow = time.Second
	lastFollow  = time.Minute
	// evidenceTime is how long nothing in the logs is no evidence yet, and how long logs that cannot be read are tried.
	evidenceTime = 10 * time.Minute
	// backTries is how often a message that came back is looked for in the DLQ.
	backTries = 6
)

// follow is the following of what was sent.
type follow struct {
	active  int // entries that are followed
	running bool
	finding bool // entries of what came back
	soonest time.Time
	known   bool // soonest is up to date
}

// followItem is what is known of the following of one entry.
type followItem struct {
	active bool
	at     time.Time
	pause  time.Duration
	since  time.Time
	heard  time.Time // when the logs could last be read
	seen   bool      // the logs have it
	back   bool      // it came back, and its new entry is sought
	tries  int
}

func (j *Job) beginFollowing(i int, now time.Time) {
	it := &j.items[i]
	c := it.outcome.Created
	if !j.Plan.Verb.Creates() || c.MessageID == "" && c.WorkflowRunID == "" {
		return
	}
	if !it.follow.active {
		j.follow.active++
	}
	it.follow = followItem{active: true, at: now.Add(firstFollow), pause: firstFollow, since: now, heard: now}
	j.follow.known = false
}

func (j *Job) endFollowing(i int, s OutcomeState, now time.Time) {
	it := &j.items[i]
	j.set(i, s)
	it.outcome.At = now
	if it.follow.active {
		it.follow.active = false
		j.follow.active--
	}
}

// followAt is when the next read is due.
func (j *Job) followAt() (at time.Time, ok bool) {
	if j.follow.active == 0 {
		return time.Time{}, false
	}
	if !j.follow.known {
		j.follow.soonest, _ = j.soonestFollow()
		j.follow.known = true
	}
	return j.follow.soonest, !j.follow.soonest.IsZero()
}

func (j *Job) soonestFollow() (at time.Time, ok bool) {
	for i := range j.items {
		f := &j.items[i].follow
		if !f.active || f.back && j.follow.finding || !f.back && j.follow.running {
			continue
		}
		if !ok || f.at.Before(at) {
			at, ok = f.at, true
		}
	}
	return at, ok
}

// nextFollow gives out a read of the logs and a look for what came back, one of each at a time.
func (j *Job) nextFollow(now time.Time, give func(Step, openStep)) {
	if at, ok := j.followAt(); !ok || now.Before(at) {
		return
	}
	j.follow.known = false
	runs := j.Plan.Selection.Kind() == WorkflowRun
	most := PageSize
	if runs {
		most = MostRuns
	}
	dlq := j.Plan.Selection.DLQ()
	logs := LogQuery{DLQ: dlq, Background: true}
	back := Step{DLQ: dlq, Since: j.begun}
	var followed, sought []int
	for i := range j.items {
		it := &j.items[i]
		if !it.follow.active || now.Before(it.follow.at) {
			continue
		}
		c := it.outcome.Created
		switch {
		case it.follow.back && runs:
			if !j.follow.finding {
				sought = append(sought, i)
				back.Keys = append(back.Keys, it.outcome.BackAs)
			}
		case it.follow.back:
			if !j.follow.finding {
				sought = append(sought, i)
				back.MessageIDs = append(back.MessageIDs, c.MessageID)
			}
		case j.follow.running || len(followed) == most:
		case runs:
			followed = append(followed, i)
			logs.Runs = append(logs.Runs, RunRef{ID: c.WorkflowRunID, CreatedAt: c.WorkflowCreatedAt})
		default:
			followed = append(followed, i)
			logs.MessageIDs = append(logs.MessageIDs, c.MessageID)
		}
	}
	if len(followed) > 0 {
		j.follow.running = true
		give(Step{Log: logs}, openStep{kind: FollowStep, items: followed})
	}
	if len(sought) > 0 {
		j.follow.finding = true
		give(back, openStep{kind: BackStep, items: sought})
	}
}

// followed takes the logs of entries.
func (j *Job) followed(items []int, r StepResult, now time.Time) {
	j.follow.running, j.follow.known = false, false
	latest := latestEvents(r.Log.Events)
	runs := map[RunRef]*Run{}
	for i := range r.Log.Runs {
		run := &r.Log.Runs[i]
		runs[RunRef{run.ID, run.CreatedAt}] = run
		if _, taken := runs[RunRef{ID: run.ID}]; !taken {
			runs[RunRef{ID: run.ID}] = run
		}
	}
	for _, i := range items {
		it := &j.items[i]
		f := &it.follow
		f.pause = min(2*f.pause, lastFollow)
		f.at = now.Add(f.pause)
		if r.Err != nil {
			if now.Sub(f.heard) >= evidenceTime {
				it.outcome.Reason = "the logs could not be read for 10 minutes: " + r.Err.Error()
				j.endFollowing(i, NoEvidence, now)
			}
			continue
		}
		f.heard = now
		c := it.outcome.Created
		if e := latest[c.MessageID]; c.MessageID != "" && e != nil {
			j.eventOf(i, e, now)
		}
		if run := runs[RunRef{c.WorkflowRunID, c.WorkflowCreatedAt}]; c.WorkflowRunID != "" && run != nil {
			j.runOf(i, run, now)
		}
		if f.active && !f.seen && now.Sub(f.since) >= evidenceTime {
			it.outcome.Reason = "the logs have nothing of it after 10 minutes"
			j.endFollowing(i, NoEvidence, now)
		}
	}
}

// latestEvents is the newest event of each message; of events of one time the one that comes later in a message's life.
func latestEvents(events []LogEvent) map[string]*LogEvent {
	latest := map[string]*LogEvent{}
	for i := range events {
		e := &events[i]
		if o := latest[e.MessageID]; o == nil || cmp.Or(o.At.Compare(e.At), cmp.Compare(rank(o.State), rank(e.State))) < 0 {
			latest[e.MessageID] = e
		}
	}
	return latest
}

func rank(state string) int {
	switch state {
	case "CREATED":
		return 1
	case "ACTIVE":
		return 2
	case "ERROR":
		return 3
	case "RETRY", "CANCEL_REQUESTED":
		return 4
	case "DELIVERED", "FAILED", "CANCELLED", "CANCELED":
		return 5
	}
	return 0
}

func (j *Job) eventOf(i int, e *LogEvent, now time.Time) {
	it := &j.items[i]
	it.follow.seen = true
	it.outcome.NextAt = time.Time{}
	switch e.State {
	case "DELIVERED":
		if i < j.Plan.First {
			it.outcome.Reason = strings.TrimSpace(attempt(e.Status, MaskText(e.Response)))
		}
		j.endFollowing(i, Delivered, now)
	case "FAILED":
		j.set(i, CameBack)
		it.outcome.At = now
		it.follow.back, it.follow.at, it.follow.pause = true, now, firstFollow
	case "CANCELLED", "CANCELED":
		j.endFollowing(i, Cancelled, now)
	case "ERROR", "RETRY":
		j.set(i, Retrying)
		it.outcome.NextAt = e.NextAt
		it.outcome.Reason = strings.TrimSpace(attempt(e.Status, MaskText(cmp.Or(e.Error, e.Response))))
		if until := e.NextAt.Sub(now); until > it.follow.pause {
			it.follow.at = now.Add(min(until, lastFollow))
		}
	}
}

func attempt(status int, text string) string {
	if status == 0 {
		return text
	}
	return "answered " + strconv.Itoa(status) + " " + text
}

func (j *Job) runOf(i int, run *Run, now time.Time) {
	it := &j.items[i]
	it.follow.seen = true
	switch run.State {
	case RunSuccess:
		if i < j.Plan.First && run.Response != "" {
			it.outcome.Reason = "returned " + MaskText(run.Response)
		}
		j.endFollowing(i, Delivered, now)
	case RunFailed:
		if run.DLQID != "" {
			it.outcome.BackAs = Key{DLQ: j.Plan.Selection.DLQ(), Kind: WorkflowRun, ID: run.DLQID}
			again := j.Plan.Entries[i]
			again.Key, again.WorkflowRunID, again.WorkflowCreatedAt, again.Labels = it.outcome.BackAs, run.ID, run.CreatedAt, run.Labels
			j.cameBackAs(i, again)
			j.set(i, CameBack)
			it.outcome.At = now
			it.follow.back, it.follow.at, it.follow.pause = true, now, firstFollow
			return
		}
		j.endFollowing(i, CameBack, now)
	case RunCanceled:
		j.endFollowing(i, Cancelled, now)
	}
}

func (j *Job) cameBackAs(i int, e Entry) {
	if j.back == nil {
		j.back = map[int]Entry{}
	}
	j.back[i] = e
}

// cameBack links what failed again to its new entries.
func (j *Job) cameBack(items []int, r StepResult, now time.Time) {
	j.follow.finding, j.follow.known = false, false
	entries, byKey := map[string]*Entry{}, map[Key]*Entry{}
	for n := range r.Found {
		entries[r.Found[n].MessageID] = &r.Found[n]
		byKey[r.Found[n].Key] = &r.Found[n]
	}
	for _, i := range items {
		it := &j.items[i]
		e := entries[it.outcome.Created.MessageID]
		if it.outcome.BackAs.Kind == WorkflowRun {
			e = byKey[it.outcome.BackAs]
		}
		if e != nil {
			again := *e
			again.Response = MaskText(e.Response)
			j.cameBackAs(i, again)
			it.outcome.BackAs = e.Key
			it.outcome.SameFailure = sameFailure(&j.Plan.Entries[i], &again)
			it.outcome.Reason = strings.TrimSpace(attempt(e.Status, again.Response))
			j.endFollowing(i, CameBack, now)
			j.failedAnew(&again, now)
			continue
		}
		if it.follow.tries++; it.follow.tries >= backTries {
			j.endFollowing(i, CameBack, now)
			continue
		}
		it.follow.pause = min(2*it.follow.pause, lastFollow)
		it.follow.at = now.Add(it.follow.pause)
	}
}
