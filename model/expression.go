package model

import (
	"fmt"
	"strings"
)

// expressionFunctions are the functions of a retry delay, with the number of values they take.
var expressionFunctions = map[string]int{
	"pow": 2, "sqrt": 1, "abs": 1, "exp": 1, "floor": 1, "ceil": 1, "round": 1, "min": 2, "max": 2,
}

// maxExpressionDepth bounds the nesting of brackets, so that no input can exhaust the stack.
const maxExpressionDepth = 64

// checkExpression says what is wrong with a retry delay: an arithmetic expression that gives milliseconds, in which
// `retried` is the number of retries made (Upstash-Retry-Delay). It returns "" for a good one.
func checkExpression(s string) string {
	p := &expression{rest: s}
	p.sum(0)
	p.skip()
	if p.problem == "" && p.rest != "" {
		p.fail("%q is not expected there", p.rest)
	}
	return p.problem
}

// expression reads one by recursive descent. The first problem ends the reading.
type expression struct {
	rest    string
	problem string
}

func (p *expression) fail(format string, args ...any) {
	if p.problem == "" {
		p.problem = fmt.Sprintf(format, args...)
	}
	p.rest = ""
}

func (p *expression) skip() { p.rest = strings.TrimLeft(p.rest, " \t") }

func (p *expression) take(set string) bool {
	p.skip()
	if p.rest == "" || !strings.Contains(set, p.rest[:1]) {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *expression) sum(depth int) {
	p.product(depth)
	for p.take("+-") {
		p.product(depth)
	}
}

func (p *expression) product(depth int) {
	p.value(depth)
	for p.take("*/%^") {
		p.value(depth)
	}
}

func (p *expression) value(depth int) {
	p.skip()
	switch {
	case p.problem != "":
	case depth > maxExpressionDepth:
		p.fail("it is nested too deeply")
	case p.rest == "":
		p.fail("it ends where a number, retried or a function is expected")
	case p.take("-"):
		p.value(depth + 1)
	case p.take("("):
		p.sum(depth + 1)
		p.close()
	case isDigit(p.rest[0]) || p.rest[0] == '.':
		p.number()
	default:
		p.name(depth)
	}
}

func (p *expression) number() {
	n := 0
	dots := 0
	for n < len(p.rest) && (isDigit(p.rest[n]) || p.rest[n] == '.') {
		if p.rest[n] == '.' {
			dots++
		}
		n++
	}
	if dots > 1 || n == dots {
		p.fail("%q is no number", p.rest[:n])
		return
	}
	p.rest = p.rest[n:]
}

func (p *expression) name(depth int) {
	n := 0
	for n < len(p.rest) && (lower(p.rest[n]) >= 'a' && lower(p.rest[n]) <= 'z' || n > 0 && isDigit(p.rest[n])) {
		n++
	}
	name := p.rest[:n]
	if n == 0 {
		p.fail("%q is not expected there", p.rest)
		return
	}
	p.rest = p.rest[n:]
	if name == "retried" {
		return
	}
	values, known := expressionFunctions[name]
	if !known {
		p.fail("there is no %q: use retried, numbers, and pow, sqrt, abs, exp, floor, ceil, round, min, max", name)
		return
	}
	if !p.take("(") {
		p.fail("%s needs its values in brackets", name)
		return
	}
	p.sum(depth + 1)
	for range values - 1 {
		if p.problem == "" && !p.take(",") {
			p.fail("%s takes %d values", name, values)
			return
		}
		p.sum(depth + 1)
	}
	p.close()
}

func (p *expression) close() {
	if p.problem == "" && !p.take(")") {
		p.fail("a bracket is not closed")
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
