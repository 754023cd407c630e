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

// notices are the messages to the user: a success expires, an error stays until it is dismissed, and all can be read
// again in the help.
type notices struct {
	past    []notice
	current *notice
}

func (n *notices) add(now time.Time, isError bool, s text.Safe) {
	entry := notice{now, isError, s}
	if last := len(n.past) - 1; last < 0 || n.past[last].text != s {
		n.past = append(n.past, entry)
	}
	if len(n.past) > keptNotices {
		n.past = n.past[1:]
	}
	if n.current == nil || isError || !n.current.err {
		n.current = &entry
	}
}

func (n *notices) expire(now time.Time) {
	if n.current != nil && !n.current.err && now.Sub(n.current.at) >= successTime {
		n.current = nil
	}
}

// dismiss takes the error away, and tells whether there was one.
func (n *notices) dismiss() bool {
	if n.current == nil || !n.current.err {
		return false
	}
	n.current = nil
	return true
}
