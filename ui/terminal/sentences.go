package terminal

import (
	"cmp"
	"io"
	"strings"

	"redrive/ui/text"
)

// Sentences writes what is said outside of the screen, errors above all: each line is made harmless, as it may quote a
// server, a file or a variable.
type Sentences struct {
	To io.Writer
	// ASCII is set when the locale has no UTF-8.
	ASCII bool
}

func (s Sentences) Write(b []byte) (int, error) {
	var out []byte
	for _, line := range text.Lines(string(b)) {
		said := line.String()
		if s.ASCII {
			said = text.ASCII(said)
		}
		out = append(append(out, said...), '\n')
	}
	if _, err := s.To.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

// HasUTF8 tells whether the locale is one of UTF-8.
func HasUTF8(getenv func(string) string) bool {
	locale := strings.ToLower(cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")))
	return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
}
