package ui_test

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
)

// marked is a screen with so many messages marked, whose commands are held from now on.
func marked(t *testing.T, b *memory) *driver {
	d := newDriver(t, b, 120, 40)
	d.press(keymap.MarkAll)
	d.shows("300 marked")
	d.holding = true
	return d
}

func TestWhatIsTypedWhileAPlanIsMadeDoesNothing(t *testing.T) {
	b := newMemory(300, 0)
	d := marked(t, b)
	d.press(keymap.BringBack)
	d.shows("planning the retry of up to 300 messages: n leaves it")
	d.typed("300jju2 D")
	d.send(tea.PasteMsg{Content: "300"})
	d.send(keyPress("backspace"))
	d.release()
	d.shows("Retry 300 messages")
	d.pass(time.Second)
	d.send(keyPress("down"))
	d.shows("Type the number of messages and enter:\n")
	d.press(keymap.Drop)
	d.shows("300 marked", "nothing was sent", "row 1 of 300")
	if len(b.writes) > 0 {
		t.Errorf("%d writes", len(b.writes))
	}
}

func TestAPlanThatIsBeingMadeCanBeLeft(t *testing.T) {
	for _, key := range []string{"n", "esc", "enter", "ctrl+c"} {
		t.Run(key, func(t *testing.T) {
			d := marked(t, newMemory(300, 0))
			d.press(keymap.BringBack)
			d.send(keyPress(key))
			d.shows("nothing was sent: the retry was not confirmed")
			d.release()
			d.hides("Retry 300 messages")
			d.shows("300 marked")
		})
	}
}

func TestAPlanHasWhatWasMarkedWhenItWasAskedFor(t *testing.T) {
	b := newMemory(300, 0)
	d := marked(t, b)
	d.press(keymap.BringBack)
	plan := d.held
	d.held, d.holding = nil, false
	b.arrive(5)
	d.pass(time.Minute)
	d.shows("5 new")
	for _, made := range plan {
		d.run(made)
	}
	d.shows("Retry 300 messages")
	d.pass(time.Second)
	d.typed("300")
	d.send(keyPress("enter"))
	d.pass(time.Minute)
	sent := 0
	for _, w := range b.writes {
		sent += w.Selection.Len()
	}
	if sent != 300 {
		t.Errorf("%d were sent", sent)
	}
}
