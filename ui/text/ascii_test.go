package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"redrive/ui/text"
)

func TestWithoutUTF8WhatIsDrawnIsMadeOfPlainCharacters(t *testing.T) {
	for drawn, want := range map[string]string{
		"":                          "",
		"plain \x1b[1mtext\x1b[m":   "plain \x1b[1mtext\x1b[m",
		"──┼\n│ ▸ ●":                "--?\n| > *",
		"\x1b[31m▁▂▃▄▅▆▇█\x1b[m":    "\x1b[31m.:-=+*%#\x1b[m",
		"漢字 ok":                     "???? ok",
		"⟪RLO⟫ ␛[2J":                "<RLO> ^[2J",
		"caf\u00e9 cafe\u0301":      "caf? cafe",
		"✓ 3 → msg_1 · 2 × 503 – …": "+ 3 > msg_1 - 2 x 503 - .",
		"👩 one":                     "?? one",
		"one\x1b[7m─\x1b[m":         "one\x1b[7m-\x1b[m",
	} {
		if got := text.ASCII(drawn); got != want {
			t.Errorf("%q is drawn as %q, want %q", drawn, got, want)
		}
	}
}

func TestWithoutUTF8EveryTextKeepsItsWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := text.Line(rapid.String().Draw(t, "text"))
		got := text.ASCII(s.String())
		if strings.ContainsFunc(got, func(r rune) bool { return r >= utf8.RuneSelf }) {
			t.Fatalf("%q is drawn as %q", s, got)
		}
		if w := text.Line(got).Width(); w != s.Width() {
			t.Fatalf("%q has %d cells, and %q has %d", s, s.Width(), got, w)
		}
	})
}

func TestWithoutUTF8PlainTextIsNotCopied(t *testing.T) {
	s := strings.Repeat("plain text ", 1000)
	if n := testing.AllocsPerRun(100, func() { _ = text.ASCII(s) }); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}
