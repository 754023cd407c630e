package text

import (
	"fmt"
	"iter"
	"reflect"
	"strconv"
	"strings"
)

// Safe is text that can be drawn on one line: valid UTF-8 without any control,
// invisible or reordering character. Only this package makes one. The zero
// value is empty.
type Safe struct{ s string }

// String returns the text.
func (s Safe) String() string { return s.s }

// Len returns the length of the text in bytes.
func (s Safe) Len() int { return len(s.s) }

// IsEmpty reports whether there is no text.
func (s Safe) IsEmpty() bool { return s.s == "" }

// Width returns how many cells the text takes at most.
func (s Safe) Width() int {
	width := 0
	for i := 0; i < len(s.s); {
		if n, w := plainRun(s.s[i:], len(s.s)); n > 0 {
			width += w
			i += n
			continue
		}
		text, w := firstCluster(s.s[i:])
		width += w
		i += len(text)
	}
	return width
}

// Clusters yields the grapheme clusters of the text and their widths.
func (s Safe) Clusters() iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for i := 0; i < len(s.s); {
			text, w := firstCluster(s.s[i:])
			if !yield(text, w) {
				return
			}
			i += len(text)
		}
	}
}

// constant is unexported, so that outside this package only untyped constants,
// which stand in our own source, convert to it.
type constant string

// Const returns text of our own. A control character in it would be a mistake
// and is shown like any other.
func Const(c constant) Safe { return Line(string(c)) }

// Int returns the decimal form of n.
func Int(n int) Safe { return Safe{strconv.Itoa(n)} }

// Concat returns the parts one after the other.
func Concat(parts ...Safe) Safe { return Join(Safe{}, parts...) }

// Join returns the parts with sep between them.
func Join(sep Safe, parts ...Safe) Safe {
	if len(parts) == 1 {
		return parts[0]
	}
	size := 0
	for _, p := range parts {
		size += len(p.s) + len(sep.s)
	}
	var b strings.Builder
	b.Grow(size)
	for i, p := range parts {
		if i > 0 {
			b.WriteString(sep.s)
		}
		b.WriteString(p.s)
	}
	return Safe{b.String()}
}

// Repeat returns s n times, or nothing if n is not positive.
func Repeat(s Safe, n int) Safe { return Safe{strings.Repeat(s.s, max(0, n))} }

// Sprintf formats like [fmt.Sprintf]. Every argument that is not a [Safe], a
// number or a boolean is turned into text and passed through [Line] first, so
// it cannot melt into its surroundings.
func Sprintf(format constant, args ...any) Safe {
	clean := make([]any, len(args))
	for i, arg := range args {
		clean[i] = cleanArg(arg)
	}
	// A verb can still make a character out of a number.
	return Line(fmt.Sprintf(string(format), clean...))
}

func cleanArg(arg any) any {
	switch a := arg.(type) {
	case Safe:
		return a.s
	case string:
		return Line(a).s
	case []byte:
		return LineBytes(a).s
	case nil, error, fmt.Stringer, fmt.Formatter:
		return Line(fmt.Sprint(a)).s
	}
	switch v := reflect.ValueOf(arg); {
	case v.CanInt(), v.CanUint(), v.CanFloat(), v.CanComplex(), v.Kind() == reflect.Bool:
		return arg
	}
	return Line(fmt.Sprint(arg)).s
}
