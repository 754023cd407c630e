package text_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"redrive/ui/text"
	"redrive/ui/text/hostile"
)

// payloads are the attacks.
var payloads = hostile.Payloads

func TestNoPayloadActsAndNothingAroundItDisappears(t *testing.T) {
	for _, p := range payloads {
		t.Run(p.Name, func(t *testing.T) {
			got := text.Line("A" + p.Raw + "Z")
			if want := "A" + p.Shown + "Z"; got.String() != want {
				t.Errorf("Line shows %q, want %q", got, want)
			}
			assertAligned(t, got)

			body := text.Lines("A" + p.Raw + "Z")
			for _, line := range body {
				assertHarmless(t, line.String())
			}
			if last := body[len(body)-1].String(); !strings.HasSuffix(last, "Z") {
				t.Errorf("Lines shows %q, which lost the end", last)
			}
		})
	}
}

func TestPayloadsAreCountedUnlessTheyAreLayout(t *testing.T) {
	for _, p := range payloads {
		count := text.Unsafe(p.Raw)
		layout := p.Raw == "\n" || p.Raw == "\t"
		if (count == 0) != layout {
			t.Errorf("%s counts %d", p.Name, count)
		}
	}
	if got := text.Unsafe("{\r\n\t\"a\": \"Grüße 👨‍👩‍👧 हिन्दी\"\n}"); got != 0 {
		t.Errorf("a harmless body counts %d", got)
	}
	if got := text.Unsafe("a\rb\u202ec\x1b[m"); got != 3 {
		t.Errorf("three unsafe characters count %d", got)
	}
}

func TestPayloadsAloneAndJoinedStayHarmless(t *testing.T) {
	var all []text.Safe
	for _, p := range payloads {
		alone := text.Line(p.Raw)
		assertAligned(t, alone)
		all = append(all, alone)
	}
	assertAligned(t, text.Concat(all...))
}

// assertHarmless fails if s holds anything that a terminal does not simply draw.
func assertHarmless(t testing.TB, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Fatalf("%q is not valid UTF-8", s)
	}
	stacked := 0
	for i, r := range s {
		joined := r == '\u200d' && i > 0 && i+3 < len(s)
		switch {
		case joined:
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp), !unicode.IsGraphic(r):
			t.Fatalf("%q holds %U", s, r)
		case strings.ContainsRune("\u3164\u115f\u1160\uffa0\u2800\u034f\u17b4\u17b5\u180b", r):
			t.Fatalf("%q holds the blank %U", s, r)
		}
		if stacked++; !unicode.In(r, unicode.Mn, unicode.Me) {
			stacked = 0
		}
		// Two marks, a selector and a keycap are the most there can be.
		if stacked > 4 {
			t.Fatalf("%q stacks %d marks", s, stacked)
		}
	}
}

// assertAligned fails unless s is harmless and has one width only.
func assertAligned(t testing.TB, s text.Safe) {
	t.Helper()
	assertHarmless(t, s.String())
	if i := strings.IndexAny(s.String(), "\u200d\ufe0e\ufe0f"); i >= 0 {
		t.Fatalf("%q joins or selects at %d", s, i)
	}
	byCluster, byRune := ansi.StringWidth(s.String()), ansi.StringWidthWc(s.String())
	if byCluster != byRune || byCluster != s.Width() {
		t.Fatalf("%q is %d cells by cluster, %d by code point and %d by Width", s, byCluster, byRune, s.Width())
	}
	sum := 0
	for _, w := range s.Clusters() {
		sum += w
	}
	if sum != byCluster {
		t.Fatalf("the clusters of %q add up to %d, not %d", s, sum, byCluster)
	}
}
