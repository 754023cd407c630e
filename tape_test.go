package main

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestTheKeysOfTheDemoTapeDoWhatItShows presses the keys of demo.tape against the real program, and waits for what the
// tape waits for. What the tape types into the shell starts the program here.
func TestTheKeysOfTheDemoTapeDoWhatItShows(t *testing.T) {
	t.Parallel()
	tape, err := os.ReadFile("demo.tape")
	if err != nil {
		t.Fatal(err)
	}
	special := map[string]string{"Enter": "\r", "Space": " ", "Escape": "\x1b", "Down": "\x1b[B", "Up": "\x1b[A", "Tab": "\t"}
	wait := regexp.MustCompile(`^Wait\+Screen /(.*)/$`)
	var s *session
	keys := 0
	for n, line := range strings.Split(string(tape), "\n") {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case word == "" || strings.HasPrefix(word, "#") || word == "Output" || word == "Require" || word == "Set" || word == "Sleep":
		case word == "Type":
			typed, err := strconv.Unquote(rest)
			if err != nil {
				t.Fatalf("line %d: %s", n+1, line)
			}
			if s == nil {
				args := strings.Fields(typed)
				if args[0] != "redrive" {
					t.Fatalf("line %d starts %q", n+1, args[0])
				}
				s = begin(t, 120, 40, nil, args[1:]...)
				continue
			}
			s.write(typed)
			keys++
		case special[word] != "":
			if keys == 0 && word == "Enter" { // the shell's
				keys++
				continue
			}
			s.write(special[word])
			keys++
		case wait.MatchString(line):
			want := regexp.MustCompile(wait.FindStringSubmatch(line)[1])
			s.await(want.String(), want.MatchString)
		default:
			t.Fatalf("line %d is not understood: %s", n+1, line)
		}
	}
	if code := s.ended(); code != 0 || keys < 12 {
		t.Errorf("exit code %d after %d keys", code, keys)
	}
}
