package text_test

import (
	"strings"
	"testing"

	"redrive/ui/text"
)

func TestFittingFillsExactlyTheCellsAskedFor(t *testing.T) {
	texts := []string{"", "a", "plain ASCII text", "漢字かな交じり文", "🇩🇪🇫🇷🇮🇹", "👍🏽 👨‍👩‍👧", "e\u0301e\u0301e\u0301e\u0301", "हिन्दी"}
	for _, p := range payloads {
		texts = append(texts, p.Raw)
	}
	for _, raw := range texts {
		for _, s := range append(text.Lines(raw), text.Line(raw)) {
			for width := range 24 {
				for name, fitted := range map[string]text.Safe{
					"Fit":      text.Fit(s, width),
					"FitRight": text.FitRight(s, width),
				} {
					assertAligned(t, fitted)
					if got := fitted.Width(); got != width {
						t.Fatalf("%s(%q, %d) is %d cells: %q", name, s, width, got, fitted)
					}
				}
				if got, want := string(text.AppendFit(nil, s, width)), text.Fit(s, width).String(); got != want {
					t.Fatalf("AppendFit(%q, %d) = %q, want %q", s, width, got, want)
				}
				for name, cut := range map[string]text.Safe{
					"Cut":    text.Cut(s, width),
					"Middle": text.Middle(s, width),
					"Cell":   text.Cell(raw, width),
				} {
					assertAligned(t, cut)
					if got := cut.Width(); got > width {
						t.Fatalf("%s(%q, %d) is %d cells: %q", name, s, width, got, cut)
					}
				}
			}
		}
	}
}

func TestCuttingMarksWhatIsLeftOut(t *testing.T) {
	long := strings.Repeat("x", 500)
	for _, c := range []struct {
		name string
		got  text.Safe
		want string
	}{
		{"fits", text.Cut(text.Line("abc"), 3), "abc"},
		{"one too long", text.Cut(text.Line("abcd"), 3), "ab…"},
		{"one cell", text.Cut(text.Line("abcd"), 1), "…"},
		{"no cell", text.Cut(text.Line("abcd"), 0), ""},
		{"fewer than none", text.Fit(text.Line("abcd"), -1), ""},
		{"wide cluster at the edge", text.Fit(text.Line("漢字漢字"), 6), "漢字… "},
		{"padded", text.Fit(text.Line("ab"), 4), "ab  "},
		{"padded left", text.FitRight(text.Line("ab"), 4), "  ab"},
		{"more than blanks in stock", text.Fit(text.Line("a"), 200), "a" + strings.Repeat(" ", 199)},
		{"mark stays on its base", text.Cut(text.Line("ae\u0301xx"), 3), "ae\u0301…"},
		{"middle of an id", text.Middle(text.Line("0123456789"), 7), "012…789"},
		{"middle in even cells", text.Middle(text.Line("0123456789"), 6), "012…89"},
		{"middle that fits", text.Middle(text.Line("0123"), 4), "0123"},
		{"middle in two cells", text.Middle(text.Line("0123"), 2), "0…"},
		{"middle of wide text", text.Middle(text.Line("漢字漢字漢字"), 8), "漢字… 字"},
		{"raw cell", text.Cell("a\x1bbcd", 3), "a␛…"},
		{"raw text beyond the cap", text.Cell(long, 300), strings.Repeat("x", 299) + "…"},
		{"hidden text beyond the cap", text.Cell("a"+strings.Repeat("\u0301", 400), 20), "a\u0301\u0301⟪+109⟫…"},
	} {
		if c.got.String() != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestSkippingLeavesSpacesForAClusterCutThrough(t *testing.T) {
	for _, c := range []struct {
		raw   string
		cells int
		want  string
	}{
		{"abc", 0, "abc"},
		{"abc", -1, "abc"},
		{"abc", 2, "c"},
		{"abc", 3, ""},
		{"abc", 9, ""},
		{"漢字", 1, " 字"},
		{"漢字", 2, "字"},
		{"a漢", 2, " "},
		{"ae\u0301b", 1, "e\u0301b"},
	} {
		if got := text.Skip(text.Line(c.raw), c.cells); got.String() != c.want {
			t.Errorf("Skip(%q, %d) = %q, want %q", c.raw, c.cells, got, c.want)
		}
	}
}

func TestClustersPutTogetherAreTheText(t *testing.T) {
	s := text.Line("a漢e\u0301🇩🇪\x1b[m")
	all, widths := "", 0
	for cluster, width := range s.Clusters() {
		all += cluster
		widths += width
		if all == "a漢" {
			break
		}
	}
	if all != "a漢" || widths != 3 {
		t.Errorf("the first clusters are %q in %d cells", all, widths)
	}
}
