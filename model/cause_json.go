package model

import "strings"

// slot is a part of an error that JSON can have a field for.
type slot uint8

const (
	slotCode slot = iota
	slotType
	slotLabel // a short name of the error, or its message, in a field called error
	slotTitle
	slotMessage
	slotDetail
	slotState // what the answer says of itself; only used when it has nothing else
	slotCount
	slotNone
	slotInside // what has the error in it
	slotItems  // a list of errors, or an object of errors by field
)

// jsonFields are the names that errors are told by, in lower case without _ and -, with their rank: the lower one is taken.
var jsonFields = map[string]struct {
	slot slot
	rank int
}{
	"code": {slotCode, 0}, "errorcode": {slotCode, 1}, "errcode": {slotCode, 2}, "faultcode": {slotCode, 3}, "subcode": {slotCode, 5},
	"type": {slotType, 1}, "errortype": {slotType, 0}, "exception": {slotType, 2}, "name": {slotType, 4}, "exceptionclass": {slotType, 3},
	"errorname": {slotType, 3},
	"error":     {slotLabel, 0}, "err": {slotLabel, 1}, "fault": {slotLabel, 2}, "failure": {slotLabel, 3},
	"title": {slotTitle, 0}, "statustext": {slotTitle, 2}, "statusmessage": {slotTitle, 1}, "summary": {slotTitle, 3},
	"message": {slotMessage, 0}, "errormessage": {slotMessage, 1}, "msg": {slotMessage, 2}, "errmsg": {slotMessage, 3},
	"errormsg": {slotMessage, 4}, "errordescription": {slotMessage, 5}, "faultstring": {slotMessage, 6}, "description": {slotMessage, 7},
	"reason": {slotMessage, 8}, "text": {slotMessage, 9}, "usermessage": {slotMessage, 10}, "exceptionmessage": {slotMessage, 0},
	"detail": {slotDetail, 0}, "details": {slotDetail, 1}, "developermessage": {slotDetail, 2}, "hint": {slotDetail, 5},
	"status": {slotState, 0}, "state": {slotState, 1}, "result": {slotState, 2},
	"errors": {slotItems, 0}, "issues": {slotItems, 1}, "violations": {slotItems, 2}, "validationerrors": {slotItems, 3},
	"fielderrors": {slotItems, 3}, "invalidparams": {slotItems, 3}, "modelstate": {slotItems, 3}, "validation": {slotItems, 4},
	"data": {slotInside, 2}, "response": {slotInside, 2}, "body": {slotInside, 2}, "json": {slotInside, 0}, "extensions": {slotInside, 1},
	"meta": {slotInside, 3}, "output": {slotInside, 2}, "payload": {slotInside, 2},
}

const (
	deepestJSON = 12
	mostItems   = 12
	keptItems   = 4
	mostKeys    = 12
	longestRead = 2 << 10 // of one text
)

type found struct {
	value  string
	rank   int
	number bool
	set    bool
}

// jsonReading reads what an error in JSON says. It takes text that ends early, and is never wrong about syntax: what it cannot
// read it passes over.
type jsonReading struct {
	s     string
	i     int
	slots [slotCount]found
	items []string
	keys  [mostKeys]string // of the outermost object
	known int              // how many of them
	// loose are lists of sentences in fields without a meaning: errors by field, where nothing else is an error.
	loose []string
	// nested is how many texts with JSON in them this is in.
	nested int
}

func (r *jsonReading) space() {
	for r.i < len(r.s) && isSpace(r.s[r.i]) {
		r.i++
	}
}

func (r *jsonReading) peek() byte {
	r.space()
	if r.i < len(r.s) {
		return r.s[r.i]
	}
	return 0
}

func (r *jsonReading) take(c byte) bool {
	if r.peek() == c {
		r.i++
		return true
	}
	return false
}

// text reads a string as it stands, up to its end or that of what there is.
func (r *jsonReading) text() (raw string, escaped bool) {
	r.i++
	begin := r.i
	for {
		n := strings.IndexByte(r.s[r.i:], '"')
		if n < 0 {
			r.i = len(r.s)
			raw = r.s[begin:]
			break
		}
		r.i += n + 1
		backslashes := 0
		for i := r.i - 2; i >= begin && r.s[i] == '\\'; i-- {
			backslashes++
		}
		if backslashes%2 == 0 {
			raw = r.s[begin : r.i-1]
			break
		}
	}
	return raw, strings.IndexByte(raw, '\\') >= 0
}

func (r *jsonReading) string() string {
	raw, escaped := r.text()
	if escaped {
		return unescapeJSON(raw[:min(len(raw), longestRead)])
	}
	return raw
}

// scalar reads a number or a word.
func (r *jsonReading) scalar() string {
	begin := r.i
	for r.i < len(r.s) && !isSpace(r.s[r.i]) && strings.IndexByte(`,:[]{}"`, r.s[r.i]) < 0 {
		r.i++
	}
	if r.i == begin {
		r.i++ // what fits nowhere
		return ""
	}
	return r.s[begin:r.i]
}

// skip passes over the value that comes next.
func (r *jsonReading) skip() {
	depth := 0
	for {
		switch r.peek() {
		case 0:
			return
		case '{', '[':
			depth++
			r.i++
		case '}', ']':
			if depth == 0 {
				return
			}
			depth--
			r.i++
		case '"':
			r.text()
		case ',', ':':
			if depth == 0 {
				return
			}
			r.i++
		default:
			r.scalar()
		}
		if depth == 0 {
			return
		}
	}
}

// object calls field for every field of the object that comes next; it has to read the value.
func (r *jsonReading) object(field func(name string)) {
	r.i++
	for {
		switch r.peek() {
		case 0:
			return
		case '}':
			r.i++
			return
		case '"':
			name := r.string()
			if r.take(':') {
				before := r.i
				field(name)
				if r.i == before {
					r.skip()
				}
			}
		case ',':
			r.i++
		default:
			before := r.i
			r.skip()
			r.i = max(r.i, before+1)
		}
	}
}

func (r *jsonReading) list(element func()) {
	r.i++
	for {
		switch r.peek() {
		case 0:
			return
		case ']':
			r.i++
			return
		case ',':
			r.i++
		default:
			before := r.i
			element()
			if r.i == before {
				r.skip()
				r.i = max(r.i, before+1)
			}
		}
	}
}

// bareName is a name in lower case without signs.
func bareName(name string, space *[24]byte) []byte {
	out := space[:0]
	for i := range len(name) {
		if c := name[i]; c != '_' && c != '-' {
			if len(out) == len(space) {
				return nil
			}
			out = append(out, lower(c))
		}
	}
	return out
}

// error reads an object that may say what failed. Of fields for the same the one with the lowest rank counts: those within
// an error before those beside it.
func (r *jsonReading) error(context, depth int) {
	if depth > deepestJSON {
		r.skip()
		return
	}
	r.object(func(name string) {
		if context == topLevel && r.known < mostKeys {
			r.keys[r.known] = name
			r.known++
		}
		var space [24]byte
		f, known := jsonFields[string(bareName(name, &space))]
		if !known {
			if context == topLevel && r.peek() == '[' {
				r.list(func() { r.sentence(name) })
				return
			}
			r.skip()
			return
		}
		rank := context*1024 + depth*32 + f.rank
		switch r.peek() {
		case '{':
			switch f.slot {
			case slotLabel:
				r.error(min(context, withinError), depth+1)
			case slotItems:
				r.fields(depth + 1)
			case slotMessage, slotDetail:
				r.error(min(context+1, beside), depth+1)
			case slotInside, slotState:
				r.error(min(context+f.rank, beside), depth+1)
			default:
				r.error(beside, depth+1)
			}
		case '[':
			switch f.slot {
			case slotItems, slotMessage, slotLabel:
				r.list(func() { r.item("", depth+1) })
			case slotDetail:
				r.list(func() { r.item("", depth+1) })
			case slotInside:
				r.list(func() {
					if r.peek() == '{' {
						r.error(beside, depth+1)
					}
				})
			default:
				r.skip()
			}
		case '"':
			value := r.string()
			if inner := strings.TrimLeft(value, " \n"); len(inner) > 1 && inner[0] == '{' && r.nested < 2 && f.slot != slotCode {
				in := jsonReading{s: inner, nested: r.nested + 1, slots: r.slots, items: r.items}
				in.error(min(context+1, beside), depth+1)
				r.slots, r.items = in.slots, in.items
				return
			}
			if f.slot == slotItems {
				r.put(slotLabel, value, rank+1, false)
				return
			}
			r.put(f.slot, value, rank, false)
		default:
			if value := r.scalar(); f.slot == slotCode && value != "null" {
				r.put(slotCode, value, rank, true)
			}
		}
	})
}

// Where an object stands: within an error, as the whole answer, or beside what matters.
const (
	withinError = 0
	topLevel    = 1
	beside      = 3
)

func (r *jsonReading) put(s slot, value string, rank int, number bool) {
	if s >= slotCount || strings.TrimSpace(value) == "" {
		return
	}
	f := &r.slots[s]
	if !f.set || rank < f.rank || rank == f.rank && value < f.value {
		*f = found{value, rank, number, true}
	}
}

// isErrorText tells whether a state is more than the word that there is one.
func isErrorText(s string) bool {
	if len(s) > len("failure") {
		return !isDigit(s[0])
	}
	switch lowered(s) {
	case "error", "fail", "failed", "failure", "ok", "success", "false", "true", "err", "errors", "fault":
		return false
	}
	return s != "" && !isDigit(s[0])
}

// unescapeJSON is what the text of a string in JSON means. What is wrong in it stays as it is.
func unescapeJSON(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 'n', 'r':
			b.WriteByte('\n')
		case 't', 'b', 'f':
			b.WriteByte(' ')
		case 'u':
			r, ok := rune(0), i+4 < len(s)
			for j := i + 1; ok && j <= i+4; j++ {
				d := strings.IndexByte("0123456789abcdef", lower(s[j]))
				ok = d >= 0
				r = r<<4 | rune(d)
			}
			if !ok {
				b.WriteByte('?')
				continue
			}
			i += 4
			b.WriteRune(r) // half of a pair becomes U+FFFD
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
