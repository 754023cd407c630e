package ui_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
	records "redrive/model/journal"
	"redrive/ui"
)

// hourOfMessages is how many messages come in an hour in which nothing takes longer.
const hourOfMessages = 70_000

// soak is a program that is used at random, in a bubble of synctest. Its commands run each in a goroutine, as Bubble Tea runs
// them, and what they return comes in any order.
type soak struct {
	t      *testing.T
	seed   uint64
	random *rand.Rand
	world  *soakWorld
	record *records.Journal
	m      *ui.Model
	frames frameChecker

	width, height int
	messages      int
	slow          int // how much longer all takes
	operations    int
	// wild is set when messages come again, and late; past are those that came.
	wild  bool
	past  []tea.Msg
	heap  int64
	trace [60]string

	sheet   ui.OpenSheet // as it was before the message
	opened  bool
	first   map[string]bool // the ids of the sheet when it was first seen
	firstAt time.Time

	mu      sync.Mutex
	arrived []tea.Msg
	timers  []timer
	running int
}

type soakReport struct {
	messages, jobs, entries, writes, rows int
	simulated                             time.Duration
	heap                                  int64
}

func newSoak(t *testing.T, seed uint64, messages int) *soak {
	t.Helper()
	w, err := newSoakWorld(seed)
	if err != nil {
		t.Fatal(err)
	}
	s := &soak{t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 2)), world: w, record: records.InMemory(), slow: max(1, hourOfMessages/messages)}
	s.begin()
	return s
}

// begin starts the program.
func (s *soak) begin() {
	s.mu.Lock()
	s.timers, s.arrived = nil, nil
	s.mu.Unlock()
	s.opened = false
	s.m = ui.New(ui.Options{
		Backend: s.record.Wrap(s.world.client), Bodies: s.world.client, Recorder: s.record, Trash: s.record, Earlier: s.record.Unfinished,
		Copy: func(string) {},
		DLQ:  "test", BaseURL: "http://localhost", Title: "soak", Refresh: 30 * time.Second, Retention: 3 * 24 * time.Hour,
		Now: time.Now, Zone: time.UTC, After: s.after,
		NewOperation: func() string {
			s.operations++
			return fmt.Sprintf("redrive-%08x", s.operations)
		},
	})
	s.run(s.m.Init())
	s.send(tea.WindowSizeMsg{Width: 120, Height: 40})
}

func (s *soak) after(d time.Duration, f func() tea.Msg) tea.Cmd {
	return func() tea.Msg {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.timers = append(s.timers, timer{time.Now().Add(d), f})
		return nil
	}
}

// run carries a command out beside the program.
func (s *soak) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	of := s.m
	s.mu.Lock()
	s.running++
	s.mu.Unlock()
	go func() {
		msg := cmd()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.running--
		if msg != nil && s.m == of {
			s.arrived = append(s.arrived, msg)
		}
	}()
	synctest.Wait()
}

// deliver hands on what arrived, in any order, at most so many.
func (s *soak) deliver(most int) {
	for range most {
		s.mu.Lock()
		n := len(s.arrived)
		if n == 0 {
			s.mu.Unlock()
			return
		}
		i := s.random.IntN(n)
		msg := s.arrived[i]
		s.arrived = slices.Delete(s.arrived, i, i+1)
		s.mu.Unlock()
		s.send(msg)
	}
}

// pass lets time pass, so much that an hour passes with the messages that there are.
func (s *soak) pass(d time.Duration) {
	end := time.Now().Add(d * time.Duration(s.slow))
	for {
		s.mu.Lock()
		next := -1
		for i, w := range s.timers {
			if !w.at.After(end) && (next < 0 || w.at.Before(s.timers[next].at)) {
				next = i
			}
		}
		if next < 0 {
			s.mu.Unlock()
			break
		}
		w := s.timers[next]
		s.timers = slices.Delete(s.timers, next, next+1)
		s.mu.Unlock()
		time.Sleep(time.Until(w.at))
		synctest.Wait()
		s.send(w.f())
		s.deliver(s.random.IntN(4))
	}
	time.Sleep(time.Until(end))
	synctest.Wait()
}

func (s *soak) fail(format string, args ...any) {
	s.t.Helper()
	from := s.messages % len(s.trace)
	s.world.server.SetFaults(nil)
	trace := append(slices.Clone(s.trace[from:]), s.trace[:from]...)
	defer time.Sleep(5 * time.Minute) // all calls end
	s.t.Fatalf("REDRIVE_SOAK_SEED=%d, message %d (%d×%d): %s\n%s\n%s", s.seed, s.messages, s.width, s.height, fmt.Sprintf(format, args...), strings.Join(trace, "\n"), s.m.View().Content)
}

// send gives the program a message, and checks what came of it.
func (s *soak) send(msg tea.Msg) {
	s.t.Helper()
	switch msg := msg.(type) {
	case nil:
		return
	case tea.BatchMsg:
		for _, c := range msg {
			s.run(c)
		}
		return
	case tea.QuitMsg:
		s.restart()
		return
	case tea.SuspendMsg:
		s.world.arrive(s.random.IntN(3))
		time.Sleep(time.Duration(s.random.IntN(5)) * time.Second)
		s.send(tea.ResumeMsg{})
		return
	case tea.WindowSizeMsg:
		s.width, s.height = msg.Width, msg.Height
	}
	says := fmt.Sprintf("%T", msg)
	if k, is := msg.(tea.KeyPressMsg); is {
		says = "key " + k.String()
	}
	s.trace[s.messages%len(s.trace)] = says
	if s.wild && strings.HasPrefix(says, "ui.") && says != "ui.refreshMsg" { // one of those leads to the next, for ever
		s.remember(msg)
	}
	s.messages++
	jobs := len(s.m.Jobs())
	_, cmd := s.m.Update(msg)
	s.confirmed(msg, jobs)
	content := s.m.View().Content
	if p := s.frames.problem(content, s.width, s.height); p != "" {
		s.fail("%s", p)
	}
	whole := s.messages%64 == 0
	if whole {
		if afresh := s.m.DrawAfresh(); afresh != content {
			s.fail("what was kept of the frame before is out of date, drawn afresh:\n%s", afresh)
		}
	}
	if p := stateProblem(s.m, whole); p != "" {
		s.fail("%s", p)
	}
	if p := s.world.problem(); p != "" && !s.wild {
		s.fail("%s", p)
	}
	s.run(cmd)
}

// remember keeps a message, to come again.
func (s *soak) remember(msg tea.Msg) {
	const most = 500
	if len(s.past) < most {
		s.past = append(s.past, msg)
		return
	}
	s.past[s.random.IntN(most)] = msg
}

// confirmed looks whether the message answered a sheet, which then permits what its plan says. A job that began otherwise is a
// mistake.
func (s *soak) confirmed(msg tea.Msg, before int) {
	s.t.Helper()
	was, open := s.sheet, s.opened
	s.sheet, s.opened = s.m.SheetOpen()
	if s.opened && (!open || s.sheet.ID != was.ID) {
		s.firstAt = time.Now()
		s.first = map[string]bool{}
		if p := s.sheet.Plan; p != nil {
			for i := range p.Selection.Len() {
				s.first[p.Selection.At(i).ID] = true
			}
		}
	}
	jobs := s.m.Jobs()
	if len(jobs) == before {
		return
	}
	_, key := msg.(tea.KeyPressMsg)
	switch {
	case fmt.Sprintf("%T", msg) == "ui.earlierMsg":
		return
	case s.wild:
		return
	case !key || !open || was.Plan == nil || len(jobs) != before+1 || !was.Readable || was.Unchecked || was.Red && !was.Ticked:
		s.fail("a job began that no sheet was answered for")
	case time.Since(s.firstAt) < model.QuietTime:
		s.fail("a sheet was answered %v after it was there", time.Since(s.firstAt))
	}
	plan := &jobs[before].Plan
	if plan.Selection.Len() != was.Plan.Selection.Len() || plan.Verb != was.Plan.Verb || plan.ByFilter() != was.Plan.ByFilter() {
		s.fail("the sheet was for %d, and the job is for %d", was.Plan.Selection.Len(), plan.Selection.Len())
	}
	for i := range plan.Selection.Len() {
		if id := plan.Selection.At(i).ID; !s.first[id] && !plan.ByFilter() {
			s.fail("%s was not on the sheet when it was opened", id)
		}
	}
	s.world.grant(plan)
}

// restart ends the program, and begins another with the same record.
func (s *soak) restart() {
	s.m.Close()
	s.mu.Lock()
	s.arrived, s.timers = nil, nil
	s.mu.Unlock()
	synctest.Wait()
	if s.wild {
		s.past = ui.ForNothing()
	}
	s.begin()
}

// end lets all that is under way come to its end.
func (s *soak) end() soakReport {
	s.t.Helper()
	s.world.server.SetFaults(nil)
	for range 20 {
		s.deliver(1000)
		s.pass(5 * time.Second)
	}
	if p := s.world.untouched(); p != "" {
		s.fail("%s", p)
	}
	r := soakReport{messages: s.messages, jobs: len(s.m.Jobs()), writes: s.world.writes, rows: s.m.Known(), simulated: time.Since(start)}
	for _, j := range s.m.Jobs() {
		r.entries += j.Len()
	}
	server := s.world.server
	s.world.server = nil // what it knows is not the program's
	r.heap = heapInUse() - s.heap
	s.world.server = server
	s.finish()
	return r
}

// finish ends the program, and waits for all that it has begun.
func (s *soak) finish() {
	s.t.Helper()
	s.world.server.SetFaults(nil)
	s.m.Close()
	s.mu.Lock()
	s.m = nil
	s.mu.Unlock()
	time.Sleep(5 * time.Minute) // the longest that a call takes
	synctest.Wait()
	if s.running > 0 {
		s.t.Errorf("REDRIVE_SOAK_SEED=%d: %d commands never return", s.seed, s.running)
	}
}

// clean removes the files that were written.
func clean() {
	files, _ := os.ReadDir(".")
	for _, f := range files {
		_ = os.RemoveAll(f.Name())
	}
}

// bindings are the keys of each scope.
var bindings = func() (of [keymap.Scopes][]keymap.Binding) {
	for _, b := range keymap.All() {
		for _, scope := range b.Scopes {
			of[scope] = append(of[scope], b)
		}
	}
	return of
}()
