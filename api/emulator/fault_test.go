package emulator

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// connection is one way to reach a server: in process or over TCP.
type connection struct {
	name   string
	base   string
	client *http.Client
}

func connections(t *testing.T, s *Server) []connection {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return []connection{
		{"in process", "http://emulator.invalid", &http.Client{Transport: s.Transport()}},
		{"over TCP", "http://" + listener.Addr().String(), &http.Client{Transport: transport}},
	}
}

func (c connection) do(ctx context.Context, method, target string) (status int, body string, err error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+target, nil)
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Authorization", "Bearer "+DefaultToken)
	response, err := c.client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	return response.StatusCode, string(read), err
}

func TestFaultsTakeThePlaceOfTheAnswerBeforeOrAfterTheCommit(t *testing.T) {
	reset := time.Unix(1760000000, 0)
	for name, test := range map[string]struct {
		fault     Fault
		status    int
		body      string
		committed bool
	}{
		"500":              {ServerError(), 500, `{"error":"internal server error"}`, false},
		"500 after commit": {ServerError().AfterCommit(), 500, `{"error":"internal server error"}`, true},
		"burst limit":      {BurstLimited(100, reset), 429, `{"error":"rate limit exceeded"}`, false},
		"daily limit":      {DailyLimited(1000, reset), 429, `{"error":"daily rate limit exceeded"}`, false},
		"a page":           {HTMLError(502), 502, "<h1>502 Bad Gateway</h1>", false},
		"dropped":          {Dropped(), 0, "", false},
		"dropped answer":   {Dropped().AfterCommit(), 0, "", true},
		"truncated":        {Truncated(5), 201, `{"mes`, true},
		"truncated error":  {Fault{Status: 500, Body: "0123456789", TruncateAfter: 3}, 500, "012", false},
		"late":             {Slow(time.Microsecond), 201, `{"messageId"`, true},
		"nothing":          {Fault{}, 201, `{"messageId"`, true},
	} {
		s := New(Options{})
		for _, connection := range connections(t, s) {
			id := s.Add(Entry{})
			s.SetFaults(func(*http.Request) Fault { return test.fault })
			status, body, err := connection.do(t.Context(), http.MethodPost, "/v2/dlq/retry/"+id)
			if status != test.status || !strings.Contains(body, test.body) {
				t.Errorf("%s %s: %d %s", name, connection.name, status, body)
			}
			if broken := test.status == 0 || test.fault.TruncateAfter > 0; broken != (err != nil) {
				t.Errorf("%s %s: error %v", name, connection.name, err)
			}
			if committed := s.Fate(id).State == FateRetried; committed != test.committed {
				t.Errorf("%s %s: committed is %t", name, connection.name, committed)
			}
		}
	}
}

func TestLimitFaultsCarryTheirHeaders(t *testing.T) {
	b := newBench(t, Options{})
	reset := time.Unix(1760000000, 0)
	b.SetFaults(func(*http.Request) Fault { return BurstLimited(100, reset) })
	if got := b.send(http.MethodGet, "/v2/dlq"); got.header.Get("Burst-RateLimit-Reset") != "1760000000" || got.header.Get("RateLimit-Limit") != "" {
		t.Errorf("burst: %v", got.header)
	}
	b.SetFaults(func(*http.Request) Fault { return DailyLimited(1000, reset) })
	if got := b.send(http.MethodGet, "/v2/dlq"); got.header.Get("RateLimit-Reset") != "1760000000" {
		t.Errorf("daily: %v", got.header)
	}
}

func TestWaitingFaultsEndWithTheRequest(t *testing.T) {
	never := make(chan struct{})
	for name, fault := range map[string]Fault{
		"slow": Slow(time.Hour), "held": Held(never), "hanging": Hanging(), "hanging after commit": Hanging().AfterCommit(),
	} {
		s := New(Options{})
		id := s.Add(Entry{})
		for _, connection := range connections(t, s) {
			reached := make(chan struct{}, 1)
			s.SetFaults(func(*http.Request) Fault {
				reached <- struct{}{}
				return fault
			})
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				<-reached
				cancel()
			}()
			_, _, err := connection.do(ctx, http.MethodGet, "/v2/dlq/"+id)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s %s: %v", name, connection.name, err)
			}
		}
	}
}

func TestAClientTimeoutIsATimeoutInProcess(t *testing.T) {
	s := New(Options{})
	s.SetFaults(func(*http.Request) Fault { return Hanging() })
	client := &http.Client{Transport: s.Transport(), Timeout: time.Millisecond}
	_, err := client.Get("http://emulator.invalid/v2/dlq")
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("got %v", err)
	}
}

func TestHoldOrdersConcurrentRequests(t *testing.T) {
	s := New(Options{})
	id := s.Add(Entry{})
	gate, reached := make(chan struct{}), make(chan struct{})
	s.SetFaults(func(r *http.Request) Fault {
		if r.Method != http.MethodGet {
			return Fault{}
		}
		close(reached)
		return Held(gate)
	})
	inProcess := connections(t, s)[0]
	done := make(chan int)
	go func() {
		status, _, _ := inProcess.do(t.Context(), http.MethodGet, "/v2/dlq/"+id)
		done <- status
	}()
	<-reached
	if status, _, err := inProcess.do(t.Context(), http.MethodDelete, "/v2/dlq/"+id); status != http.StatusOK {
		t.Error(status, err)
	}
	close(gate)
	if status := <-done; status != http.StatusNotFound {
		t.Errorf("the held request came first: %d", status)
	}
}

func TestADroppedConnectionIsAnUnexpectedEOFInProcess(t *testing.T) {
	b := newBench(t, Options{})
	b.SetFaults(func(*http.Request) Fault { return Dropped() })
	if _, err := b.try(http.MethodGet, "/v2/dlq", nil); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	b.SetFaults(func(*http.Request) Fault { return Truncated(3) })
	if got, err := b.try(http.MethodGet, "/v2/dlq", nil); !errors.Is(err, io.ErrUnexpectedEOF) || got.body != `{"m` {
		t.Error(got.body, err)
	}
	b.SetFaults(nil)
	b.get("/v2/dlq")
}

func TestBothConnectionsGiveTheSameAnswers(t *testing.T) {
	s := New(Options{Clock: newClock().time})
	s.SeedIncident(IncidentOptions{Messages: 50, Workflows: 10})
	both := connections(t, s)
	for _, target := range []string{
		"/v2/dlq", "/v2/workflows/dlq?count=3", "/v2/logs?count=20", "/v2/queues", "/v2/flowControl", "/v2/nowhere",
	} {
		status, body, err := both[0].do(t.Context(), http.MethodGet, target)
		overTCP, bodyTCP, errTCP := both[1].do(t.Context(), http.MethodGet, target)
		if err != nil || errTCP != nil || status != overTCP || body != bodyTCP {
			t.Errorf("%s: %d and %d, %v, %v", target, status, overTCP, err, errTCP)
		}
	}
}

func TestAnEntryIsRetriedOnceHoweverManyTry(t *testing.T) {
	s := New(Options{})
	id := s.Add(Entry{})
	var workers sync.WaitGroup
	var mu sync.Mutex
	created := 0
	inProcess := connections(t, s)[0]
	for range 20 {
		workers.Go(func() {
			status, _, _ := inProcess.do(t.Context(), http.MethodPost, "/v2/dlq/retry/"+id)
			mu.Lock()
			defer mu.Unlock()
			if status == http.StatusCreated {
				created++
			}
		})
	}
	workers.Wait()
	if created != 1 || len(s.Fate(id).MessageIDs) != 1 {
		t.Errorf("retried %d times", created)
	}
}
