package emulator

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

// ScriptFaults makes rules into a function for [Server.SetFaults]. Latencies
// add up; of the other faults that strike a request, the first rule's is the
// one. The seed decides which requests are struck by chance: the same
// requests in the same order have the same faults. The clock is for the limits
// and should be that of the server; nil means [time.Now].
func ScriptFaults(seed uint64, clock func() time.Time, rules ...Rule) func(*http.Request) Fault {
	if clock == nil {
		clock = time.Now
	}
	set := &ruleSet{clock: clock}
	for n, rule := range rules {
		set.rules = append(set.rules, &activeRule{Rule: rule, random: rand.New(rand.NewPCG(seed, uint64(n)))})
	}
	return set.decide
}

type ruleSet struct {
	clock func() time.Time

	mu    sync.Mutex
	rules []*activeRule
}

// activeRule is a rule with what it remembers.
type activeRule struct {
	Rule
	random *rand.Rand
	// met counts the requests that it is for, struck those that it struck.
	met, struck int
	perSecond   burst
	perDay      daily
}

func (s *ruleSet) decide(r *http.Request) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var combined Fault
	now, operation := instantOf(s.clock()), operationOf(r)
	for _, rule := range s.rules {
		if fault, strikes := rule.strike(operation, now); strikes {
			combined = combined.and(fault)
		}
	}
	return combined
}

// operationOf is what the request is called in a rule; it is empty for one
// that no endpoint answers.
func operationOf(r *http.Request) string {
	found := endpoint(r)
	if found.route == nil {
		return ""
	}
	return found.operation
}

// and adds a fault that strikes the same request.
func (f Fault) and(other Fault) Fault {
	if other.Latency > 0 {
		f.Latency += other.Latency
		f.Committed = f.Committed || other.Committed
		return f
	}
	if f.Hang || f.Drop || f.Status != 0 || f.TruncateAfter != 0 {
		return f
	}
	other.Latency, other.Committed = f.Latency, f.Committed || other.Committed
	return other
}

// strike says whether the rule strikes a request, and with what.
func (r *activeRule) strike(operation string, now instant) (Fault, bool) {
	if len(r.on) > 0 && !slices.Contains(r.on, operation) {
		return Fault{}, false
	}
	r.met++
	if r.met <= r.after || r.times > 0 && r.struck == r.times {
		return Fault{}, false
	}
	if r.percent < certain && r.random.Float64()*certain >= r.percent {
		return Fault{}, false
	}
	fault, strikes := r.fault(now)
	if !strikes {
		return Fault{}, false
	}
	r.struck++
	fault.Committed = r.committed
	return fault, true
}

// fault is what the rule does to the request at this time; a limit lets pass
// what is within it.
func (r *activeRule) fault(now instant) (Fault, bool) {
	switch r.kind {
	case faultLatency:
		return Slow(r.low + time.Duration(r.random.Int64N(int64(r.high-r.low)+1))), r.high > 0
	case faultFail:
		return Failing(r.number, "scripted failure"), true
	case faultHTML:
		return HTMLError(r.number), true
	case faultDrop:
		return Dropped(), true
	case faultHang:
		return Hanging(), true
	case faultTruncate:
		return Truncated(r.number), true
	case faultBurst:
		if second := now.start(burstWindow); second != r.perSecond.second {
			r.perSecond = burst{second: second}
		}
		r.perSecond.used++
		return BurstLimited(r.number, r.perSecond.second.plus(burstWindow).time()), r.perSecond.used > r.number
	default:
		if day := now.start(dailyWindow); day != r.perDay.day {
			r.perDay = daily{day: day}
		}
		r.perDay.used++
		return DailyLimited(r.number, r.perDay.day.plus(dailyWindow).time()), r.perDay.used > r.number
	}
}
