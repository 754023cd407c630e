package ui_test

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
)

func TestTheFilterIsShownWhileTypedAndAsksTheServerOnEnter(t *testing.T) {
	b := newMemory(90, 0)
	d := newDriver(t, b, 120, 40)
	reads := b.calls["list"]
	d.press(keymap.EditFilter)
	d.typed("status:429")
	d.shows("row 1 of 30", "status:429")
	if b.calls["list"] != reads {
		t.Error("typing asked the server")
	}
	d.press(keymap.ApplyFilter)
	d.shows("30 of 90 loaded")
	if b.calls["list"] == reads {
		t.Error("enter did not ask the server")
	}
}

func TestEscLeavesTheFilterAsItWas(t *testing.T) {
	d := newDriver(t, newMemory(90, 0), 120, 40)
	filterBy(d, "status:503")
	d.shows("60 of 90 loaded")
	d.press(keymap.EditFilter)
	d.typed("status:429 nothing")
	d.press(keymap.CancelFilter)
	d.shows("status:503", "60 of 90 loaded")
	d.hides("nothing")
}

func TestAMistakeInTheFilterIsShownUnderTheWord(t *testing.T) {
	d := newDriver(t, newMemory(9, 0), 120, 40)
	d.press(keymap.EditFilter)
	d.typed("ok colour:red")
	lines := strings.Split(d.screen(), "\n")
	at := strings.Index(lines[1], "colour:red")
	if got := strings.Index(lines[2], "^"); got != at {
		t.Errorf("the mark is under column %d, the word at %d:\n%s\n%s", got, at, lines[1], lines[2])
	}
	d.shows(`there is no field "colour"`)
	d.press(keymap.ApplyFilter)
	d.shows("ok colour:red")
}

func TestAMistakeInTheFilterIsReadWholeOnASmallScreen(t *testing.T) {
	d := newDriver(t, newMemory(9, 0), 80, 24)
	d.press(keymap.EditFilter)
	d.typed("status:503 created:soon")
	d.shows("time like 2026-11-20T03:00:00Z")
	d.press(keymap.CancelFilter)
	d.hides("2026-11-20T03")
}

func TestTextForTheFilterIsNeverTakenForKeys(t *testing.T) {
	b := newMemory(9, 0)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.EditFilter)
	d.typed("Ryq? 12")
	d.send(tea.PasteMsg{Content: "Ry"})
	d.shows("filter  Ryq? 12Ry")
	d.pass(time.Minute)
	if len(b.writes) != 0 || d.ended {
		t.Error("text acted")
	}
}
