package api

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// defaultRate is the pace in requests a second while the server has not told its limit, which is not published.
	defaultRate = 10
	// mostRate is the pace that is never exceeded, whatever the server permits.
	mostRate = 100
	// atOnce is how many requests may go out together after a pause.
	atOnce = 8
	// writeReserve is how many of those are kept for writes: as many as a job has under way at once.
	writeReserve = 4
	// spread is how far reads are drawn apart that a burst limit refused together.
	spread = 500 * time.Millisecond
	// longestHold bounds what a burst limit is believed, should the two clocks disagree: its window is one second.
	longestHold = time.Minute
)

// limiter paces the requests of a client. Reads wait for their turn, first come, first served. Writes do not: what the user
// confirmed is either sent now or reported as not sent, since a write that leaves later than anyone thinks is a surprise. So
// that writes find their turn free, reads leave the last [writeReserve] requests of the bucket alone; after a stretch of
// reading as fast as permitted four writes still go out at once, and reads wait until the reserve has filled up again. A read
// in the background goes out only while no other read waits, and leaves a turn for the next one.
//
// The pace is kept in real time, also under a [Config.Now] that stands still.
type limiter struct {
	now    func() time.Time
	random func() float64

	mu            sync.Mutex
	bucket        *rate.Limiter
	reserve       int
	told          int       // the server's limit; 0 while unknown
	held          time.Time // nothing goes out before
	heldReads     time.Time // no read goes out before
	reads, behind queue     // reads that wait, and those of them that are in the background
}

func newLimiter(now func() time.Time, random func() float64) *limiter {
	if random == nil {
		random = rand.Float64
	}
	return &limiter{now: now, random: random, bucket: rate.NewLimiter(defaultRate, atOnce), reserve: writeReserve}
}

// backgroundKey marks the context of reads in the background.
type backgroundKey struct{}

func withTurn(ctx context.Context, background bool) context.Context {
	if !background {
		return ctx
	}
	return context.WithValue(ctx, backgroundKey{}, true)
}

// tryRead takes a turn for the first of the reads that wait, or of those in the background. It says how long there is none, or
// gives what is closed once no other reads come first.
func (l *limiter) tryRead(at time.Time, background bool) (delay time.Duration, others <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if background && len(l.reads.places) > 0 {
		return 0, l.reads.empty
	}
	if delay = max(l.held.Sub(at), l.heldReads.Sub(at)); delay > 0 {
		return delay, nil
	}
	free := 1 + l.reserve
	if background && l.bucket.Burst() > free {
		free++ // so that a read that is not in the background finds its turn free
	}
	if delay = l.until(at, free); delay > 0 {
		return delay, nil
	}
	l.bucket.AllowN(at, 1)
	return 0, nil
}

// tryWrite takes a turn for a write, or says how long there is none.
func (l *limiter) tryWrite() (delay time.Duration) {
	at := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if delay = l.held.Sub(at); delay > 0 {
		return delay
	}
	if delay = l.until(at, 1); delay > 0 {
		return delay
	}
	l.bucket.AllowN(at, 1)
	return 0
}

// until is how long it takes until the bucket holds n.
func (l *limiter) until(at time.Time, n int) time.Duration {
	missing := float64(n) - l.bucket.TokensAt(at)
	if missing <= 0 {
		return 0
	}
	return max(time.Duration(math.Ceil(missing/float64(l.bucket.Limit())*float64(time.Second))), time.Microsecond)
}

// learn takes note of what the headers of an answer say about the limit for bursts.
func (l *limiter) learn(h http.Header) {
	limit, known := headerInt(h, "Burst-RateLimit-Limit")
	remaining, counted := headerInt(h, "Burst-RateLimit-Remaining")
	at := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if known && limit > 0 && int(limit) != l.told {
		l.told = int(limit)
		l.adopt(at, l.told)
	}
	if counted && remaining <= 0 {
		if reset, ok := headerTime(h, "Burst-RateLimit-Reset"); ok {
			l.heldReads = later(l.heldReads, at.Add(min(reset.Sub(l.now()), longestHold)))
		}
	}
}

// adopt sets the pace for a limit of the server. Of a generous one half is taken: the account has other users.
func (l *limiter) adopt(at time.Time, limit int) {
	pace := max(min(limit, defaultRate), min(limit/2, mostRate))
	burst := min(limit, atOnce)
	l.bucket.SetLimitAt(at, rate.Limit(pace))
	l.bucket.SetBurstAt(at, burst)
	l.reserve = min(writeReserve, burst/2)
}

// refused takes note of a burst limit that was hit, and tells until when nothing goes out, at least a second.
func (l *limiter) refused(h http.Header) time.Time {
	now := l.now()
	wait := time.Second
	if reset, ok := headerTime(h, "Burst-RateLimit-Reset"); ok {
		wait = min(max(reset.Sub(now), wait), longestHold)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = later(l.held, time.Now().Add(wait))
	l.heldReads = later(l.heldReads, l.held.Add(time.Duration(l.random()*float64(spread))))
	return now.Add(wait)
}

// isDaily tells whether a 429 is about the day's quota. The server then sends the headers of that limit. They may say that
// something is left: less than a call for many needs, or the limit for bursts was hit, which its own headers tell.
func isDaily(h http.Header) bool {
	if h.Get("RateLimit-Limit") == "" {
		return false
	}
	if left, ok := headerInt(h, "RateLimit-Remaining"); !ok || left <= 0 {
		return true
	}
	if left, ok := headerInt(h, "Burst-RateLimit-Remaining"); ok {
		return left > 0
	}
	return h.Get("Burst-RateLimit-Limit") == "" && h.Get("Burst-RateLimit-Reset") == ""
}

func headerInt(h http.Header, name string) (int64, bool) {
	n, err := strconv.ParseInt(h.Get(name), 10, 64)
	return n, err == nil
}

// headerTime reads a Unix time. Its unit is not documented: seconds have been seen, and what would be seconds in the
// far future are milliseconds.
func headerTime(h http.Header, name string) (time.Time, bool) {
	n, ok := headerInt(h, name)
	switch {
	case !ok || n <= 0:
		return time.Time{}, false
	case n > 1e12:
		return time.UnixMilli(n), true
	}
	return time.Unix(n, 0), true
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// pause waits, and returns the error of ctx if that ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
