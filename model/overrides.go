package model

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Setting is one thing that can go out with a write instead of what the entry has.
type Setting uint8

// The settings, in the order of the form.
const (
	SetRetries Setting = iota
	SetDelay
	SetRetryDelay
	SetTimeout
	SetFlowKey
	SetRate
	SetParallelism
	SetPeriod
	SetLabels
	SetCallback
	SetFailureCallback
	settings
)

// Overrides are the settings that go out with a write instead of those the entry has. The zero value sends none.
type Overrides struct {
	// Labels replaces the entry's labels. Nil sends none: the server keeps what the entry has.
	Labels []string
	// Values are what was typed for each setting. An empty one is not sent, and the server decides; a 0 is.
	Values [settings]string
	// Forward are headers for the destination, as `Name: value`.
	Forward []string
}

// SettingProblem is a mistake in one setting.
type SettingProblem struct {
	Setting Setting
	// Forward is the index of the forwarded header that is wrong, or -1.
	Forward int
	Problem string
}

type settingRule struct {
	setting Setting
	name    string
	hint    string
	header  string
	// resume tells that the workflow endpoints take it too.
	resume bool
	check  func(value string) string
}

var settingRules = [settings]settingRule{
	{SetRetries, "retries", "0 is one attempt only", "Upstash-Retries", true, checkCount(0)},
	{SetDelay, "delay", "30s, 5m, 1h, 2d or 1d10h", "Upstash-Delay", true, checkDuration("smhd", 0)},
	{SetRetryDelay, "retry delay", "milliseconds, such as 1000 * pow(2, retried)", "Upstash-Retry-Delay", true, checkExpression},
	{SetTimeout, "timeout", "30s, 5m, 1h; it can only shorten the plan's", "Upstash-Timeout", false, checkDuration("smhd", time.Second)},
	{SetFlowKey, "flow-control key", "with a rate or a parallelism", "Upstash-Flow-Control-Key", true, checkHeaderText},
	{SetRate, "rate", "calls in each period", "", true, checkCount(1)},
	{SetParallelism, "parallelism", "calls at once", "", true, checkCount(1)},
	{SetPeriod, "period", "1s unless set; at most 7d", "", true, checkPeriod},
	{SetLabels, "labels", "separated by commas", "", true, checkLabels},
	{SetCallback, "callback", "an http or https URL", "Upstash-Callback", false, checkURL},
	{SetFailureCallback, "failure callback", "an http or https URL", "Upstash-Failure-Callback", true, checkURL},
}

// Name is what the setting is called in the form.
func (s Setting) Name() string { return settingRules[s].name }

// Hint says what the setting takes.
func (s Setting) Hint() string { return settingRules[s].hint }

// Settings are the ones that the verb's endpoints take.
func (v Verb) Settings() []Setting {
	var out []Setting
	for _, r := range settingRules {
		if v == Retry || (v == Resume || v == Restart) && r.resume {
			out = append(out, r.setting)
		}
	}
	return out
}

// Forwards tells whether the verb's endpoint takes headers for the destination.
func (v Verb) Forwards() bool { return v == Retry }

// IsZero tells whether nothing is sent.
func (o Overrides) IsZero() bool {
	return o.Labels == nil && o.Values == [settings]string{} && len(o.Forward) == 0
}

// Check says what is wrong with the settings, each as soon as it is typed.
func (o Overrides) Check() []SettingProblem {
	var problems []SettingProblem
	add := func(s Setting, problem string) {
		problems = append(problems, SettingProblem{s, -1, problem})
	}
	for _, r := range settingRules {
		if v := o.Values[r.setting]; v != "" {
			if problem := r.check(v); problem != "" {
				add(r.setting, problem)
			}
		}
	}
	limited := o.Values[SetRate] != "" || o.Values[SetParallelism] != ""
	switch {
	case o.Values[SetFlowKey] != "" && !limited:
		add(SetFlowKey, "a key needs a rate or a parallelism")
	case o.Values[SetFlowKey] == "" && o.Values[SetRate] != "":
		add(SetRate, "a rate needs a flow-control key")
	case o.Values[SetFlowKey] == "" && o.Values[SetParallelism] != "":
		add(SetParallelism, "a parallelism needs a flow-control key")
	case o.Values[SetPeriod] != "" && o.Values[SetRate] == "":
		add(SetPeriod, "a period needs a rate")
	}
	for i, f := range o.Forward {
		if problem := checkForward(f); problem != "" {
			problems = append(problems, SettingProblem{Forward: i, Problem: problem})
		}
	}
	return problems
}

// Headers are what goes out, in the order of the form. They are those of an override that has no problem.
func (o Overrides) Headers() []HeaderField {
	var out []HeaderField
	for _, r := range settingRules {
		switch v := strings.TrimSpace(o.Values[r.setting]); {
		case r.setting == SetLabels && o.Labels != nil:
			out = append(out, HeaderField{"Upstash-Label", strings.Join(o.Labels, ",")})
		case r.setting == SetPeriod && o.Values[SetFlowKey] != "":
			out = append(out, HeaderField{"Upstash-Flow-Control-Value", o.flowControl()})
		case r.header != "" && v != "":
			out = append(out, HeaderField{r.header, v})
		}
	}
	for _, f := range o.Forward {
		name, value, _ := strings.Cut(f, ":")
		out = append(out, HeaderField{"Upstash-Forward-" + strings.TrimSpace(name), strings.TrimSpace(value)})
	}
	return out
}

func (o Overrides) flowControl() string {
	var parts []string
	for _, p := range []struct {
		name  string
		value string
	}{{"parallelism", o.Values[SetParallelism]}, {"rate", o.Values[SetRate]}, {"period", o.Values[SetPeriod]}} {
		if p.value != "" {
			parts = append(parts, p.name+"="+strings.TrimSpace(p.value))
		}
	}
	return strings.Join(parts, ",")
}

// typedLabels are the labels that were typed; nil when none were.
func (o Overrides) typedLabels() []string {
	if o.Values[SetLabels] == "" {
		return nil
	}
	var out []string
	for l := range strings.SplitSeq(o.Values[SetLabels], ",") {
		if l = strings.TrimSpace(l); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

func checkCount(least int) func(string) string {
	return func(v string) string {
		if n, err := strconv.Atoi(strings.TrimSpace(v)); err != nil || n < least || strings.HasPrefix(strings.TrimSpace(v), "+") {
			return "a whole number of " + strconv.Itoa(least) + " or more is needed"
		}
		return ""
	}
}

// durationOf reads a duration of the API, such as 30s or 1d10h: whole numbers, each with a unit.
func durationOf(v, units string) (d time.Duration, ok bool) {
	v = strings.TrimSpace(v)
	for v != "" {
		n := 0
		for n < len(v) && isDigit(v[n]) {
			n++
		}
		count, err := strconv.Atoi(v[:n])
		if err != nil || n == len(v) || !strings.Contains(units, v[n:n+1]) || count > 1e6 {
			return 0, false
		}
		d += time.Duration(count) * map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[v[n]]
		v, ok = v[n+1:], true
	}
	return d, ok
}

func checkDuration(units string, least time.Duration) func(string) string {
	return func(v string) string {
		d, ok := durationOf(v, units)
		switch {
		case !ok && checkCount(0)(v) == "":
			return "the unit is missing: " + strings.TrimSpace(v) + "s for seconds, or m, h, d"
		case !ok:
			return "a number with s, m, h or d is needed, such as 30s or 1d10h"
		case d < least:
			return "more than zero is needed"
		}
		return ""
	}
}

func checkPeriod(v string) string {
	const longest = 7 * 24 * time.Hour
	if n, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
		v = strconv.Itoa(n) + "s"
	}
	if d, ok := durationOf(v, "smhd"); !ok || d < time.Second || d > longest {
		return "from 1s to 7d is needed, such as 10s or 1m"
	}
	return ""
}

func checkHeaderText(v string) string {
	if v != strings.TrimSpace(v) {
		return "it must not begin or end with a space"
	}
	if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }) {
		return "it has a character that cannot be sent in a header"
	}
	return ""
}

func checkLabels(v string) string {
	for l := range strings.SplitSeq(v, ",") {
		l = strings.TrimSpace(l)
		if l == "" {
			return "a label between the commas is missing"
		}
		if problem := checkHeaderText(l); problem != "" {
			return problem
		}
	}
	return ""
}

func checkURL(v string) string {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "an http or https URL is needed"
	}
	return checkHeaderText(v)
}

func checkForward(v string) string {
	name, value, ok := strings.Cut(v, ":")
	name = strings.TrimSpace(name)
	if !ok || name == "" {
		return "Name: value is needed"
	}
	if strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	}) {
		return "the name has a character that no header name has"
	}
	return checkHeaderText(strings.TrimSpace(value))
}
