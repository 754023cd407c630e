package model_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"redrive/model"
)

func TestErrorsAreOneSentenceAndToldApart(t *testing.T) {
	root := errors.New("connection reset")
	until := time.Date(2026, 11, 20, 4, 5, 6, 0, time.FixedZone("", 3600))
	for _, c := range []struct {
		err  error
		is   func(error) bool
		want string
	}{
		{
			&model.UnauthorizedError{Host: "h", Status: 401, Detail: "invalid token"}, as[*model.UnauthorizedError],
			"h refused the token: invalid token: check QSTASH_TOKEN, and that QSTASH_URL is the token's region",
		},
		{
			&model.UnauthorizedError{Host: "h", Status: 403}, as[*model.UnauthorizedError],
			"h does not permit this with this token: use a token that may write",
		},
		{
			&model.NotFoundError{What: "1-0"}, as[*model.NotFoundError],
			"1-0 is not in the DLQ any more: it was retried, deleted or has expired",
		},
		{
			&model.RateLimitedError{Host: "h", Until: until}, as[*model.RateLimitedError],
			"h limits the rate of requests until 03:05:06 UTC: it is asked again then",
		},
		{
			&model.RateLimitedError{Host: "h"}, as[*model.RateLimitedError],
			"h limits the rate of requests: it is asked again soon",
		},
		{
			&model.RateLimitedError{Host: "h", Until: until, Daily: true}, as[*model.RateLimitedError],
			"the daily limit of h is used up until 03:05:06 UTC: nothing more can be sent before then",
		},
		{
			&model.RateLimitedError{Host: "h", Daily: true}, as[*model.RateLimitedError],
			"the daily limit of h is used up: nothing more can be sent today",
		},
		{&model.QuotaError{Detail: "5 retries"}, as[*model.QuotaError], "the plan's quota does not allow this: 5 retries"},
		{&model.BadRequestError{Host: "h", Status: 400}, as[*model.BadRequestError], "h refused the request (400)"},
		{&model.ServerError{Host: "h", Status: 502, Detail: "bad gateway"}, as[*model.ServerError], "h failed (502): bad gateway: try again with r"},
		{&model.LostAnswerError{Host: "h", Cause: root}, as[*model.LostAnswerError], "no answer came from h (connection reset)"},
		{&model.LostAnswerError{Host: "h"}, as[*model.LostAnswerError], "no answer came from h"},
		{
			&model.NeverSentError{Host: "h", Cause: root}, as[*model.NeverSentError],
			"h cannot be reached (connection reset): check the network and QSTASH_URL",
		},
		{
			&model.UnreadableError{Host: "h", What: "not JSON", Detail: "<html>"}, as[*model.UnreadableError],
			"h sent an answer that cannot be read (not JSON): <html>: check that QSTASH_URL is a QStash",
		},
		{
			&model.ReadOnlyError{Verb: model.Resume}, as[*model.ReadOnlyError],
			"nothing was sent: resume is off, since redrive was started with --read-only",
		},
		{
			&model.ReadOnlyError{}, as[*model.ReadOnlyError],
			"nothing was sent: changing queues is off, since redrive was started with --read-only",
		},
		{
			&model.ReadOnlyError{What: "publishing"}, as[*model.ReadOnlyError],
			"nothing was sent: publishing is off, since redrive was started with --read-only",
		},
		{
			&model.SomeNotFoundError{Host: "h", Detail: "2 not found"}, as[*model.SomeNotFoundError],
			"h did not find some of the entries: 2 not found: which of the others were done is not known until they are read",
		},
		{&model.RefusedError{Reason: "the id is empty"}, as[*model.RefusedError], "nothing was sent: the id is empty"},
		{model.ErrEmptySelection, as[*model.RefusedError], "nothing was sent: no entry is selected"},
		{model.ErrEmptySelection, func(err error) bool { return errors.Is(err, model.ErrEmptySelection) }, "nothing was sent: no entry is selected"},
	} {
		got := c.err.Error()
		if got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		if strings.ContainsAny(got, "\n\t") || strings.Contains(got, "%!") || strings.HasSuffix(got, ".") || strings.Contains(got, "  ") {
			t.Errorf("%q is not one sentence", got)
		}
		if !c.is(fmt.Errorf("listing: %w", c.err)) {
			t.Errorf("%T is not found when it is wrapped", c.err)
		}
	}
}

func as[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func TestCauseOfALostOrUnsentRequestCanBeFound(t *testing.T) {
	root := errors.New("connection reset")
	for _, err := range []error{&model.LostAnswerError{Cause: root}, &model.NeverSentError{Cause: root}} {
		if !errors.Is(err, root) {
			t.Errorf("%T hides its cause", err)
		}
	}
}
