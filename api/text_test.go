package api

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"redrive/model"
)

func FuzzUnescape(f *testing.F) {
	for _, s := range []string{`"a"`, `"\u00e4\ud83d\ude00\\\"\/\b\f\n\r\t"`, `"\ud83dx\ude00\ud83d\ud83d\ude00"`, "\"\xff\\n\"", `""`} {
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, quoted []byte, limit int) {
		value := jsontext.Value(quoted)
		if value.Kind() != '"' || !value.IsValid(jsontext.AllowInvalidUTF8(true)) || len(bytes.TrimSpace(quoted)) != len(quoted) {
			return
		}
		got := appendUnescaped([]byte("before"), quoted, math.MaxInt)[len("before"):]
		if want, err := jsontext.AppendUnquote(nil, quoted); err == nil && !bytes.Equal(got, want) {
			t.Fatalf("%q was read as %q, want %q", quoted, got, want)
		}
		if utf8.Valid(quoted) != utf8.Valid(got) {
			t.Fatalf("%q was read as %q", quoted, got)
		}
		if limit < 0 {
			return
		}
		head := appendUnescaped(nil, quoted, limit)
		if !bytes.HasPrefix(got, head) || len(head) < min(limit, len(got)) || len(head) >= limit+utf8.UTFMax {
			t.Fatalf("%q cut at %d is %q", quoted, limit, head)
		}
	})
}

func TestCutLeavesWholeCharacters(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"abc", 5, "abc"},
		{"abc", 3, "abc"},
		{"abc", 2, "ab"},
		{"aä", 2, "a"},
		{"a😀", 4, "a"},
		{"a😀", 5, "a😀"},
		{"a😀b", 5, "a😀"},
		{"\x80\x80\x80\x80\x80\x80", 5, "\x80\x80\x80\x80\x80"},
		{"😀", 0, ""},
		{"", 0, ""},
	} {
		if got := cutAtRune([]byte(c.text), c.n); string(got) != c.want {
			t.Errorf("%q at %d: %q", c.text, c.n, got)
		}
	}
}

// elide reads a text through an elider.
func elideAll(t testing.TB, r io.Reader) string {
	t.Helper()
	got, err := io.ReadAll(&elider{r: r})
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

func TestElidedJSONHasTheSameStructureAndShorterTexts(t *testing.T) {
	long := strings.Repeat("x", longestText)
	for name, c := range map[string]struct{ in, want string }{
		"nothing long":         {`{"a":["b\"",{"\\":"\u00e4"}],"n":1}`, `{"a":["b\"",{"\\":"\u00e4"}],"n":1}`},
		"just fits":            {`["` + long + `","b"]`, `["` + long + `","b"]`},
		"one too many":         {`["` + long + `y","b"]`, `["` + long + `","b"]`},
		"a quote in the rest":  {`["` + long + `\"\\","b"]`, `["` + long + `","b"]`},
		"an escape at the cut": {`["` + long[1:] + `\"x\\\"","b"]`, `["` + long[1:] + `\"","b"]`},
		"a \\u at the cut":     {`["` + long[1:] + `\u00e4\u00e4","b"]`, `["` + long[1:] + `\u00e4","b"]`},
		"a long name":          {`{"` + long + `xx":"` + long + `xx"}`, `{"` + long + `":"` + long + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in)), iotest.DataErrReader(strings.NewReader(c.in))} {
				if got := elideAll(t, r); got != c.want {
					t.Errorf("%d bytes, want %d: …%q", len(got), len(c.want), got[max(0, len(got)-20):])
				}
			}
		})
	}
}

func FuzzElide(f *testing.F) {
	f.Add([]byte(`{"a":"\u00e4\\","b":["c\""]}`), uint8(3))
	f.Fuzz(func(t *testing.T, text []byte, padding uint8) {
		// Every string gets longer than what is left of one, by a little more or less.
		grown := bytes.ReplaceAll(text, []byte("~"), bytes.Repeat([]byte("x"), longestText-int(padding)))
		options := []jsontext.Options{jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)}
		if !jsontext.Value(grown).IsValid(options...) {
			return
		}
		got := elideAll(t, bytes.NewReader(grown))
		if !jsontext.Value(got).IsValid(options...) {
			t.Fatalf("%q became invalid", text)
		}
		if len(grown) <= longestText && got != string(grown) {
			t.Fatalf("%q was changed", text)
		}
	})
}

func TestAResponseThatIsNotTheBase64ThatItSaysIsTextInTheListAsInTheWholeEntry(t *testing.T) {
	c, err := New(Config{Token: "t", DLQ: "dlq"})
	if err != nil {
		t.Fatal(err)
	}
	const said = "connection reset by peer"
	entry := `{"dlqId":"1760000000123-0","responseStatus":500,"responseBodyBase64":"` + said + `"}`
	var e model.Entry
	var d model.Detail
	key := model.Key{DLQ: "dlq", ID: "1760000000123-0"}
	if err := errors.Join(c.readEntry(strings.NewReader(entry), key, &e, nil, nil), c.readEntry(strings.NewReader(entry), key, &d.Entry, &d, nil)); err != nil {
		t.Fatal(err)
	}
	if e.Response != said || e.Cause != d.Cause || !strings.Contains(e.Problem, "is not base64") {
		t.Errorf("in the list %q, %+v, %s; whole %+v", e.Response, e.Cause, e.Problem, d.Cause)
	}
}
