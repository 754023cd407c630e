package model

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// typed are overrides with these settings.
func typed(settings map[Setting]string) Overrides {
	var o Overrides
	for s, v := range settings {
		o.Values[s] = v
	}
	return o
}

// lines are the headers as they stand on the wire.
func lines(o Overrides) []string {
	var out []string
	for _, h := range o.Headers() {
		out = append(out, h.Name+": "+h.Value)
	}
	return out
}

func problemsOf(o Overrides) []string {
	var out []string
	for _, p := range o.Check() {
		what := p.Setting.Name()
		if p.Forward >= 0 {
			what = fmt.Sprint("header ", p.Forward)
		}
		out = append(out, what+": "+p.Problem)
	}
	return out
}

func TestEachSettingGoesOutAsItWasTyped(t *testing.T) {
	for _, c := range []struct {
		setting Setting
		text    string
		line    string
	}{
		{SetRetries, "0", "Upstash-Retries: 0"},
		{SetRetries, " 5 ", "Upstash-Retries: 5"},
		{SetRetries, "100000", "Upstash-Retries: 100000"},
		{SetDelay, "0s", "Upstash-Delay: 0s"},
		{SetDelay, "30s", "Upstash-Delay: 30s"},
		{SetDelay, "5m", "Upstash-Delay: 5m"},
		{SetDelay, "10h", "Upstash-Delay: 10h"},
		{SetDelay, "365d", "Upstash-Delay: 365d"},
		{SetDelay, " 1d10h30m ", "Upstash-Delay: 1d10h30m"},
		{SetDelay, "36500d", "Upstash-Delay: 36500d"},
		{SetRetryDelay, "0", "Upstash-Retry-Delay: 0"},
		{SetRetryDelay, "1000 * pow(2, retried)", "Upstash-Retry-Delay: 1000 * pow(2, retried)"},
		{SetTimeout, "1s", "Upstash-Timeout: 1s"},
		{SetTimeout, "1d1h30m", "Upstash-Timeout: 1d1h30m"},
		{SetLabels, "one", "Upstash-Label: one"},
		{SetLabels, " one , two words,ä,one", "Upstash-Label: one,two words,ä"},
		{SetCallback, "https://a.example/done?x=1,2", "Upstash-Callback: https://a.example/done?x=1,2"},
		{SetCallback, "http://localhost:8080", "Upstash-Callback: http://localhost:8080"},
		{SetFailureCallback, "https://[::1]:8080/f", "Upstash-Failure-Callback: https://[::1]:8080/f"},
	} {
		o := typed(map[Setting]string{c.setting: c.text})
		if got := problemsOf(o); got != nil {
			t.Errorf("%q: %q", c.text, got)
		}
		if diff := cmp.Diff([]string{c.line}, lines(o)); diff != "" {
			t.Error(diff)
		}
	}
}

// Several of these look like what they are not to a parser that stops early, wraps around or trims.
func TestSettingThatTheServerWouldRefuseOrMisreadIsAProblem(t *testing.T) {
	const (
		count    = "a whole number of 0 or more is needed"
		positive = "a whole number of 1 or more is needed"
		large    = "it is too large"
		duration = "a number with s, m, h or d is needed, such as 30s or 1d10h"
		long     = "it is too long"
		period   = "from 1s to 7d is needed, such as 10s or 1m"
		wire     = "it has a character that cannot be sent in a header"
		space    = "it must not begin or end with a space"
		address  = "an http or https URL is needed"
	)
	for setting, bad := range map[Setting]map[string]string{
		SetRetries: {
			"-1": count, "-0": count, "+1": count, "1.5": count, "1e3": count, "1_000": count, "three": count, " ": count,
			"0x3": count, "٣": count, "1 2": count, "99999999999999999999": large,
		},
		SetDelay: {
			"30": "the unit is missing: 30s for seconds, or m, h, d", " 0 ": "the unit is missing: 0s for seconds, or m, h, d",
			"-1s": duration, "+1s": duration, "1.5h": duration, "s": duration, "1d 10h": duration, "1w": duration, "10ms": duration,
			"1S": duration, "1d10": duration, " ": duration, "1µs": duration, "36501d": long, "36500d1s": long,
			"213504d": long, "999999999999999999999d": long, "36500d36500d36500d36500d": long,
		},
		SetTimeout: {
			"0s": "more than zero is needed", "0d0h": "more than zero is needed", "30": "the unit is missing: 30s for seconds, or m, h, d",
			"fast": duration, "213504d": long,
		},
		SetRetryDelay: {"1000 *": "it ends where a number, retried or a function is expected", "30s": `"s" is not expected there`},
		SetRate:       {"0": positive, "-5": positive, "+5": positive, "many": positive},
		SetParallelism: {
			"0": positive, "2.0": positive, "99999999999999999999": large,
		},
		SetPeriod: {
			"0": period, "0s": period, "-1": period, "+5": period, "604801": period, "7d1s": period, "8d": period, "1.5m": period,
			"week": period, "213504d": period, "9223372036854775807": period, " ": period,
		},
		SetFlowKey: {" key": space, "key ": space, "\u00a0": space, "a\nb": wire, "a\tb": wire, "a\x7f": wire, "a\xffb": wire, "a\x00": wire},
		SetLabels: {
			",": "a label between the commas is missing", "a,": "a label between the commas is missing", "a,,b": "a label between the commas is missing",
			" ": "a label between the commas is missing", "a\nb": wire, "a\xff": wire, "a,b\x00": wire,
		},
		SetCallback: {
			"a.example": address, "//a.example": address, "ftp://a.example": address, "https://": address, "https:a.example": address,
			"http://:8080/": address, "https://a.example/b c": address, " https://a.example": address, "https://a.example\n": address,
			"https://a.example/\u2028": address, "https://a.example/\xff": wire,
		},
		SetFailureCallback: {"/hook": address, "mailto:a@b.example": address},
	} {
		for text, want := range bad {
			o := Overrides{}
			if setting == SetRate || setting == SetParallelism || setting == SetPeriod {
				o.Values[SetFlowKey], o.Values[SetRate] = "k", "1"
			}
			if setting == SetFlowKey {
				o.Values[SetRate] = "1"
			}
			o.Values[setting] = text
			if diff := cmp.Diff([]string{setting.Name() + ": " + want}, problemsOf(o)); diff != "" {
				t.Errorf("%q: %s", text, diff)
			}
		}
	}
}

func TestFlowControlIsAKeyWithItsLimits(t *testing.T) {
	for _, c := range []struct {
		key, rate, parallelism, period string
		value                          string
		problems                       []string
	}{
		{key: "k", rate: "10", value: "rate=10"},
		{key: "k", parallelism: "2", value: "parallelism=2"},
		{key: "k", rate: " 10 ", parallelism: " 2", period: " 1m ", value: "parallelism=2,rate=10,period=1m"},
		{key: "k", rate: "10", period: "60", value: "rate=10,period=60s"},
		{key: "k", rate: "10", period: "1", value: "rate=10,period=1s"},
		{key: "k", rate: "10", period: "7d", value: "rate=10,period=7d"},
		{key: "k", rate: "10", period: "604800", value: "rate=10,period=604800s"},
		{key: "k", rate: "10", period: "1h30m3s", value: "rate=10,period=1h30m3s"},
		{key: "k", problems: []string{"flow-control key: a key needs a rate or a parallelism"}},
		{rate: "10", problems: []string{"rate: a rate needs a flow-control key"}},
		{parallelism: "2", problems: []string{"parallelism: a parallelism needs a flow-control key"}},
		{period: "1m", problems: []string{"period: a period needs a rate"}},
		{key: "k", period: "1m", problems: []string{"flow-control key: a key needs a rate or a parallelism", "period: a period needs a rate"}},
		{key: "k", parallelism: "2", period: "1m", problems: []string{"period: a period needs a rate"}},
		{rate: "1", parallelism: "2", period: "1m", problems: []string{
			"rate: a rate needs a flow-control key", "parallelism: a parallelism needs a flow-control key",
		}},
		{rate: "x", period: "y", problems: []string{
			"rate: a whole number of 1 or more is needed", "period: from 1s to 7d is needed, such as 10s or 1m",
		}},
	} {
		o := typed(map[Setting]string{SetFlowKey: c.key, SetRate: c.rate, SetParallelism: c.parallelism, SetPeriod: c.period})
		if diff := cmp.Diff(c.problems, problemsOf(o)); diff != "" {
			t.Errorf("%+v: %s", c, diff)
		}
		if c.problems != nil {
			continue
		}
		want := []string{"Upstash-Flow-Control-Key: k", "Upstash-Flow-Control-Value: " + c.value}
		if diff := cmp.Diff(want, lines(o)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestHeaderForTheDestinationIsForwarded(t *testing.T) {
	for text, want := range map[string]string{
		"X-Reason: redrive":           "Upstash-Forward-X-Reason: redrive",
		" x-a :  b: c ":               "Upstash-Forward-x-a: b: c",
		"Authorization: Bearer a,b=":  "Upstash-Forward-Authorization: Bearer a,b=",
		"Host: a.example":             "Upstash-Forward-Host: a.example",
		"X!#$%&'*+-.^_`|~9:ä":         "Upstash-Forward-X!#$%&'*+-.^_`|~9: ä",
		"Upstash-Label: for the hook": "Upstash-Forward-Upstash-Label: for the hook",
	} {
		o := Overrides{Forward: []string{text}}
		if got := problemsOf(o); got != nil || strings.Join(lines(o), "\n") != want {
			t.Errorf("%q: %q, %q", text, lines(o), got)
		}
	}
	const (
		shape  = "Name: value is needed"
		name   = "the name has a character that no header name has"
		prefix = "the name goes without Upstash-Forward-, which is added"
	)
	for text, want := range map[string]string{
		"": shape, "X-A": shape, ": b": shape, "X-A:": shape, "X-A:  ": shape, " : ": shape,
		"X A: b": name, "X\r\nY: b": name, "Ä: b": name, "X\xff: b": name, "a/b: c": name, `"a": c`: name, "a,b: c": name,
		"Upstash-Forward-X-A: b": prefix, "upstash-forward-x: b": prefix,
		"X-A: b\r\nX-B: c": "it has a character that cannot be sent in a header", "X-A: \x00b": "it has a character that cannot be sent in a header",
	} {
		o := Overrides{Forward: []string{"X-Good: a", text}}
		if diff := cmp.Diff([]string{"header 1: " + want}, problemsOf(o)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestHeaderThatIsForwardedTwiceIsAProblem(t *testing.T) {
	o := Overrides{Forward: []string{"X-A: 1", "X-B: 2", "x-a : 3"}}
	if diff := cmp.Diff([]string{"header 2: x-a is there already: the server would get one of them only"}, problemsOf(o)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatWasNotTypedIsNotSent(t *testing.T) {
	if o := (Overrides{}); !o.IsZero() || o.Headers() != nil || o.Check() != nil {
		t.Errorf("%q, %q", lines(o), problemsOf(o))
	}
	for s := range settings {
		if o := typed(map[Setting]string{s: "0"}); o.IsZero() {
			t.Errorf("a 0 for the %s is not sent", s.Name())
		}
		if s.Name() == "" || s.Hint() == "" || settingRules[s].setting != s {
			t.Errorf("setting %d is not described at its place", s)
		}
	}
	for name, o := range map[string]Overrides{"labels": {Labels: []string{}}, "a header": {Forward: []string{"A: b"}}} {
		if o.IsZero() {
			t.Errorf("%s would not be sent", name)
		}
	}
}

func TestLabelsThatWereSetGoBeforeThoseThatWereTyped(t *testing.T) {
	o := typed(map[Setting]string{SetLabels: "typed"})
	o.Labels = []string{"one", "redrive-1"}
	if diff := cmp.Diff([]string{"Upstash-Label: one,redrive-1"}, lines(o)); diff != "" {
		t.Error(diff)
	}
}

func TestTypedLabelsAreSplitTrimmedAndNotRepeated(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, "a": {"a"}, " a , b c ,a, A ": {"a", "b c", "A"}, "ä,ä": {"ä"},
	} {
		if diff := cmp.Diff(want, typed(map[Setting]string{SetLabels: text}).typedLabels()); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestHeadersComeInTheOrderOfTheForm(t *testing.T) {
	o := typed(map[Setting]string{
		SetRetries: "0", SetDelay: "1s", SetRetryDelay: "1", SetTimeout: "1s", SetFlowKey: "k", SetRate: "1", SetParallelism: "2",
		SetPeriod: "3", SetLabels: "l", SetCallback: "https://a.example", SetFailureCallback: "https://b.example",
	})
	o.Forward = []string{"B: 1", "A: 2"}
	want := []string{
		"Upstash-Retries: 0", "Upstash-Delay: 1s", "Upstash-Retry-Delay: 1", "Upstash-Timeout: 1s", "Upstash-Flow-Control-Key: k",
		"Upstash-Flow-Control-Value: parallelism=2,rate=1,period=3s", "Upstash-Label: l", "Upstash-Callback: https://a.example",
		"Upstash-Failure-Callback: https://b.example", "Upstash-Forward-B: 1", "Upstash-Forward-A: 2",
	}
	if diff := cmp.Diff(want, lines(o)); diff != "" || problemsOf(o) != nil {
		t.Error(diff, problemsOf(o))
	}
}

func TestEachVerbTakesTheSettingsOfItsEndpoint(t *testing.T) {
	names := func(v Verb) string {
		var out []string
		for _, s := range v.Settings() {
			out = append(out, s.Name())
		}
		return strings.Join(out, ", ")
	}
	run := "retries, delay, retry delay, flow-control key, rate, parallelism, period, labels, failure callback"
	for v, want := range map[Verb]string{
		Retry:  "retries, delay, retry delay, timeout, flow-control key, rate, parallelism, period, labels, callback, failure callback",
		Resume: run, Restart: run, RerunFailureFunction: "", Delete: "",
	} {
		if got := names(v); got != want || v.Forwards() != (v == Retry) {
			t.Errorf("%s: %s", v, got)
		}
	}
}
