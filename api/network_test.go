package api_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"redrive/api"
	"redrive/model"
)

func TestRedirectIsNotFollowedAndTheTokenStaysHome(t *testing.T) {
	var elsewhere recorder
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { elsewhere.note(r) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, op := range append(reads, writes...) {
			var home recorder
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				home.note(r)
				http.Redirect(w, r, other.URL+"/stolen", status)
			})
			if err := op.do(t, c); err == nil {
				t.Errorf("%d %s was taken for a success", status, op.name)
			}
			if n := len(home.all()); n != 1 && op.name != "list by id" {
				t.Errorf("%d %s was sent %d times", status, op.name, n)
			}
		}
	}
	if got := elsewhere.all(); len(got) > 0 {
		t.Errorf("another host got %q", got)
	}
}

func TestRequestHasTheTokenAndNothingThatChangesItsMeaning(t *testing.T) {
	for _, op := range append(reads, writes...) {
		t.Run(op.name, func(t *testing.T) {
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				for name, want := range map[string]string{
					"Authorization": "Bearer " + token, "User-Agent": "redrive", "Content-Type": "", "Idempotency-Key": "",
					"X-Idempotency-Key": "", "Cookie": "", "Transfer-Encoding": "",
				} {
					if got := r.Header.Get(name); got != want {
						t.Errorf("%s is %q, want %q", name, got, want)
					}
				}
				if body, _ := io.ReadAll(r.Body); len(body) > 0 || r.ContentLength > 0 {
					t.Errorf("it has a body: %q", body)
				}
				for name, values := range r.URL.Query() {
					for _, v := range values {
						if v == "" || strings.Contains(name, "token") {
							t.Errorf("%s=%q", name, v)
						}
					}
				}
				w.Header().Set("Set-Cookie", "a=b")
				_, _ = io.WriteString(w, `{"messageId":"m","workflowRunId":"w","url":"u","responses":[{"messageId":"m","workflowRunId":"w"}],"deleted":0}`)
			})
			if err := op.do(t, c); err != nil {
				t.Error(err)
			}
			_ = op.do(t, c)
		})
	}
}

func TestServerThatHangsIsGivenUpAtTheDeadline(t *testing.T) {
	hang := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	hangInBody := func(r *http.Request) (*http.Response, error) {
		resp := reply(r, 200, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"mess`), untilDone{r.Context()}))
		return resp, nil
	}
	for name, f := range map[string]roundTrip{"before the answer": hang, "in the answer": hangInBody} {
		for _, op := range append(reads, writes[:2]...) {
			t.Run(name+" "+op.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					began := time.Now()
					err := op.do(t, newClient(t, "http://localhost", over(f)))
					if kindOf(err) != "lost answer" || !strings.Contains(err.Error(), "longer than 30s") {
						t.Errorf("got %s: %v", kindOf(err), err)
					}
					if took := time.Since(began); took != 30*time.Second {
						t.Errorf("it took %v", took)
					}
				})
			})
		}
	}
}

type untilDone struct{ ctx context.Context }

func (u untilDone) Read([]byte) (int, error) {
	<-u.ctx.Done()
	return 0, u.ctx.Err()
}

func TestServerThatHangsOverTheNetworkIsGivenUp(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	for _, op := range append(reads[:1:1], writes...) {
		c := serve(t, func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-release:
			}
		}, func(cfg *api.Config) { cfg.Timeout = 20 * time.Millisecond })
		if err := op.do(t, c); kindOf(err) != "lost answer" {
			t.Errorf("%s: %v", op.name, err)
		}
	}
}

// trickle gives one byte every second.
type trickle struct{ r io.Reader }

func (s trickle) Read(p []byte) (int, error) {
	time.Sleep(time.Second)
	return s.r.Read(p[:1])
}

func TestAnswerThatKeepsComingIsWaitedForLongerThanAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := `{"messages":[{"dlqId":"1760000000123-0","url":"https://a.example/hook"}]}`
		c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
			resp := reply(r, 200, "")
			resp.Body = io.NopCloser(trickle{strings.NewReader(body)})
			return resp, nil
		}))
		page, err := c.List(t.Context(), model.Query{})
		if err != nil || len(page.Entries) != 1 {
			t.Errorf("%v, %v", page, err)
		}
		body = `{"messages":[{"dlqId":"1760000000123-0","url":"https://a.example/` + strings.Repeat("x", 200) + `"}]}`
		if _, err := c.List(t.Context(), model.Query{}); kindOf(err) != "lost answer" || !strings.Contains(err.Error(), "longer than 2m0s") {
			t.Error(err)
		}
	})
}

func TestWriteHasItsTimeAltogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
			resp := reply(r, 201, "")
			resp.Body = io.NopCloser(trickle{strings.NewReader(`{"messageId":"` + strings.Repeat("x", 100) + `"}`)})
			return resp, nil
		}))
		began := time.Now()
		_, err := c.Do(t.Context(), retryOf(t, someI))
		if took := time.Since(began); kindOf(err) != "lost answer" || took > 31*time.Second {
			t.Errorf("after %v: %v", took, err)
		}
	})
}

func TestCancelledReadReturnsTheErrorOfItsContext(t *testing.T) {
	for _, op := range reads {
		t.Run(op.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
				cancel()
				<-r.Context().Done()
				return nil, r.Context().Err()
			}))
			if err := op.do(withContext{t, ctx}, c); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
}

// withContext lets an operation run under a context of the test's.
type withContext struct {
	testing.TB
	ctx context.Context
}

func (w withContext) Context() context.Context { return w.ctx }

func TestWriteThatIsCancelledSaysWhetherItLeft(t *testing.T) {
	for _, op := range writes {
		ctx, cancel := context.WithCancel(t.Context())
		var rec recorder
		c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
			rec.note(r)
			cancel()
			<-r.Context().Done()
			return nil, r.Context().Err()
		}))
		if err := op.do(withContext{t, ctx}, c); kindOf(err) != "lost answer" || !errors.Is(err, context.Canceled) {
			t.Errorf("%s, under way: %v", op.name, err)
		}
		if err := op.do(withContext{t, ctx}, c); kindOf(err) != "never sent" || !errors.Is(err, context.Canceled) {
			t.Errorf("%s, before: %v", op.name, err)
		}
		if n := len(rec.all()); n != 1 {
			t.Errorf("%s was sent %d times", op.name, n)
		}
	}
}

func TestCompressedAnswerIsRead(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			t.Error("gzip is not offered")
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, `{"messages":[{"dlqId":"1760000000123-0"}]}`)
		_ = z.Close()
	})
	if page, err := c.List(t.Context(), model.Query{}); err != nil || len(page.Entries) != 1 {
		t.Errorf("%v, %v", page, err)
	}
}

func TestAddressMayHaveAPathOfItsOwn(t *testing.T) {
	var rec recorder
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec.note(r)
		_, _ = io.WriteString(w, `{"messageId":"m"}`)
	}))
	defer server.Close()
	c := newClient(t, server.URL+"/base/")
	_, _ = c.List(t.Context(), model.Query{})
	_, _ = c.Do(t.Context(), retryOf(t, someI))
	if got := strings.Join(rec.all(), ", "); got != "GET /base/v2/dlq?count=100, POST /base/v2/dlq/retry/"+someI {
		t.Error(got)
	}
}

func TestUnreachableServerIsAskedForAPageALittleMoreOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for failures, want := range map[int]string{1: "none", 2: "none", 3: "never sent"} {
			var rec recorder
			c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
				rec.note(r)
				if len(rec.all()) <= failures {
					return nil, &net.OpError{Op: "dial", Err: errors.New("no route")}
				}
				return reply(r, 200, `{}`), nil
			}))
			_, err := c.List(t.Context(), model.Query{})
			if kindOf(err) != want || len(rec.all()) > 3 {
				t.Errorf("after %d failures: %v, %d requests", failures, err, len(rec.all()))
			}
		}
	})
}

func TestReadThatMayHaveArrivedIsNotRepeated(t *testing.T) {
	for _, f := range []roundTrip{
		func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
		func(r *http.Request) (*http.Response, error) { return reply(r, 500, ""), nil },
		func(r *http.Request) (*http.Response, error) { return reply(r, 200, "<html>"), nil },
	} {
		var rec recorder
		c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) { rec.note(r); return f(r) }))
		if _, err := c.List(t.Context(), model.Query{}); err == nil || len(rec.all()) != 1 {
			t.Errorf("%v, %q", err, rec.all())
		}
	}
}
