package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"redrive/api/emulator"
)

// negative is an age or a duration below zero, as a screen might show one.
var negative = regexp.MustCompile(`-\d+[dhms]\b|\(-|\d+ \w+ from now\)`)

func TestAClockThatJumpsHoldsNothingUp(t *testing.T) {
	for name, jump := range map[string]time.Duration{"forward a day": 24 * time.Hour, "back an hour and forward again": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := emulator.New(emulator.Options{Seed: 1})
			server.SeedIncident(emulator.IncidentOptions{Messages: 150, Workflows: 10, Odd: -1, Seed: 1})
			env := append(served(t, server), "QSTASH_TOKEN="+emulator.DefaultToken)
			clock := newLapse(t, time.Now())
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			s := beginProgram(t, self, 160, 40, append(env, lapseVariable+"="+clock.path), "--retention", "7d")
			s.shows("row 1 of 150")
			s.write("*")
			s.shows("150 messages marked")
			s.write("R")
			s.confirmNumber("150")
			s.until("the first call", func() bool { calls, _ := retries(server); return calls > 0 })
			clock.jump(t, jump)
			check := func() {
				t.Helper()
				if at := negative.FindString(s.screen()); at != "" {
					t.Errorf("%q is shown:\n%s", at, s.screen())
				}
			}
			// Keys are handled whatever the clock says.
			for _, c := range []struct{ key, shows string }{
				{"j", "row 2 of"}, {"\r", "It is not in the DLQ any more"}, {"3", "SHARE"}, {"4", "retry of 150 messages"}, {"1", "row 2 of"},
			} {
				s.write(c.key)
				s.shows(c.shows)
				check()
			}
			if jump < 0 {
				s.write("2")
				s.shows("(by this clock ")
				clock.jump(t, -jump)
				s.write("\x1b")
			}
			s.until("all to be sent", func() bool { _, sent := retries(server); return len(sent) == 150 })
			_, sent := retries(server)
			for id, n := range sent {
				if n != 1 {
					t.Errorf("%s was sent %d times", id, n)
				}
			}
			s.write("4")
			s.await("the end of feeding", func(screen string) bool { return !strings.Contains(screen, "to go") })
			check()
			s.write("\x03")
			s.write("\x03")
			if code := s.ended(); code != 0 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}
