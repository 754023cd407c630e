package ui_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
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
	now     time.Time
	timers  []timer
	held    []tea.Cmd // commands not carried out yet, while holding
	holding bool
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
	d := &driver{t: t, now: start}
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
	}
	for _, set := range options {
		set(&o)
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
	if fmt.Sprintf("%T", msg) == "tea.setClipboardMsg" {
		d.clipboard = append(d.clipboard, fmt.Sprint(msg))
		return
	}
	_, cmd := d.m.Update(msg)
	d.m.View()
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
	d.holding = false
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

// memory is a Backend that holds its entries in memory, counts every call, and fails when told to.
type memory struct {
	mu      sync.Mutex
	entries [2][]model.Entry // newest first
	details map[string]model.Detail
	calls   map[string]int
	writes  []model.Write
	made    int

	listErr, getErr error
	// do is asked before a write is carried out; done tells whether it is, err what the caller is told.
	do func(model.Write) (done bool, err error)
}

func newMemory(messages, runs int) *memory {
	b := &memory{details: map[string]model.Detail{}, calls: map[string]int{}}
	for i := range messages {
		b.entries[model.Message] = append(b.entries[model.Message], message(i))
	}
	for i := range runs {
		b.entries[model.WorkflowRun] = append(b.entries[model.WorkflowRun], run(i))
	}
	return b
}

// message is the i-th message, each a second older than the one before.
func message(i int) model.Entry {
	at := start.Add(-time.Duration(i+1) * time.Second)
	status := 503
	if i%3 == 2 {
		status = 429
	}
	return model.Entry{
		Key:       model.Key{DLQ: "test", Kind: model.Message, ID: fmt.Sprintf("%d-0", at.UnixMilli())},
		MessageID: fmt.Sprintf("msg_%04d", i), URL: fmt.Sprintf("https://api.example/hook/%d", i%2), Method: "POST",
		QueueName: "billing", Labels: []string{"release-42"}, MaxRetries: 3,
		CreatedAt: at.Add(-time.Minute), FailedAt: at, Status: status, Response: fmt.Sprintf("answer %d", i),
	}
}

func run(i int) model.Entry {
	e := message(i)
	e.Key.Kind, e.Key.ID = model.WorkflowRun, "w"+e.Key.ID
	e.Status, e.WorkflowRunID, e.WorkflowURL = 504, fmt.Sprintf("wfr_%04d", i), "https://api.example/wf"
	return e
}

func (b *memory) count(call string) {
	b.calls[call]++
}

func (b *memory) total() int {
	n := 0
	for _, c := range b.calls {
		n += c
	}
	return n
}

func (b *memory) List(ctx context.Context, q model.Query) (model.Page, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count("list")
	if b.listErr != nil {
		return model.Page{}, b.listErr
	}
	if err := ctx.Err(); err != nil {
		return model.Page{}, err
	}
	var p model.Page
	if len(q.IDs) > 0 {
		for _, e := range b.entries[q.Kind] {
			for _, id := range q.IDs {
				if e.Key.ID == id {
					p.Entries = append(p.Entries, e)
				}
			}
		}
		return p, nil
	}
	for _, e := range b.entries[q.Kind] {
		if q.Cursor != "" && e.Key.ID >= q.Cursor {
			continue
		}
		if len(q.Server.Statuses) > 0 && fmt.Sprint(e.Status) != q.Server.Statuses[0] {
			continue
		}
		if len(p.Entries) == model.PageSize {
			p.Next = p.Entries[len(p.Entries)-1].Key.ID
			break
		}
		p.Entries = append(p.Entries, e)
	}
	return p, nil
}

func (b *memory) Get(_ context.Context, k model.Key) (model.Detail, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count("get")
	if b.getErr != nil {
		return model.Detail{}, b.getErr
	}
	for _, e := range b.entries[k.Kind] {
		if e.Key == k {
			d := b.details[k.ID]
			d.Entry = e
			return d, nil
		}
	}
	return model.Detail{}, &model.NotFoundError{What: k.ID}
}

func (b *memory) Logs(context.Context, model.LogQuery) (model.LogPage, error) {
	b.count("logs")
	return model.LogPage{}, nil
}

func (b *memory) Control(context.Context, model.ControlCall) (model.ControlResult, error) {
	b.count("control")
	return model.ControlResult{}, nil
}

func (b *memory) Publish(context.Context, model.NewMessage) (model.Created, error) {
	b.count("publish")
	return model.Created{}, nil
}

func (b *memory) Do(_ context.Context, w model.Write) (model.WriteResult, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count("do")
	b.writes = append(b.writes, w)
	done, err := true, error(nil)
	if b.do != nil {
		done, err = b.do(w)
	}
	key := w.Selection.At(0)
	if w.Selection.Len() > 1 {
		return b.doMany(w, done, err)
	}
	if w.Verb == model.RerunFailureFunction && done && err == nil {
		return model.WriteResult{Done: true}, nil
	}
	if done && !b.remove(key) && err == nil {
		return model.WriteResult{}, &model.NotFoundError{What: key.ID}
	}
	if err != nil {
		return model.WriteResult{}, err
	}
	if w.Verb == model.Delete {
		return model.WriteResult{Done: true}, nil
	}
	b.made++
	if w.Verb == model.Resume || w.Verb == model.Restart {
		return model.WriteResult{Created: []model.Created{{WorkflowRunID: fmt.Sprintf("wfr_new%d", b.made)}}}, nil
	}
	return model.WriteResult{Created: []model.Created{{MessageID: fmt.Sprintf("msg_new%d", b.made)}}}, nil
}

// doMany carries out a write of many entries as the service is documented to: what is not there it leaves out.
func (b *memory) doMany(w model.Write, done bool, err error) (r model.WriteResult, _ error) {
	for i := range w.Selection.Len() {
		if !done || !b.remove(w.Selection.At(i)) {
			continue
		}
		r.Count++
		switch w.Verb {
		case model.Retry:
			b.made++
			r.Created = append(r.Created, model.Created{MessageID: fmt.Sprintf("msg_new%d", b.made)})
		case model.Resume, model.Restart:
			b.made++
			r.Created = append(r.Created, model.Created{WorkflowRunID: fmt.Sprintf("wfr_new%d", b.made)})
		}
	}
	if err != nil {
		return model.WriteResult{}, err
	}
	r.Done = w.Verb == model.Delete
	return r, nil
}

func (b *memory) remove(k model.Key) bool {
	for i, e := range b.entries[k.Kind] {
		if e.Key == k {
			b.entries[k.Kind] = append(b.entries[k.Kind][:i:i], b.entries[k.Kind][i+1:]...)
			return true
		}
	}
	return false
}

// arrive puts newer messages at the front.
func (b *memory) arrive(n int) {
	for i := range n {
		e := message(-i - 1)
		e.MessageID = fmt.Sprintf("msg_fresh%d", i)
		b.entries[model.Message] = append([]model.Entry{e}, b.entries[model.Message]...)
	}
}
