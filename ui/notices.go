package ui

import (
	"time"

	"redrive/ui/text"
)

const (
	// successTime is how long a success stays on the screen.
	successTime = 6 * time.Second
	keptNotices = 200
)

// notice is one message to the user.
type notice struct {
	at   time.Time
	err  bool
	text text.Safe
}

// notices are the messages to the user. An answer to what the user did expires; an error stays until it is dismissed, and
// stands behind the answer meanwhile. All can be read again in the help.
type notices struct {
	past   []notice
	answer *notice
	err    *notice
}

func (n *notices) add(now time.Time, isError bool, s text.Safe) {
	entry := notice{now, isError, s}
	if last := len(n.past) - 1; last < 0 || n.past[last].text != s {
		n.past = append(n.past, entry)
	}
	if len(n.past) > keptNotices {
		n.past = n.past[1:]
	}
	if isError {
		n.err, n.answer = &entry, nil
	} else {
		n.answer = &entry
	}
}

// current is what to show.
func (n *notices) current() *notice {
	if n.answer != nil {
		return n.answer
	}
	return n.err
}

// expire takes an answer away that has stood long enough.
func (n *notices) expire(now time.Time) {
	if n.answer != nil && now.Sub(n.answer.at) >= successTime {
		n.answer = nil
	}
}

// dismiss takes the error away, and tells whether there was one.
func (n *notices) dismiss() bool {
	if n.err == nil {
		return false
	}
	n.err, n.answer = nil, nil
	return true
}
