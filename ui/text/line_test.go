package text_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"redrive/ui/text"
)

func TestClustersThatTerminalsDisagreeOnAreSimplifiedOnlyWhereColumnsFollow(t *testing.T) {
	for _, c := range []struct{ name, raw, aligned, natural string }{
		{"ideographs", "漢字", "漢字", "漢字"},
		{"flag", "🇩🇪", "🇩🇪", "🇩🇪"},
		{"accent", "e\u0301", "e\u0301", "e\u0301"},
		{"emoji", "😀", "😀", "😀"},
		{"skin tone", "👍🏽", "👍", "👍🏽"},
		{"emoji selector", "⚠️", "⚠", "⚠️"},
		{"keycap", "1️⃣", "1\u20e3", "1️⃣"},
		{"family", "👨‍👩‍👧", "👨👩👧", "👨‍👩‍👧"},
		{"Devanagari", "हिन्दी", "ह◌न◌द◌", "हिन्दी"},
		{"mark that fuses with what follows", "न्", "न◌", "न्"},
		{"the same under another mark", "न्\u06e4", "न◌", "न्\u06e4"},
		{"emoji of Unicode 15", "🩷", "⟪U+1FA77⟫", "🩷"},
		{"sign that Unicode 16 made wide", "☰", "⟪U+2630⟫", "☰"},
		{"the same under a mark", "☰\u0301", "⟪U+2630⟫◌", "☰\u0301"},
		{"Thai", "ทำ", "ท◌", "ทำ"},
		{"jamo", "\u1112\u1161\u11ab\u1112\u1161", "한하", "한하"},
	} {
		t.Run(c.name, func(t *testing.T) {
			line := text.Line(c.raw)
			if line.String() != c.aligned {
				t.Errorf("Line shows %q, want %q", line, c.aligned)
			}
			assertAligned(t, line)
			if body := text.Lines(c.raw)[0]; body.String() != c.natural {
				t.Errorf("Lines shows %q, want %q", body, c.natural)
			}
			if n := text.Unsafe(c.raw); n != 0 {
				t.Errorf("it counts as %d unsafe characters", n)
			}
		})
	}
}

func TestOverlongClustersAreCapped(t *testing.T) {
	for name, raw := range map[string]string{
		"joined emoji": strings.Repeat("👨‍", 5000) + "👨",
		"conjuncts":    strings.Repeat("क्", 5000) + "क",
		"jamo":         strings.Repeat("\u1100", 5000) + strings.Repeat("\u1161", 5000),
		"marks":        "a" + strings.Repeat("\u0301", 5000),
		"vowel signs":  "क" + strings.Repeat("\u093e", 5000),
	} {
		for _, line := range append(text.Lines(raw), text.Line(raw)) {
			assertHarmless(t, line.String())
			for cluster, width := range line.Clusters() {
				if len(cluster) > 100 || width > 20 {
					t.Fatalf("%s: a cluster of %d bytes and %d cells", name, len(cluster), width)
				}
			}
		}
	}
}

func TestLinesSplitAtLineFeedsAndExpandTabs(t *testing.T) {
	for _, c := range []struct {
		raw  string
		want []string
	}{
		{"", nil},
		{"\n", []string{""}},
		{"a\nb", []string{"a", "b"}},
		{"a\n\nb\n", []string{"a", "", "b"}},
		{"a\r\nb", []string{"a␍", "b"}},
		{"\tx\ty", []string{"    x   y"}},
		{"漢\tx\n\ty", []string{"漢  x", "    y"}},
	} {
		got := []string(nil)
		for _, line := range text.Lines(c.raw) {
			got = append(got, line.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("Lines(%q) = %q, want %q", c.raw, got, c.want)
		}
	}
}

func TestSprintfSanitizesEveryArgument(t *testing.T) {
	for _, c := range []struct {
		got  text.Safe
		want string
	}{
		{text.Sprintf("%d of %d", 3, 10), "3 of 10"},
		{text.Sprintf("%s", text.Line("a\x1b")), "a␛"},
		{text.Sprintf("<%s>", "a\x1b[m\n"), "<a␛[m␊>"},
		{text.Sprintf("e%s", "\u0301"), "e⟪U+0301⟫"},
		{text.Sprintf("%s", []byte("\xff")), `\xff`},
		{text.Sprintf("%v", errors.New("no\rway")), "no␍way"},
		{text.Sprintf("%v", fmt.Errorf("%w", errors.New("\u202e"))), "⟪RLO⟫"},
		{text.Sprintf("%v", []string{"\x07"}), "[␇]"},
		{text.Sprintf("%v", struct{ A string }{"\x07"}), "{␇}"},
		{text.Sprintf("%v", 2*time.Second), "2s"},
		{text.Sprintf("%c", 0x1b), "␛"},
		{text.Sprintf("%v %v %t %.1f", nil, uint8(7), true, 1.25), "<nil> 7 true 1.2"},
		{text.Const("a\x1bb"), "a␛b"},
		{text.Int(-42), "-42"},
		{text.Join(text.Const(", "), text.Const("a"), text.Const("b")), "a, b"},
		{text.Concat(text.Const("a"), text.Safe{}, text.Int(1)), "a1"},
		{text.Concat(), ""},
		{text.Repeat(text.Const("─"), 3), "───"},
		{text.Repeat(text.Const("─"), -1), ""},
		{text.LineBytes([]byte("\x1b")), "␛"},
	} {
		if c.got.String() != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
		assertAligned(t, c.got)
	}
}

func TestCleanTextIsReturnedWithoutAllocation(t *testing.T) {
	for name, raw := range map[string]string{
		"ASCII":  "https://sqs.eu-central-1.amazonaws.com/123/orders-dlq",
		"accent": "Grüße aus Köln",
		"Han":    "注文の処理に失敗しました",
	} {
		line := text.Line(raw)
		if n := testing.AllocsPerRun(100, func() {
			_ = text.Line(raw)
			_ = text.Cell(raw, 60)
			_ = line.Width()
			_ = text.Unsafe(raw)
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestTheRendererDrawsExactlyWhatALineSays(t *testing.T) {
	for _, method := range []ansi.Method{ansi.WcWidth, ansi.GraphemeWidth} {
		for _, p := range payloads {
			const width = 60
			row := text.Fit(text.Line("A"+p.Raw+"Z"), width).String()
			screen := uv.NewScreenBuffer(width, 2)
			screen.Method = method
			uv.NewStyledString(row+"\nsecond").Draw(screen, screen.Bounds())

			drawn := ""
			for x := 0; x < width; {
				cell := screen.CellAt(x, 0)
				if !cell.Style.IsZero() || !cell.Link.IsZero() {
					t.Fatalf("%s styles or links a cell", p.Name)
				}
				drawn += cell.Content
				x += max(1, cell.Width)
			}
			if drawn != row {
				t.Errorf("%s draws %q, want %q", p.Name, drawn, row)
			}
			if got := screen.CellAt(0, 1).Content; got != "s" {
				t.Errorf("%s changes the next row, which begins with %q", p.Name, got)
			}
		}
	}
}
