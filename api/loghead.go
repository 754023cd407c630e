package api

import (
	"unicode/utf8"

	"redrive/model"
)

// texts reads a list of strings; what is something else in it is noted and left out.
func (s *scanner) texts(field string) (all []string) {
	switch s.kind() {
	case '[':
		s.list(func() {
			if s.kind() != '"' {
				s.problem("one of "+field, "text")
				return
			}
			all = append(all, s.text(field))
		})
	case 'n':
		s.skip()
	default:
		s.problem(field, "a list")
	}
	return all
}

// head reads the beginning of a text that may be long: at most [model.ResponseHead] bytes.
func (s *scanner) head(field string) string {
	if s.kind() != '"' {
		return s.text(field)
	}
	quoted := s.raw()
	if s.err != nil {
		return ""
	}
	s.scratch = appendUnescaped(s.scratch[:0], quoted, model.ResponseHead+utf8.UTFMax)
	return s.keep(cutAtRune(s.scratch, model.ResponseHead))
}

// base64Head is head for a text that is base64 by its documentation. One that is not, or whose content would not be text
// while it is text itself, is taken as it stands.
func (s *scanner) base64Head(field string) string {
	if s.kind() != '"' {
		return s.text(field)
	}
	quoted := s.raw()
	if s.err != nil {
		return ""
	}
	s.scratch = appendUnescaped(s.scratch[:0], quoted, base64Head)
	text := s.scratch[:min(len(s.scratch), base64Head)]
	body, ok := decodeBase64(text)
	body = cutAtRune(body, model.ResponseHead)
	if !ok || !utf8.Valid(body) && utf8.Valid(text) {
		return s.keep(cutAtRune(text, model.ResponseHead))
	}
	return s.keep(body)
}
