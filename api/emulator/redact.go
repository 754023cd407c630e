package emulator

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// What Upstash-Redact-Fields can name. The plural is the published spelling,
// the singular that of the SDKs.
const (
	redactBody    = "body"
	redactHeader  = "header"
	redactHeaders = "headers"
)

// redactions reads Upstash-Redact-Fields.
func redactions(value string) ([]string, error) {
	fields := labelList(value)
	for n, field := range fields {
		name, one := redactedHeader(field)
		switch {
		case field == redactBody, field == redactHeader:
		case field == redactHeaders:
			fields[n] = redactHeader
		case one && name != "":
			fields[n] = redactHeader + "[" + name + "]"
		default:
			return nil, badRequest("invalid Upstash-Redact-Fields: %q", field)
		}
	}
	return fields, nil
}

// redactedHeader is the name in header[Name].
func redactedHeader(field string) (name string, one bool) {
	inner, closed := strings.CutSuffix(field, "]")
	kind, name, opened := strings.Cut(inner, "[")
	return name, closed && opened && (kind == redactHeader || kind == redactHeaders)
}

func redacted(value []byte) string {
	sum := sha256.Sum256(value)
	return "REDACTED:" + hex.EncodeToString(sum[:])
}

// readable is the entry as it may be shown: whole, with what is redacted put
// out of sight.
func (e *Entry) readable() *Entry {
	full := e.full()
	if len(full.RedactFields) == 0 {
		return full
	}
	shown := *full
	if slices.Contains(shown.RedactFields, redactBody) && len(shown.Body) > 0 {
		shown.Body = []byte(redacted(shown.Body))
	}
	shown.Header = make(Header, len(full.Header))
	for name, values := range full.Header {
		shown.Header[name] = values
		if !full.hides(name) {
			continue
		}
		hidden := make([]string, len(values))
		for n, value := range values {
			hidden[n] = redacted([]byte(value))
		}
		shown.Header[name] = hidden
	}
	return &shown
}

func (e *Entry) hides(header string) bool {
	return slices.ContainsFunc(e.RedactFields, func(field string) bool {
		name, one := redactedHeader(field)
		return field == redactHeader || one && strings.EqualFold(name, header)
	})
}
