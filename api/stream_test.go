package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-json-experiment/json/jsontext"
)

// transcript is what is in a text of JSON value by value, and how it ends, as a scanner reads it.
func transcript(s *scanner) string {
	var b strings.Builder
	var value func()
	value = func() {
		switch k := s.kind(); k {
		case '{':
			b.WriteByte(k)
			s.object(func(name []byte) {
				fmt.Fprintf(&b, "%q:", name)
				value()
			})
			b.WriteByte('}')
		case '[':
			b.WriteByte(k)
			s.list(value)
			b.WriteByte(']')
		default:
			fmt.Fprintf(&b, "%s ", s.raw())
		}
	}
	value()
	s.end()
	return ending(b.String(), s.err)
}

// libraryTranscript is the same as a JSON library reads it.
func libraryTranscript(text []byte) string {
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	var b strings.Builder
	var err error
	for err == nil {
		switch k := d.PeekKind(); k {
		case '{', '[', '}', ']':
			if _, err = d.ReadToken(); err == nil {
				b.WriteByte(byte(k))
			}
		default:
			var v jsontext.Value
			if v, err = d.ReadValue(); err != nil {
				break
			}
			parent, n := d.StackIndex(d.StackDepth())
			if parent == '{' && n%2 == 1 {
				fmt.Fprintf(&b, "%q:", appendUnescaped(nil, v, math.MaxInt))
			} else {
				fmt.Fprintf(&b, "%s ", v)
			}
		}
		if err == nil && d.StackDepth() == 0 {
			break
		}
	}
	if err == nil && len(bytes.Trim(text[d.InputOffset():], " \t\r\n")) > 0 {
		err = errors.New("more follows")
	}
	return ending(b.String(), err)
}

func ending(read string, err error) string {
	switch {
	case err == nil:
		return read
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return cut
	}
	return bad
}

const cut, bad = "cut", "bad"

func FuzzStream(f *testing.F) {
	addRecorded(f, "*.json")
	f.Add([]byte(` { "a" : [ -0.5e+10 , true,false , null,{}, [ ] ] , "a":"\u00e4\"\\\/\b\ud800` + "\xff\xc3" + `" } `))
	for _, s := range []string{
		`[1,]`, `{"a":1,}`, `{"a"}`, `{"a":}`, `{,}`, `[}`, `{]`, `01`, `1.`, `-`, `1e`, `1e+`, `.5`, `tru`, `nul`, `truex`, `"\x"`, `"\u12g4"`,
		"\"\x1f\"", "\"\x00", `"abcdefg\`, `"abcdefgh\u00`, `"abcdefgh\"`, ``, ` `, `{} {}`, `[1 2]`, `{"a" 1}`, "\v1", `{"a":[{"b":[`, "1\x00",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		want := libraryTranscript(text)
		broken := want == cut || want == bad
		for name, s := range map[string]*scanner{
			"at once": scannerOf(slices.Clip(text)), "bit by bit": newScanner(&stingy{text}),
			"byte by byte": newScanner(iotest.OneByteReader(bytes.NewReader(text))), "to its end": newScanner(iotest.DataErrReader(bytes.NewReader(text))),
		} {
			// Of two things that are wrong either may be told.
			if got := transcript(s); got != want && !(broken && (got == cut || got == bad)) {
				t.Fatalf("%q %s\nis read as %s\nwant       %s", text, name, got, want)
			}
		}
		skipped, kept := newScanner(&stingy{text}), newScanner(&stingy{text})
		skipped.skip()
		value := bytes.Clone(kept.raw())
		skipped.end()
		kept.end()
		if (skipped.err != nil) != broken || (kept.err != nil) != broken {
			t.Fatalf("%q: skipped %v, kept %v, want %s", text, skipped.err, kept.err, want)
		}
		if broken {
			return
		}
		if !bytes.Equal(value, bytes.Trim(text, " \t\r\n")) {
			t.Fatalf("%q was kept as %q", text, value)
		}
		for n := 0; n < len(text); n += 1 + len(text)/50 {
			if got, want := transcript(newScanner(&stingy{text[:n]})), libraryTranscript(text[:n]); got != want {
				t.Fatalf("%q\nis read as %s\nwant       %s", text[:n], got, want)
			}
		}
	})
}

func TestStreamKeepsLittleOfWhatIsSkipped(t *testing.T) {
	const size = 8 << 20
	for name, c := range map[string]struct{ begin, part, end string }{
		"a string": {`"`, `x\"y\u00e4`, `"`},
		"a number": {`1`, `0123456789`, ``},
		"a list":   {`[`, `{"a":"b"},`, `1]`},
		"nothing":  {``, " \t\r\n", `1`},
	} {
		t.Run(name, func(t *testing.T) {
			text := func() io.Reader {
				return io.MultiReader(strings.NewReader(c.begin), io.LimitReader(&repeated{text: c.part}, int64(size/len(c.part)*len(c.part))), strings.NewReader(c.end))
			}
			s := newScanner(text())
			s.skip()
			if s.end(); s.err != nil || cap(s.buf) > 2*readAtOnce {
				t.Errorf("%v, with room for %d bytes", s.err, cap(s.buf))
			}
			want, _ := io.ReadAll(text())
			s = newScanner(text())
			got := s.raw()
			if s.err != nil || !bytes.Equal(got, bytes.TrimSpace(want)) {
				t.Errorf("%v, with %d bytes of %d", s.err, len(got), len(want))
			}
		})
	}
}

// repeated gives a text again and again.
type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (n int, _ error) {
	for n < len(p) {
		c := copy(p[n:], r.text[r.at:])
		n, r.at = n+c, (r.at+c)%len(r.text)
	}
	return n, nil
}

func TestStreamIsNoDeeperThanItCanBe(t *testing.T) {
	for depth, want := range map[int]error{1000: nil, deepest: nil, deepest + 1: errNotJSON} {
		s := newScanner(strings.NewReader(strings.Repeat(`[{"a":`, depth/2) + strings.Repeat(`[`, depth%2) + strings.Repeat(`]`, depth%2) + "1"[depth%2:] + strings.Repeat(`}]`, depth/2)))
		if s.skip(); !errors.Is(s.err, want) {
			t.Errorf("%d: %v, want %v", depth, s.err, want)
		}
	}
}

func TestStreamTellsWhyNoMoreComes(t *testing.T) {
	broken := errors.New("the line broke")
	for text, want := range map[string]error{`{"a`: broken, `{"a":1`: broken, `{"a":1}`: broken, `{"a":1]`: errNotJSON, ``: broken} {
		s := newScanner(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)))
		s.skip()
		if s.end(); !errors.Is(s.err, want) {
			t.Errorf("%s: %v, want %v", text, s.err, want)
		}
	}
	s := newScanner(silent{})
	if s.skip(); !errors.Is(s.err, io.ErrNoProgress) {
		t.Errorf("a reader that gives nothing: %v", s.err)
	}
}

type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

func TestStreamLooksAtEveryByteOfAString(t *testing.T) {
	for c := range 256 {
		for before := range 18 {
			for _, escape := range []string{"", `\`, `\\`} {
				text := []byte(`"` + strings.Repeat("x", before) + escape + string([]byte{byte(c)}) + `xxxxxxxxx"`)
				if got, want := transcript(scannerOf(text)), libraryTranscript(text); got != want {
					t.Fatalf("%q is read as %q, want %q", text, got, want)
				}
			}
		}
	}
}
