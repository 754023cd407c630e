package model

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Severity is how much a finding matters.
type Severity uint8

const (
	// Info is good to know.
	Info Severity = iota
	// Warn is to be thought about before.
	Warn
	// Red can do harm that nothing takes back.
	Red
)

func (s Severity) String() string { return [...]string{"info", "warn", "red"}[min(s, Red)] }

// Advice is what to think of before entries are brought back.
type Advice struct {
	Severity Severity
	// Short is the sentence in a word or two.
	Short    string
	Sentence string
	// N is how many of the entries it is for.
	N int
}

// adviceRule finds the entries that one advice is for. Rules are of the verbs they name.
type adviceRule struct {
	severity Severity
	verbs    []Verb
	applies  func(e *Entry, now time.Time) bool
	short    string
	sentence string
	// words are the two when they depend on the entries; empty ones leave them as they are.
	words func(entries []*Entry) (short, sentence string)
}

var (
	allThatCreate = []Verb{Retry, Resume, Restart}
	ofRunsAgain   = []Verb{Resume, Restart}
)

// adviceRules are in the order in which their findings are told, within a severity.
var adviceRules = []adviceRule{
	{Red, allThatCreate, saysDoNotRetry, "do not retry", "the destination itself said not to try again (489): it will most likely say so again", nil},
	{Red, []Verb{Restart}, hasSteps, "all steps again", "a restart runs every step again, those that finished too: what they did is done twice", nil},
	{Red, ofRunsAgain, failureFunctionDone, "compensated", "the failure function succeeded already: what it made good is not undone", nil},
	{Warn, allThatCreate, mayHaveRun, "may have run", "may have run: the destination did not answer in time, which does not mean that it did nothing; look there at one first", nil},
	{Warn, allThatCreate, isPermanent, "permanent", "permanent: the destination does not accept it as it is; without a change here or there it will fail again", nil},
	{Warn, allThatCreate, isRateLimited, "slow down", "the destination asked for a slower pace (429), and named no time", asksToWait},
	{Info, allThatCreate, hasOldSignature, "old signatures", "more than a day old: tokens and signatures in its header are sent as they were, and may have expired", nil},
	{Info, []Verb{Retry}, isQueued, "queue order", "goes to the end of its queue: the order changes, and a failure holds up what is behind it", nil},
	{Info, allThatCreate, isRedacted, "redacted", "redacted: what is hidden here is delivered as it was, but cannot be seen, edited or published from a copy", nil},
}

// CameBackShort is the short advice for what came of an earlier operation.
const CameBackShort = "came back"

// OldSignature is the age from which tokens and signatures in a message's own header are expected to have expired.
const OldSignature = 24 * time.Hour

// AdviceFor is what to think of before the verb is sent for the entries: the gravest first, and nothing that is for none of
// them. Each entry is looked at once for every rule; bodies and headers are not known here. Times are told in the zone of now.
func AdviceFor(verb Verb, entries []*Entry, now time.Time, l *Lineage) []Advice {
	var found []Advice
	for severity := Red; ; severity-- {
		for _, r := range adviceRules {
			if r.severity != severity || !r.of(verb) {
				continue
			}
			if n := count(entries, func(e *Entry) bool { return r.applies(e, now) }); n > 0 {
				short, sentence := r.short, r.sentence
				if r.words != nil {
					s, w := r.words(entries)
					short, sentence = cmp.Or(s, short), cmp.Or(w, sentence)
				}
				found = append(found, Advice{r.severity, short, sentence, n})
			}
		}
		if severity == Warn && verb.Creates() {
			if a := l.cameBack(entries, now); a.N > 0 {
				found = append(found, a)
			}
			if n := superseded(entries); n > 0 {
				found = append(found, Advice{
					Warn, "superseded", "superseded: a later run of the same schedule is among these; often only the newest is worth it", n,
				})
			}
		}
		if severity == Info {
			return found
		}
	}
}

// Advice is what to think of before the plan is sent.
func (p *Plan) Advice(now time.Time, l *Lineage) []Advice {
	entries := make([]*Entry, len(p.Entries))
	for i := range p.Entries {
		entries[i] = &p.Entries[i]
	}
	return AdviceFor(p.Verb, entries, now, l)
}

// BringBack is the verb that brings entries of the kind back.
func (k Kind) BringBack() Verb {
	if k == WorkflowRun {
		return Resume
	}
	return Retry
}

func (r *adviceRule) of(verb Verb) bool {
	for _, v := range r.verbs {
		if v == verb {
			return true
		}
	}
	return false
}

func count(entries []*Entry, is func(*Entry) bool) (n int) {
	for _, e := range entries {
		if is(e) {
			n++
		}
	}
	return n
}

// mayHaveRun leaves out what never reached the destination.
func mayHaveRun(e *Entry, _ time.Time) bool {
	if e.Status == 0 {
		return e.Cause.Transport == NoTransportError || e.Cause.Transport == TransportTimeout || e.Cause.Transport == TransportBroken
	}
	return e.Cause.Class == ClassTimeout && e.Status != statusConnectTimeout
}

func isPermanent(e *Entry, _ time.Time) bool {
	switch e.Status {
	case 409, 423, 425: // these can pass
		return false
	}
	switch e.Cause.Class {
	case ClassClientError, ClassAuth, ClassNotFound:
		return true
	}
	return false
}

func saysDoNotRetry(e *Entry, _ time.Time) bool { return e.Status == statusNonRetryable }

func isRateLimited(e *Entry, _ time.Time) bool { return e.Status == 429 }

// asksToWait tells the longest that entries were asked to wait.
func asksToWait(entries []*Entry) (short, sentence string) {
	var longest time.Duration
	for _, e := range entries {
		if e.Status == 429 {
			longest = max(longest, e.RetryAfter)
		}
	}
	if longest == 0 {
		return "", ""
	}
	wait := shortDuration(longest)
	return "wait " + wait, "the destination asked for a slower pace (429), and to wait " + wait + " with the next call (Retry-After)"
}

// shortDuration is a duration of whole seconds without parts that are zero, such as 30s or 1m30s.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

func isQueued(e *Entry, _ time.Time) bool { return e.QueueName != "" }

func isRedacted(e *Entry, _ time.Time) bool { return strings.Contains(e.Response, redactedMark) }

// hasOldSignature goes by the creation: what a header holds was made then.
func hasOldSignature(e *Entry, now time.Time) bool {
	at := e.CreatedAt
	if at.IsZero() {
		at = e.FailedAt
	}
	return !at.IsZero() && now.Sub(at) > OldSignature
}

func hasSteps(e *Entry, _ time.Time) bool { return e.Key.Kind == WorkflowRun }

func failureFunctionDone(e *Entry, _ time.Time) bool { return e.FailureState == stateDone }

// cameBack tells how many of the entries came of an earlier operation, and of which.
func (l *Lineage) cameBack(entries []*Entry, now time.Time) Advice {
	a := Advice{Severity: Warn, Short: CameBackShort}
	var last Origin
	operations := map[string]bool{}
	for _, e := range entries {
		o, ok := l.Of(e)
		if !ok {
			continue
		}
		a.N++
		operations[o.Operation] = true
		if last.Operation == "" || o.At.After(last.At) || o.At.Equal(last.At) && o.Operation > last.Operation {
			last = o
		}
	}
	a.Sentence = "came back from an earlier retry, of " + last.Words(now)
	if n := len(operations); n > 1 {
		a.Sentence = fmt.Sprintf("came back from earlier retries: of %d operations, the last %s", n, last.Words(now))
	}
	return a
}

// superseded counts the entries of schedules but for the newest of each destination.
func superseded(entries []*Entry) (n int) {
	type place struct{ schedule, destination string }
	seen := map[place]bool{}
	for _, e := range entries {
		if e.ScheduleID == "" {
			continue
		}
		at := place{e.ScheduleID, e.URL}
		if seen[at] {
			n++
		}
		seen[at] = true
	}
	return n
}
