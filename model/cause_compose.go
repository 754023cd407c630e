package model

import (
	"bytes"
	"slices"
	"strings"
)

// compose writes what an error in JSON says, the more general first, each part once.
func (r *jsonReading) compose(out []byte) []byte {
	begin := len(out)
	slots := &r.slots
	code := &slots[slotCode]
	if code.number && isStatusNumber(code.value) {
		code.set = false
	}
	if state := &slots[slotState]; state.set && isErrorText(state.value) && !code.set && !slots[slotType].set {
		slots[slotCode] = *state // such as UNAVAILABLE
	}
	message := slots[slotMessage].set || slots[slotDetail].set || len(r.items) > 0
	for s, f := range slots {
		if !f.set || slot(s) == slotState {
			continue
		}
		value := f.value
		switch slot(s) {
		case slotCode:
			if !isErrorText(value) && !isDigit(value[0]) && value[0] != '-' {
				continue
			}
		case slotType:
			if value = typeName(value); !isErrorText(value) || lowered(value) == "about:blank" {
				continue
			}
		case slotLabel, slotTitle:
			if !isErrorText(value) || message && isStatusPhrase(value) {
				continue
			}
		}
		part := takeSpace()
		if slot(s) == slotCode && isCode(value) {
			out = join(out, begin, append(part[:0], value...))
		} else {
			out = join(out, begin, appendNormal(part[:0], MaskText(firstLine(value))))
		}
		part.giveBack()
	}
	if len(out) == begin && len(r.items) == 0 {
		r.items = r.loose
	}
	slices.Sort(r.items)
	for _, item := range r.items[:min(len(r.items), keptItems)] {
		out = join(out, begin, []byte(item))
	}
	return cutRune(out, longestCause)
}

// join appends a part of a text that is not in it yet.
func join(out []byte, begin int, part []byte) []byte {
	part = bytes.Trim(part, " :")
	before := bytes.TrimRight(out[begin:], ".")
	switch {
	case len(part) == 0 || bytes.Contains(out[begin:], bytes.TrimRight(part, ".")):
		return out
	case len(before) > 0 && (bytes.HasPrefix(part, before) || bytes.HasSuffix(bytes.TrimRight(part, "."), before)):
		return append(out[:begin], part...)
	case len(before) > 0:
		out = append(out[:begin+len(before)], ": "...)
	}
	return append(out, part...)
}

// typeName is the name in a type that is a URL, as problems (RFC 9457) have it; "" when it only says which status it is.
func typeName(v string) string {
	if i := strings.Index(v, "://"); i >= 0 {
		host, path, _ := strings.Cut(v[i+len("://"):], "/")
		for _, general := range [...]string{"ietf.org", "rfc-editor.org", "httpstatuses", "httpstatus", "mozilla.org", "w3.org", "iana.org"} {
			if strings.Contains(host, general) {
				return ""
			}
		}
		path = strings.TrimRight(path, "/#")
		return path[strings.LastIndexAny(path, "/#")+1:]
	}
	if strings.HasPrefix(v, "urn:") || strings.HasPrefix(v, "/") {
		v = v[strings.LastIndexAny(v, ":/")+1:]
		if isUUID(v) {
			return ""
		}
		return v
	}
	if i := strings.LastIndexByte(v, '#'); i > 0 && i+1 < len(v) {
		return v[i+1:] // as AWS has it
	}
	return v
}

// isCode tells whether a code is one word without an id in it.
func isCode(s string) bool {
	if len(s) > longestWord {
		return false
	}
	letters, digits := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case isDigit(c):
			digits++
		case isAlnum(c):
			letters++
		case strings.IndexByte("_-./:#", c) < 0:
			return false
		}
	}
	return digits <= 6 && (letters > 0 || digits > 0)
}

// isStatusPhrase tells whether the text is what HTTP calls the status, which says no more than its number.
func isStatusPhrase(s string) bool {
	switch lowered(strings.TrimSpace(s)) {
	case "internal server error", "bad request", "not found", "unauthorized", "forbidden", "bad gateway", "service unavailable",
		"gateway timeout", "unprocessable entity", "unprocessable content", "conflict", "gone", "too many requests", "method not allowed",
		"payment required", "not acceptable", "request timeout", "length required", "precondition failed", "payload too large", "server error":
		return true
	}
	return false
}
