package canvas

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"redrive/ui/terminal/replay"
)

// goldenFrames are the golden screens as they are drawn.
func goldenFrames(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../testdata/golden/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	frames := map[string]string{}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		frames[filepath.Base(f)] = strings.TrimSuffix(string(raw), "\n")
	}
	return frames
}

func TestEveryLineOfAScreenEndsInTheLookThatItBeginsIn(t *testing.T) {
	for name, frame := range goldenFrames(t) {
		lines := strings.Split(frame, "\n")
		whole, apart := uv.NewScreenBuffer(200, len(lines)), uv.NewScreenBuffer(200, len(lines))
		uv.NewStyledString(frame).Draw(whole, whole.Bounds())
		for y, line := range lines {
			uv.NewStyledString(line).Draw(apart, uv.Rect(0, y, 200, 1))
		}
		if whole.Render() != apart.Render() {
			t.Errorf("%s is something else when its lines are drawn by themselves", name)
		}
	}
}

func TestAFrameLeadsToTheSameScreenWhateverStoodThere(t *testing.T) {
	const width, height = 100, 30
	var lines []string
	for _, frame := range goldenFrames(t) {
		for line := range strings.SplitSeq(frame, "\n") {
			if len(line) < 8*width && isASCIIOrLine(line) {
				lines = append(lines, line)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		term := rapid.SampledFrom([]string{"xterm-256color", "screen-256color", "linux", "tmux-256color", "vt100"}).Draw(t, "term")
		c := New(term, colorprofile.ANSI256)
		c.Whole = rapid.Bool().Draw(t, "whole")
		c.Resize(width, height)
		var written strings.Builder
		now := make([]string, height)
		for range rapid.IntRange(1, 8).Draw(t, "frames") {
			now = changed(t, now, rapid.SampledFrom(lines))
			v := tea.NewView(strings.Join(now, "\n"))
			if rapid.Bool().Draw(t, "cursor") {
				v.Cursor = tea.NewCursor(rapid.IntRange(0, width-1).Draw(t, "x"), rapid.IntRange(0, height-1).Draw(t, "y"))
			}
			written.Write(c.Draw(v))
			if again := c.Draw(v); len(again) > 0 {
				t.Fatalf("a frame that stands there is written again: %q", again)
			}
		}
		afresh := New(term, colorprofile.ANSI256)
		afresh.Resize(width, height)
		means := replay.Cells(string(afresh.Draw(tea.NewView(strings.Join(now, "\n")))), width, height)
		if shows := replay.Cells(written.String(), width, height); shows != means {
			t.Fatalf("in %s this stands, and not that:\n%s", term, replay.Differences(shows, means))
		}
	})
}

// changed is a frame as it may come after another: with another line, moved up or down, or all new.
func changed(t *rapid.T, now []string, lines *rapid.Generator[string]) []string {
	switch at := rapid.IntRange(0, len(now)-1).Draw(t, "at"); rapid.IntRange(0, 3).Draw(t, "change") {
	case 0:
		now[at] = lines.Draw(t, "line")
	case 1:
		now = append(append(now[:at:at], now[at+1:]...), lines.Draw(t, "last"))
	case 2:
		now = append(append(now[:at:at], lines.Draw(t, "first")), now[at:len(now)-1]...)
	case 3:
		for y := range now {
			now[y] = lines.Draw(t, "all")
		}
	}
	return now
}

// isASCIIOrLine tells whether the emulator of the tests knows the widths of a line's characters.
func isASCIIOrLine(s string) bool {
	for _, r := range s {
		if r >= 0x80 && (r < 0x2500 || r > 0x25ff) {
			return false
		}
	}
	return true
}

func TestATerminalThatCannotEndOneAttributeEndsAll(t *testing.T) {
	for term, want := range map[string]string{
		"vt100":          "\x1b[m\x1b[H\x1b[2J\x1b[0;1;7ma\x1b[0;1mb\x1b[m",
		"xterm-256color": "\x1b[m\x1b[H\x1b[2J\x1b[0;1;7ma\x1b[27mb\x1b[m",
	} {
		c := New(term, colorprofile.ANSI256)
		c.Resize(10, 1)
		if got := strings.Replace(string(c.Draw(tea.NewView("\x1b[1;7ma\x1b[27mb\x1b[m"))), "\x1b[1;7m", "\x1b[0;1;7m", 1); got != want {
			t.Errorf("%s: %q, want %q", term, got, want)
		}
	}
}

// marked are texts of one column each, no two alike, from a number on.
func marked(from, n int) string {
	var b strings.Builder
	for i := from; i < from+n; i++ {
		b.WriteRune(rune('a' + i%26))
		b.WriteRune(rune(0x300 + i/26%64))
		b.WriteRune(rune(0x300 + i/26/64%64))
	}
	return b.String()
}

func TestAScreenOfManyCharactersIsNotDrawnAnewForALineOfIt(t *testing.T) {
	const width, height = 200, 60
	c := New("xterm-256color", colorprofile.ANSI256)
	c.Resize(width, height)
	lines := make([]string, height)
	for frame := range 200 {
		for y := range lines {
			if frame == 0 || y == frame%height {
				lines[y] = marked((frame*height+y)*width, width)
			}
		}
		drawn := string(c.Draw(tea.NewView(strings.Join(lines, "\n"))))
		if again := strings.Contains(drawn, ansi.EraseEntireScreen); again && frame > 0 && frame < mostClusters/width {
			t.Fatalf("frame %d draws everything", frame)
		}
		if n, most := len(c.glyphs.clusters), 2*width*height+mostClusters; n > most {
			t.Fatalf("%d characters are known, more than %d", n, most)
		}
	}
}

func TestFewBytesAreWritten(t *testing.T) {
	for name, most := range map[string]int{"move": 30, "scroll": 150, "page": 1300} {
		c := New("xterm-256color", colorprofile.ANSI256)
		c.Resize(benchWidth, benchHeight)
		views := benchFrames[name]
		c.Draw(views[0])
		if n := len(c.Draw(views[1])); n > most {
			t.Errorf("a %s takes %d bytes, more than %d", name, n, most)
		}
	}
}

const benchWidth, benchHeight = 120, 40

// benchFrames are two frames of rows that are alike as those of a queue are.
var benchFrames = map[string][2]tea.View{
	"move":   {benchFrame(0, 5), benchFrame(0, 6)},
	"scroll": {benchFrame(0, 35), benchFrame(1, 36)},
	"page":   {benchFrame(0, 0), benchFrame(36, 36)},
}

func benchFrame(top, at int) tea.View {
	lines := []string{" redrive", " filter  none", strings.Repeat("─", benchWidth)}
	for y := range benchHeight - 4 {
		n, cursor := top+y, "  "
		if n == at {
			cursor = "\x1b[1m▸\x1b[m "
		}
		lines = append(lines, fmt.Sprintf(
			"%s   07:%02d:%02d   \x1b[31m%d\x1b[m   POST api.acme.io/webhooks/%012d   orders   release-%-20d {\"error\":\"%d\"}",
			cursor, n/60%60, n%60, 500+n%4, n*7919, n, n))
	}
	return tea.NewView(strings.Join(append(lines, fmt.Sprintf(" row %d of 100,000", at)), "\n"))
}

func BenchmarkFrame(b *testing.B) {
	for name, views := range benchFrames {
		b.Run(name, func(b *testing.B) {
			c := New("xterm-256color", colorprofile.ANSI256)
			c.Resize(benchWidth, benchHeight)
			c.Draw(views[1])
			b.ReportAllocs()
			bytes := 0
			for i := 0; b.Loop(); i++ {
				bytes += len(c.Draw(views[i%2]))
			}
			b.ReportMetric(float64(bytes)/float64(b.N), "B/frame")
		})
	}
}
