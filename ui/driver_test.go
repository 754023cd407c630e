package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
)

// driver runs the screen without a terminal: it presses keys by the name of what they do, carries commands out one
// after the other, and owns the clock. Nothing in it waits.
type driver struct {
	t       *testing.T
	m       *ui.Model
	backend model.Backend
	now     time.Time
	timers  []timer
	held    []tea.Cmd // commands not carried out yet, while holding
	holding bool
	late    string // the type of messages that come only once they are released
	ended   bool
	// clipboard is what was sent to the clipboard of the terminal.
	clipboard []string
	width     int
	height    int
}

type timer struct {
	at time.Time
	f  func() tea.Msg
}

var start = time.Date(2026, 3, 14, 3, 8, 0, 0, time.UTC)

type option func(*ui.Options)

func newDriver(t *testing.T, b model.Backend, width, height int, options ...option) *driver {
	t.Helper()
	d := &driver{t: t, now: start, backend: b}
	o := ui.Options{
		Backend: b, DLQ: "test", Title: "qstash.example", Refresh: 30 * time.Second,
		Now: func() time.Time { return d.now }, Zone: time.UTC,
		After: func(after time.Duration, f func() tea.Msg) tea.Cmd {
			return func() tea.Msg {
				d.timers = append(d.timers, timer{d.now.Add(after), f})
				return nil
			}
		},
		NewOperation: func() string { return "redrive-0badcafe" },
		Copy:         func(content string) { d.clipboard = append(d.clipboard, content) },
	}
	for _, set := range options {
		set(&o)
	}
	if o.Earlier != nil {
		d.late = "ui.earlierMsg"
	}
	d.m = ui.New(o)
	d.run(d.m.Init())
	d.resize(width, height)
	return d
}

func (d *driver) resize(width, height int) {
	d.width, d.height = width, height
	d.send(tea.WindowSizeMsg{Width: width, Height: height})
}

// send gives the screen a message, draws it, and carries out what comes of it.
func (d *driver) send(msg tea.Msg) {
	d.t.Helper()
	if msg == nil || d.ended {
		return
	}
	switch msg := msg.(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			d.run(c)
		}
		return
	case tea.QuitMsg:
		d.ended = true
		return
	case tea.SuspendMsg:
		return
	}
	if d.late != "" && fmt.Sprintf("%T", msg) == d.late {
		d.held = append(d.held, func() tea.Msg { return msg })
		return
	}
	_, cmd := d.m.Update(msg)
	if got, want := d.m.View().Content, d.m.DrawAfresh(); got != want {
		d.t.Fatalf("what was kept of the frame before is out of date after %T:\n%s\ndrawn afresh:\n%s", msg, got, want)
	}
	d.run(cmd)
}

func (d *driver) run(cmd tea.Cmd) {
	d.t.Helper()
	if cmd == nil {
		return
	}
	if d.holding {
		d.held = append(d.held, cmd)
		return
	}
	d.send(cmd())
}

// release carries out what was held.
func (d *driver) release() {
	d.t.Helper()
	d.holding, d.late = false, ""
	held := d.held
	d.held = nil
	for _, c := range held {
		d.run(c)
	}
}

// pass lets time pass; what was waited for happens in its order.
func (d *driver) pass(dur time.Duration) {
	d.t.Helper()
	end := d.now.Add(dur)
	for {
		next := -1
		for i, w := range d.timers {
			if !w.at.After(end) && (next < 0 || w.at.Before(d.timers[next].at)) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		w := d.timers[next]
		d.timers = append(d.timers[:next:next], d.timers[next+1:]...)
		if w.at.After(d.now) {
			d.now = w.at
		}
		d.send(w.f())
	}
	d.now = end
}

// press does what the first key of each action does.
func (d *driver) press(actions ...keymap.Action) {
	d.t.Helper()
	for _, a := range actions {
		d.send(keyPress(keymap.For(a).Key.Keys()[0]))
	}
}

// typed sends characters as key presses, all in one read: no time passes between them.
func (d *driver) typed(s string) {
	d.t.Helper()
	for _, r := range s {
		key := string(r)
		if r == ' ' {
			key = "space"
		}
		d.send(keyPress(key))
	}
}

func keyPress(name string) tea.KeyPressMsg {
	special := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
		"pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace,
	}
	switch {
	case name == "space":
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
	case name == "shift+tab":
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}
	case strings.HasPrefix(name, "ctrl+"):
		return tea.KeyPressMsg{Code: rune(name[len("ctrl+")]), Mod: tea.ModCtrl}
	case special[name] != 0:
		return tea.KeyPressMsg{Code: special[name]}
	}
	r := []rune(name)[0]
	return tea.KeyPressMsg{Code: r, Text: name}
}

// screen is what a terminal would show, without the looks.
func (d *driver) screen() string {
	d.t.Helper()
	buf := uv.NewScreenBuffer(d.width, d.height)
	uv.NewStyledString(d.m.View().Content).Draw(buf, buf.Bounds())
	lines := strings.Split(buf.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \r")
	}
	return strings.Join(lines, "\n")
}

func (d *driver) shows(words ...string) {
	d.t.Helper()
	s := d.screen()
	for _, w := range words {
		if !strings.Contains(s, w) {
			d.t.Fatalf("the screen does not show %q:\n%s", w, s)
		}
	}
}

func (d *driver) hides(words ...string) {
	d.t.Helper()
	s := d.screen()
	for _, w := range words {
		if strings.Contains(s, w) {
			d.t.Fatalf("the screen shows %q:\n%s", w, s)
		}
	}
}

// confirm answers a sheet as a person does: after it was drawn and read.
func (d *driver) confirm() {
	d.t.Helper()
	d.pass(time.Second)
	d.press(keymap.Yes)
}
