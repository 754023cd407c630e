package model

import "strings"

// startsToken are the bytes that a token may begin with, endsToken those that it cannot have in it.
var startsToken, endsToken = func() (starts, ends [256]bool) {
	for c := range 256 {
		b := byte(c)
		starts[c] = isAlnum(b) || strings.IndexByte(`_/\~.#@$+-`, b) >= 0
		ends[c] = b <= ' ' || b == 0x7f || b >= 0x80 || strings.IndexByte("\"`',;()[]{}<>|=&?!*^%", b) >= 0
	}
	return starts, ends
}()

// tokenEnd is the end of the token that begins at i. A URL has signs in it that end others.
func tokenEnd(s string, i int) int {
	begin := i
	for i < len(s) {
		c := s[i]
		if c == ':' && i > begin && strings.HasPrefix(s[i:], "://") {
			if n := strings.IndexAny(s[i:], " \t\r\n\"`'<>)]}|\\"); n >= 0 {
				return i + n
			}
			return len(s)
		}
		if endsToken[c] {
			if c == '\'' && i > begin && i+1 < len(s) && isAlnum(s[i-1]) && isAlnum(s[i+1]) {
				i++
				continue // don't
			}
			return i
		}
		i++
	}
	return i
}

// token appends a token.
func (n *normal) token(t string, begin int) {
	end := len(t)
	for end > 0 && (t[end-1] == '.' || t[end-1] == ':') {
		end--
	}
	body, rest := t[:end], t[end:]
	if body == "" {
		n.out = append(n.out, t...)
		return
	}
	digit, slashes, signs := -1, 0, false
	for i := range len(body) {
		switch c := body[i]; {
		case isDigit(c):
			if digit < 0 {
				digit = i
			}
		case c == '/':
			slashes++
		case !isAlnum(c):
			signs = true
		}
	}
	switch {
	case digit < 0 && slashes == 0 && !signs: // as most words
		n.word(body)
	case slashes >= 2 && strings.Contains(body, "://"):
		n.placeholder(aURL)
		n.out = append(n.out, strings.TrimRight(rest, ":")...)
		return
	case isEmail(body):
		n.placeholder(anEmail)
	case isPath(body, slashes) && !isDate(body):
		n.placeholder(aPath)
		rest = "" // a line number may follow
	case digit < 0:
		n.word(body)
	case n.keepsCode(body, begin):
		n.out = append(n.out, body...)
	case isUUID(body), len(body) >= shortestRandom && strings.HasPrefix(body, "eyJ"): // JSON in base64, as in a JWT
		n.placeholder(anID)
	case isDate(body) || isClock(body):
		n.placeholder(aTime)
	case isAddress(body):
		n.placeholder(anIP)
	default:
		n.compound(body)
	}
	n.out = append(n.out, rest...)
}

// timeWords go with numbers in times.
var timeWords = map[string]bool{
	"Mon": true, "Tue": true, "Wed": true, "Thu": true, "Fri": true, "Sat": true, "Sun": true, "Jan": true, "Feb": true, "Mar": true,
	"Apr": true, "Jun": true, "Jul": true, "Aug": true, "Sep": true, "Oct": true, "Nov": true, "Dec": true, "January": true,
	"February": true, "April": true, "June": true, "July": true, "August": true, "September": true, "October": true, "November": true,
	"December": true, "Monday": true, "Tuesday": true, "Wednesday": true, "Thursday": true, "Friday": true, "Saturday": true, "Sunday": true,
}

// timeEnds follow a time and belong to it, countedUnits a number.
var (
	timeEnds     = map[string]bool{"GMT": true, "UTC": true, "AM": true, "PM": true, "Z": true, "CET": true, "PST": true, "EST": true, "CEST": true, "PDT": true, "EDT": true}
	countedUnits = map[string]bool{
		"ms": true, "s": true, "sec": true, "secs": true, "second": true, "seconds": true, "minute": true, "minutes": true, "min": true, "mins": true,
		"hour": true, "hours": true, "millisecond": true, "milliseconds": true, "day": true, "days": true, "bytes": true, "byte": true,
		"KB": true, "MB": true, "GB": true, "KiB": true, "MiB": true, "GiB": true,
	}
)

// word appends a token without digits.
func (n *normal) word(w string) {
	switch {
	case len(w) <= 9 && isUpper(w[0]) && timeWords[w]:
		n.placeholder(aTime)
	case n.after(aTime) && timeEnds[w], n.after(aNumber) && countedUnits[w]:
		for n.out[len(n.out)-1] == ' ' {
			n.out = n.out[:len(n.out)-1]
		}
	case len(w) >= shortestRandom && isRandom(w), isPrefixedID(w):
		n.compound(w)
	default:
		n.out = append(n.out, w...)
	}
}

// isPrefixedID tells whether the token is one like cus_NffrFeUfNVHib, as many services make them, with no digit in it.
func isPrefixedID(w string) bool {
	i := strings.IndexByte(w, '_')
	return i >= 2 && i <= 8 && len(w)-i > 8 && mixedCase(w[i+1:]) && !isUpper(w[0])
}

// codeWords stand before a number that says what failed.
var codeWords = map[string]bool{
	"code": true, "status": true, "statuscode": true, "http": true, "error": true, "errno": true, "errorcode": true, "signal": true, "sqlstate": true,
	"returned": true, "received": true, "got": true, "err": true, "ora": true, "exit": true,
}

const longestCode = 6

// keepsCode tells whether the number says what failed, such as a status or the code of an error.
func (n *normal) keepsCode(t string, begin int) bool {
	if len(t) > longestCode+len("0x") {
		return false
	}
	digits := 0
	for i := range len(t) {
		if isDigit(t[i]) {
			digits++
		} else if !isUpper(t[i]) && t[i] != '-' && (t[i] != 'x' || i != 1) && !(digits > 0 && isHex(t[i])) {
			return false
		}
	}
	// A placeholder that repeats what stands before the text takes its beginning back.
	before := string(n.out[max(min(begin, len(n.out)), len(n.out)-longestWord):])
	if isStatusNumber(t) && len(n.out) == begin {
		return true
	}
	if strings.HasSuffix(before, "SQLSTATE[") {
		return true
	}
	if strings.HasSuffix(before, "(") {
		if isStatusNumber(t) && t[0] >= '4' {
			return true
		}
		before = before[:len(before)-1]
	}
	word := lastWord(strings.TrimRight(before, "#–- |"))
	if !codeWords[word] {
		return false
	}
	switch word {
	case "error", "returned", "received", "got", "http":
		return isStatusNumber(t) || word == "error" && digits >= 4 && digits == len(t)
	}
	return digits <= longestCode
}

func isStatusNumber(t string) bool {
	return len(t) == 3 && '1' <= t[0] && t[0] <= '5' && isDigit(t[1]) && isDigit(t[2])
}

// compound appends a token piece by piece. From the first piece that is an id to the last all is one.
func (n *normal) compound(t string) {
	first, last, ids, numbers := -1, -1, 0, 0
	for begin := 0; begin < len(t); {
		end := begin
		for end < len(t) && isAlnum(t[end]) {
			end++
		}
		if end > begin {
			switch shapeOf(t[begin:end]) {
			case shapeID:
				ids++
			case shapeNumber, shapeTime, shapeNumbered:
				numbers++
			default:
				begin = end + 1
				continue
			}
			if first < 0 {
				first = begin
			}
			last = end
		}
		begin = end + 1
	}
	if prefix := strings.IndexByte(t, '_'); first < 0 && isPrefixedID(t) {
		first, last, ids = prefix+1, len(t), 1
	}
	if first < 0 {
		n.out = append(n.out, t...)
		return
	}
	if ids > 1 && strings.IndexByte(t[last:], '.') < 0 {
		last = len(t)
	}
	head := t[:first]
	if numbers > 0 && ids == 0 && !isDigit(t[first]) { // a word with a number at its end
		head = strings.TrimRight(t[:last], "0123456789")
		if i := strings.IndexAny(t[first:], "0123456789"); i >= 0 {
			head = t[:first+i]
		}
	}
	n.out = append(n.out, strings.TrimRight(head, "+-")...)
	if len(head) > 0 && strings.HasSuffix(head, "-") && len(head) > 1 {
		n.out = append(n.out, '-')
	}
	if ids > 0 {
		n.placeholder(anID)
	} else {
		n.placeholder(aNumber)
	}
	n.out = append(n.out, t[last:]...)
}

func isEmail(t string) bool {
	i := strings.IndexByte(t, '@')
	return i > 0 && strings.IndexByte(t[i:], '.') > 1
}

func isPath(t string, slashes int) bool {
	switch {
	case slashes >= 2, slashes == 1 && (t[0] == '/' || t[0] == '.' || t[0] == '~'):
		return true
	case len(t) > 2 && t[1] == ':' && t[2] == '\\', strings.HasPrefix(t, `\\`):
		return true
	}
	// A file of source with its line.
	i := strings.LastIndexByte(t, '.')
	if i <= 0 {
		return false
	}
	j := strings.IndexByte(t[i:], ':')
	return j >= 2 && j <= 5 && i+j+1 < len(t) && isDigit(t[i+j+1]) && !isDigit(t[i-1])
}

func isUUID(t string) bool {
	if len(t) != 36 {
		return false
	}
	for i := range len(t) {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (t[i] == '-') || !dash && !isHex(t[i]) {
			return false
		}
	}
	return true
}

func fits(t, form string) bool {
	if len(t) < len(form) {
		return false
	}
	for i := range len(form) {
		if form[i] == '9' && !isDigit(t[i]) || form[i] != '9' && form[i] != t[i] {
			return false
		}
	}
	return true
}

func isDate(t string) bool {
	return fits(t, "9999-99-99") || fits(t, "9999/99/99") || len(t) <= 10 && (fits(t, "99/99/99") || fits(t, "9/9/99") ||
		fits(t, "9/99/9999") || fits(t, "99/9/9999") || fits(t, "99.99.99")) || len(t) > 11 && fits(t, "99/") && t[6] == '/'
}

func isClock(t string) bool {
	return fits(t, "99:99:99") || fits(t, "9:99:99") || len(t) == 5 && fits(t, "99:99")
}

// isAddress tells whether the token is an IP address, perhaps with a port.
func isAddress(t string) bool {
	dots, colons, run := 0, 0, 0
	for i := range len(t) {
		switch c := t[i]; {
		case c == '.':
			dots++
			run = 0
		case c == ':':
			colons++
			run = 0
		case !isHex(c):
			return false
		default:
			if run++; run > 5 {
				return false
			}
		}
	}
	if dots == 3 && colons <= 1 {
		return !strings.ContainsAny(t, "abcdefABCDEF")
	}
	return colons >= 2 && (colons == 7 || strings.Contains(t, "::"))
}
