package emulator

import (
	"net/http"
	"strconv"
	"time"
)

// limitHeaders announce what is left of a limit. The reset is in Unix
// seconds, or in milliseconds by a switch.
type limitHeaders struct {
	// prefix is what the names of the headers begin with.
	prefix           string
	limit, remaining int
	reset            instant
	inMilliseconds   bool
}

func (h limitHeaders) on(a answer) answer {
	if h.limit == 0 {
		return a
	}
	a.header.Set(h.prefix+"-Limit", strconv.Itoa(h.limit))
	a.header.Set(h.prefix+"-Remaining", strconv.Itoa(h.remaining))
	reset := h.reset.time().Unix()
	if h.inMilliseconds {
		reset = int64(h.reset)
	}
	a.header.Set(h.prefix+"-Reset", strconv.FormatInt(reset, 10))
	return a
}

const (
	burstPrefix = "Burst-RateLimit"
	dailyPrefix = "RateLimit"

	burstWindow = time.Second
	dailyWindow = 24 * time.Hour
)

// start is when the window that the instant lies in began.
func (i instant) start(window time.Duration) instant { return i - i%instant(window.Milliseconds()) }

// burst counts the requests of the current second.
type burst struct {
	second instant
	used   int
}

func (b *burst) count(now instant, limit int) (limitHeaders, bool) {
	if limit == 0 {
		return limitHeaders{}, false
	}
	if second := now.start(burstWindow); second != b.second {
		*b = burst{second: second}
	}
	refused := b.used >= limit
	if !refused {
		b.used++
	}
	return limitHeaders{
		prefix: burstPrefix, limit: limit, remaining: limit - b.used, reset: b.second.plus(burstWindow),
	}, refused
}

// daily counts the new messages of the current day, UTC.
type daily struct {
	day  instant
	used int
}

// spend counts new messages against the daily limit. Over it none is made.
func (c *call) spend(messages int) error {
	limit := c.options.DailyLimit
	if limit == 0 {
		return nil
	}
	d := &c.daily
	if day := c.now.start(dailyWindow); day != d.day {
		*d = daily{day: day}
	}
	refused := d.used+messages > limit
	if !refused {
		d.used += messages
	}
	c.spent = &limitHeaders{
		dailyPrefix, limit, limit - d.used, d.day.plus(dailyWindow), c.options.Switches.ResetInMilliseconds,
	}
	if refused {
		return refusal{http.StatusTooManyRequests, "daily rate limit exceeded"}
	}
	return nil
}

// spendAgain counts messages and runs that are made of entries.
func (c *call) spendAgain(messages int) error {
	if c.options.Switches.RetriesOutsideDailyLimit {
		return nil
	}
	return c.spend(messages)
}
