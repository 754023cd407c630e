package terminal

import (
	"bytes"
	"io"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// guard is the last thing between the program and a terminal. Text is made harmless where it is drawn; should anything
// get past that, what the guard does not know as the program's own does not reach the terminal: a control character, a
// C1 control in either form, a byte that is not UTF-8, a character that turns the direction of text round, and every
// escape sequence but those of the canvas. A stand-in is written for the character that begins one, and what follows
// it is text, so that nothing is swallowed by a sequence without an end.
//
// What is the program's own is passed on as it is, without a copy. A character or a sequence that was cut between two
// writes is held until the rest of it comes.
type guard struct {
	to io.Writer
	// ascii is set when the locale has no UTF-8.
	ascii bool

	mu   sync.Mutex // of a write
	held []byte
	out  []byte

	copiesMu sync.Mutex
	copies   []string // sequences of copies that were asked for, each for once

	refused atomic.Uint64
	// refusal is told how often something was refused in a write. May be nil.
	refusal   func(times uint64)
	questions questions
}

const (
	escape = '\x1b'
	// longestSequence is how long a control sequence of the canvas can be: a look with all its colours.
	longestSequence = 128
	// mostCopies is how many copies may wait for their frame.
	mostCopies = 8
)

// titles are the only titles that the window can be given: the program's name, and none at its end.
var titles = [...][]byte{[]byte(ansi.SetWindowTitle(title)), []byte(ansi.SetWindowTitle(""))}

// permitCopy lets the sequence that fills the clipboard with a text through, once.
func (g *guard) permitCopy(content string) {
	g.copiesMu.Lock()
	defer g.copiesMu.Unlock()
	if g.copies = append(g.copies, ansi.SetSystemClipboard(content)); len(g.copies) > mostCopies {
		g.copies = g.copies[1:]
	}
}

// Write writes what is permitted of b. It takes all of b unless the writing fails.
func (g *guard) Write(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := b
	if len(g.held) > 0 {
		g.held = append(g.held, b...)
		all = g.held
	}
	before := g.refused.Load()
	g.out = g.out[:0]
	from, at := 0, printable(all)
	for at < len(all) {
		n, known := g.look(all[at:])
		if n == 0 {
			break
		}
		if !known {
			g.out = append(append(g.out, all[from:at]...), g.standIn(all[at])...)
			from = at + n
			g.refused.Add(1)
		}
		at += n
		at += printable(all[at:])
	}
	ready := all[from:at]
	if from > 0 {
		g.out = append(g.out, ready...)
		ready = g.out
	}
	if n := g.refused.Load() - before; n > 0 && g.refusal != nil {
		g.refusal(n)
	}
	var err error
	if len(ready) > 0 {
		_, err = g.to.Write(ready)
	}
	g.held = append(g.held[:0], all[at:]...)
	if err != nil {
		return 0, err
	}
	return len(b), nil
}

// look returns the length of the character or sequence that b begins with, and whether it may pass. Of a sequence that
// may not, only the first character counts. The length is 0 when more is needed to tell.
func (g *guard) look(b []byte) (n int, known bool) {
	switch c := b[0]; {
	case c >= utf8.RuneSelf:
		if !utf8.FullRune(b) {
			return 0, false
		}
		r, size := utf8.DecodeRune(b)
		return size, r != utf8.RuneError && !isC1(r) && !turnsText(r) || size == 3 && r == utf8.RuneError
	case c != escape:
		return 1, c == '\n' || c == '\r' || c == '\b'
	case len(b) == 1:
		return 0, false
	}
	switch b[1] {
	case '[':
		n, known := controlSequence(b)
		if known && isQuestion(b[:n]) {
			g.questions.ask()
		}
		return n, known
	case ']':
		return g.commandString(b)
	case 'M': // the cursor up, scrolling when it is at the top
		return 2, true
	}
	return 1, false
}

// commandString looks at an operating system command.
func (g *guard) commandString(b []byte) (n int, known bool) {
	for _, t := range titles {
		switch {
		case bytes.HasPrefix(b, t):
			return len(t), true
		case bytes.HasPrefix(t, b):
			return 0, false
		}
	}
	g.copiesMu.Lock()
	defer g.copiesMu.Unlock()
	for i, c := range g.copies {
		switch {
		case len(b) >= len(c) && string(b[:len(c)]) == c:
			g.copies = append(g.copies[:i], g.copies[i+1:]...)
			return len(c), true
		case len(b) < len(c) && c[:len(b)] == string(b):
			return 0, false
		}
	}
	return 1, false
}

// controlSequence looks at a sequence that begins with ESC [.
func controlSequence(b []byte) (n int, known bool) {
	const parameters = 2
	end := parameters
	for end < len(b) && b[end] >= ' ' && b[end] <= '?' {
		end++
	}
	switch {
	case end >= longestSequence:
		return 1, false
	case end == len(b):
		return 0, false
	case !ownSequence(b[parameters:end], b[end]):
		return 1, false
	}
	return end + 1, true
}

// ownSequence tells whether the canvas has such a sequence. There is one among them that makes the terminal type an answer:
// the question that a start asks.
func ownSequence(parameters []byte, final byte) bool {
	marker := byte(0)
	if len(parameters) > 0 && parameters[0] >= '<' {
		marker, parameters = parameters[0], parameters[1:]
	}
	switch marker {
	case '?':
		switch final {
		case 'h', 'l':
			return ownMode(parameters)
		case 'p':
			return string(parameters) == "2026$"
		}
		return false
	case '>', '<':
		return final == 'u' && string(parameters) == "1"
	case '=':
		return false
	}
	switch final {
	case 'A', 'B', 'C', 'D', 'H', 'r':
		return onlyNumbers(parameters) && bytes.IndexByte(parameters, ':') < 0
	case 'J':
		return string(parameters) == "2"
	case 'K':
		return len(parameters) == 0
	case 'm':
		return onlyNumbers(parameters)
	case 't':
		return string(parameters) == "22;2" || string(parameters) == "23;2"
	}
	return false
}

// ownMode tells whether the program switches a mode: the wrapping of lines, the cursor, the second screen, pastes in brackets, frames in one piece.
func ownMode(mode []byte) bool {
	switch string(mode) {
	case "7", "25", "1049", "2004", "2026":
		return true
	}
	return false
}

func onlyNumbers(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && c != ';' && c != ':' {
			return false
		}
	}
	return true
}

func isC1(r rune) bool { return r >= 0x80 && r < 0xa0 }

// turnsText tells whether a character changes the direction of the text after it.
func turnsText(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// standIn is written in the place of what is refused, by its first byte.
func (g *guard) standIn(first byte) string {
	switch {
	case g.ascii:
		return "?"
	case first == escape:
		return "␛"
	case first < ' ':
		return "·"
	}
	return "\ufffd"
}

// printable is how many bytes at the beginning of b are printable ASCII.
func printable(b []byte) int {
	const each = 0x0101010101010101
	i := 0
	for ; i+8 <= len(b); i += 8 {
		c := b[i : i+8]
		word := uint64(c[0]) | uint64(c[1])<<8 | uint64(c[2])<<16 | uint64(c[3])<<24 |
			uint64(c[4])<<32 | uint64(c[5])<<40 | uint64(c[6])<<48 | uint64(c[7])<<56
		// Each term sets the high bit of a byte that is out of range: not ASCII, below the space, or DEL.
		if (word|(word-each*' ')|(word+each))&(each*0x80) != 0 {
			break
		}
	}
	for i < len(b) && b[i] >= ' ' && b[i] < 0x7f {
		i++
	}
	return i
}
