package text_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/term"

	"redrive/ui/text"
)

// askFile names the file that has what [TestMain] writes to the terminal instead of testing; where the cursor then was goes
// beside it.
const askFile = "REDRIVE_ASK_TERMINAL"

func TestMain(m *testing.M) {
	if file := os.Getenv(askFile); file != "" {
		if err := askTerminal(file); err != nil {
			_ = os.WriteFile(file+".error", []byte(err.Error()), 0o600)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// askTerminal writes each text at the beginning of a line, and lets the terminal say where its cursor is then.
func askTerminal(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var texts []string
	if err := json.Unmarshal(raw, &texts); err != nil {
		return err
	}
	if _, err := term.MakeRaw(os.Stdin.Fd()); err != nil {
		return err
	}
	in := bufio.NewReader(os.Stdin)
	columns := make([]int, len(texts))
	for i, s := range texts {
		fmt.Print("\x1b[H\x1b[2K" + s + "\x1b[6n")
		answer, err := in.ReadString('R')
		if err != nil {
			return err
		}
		var row int
		if _, err := fmt.Sscanf(answer, "\x1b[%d;%dR", &row, &columns[i]); err != nil || row != 1 {
			return fmt.Errorf("%q after %q: %w", answer, s, err)
		}
	}
	out, err := json.Marshal(columns)
	if err != nil {
		return err
	}
	return os.WriteFile(file+".columns", out, 0o600)
}

// columnsIn tells where tmux's cursor is after each text at the beginning of a line.
func columnsIn(t *testing.T, texts []string) []int {
	t.Helper()
	tmux, err := exec.LookPath("tmux")
	if err != nil {
		t.Skip("there is no tmux")
	}
	// The path of the server's socket must be short.
	dir, err := os.MkdirTemp("", "redrive")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	file := filepath.Join(dir, "texts")
	raw, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := func(args ...string) error {
		cmd := exec.CommandContext(ctx, tmux, append([]string{"-L", "widths", "-f", "/dev/null", "-u"}, args...)...)
		cmd.Env = []string{"TMUX_TMPDIR=" + dir, "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "SHELL=/bin/sh"}
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("tmux %s: %w: %s", args[0], err, out)
		}
		return nil
	}
	// The signal is given however the program ends.
	inside := fmt.Sprintf("%s='%s' '%s'; tmux wait-for -S done; exec cat", askFile, file, os.Args[0])
	if err := run("new-session", "-d", "-x", "250", "-y", "5", inside); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := run("kill-server"); err != nil {
			t.Error(err)
		}
	}()
	if err := run("wait-for", "done"); err != nil {
		t.Fatal(err)
	}
	out, err := os.ReadFile(file + ".columns")
	if err != nil {
		why, _ := os.ReadFile(file + ".error")
		t.Fatalf("%v: %s", err, why)
	}
	var columns []int
	if err := json.Unmarshal(out, &columns); err != nil {
		t.Fatal(err)
	}
	return columns
}

// What stands in a table is as wide in a terminal as it was taken for, so that the columns after it are in their place.
func TestTmuxPutsTheCursorWhereTheWidthSays(t *testing.T) {
	var texts []text.Safe
	add := func(raw string) {
		line := text.Line(raw)
		texts = append(texts, line, text.Fit(line, 7), text.FitRight(line, 8), text.Cut(line, 5), text.Cell(raw, 6), text.Middle(line, 9))
	}
	for _, p := range payloads {
		add("A" + p.Raw + "Z")
		add(p.Raw)
	}
	for _, a := range snippets {
		for _, b := range snippets {
			add(a + b)
		}
	}
	for r := rune(0xa0); r <= unicode.MaxRune; r++ {
		// Of Han, which are tens of thousands in a row, and of what is shown as a stand-in some do.
		if text.Line(string(r)).String() == string(r) && (!unicode.Is(unicode.Han, r) || r%64 == 0) || r%4096 == 0 {
			texts = append(texts, text.Line(string(r)))
		}
	}
	raw := make([]string, len(texts))
	for i, s := range texts {
		raw[i] = s.String()
	}
	wrong := 0
	for i, column := range columnsIn(t, raw) {
		if got, want := column-1, texts[i].Width(); got != want {
			if wrong++; wrong < 4000 {
				t.Errorf("%q (%+q) takes %d cells, and not %d", texts[i], texts[i].String(), got, want)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d are wrong", wrong, len(texts))
	}
}
