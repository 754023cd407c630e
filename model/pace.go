package model

import (
	"slices"
	"time"
)

// paces are the paces to choose from, in entries a second.
var paces = [...]float64{0.5, 1, 2, 5, 10, 20, 50, 100, 200}

// DefaultPace is how many entries a second a job feeds unless told otherwise.
const DefaultPace = 20

// pace says when the next call may start. What the user chose is the most; a rate limit halves what is used of it, and
// every call that goes well brings a tenth back.
type pace struct {
	chosen float64
	used   float64
	at     time.Time // no call before
}

func newPace() pace { return pace{chosen: DefaultPace, used: DefaultPace} }

func (p *pace) spend(entries int, now time.Time) {
	p.at = latest(p.at, now).Add(time.Duration(float64(entries) / p.used * float64(time.Second)))
}

func (p *pace) choose(to float64) {
	p.chosen, p.used = to, to
}

func (p *pace) slowed() { p.used = max(p.used/2, paces[0]) }

func (p *pace) went() { p.used = min(p.used+p.chosen/10, p.chosen) }

// Pace is how many entries a second are fed at most; slowed is less when rate limits slow the job down.
func (j *Job) Pace() (chosen, slowed float64) { return j.pace.chosen, j.pace.used }

// Faster and Slower choose the next pace. What waits for its turn by the old one goes by the new.
func (j *Job) Faster(now time.Time) { j.changePace(1, now) }

// Slower is the opposite of Faster.
func (j *Job) Slower(now time.Time) { j.changePace(-1, now) }

func (j *Job) changePace(by int, now time.Time) {
	i := slices.Index(paces[:], j.pace.chosen)
	before := j.pace.used
	j.pace.choose(paces[max(0, min(i+by, len(paces)-1))])
	if wait := j.pace.at.Sub(now); wait > 0 {
		j.pace.at = now.Add(time.Duration(float64(wait) * before / j.pace.used))
	}
}

// Remaining is about how long feeding will still take at the pace; 0 when all was fed.
func (j *Job) Remaining() time.Duration {
	if !j.Large() {
		return 0
	}
	n := 0
	for _, c := range j.queue {
		n += len(c.items)
	}
	if j.sweepsOn() {
		n = j.sweep.machine.existed - j.sweep.machine.done
	}
	return time.Duration(float64(n) / j.pace.used * float64(time.Second))
}
