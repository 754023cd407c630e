package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrive/api/emulator"
	"redrive/model"
)

type settings map[model.Setting]string

func (s settings) overrides() model.Overrides {
	var o model.Overrides
	for setting, text := range s {
		o.Values[setting] = text
	}
	return o
}

// forwarding are overrides with headers for the destination.
func forwarding(headers ...string) model.Overrides { return model.Overrides{Forward: headers} }

// overrideCase is an override as it was typed, and what goes over the wire.
type overrideCase struct {
	typed   model.Overrides
	lines   []string // nothing for a refusal
	refusal string   // part of what it says
	retry   bool     // only a retry takes it
}

func overrideCases() []overrideCase {
	good := func(s settings, lines ...string) overrideCase {
		return overrideCase{typed: s.overrides(), lines: lines}
	}
	bad := func(s settings, refusal string) overrideCase {
		return overrideCase{typed: s.overrides(), refusal: refusal}
	}
	onlyRetry := func(c overrideCase) overrideCase { c.retry = true; return c }
	flow := func(rate, parallelism, period string) settings {
		return settings{model.SetFlowKey: "k 1", model.SetRate: rate, model.SetParallelism: parallelism, model.SetPeriod: period}
	}
	flowed := func(value string) []string {
		return []string{"Upstash-Flow-Control-Key: k 1", "Upstash-Flow-Control-Value: " + value}
	}
	return []overrideCase{
		{},
		good(settings{model.SetRetries: "0"}, "Upstash-Retries: 0"),
		good(settings{model.SetRetries: " 7 "}, "Upstash-Retries: 7"),
		bad(settings{model.SetRetries: "-1"}, "the retries cannot be sent: a whole number"),
		bad(settings{model.SetRetries: "-0"}, "the retries"),
		good(settings{model.SetDelay: "0s"}, "Upstash-Delay: 0s"),
		good(settings{model.SetDelay: "1d10h30m"}, "Upstash-Delay: 1d10h30m"),
		bad(settings{model.SetDelay: "30"}, "the delay cannot be sent: the unit is missing"),
		bad(settings{model.SetDelay: "213504d"}, "too long"),
		bad(settings{model.SetDelay: "1s\r\nX-Y: z"}, "the delay"),
		good(settings{model.SetRetryDelay: "max(1000, pow(2, retried) * 100)"}, "Upstash-Retry-Delay: max(1000, pow(2, retried) * 100)"),
		bad(settings{model.SetRetryDelay: "2 ^ retried"}, "the retry delay cannot be sent: ^ is no operator"),
		onlyRetry(good(settings{model.SetTimeout: "2m"}, "Upstash-Timeout: 2m")),
		onlyRetry(bad(settings{model.SetTimeout: "0s"}, "the timeout cannot be sent: more than zero")),
		good(flow("10", "", ""), flowed("rate=10")...),
		good(flow("", "2", ""), flowed("parallelism=2")...),
		good(flow("10", "2", "1m"), flowed("parallelism=2,rate=10,period=1m")...),
		good(flow("10", "", "60"), flowed("rate=10,period=60s")...),
		good(flow("10", "", "7d"), flowed("rate=10,period=7d")...),
		bad(flow("", "", ""), "a key needs a rate or a parallelism"),
		bad(flow("0", "", ""), "the rate cannot be sent"),
		bad(flow("", "0", ""), "the parallelism cannot be sent"),
		bad(flow("10", "", "8d"), "the period cannot be sent: from 1s to 7d"),
		bad(flow("10", "", "+5"), "the period cannot be sent"),
		bad(flow("", "2", "1m"), "a period needs a rate"),
		bad(settings{model.SetRate: "1"}, "a rate needs a flow-control key"),
		bad(settings{model.SetParallelism: "1"}, "a parallelism needs a flow-control key"),
		bad(settings{model.SetFlowKey: "a\nb", model.SetRate: "1"}, "the flow-control key cannot be sent"),
		good(settings{model.SetLabels: "one, two words ,one"}, "Upstash-Label: one,two words"),
		bad(settings{model.SetLabels: "one,,two"}, "the labels cannot be sent"),
		{typed: model.Overrides{Labels: []string{"ä", "two words"}}, lines: []string{"Upstash-Label: ä,two words"}},
		{typed: model.Overrides{Labels: []string{"a\uFFFD"}}, refusal: "cannot be sent in a header"},
		{typed: model.Overrides{Labels: []string{"a,b"}}, refusal: "cannot be sent in a header"},
		{typed: model.Overrides{Labels: []string{}}, refusal: "cannot be taken off"},
		onlyRetry(good(settings{model.SetCallback: "https://a.example/x?y=1"}, "Upstash-Callback: https://a.example/x?y=1")),
		onlyRetry(bad(settings{model.SetCallback: "a.example"}, "the callback cannot be sent: an http or https URL")),
		good(settings{model.SetFailureCallback: "http://a.example"}, "Upstash-Failure-Callback: http://a.example"),
		bad(settings{model.SetFailureCallback: "http://:80"}, "the failure callback cannot be sent"),
		onlyRetry(overrideCase{typed: forwarding("x-one: 1", "X-Two: a:b"), lines: []string{"Upstash-Forward-X-One: 1", "Upstash-Forward-X-Two: a:b"}}),
		onlyRetry(overrideCase{typed: forwarding("X-One"), refusal: "a forwarded header cannot be sent: Name: value"}),
		onlyRetry(overrideCase{typed: forwarding("X: 1", "x: 2"), refusal: "there already"}),
		onlyRetry(overrideCase{typed: forwarding("X: 1\r\nAuthorization: z"), refusal: "a forwarded header"}),
	}
}

func TestOverrideGoesOutAsItsHeaderOrNothingLeaves(t *testing.T) {
	for _, verb := range everyVerb[:3] {
		for _, c := range overrideCases() {
			refusal := c.refusal
			if c.retry && verb.verb != model.Retry {
				refusal = verb.verb.String() + " takes no "
			}
			client, e := emulated(t, emulator.Options{})
			e.Add(entryFor(verb))
			_, err := client.Do(t.Context(), verb.write(t, c.typed))
			requests := e.Requests()
			if refusal != "" {
				if kindOf(err) != "refused" || !strings.Contains(err.Error(), refusal) || len(requests) > 0 || e.Fate(someI).State != emulator.FatePresent {
					t.Errorf("%s with %+v: want %q: %v, %+v", verb, c.typed, refusal, err, requests)
				}
				continue
			}
			if err != nil || len(requests) != 1 || requests[0].Method+" "+requests[0].Path != verb.one() || len(requests[0].Query) > 0 {
				t.Errorf("%s with %+v: %v, %+v", verb, c.typed, err, requests)
				continue
			}
			if diff := cmp.Diff(c.lines, headerLines(requests[0].Header)); diff != "" {
				t.Errorf("%s: %s", verb, diff)
			}
		}
	}
}

func headerLines(h http.Header) []string {
	var lines []string
	for name, values := range h {
		for _, v := range values {
			lines = append(lines, name+": "+v)
		}
	}
	slices.Sort(lines)
	return lines
}

func TestChangeThatMakesNothingTakesNoOverride(t *testing.T) {
	for _, verb := range everyVerb[3:] {
		for _, c := range overrideCases() {
			client, e := emulated(t, emulator.Options{})
			e.Add(entryFor(verb))
			_, err := client.Do(t.Context(), verb.write(t, c.typed))
			if c.typed.IsZero() {
				if err != nil {
					t.Error(err)
				}
				continue
			}
			if kindOf(err) != "refused" || !strings.HasPrefix(err.Error(), "nothing was sent: "+verb.verb.String()+" takes no ") || len(e.Requests()) > 0 {
				t.Errorf("%s with %+v: %v, %d requests", verb, c.typed, err, len(e.Requests()))
			}
		}
	}
}
