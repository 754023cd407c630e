package emulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Transport connects an [http.Client] to the server in process: no port, no
// network, the same client code. The host of a request does not matter. A
// request that is cancelled ends at once, and a connection that a [Fault]
// drops or cuts gives [io.ErrUnexpectedEOF].
func (s *Server) Transport() http.RoundTripper { return inProcess{s} }

type inProcess struct {
	server *Server
}

func (t inProcess) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		defer func() { _ = request.Body.Close() }()
	}
	ctx := request.Context()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	received := request.Clone(ctx)
	received.RequestURI = request.URL.RequestURI()
	received.RemoteAddr = "127.0.0.1:0"
	if received.Host == "" {
		received.Host = request.URL.Host
	}
	if received.Body == nil {
		received.Body = http.NoBody
	}
	reply := &bufferedReply{header: http.Header{}}
	aborted := reply.from(t.server, received)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if aborted && reply.status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return reply.response(request, aborted), nil
}

// bufferedReply collects what the handler writes.
type bufferedReply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (b *bufferedReply) Header() http.Header { return b.header }

func (b *bufferedReply) WriteHeader(status int) {
	if b.status == 0 {
		b.status = status
	}
}

func (b *bufferedReply) Write(p []byte) (int, error) {
	b.WriteHeader(http.StatusOK)
	return b.body.Write(p)
}

// Flush has nothing to do, but a handler may ask for it.
func (b *bufferedReply) Flush() {}

// from runs the handler. A handler ends a connection by panicking with
// [http.ErrAbortHandler]; any other panic is a mistake and goes on.
func (b *bufferedReply) from(handler http.Handler, r *http.Request) (aborted bool) {
	defer func() {
		thrown := recover()
		if thrown == nil {
			return
		}
		failure, isError := thrown.(error)
		if !isError || !errors.Is(failure, http.ErrAbortHandler) {
			panic(thrown)
		}
		aborted = true
	}()
	handler.ServeHTTP(b, r)
	return false
}

func (b *bufferedReply) response(request *http.Request, aborted bool) *http.Response {
	length := int64(b.body.Len())
	var body io.Reader = &b.body
	if aborted {
		length = -1
		body = io.MultiReader(&b.body, cutShort{})
	}
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", b.status, http.StatusText(b.status)),
		StatusCode: b.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        b.header,
		Body:          io.NopCloser(body),
		ContentLength: length,
		Request:       request,
	}
}

// cutShort is the end of a body that did not arrive whole.
type cutShort struct{}

func (cutShort) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
