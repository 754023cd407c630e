package journal

import (
	"net/url"
	"regexp"
	"strings"

	"redrive/model"
)

// mostText is how many bytes of a text of the server are recorded.
const mostText = 400

var (
	queries = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://[^\s"'?#]*)[?#][^\s"']*`)
	// opaque is what a token looks like that nothing names as one.
	opaque = regexp.MustCompile(`[A-Za-z0-9+/_=.~-]{32,}`)
	// ours are ids that look like tokens.
	ours = regexp.MustCompile(`^(msg|wfr|scd)_`)
)

// scrub is a text without what may be a secret in it.
func scrub(s string) string {
	s = queries.ReplaceAllString(s, "$1")
	s = model.MaskURL(s)
	s = opaque.ReplaceAllStringFunc(s, func(word string) string {
		if ours.MatchString(word) || strings.Contains(word, "/") && !strings.ContainsAny(word, "+=") && !hasLongPart(word) {
			return word
		}
		return model.Masked
	})
	if len(s) > mostText {
		s = strings.ToValidUTF8(s[:mostText], "") + "…"
	}
	return s
}

// hasLongPart tells whether a part of a path is long enough for one of a token.
func hasLongPart(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		if len(part) >= 20 {
			return true
		}
	}
	return false
}

// address is a URL without its query, its fragment and its password. What is no URL stays as it is.
func address(raw string) string {
	raw, _, _ = strings.Cut(raw, "#")
	raw, _, _ = strings.Cut(raw, "?")
	return model.MaskURL(raw)
}

const inPart = ", as far as it is recorded"

// unsendable is a URL as it is recorded where it has to come back whole: one that had to be changed is such that a call with
// it is refused, instead of going somewhere else.
func unsendable(raw string) string {
	u, err := url.Parse(raw)
	if a := address(raw); (a != raw || err == nil && u.User != nil) && !strings.HasSuffix(a, inPart) {
		return a + inPart
	}
	return raw
}

// Scrub is a text without what may be a secret in it, as it is recorded: without the query of URLs, with tokens masked, and cut
// where it is long.
func Scrub(s string) string { return scrub(s) }
