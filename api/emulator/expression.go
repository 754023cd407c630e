package emulator

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// expression is a retry delay: an arithmetic expression over the number of
// retries made so far, which gives milliseconds.
type expression func(retried float64) float64

// maxBackoff is the longest pause between two attempts.
const maxBackoff = 24 * time.Hour

// backoff is the pause before the next attempt, when `retried` retries have
// been made. The default is e^(2.5n) seconds before the n-th retry: 12 s,
// 2m28s, 30m8s and so on.
func backoff(text string, retried int) time.Duration {
	if formula, err := parseExpression(text); err == nil {
		ms := formula(float64(retried))
		if math.IsNaN(ms) || ms < 0 {
			return 0
		}
		return time.Duration(min(ms, float64(maxBackoff.Milliseconds()))) * time.Millisecond
	}
	seconds := math.Floor(math.Exp(2.5 * float64(retried+1)))
	return time.Duration(min(seconds, maxBackoff.Seconds())) * time.Second
}

// backoff is the pause before the next attempt of a message.
func (s *Server) backoff(text string, retried int) time.Duration {
	if text == "" && s.options.Switches.ShortBackoff {
		text = "floor(exp(2 * (retried + 1))) * 1000"
	}
	return backoff(text, retried)
}

var errExpression = errors.New("cannot read the expression")

// expressionDepth bounds the nesting, as the text comes from outside.
const expressionDepth = 50

func parseExpression(text string) (expression, error) {
	p := &expressionParser{rest: strings.TrimSpace(text)}
	formula, err := p.sum()
	if err != nil {
		return nil, err
	}
	if p.rest != "" {
		return nil, fmt.Errorf("%w: unexpected %q", errExpression, p.rest)
	}
	return formula, nil
}

type expressionParser struct {
	rest  string
	depth int
}

// take consumes the text if it comes next.
func (p *expressionParser) take(text string) bool {
	rest, found := strings.CutPrefix(p.rest, text)
	if found {
		p.rest = strings.TrimLeft(rest, " ")
	}
	return found
}

func (p *expressionParser) sum() (expression, error) {
	if p.depth++; p.depth > expressionDepth {
		return nil, errExpression
	}
	defer func() { p.depth-- }()
	left, err := p.product()
	for err == nil {
		var right expression
		switch before := left; {
		case p.take("+"):
			right, err = p.product()
			left = func(n float64) float64 { return before(n) + right(n) }
		case p.take("-"):
			right, err = p.product()
			left = func(n float64) float64 { return before(n) - right(n) }
		default:
			return left, nil
		}
	}
	return nil, err
}

func (p *expressionParser) product() (expression, error) {
	left, err := p.factor()
	for err == nil {
		var right expression
		switch before := left; {
		case p.take("*"):
			right, err = p.factor()
			left = func(n float64) float64 { return before(n) * right(n) }
		case p.take("/"):
			right, err = p.factor()
			left = func(n float64) float64 { return before(n) / right(n) }
		default:
			return left, nil
		}
	}
	return nil, err
}

func (p *expressionParser) factor() (expression, error) {
	switch {
	case p.take("-"):
		if p.depth++; p.depth > expressionDepth {
			return nil, errExpression
		}
		defer func() { p.depth-- }()
		inner, err := p.factor()
		if err != nil {
			return nil, err
		}
		return func(n float64) float64 { return -inner(n) }, nil
	case p.take("("):
		inner, err := p.sum()
		if err != nil || !p.take(")") {
			return nil, errExpression
		}
		return inner, nil
	case p.take("retried"):
		return func(n float64) float64 { return n }, nil
	}
	length := 0
	for length < len(p.rest) && strings.IndexByte("0123456789.", p.rest[length]) >= 0 {
		length++
	}
	if length == 0 {
		return p.function()
	}
	number, err := strconv.ParseFloat(p.rest[:length], 64)
	if err != nil {
		return nil, errExpression
	}
	p.take(p.rest[:length])
	return func(float64) float64 { return number }, nil
}

var (
	oneArgument = map[string]func(float64) float64{
		"sqrt": math.Sqrt, "abs": math.Abs, "exp": math.Exp,
		"floor": math.Floor, "ceil": math.Ceil, "round": math.Round,
	}
	twoArguments = map[string]func(float64, float64) float64{
		"pow": math.Pow, "min": math.Min, "max": math.Max,
	}
)

func (p *expressionParser) function() (expression, error) {
	name, _, _ := strings.Cut(p.rest, "(")
	name = strings.TrimSpace(name)
	one, two := oneArgument[name], twoArguments[name]
	if one == nil && two == nil {
		return nil, errExpression
	}
	p.take(name)
	if !p.take("(") {
		return nil, errExpression
	}
	first, err := p.sum()
	if err != nil {
		return nil, err
	}
	if two == nil {
		if !p.take(")") {
			return nil, errExpression
		}
		return func(n float64) float64 { return one(first(n)) }, nil
	}
	if !p.take(",") {
		return nil, errExpression
	}
	second, err := p.sum()
	if err != nil || !p.take(")") {
		return nil, errExpression
	}
	return func(n float64) float64 { return two(first(n), second(n)) }, nil
}
