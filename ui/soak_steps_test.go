package ui_test

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
)

// pick is one of some, at random.
func pick[T any](s *soak, of ...T) T { return of[s.random.IntN(len(of))] }

// soakTexts are typed and pasted wherever text can be.
var soakTexts = []string{
	"", "status:503", "status:5xx -queue:billing", "label:soak", "hook", "nothing at all", `"a b" since:2h`, "status:nonsense", "body:order", "step:charge-card",
	"retries", "5", "30s", "\x1b]0;PWNED\a\u009b2J", "日本語👩‍👩‍👧", "a.jsonl", "b.csv", "../nowhere/c.csv", "release-42", "Retry\rY\n", "1,000",
}

// step is one thing that happens.
func (s *soak) step() {
	if s.messages%1000 < 5 {
		s.clean()
	}
	if s.wild && len(s.past) > 0 && s.random.IntN(3) == 0 {
		s.send(s.past[s.random.IntN(len(s.past))])
		return
	}
	if s.random.IntN(3000) == 0 {
		s.kill()
		return
	}
	switch n := s.random.IntN(100); {
	case n < 45:
		s.deliver(1 + s.random.IntN(8))
	case n < 70:
		s.aKey()
	case n < 74:
		s.answer()
	case n < 84:
		s.pass(pick(s, time.Millisecond, 10*time.Millisecond, 30*time.Millisecond, 80*time.Millisecond, 300*time.Millisecond, time.Second))
	case n < 86:
		s.send(tea.PasteMsg{Content: pick(s, soakTexts...)})
	case n < 88:
		for _, r := range pick(s, soakTexts...) {
			s.send(keyPress(string(r)))
		}
	case n < 89:
		s.send(tea.WindowSizeMsg{Width: 20 + s.random.IntN(181), Height: 5 + s.random.IntN(56)})
		if s.random.IntN(3) > 0 {
			s.send(tea.WindowSizeMsg{Width: pick(s, 80, 120, 160, 200), Height: pick(s, 24, 40, 60)})
		}
	case n < 90:
		s.world.arrive(s.random.IntN(4))
	case n < 91:
		s.world.goWrong(s.random.IntN(len(soakRules)))
	case n < 95:
		s.send(keyPress(keymap.For(pick(s, keymap.Messages, keymap.Workflows, keymap.CausesView, keymap.JobsView, keymap.Back, keymap.TakeIn)).Key.Keys()[0]))
	case n < 99:
		for range 1 + s.random.IntN(6) {
			s.send(keyPress(pick(s, "space", "j", "k")))
		}
		s.send(keyPress(pick(s, "R", "C", "D", "S", "F")))
	default:
		s.send(keyPress(string(pick(s, []rune("abcdefghijklmnoprstuvwxyzABCDEFGRSTUVWXYZ0123456789+-*/[]?,._")...))))
	}
}

// aKey presses one of the keys that do something here, seldom one that ends the program.
func (s *soak) aKey() {
	here := bindings[s.m.Scope()]
	if len(here) == 0 || s.random.IntN(20) == 0 {
		here = bindings[keymap.Everywhere]
	}
	b := here[s.random.IntN(len(here))]
	if (b.Action == keymap.Quit || b.Action == keymap.Interrupt) && s.random.IntN(50) > 0 {
		return
	}
	s.send(keyPress(pick(s, b.Key.Keys()...)))
}

// answer answers the sheet as a person does who means it, most of the time.
func (s *soak) answer() {
	if _, open := s.m.SheetOpen(); !open {
		return
	}
	s.deliver(1000)
	s.pass(450 * time.Millisecond)
	s.deliver(1000)
	o, open := s.m.SheetOpen()
	if !open || o.Editing {
		return
	}
	if o.Red && !o.Ticked {
		s.send(keyPress("space"))
	}
	s.pass(pick(s, 100*time.Millisecond, 450*time.Millisecond, 450*time.Millisecond))
	if o.Want == "" {
		s.send(keyPress("y"))
		return
	}
	for _, r := range o.Want {
		s.send(keyPress(string(r)))
	}
	if s.random.IntN(10) == 0 {
		s.send(keyPress("1"))
	}
	s.send(keyPress("enter"))
}
