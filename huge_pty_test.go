package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"

	"redrive/api/emulator"
)

// peak is the most memory that the program ever had, in MiB.
func (s *session) peak() int {
	s.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.t.Skip(err)
	}
	kb, err := strconv.Atoi(string(regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)[1]))
	if err != nil {
		s.t.Fatal(err)
	}
	return kb >> 10
}

func TestALineOf50MBIsOpenedSearchedAndLeft(t *testing.T) {
	t.Parallel()
	server, env := qstash(t, emulator.IncidentOptions{Messages: 30, Workflows: -1, Odd: -1, Seed: 1})
	line := append(bytes.Repeat([]byte("0123456789abcde\x1b"), 50<<20/16/underRace), "the needle"...)
	server.Add(emulator.Entry{URL: "https://api.acme.io/one-line", ResponseStatus: 500, ResponseBody: line})
	server.Add(emulator.Entry{URL: "https://api.acme.io/one-line", ResponseStatus: 500, Body: line})
	s := begin(t, 120, 40, env)
	s.shows("row 1 of 32")
	s.write("j")
	s.shows("row 2 of 32")
	s.write("\r")
	s.shows("Response body · text · " + map[int]string{1: "50 MiB", 10: "5.0 MiB"}[underRace])
	s.write("\r/needle\r")
	s.shows("match 1 of 1")
	s.shows("the needle")
	s.write("yr")
	s.shows("a terminal's clipboard takes about 74 KB")
	// Two such bodies are on the page, of which 64 MiB are kept; the other is open, as bytes and as text.
	if n := s.peak(); n > 400 {
		t.Errorf("it took %d MiB", n)
	} else {
		t.Logf("it took %d MiB", n)
	}
	s.write("q")
	s.hides("match 1 of 1")
	s.write("q")
	if code := s.ended(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
