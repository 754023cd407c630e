package model

import "regexp"

// Masked stands in for a secret.
const Masked = "••••••"

// secretName matches names of headers, JSON fields, form fields and query parameters whose values are secrets.
const secretName = `[\w.\-]*(?:authorization|password|passwd|secret|token|signature|api[_\-]?key|apikey|access[_\-]?key|private[_\-]?key|credential|session[_\-]?id|cookie)[\w.\-]*`

var (
	secretHeader = regexp.MustCompile(`(?i)^` + secretName + `$`)
	secretJSON   = regexp.MustCompile(`(?i)("` + secretName + `"\s*:\s*)("(?:[^"\\]|\\.)*(?:"|\\?$)|[^\s",{}\[\]]+)`)
	secretForm   = regexp.MustCompile(`(?i)((?:^|[&?\s;])` + secretName + `=)[^&\s;"]+`)
	urlPassword  = regexp.MustCompile(`(?i)^([a-z][a-z0-9+.\-]*://[^/?#:@]*:)[^/?#]+@`)
	bearer       = regexp.MustCompile(`(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=\-]{8,}`)
)

// MaskHeader is the value of a header with secrets masked.
func MaskHeader(name, value string) string {
	if secretHeader.MatchString(name) {
		return Masked
	}
	return MaskText(value)
}

// MaskText masks what looks like a secret in a body or another text: values of fields with telling names, and bearer
// tokens.
func MaskText(s string) string {
	s = secretJSON.ReplaceAllString(s, `${1}"`+Masked+`"`)
	s = secretForm.ReplaceAllString(s, `${1}`+Masked)
	return bearer.ReplaceAllString(s, `${1}${2}`+Masked)
}

// MaskURL masks secrets in the query and the password of a URL.
func MaskURL(raw string) string {
	raw = urlPassword.ReplaceAllString(raw, `${1}`+Masked+`@`)
	return secretForm.ReplaceAllString(raw, `${1}`+Masked)
}
