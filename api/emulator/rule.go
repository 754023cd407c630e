package emulator

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultSyntax explains the text that [ParseFault] reads.
const FaultSyntax = `A fault is a word, then where and how often it strikes:

  latency=50ms         answers late; latency=20ms..200ms by an amount drawn from the range
  burst=20             answers 429 to more than so many requests a second
  daily=1000           answers 429 to more than so many requests a day that make messages
  fail=500             answers with the status
  html=502             answers with a page, as a proxy does
  drop                 closes the connection
  hang                 never answers
  truncate=20          closes the connection after so many bytes of the answer

latency, fail, html, drop and hang take effect before the request is carried out, and after it with -after-commit behind
them: fail=500-after-commit.

  @5%                  strikes one request in twenty; directly behind the fault
  on=retry|delete      strikes these requests only: publish, retry, delete, resume, restart, callback, list, get, logs, runs,
                       messages, queues, flow, topics, keys
  after=10             leaves the first ten of them alone
  times=3              strikes three times

For example: fail=503@5% on=retry|delete times=3`

type faultKind string

const (
	faultLatency  faultKind = "latency"
	faultBurst    faultKind = "burst"
	faultDaily    faultKind = "daily"
	faultFail     faultKind = "fail"
	faultHTML     faultKind = "html"
	faultDrop     faultKind = "drop"
	faultHang     faultKind = "hang"
	faultTruncate faultKind = "truncate"
)

const (
	afterCommit = "-after-commit"
	// htmlStatus and truncateBytes are what the faults are without a value.
	htmlStatus    = http.StatusBadGateway
	truncateBytes = 20
	certain       = 100
)

// makesMessages are the operations that a daily limit counts.
var makesMessages = []string{"publish", "retry", "resume", "restart"}

// Rule is a fault, and when it strikes. Read one with [ParseFault];
// [ScriptFaults] makes rules into what [Server.SetFaults] takes.
type Rule struct {
	kind faultKind
	// number is the status, the limit or the bytes.
	number    int
	low, high time.Duration
	committed bool
	// percent is how many of a hundred requests are struck.
	percent float64
	on      []string
	after   int
	times   int
}

// ParseFault reads a rule from its text, see [FaultSyntax].
func ParseFault(text string) (Rule, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return Rule{}, fmt.Errorf("a fault is empty")
	}
	rule, err := parseFaultWord(words[0])
	if err != nil {
		return Rule{}, err
	}
	for _, word := range words[1:] {
		if err := rule.limitTo(word); err != nil {
			return Rule{}, fmt.Errorf("the fault %q: %w", words[0], err)
		}
	}
	if rule.kind == faultDaily && rule.on == nil {
		rule.on = makesMessages
	}
	return rule, nil
}

// parseFaultWord reads the fault itself, with its chance.
func parseFaultWord(word string) (Rule, error) {
	rule := Rule{percent: certain}
	fault, chance, chancy := strings.Cut(word, "@")
	if chancy {
		var err error
		if rule.percent, err = parsePercent(chance); err != nil {
			return Rule{}, fmt.Errorf("the fault %q: %w", word, err)
		}
	}
	fault, rule.committed = strings.CutSuffix(fault, afterCommit)
	name, value, given := strings.Cut(fault, "=")
	rule.kind = faultKind(name)
	if err := rule.read(value, given); err != nil {
		return Rule{}, fmt.Errorf("the fault %q: %w", word, err)
	}
	return rule, nil
}

func parsePercent(text string) (float64, error) {
	number, ended := strings.CutSuffix(text, "%")
	percent, err := strconv.ParseFloat(number, 64)
	if err != nil || !ended || !(percent > 0 && percent <= certain) {
		return 0, fmt.Errorf("%q is no chance: write it as @5%%", "@"+text)
	}
	return percent, nil
}

// read takes the value of the fault.
func (r *Rule) read(value string, given bool) (err error) {
	switch r.kind {
	case faultLatency:
		return r.readLatency(value)
	case faultFail:
		r.number, err = parseNumber(value, "a status", 100, 599)
	case faultHTML:
		r.number = htmlStatus
		if given {
			r.number, err = parseNumber(value, "a status", 100, 599)
		}
	case faultTruncate:
		r.number = truncateBytes
		if given {
			r.number, err = parseNumber(value, "a number of bytes", 1, math.MaxInt32)
		}
	case faultBurst, faultDaily:
		r.number, err = parseNumber(value, "a number of requests", 0, math.MaxInt32)
	case faultDrop, faultHang:
		if given {
			return fmt.Errorf("%s takes no value", r.kind)
		}
	default:
		return fmt.Errorf("there is no such fault: it is latency, burst, daily, fail, html, drop, hang or truncate")
	}
	if err != nil {
		return err
	}
	if r.committed && slices.Contains([]faultKind{faultBurst, faultDaily, faultTruncate}, r.kind) {
		return fmt.Errorf("%s does not go with %s", r.kind, afterCommit)
	}
	return nil
}

func (r *Rule) readLatency(value string) error {
	low, high, ranged := strings.Cut(value, "..")
	if !ranged {
		high = low
	}
	var errLow, errHigh error
	r.low, errLow = time.ParseDuration(low)
	r.high, errHigh = time.ParseDuration(high)
	if errLow != nil || errHigh != nil || r.low < 0 || r.high < r.low {
		return fmt.Errorf("%q is no latency: write it as 50ms or 20ms..200ms", value)
	}
	return nil
}

func parseNumber(text, what string, least, most int) (int, error) {
	number, err := strconv.Atoi(text)
	if err != nil || number < least || number > most {
		return 0, fmt.Errorf("%q is not %s from %d to %d", text, what, least, most)
	}
	return number, nil
}

// limitTo reads a word that says which requests the fault strikes.
func (r *Rule) limitTo(word string) (err error) {
	name, value, _ := strings.Cut(word, "=")
	switch name {
	case "on":
		r.on = unique(strings.Split(value, "|"))
		for _, operation := range r.on {
			if !slices.Contains(operations(), operation) {
				return fmt.Errorf("there is no request %q: on= takes %s", operation, strings.Join(operations(), "|"))
			}
		}
	case "after":
		r.after, err = parseNumber(value, "a number of requests", 0, math.MaxInt32)
	case "times":
		r.times, err = parseNumber(value, "a number of requests", 1, math.MaxInt32)
	default:
		return fmt.Errorf("%q is none of on=, after= and times=", word)
	}
	return err
}

// operations are what requests are called in a rule.
func operations() []string {
	names := make([]string, 0, len(routes))
	for _, r := range routes {
		names = append(names, r.operation)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// String is the text of the rule.
func (r Rule) String() string {
	text := string(r.kind)
	switch r.kind {
	case faultLatency:
		text += "=" + r.low.String()
		if r.high != r.low {
			text += ".." + r.high.String()
		}
	case faultDrop, faultHang:
	default:
		text += "=" + strconv.Itoa(r.number)
	}
	if r.committed {
		text += afterCommit
	}
	if r.percent != certain {
		text += "@" + strconv.FormatFloat(r.percent, 'g', -1, 64) + "%"
	}
	if len(r.on) > 0 {
		text += " on=" + strings.Join(r.on, "|")
	}
	if r.after > 0 {
		text += " after=" + strconv.Itoa(r.after)
	}
	if r.times > 0 {
		text += " times=" + strconv.Itoa(r.times)
	}
	return text
}
