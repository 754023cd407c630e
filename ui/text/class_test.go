package text

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Every code point is looked at, so a newer Unicode version in one of the
// libraries shows here and not on the screen.
func TestEveryCodePointIsDrawnInOneWidthOrEscaped(t *testing.T) {
	for r := rune(0x20); r <= unicode.MaxRune; r++ {
		if r >= 0xd800 && r <= 0xdfff || r == 0x7f {
			continue
		}
		raw := string(r)
		shown := Line(raw).s
		if shown != raw {
			if k := classify(r); k == classPlain && !isDisputed(r) {
				t.Errorf("%U is plain and yet shown as %q", r, shown)
			}
			continue
		}
		if whole, single := measure(raw); whole != single || whole < 1 || whole > 2 {
			t.Errorf("%U is %d cells by cluster and %d by code point", r, whole, single)
		}
		if unicode.Is(unicode.Noncharacter_Code_Point, r) || !unicode.IsGraphic(r) {
			t.Errorf("%U is drawn", r)
		}
		if first, _ := ansi.FirstGraphemeCluster(raw+"a", ansi.GraphemeWidth); first != raw {
			t.Errorf("%U draws the next character into its cluster", r)
		}
		if first, _ := ansi.FirstGraphemeCluster("a"+raw, ansi.GraphemeWidth); first != "a" {
			t.Errorf("%U is drawn onto the character before it", r)
		}
	}
}

func TestSimpleRangesHoldPlainCharactersOfOneWidth(t *testing.T) {
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		width := simpleWidth(r)
		if width == 0 {
			continue
		}
		if whole, single := measure(string(r)); whole != width || single != width {
			t.Errorf("%U is %d and %d cells, not %d", r, whole, single, width)
		}
		if r >= 0x300 && classifyRare(r) != classPlain {
			t.Errorf("%U is not plain", r)
		}
	}
}

func TestStandInsTakeOneCellForEachCharacter(t *testing.T) {
	texts := append([]string{omitted(1234567890), undrawn}, badBytes...)
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r >= 0x20 && r < 0x7f {
			continue
		}
		if r < 0x80 {
			texts = append(texts, controlPicture(byte(r)))
		} else if classify(r) != classPlain {
			texts = append(texts, standIn(r))
		}
	}
	for _, s := range texts {
		if whole, single := measure(s); whole != single || whole != utf8.RuneCountInString(s) {
			t.Fatalf("%s is %d and %d cells", s, whole, single)
		}
	}
}

func TestControlsHavePicturesOfTheirOwn(t *testing.T) {
	for b := range byte(0x20) {
		if got, want := controlPicture(b), string(rune(0x2400)+rune(b)); got != want {
			t.Errorf("control %#x is shown as %s, want %s", b, got, want)
		}
	}
}

func TestPrintableFindsTheFirstByteOutOfRange(t *testing.T) {
	clean := "0123456789abcdefghijklmnopqrstuvwxyz ~"
	for at := range len(clean) {
		for b := range 256 {
			raw := []byte(clean)
			raw[at] = byte(b)
			want := len(clean)
			if b < ' ' || b > '~' {
				want = at
			}
			if got := printable(string(raw)); got != want {
				t.Fatalf("byte %#x at %d: got %d", b, at, got)
			}
		}
	}
}
