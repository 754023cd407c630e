package ui_test

import (
	"os"
	"path/filepath"
	"testing/synctest"
	"time"

	"redrive/model"
)

// leave ends the program as main does, which waits for answers under way.
func (s *soak) leave() {
	time.Sleep(time.Second)
	synctest.Wait()
	s.m.Close()
	s.die()
}

// kill ends the program in the middle of what it does.
func (s *soak) kill() {
	s.die()
	s.begin()
}

// die lets nothing more come of the program. What it had sent is not called back.
func (s *soak) die() {
	s.t.Helper()
	if !s.wild {
		s.heldAgainstJobs()
		for _, name := range s.m.Unended() {
			s.unfinished[name] = true
		}
	}
	s.line.dead.Store(true)
	if err := s.record.Close(); err != nil {
		s.fail("the journal cannot be closed: %v", err)
	}
	s.world.revoke()
	s.waiting = nil
	s.mu.Lock()
	s.answered, s.timers = nil, nil
	s.mu.Unlock()
}

// offered looks whether all that programs before left unfinished is there again, as soon as it was read, and whether it says
// of what was sent that it was not.
func (s *soak) offered() {
	s.t.Helper()
	if s.wild {
		return
	}
	there := map[string]bool{}
	for _, j := range s.m.Jobs() {
		there[j.Plan.Operation] = true
	}
	for name := range s.unfinished {
		if !there[name] {
			s.fail("%s was left unfinished, and is not offered again", name)
		}
	}
	clear(s.unfinished)
	s.heldAgainstJobs()
}

// heldAgainstJobs holds what jobs say against what was sent.
func (s *soak) heldAgainstJobs() {
	s.t.Helper()
	for _, j := range s.m.Jobs() {
		if j.Plan.ByFilter() {
			continue
		}
		for i := range j.Len() {
			id, state := j.Key(i).ID, j.Outcome(i).State
			sent, tried := s.world.wasSent(j.Plan.Operation, id)
			switch state {
			case model.NotSent:
				if sent {
					s.fail("%s of %s is said not to be sent, and was (%s)", j.Plan.Verb, id, j.Plan.Operation)
				}
			case model.Sent, model.Retrying, model.Delivered, model.CameBack:
				if !tried {
					s.fail("%s of %s is said to be %s, and was not sent (%s)", j.Plan.Verb, id, state, j.Plan.Operation)
				}
			}
		}
	}
}

// end lets all that is under way come to its end.
func (s *soak) end() soakReport {
	s.t.Helper()
	s.world.server.SetFaults(nil)
	for range 20 {
		s.deliver(1000)
		s.pass(5 * time.Second)
	}
	s.heldAgainstJobs()
	if p := s.world.untouched(); p != "" {
		s.fail("%s", p)
	}
	r := soakReport{
		messages: s.messages, jobs: len(s.m.Jobs()), writes: s.world.writes, rows: s.m.Known(), programs: s.programs, simulated: time.Since(start),
	}
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
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running > 0 {
		s.t.Errorf("%d commands never return, again by %s", s.running, s.again)
	}
	if err := s.record.Close(); err != nil {
		s.t.Error(err)
	}
}

// clean removes the files that were exported.
func (s *soak) clean() {
	files, _ := os.ReadDir(s.folder)
	for _, f := range files {
		if !f.IsDir() {
			_ = os.Remove(filepath.Join(s.folder, f.Name()))
		}
	}
}
