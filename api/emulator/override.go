package emulator

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// override is what the headers of a retry, resume or restart change in the
// message that it makes.
type override struct {
	changes []func(*Entry)
	// notBefore is when the delivery may start, if the headers say so.
	delay     time.Duration
	notBefore instant
	// deduplicationID is the same for every message of a bulk call.
	deduplicationID string
	contentBased    bool
	labels          LabelOverride
	// timed says that the headers say when.
	timed bool
	// delaysAgain delays a message as long as its original was, and
	// keepsIdentity compares it by the deduplication id of its original.
	delaysAgain, keepsIdentity bool
	// flowControlled says that limits are given, which need a key.
	flowControlled bool
}

// plannedDays bounds a delay; more overflows what the clock can count.
const plannedDays = 100 * 365

// overrides reads the configuration headers, which are those of publishing a
// message.
func (c *call) overrides() (*override, error) {
	o, err := c.configuration(c.request.Header, c.options.Switches.LabelOverride)
	if err == nil {
		o.keepsIdentity = c.options.Switches.RetryKeepsDeduplication
		o.delaysAgain = c.options.Switches.DelayAppliesAgain && !o.timed
	}
	return o, err
}

func (c *call) configuration(header http.Header, labels LabelOverride) (*override, error) {
	o := &override{labels: labels}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		option, configures := strings.CutPrefix(name, "Upstash-")
		if !configures {
			continue
		}
		if err := c.override(o, option, strings.Join(header[name], ",")); err != nil {
			return nil, err
		}
	}
	if o.flowControlled && header.Get("Upstash-Flow-Control-Key") == "" {
		return nil, badRequest("Upstash-Flow-Control-Key is missing")
	}
	return o, nil
}

func (c *call) override(o *override, option, value string) error {
	change := func(apply func(*Entry)) { o.changes = append(o.changes, apply) }
	switch option {
	case "Label":
		o.label(labelList(value))
	case "Retries":
		retries, err := strconv.Atoi(value)
		if err != nil || retries < 0 {
			return badRequest("invalid Upstash-Retries")
		}
		if quota := c.options.RetryQuota; quota > 0 && retries > quota {
			return refusal{http.StatusPreconditionFailed, "quota maxRetries exceeded"}
		}
		change(func(e *Entry) { e.MaxRetries = retries })
	case "Retry-Delay":
		if _, err := parseExpression(value); err != nil {
			return badRequest("invalid Upstash-Retry-Delay: %v", err)
		}
		change(func(e *Entry) { e.RetryDelayExpression = value })
	case "Delay":
		delay, err := parseDuration(value)
		if err != nil {
			return badRequest("invalid Upstash-Delay")
		}
		o.delay, o.timed = delay, true
	case "Not-Before":
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return badRequest("invalid Upstash-Not-Before")
		}
		o.notBefore, o.timed = instantOf(time.Unix(seconds, 0)), true
	case "Timeout":
		timeout, err := parseDuration(value)
		if err != nil {
			return badRequest("invalid Upstash-Timeout")
		}
		change(func(e *Entry) { e.Timeout = timeout })
	case "Flow-Control-Key":
		change(func(e *Entry) { e.FlowControlKey = value })
	case "Flow-Control-Value":
		return o.flowControl(value)
	case "Deduplication-Id":
		if strings.Contains(value, ":") {
			return badRequest("DeduplicationId cannot contain ':'")
		}
		o.deduplicationID = value
		change(func(e *Entry) { e.DeduplicationID = value })
	case "Content-Based-Deduplication":
		o.contentBased = value == "true"
	case "Callback":
		if !isWebAddress(value) {
			return badRequest("invalid Upstash-Callback: it needs http:// or https://")
		}
		change(func(e *Entry) { e.Callback = value })
	case "Failure-Callback":
		if !isWebAddress(value) {
			return badRequest("invalid Upstash-Failure-Callback: it needs http:// or https://")
		}
		change(func(e *Entry) { e.FailureCallback = value })
	case "Method":
		if !slices.Contains(methods, value) {
			return badRequest("invalid Upstash-Method")
		}
		change(func(e *Entry) { e.Method = value })
	case "Redact-Fields":
		fields, err := redactions(value)
		if err != nil {
			return err
		}
		change(func(e *Entry) { e.RedactFields = fields })
	default:
		return c.overrideByPrefix(o, option, value)
	}
	return nil
}

// overrideByPrefix reads the headers whose names only begin in a known way.
func (c *call) overrideByPrefix(o *override, option, value string) error {
	change := func(apply func(*Entry)) { o.changes = append(o.changes, apply) }
	if name, forwarded := strings.CutPrefix(option, "Forward-"); forwarded {
		change(func(e *Entry) { e.forward(name, value) })
		return nil
	}
	if name, forwarded := strings.CutPrefix(option, "Failure-Callback-Forward-"); forwarded {
		change(func(e *Entry) { e.FailureCallbackHeader = e.FailureCallbackHeader.with(name, value) })
		return nil
	}
	if name, forwarded := strings.CutPrefix(option, "Callback-Forward-"); forwarded {
		change(func(e *Entry) { e.CallbackHeader = e.CallbackHeader.with(name, value) })
		return nil
	}
	if setting, found := strings.CutPrefix(option, "Failure-Callback-"); found {
		set, err := c.callbackSetting(option, setting, value)
		change(func(e *Entry) { set(&e.failureCallback) })
		return err
	}
	if setting, found := strings.CutPrefix(option, "Callback-"); found {
		set, err := c.callbackSetting(option, setting, value)
		change(func(e *Entry) { set(&e.callback) })
		return err
	}
	return nil
}

func (o *override) flowControl(value string) error {
	o.flowControlled = true
	parallelism, rate, period := 0, 0, time.Second
	for field := range strings.SplitSeq(value, ",") {
		name, text, _ := strings.Cut(strings.TrimSpace(field), "=")
		number, err := strconv.Atoi(text)
		switch {
		case name == "parallelism" && err == nil && number > 0:
			parallelism = number
		case name == "rate" && err == nil && number > 0:
			rate = number
		case name == "period" && err == nil && number > 0:
			period = time.Duration(number) * time.Second
		case name == "period":
			if period, err = parseDuration(text); err != nil || period < time.Second {
				return badRequest("invalid Upstash-Flow-Control-Value")
			}
		default:
			return badRequest("invalid Upstash-Flow-Control-Value")
		}
	}
	if parallelism == 0 && rate == 0 {
		return badRequest("Upstash-Flow-Control-Value needs a parallelism or a rate")
	}
	o.changes = append(o.changes, func(e *Entry) {
		e.Parallelism, e.Rate, e.Period = parallelism, rate, period
	})
	return nil
}

// parseDuration reads numbers with the units s, m, h and d, such as 1d10h30m.
func parseDuration(text string) (time.Duration, error) {
	units := map[byte]time.Duration{
		's': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour,
	}
	var total time.Duration
	rest := text
	for rest != "" {
		digits := 0
		for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
			digits++
		}
		if digits == 0 || digits == len(rest) || units[rest[digits]] == 0 {
			return 0, fmt.Errorf("invalid duration %q", text)
		}
		number, err := strconv.Atoi(rest[:digits])
		unit := units[rest[digits]]
		if err != nil || time.Duration(number) > plannedDays*24*time.Hour/unit {
			return 0, fmt.Errorf("invalid duration %q", text)
		}
		total += time.Duration(number) * unit
		rest = rest[digits+1:]
	}
	if text == "" || total > plannedDays*24*time.Hour {
		return 0, fmt.Errorf("invalid duration %q", text)
	}
	return total, nil
}
