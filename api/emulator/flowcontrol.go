package emulator

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// flowKey limits the deliveries of the messages that name it. Zero for the
// parallelism or the rate means no such limit.
type flowKey struct {
	name                          string
	parallelism, rate             int
	period                        time.Duration
	pinnedParallelism, pinnedRate bool
	paused                        bool

	running     int
	windowStart instant
	inWindow    int
	waiting     []*message
	// ticking says that the end of the rate window is planned for.
	ticking bool
	// held counts the newcomers that a pause keeps from being delivered.
	held int
}

func (s *Server) flowKey(name string) *flowKey {
	if known := s.flowKeys[name]; known != nil {
		return known
	}
	created := &flowKey{name: name, period: time.Second}
	s.flowKeys[name] = created
	return created
}

// configure takes over the limits that a message asks for. What is pinned
// stays.
func (k *flowKey) configure(parallelism, rate int, period time.Duration) {
	if !k.pinnedParallelism && parallelism > 0 {
		k.parallelism = parallelism
	}
	if !k.pinnedRate && rate > 0 {
		k.rate, k.period = rate, max(period, time.Second)
	}
}

func (k *flowKey) windowEnd() instant { return k.windowStart.plus(k.period) }

func (k *flowKey) rateExhausted(now instant) bool {
	return k.rate > 0 && now < k.windowEnd() && k.inWindow >= k.rate
}

// admits says whether a delivery may start, and starts a new rate window if
// the last one is over.
func (k *flowKey) admits(now instant) bool {
	if k.paused || k.parallelism > 0 && k.running >= k.parallelism {
		return false
	}
	if now >= k.windowEnd() {
		k.windowStart, k.inWindow = now, 0
	}
	return !k.rateExhausted(now)
}

type flowKeyJSON struct {
	Key               string `json:"flowControlKey"`
	WaitListSize      int    `json:"waitListSize"`
	ParallelismMax    int    `json:"parallelismMax"`
	ParallelismCount  int    `json:"parallelismCount"`
	RateMax           int    `json:"rateMax"`
	RateCount         int    `json:"rateCount"`
	RatePeriod        int64  `json:"ratePeriod"`
	RatePeriodStart   int64  `json:"ratePeriodStart"`
	Paused            bool   `json:"isPaused"`
	PinnedParallelism bool   `json:"isPinnedParallelism"`
	PinnedRate        bool   `json:"isPinnedRate"`
}

func (k *flowKey) json(now instant) flowKeyJSON {
	shape := flowKeyJSON{
		Key: k.name, WaitListSize: len(k.waiting) + k.held,
		ParallelismMax: k.parallelism, ParallelismCount: k.running,
		RateMax: k.rate, RatePeriod: int64(k.period / time.Second),
		RatePeriodStart: k.windowStart.time().Unix(),
		Paused:          k.paused, PinnedParallelism: k.pinnedParallelism, PinnedRate: k.pinnedRate,
	}
	if now < k.windowEnd() {
		shape.RateCount = k.inWindow
	}
	return shape
}

// flowShape is the key as the switches say that it is answered.
func (c *call) flowShape(k *flowKey) any {
	shape, switches := k.json(c.now), c.options.Switches
	if !switches.WaitListLowercase && !switches.FlowZerosMissing {
		return shape
	}
	fields := map[string]any{}
	value := reflect.ValueOf(shape)
	for n := range value.NumField() {
		name := value.Type().Field(n).Tag.Get("json")
		if name == "waitListSize" && switches.WaitListLowercase {
			name = "waitlistSize"
		}
		if !switches.FlowZerosMissing || !value.Field(n).IsZero() {
			fields[name] = value.Field(n).Interface()
		}
	}
	return fields
}

func (c *call) listFlowKeys() (answer, error) {
	wanted := c.query.Get("search")
	keys := make([]any, 0, len(c.flowKeys))
	for _, name := range slices.Sorted(maps.Keys(c.flowKeys)) {
		if strings.Contains(name, wanted) {
			keys = append(keys, c.flowShape(c.flowKeys[name]))
		}
	}
	return jsonAnswer(http.StatusOK, keys), nil
}

func (c *call) getFlowKey() (answer, error) {
	known := c.flowKeys[c.argument]
	if known == nil {
		return answer{}, notFound("flow control key %s not found", c.argument)
	}
	return jsonAnswer(http.StatusOK, c.flowShape(known)), nil
}

// parallelismQuota is how many deliveries run at once on the pay-as-you-go
// plan.
const parallelismQuota = 100

// globalParallelism counts the deliveries of all keys.
func (c *call) globalParallelism() (answer, error) {
	running := 0
	for _, k := range c.flowKeys {
		running += k.running
	}
	return jsonAnswer(http.StatusOK, struct {
		Max   int `json:"parallelismMax"`
		Count int `json:"parallelismCount"`
	}{parallelismQuota, running}), nil
}

func (c *call) pauseFlowKey() (answer, error) {
	c.flowKey(c.argument).paused = true
	return emptyAnswer(http.StatusOK), nil
}

func (c *call) resumeFlowKey() (answer, error) {
	k := c.flowKey(c.argument)
	k.paused, k.held = false, 0
	c.drainFlowKey(k)
	return emptyAnswer(http.StatusOK), nil
}

// pinFlowKey fixes limits whatever messages ask for, and forgets what the
// current rate window has used.
func (c *call) pinFlowKey() (answer, error) {
	parallelism, err := c.positive("parallelism")
	if err != nil {
		return answer{}, err
	}
	rate, err := c.positive("rate")
	if err != nil {
		return answer{}, err
	}
	period, err := c.positive("period")
	if err != nil {
		return answer{}, err
	}
	k := c.flowKey(c.argument)
	if parallelism > 0 {
		k.parallelism, k.pinnedParallelism = parallelism, true
	}
	if rate > 0 {
		k.rate, k.pinnedRate = rate, true
		k.period = time.Duration(max(period, 1)) * time.Second
	}
	return c.resetFlowKey()
}

// unpinFlowKey lets messages set the limits again. The pinned values stay
// until one does, and without a flag nothing is unpinned.
func (c *call) unpinFlowKey() (answer, error) {
	k := c.flowKey(c.argument)
	if c.query.Get("parallelism") == "true" {
		k.pinnedParallelism = false
	}
	if c.query.Get("rate") == "true" {
		k.pinnedRate = false
	}
	return emptyAnswer(http.StatusOK), nil
}

func (c *call) resetFlowKey() (answer, error) {
	k := c.flowKey(c.argument)
	k.windowStart, k.inWindow = c.now, 0
	c.drainFlowKey(k)
	return emptyAnswer(http.StatusOK), nil
}

// positive reads a number that must be at least 1 if it is given; 0 means
// that it is not.
func (c *call) positive(key string) (int, error) {
	if !c.query.Has(key) {
		return 0, nil
	}
	number, err := strconv.Atoi(c.query.Get(key))
	if err != nil || number < 1 {
		return 0, badRequest("invalid %s", key)
	}
	return number, nil
}
