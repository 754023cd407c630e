package ui_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/keymap"
	"redrive/model"
	records "redrive/model/journal"
	"redrive/ui"
)

// hourOfMessages is how many messages come in an hour in which nothing takes longer.
const hourOfMessages = 130_000

// soak is a program that is used at random, in a bubble of synctest. All that happens is decided by the seed, also when its
// commands run, and in which order it has their answers.
type soak struct {
	t      *testing.T
	again  string // the command that does the same again
	random *rand.Rand
	world  *soakWorld
	folder string // what is written goes below it
	frames frameChecker

	// line, record and m are of the program that runs.
	line   *soakLine
	record *records.Journal
	m      *ui.Model

	width, height int
	messages      int
	slow          int // how much longer all takes
	operations    int
	programs      int
	// wild is set when messages come again, and late; past are those that came.
	wild  bool
	past  []tea.Msg
	heap  int64
	trace [60]string

	sheet   ui.OpenSheet // as it was before the message
	opened  bool
	first   map[string]bool // the ids of the sheet when it was first seen
	firstAt time.Time
	// unfinished are the operations that programs before left, which the one that runs has not read yet.
	unfinished map[string]bool

	waiting []tea.Cmd // not begun
	begun   int

	mu       sync.Mutex
	answered []answer
	timers   []timer
	running  int
}

// answer is what a command returned.
type answer struct {
	command int
	msg     tea.Msg
}

type soakReport struct {
	messages, jobs, entries, writes, rows, programs int
	simulated                                       time.Duration
	heap                                            int64
}

func newSoak(t *testing.T, seed uint64, messages int, again string, set ...func(*soak)) *soak {
	t.Helper()
	s := &soak{
		t: t, again: again, random: rand.New(rand.NewPCG(seed, 2)), world: newSoakWorld(seed),
		folder: strconv.FormatUint(seed, 10), slow: max(1, hourOfMessages/messages), unfinished: map[string]bool{},
	}
	s.world.trace = traceFromEnvironment(t, s.folder)
	for _, f := range set {
		f(s)
	}
	s.begin()
	return s
}

// begin starts the program.
func (s *soak) begin() {
	s.t.Helper()
	s.programs++
	s.line = &soakLine{soakWorld: s.world}
	client, err := api.New(api.Config{
		URL: "http://localhost", Token: emulator.DefaultToken, DLQ: "test", Transport: s.line, Memory: 1 << 20,
		Random: func() float64 { return 0 },
	})
	if err == nil {
		s.record, err = records.Open(filepath.Join(s.folder, "journal"), "test", time.Now)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.opened = false
	if s.wild {
		s.past = ui.ForNothing()
	}
	m := ui.New(ui.Options{
		Backend: s.record.Wrap(oneByOne{client}), Bodies: client, Recorder: s.record, Trash: s.record, Earlier: s.record.Unfinished,
		Other: s.record.Other, Durable: true, Copy: func(string) {},
		DLQ: "test", BaseURL: "http://localhost", Title: "soak", Refresh: 30 * time.Second, Retention: 3 * 24 * time.Hour,
		Now: time.Now, Zone: time.UTC, After: s.after,
		NewOperation: func() string {
			s.operations++
			return fmt.Sprintf("redrive-%08x", s.operations)
		},
	})
	s.mu.Lock()
	s.m = m
	s.mu.Unlock()
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

// run has a command carried out beside the program.
func (s *soak) run(cmd tea.Cmd) {
	if cmd != nil {
		s.waiting = append(s.waiting, cmd)
	}
}

// start begins one of the commands that wait. It goes on until it has ended, or waits for something that takes time.
func (s *soak) start() {
	cmd := take(s, &s.waiting)
	of, number := s.m, s.begun
	s.begun++
	s.mu.Lock()
	s.running++
	s.mu.Unlock()
	go func() {
		msg := cmd()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.running--
		if msg != nil && s.m == of {
			s.answered = append(s.answered, answer{number, msg})
		}
	}()
	sleep(soakSpread)
}

// sleep lets time pass, and all end that ends by then: what falls on the same moment comes in no order.
func sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
	time.Sleep(time.Nanosecond)
	synctest.Wait()
}

// take takes one of some out, at random.
func take[T any](s *soak, from *[]T) T {
	i := s.random.IntN(len(*from))
	v := (*from)[i]
	*from = slices.Delete(*from, i, i+1)
	return v
}

// deliver begins commands and hands on what they returned, in any order, at most so many answers.
func (s *soak) deliver(most int) {
	for most > 0 {
		answers := s.answers()
		switch {
		case len(s.waiting) > 0 && (answers == 0 || s.random.IntN(4) > 0):
			s.start()
		case answers > 0:
			most--
			s.send(s.takeAnswer())
		default:
			return
		}
	}
}

// answers is how many there are. Those that ended together did so in no order, and are put in one.
func (s *soak) answers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.SortFunc(s.answered, func(a, b answer) int { return a.command - b.command })
	return len(s.answered)
}

func (s *soak) takeAnswer() tea.Msg {
	s.mu.Lock()
	defer s.mu.Unlock()
	return take(s, &s.answered).msg
}

// pass lets time pass, so much that an hour passes with the messages that there are.
func (s *soak) pass(d time.Duration) {
	for len(s.waiting) > 0 {
		s.start()
	}
	end := time.Now().Add(d * time.Duration(s.slow))
	for {
		next, due := s.takeTimer(end)
		if !due {
			break
		}
		sleep(time.Until(next.at))
		s.send(next.f())
		s.deliver(s.random.IntN(4))
	}
	sleep(time.Until(end))
}

// takeTimer is what is to happen next, if that is due by then.
func (s *soak) takeTimer(by time.Time) (t timer, due bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := -1
	for i, w := range s.timers {
		if !w.at.After(by) && (next < 0 || w.at.Before(s.timers[next].at)) {
			next = i
		}
	}
	if next < 0 {
		return timer{}, false
	}
	t = s.timers[next]
	s.timers = slices.Delete(s.timers, next, next+1)
	return t, true
}

func (s *soak) fail(format string, args ...any) {
	s.t.Helper()
	from := s.messages % len(s.trace)
	s.world.server.SetFaults(nil)
	trace := append(slices.Clone(s.trace[from:]), s.trace[:from]...)
	defer time.Sleep(5 * time.Minute) // all calls end
	s.t.Fatalf("message %d (%d×%d), again by %s\n%s\n%s\n%s", s.messages, s.width, s.height, s.again, fmt.Sprintf(format, args...), strings.Join(trace, "\n"), s.m.View().Content)
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
		s.leave()
		s.begin()
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
		if says == "key enter" {
			s.m.WriteBelow(s.folder)
		}
	}
	s.trace[s.messages%len(s.trace)] = says
	if s.wild && strings.HasPrefix(says, "ui.") && says != "ui.refreshMsg" { // one of those leads to the next, for ever
		s.remember(msg)
	}
	s.messages++
	jobs, earlier := len(s.m.Jobs()), s.m.JobsNotGoneOnWith()
	_, cmd := s.m.Update(msg)
	synctest.Wait() // for what the message ended
	s.confirmed(msg, jobs, earlier)
	content := s.m.View().Content
	s.world.trace.message(s.messages, says, content)
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
func (s *soak) confirmed(msg tea.Msg, before, earlier int) {
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
	if fmt.Sprintf("%T", msg) == "ui.earlierMsg" {
		s.offered()
		return
	}
	jobs := s.m.Jobs()
	began, wentOn := len(jobs)-before, earlier-s.m.JobsNotGoneOnWith()
	if s.wild || began == 0 && wentOn == 0 {
		return
	}
	_, key := msg.(tea.KeyPressMsg)
	switch {
	case !key || !open || was.Plan == nil || began+wentOn != 1 || !was.Readable || was.Unchecked || was.Red && !was.Ticked:
		s.fail("a job began that no sheet was answered for")
	case time.Since(s.firstAt) < model.QuietTime:
		s.fail("a sheet was answered %v after it was there", time.Since(s.firstAt))
	}
	if wentOn == 1 {
		s.world.grant(was.Plan)
		return
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

// bindings are the keys of each scope.
var bindings = func() (of [keymap.Scopes][]keymap.Binding) {
	for _, b := range keymap.All() {
		for _, scope := range b.Scopes {
			of[scope] = append(of[scope], b)
		}
	}
	return of
}()
