package api_test

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"redrive/model"
)

// listen accepts connections one after the other and leaves each to the function.
func listen(t *testing.T, use func(n int, conn net.Conn)) (url string, accepted *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accepted = new(atomic.Int32)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			use(int(accepted.Add(1)), conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return "http://" + l.Addr().String(), accepted
}

// readRequest reads the head of a request from a connection.
func readRequest(conn net.Conn) {
	var head strings.Builder
	b := make([]byte, 1)
	for !strings.HasSuffix(head.String(), "\r\n\r\n") {
		if _, err := conn.Read(b); err != nil {
			return
		}
		head.Write(b)
	}
}

func TestServerThatCannotBeReachedWasNeverSentAnything(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refusing := "http://" + l.Addr().String()
	_ = l.Close()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	plain, _ := listen(t, func(_ int, conn net.Conn) {
		// A server that speaks no TLS.
		_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
	})
	for name, url := range map[string]string{
		"a port that nobody listens on":    refusing,
		"a certificate that is not known":  untrusted.URL,
		"a server without TLS":             strings.Replace(plain, "http:", "https:", 1),
		"a name that does not exist":       "https://redrive.invalid",
		"a connection that is cut in TLS":  strings.Replace(cutting(t), "http:", "https:", 1),
		"a port that is closed":            "https://127.0.0.1:1",
		"a port that nobody listens on v6": "http://[::1]:1",
	} {
		for _, op := range append(reads[:1:1], writes...) {
			t.Run(name+" "+op.name, func(t *testing.T) {
				t.Parallel()
				if err := op.do(t, newClient(t, url)); kindOf(err) != "never sent" {
					t.Errorf("got %s: %v", kindOf(err), err)
				}
			})
		}
	}
}

func cutting(t *testing.T) string {
	url, _ := listen(t, func(int, net.Conn) {})
	return url
}

func TestDialErrorOfAnyTransportWasNeverSent(t *testing.T) {
	for name, cause := range map[string]error{
		"dial": &net.OpError{Op: "dial", Err: errors.New("no route")}, "name": &net.DNSError{Err: "no such host", Name: "x"},
	} {
		c := newClient(t, "http://localhost", over(func(*http.Request) (*http.Response, error) { return nil, cause }))
		if _, err := c.Do(t.Context(), retryOf(t, someI)); kindOf(err) != "never sent" || !errors.Is(err, cause) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestErrorOfATransportThatProvesNothingLeavesAWriteInDoubt(t *testing.T) {
	for _, cause := range []error{io.ErrUnexpectedEOF, io.EOF, &net.OpError{Op: "read", Err: errors.New("reset")}, &net.OpError{Op: "write", Err: errors.New("broken pipe")}} {
		for _, op := range writes {
			c := newClient(t, "http://localhost", over(func(*http.Request) (*http.Response, error) { return nil, cause }))
			if err := op.do(t, c); kindOf(err) != "lost answer" || !errors.Is(err, cause) {
				t.Errorf("%s, %v: %v", op.name, cause, err)
			}
		}
	}
}

func TestConnectionClosedWithoutAnAnswerLeavesAWriteInDoubtAndIsNotTriedAgain(t *testing.T) {
	for name, use := range map[string]func(int, net.Conn){
		"before the request was read":      func(int, net.Conn) {},
		"after the request was read":       func(_ int, conn net.Conn) { readRequest(conn) },
		"in the middle of the status line": func(_ int, conn net.Conn) { readRequest(conn); _, _ = io.WriteString(conn, "HTTP/1.1 2") },
		"in the middle of the answer": func(_ int, conn net.Conn) {
			readRequest(conn)
			_, _ = io.WriteString(conn, "HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{\"messageId\":\"ms")
		},
		"in the middle of a chunked answer": func(_ int, conn net.Conn) {
			readRequest(conn)
			_, _ = io.WriteString(conn, "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"mes")
		},
		"with something that is not HTTP": func(_ int, conn net.Conn) { readRequest(conn); _, _ = io.WriteString(conn, "SSH-2.0-x\r\n") },
	} {
		for _, op := range writes[:2] {
			t.Run(name+" "+op.name, func(t *testing.T) {
				url, accepted := listen(t, use)
				if err := op.do(t, newClient(t, url)); kindOf(err) != "lost answer" {
					t.Errorf("got %s: %v", kindOf(err), err)
				}
				if n := accepted.Load(); n != 1 {
					t.Errorf("it was sent %d times", n)
				}
			})
		}
	}
}

func TestWriteOnAConnectionThatDiedIsNotTriedAgain(t *testing.T) {
	var sent atomic.Int32
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `{}`)
			return
		}
		sent.Add(1)
		panic(http.ErrAbortHandler)
	})
	if _, err := c.List(t.Context(), model.Query{}); err != nil {
		t.Fatal(err)
	}
	// The connection of the list is used again: there Go's transport is readiest to send a request twice.
	if _, err := c.Do(t.Context(), retryOf(t, someI)); kindOf(err) != "lost answer" {
		t.Error(err)
	}
	if n := sent.Load(); n != 1 {
		t.Errorf("it was sent %d times", n)
	}
}
