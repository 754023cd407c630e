package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"redrive/api"
	"redrive/model"
)

func TestStatusDecidesTheErrorOfReadsAndWrites(t *testing.T) {
	burst := []string{"Burst-RateLimit-Limit", "10", "Burst-RateLimit-Remaining", "0", "Burst-RateLimit-Reset", "4102444800"}
	daily := []string{"RateLimit-Limit", "1000", "RateLimit-Remaining", "0", "RateLimit-Reset", "4102444800"}
	for _, c := range []struct {
		status      int
		header      []string
		read, write string
	}{
		{301, []string{"Location", "/x"}, "unreadable", "lost answer"},
		{302, nil, "unreadable", "lost answer"},
		{307, []string{"Location", "/x"}, "unreadable", "lost answer"},
		{308, []string{"Location", "/x"}, "unreadable", "lost answer"},
		{400, nil, "bad request", "bad request"},
		{401, nil, "unauthorized", "unauthorized"},
		{402, nil, "bad request", "bad request"},
		{403, nil, "unauthorized", "unauthorized"},
		{405, nil, "bad request", "bad request"},
		{409, nil, "bad request", "bad request"},
		{412, nil, "quota", "quota"},
		{413, nil, "bad request", "bad request"},
		{429, burst, "rate limit", "rate limit"},
		{429, nil, "rate limit", "rate limit"},
		{429, daily, "daily limit", "daily limit"},
		{500, nil, "server", "lost answer"},
		{502, nil, "server", "lost answer"},
		{503, nil, "server", "lost answer"},
		{504, nil, "server", "lost answer"},
		{599, nil, "server", "lost answer"},
	} {
		for kind, operations := range map[string][]operation{"read": reads, "write": writes} {
			want := c.read
			if kind == "write" {
				want = c.write
			}
			for _, op := range operations {
				t.Run(fmt.Sprintf("%d%v %s", c.status, len(c.header) > 0, op.name), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						err := op.do(t, instant(t, c.status, `{"error":"the server's words"}`, c.header...))
						if got := kindOf(err); got != want {
							t.Errorf("got %s (%v), want %s", got, err, want)
						}
						if want != "rate limit" && want != "daily limit" && !strings.Contains(fmt.Sprint(err), "the server's words") {
							t.Errorf("the server's words are lost: %v", err)
						}
					})
				})
			}
		}
	}
}

func TestSuccessThatCannotBeReadDecidesTheError(t *testing.T) {
	deep := strings.Repeat(`[`, 20_000)
	for name, body := range map[string]string{
		"nothing": "", "text": "Method Not Allowed", "a page": "<html><body>Sign in</body></html>", "a list": "[]",
		"null": "null", "cut off": `{"messages":[{"dlqId":"1`, "no JSON inside": `{"messages":[{"dlqId":}]}`,
		"too deep": `{"x":` + deep,
	} {
		for kind, operations := range map[string][]operation{"unreadable": reads, "lost answer": writes[:2]} {
			for _, op := range operations {
				t.Run(name+" "+op.name, func(t *testing.T) {
					err := op.do(t, answering(t, 200, body))
					if got := kindOf(err); got != kind {
						t.Errorf("got %s (%v), want %s", got, err, kind)
					}
				})
			}
		}
	}
}

func TestAnswerThatNamesNothingNewLeavesAWriteInDoubt(t *testing.T) {
	for _, body := range []string{
		`{}`, `{"messageId":""}`, `{"messageId":null}`, `{"messageId":7}`, `{"responses":[]}`, `{"responses":null}`,
		`{"responses":[{"messageId":"a"},{"messageId":"b"}]}`, `{"responses":[7]}`, `{"workflowRuns":[]}`, `{"error":"no"}`,
	} {
		for _, op := range writes[:2] {
			if got := kindOf(op.do(t, answering(t, 200, body))); got != "lost answer" {
				t.Errorf("%s of %s: got %s", op.name, body, got)
			}
		}
	}
}

func TestAnswerThatIsNotJSONIsShownByItsBeginning(t *testing.T) {
	c := answering(t, 200, "<html>"+strings.Repeat("ä", 500))
	_, err := c.List(t.Context(), model.Query{})
	var unreadable *model.UnreadableError
	if !errors.As(err, &unreadable) {
		t.Fatal(err)
	}
	if d := unreadable.Detail; len(d) > 200 || len(d) < 198 || !strings.HasPrefix(d, "<html>ä") || !strings.HasSuffix(d, "ä") {
		t.Errorf("shown: %d bytes, %q", len(d), d)
	}
}

func TestErrorIsOneSentence(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
	}{{200, `{"messages":[{"dlq`}, {200, "<html>x</html>"}, {404, ""}, {500, ""}, {302, ""}, {401, "no"}} {
		for _, op := range append(reads[:1:1], writes[0]) {
			err := op.do(t, answering(t, c.status, c.body))
			if err == nil || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "jsontext") {
				t.Errorf("%d %s: %v", c.status, op.name, err)
			}
		}
	}
}

func TestTokenIsInNoErrorText(t *testing.T) {
	forms := []string{token, url.QueryEscape(token), url.PathEscape(token)}
	// What is cut must not leave a part of it either.
	const part = 8
	clean := func(t *testing.T, err error) {
		t.Helper()
		if err == nil {
			t.Error("there is no error to look at")
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			for _, form := range forms {
				if strings.Contains(fmt.Sprintf("%s %v %q %+v", e, e, e, e), form[:part]) {
					t.Errorf("the token is in %q", e)
				}
			}
		}
	}
	echo := strings.Repeat("x", 175) + strings.Join(forms, " ") + strings.Repeat(" "+token, 300)
	for _, status := range []int{200, 302, 400, 401, 403, 404, 412, 429, 500} {
		for _, body := range []string{echo, `{"error":"` + echo + `"}`, `{"messages":"` + echo + `"}`, `{"messageId":"` + echo} {
			for _, op := range append(reads[:4:4], writes...) {
				t.Run(fmt.Sprint(status, op.name), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						err := op.do(t, instant(t, status, body, "Location", "/?t="+token))
						if err == nil && (status == 200 || status == 404) {
							return
						}
						clean(t, err)
					})
				})
			}
		}
	}
	for name, cause := range map[string]error{
		"a plain error": errors.New("proxy said " + token),
		"a wrapped one": fmt.Errorf("a: %w", errors.New(url.QueryEscape(token))),
	} {
		for _, op := range append(reads[:4:4], writes...) {
			t.Run(name+" "+op.name, func(t *testing.T) {
				clean(t, op.do(t, newClient(t, "http://localhost", over(func(*http.Request) (*http.Response, error) { return nil, cause }))))
			})
		}
	}
	for _, bad := range []api.Config{
		{URL: token, Token: token},
		{URL: "https://u:" + url.PathEscape(token) + "@x.io", Token: token},
		{URL: "https://x.io/?qstash_token=" + token, Token: token},
		{URL: "http://x.io", Token: token},
		{URL: "ftp://" + token, Token: token},
		{URL: ":" + token, Token: token},
		{Token: token + "\x00"},
		{URL: "https://x.io/#" + token, Token: token},
		{URL: "mailto:" + token, Token: token},
	} {
		_, err := api.New(bad)
		clean(t, err)
	}
}

func TestLimitForTheDayIsToldFromTheOneForBursts(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	unix := func(d time.Duration) string { return fmt.Sprint(now.Add(d).Unix()) }
	for _, c := range []struct {
		name   string
		header []string
		daily  bool
		until  time.Time
	}{
		{"nothing said", nil, false, now.Add(time.Second)},
		{"reset in seconds", []string{"Burst-RateLimit-Reset", unix(3 * time.Second)}, false, now.Add(3 * time.Second)},
		{"reset in milliseconds", []string{"Burst-RateLimit-Reset", fmt.Sprint(now.Add(2500 * time.Millisecond).UnixMilli())}, false, now.Add(2500 * time.Millisecond)},
		{"reset already over", []string{"Burst-RateLimit-Reset", unix(-5 * time.Second)}, false, now.Add(time.Second)},
		{"reset far away, as by another clock", []string{"Burst-RateLimit-Reset", unix(time.Hour)}, false, now.Add(time.Minute)},
		{"reset that is no number", []string{"Burst-RateLimit-Reset", "soon"}, false, now.Add(time.Second)},
		{"the day", []string{"RateLimit-Limit", "1000", "RateLimit-Remaining", "0", "RateLimit-Reset", unix(5 * time.Hour)}, true, now.Add(5 * time.Hour)},
		{"the day, without more", []string{"RateLimit-Limit", "1000"}, true, time.Time{}},
		{"a burst, while the day has some left", []string{"RateLimit-Limit", "1000", "RateLimit-Remaining", "12", "Burst-RateLimit-Reset", unix(2 * time.Second)}, false, now.Add(2 * time.Second)},
		{"the day, with less left than was needed", []string{"RateLimit-Limit", "1000", "RateLimit-Remaining", "12", "RateLimit-Reset", unix(5 * time.Hour)}, true, now.Add(5 * time.Hour)},
		{
			"the day, while bursts have some left",
			[]string{"RateLimit-Limit", "1000", "RateLimit-Remaining", "12", "RateLimit-Reset", unix(5 * time.Hour), "Burst-RateLimit-Limit", "10", "Burst-RateLimit-Remaining", "9", "Burst-RateLimit-Reset", unix(2 * time.Second)},
			true, now.Add(5 * time.Hour),
		},
		{
			"a burst, with both at hand",
			[]string{"RateLimit-Limit", "1000", "RateLimit-Remaining", "12", "Burst-RateLimit-Limit", "10", "Burst-RateLimit-Remaining", "0", "Burst-RateLimit-Reset", unix(2 * time.Second)},
			false, now.Add(2 * time.Second),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := newClient(t, "http://localhost", func(cfg *api.Config) { cfg.Now = func() time.Time { return now } },
				over(func(r *http.Request) (*http.Response, error) { return reply(r, 429, "", c.header...), nil }))
			_, err := client.Do(context.Background(), retryOf(t, someI))
			var limited *model.RateLimitedError
			if !errors.As(err, &limited) {
				t.Fatal(err)
			}
			if limited.Daily != c.daily || !limited.Until.Equal(c.until) {
				t.Errorf("daily %v until %v, want %v %v", limited.Daily, limited.Until, c.daily, c.until)
			}
		})
	}
}

func TestMissingEntryIsNotFoundAndAMissingQueueIsNot(t *testing.T) {
	c := answering(t, 404, `{"error":"not found"}`)
	_, err := c.Get(t.Context(), key(model.WorkflowRun, someI))
	var gone *model.NotFoundError
	if !errors.As(err, &gone) || gone.What != "workflow run "+someI || gone.Detail != "not found" {
		t.Errorf("%#v", err)
	}
	if _, err = c.Control(t.Context(), model.ControlCall{Name: "mail"}); kindOf(err) != "bad request" {
		t.Error(err)
	}
}

func TestBodyThatBreaksOffIsAnErrorOfItsOwn(t *testing.T) {
	for _, op := range append(reads[:1:1], writes[:2]...) {
		for _, broken := range []error{io.ErrUnexpectedEOF, errors.New("connection reset")} {
			c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
				resp := reply(r, 200, "")
				resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"messages":[{"dlqId":"1`), failing{broken}))
				return resp, nil
			}))
			want := "lost answer"
			if op.name == "list messages" && errors.Is(broken, io.ErrUnexpectedEOF) {
				want = "unreadable"
			}
			if err := op.do(t, c); kindOf(err) != want {
				t.Errorf("%s, %v: %v, want %s", op.name, broken, err, want)
			}
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
