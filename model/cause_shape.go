package model

import "strings"

// shape is what a run of letters and digits looks like.
type shape uint8

const (
	shapeWord     shape = iota // a word, or a name with a digit in it that belongs there
	shapeNumber                // digits, perhaps with a unit
	shapeNumbered              // a word with a number at its end
	shapeID
	shapeTime
)

const (
	shortestID     = 6  // of letters and digits in no order of a name
	shortestHex    = 8  // of hex digits
	leastHex       = 4  // of hex digits in lower case, some of them letters
	shortestRandom = 20 // of letters only
)

// namesWithDigits are words that numbers are part of.
var namesWithDigits = map[string]bool{
	"s3": true, "ec2": true, "k8s": true, "i18n": true, "l10n": true, "x509": true, "utf8": true, "base64": true, "base32": true,
	"sha1": true, "sha256": true, "sha512": true, "md5": true, "ipv4": true, "ipv6": true, "http2": true, "http3": true, "h2": true,
	"oauth2": true, "oauth1": true, "int32": true, "int64": true, "uint32": true, "uint64": true, "float32": true, "float64": true,
	"int8": true, "int16": true, "d1": true, "r2": true, "hs256": true, "rs256": true, "es256": true, "es256k": true, "aes256": true,
	"p256": true, "3ds": true, "2fa": true, "3d": true, "psycopg2": true, "mysql2": true, "http1": true, "log4j": true, "slf4j": true,
	"web3": true, "boto3": true, "urllib3": true, "lz4": true, "db2": true, "oauth2client": true, "jinja2": true, "h1": true,
}

var units = map[string]bool{
	"ns": true, "us": true, "µs": true, "ms": true, "s": true, "m": true, "h": true, "d": true, "w": true, "sec": true, "secs": true,
	"min": true, "mins": true, "hr": true, "hrs": true, "b": true, "kb": true, "mb": true, "gb": true, "tb": true, "kib": true,
	"mib": true, "gib": true, "k": true, "x": true, "px": true, "st": true, "nd": true, "rd": true, "th": true, "mi": true, "gi": true,
}

func isAlnum(c byte) bool { return isDigit(c) || 'a' <= lower(c) && lower(c) <= 'z' }

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= lower(c) && lower(c) <= 'f' }

func trailingDigits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[len(s)-1-n]) {
		n++
	}
	return n
}

// shapeOf tells what a piece without signs is.
func shapeOf(s string) shape {
	digits, hex, uppers := 0, 0, 0
	for i := range len(s) {
		c := s[i]
		if isDigit(c) {
			digits++
		}
		if isHex(c) {
			hex++
		}
		if isUpper(c) {
			uppers++
		}
	}
	tail := trailingDigits(s)
	switch {
	case digits == 0:
		if len(s) >= shortestRandom && isRandom(s) {
			return shapeID
		}
		return shapeWord
	case digits == len(s):
		return shapeNumber
	case len(s) <= 12 && namesWithDigits[lowered(s)]:
		return shapeWord
	case isErrorCode(s, uppers, tail):
		return shapeWord
	case s[0] == '0' && len(s) > 2 && lower(s[1]) == 'x' && hex == len(s)-1:
		return shapeID
	case hex == len(s) && len(s) >= shortestHex:
		return shapeID
	case isQuantity(s):
		return shapeNumber
	case hex == len(s) && uppers == 0 && len(s) >= leastHex:
		return shapeID
	case tail == digits && len(s)-tail >= 1 && tail <= 12:
		if c := lower(s[len(s)-tail-1]); c == 'v' && tail <= 2 {
			return shapeWord
		}
		if mixedCase(s[:len(s)-tail]) {
			return shapeID
		}
		return shapeNumbered
	case isBasicTime(s):
		return shapeTime
	case len(s) >= shortestID:
		if innerDigitName(s, digits) {
			return shapeWord
		}
		return shapeID
	}
	return shapeWord
}

// innerDigitName tells whether the piece is a name like Base64Decoder: words around one short number.
func innerDigitName(s string, digits int) bool {
	if digits > 2 || len(s) < 8 {
		return false
	}
	i := strings.IndexAny(s, "0123456789")
	rest := s[i+digits:]
	for j := range digits {
		if !isDigit(s[i+j]) {
			return false
		}
	}
	return i >= 2 && len(rest) >= 3 && isUpper(rest[0]) && 3*capitalsIn(s[:i]) <= max(i, 3) && 3*capitalsIn(rest) <= len(rest)
}

func capitalsIn(s string) (n int) {
	for i := range len(s) {
		if isUpper(s[i]) {
			n++
		}
	}
	return n
}

// isErrorCode tells whether the piece is a code of a system of errors, such as P2002 or E11000: those are one or two capitals
// with four or five digits.
func isErrorCode(s string, uppers, tail int) bool {
	return uppers >= 1 && uppers <= 2 && uppers+tail == len(s) && (tail == 4 || tail == 5)
}

func lowered(s string) string {
	for i := range len(s) {
		if isUpper(s[i]) {
			return strings.ToLower(s)
		}
	}
	return s
}

// isQuantity tells whether the piece is numbers with units, such as 30s, 1h30m or 5MiB.
func isQuantity(s string) bool {
	for i := 0; i < len(s); {
		digits := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		unit := i
		for i < len(s) && !isDigit(s[i]) {
			i++
		}
		if digits == unit || i-unit > 4 || unit < i && !units[lowered(s[unit:i])] {
			return false
		}
	}
	return s != ""
}

// isBasicTime tells whether the piece is a time without signs in it, such as 20261120T030000Z.
func isBasicTime(s string) bool {
	if len(s) < len("20261120T0300") || s[8] != 'T' {
		return false
	}
	for i := range len(s) {
		if i != 8 && !isDigit(s[i]) && (i != len(s)-1 || s[i] != 'Z') {
			return false
		}
	}
	return true
}

// mixedCase tells whether letters change between large and small more often than in words that are put together.
func mixedCase(s string) bool {
	changes := 0
	for i := 1; i < len(s); i++ {
		if isUpper(s[i]) && !isUpper(s[i-1]) {
			changes++
		}
	}
	return changes >= 2 && changes*4 > len(s)
}

// isRandom tells whether many letters are no words: of words that are put together, or all of one case, few are so short.
func isRandom(s string) bool {
	changes, vowels := 0, 0
	for i := range len(s) {
		if !isAlnum(s[i]) {
			return false
		}
		if i > 0 && isUpper(s[i]) != isUpper(s[i-1]) {
			changes++
		}
		if strings.IndexByte("aeiouyAEIOUY", s[i]) >= 0 {
			vowels++
		}
	}
	return changes*5 > len(s)*2 || vowels*6 < len(s)
}
