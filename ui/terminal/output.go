package terminal

import (
	"io"
	"sync"
	"time"
)

// slowWrite is how long a write to the terminal may take before the line counts as stalled.
const slowWrite = 100 * time.Millisecond

// Written is what is known of the writes to the terminal.
type Written struct {
	Begun, Done uint64
	// Stalled is the end of the last write that took long, or now while one is under way.
	Stalled time.Time
}

// counted is a terminal whose writes are counted, so that it is known when a frame stands.
type counted struct {
	to  io.Writer
	now func() time.Time

	mu      sync.Mutex
	written Written
	since   time.Time // when the write under way was begun
}

func (c *counted) Write(b []byte) (int, error) {
	c.mu.Lock()
	c.since = c.now()
	c.written.Begun++
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.written = c.look()
		c.written.Done++
	}()
	return c.to.Write(b)
}

// look is what is known now; the lock is held.
func (c *counted) look() Written {
	w := c.written
	if now := c.now(); w.Begun != w.Done && now.Sub(c.since) >= slowWrite {
		w.Stalled = now
	}
	return w
}

func (c *counted) tell() Written {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.look()
}
