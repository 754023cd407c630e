//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"redrive/api/emulator"
)

// benchProgram is a program that shows the rows, and its keys. A key that is empty is not measured.
type benchProgram struct {
	name  string
	about string
	args  []string
	env   []string
	stdin string
	// first is on the screen once rows are.
	first string
	// load reads all rows, and loaded is on the screen once they are there.
	load, loaded string
	down, up     string
	page         string
	// cursor is set when down moves a cursor as long as it is not at the edge of the screen.
	cursor bool
	// echo is set when the program only sends back what comes.
	echo bool
	// open begins a filter, the letters of each of words are typed into one, and leave ends it. Commas part the words.
	open, words, leave string
}

// filterWords are different, so that none profits from what was found for another.
const filterWords = "timeout,connect,healthy,partner,billing,invoice,refunds,payouts,nightly,migrate," +
	"unknown,reading,backfil,webhook,shipmen,custome,release,example,missing,gateway"

func redriveProgram(url, home string) benchProgram {
	return benchProgram{
		name: "redrive", args: []string{binary},
		env:   []string{"HOME=" + home, "QSTASH_URL=" + url, "QSTASH_TOKEN=" + emulator.DefaultToken},
		first: firstLabel, load: "a", loaded: fmt.Sprintf("of %d,%03d ", benchRows/1000, benchRows%1000),
		down: "j", up: "k", page: "\x1b[6~", cursor: true, open: "/", words: filterWords, leave: "\x15\x1b",
	}
}

// benchPeers are the other programs, those that are not installed included.
func benchPeers(t testing.TB, file, home string) []benchProgram {
	peers := []benchProgram{
		{
			name: "cat", about: "an echo: what the machine and the harness add", args: []string{"sh", "-c", "stty raw -echo; printf " + firstLabel + "; exec cat"},
			down: "j", echo: true,
		},
		{
			name: "vim", about: "cursorline", args: []string{"vim", "-u", "NONE", "-i", "NONE", "-n", "-N", "-R", "-c", "set cursorline nowrap ruler", file},
			down: "j", up: "k", page: "\x06", cursor: true,
		},
		{name: "lnav", about: "no cursor", args: []string{"lnav", "-c", ":goto 0", file}, down: "j", up: "k", page: " "},
		{name: "less", about: "-S, no cursor", args: []string{"less", "-S", file}, down: "j", up: "k", page: " "},
		{
			name: "fzf", about: "fuzzy, on all cores", args: []string{"fzf", "--reverse", "--no-sort"}, stdin: file, loaded: fmt.Sprintf("%d/%d", benchRows, benchRows),
			down: "\x1b[B", up: "\x1b[A", page: "\x1b[6~", cursor: true, words: filterWords, leave: "\x15",
		},
	}
	if command := os.Getenv("REDRIVE_BENCH_COMMAND"); command != "" {
		peers = append(peers, givenProgram(t, command, file))
	}
	for i := range peers {
		peers[i].env = []string{"HOME=" + filepath.Join(home, peers[i].name)}
		if peers[i].first == "" {
			peers[i].first = firstLabel
		}
	}
	return peers
}

// givenProgram is a program from the environment. {} in its command stands for the file of rows, and
// REDRIVE_BENCH_KEYS has its keys, such as `down=j up=k page=\x06 open=/ words=timeout leave=\x1b cursor=yes`.
func givenProgram(t testing.TB, command, file string) benchProgram {
	p := benchProgram{name: strings.Fields(command)[0], args: []string{"sh", "-c", "exec " + strings.ReplaceAll(command, "{}", file)}}
	known := map[string]*string{"down": &p.down, "up": &p.up, "page": &p.page, "open": &p.open, "words": &p.words, "leave": &p.leave, "first": &p.first, "name": &p.name}
	for _, field := range strings.Fields(os.Getenv("REDRIVE_BENCH_KEYS")) {
		name, key, _ := strings.Cut(field, "=")
		key, err := strconv.Unquote(`"` + key + `"`)
		switch target := known[name]; {
		case err != nil:
			t.Fatalf("REDRIVE_BENCH_KEYS: %s: %s", field, err)
		case name == "cursor":
			p.cursor = key == "yes"
		case target == nil:
			t.Fatalf("REDRIVE_BENCH_KEYS: %s is no key that is measured", name)
		default:
			*target = key
		}
	}
	return p
}

// missing says why a program cannot be run; empty when it can.
func (p benchProgram) missing() string {
	if _, err := exec.LookPath(p.args[0]); err != nil {
		return p.name + " is not installed"
	}
	return ""
}

// version is what the program says its version is.
func (p benchProgram) version() string {
	flag := "--version"
	if p.name == "lnav" {
		flag = "-V"
	}
	if p.args[0] == "sh" {
		return ""
	}
	out, err := exec.Command(p.args[0], flag).Output()
	if err != nil {
		return ""
	}
	for _, word := range strings.Fields(string(out)) {
		if word = strings.TrimPrefix(word, "v"); word[0] >= '0' && word[0] <= '9' {
			return word
		}
	}
	return ""
}
