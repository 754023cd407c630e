package model

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
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
	needs  []need
}

// need is that at least one of some other settings is there.
type need struct {
	any     []Setting
	problem string
}

var settingRules = [settings]settingRule{
	{SetRetries, "retries", "0 is one attempt only", "Upstash-Retries", true, checkCount(0), nil},
	{SetDelay, "delay", "30s, 5m, 1h, 2d or 1d10h", "Upstash-Delay", true, checkDuration(0), nil},
	{SetRetryDelay, "retry delay", "milliseconds, such as 1000 * pow(2, retried)", "Upstash-Retry-Delay", true, checkExpression, nil},
	{SetTimeout, "timeout", "30s, 5m, 1h; it can only shorten the plan's", "Upstash-Timeout", false, checkDuration(time.Second), nil},
	{SetFlowKey, "flow-control key", "with a rate or a parallelism", "Upstash-Flow-Control-Key", true, checkHeaderText, []need{{[]Setting{SetRate, SetParallelism}, "a key needs a rate or a parallelism"}}},
	{SetRate, "rate", "calls in each period", "", true, checkCount(1), []need{{[]Setting{SetFlowKey}, "a rate needs a flow-control key"}}},
	{SetParallelism, "parallelism", "calls at once", "", true, checkCount(1), []need{{[]Setting{SetFlowKey}, "a parallelism needs a flow-control key"}}},
	{SetPeriod, "period", "1s unless set; at most 7d", "", true, checkPeriod, []need{{[]Setting{SetRate}, "a period needs a rate"}}},
	{SetLabels, "labels", "separated by commas", "", true, checkLabels, nil},
	{SetCallback, "callback", "an http or https URL", "Upstash-Callback", false, checkURL, nil},
	{SetFailureCallback, "failure callback", "an http or https URL", "Upstash-Failure-Callback", true, checkURL, nil},
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

// Check says what is wrong with the settings, each as soon as it is typed; a setting has at most one problem.
func (o Overrides) Check() []SettingProblem {
	var problems []SettingProblem
	add := func(s Setting, problem string) {
		if problem != "" && !slices.ContainsFunc(problems, func(p SettingProblem) bool { return p.Setting == s }) {
			problems = append(problems, SettingProblem{s, -1, problem})
		}
	}
	for _, r := range settingRules {
		v := o.Values[r.setting]
		if v == "" {
			continue
		}
		add(r.setting, r.check(v))
		for _, needed := range r.needs {
			if !slices.ContainsFunc(needed.any, func(s Setting) bool { return o.Values[s] != "" }) {
				add(r.setting, needed.problem)
			}
		}
	}
	for i, f := range o.Forward {
		problem := checkForward(f)
		if problem == "" && slices.ContainsFunc(o.Forward[:i], func(before string) bool {
			return strings.EqualFold(forwardName(before), forwardName(f))
		}) {
			problem = forwardName(f) + " is there already: the server would get one of them only"
		}
		if problem != "" {
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
		case r.setting == SetLabels:
			if labels := o.labels(); labels != nil {
				out = append(out, HeaderField{"Upstash-Label", strings.Join(labels, ",")})
			}
		case r.setting == SetPeriod && o.Values[SetFlowKey] != "":
			out = append(out, HeaderField{"Upstash-Flow-Control-Value", o.flowControl()})
		case r.header != "" && v != "":
			out = append(out, HeaderField{r.header, v})
		}
	}
	for _, f := range o.Forward {
		_, value, _ := strings.Cut(f, ":")
		out = append(out, HeaderField{forwardPrefix + forwardName(f), strings.TrimSpace(value)})
	}
	return out
}

func (o Overrides) flowControl() string {
	var parts []string
	for _, p := range []struct {
		name  string
		value string
	}{{"parallelism", o.Values[SetParallelism]}, {"rate", o.Values[SetRate]}, {"period", o.Values[SetPeriod]}} {
		if p.value == "" {
			continue
		}
		value := strings.TrimSpace(p.value)
		if p.name == "period" && checkCount(0)(value) == "" {
			// The official clients never send a period without its unit.
			value += "s"
		}
		parts = append(parts, p.name+"="+value)
	}
	return strings.Join(parts, ",")
}

// labels are those that go out.
func (o Overrides) labels() []string {
	if o.Labels != nil {
		return o.Labels
	}
	return o.typedLabels()
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
		v = strings.TrimSpace(v)
		n, err := strconv.Atoi(v)
		switch {
		case v == "" || strings.ContainsFunc(v, func(r rune) bool { return r < '0' || r > '9' }) || err == nil && n < least:
			return "a whole number of " + strconv.Itoa(least) + " or more is needed"
		case err != nil:
			return "it is too large"
		}
		return ""
	}
}

// longestDuration is beyond every plan's limit, and far below what overflows.
const longestDuration = 100 * 365 * 24 * time.Hour

var durationUnits = map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}

// durationOf reads a duration of the API, such as 30s or 1d10h: whole numbers, each with a unit. What is longer than
// longestDuration comes back as something longer than that.
func durationOf(v string) (d time.Duration, ok bool) {
	v = strings.TrimSpace(v)
	for v != "" {
		n := 0
		for n < len(v) && isDigit(v[n]) {
			n++
		}
		if n == 0 || n == len(v) || durationUnits[v[n]] == 0 {
			return 0, false
		}
		unit := durationUnits[v[n]]
		count, err := strconv.Atoi(v[:n])
		if err != nil || count > int(longestDuration/unit) || d > longestDuration {
			d = longestDuration
			count, unit = 1, time.Second
		}
		d += time.Duration(count) * unit
		v, ok = v[n+1:], true
	}
	return d, ok
}

func checkDuration(least time.Duration) func(string) string {
	return func(v string) string {
		d, ok := durationOf(v)
		switch {
		case !ok && checkCount(0)(v) == "":
			return "the unit is missing: " + strings.TrimSpace(v) + "s for seconds, or m, h, d"
		case !ok:
			return "a number with s, m, h or d is needed, such as 30s or 1d10h"
		case d < least:
			return "more than zero is needed"
		case d > longestDuration:
			return "it is too long"
		}
		return ""
	}
}

func checkPeriod(v string) string {
	const longest = 7 * 24 * time.Hour
	if checkCount(0)(v) == "" {
		v = strings.TrimSpace(v) + "s"
	}
	if d, ok := durationOf(v); !ok || d < time.Second || d > longest {
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
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || strings.ContainsFunc(v, unicode.IsSpace) {
		return "an http or https URL is needed"
	}
	return checkHeaderText(v)
}

const forwardPrefix = "Upstash-Forward-"

func forwardName(v string) string {
	name, _, _ := strings.Cut(v, ":")
	return strings.TrimSpace(name)
}

func checkForward(v string) string {
	name := forwardName(v)
	_, value, _ := strings.Cut(v, ":")
	value = strings.TrimSpace(value)
	switch {
	case name == "" || value == "":
		return "Name: value is needed"
	case strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	}):
		return "the name has a character that no header name has"
	case len(name) >= len(forwardPrefix) && strings.EqualFold(name[:len(forwardPrefix)], forwardPrefix):
		return "the name goes without " + forwardPrefix + ", which is added"
	}
	return checkHeaderText(value)
}
