package model

import (
	"fmt"
	"strings"
	"unicode/utf8"
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
		p.unexpected()
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

// unexpected quotes only the beginning of what follows: the rest of a line says nothing more.
func (p *expression) unexpected() {
	const shown = 12
	switch r, _ := utf8.DecodeRuneInString(p.rest); r {
	case '^', '%':
		p.fail("%c is no operator here: use + - * / and the functions, such as pow(2, retried)", r)
		return
	}
	n := 0
	for i := range p.rest {
		if n++; n > shown {
			p.fail("%q is not expected there", p.rest[:i]+"…")
			return
		}
	}
	p.fail("%q is not expected there", p.rest)
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
	for p.take("*/") {
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
		p.unexpected()
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
	given := 1
	for ; p.take(","); given++ {
		p.sum(depth + 1)
	}
	p.close()
	if given != values {
		p.fail("%s takes %s", name, [...]string{1: "one value", 2: "two values"}[values])
	}
}

func (p *expression) close() {
	if p.problem == "" && !p.take(")") {
		p.fail("a bracket is not closed")
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
