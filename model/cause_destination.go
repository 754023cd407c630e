package model

import "strings"

const pathID = "{id}"

// TemplateURL is [Destination] with {id} in place of every part of the path that is an id, so that what was sent to one
// route has one text.
func TemplateURL(raw string) string {
	if rest, ok := strings.CutPrefix(raw, "https://"); ok && len(raw) <= longestURL && isPlainRoute(rest) {
		return rest
	}
	d := Destination(raw)
	from := strings.Index(d, "://")
	if from < 0 {
		from = 0
	} else {
		from += len("://")
	}
	slash := strings.IndexByte(d[from:], '/')
	if slash < 0 {
		return d
	}
	var space [256]byte
	out, done := space[:0], 0
	for i := from + slash + 1; i < len(d); {
		end := i + strings.IndexByte(d[i:], '/')
		if end < i {
			end = len(d)
		}
		if isPathID(d[i:end]) {
			out = append(append(out, d[done:i]...), pathID...)
			done = end
		}
		i = end + 1
	}
	if done == 0 {
		return d
	}
	return string(append(out, d[done:]...))
}

// isPlainRoute tells whether the rest of a URL, as most, has no more than a host and a path without an id in it: there is no digit
// or sign of one, and no part of it is long.
func isPlainRoute(rest string) bool {
	slash := -1
	for i := range len(rest) {
		switch c := rest[i]; {
		case c == '/':
			slash = i
		case c == '@' || c == '?' || c == '#':
			return false
		case slash >= 0 && (isDigit(c) || c == '%' || i-slash >= shortestRandom):
			return false
		}
	}
	return true
}

// isPathID tells a part of a path that names one thing from one that names a route. Names of routes may have a version or a
// small number in them.
func isPathID(s string) bool {
	if strings.ContainsRune(s, '@') || strings.Contains(s, "%40") {
		return true
	}
	digits := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			digits++
		}
	}
	if digits == 0 {
		return len(s) >= shortestRandom && isRandom(s)
	}
	if digits == len(s) {
		return true
	}
	for piece := range pieces(s) {
		switch shapeOf(piece) {
		case shapeNumber:
			if len(piece) > 2 {
				return true
			}
		case shapeID, shapeTime:
			return true
		case shapeNumbered:
			if trailingDigits(piece) > 2 {
				return true
			}
		}
	}
	return false
}

// pieces are the parts of an id between dots, dashes, underscores and the like.
func pieces(s string) func(func(string) bool) {
	return func(yield func(string) bool) {
		begin := 0
		for i := range len(s) + 1 {
			if i < len(s) && (isAlnum(s[i]) || s[i] >= 0x80) {
				continue
			}
			if begin < i && !yield(s[begin:i]) {
				return
			}
			begin = i + 1
		}
	}
}
