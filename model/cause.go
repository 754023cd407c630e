package model

import (
	"fmt"
	"strconv"
	"sync"
)

// CauseHead is how much of a response body is looked at for the cause of a failure, in bytes.
const CauseHead = 4 << 10

const (
	// causeVersion is part of every [CauseID]: it grows whenever the same failure would get another one.
	causeVersion = 1
	// longestCause is how much normalised text tells causes apart, longestCauseText how much of it is kept, in bytes.
	longestCause     = 480
	longestCauseText = 160
)

// CauseID identifies a cause: the same failure has the same one in every session, until the way to make them changes.
// It prints as 8 hex digits. The zero CauseID is no cause.
type CauseID uint32

func (id CauseID) String() string { return fmt.Sprintf("%08x", uint32(id)) }

// ParseCauseID reads an id of 8 hex digits.
func ParseCauseID(s string) (CauseID, bool) {
	n, err := strconv.ParseUint(s, 16, 32)
	return CauseID(n), err == nil && len(s) == 8 && n != 0
}

// Cause is why an entry failed, without what differs from one failure to the next: ids, numbers, times, and so on.
// Entries of one cause are of one kind, and failed at the same destination, with the same status and the same error; runs
// whose step is known, at the same step.
// The zero Cause is of an entry that none was worked out for.
type Cause struct {
	ID        CauseID
	Class     Class
	Transport Transport
	Status    int
	// Destination is scheme (unless https), host and path, with {id} for what is an id in the path.
	Destination string
	// Text is the error as it is read by people, cut short, and without secrets.
	Text string
	// Step is the step that a workflow run failed at, as [Run.FailedStep] tells it; "" while it is not known. No entry comes
	// with it: it is in the logs.
	Step string
}

// Said is what a response says of why it is one of a failure. The zero Said is that of a response without a body.
type Said struct {
	text    string
	sum     uint64
	timeout bool // a platform says that it ended the handler, whatever its status
}

// ReadResponse reads the beginning of a response body; what is beyond [CauseHead] is not looked at. It takes whatever
// bytes come, and gives the same for the same error, whatever the order of the fields and the ids, numbers and times in it.
func ReadResponse(body []byte) Said {
	out := takeSpace()
	defer out.giveBack()
	r := reading{body: body[:min(len(body), CauseHead)]}
	text := r.read(out[:0])
	if len(text) == 0 {
		return Said{}
	}
	return Said{text: causeText(text), sum: hashText(hashSeed, text), timeout: endedByPlatform(text)}
}

// space is room for a normalised text. Each response takes several, of which nothing is left afterwards: they are used again.
type space [longestCause + longestWord]byte

var spaces = sync.Pool{New: func() any { return new(space) }}

func takeSpace() *space { return spaces.Get().(*space) }

func (s *space) giveBack() { spaces.Put(s) }

// CauseOf is the cause of the entry, whose response said so.
func (e *Entry) CauseOf(s Said) Cause {
	c := Cause{Status: e.Status, Destination: TemplateURL(e.URL), Text: s.text}
	if e.Status == 0 {
		c.Transport = transportOf(s.text)
	}
	if c.Text == "" {
		c.Text = "empty response"
		if e.Status == 0 {
			c.Text = "no response"
		}
	}
	c.Class = classOf(e.Status, c.Transport, s.timeout)
	c.ID = causeID(e.Key.Kind, &c, s.sum)
	return c
}

const (
	hashSeed  = 14695981039346656037
	hashPrime = 1099511628211
)

func hashText[T ~string | ~[]byte](h uint64, s T) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * hashPrime
	}
	return (h ^ 0xff) * hashPrime // so that "a", "b" is not "ab"
}

func hashNumber(h, n uint64) uint64 {
	for range 8 {
		h = (h ^ n&0xff) * hashPrime
		n >>= 8
	}
	return h
}

func causeID(kind Kind, c *Cause, sum uint64) CauseID {
	h := hashNumber(hashSeed, causeVersion)
	h = hashNumber(h, uint64(kind)<<32|uint64(c.Transport)<<24|uint64(uint16(c.Status)))
	h = hashText(h, c.Destination)
	h = hashText(h, c.Step)
	return idOf(hashNumber(h, sum))
}

// idOf is the id of a hash.
func idOf(h uint64) CauseID {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	return CauseID(max(uint32(h), 1))
}

// causeText is what is kept of a normalised text.
func causeText(text []byte) string {
	if len(text) <= longestCauseText {
		return string(text)
	}
	return string(cutRune(text, longestCauseText)) + "…"
}

// cutRune cuts valid UTF-8 to at most n bytes, and not within a character.
func cutRune(s []byte, n int) []byte {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}
