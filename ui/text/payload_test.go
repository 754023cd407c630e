package text_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"redrive/ui/text"
)

// payload is one hostile text between "A" and "Z", and what Line shows for it.
type payload struct{ name, raw, shown string }

var payloads = []payload{
	// Escape sequences in the seven-bit form.
	{"clear screen", "\x1b[2J", "␛[2J"},
	{"cursor home", "\x1b[H", "␛[H"},
	{"colour", "\x1b[31m", "␛[31m"},
	{"conceal", "\x1b[8m", "␛[8m"},
	{"colour without end", "\x1b[31", "␛[31"},
	{"introducer alone", "\x1b[", "␛["},
	{"escape alone", "\x1b", "␛"},
	{"two escapes", "\x1b\x1b[2J", "␛␛[2J"},
	{"reset", "\x1bc", "␛c"},
	{"character set shift", "\x1b(0", "␛(0"},
	{"device status report", "\x1b[6n", "␛[6n"},
	{"alternate screen", "\x1b[?1049l", "␛[?1049l"},
	{"window title ended by BEL", "\x1b]0;owned\x07", "␛]0;owned␇"},
	{"window title ended by ST", "\x1b]0;owned\x1b\\", `␛]0;owned␛\`},
	{"window title without end", "\x1b]0;owned", "␛]0;owned"},
	{"clipboard", "\x1b]52;c;cm0gLXJm\x07", "␛]52;c;cm0gLXJm␇"},
	{"clipboard without end", "\x1b]52;c;cm0", "␛]52;c;cm0"},
	{"link", "\x1b]8;;http://evil\x1b\\", `␛]8;;http://evil␛\`},
	{"link without end", "\x1b]8;;http://evil", "␛]8;;http://evil"},
	{"device control", "\x1bP1$r0m\x1b\\", `␛P1$r0m␛\`},
	{"device control without end", "\x1bP1$r", "␛P1$r"},
	{"application command", "\x1b_Gf=100\x1b\\", `␛_Gf=100␛\`},
	{"privacy message without end", "\x1b^x", "␛^x"},
	{"start of string without end", "\x1bXx", "␛Xx"},
	{"sequence split by a control", "\x1b[3\x001m", "␛[3␀1m"},

	// The same introducers as single bytes.
	{"CSI byte", "\x9b2J", `\x9b2J`},
	{"OSC byte", "\x9d0;owned\x9c", `\x9d0;owned\x9c`},
	{"OSC byte without end", "\x9d0;owned", `\x9d0;owned`},
	{"DCS byte", "\x90q\x9c", `\x90q\x9c`},
	{"DCS byte without end", "\x90q", `\x90q`},
	{"APC byte", "\x9fx", `\x9fx`},
	{"NEL byte", "\x85", `\x85`},

	// And as code points.
	{"CSI code point", "\u009b2J", `\u009b2J`},
	{"OSC code point", "\u009d0;owned\u009c", `\u009d0;owned\u009c`},
	{"OSC code point without end", "\u009d0;owned", `\u009d0;owned`},
	{"DCS code point", "\u0090q\u009c", `\u0090q\u009c`},
	{"DCS code point without end", "\u0090q", `\u0090q`},
	{"APC code point", "\u009fx", `\u009fx`},
	{"NEL code point", "\u0085", `\u0085`},
	{"first C1 code point", "\u0080", `\u0080`},

	// Single controls.
	{"NUL", "\x00", "␀"},
	{"bell", "\x07", "␇"},
	{"backspace", "\b\b\b", "␈␈␈"},
	{"tab", "\t", "␉"},
	{"line feed", "\n", "␊"},
	{"vertical tab", "\v", "␋"},
	{"form feed", "\f", "␌"},
	{"carriage return", "\rroot", "␍root"},
	{"shift out", "\x0e", "␎"},
	{"DEL", "\x7f", "␡"},

	// Bytes that are not UTF-8.
	{"stray byte", "\xff", `\xff`},
	{"overlong escape", "\xc0\x9b", `\xc0\x9b`},
	{"surrogate", "\xed\xa0\x80", `\xed\xa0\x80`},
	{"cut character", "\xe6\xbc", `\xe6\xbc`},
	{"beyond Unicode", "\xf4\x90\x80\x80", `\xf4\x90\x80\x80`},

	// Reordering and invisible characters.
	{"right-to-left override", "\u202egpj.exe", "⟪RLO⟫gpj.exe"},
	{"left-to-right embedding", "\u202a\u202c", "⟪LRE⟫⟪PDF⟫"},
	{"isolates", "\u2066\u2067\u2068\u2069", "⟪LRI⟫⟪RLI⟫⟪FSI⟫⟪PDI⟫"},
	{"direction marks", "\u200e\u200f\u061c", "⟪LRM⟫⟪RLM⟫⟪ALM⟫"},
	{"zero width space", "\u200b", "⟪ZWSP⟫"},
	{"zero width non-joiner", "\u200c", "⟪ZWNJ⟫"},
	{"joiner between letters", "\u200db", "⟪ZWJ⟫b"},
	{"word joiner", "\u2060", "⟪WJ⟫"},
	{"byte order mark", "\ufeff", "⟪BOM⟫"},
	{"soft hyphen", "\u00ad", "⟪SHY⟫"},
	{"grapheme joiner", "\u034f", "⟪CGJ⟫"},
	{"line separator", "\u2028", "⟪LS⟫"},
	{"paragraph separator", "\u2029", "⟪PS⟫"},
	{"invisible operator", "\u2062", "⟪U+2062⟫"},
	{"tag characters", "\U000e0041\U000e007f", "⟪TAG:A⟫⟪U+E007F⟫"},
	{"selector on a letter", "\ufe0f", "⟪VS16⟫"},
	{"selector on an ideograph", "漢\U000e0100", "漢⟪VS17⟫"},
	{"selectors in a row", "⚠\ufe0f\ufe0f", "⚠⟪VS16⟫"},
	{"interlinear annotation", "\ufff9", "⟪U+FFF9⟫"},
	{"Hangul filler", "\u3164", "⟪U+3164⟫"},
	{"leading filler", "\u115f", "⟪U+115F⟫"},
	{"vowel filler", "\u1160", "⟪U+1160⟫"},
	{"halfwidth filler", "\uffa0", "⟪U+FFA0⟫"},
	{"blank braille", "\u2800", "⟪U+2800⟫"},
	{"musical control", "\U0001d173", "⟪U+1D173⟫"},

	// Characters nobody has given a meaning.
	{"private use", "\ue0b0", "⟪U+E0B0⟫"},
	{"private plane", "\U0010fffd", "⟪U+10FFFD⟫"},
	{"noncharacter", "\ufffe", "⟪U+FFFE⟫"},
	{"unassigned", "\u0378", "⟪U+0378⟫"},

	// Clusters that overflow or fall apart.
	{"stacked marks", "e" + strings.Repeat("\u0301", 19), "e\u0301\u0301⟪+17⟫"},
	{"marks on nothing", "\x00\u0301\u0302", "␀⟪U+0301⟫⟪+1⟫"},
	{"mark on a flag", "🇩🇪\u0301", "🇩🇪⟪U+0301⟫"},
	{"half a flag", "🇩", "⟪RI:D⟫"},
	{"skin tone alone", "\U0001f3fd", "⟪U+1F3FD⟫"},
	{"vowel jamo alone", "\u1161", "⟪U+1161⟫"},
	{"joiner after an emoji", "👨\u200d", "👨⟪ZWJ⟫"},
	{"unassigned joined to an emoji", "👨\u200d\U0001f269", "👨⟪ZWJ⟫⟪U+1F269⟫"},
}

func TestNoPayloadActsAndNothingAroundItDisappears(t *testing.T) {
	for _, p := range payloads {
		t.Run(p.name, func(t *testing.T) {
			got := text.Line("A" + p.raw + "Z")
			if want := "A" + p.shown + "Z"; got.String() != want {
				t.Errorf("Line shows %q, want %q", got, want)
			}
			assertAligned(t, got)

			body := text.Lines("A" + p.raw + "Z")
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
		count := text.Unsafe(p.raw)
		layout := p.raw == "\n" || p.raw == "\t"
		if (count == 0) != layout {
			t.Errorf("%s counts %d", p.name, count)
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
		alone := text.Line(p.raw)
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
