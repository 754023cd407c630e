package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"redrive/model"
)

const (
	// errorCap is how much of the body of an error is read.
	errorCap = 64 << 10
	// errorKept is how many bytes of the server's own words about an error are kept.
	errorKept = 1000
)

// slowError is a deadline of the client's own. It is not a [context.DeadlineExceeded], which would look like the
// caller's.
type slowError struct{ after time.Duration }

func (e *slowError) Error() string { return fmt.Sprintf("it took longer than %s", e.after) }

// Timeout makes the error one of those that os.IsTimeout and net.Error know.
func (e *slowError) Timeout() bool { return true }

// oddAnswerError is what is wrong with an answer that has arrived.
type oddAnswerError struct{ what string }

func (e *oddAnswerError) Error() string { return e.what }

func odd(format string, args ...any) error { return &oddAnswerError{fmt.Sprintf(format, args...)} }

// statusError is the error for an answer that is no success.
func (c *Client) statusError(a *answer, write bool) error {
	detail := ""
	if a.status >= 200 {
		// What follows a switch of protocols has no end that a deadline could bring about.
		detail = c.detail(a)
	}
	switch {
	case a.status == http.StatusUnauthorized || a.status == http.StatusForbidden:
		return &model.UnauthorizedError{Host: c.host, Status: a.status, Detail: detail}
	case a.status == http.StatusTooManyRequests:
		if isDaily(a.header) {
			until, _ := headerTime(a.header, "RateLimit-Reset")
			return &model.RateLimitedError{Host: c.host, Until: until, Daily: true}
		}
		return &model.RateLimitedError{Host: c.host, Until: c.limit.refused(a.header)}
	case a.status == http.StatusPreconditionFailed:
		return &model.QuotaError{Detail: detail}
	case a.status >= 400 && a.status < 500:
		return &model.BadRequestError{Host: c.host, Status: a.status, Detail: detail}
	case a.status >= 500 && !write:
		return &model.ServerError{Host: c.host, Status: a.status, Detail: detail}
	case a.status >= 500:
		var what error
		if detail != "" {
			what = odd("%s", detail)
		}
		return &model.LostAnswerError{Host: c.host, Status: a.status, Cause: what}
	}
	what := fmt.Sprintf("status %d", a.status)
	if a.status >= 300 {
		what = fmt.Sprintf("a redirect, %d, which is not followed", a.status)
	}
	if write {
		return &model.LostAnswerError{Host: c.host, Status: a.status, Cause: odd("%s%s", what, after(detail))}
	}
	return &model.UnreadableError{Host: c.host, What: what, Detail: detail}
}

// contentError is the error for a success whose content cannot be used. errTooLarge of a read is left to the caller,
// who may ask for less.
func (c *Client) contentError(a *answer, err error, write bool) error {
	var what *oddAnswerError
	switch {
	case errors.Is(err, errTooLarge):
		if !write {
			return err
		}
		what = &oddAnswerError{"it is too large"}
	case errors.As(err, &what):
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		what = &oddAnswerError{"it ends in the middle"}
		if a.size == 0 {
			what = &oddAnswerError{"it is empty"}
		}
	case errors.Is(err, errNotJSON):
		what = &oddAnswerError{errNotJSON.Error()}
	default:
		return err
	}
	if write {
		return &model.LostAnswerError{Host: c.host, Status: a.status, Cause: fmt.Errorf("it cannot be read: %w", what)}
	}
	// A decoder stops as soon as it knows; a little more helps to see what came instead.
	_, _ = io.CopyN(io.Discard, a, headKept-int64(len(a.head)))
	return &model.UnreadableError{Host: c.host, What: what.what, Detail: c.shown(a.head)}
}

// detail is what the server says about an error: its error text, or the beginning of whatever it sent.
func (c *Client) detail(a *answer) string {
	a.cap = errorCap
	body, _ := io.ReadAll(a)
	if text := errorText(body); text != "" {
		return beginning([]byte(c.redact(text)), errorKept)
	}
	return c.shown(body)
}

// shown is the beginning of a text that is not what the API documents.
func (c *Client) shown(text []byte) string {
	return beginning([]byte(c.redact(strings.TrimSpace(string(text)))), headShown)
}

// errorText is the text of {"error": "…"}; empty when the body is something else.
func errorText(body []byte) string {
	s := scannerOf(body)
	text := ""
	if s.kind() != '{' {
		return ""
	}
	s.object(func(name []byte) {
		if string(name) == "error" {
			text = s.text("error")
			return
		}
		s.skip()
	})
	return text
}

// cause is why a request failed, in as few words as possible: the text of net/http repeats the address.
func (c *Client) cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	if text := err.Error(); c.redact(text) != text {
		return errors.New(c.redact(text))
	}
	return err
}

// redact takes the token out of a text that came from elsewhere.
func (c *Client) redact(text string) string {
	for _, form := range []string{c.token, url.QueryEscape(c.token), url.PathEscape(c.token)} {
		text = strings.ReplaceAll(text, form, "<token>")
	}
	return text
}

func isDialError(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial"
}

// isStatus tells whether err is a refusal with that status.
func isStatus(err error, status int) bool {
	var bad *model.BadRequestError
	return errors.As(err, &bad) && bad.Status == status
}

// beginning is at most n bytes of text; a character is not cut.
func beginning(text []byte, n int) string { return string(cutAtRune(text, n)) }

func cutAtRune(text []byte, n int) []byte {
	if len(text) <= n {
		return text
	}
	cut := n
	for i := 0; i < utf8.UTFMax-1 && cut > 0 && !utf8.RuneStart(text[cut]); i++ {
		cut--
	}
	if !utf8.RuneStart(text[cut]) {
		cut = n
	}
	return text[:cut]
}

func after(detail string) string {
	if detail == "" {
		return ""
	}
	return ": " + detail
}
