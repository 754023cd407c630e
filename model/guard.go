package model

import "time"

// QuietTime is how long a sheet that could be read must stand without a key before it takes an answer.
const QuietTime = 400 * time.Millisecond

// Guard decides whether a key may answer a plan sheet. What is typed or pasted without the sheet having been read
// answers nothing: keys that arrive together are handled before any frame is drawn. Its zero value has been read by
// nobody. Time comes in with each call.
type Guard struct {
	stood  bool
	quiet  time.Time // when the waiting began
	warned bool
}

// Stood takes note that a frame with the action, the number and the question is on the screen.
func (g *Guard) Stood(now time.Time) {
	if !g.stood {
		g.stood, g.quiet = true, now
	}
}

// Unreadable takes note that the sheet cannot be read, since the window is too small. It must stand anew.
func (g *Guard) Unreadable() { *g = Guard{warned: g.warned} }

// Open tells whether an answer would be taken now.
func (g *Guard) Open(now time.Time) bool { return g.stood && now.Sub(g.quiet) >= QuietTime }

// OpensAt is when an answer will be taken if no key comes; ok is false while the sheet has not been drawn.
func (g *Guard) OpensAt() (at time.Time, ok bool) { return g.quiet.Add(QuietTime), g.stood }

// Answer tells whether a key that answers (y, a digit of the count, their enter) is taken. One that is not makes the
// waiting begin again.
func (g *Guard) Answer(now time.Time) bool {
	if g.Open(now) {
		return true
	}
	g.quiet, g.warned = now, true
	return false
}

// OwnKey takes note of a key of the sheet's that does not answer, such as one that scrolls.
func (g *Guard) OwnKey(now time.Time) {
	if !g.Open(now) {
		g.quiet = now
	}
}

// ForeignKey takes note of a key that is not the sheet's. The waiting begins again.
func (g *Guard) ForeignKey(now time.Time) { g.quiet, g.warned = now, true }

// Warned tells whether a key was swallowed, so that the sheet says how it is answered.
func (g *Guard) Warned() bool { return g.warned }
