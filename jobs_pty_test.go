package main

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"redrive/api/emulator"
)

// retries are the ids of each call that retries, with how often each id was sent.
func retries(server *emulator.Server) (calls int, sent map[string]int) {
	sent = map[string]int{}
	for _, r := range server.Requests() {
		if r.Method != http.MethodPost {
			continue
		}
		calls++
		for _, id := range r.Query["dlqIds"] {
			sent[id]++
		}
	}
	return calls, sent
}

// confirmNumber answers a sheet that asks for a number.
func (s *session) confirmNumber(n string) {
	s.t.Helper()
	s.await("the sheet to take an answer", func(screen string) bool {
		return strings.Contains(screen, "and enter: ") && !strings.Contains(screen, "in a moment")
	})
	s.insist(strings.Repeat("\x7f", len(n))+n, "the number to be taken", func(screen string) bool { return strings.Contains(screen, "and enter: "+n) })
	s.insist("\r", "the answer to be taken", func(screen string) bool { return !strings.Contains(screen, "and enter: ") })
}

func TestANumberThatIsTypedIntoTheListSendsNothing(t *testing.T) {
	server, env := qstash(t, small)
	s := begin(t, 120, 40, env)
	s.shows("row 1 of")
	s.write("*")
	s.shows("150 messages marked")
	s.write("R150\r")
	s.shows("nothing was sent")
	s.write("?")
	s.shows("up half a screen")
	if n := writes(server); n != 0 {
		t.Fatalf("%d writes", n)
	}
}

func TestAnOperationOutlivesItsSession(t *testing.T) {
	t.Parallel()
	server, env := qstash(t, emulator.IncidentOptions{Messages: 350, Workflows: -1, Odd: -1, Seed: 1})
	env = append(env, "XDG_STATE_HOME="+t.TempDir())
	var retried atomic.Int32
	server.SetFaults(func(r *http.Request) emulator.Fault {
		// The answers to the second and the third call never come; only the second is carried out.
		if r.Method == http.MethodPost {
			switch retried.Add(1) {
			case 2:
				return emulator.Hanging().AfterCommit()
			case 3:
				return emulator.Hanging()
			}
		}
		return emulator.Fault{}
	})
	s := begin(t, 120, 40, env)
	s.shows("row 1 of")
	s.write("*")
	s.shows("350 messages marked")
	s.write("R")
	s.confirmNumber("350")
	s.write("4++++")
	s.until("the third call", func() bool { return retried.Load() >= 3 })
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.ended()
	server.SetFaults(nil)

	s = begin(t, 120, 40, env)
	s.shows("unfinished from an earlier session")
	before, _ := retries(server)
	s.write("4")
	s.shows("unfinished")
	s.shows("to go")
	if after, _ := retries(server); after != before {
		t.Fatalf("%d calls before the user went on", after-before)
	}
	// What sessions before did is read first.
	s.insist("R", "the sheet", func(screen string) bool { return strings.Contains(screen, "  Retry ") })
	left := strings.Fields(s.screen()[strings.Index(s.screen(), "  Retry ")+len("  Retry "):])[0]
	s.confirmNumber(left)
	s.write("++++")
	s.until("all to be sent", func() bool {
		_, sent := retries(server)
		return len(sent) == 350
	})
	s.await("the end of feeding", func(screen string) bool {
		return !strings.Contains(screen, "to go") && !strings.Contains(screen, "unfinished")
	})

	_, sent := retries(server)
	for id, n := range sent {
		if n != 1 {
			t.Errorf("%s was sent %d times", id, n)
		}
	}
	for _, id := range server.Touched() {
		fate := server.Fate(id)
		if len(fate.MessageIDs) != 1 || fate.State != emulator.FateRetried {
			t.Errorf("%s: %+v", id, fate)
		}
	}
	if len(sent) != 350 {
		t.Errorf("%d of 350 were sent", len(sent))
	}
}
