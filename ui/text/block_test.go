package text_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"redrive/ui/text"
)

func rowsOf(b *text.Block) []string {
	b.Grow(1 << 40)
	n, _ := b.Rows()
	var rows []string
	for i := range n {
		rows = append(rows, b.Row(i).String())
	}
	return rows
}

func TestBlockWrapsByCellsAndSplitsAtLineFeeds(t *testing.T) {
	for _, c := range []struct {
		name, raw string
		width     int
		want      []string
	}{
		{"empty", "", 4, nil},
		{"line feed only", "\n", 4, []string{""}},
		{"full row before a line feed", "abcd\nef\n", 4, []string{"abcd", "ef"}},
		{"long line", "abcdefghi", 4, []string{"abcd", "efgh", "i"}},
		{"empty lines", "a\n\n\nb", 4, []string{"a", "", "", "b"}},
		{"wide at the edge", "abc漢d", 4, []string{"abc", "漢d"}},
		{"mark at the edge", "abce\u0301d", 4, []string{"abce\u0301", "d"}},
		{"stand-in at the edge", "ab\u202ecd", 6, []string{"ab", "⟪RLO⟫c", "d"}},
		{"stand-in wider than a row", "a\u200bb", 3, []string{"a", "⟪Z…", "b"}},
		{"wide cluster in one cell", "a漢b", 1, []string{"a", "…", "b"}},
		{"width below one", "ab", -3, []string{"a", "b"}},
		{"tabs", "a\tb\tc", 6, []string{"a   b ", "c"}},
		{"tab at the edge", "abcd\te", 4, []string{"abcd", "    ", "e"}},
		{"carriage return", "a\r\nb", 4, []string{"a␍", "b"}},
		{"escape sequence", "\x1b]0;x", 4, []string{"␛]0;", "x"}},
	} {
		if got := rowsOf(text.NewBlock(c.raw, c.width)); !slices.Equal(got, c.want) {
			t.Errorf("%s: rows %q, want %q", c.name, got, c.want)
		}
	}
}

func TestBlockFindsOnlyTheRowsAskedFor(t *testing.T) {
	b := text.NewBlock(strings.Repeat("x", 10_000), 10)
	if n, complete := b.Rows(); n != 0 || complete {
		t.Errorf("a new block has found %d rows, complete %t", n, complete)
	}
	b.Row(4)
	if n, complete := b.Rows(); n != 5 || complete {
		t.Errorf("row 4 found %d rows, complete %t", n, complete)
	}
	if b.Grow(100) || b.Progress() != 150 {
		t.Errorf("a hundred bytes more progressed to %d", b.Progress())
	}
	if b.Grow(-1) || b.Progress() != 150 {
		t.Errorf("growing by nothing progressed to %d", b.Progress())
	}
	if got := b.RowAt(9_999); got != 999 {
		t.Errorf("the last byte is in row %d", got)
	}
	if n, complete := b.Rows(); n != 1000 || !complete {
		t.Errorf("the whole block has %d rows, complete %t", n, complete)
	}
}

func TestBlockRowsOutsideTheBodyAreEmpty(t *testing.T) {
	b := text.NewBlock("abc", 2)
	for _, i := range []int{-1, 2, 99} {
		start, end := b.Range(i)
		if !b.Row(i).IsEmpty() || !b.Slice(i, 0, 3).IsEmpty() || start != 3 || end != 3 {
			t.Errorf("row %d is %q from %d to %d", i, b.Row(i), start, end)
		}
	}
	if b.RowAt(-5) != 0 || b.RowAt(99) != 1 || text.NewBlock("", 2).RowAt(0) != 0 {
		t.Error("offsets outside the body are not taken to its ends")
	}
}

func TestBlockKeepsThePlaceWhenItsWidthChanges(t *testing.T) {
	var body strings.Builder
	for i := range 2_000 {
		fmt.Fprintf(&body, "line %d with 漢字 and \u202e\n", i)
	}
	b := text.NewBlock(body.String(), 80)
	offset := strings.Index(body.String(), "line 1234 ")
	for _, width := range []int{80, 20, 7, 200} {
		b.SetWidth(width)
		if b.Width() != width {
			t.Errorf("the width is %d, want %d", b.Width(), width)
		}
		row := b.RowAt(offset)
		if got := b.Row(row).String(); !strings.HasPrefix(got, "line 12"[:min(7, width)]) {
			t.Errorf("at width %d row %d is %q", width, row, got)
		}
		if start, _ := b.Range(row); start != offset {
			t.Errorf("at width %d the row starts at %d, want %d", width, start, offset)
		}
	}
}

func TestBlockRowsAreTheSameInAnyOrder(t *testing.T) {
	raw := strings.Repeat("abc漢\u202e\td\n👍🏽ef", 200)
	want := rowsOf(text.NewBlock(raw, 9))
	b := text.NewBlock(raw, 9)
	for k := range want {
		i := (k * 7919) % len(want)
		if got := b.Row(i).String(); got != want[i] {
			t.Fatalf("row %d is %q, want %q", i, got, want[i])
		}
	}
}

func TestBlockSlicesFollowTheRawText(t *testing.T) {
	raw := "{\"na\u202eme\":\t\"漢e\u0301\"}"
	b := text.NewBlock(raw, 40)
	name, value := strings.Index(raw, "\"na"), strings.Index(raw, ":")
	for _, c := range []struct {
		from, to int
		want     string
	}{
		{0, name, "{"},
		{name, value, "\"na⟪RLO⟫me\""},
		{value, value + 2, ":   "},
		{value + 2, len(raw), "\"漢e\u0301\"}"},
		{5, 5, ""},
		{9, 3, ""},
	} {
		if got := b.Slice(0, c.from, c.to).String(); got != c.want {
			t.Errorf("bytes %d to %d show %q, want %q", c.from, c.to, got, c.want)
		}
	}
}

func TestBlockTellsItsStandInsFromTextThatLooksLikeThem(t *testing.T) {
	b := text.NewBlock("␛[m \x1b[m\u202e\x07 é漢\n\xffend\r\n", 40)
	for i, want := range [][]text.Span{{{6, 7}, {9, 13}}, {{20, 21}}, nil} {
		if got := b.StandIns(i); !slices.Equal(got, want) {
			t.Errorf("row %d has stand-ins at %v, want %v", i, got, want)
		}
	}
}
