package emulator

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Fault is what goes wrong with one request. The zero value is nothing. The
// fields combine: a request first waits, then is held, then hangs, is
// dropped or is answered.
type Fault struct {
	// Committed lets the request take effect before the fault strikes, so
	// that only its answer is lost, late or wrong.
	Committed bool

	// Latency is waited, in real time and no longer than the request lives.
	Latency time.Duration
	// Hold is waited for until it is closed, or until the request ends.
	Hold <-chan struct{}
	// Hang waits until the request ends.
	Hang bool
	// Drop closes the connection without an answer.
	Drop bool

	// Status, with Header and Body, is answered in place of what the server
	// would say. Zero means no such answer.
	Status int
	Header http.Header
	Body   string

	// TruncateAfter cuts the connection after so many bytes of the body. Zero
	// means the whole body.
	TruncateAfter int
}

// AfterCommit is the same fault, striking when the request has taken effect.
func (f Fault) AfterCommit() Fault {
	f.Committed = true
	return f
}

// Slow answers late.
func Slow(latency time.Duration) Fault { return Fault{Latency: latency} }

// Held answers when the channel is closed, which orders concurrent requests.
func Held(until <-chan struct{}) Fault { return Fault{Hold: until} }

// Hanging never answers.
func Hanging() Fault { return Fault{Hang: true} }

// Dropped closes the connection.
func Dropped() Fault { return Fault{Drop: true} }

// Truncated closes the connection after some bytes of the body.
func Truncated(after int) Fault { return Fault{TruncateAfter: after} }

// Failing answers with a status and the usual error object.
func Failing(status int, text string) Fault {
	reply := refusal{status, text}.answer()
	return Fault{Status: status, Header: reply.header, Body: string(reply.body)}
}

// ServerError answers 500.
func ServerError() Fault {
	return Failing(http.StatusInternalServerError, "internal server error")
}

// HTMLError answers with a page, as a proxy in front of the service does.
func HTMLError(status int) Fault {
	return Fault{
		Status: status,
		Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		Body: fmt.Sprintf("<html>\n<head><title>%[1]s</title></head>\n<body>\n<center><h1>%[1]s</h1></center>\n"+
			"<hr><center>proxy</center>\n</body>\n</html>\n", statusText(status)),
	}
}

// BurstLimited answers 429 as for too many requests in a second.
func BurstLimited(limit int, reset time.Time) Fault {
	f := Failing(http.StatusTooManyRequests, "rate limit exceeded")
	f.Header.Set("Burst-RateLimit-Limit", strconv.Itoa(limit))
	f.Header.Set("Burst-RateLimit-Remaining", "0")
	f.Header.Set("Burst-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
	return f
}

// DailyLimited answers 429 as for too many messages in a day.
func DailyLimited(limit int, reset time.Time) Fault {
	f := Failing(http.StatusTooManyRequests, "daily rate limit exceeded")
	f.Header.Set("RateLimit-Limit", strconv.Itoa(limit))
	f.Header.Set("RateLimit-Remaining", "0")
	f.Header.Set("RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
	return f
}

// faults decides what goes wrong. It has its own lock, as it is asked before
// the state is locked.
type faults struct {
	mu     sync.RWMutex
	decide func(*http.Request) Fault
}

func (f *faults) of(r *http.Request) Fault {
	f.mu.RLock()
	decide := f.decide
	f.mu.RUnlock()
	if decide == nil {
		return Fault{}
	}
	return decide(r)
}

// SetFaults lets the function decide for every request what goes wrong; nil
// ends it. The function is called concurrently and can keep counts of its
// own.
func (s *Server) SetFaults(decide func(*http.Request) Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.decide = decide
}

// strikes carries the fault out and says whether it took the place of the
// answer. A request that ends while it waits is not executed any more.
func (f Fault) strikes(w http.ResponseWriter, r *http.Request) bool {
	ended := r.Context().Done()
	if f.Latency > 0 {
		timer := time.NewTimer(f.Latency)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ended:
			panic(http.ErrAbortHandler)
		}
	}
	if f.Hold != nil {
		select {
		case <-f.Hold:
		case <-ended:
			panic(http.ErrAbortHandler)
		}
	}
	if f.Hang {
		<-ended
		panic(http.ErrAbortHandler)
	}
	if f.Drop {
		panic(http.ErrAbortHandler)
	}
	if f.Status == 0 {
		return false
	}
	answer{f.Status, f.Header, []byte(f.Body)}.write(w, f.TruncateAfter)
	return true
}
