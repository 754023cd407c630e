package model

import "strings"

// Masked stands in for a secret.
const Masked = "••••••"

// secretWords make a name of a header, a field or a parameter that of a secret.
var secretWords = [...]string{
	"authorization", "password", "passwd", "secret", "token", "signature", "api_key", "api-key", "apikey", "access_key",
	"access-key", "accesskey", "private_key", "private-key", "privatekey", "credential", "session_id", "session-id",
	"sessionid", "cookie",
}

// longestName is how long a name may be to be looked at, shortestToken how short a bearer token.
const (
	longestName   = 64
	shortestToken = 8
)

func isSecretName(name string) bool {
	if name == "" || len(name) > longestName {
		return false
	}
	name = strings.ToLower(name)
	for _, w := range secretWords {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}

// MaskHeader is the value of a header with secrets masked.
func MaskHeader(name, value string) string {
	if isSecretName(name) {
		return Masked
	}
	return MaskText(value)
}

// MaskText masks what looks like a secret in a body or another text: values of JSON fields and of form fields with telling
// names, and bearer tokens. JSON within a string of JSON is looked at too. It takes time in proportion to the text.
func MaskText(s string) string {
	var out strings.Builder
	done := 0
	for i := 0; i < len(s); {
		if c := s[i]; c != ':' && c != '=' && c != ' ' {
			i++
			continue
		}
		from, to, quoted := 0, 0, ""
		switch s[i] {
		case ':':
			from, to, quoted = secretField(s, i)
		case '=':
			from, to = secretParameter(s, i)
		case ' ':
			from, to = secretToken(s, i)
		}
		i++
		if from < to {
			out.WriteString(s[done:from])
			out.WriteString(quoted + Masked + quoted)
			done, i = to, max(i, to)
		}
	}
	if done == 0 {
		return s
	}
	out.WriteString(s[done:])
	return out.String()
}

// secretField is the value of the JSON field whose colon is at i, when its name is a secret's, with the quote that its
// stand-in needs.
func secretField(s string, i int) (from, to int, quote string) {
	end := len(strings.TrimRight(s[max(0, i-longestName):i], " \t\r\n")) + max(0, i-longestName)
	if end == 0 || s[end-1] != '"' {
		return 0, 0, ""
	}
	end--
	quote = `"`
	if end > 0 && s[end-1] == '\\' {
		end--
		quote = `\"`
	}
	begin := nameBefore(s, end)
	if !strings.HasSuffix(s[:begin], quote) || !isSecretName(s[begin:end]) {
		return 0, 0, ""
	}
	from = i + 1
	for from < len(s) && isSpace(s[from]) {
		from++
	}
	if strings.HasPrefix(s[from:], quote) {
		return from, stringEnd(s, from+len(quote), quote), quote
	}
	return from, valueEnd(s, from), quote
}

// stringEnd is the byte after the string whose content begins at from; the end of the text when it was cut off.
func stringEnd(s string, from int, quote string) int {
	if quote != `"` {
		if n := strings.Index(s[from:], quote); n >= 0 {
			return from + n + len(quote)
		}
		return len(s)
	}
	for i := from; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// valueEnd is the byte after the number, word, list or object that begins at from.
func valueEnd(s string, from int) int {
	depth := 0
	for i := from; i < len(s); i++ {
		switch c := s[i]; {
		case c == '{' || c == '[':
			depth++
		case depth > 0 && c == '"':
			i = stringEnd(s, i+1, `"`) - 1
		case c == '}' || c == ']':
			if depth--; depth < 0 {
				return i
			}
			if depth == 0 {
				return i + 1
			}
		case depth == 0 && (c == ',' || c == '"' || c == '\\' || isSpace(c)):
			return i
		}
	}
	return len(s)
}

// secretParameter is the value of the form field or query parameter whose = is at i, when its name is a secret's.
func secretParameter(s string, i int) (from, to int) {
	begin := nameBefore(s, i)
	if begin > 0 && !isSpace(s[begin-1]) && !strings.ContainsRune(`&?;"`, rune(s[begin-1])) || !isSecretName(s[begin:i]) {
		return 0, 0
	}
	if n := strings.IndexAny(s[i+1:], "& \t\r\n;\""); n >= 0 {
		return i + 1, i + 1 + n
	}
	return i + 1, len(s)
}

// secretToken is what follows the word bearer or basic, which ends before the space at i, when it is long enough for a
// token.
func secretToken(s string, i int) (from, to int) {
	word := s[nameBefore(s, i):i]
	if len(word) != len("bearer") && len(word) != len("basic") || !strings.EqualFold(word, "bearer") && !strings.EqualFold(word, "basic") {
		return 0, 0
	}
	from = i
	for from < len(s) && isSpace(s[from]) {
		from++
	}
	to = from
	for to < len(s) && (isNameByte(s[to]) || strings.IndexByte("~+/=", s[to]) >= 0) {
		to++
	}
	if to-from < shortestToken {
		return 0, 0
	}
	return from, to
}

// nameBefore is where the name begins that ends before i, as far as a name is looked at.
func nameBefore(s string, i int) int {
	begin := i
	for begin > 0 && i-begin <= longestName && isNameByte(s[begin-1]) {
		begin--
	}
	return begin
}

func isNameByte(c byte) bool {
	return isDigit(c) || 'a' <= lower(c) && lower(c) <= 'z' || c == '_' || c == '-' || c == '.'
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// MaskURL masks secrets in the query and the password of a URL.
func MaskURL(raw string) string {
	scheme, rest, ok := strings.Cut(raw, "://")
	if ok {
		host := rest
		if i := strings.IndexAny(rest, "/?#"); i >= 0 {
			host = rest[:i]
		}
		if user, password := strings.IndexByte(host, ':'), strings.LastIndexByte(host, '@'); user >= 0 && user < password {
			raw = scheme + "://" + host[:user+1] + Masked + host[password:] + rest[len(host):]
		}
	}
	return MaskText(raw)
}
