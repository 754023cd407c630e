package journal

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"time"
	"unicode/utf8"
)

// version is that of the files written. A file of another is not read.
const version = 1

// The kinds of lines. Those of another kind are skipped.
const (
	planLine    = "plan"    // the first
	resumedLine = "resumed" // a later session goes on with the operation
	intentLine  = "intent"
	resultLine  = "result"
	noteLine    = "note"
	endLine     = "end"

	restoreLine   = "restore" // the first of a file of messages that are published
	publishLine   = "publish"
	publishedLine = "published"

	trashLine = "trash" // the first of a file of entries
	entryLine = "entry"
)

// heading is what is read of a line of any version.
type heading struct {
	Line    string `json:"line"`
	Version int    `json:"version,omitempty"` // of first lines only
}

// line is a line of any kind, of this version.
type line struct {
	heading
	Session string    `json:"session,omitempty"`
	At      moment    `json:"at,omitzero"`
	Plan    *planForm `json:"plan,omitempty"`

	// Call is the number of a call, which its result has too.
	Call     int    `json:"call,omitempty"`
	IDs      []text `json:"ids,omitempty"`
	Labelled bool   `json:"labelled,omitempty"`

	Publish *publishForm `json:"publish,omitempty"`
	// Republish is in the first line of messages that are published from the trash.
	Republish *republishForm `json:"republish,omitempty"`

	Created []createdForm `json:"created,omitzero"`
	Done    bool          `json:"done,omitempty"`
	Count   int           `json:"count,omitempty"`
	Next    text          `json:"next,omitempty"`
	Error   *errorForm    `json:"error,omitempty"`

	Notes []noteForm `json:"notes,omitempty"`
}

// sumBefore and sumAfter stand around the checksum that ends a line.
const (
	sumBefore = `,"sum":"`
	sumAfter  = `"}`
	sumLength = len(sumBefore) + 8 + len(sumAfter)
)

// seal is the JSON of v, an object that is not empty, with a checksum as its last field, as a line.
func seal(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return sealContent(b[:len(b)-1]), nil
}

func sealContent(b []byte) []byte {
	return fmt.Appendf(b, "%s%08x%s\n", sumBefore, crc32.ChecksumIEEE(b), sumAfter)
}

// sealed tells whether a line, without what ends it, is as it was written.
func sealed(b []byte) bool {
	if len(b) < sumLength {
		return false
	}
	content := b[:len(b)-sumLength]
	return string(b[len(content):]) == fmt.Sprintf("%s%08x%s", sumBefore, crc32.ChecksumIEEE(content), sumAfter)
}

// text is a string that comes back as it was, valid UTF-8 or not.
type text string

// MarshalJSON writes a string, or an object with base64 for what no JSON string can have.
func (t text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	return json.Marshal(encodedText{[]byte(t)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		var e encodedText
		err := json.Unmarshal(b, &e)
		*t = text(e.Base64)
		return err
	}
	return json.Unmarshal(b, (*string)(t))
}

type encodedText struct {
	Base64 []byte `json:"base64"`
}

// convert changes every element, and keeps nil apart from empty.
func convert[A, B any](as []A, f func(A) B) []B {
	if as == nil {
		return nil
	}
	bs := make([]B, len(as))
	for i, a := range as {
		bs[i] = f(a)
	}
	return bs
}

func texts(s []string) []text { return convert(s, func(s string) text { return text(s) }) }
func plain(t []text) []string { return convert(t, func(t text) string { return string(t) }) }

// moment is a time that comes back as the same instant, in UTC.
type moment time.Time

// IsZero is for what is left out of a line.
func (m moment) IsZero() bool { return time.Time(m).IsZero() }

func (m moment) time() time.Time { return time.Time(m) }

// MarshalJSON writes RFC 3339; of a year that this does not have, seconds and nanoseconds.
func (m moment) MarshalJSON() ([]byte, error) {
	t := time.Time(m).UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		return json.Marshal([2]int64{t.Unix(), int64(t.Nanosecond())})
	}
	return json.Marshal(t)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *moment) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		var parts [2]int64
		err := json.Unmarshal(b, &parts)
		*m = moment(time.Unix(parts[0], parts[1]).UTC())
		return err
	}
	var t time.Time
	err := json.Unmarshal(b, &t)
	*m = moment(t.UTC())
	return err
}
