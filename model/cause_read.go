package model

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// reading reads what a response says.
type reading struct{ body []byte }

const redactedMark = "REDACTED:"

// read is the normalised text of the error, at most [longestCause] bytes; empty when nothing is said. It is written to dst, which
// is empty.
func (r *reading) read(dst []byte) []byte {
	body := bytes.TrimLeft(bytes.TrimPrefix(r.body, []byte("\ufeff")), " \t\r\n\v\f")
	if len(body) == 0 {
		return nil
	}
	if isBinary(body) {
		return []byte("a body that is no text")
	}
	// Most of a response is passed over, and what is not is copied: a copy of the whole would be most of the work.
	s := unsafe.String(unsafe.SliceData(body), len(body))
	var out []byte
	switch {
	case strings.HasPrefix(s, redactedMark):
		return []byte("a redacted response")
	case s[0] == '{' || s[0] == '[' || s[0] == '"':
		out = readJSON(dst, s)
	case s[0] == '<':
		out = readMarkup(dst, s)
	}
	if len(out) == 0 {
		out = readPlain(dst, s)
	}
	for _, p := range [...]string{aTime, anID, aNumber} {
		if rest, ok := bytes.CutPrefix(out, []byte(p)); ok && len(bytes.TrimLeft(rest, " -:|,")) > 0 {
			out = bytes.TrimLeft(rest, " -:|,")
		}
	}
	if len(out) == 0 {
		return []byte("a body that says nothing")
	}
	return out
}

// isBinary tells whether the beginning of a body is no text: what is compressed, or in no known encoding.
func isBinary(body []byte) bool {
	head := body[:min(len(body), 128)]
	odd := 0
	for i := 0; i < len(head); {
		if c := head[i]; c < utf8.RuneSelf {
			if c < ' ' && !isSpace(c) && c != 0x1b {
				odd++
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(head[i:])
		if r == utf8.RuneError && size <= 1 && len(head)-i >= utf8.UTFMax {
			odd++
		}
		i += size
	}
	return odd*8 > len(head)
}

func readJSON(dst []byte, s string) []byte {
	r := jsonReading{s: s}
	switch s[0] {
	case '{':
		r.error(topLevel, 1)
	case '[':
		r.list(func() { r.item("", 1) })
	case '"':
		text := r.string()
		if r.peek() != 0 {
			return nil // a sentence that begins with a quote
		}
		text = strings.TrimSpace(text)
		if len(text) > 1 && text[0] == '{' {
			return readJSON(dst, text)
		}
		return readPlain(dst, text)
	}
	out := r.compose(dst)
	if len(out) > 0 || s[0] != '{' {
		return out
	}
	return r.outline(out)
}

// outline is what there is to say of an object without a known field for an error: what it has fields for.
func (r *jsonReading) outline(out []byte) []byte {
	if r.known == 0 {
		return out
	}
	keys := r.keys[:r.known]
	slices.Sort(keys)
	out = append(out, "JSON with "...)
	for i, k := range slices.Compact(keys) {
		if i > 0 {
			out = append(out, ", "...)
		}
		out = appendNormal(out, k)
	}
	if f := r.slots[slotState]; f.set {
		out = append(appendNormal(append(out, ": "...), f.value), ' ')
	}
	return bytes.TrimRight(cutRune(out, longestCause), " ")
}

// readPlain is the error in a text of lines.
func readPlain(out []byte, s string) []byte {
	if text := platformText(s); text != "" {
		return append(out, text...)
	}
	line := firstLine(s)
	out = appendNormal(out, MaskText(line))
	if cause := lastCause(s); cause != "" {
		part := takeSpace()
		out = cutRune(join(out, 0, appendNormal(part[:0], MaskText(cause))), longestCause)
		part.giveBack()
	}
	return out
}

// firstLine is the line of a text that says what failed: the first that is not blank, or what a trace of calls has in its place.
func firstLine(s string) string {
	const traceback = "Traceback (most recent call last)"
	if i := strings.Index(s, traceback); i >= 0 && i < longestCause {
		if line := afterTraceback(s[i+len(traceback):]); line != "" {
			return line
		}
	}
	first, panicked := "", false
	for line := range strings.Lines(s[:min(len(s), CauseHead)]) {
		line = strings.TrimSpace(line)
		if panicked && line != "" {
			return cutTrace(line)
		}
		if line == "" || strings.Trim(line, "=-*#_~ ") == "" {
			continue
		}
		if first == "" {
			if panicked = strings.HasPrefix(line, "thread '") && strings.Contains(line, " panicked at ") && strings.HasSuffix(line, ":"); panicked {
				first = line // as Rust does: what failed is on the next
				continue
			}
			if !isSourceLine(line) {
				return cutTrace(line)
			}
			first = line
			continue
		}
		if namesError(line) {
			return cutTrace(line)
		}
	}
	return cutTrace(first)
}

// cutTrace takes off what follows an error on its line: where it happened, and the calls that led there.
func cutTrace(line string) string {
	line = line[:min(len(line), 2*longestCause)]
	if !mayHaveTrace(line) {
		return line
	}
	for _, mark := range [...]string{" at Object.", " at async ", " at process.", "\\n    at ", "<br", " Stack trace:", " stack backtrace:", " goroutine "} {
		if i := strings.Index(line, mark); i > 0 {
			line = line[:i]
		}
	}
	if i := strings.Index(line, " in /"); i > 0 && strings.Contains(line[i:], ".php") {
		line = line[:i]
	}
	return line
}

// mayHaveTrace tells whether the line has in it what any of the marks of [cutTrace] begins with.
func mayHaveTrace(line string) bool {
	for i := 0; i+2 < len(line); i++ {
		second, third := line[i+1], line[i+2]
		switch line[i] {
		case ' ':
			switch {
			case second == 'a' && third == 't', second == 's' && third == 't', second == 'S' && third == 't', second == 'g' && third == 'o', second == 'i' && third == 'n':
				return true
			}
		case '\\':
			if second == 'n' {
				return true
			}
		case '<':
			if second == 'b' && third == 'r' {
				return true
			}
		}
	}
	return false
}

// isSourceLine tells whether a line says where, and not what: as Node prints before an error that nothing caught.
func isSourceLine(line string) bool {
	if strings.ContainsAny(line, " \t") || len(line) > 240 {
		return false
	}
	i := strings.LastIndexByte(line, ':')
	return i > 0 && i+1 < len(line) && isDigit(line[i+1]) && strings.ContainsAny(line[:i], "/\\")
}

// namesError tells whether the line begins with the name of an error.
func namesError(line string) bool {
	name, _, ok := strings.Cut(line, ":")
	return ok && !strings.ContainsAny(name, " ()") && (strings.HasSuffix(name, "Error") || strings.HasSuffix(name, "Exception"))
}

// afterTraceback is the last line of a trace of Python's: the first that is not indented.
func afterTraceback(s string) string {
	first := true
	for line := range strings.Lines(s) {
		if first {
			first = false
			continue
		}
		if line[0] != ' ' && line[0] != '\t' && strings.TrimSpace(line) != "" {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// lastCause is the innermost cause that a trace of Java's names.
func lastCause(s string) string {
	const mark = "Caused by: "
	last := ""
	for begin := 0; ; {
		// Traces have many lines, and few capitals.
		n := strings.Index(s[begin:], mark)
		if n < 0 {
			return strings.TrimSpace(last)
		}
		at := begin + n
		begin = at + len(mark)
		if at > 0 && s[at-1] == '\n' {
			last, _, _ = strings.Cut(s[begin:], "\n")
		}
	}
}
