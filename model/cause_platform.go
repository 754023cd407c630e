package model

import (
	"cmp"
	"strings"
)

// platformText is the error in a text that a hosting platform answers with in place of the destination, or "".
func platformText(s string) string {
	switch {
	case strings.HasPrefix(s, "upstream connect error or disconnect/reset"), strings.HasPrefix(s, "no healthy upstream"):
		// What a proxy says of a destination that is down depends on the moment; that it is down is the cause.
		if strings.Contains(s, "reset reason: overflow") {
			return "Envoy upstream overflow"
		}
		return "Envoy upstream unavailable"
	case strings.HasPrefix(s, "error code: "):
		if code, _, _ := strings.Cut(strings.TrimSpace(s[len("error code: "):]), "\n"); isCode(code) {
			return "Cloudflare error " + strings.TrimSpace(code)
		}
	case strings.Contains(s[:min(len(s), longestCause)], "occurred with your deployment"),
		strings.HasPrefix(s, "A server error has occurred"), strings.HasPrefix(s, "The deployment could not be found"),
		strings.HasPrefix(s, "The page could not be found"), strings.HasPrefix(s, "This Serverless Function"),
		strings.HasPrefix(s, "An error occurred with this application"):
		if code := capitals(s); code != "" {
			return "Vercel " + code
		}
	}
	return ""
}

// platformPage is the error in a page that a platform answers with, or "".
func platformPage(p *page) string {
	if !p.has("title") && !p.has("h1") {
		return ""
	}
	head := p.s
	has := func(part string) bool { return strings.Contains(head, part) }
	switch {
	case has("loudflare"):
		if code := cloudflareCode(head); code != "" {
			return "Cloudflare error " + code
		}
	case has("herokucdn.com"):
		if has("no-such-app") {
			return "Heroku no such app"
		}
		return "Heroku application error"
	case has("loudfront") || has("loudFront"):
		if h := p.element("h1"); h != "" {
			out := joinText(joinText([]byte("CloudFront"), h), p.element("h2"))
			return string(out)
		}
	case has("ercel"):
		_, after, _ := strings.Cut(head, "Code")
		if code := cmp.Or(capitals(after), capitals(head)); code != "" {
			return "Vercel " + code
		}
	case has("etlify"):
		if t := p.element("h1"); t != "" {
			return string(joinText([]byte("Netlify"), t))
		}
	case has("ailway"):
		if t := p.element("h1"); t != "" {
			return string(joinText([]byte("Railway"), t))
		}
	}
	return ""
}

// cloudflareCode is the number of the error that a page of Cloudflare's shows.
func cloudflareCode(s string) string {
	for _, mark := range [...]string{`cf-error-code">`, "Error code ", "error code: ", "Error code: ", "| 5", "Error "} {
		i := strings.Index(s, mark)
		if i < 0 {
			continue
		}
		from := i + len(mark)
		if mark == "| 5" {
			from--
		}
		end := from
		for end < len(s) && isDigit(s[end]) {
			end++
		}
		if n := end - from; n == 3 || n == 4 {
			return s[from:end]
		}
	}
	return ""
}

// capitals is the first code in a text that is written in capitals with underscores.
func capitals(s string) string {
	for begin := 0; begin < len(s); {
		if !isUpper(s[begin]) {
			begin++
			continue
		}
		end, underscores := begin, 0
		for end < len(s) && (isUpper(s[end]) || s[end] == '_' || isDigit(s[end])) {
			if s[end] == '_' {
				underscores++
			}
			end++
		}
		if underscores > 0 && end-begin >= 8 && s[end-1] != '_' && (begin == 0 || !isAlnum(s[begin-1])) {
			return s[begin:min(end, begin+longestWord)]
		}
		begin = end + 1
	}
	return ""
}
