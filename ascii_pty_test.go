package main

import (
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"
)

func notASCII(s string) string {
	if i := strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }); i >= 0 {
		return s[max(0, i-20):min(len(s), i+20)]
	}
	return ""
}

func TestInALocaleWithoutUTF8NothingElseThanASCIIIsSent(t *testing.T) {
	t.Parallel()
	server, env := qstash(t, small)
	s := begin(t, 120, 40, append(env, "LC_ALL=C"))
	s.shows("row 1 of")
	s.write("\r")
	s.shows("Response body")
	s.write("\x1b")
	s.hides("Response body")
	s.write("?")
	s.shows("up half a screen")
	s.write("\x1b")
	s.hides("up half a screen")
	s.write("3")
	s.shows("SHARE")
	s.write("1/status:5o3")
	s.shows("status:5o3")
	s.write("\x1b")
	s.hides("status:5o3")
	s.write("  R")
	s.shows("Retry 2 messages")
	s.write("o")
	s.shows("retry delay")
	s.write("\x1b")
	s.shows("y yes - n no")
	s.write("y")
	s.shows("2 sent")
	s.write("4")
	s.shows("retry of 2 messages")
	s.write("qq")
	s.ended()
	if writes(server) != 2 {
		t.Errorf("%d writes", writes(server))
	}
	if not := notASCII(s.raw()); not != "" {
		t.Errorf("%q was sent", not)
	}
}

func TestInALocaleWithoutUTF8TheHelpIsASCII(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"emulator", "--help"}, {"--filter", "ä:ö"}} {
		cmd := exec.Command(binary, args...)
		cmd.Env = []string{"LANG=C"}
		out, _ := cmd.CombinedOutput()
		if not := notASCII(string(out)); not != "" || len(out) == 0 {
			t.Errorf("%v prints %q", args, not)
		}
	}
}
