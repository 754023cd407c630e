package text_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"redrive/ui/terminal/canvas"
	"redrive/ui/text"
	"redrive/ui/text/hostile"
)

// snippets meet each other in clusters of every kind.
var snippets = []string{
	"", "a", "plain text", "漢", "é", "e\u0301", "👨‍👩‍👧", "👍🏽", "⚠️", "1️⃣", "🇩🇪", "🇩", "हिन्दी", "क्", "ทำ", "ｶﾞ",
	"\u1112\u1161\u11ab", "가", "\t", "\n", "\r\n", "\u200d", "\ufe0f", "\u20e3", "\U0001f3fd", "\u0301", "\u0d4e",
}

func addSeeds(add func(raw string)) {
	for _, p := range payloads {
		add(p.Raw)
		add("A" + p.Raw + "Z")
	}
	for _, a := range snippets {
		for _, b := range snippets {
			add(a + b)
		}
	}
	add(strings.Repeat("\u0301", 2500))
	add("a" + strings.Repeat("\u0301", 2500))
}

func FuzzLine(f *testing.F) {
	addSeeds(func(raw string) { f.Add(raw, "x"+raw, uint8(7)) })
	f.Fuzz(func(t *testing.T, raw, other string, width uint8) {
		line := text.Line(raw)
		assertAligned(t, line)
		if again := text.Line(line.String()); again != line {
			t.Fatalf("%q sanitized again is %q", line, again)
		}
		if n := text.Unsafe(raw); n > 0 && line.String() == raw {
			t.Fatalf("%q counts %d unsafe characters and is shown as it is", raw, n)
		}
		if n := text.Unsafe(line.String()); n > 0 {
			t.Fatalf("%q counts %d unsafe characters after sanitizing", line, n)
		}

		pair := text.Concat(line, text.Line(other))
		assertAligned(t, pair)
		if got, want := pair.Width(), line.Width()+text.Line(other).Width(); got != want {
			t.Fatalf("%q and %q are %d cells together, want %d", line, text.Line(other), got, want)
		}

		w := int(width)
		for _, s := range append(text.Lines(raw), line) {
			assertHarmless(t, s.String())
			fitted := text.Fit(s, w)
			assertAligned(t, fitted)
			if got := fitted.Width(); got != w {
				t.Fatalf("Fit(%q, %d) is %d cells", s, w, got)
			}
			if got := text.Middle(s, w); got.Width() > w {
				t.Fatalf("Middle(%q, %d) is %d cells", s, w, got.Width())
			}
			if got, want := text.Skip(s, w).Width(), max(0, s.Width()-w); got != want {
				t.Fatalf("Skip(%q, %d) is %d cells, want %d", s, w, got, want)
			}
		}
		cell := text.Cell(raw, w)
		assertAligned(t, cell)
		if cell.Width() > w {
			t.Fatalf("Cell(%q, %d) is %d cells", raw, w, cell.Width())
		}
		if len(raw) < 64 && cell != text.Cut(line, w) {
			t.Fatalf("Cell(%q, %d) is %q, Cut is %q", raw, w, cell, text.Cut(line, w))
		}
	})
}

func FuzzBlock(f *testing.F) {
	addSeeds(func(raw string) { f.Add(raw+raw, uint8(5), uint16(3)) })
	f.Fuzz(func(t *testing.T, raw string, width uint8, at uint16) {
		b := text.NewBlock(raw, int(width))
		b.Grow(len(raw))
		n, complete := b.Rows()
		if !complete {
			t.Fatalf("%d rows of %q are not all", n, raw)
		}
		assertRowsCover(t, b, raw, n)

		if len(raw) > 0 {
			offset := int(at) % len(raw)
			lazy := text.NewBlock(raw, int(width))
			row := lazy.RowAt(offset)
			if start, end := b.Range(row); offset < start || offset >= end {
				t.Fatalf("offset %d is not in row %d from %d to %d", offset, row, start, end)
			}
			if lazy.Row(row) != b.Row(row) {
				t.Fatalf("row %d is %q found first and %q found last", row, lazy.Row(row), b.Row(row))
			}
		}

		if wide := text.NewBlock(raw, 1<<30); !strings.Contains(raw, "\t") {
			for i, line := range text.Lines(raw) {
				if wide.Row(i) != line {
					t.Fatalf("unwrapped row %d is %q, the line is %q", i, wide.Row(i), line)
				}
			}
		}
	})
}

func assertRowsCover(t *testing.T, b *text.Block, raw string, n int) {
	t.Helper()
	covered := 0
	for i := range n {
		row := b.Row(i)
		assertHarmless(t, row.String())
		if w := max(row.Width(), ansi.StringWidth(row.String()), ansi.StringWidthWc(row.String())); w > b.Width() {
			t.Fatalf("row %d of %q is %d cells, more than %d", i, raw, w, b.Width())
		}
		start, end := b.Range(i)
		if start != covered || end <= start {
			t.Fatalf("row %d of %q stems from %d to %d after %d", i, raw, start, end, covered)
		}
		covered = end
		if i > 0 && strings.Contains(raw[start:end-1], "\n") {
			t.Fatalf("row %d of %q holds a line feed before its end", i, raw)
		}
		parts := ""
		for from := start; from < end; from++ {
			parts += b.Slice(i, from, from+1).String()
		}
		if parts != row.String() {
			t.Fatalf("the slices of row %d are %q, the row is %q", i, parts, row)
		}
	}
	if covered != len(raw) {
		t.Fatalf("the rows of %q cover %d of %d bytes", raw, covered, len(raw))
	}
}

// What is sent for a screen with the text in it is the canvas's own, and the rows around the text are as they
// would be without it.
func FuzzScreen(f *testing.F) {
	addSeeds(func(raw string) { f.Add(raw, raw+raw, uint8(30)) })
	f.Fuzz(func(t *testing.T, before, after string, w uint8) {
		width := 1 + int(w)
		var sent strings.Builder
		terminal := canvas.New("xterm-256color", colorprofile.TrueColor)
		terminal.Resize(width, 6)
		screen := uv.NewScreenBuffer(width, 6)
		for _, raw := range []string{before, after, before + after} {
			rows := []string{"first"}
			block := text.NewBlock(raw, width)
			for i := range 3 {
				rows = append(rows, block.Row(i).String())
			}
			rows = append(rows, text.Fit(text.Line(raw), width).String(), "last")
			screen.Clear()
			frame := strings.Join(rows, "\n")
			uv.NewStyledString(frame).Draw(screen, screen.Bounds())
			sent.Write(terminal.Draw(tea.NewView(frame)))
			for y, want := range map[int]string{0: "f", 5: "l"} {
				if got := screen.CellAt(0, y).Content; got != want {
					t.Fatalf("row %d begins with %q", y, got)
				}
			}
			for y := range 6 {
				for x := range width {
					if c := screen.CellAt(x, y); c != nil && (!c.Style.IsZero() || !c.Link.IsZero()) {
						t.Fatalf("%q gives a cell a look or a link", raw)
					}
				}
			}
		}
		if acting := hostile.Acting(sent.String()); acting != "" {
			t.Fatalf("%s acts, with %q and %q", acting, before, after)
		}
	})
}
