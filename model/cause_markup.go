package model

import (
	"slices"
	"strings"
)

// readMarkup is the error in a page of HTML or in XML: the title, the first heading and what stands out below it.
func readMarkup(out []byte, s string) []byte {
	p := newPage(s)
	if text := platformPage(&p); text != "" {
		return append(out, text...)
	}
	if code, message := p.element("Code"), p.element("Message"); code != "" || message != "" {
		return joinText(joinText(out, code), message) // as AWS and Azure answer
	}
	if message := p.element("faultstring"); message != "" {
		return joinText(joinText(out, p.element("faultcode")), message)
	}
	title, heading := p.element("title"), p.element("h1")
	below := p.element("pre")
	if value := after(s, `class="exception_value">`); value != "" {
		below = value
	}
	if below == "" && heading != "" {
		below = p.element("h2")
	}
	if message := after(s, "<b>Message</b>"); message != "" {
		below = message // as Tomcat does
	}
	if title == "" && heading == "" && below == "" {
		below = p.element("p")
	}
	if strings.Contains(heading, "Whitelabel") {
		title, heading, below = "", p.element("div"), ""
		if i := strings.Index(s, "There was an unexpected error"); i >= 0 {
			heading = textOf(s[i:min(len(s), i+longestCause)], "</div>")
			after := newPage(s[i:])
			below = after.element("div")
		}
	}
	if !isGenericTitle(title) || heading == "" && below == "" {
		out = joinText(out, title)
	}
	if !isGenericTitle(heading) || len(out) == 0 && below == "" {
		out = joinText(out, heading)
	}
	if below == "" && (isStatusPhrase(strings.Trim(title, "0123456789 :-")) || isStatusPhrase(strings.Trim(heading, "0123456789 :-()"))) {
		below = p.element("p")
	}
	out = joinText(out, below)
	if len(out) == 0 {
		out = joinText(out, textOf(s, ""))
	}
	if mark := serverMark(s); mark != "" && len(out) > 0 {
		out = slices.Insert(out, 0, []byte(mark+": ")...)
	}
	return cutRune(out, longestCause)
}

func isGenericTitle(s string) bool {
	switch lowered(strings.TrimSpace(s)) {
	case "", "error", "error response", "errors", "oops", "oops!", "exception", "document", "action controller: exception caught":
		return true
	}
	return false
}

func joinText(out []byte, part string) []byte {
	if part == "" {
		return out
	}
	normal := takeSpace()
	defer normal.giveBack()
	return cutRune(join(out, 0, appendNormal(normal[:0], MaskText(firstLine(part)))), longestCause)
}

// tags are the elements that errors are read from; those of XML are told apart by their case.
var tags = [...]string{"title", "h1", "h2", "pre", "p", "div", "Code", "Message", "faultcode", "faultstring"}

// page is where in markup the content of the first element of every one of [tags] begins.
type page struct {
	s  string
	at [len(tags)]int
}

func newPage(s string) page {
	p := page{s: s}
	for i := 0; ; {
		n := strings.IndexByte(s[i:], '<')
		if n < 0 {
			return p
		}
		i += n + 1
		end := i
		for end < len(s) && isAlnum(s[end]) && end-i < len("faultstring") {
			end++
		}
		if end == i || end == len(s) || s[end] != '>' && !isSpace(s[end]) {
			continue
		}
		for t, name := range tags {
			if len(name) == end-i && p.at[t] == 0 && (s[i:end] == name || !isUpper(name[0]) && equalFoldASCII(s[i:end], name)) {
				if n := strings.IndexByte(s[end:], '>'); n >= 0 {
					p.at[t] = end + n + 1
				}
				break
			}
		}
	}
}

func (p *page) has(name string) bool {
	for t, n := range tags {
		if n == name {
			return p.at[t] > 0
		}
	}
	return false
}

// element is the text of the first element of the name, which is one of [tags].
func (p *page) element(name string) string {
	for t, n := range tags {
		if n == name && p.at[t] > 0 {
			return textOf(p.s[p.at[t]:], "</"+lowered(name))
		}
	}
	return ""
}

// after is the text of what follows the mark, up to the end of the element.
func after(s, mark string) string {
	i := strings.Index(s, mark)
	if i < 0 {
		return ""
	}
	return textOf(s[i+len(mark):], "</p")
}

var entities = strings.NewReplacer(
	"&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#39;", "'", "&#x27;", "'", "&nbsp;", " ", "&#x2F;", "/", "&#x2f;", "/", "&#34;", `"`, "&mdash;", "-",
	"&ndash;", "-", "&rsquo;", "'", "&#8211;", "-", "&#47;", "/", "&apos;", "'", "&amp;", "&",
)

// textOf is the text of markup up to the tag that ends it: a line break and the end of a block end the line.
func textOf(s, end string) string {
	if n := strings.IndexByte(s, '<'); n >= 0 && n < longestCause && end != "" && hasTag(s[n:], end) {
		return plainText(s[:n])
	}
	var b strings.Builder
	for i := 0; i < len(s) && b.Len() < longestCause; {
		if s[i] != '<' {
			n := strings.IndexByte(s[i:], '<')
			if n < 0 {
				n = len(s) - i
			}
			b.WriteString(s[i : i+min(n, longestCause)])
			i += n
			continue
		}
		tag := s[i:]
		if end != "" && len(tag) >= len(end) && equalFoldASCII(tag, end) {
			break
		}
		switch {
		case hasTag(tag, "<br"), hasTag(tag, "</h"), hasTag(tag, "</p"), hasTag(tag, "</div"), hasTag(tag, "</li"):
			b.WriteByte('\n')
		case hasTag(tag, "<style"), hasTag(tag, "<script"):
			if n := strings.Index(tag, "</s"); n > 0 {
				i += n
				tag = s[i:]
			}
		case hasTag(tag, "</pre"), hasTag(tag, "</body"):
			i = len(s)
			continue
		}
		n := strings.IndexByte(tag, '>')
		if n < 0 {
			break
		}
		i += n + 1
	}
	return plainText(b.String())
}

// plainText is text without tags as it is read.
func plainText(text string) string {
	if strings.IndexByte(text, '&') >= 0 {
		text = entities.Replace(text)
	}
	return strings.TrimSpace(text)
}

func hasTag(s, tag string) bool { return len(s) >= len(tag) && equalFoldASCII(s, tag) }

// serverMark is the server that a page which says no more than its status is from.
func serverMark(s string) string {
	tail := s[max(0, len(s)-longestCause):]
	_, tail, found := strings.Cut(tail, "<hr")
	if !found {
		return ""
	}
	for _, name := range [...]string{"openresty", "nginx", "cloudflare", "Apache", "awselb", "Microsoft-Azure-Application-Gateway", "varnish", "Werkzeug"} {
		if strings.Contains(tail, name) {
			return name
		}
	}
	return ""
}
