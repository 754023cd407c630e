package terminal

import (
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	// answersWithin is how long the terminal's answers to the questions of the start may take before they are given up.
	answersWithin = time.Second
	// answerWait is how long an end so soon after the questions waits for them.
	answerWait = 150 * time.Millisecond
)

// questions are what the terminal was asked. It answers as if it typed, so that an answer that comes once the program has ended, or
// is suspended, would be typed into the shell.
type questions struct {
	asked atomic.Int64
	last  atomic.Int64 // when, in nanoseconds
}

func (q *questions) ask() {
	q.last.Store(time.Now().UnixNano())
	q.asked.Add(1)
}

// isQuestion tells whether a sequence of the canvas makes the terminal answer.
func isQuestion(sequence []byte) bool { return sequence[len(sequence)-1] == 'p' }

// departure holds the end of the program, or its suspension, back until the answers are in, or a moment has passed.
type departure struct {
	questions *questions
	send      func(tea.Msg)
	// hurry is set when there is no time for it.
	hurry atomic.Bool

	answered int64
	held     tea.Msg
}

// departMsg is when the moment has passed.
type departMsg struct{}

// filter sees each message before the screen does.
func (d *departure) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg.(type) {
	case tea.ModeReportMsg:
		if d.answered++; d.held != nil && d.wait() == 0 {
			return d.release()
		}
	case tea.QuitMsg, tea.SuspendMsg:
		if wait := d.wait(); d.held == nil && wait > 0 {
			d.held = msg
			time.AfterFunc(wait, func() { d.send(departMsg{}) })
			return nil
		}
		d.held = nil
	case departMsg:
		return d.release()
	case tea.KeyMsg, tea.PasteMsg:
		if d.held != nil {
			return nil // typed into nothing
		}
	}
	return msg
}

// release is what was held, if it still is.
func (d *departure) release() tea.Msg {
	msg := d.held
	d.held = nil
	return msg
}

// wait is how long to wait for answers that may still come.
func (d *departure) wait() time.Duration {
	if d.hurry.Load() || d.answered >= d.questions.asked.Load() {
		return 0
	}
	return max(0, min(answerWait, answersWithin-time.Duration(time.Now().UnixNano()-d.questions.last.Load())))
}
