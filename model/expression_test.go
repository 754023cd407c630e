package model

import (
	"strings"
	"testing"
)

func TestExpressionForTheRetryDelayIsTaken(t *testing.T) {
	for _, text := range []string{
		"0", "1000", "1.5", ".5", "retried", "1000 * (1 + retried)", "pow(2, retried) * 1000", "1000*pow(2,retried)",
		"max(1000, pow(2, retried) * 100)", "min(60000, 1000 * exp(retried))", "floor(retried / 2) - -3", "-retried + 10",
		"sqrt(abs(ceil(round(2.5))))", " ( ( 1 ) ) ", "pow (2, retried)", "1\t+ 2", "min(max(1,2),max(3,4))",
	} {
		if got := checkExpression(text); got != "" {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestExpressionThatIsNotTakenSaysWhy(t *testing.T) {
	const (
		end     = "it ends where a number, retried or a function is expected"
		unknown = ": use retried, numbers, and pow, sqrt, abs, exp, floor, ceil, round, min, max"
		noOp    = " is no operator here: use + - * / and the functions, such as pow(2, retried)"
	)
	for text, want := range map[string]string{
		"": end, " ": end, "1 +": end, "-": end, "pow(2,": end, "(": end, "1000 *": end,
		"30s": `"s" is not expected there`, "1e3": `"e3" is not expected there`, "2retried": `"retried" is not expected there`,
		"1,2": `",2" is not expected there`, "1)": `")" is not expected there`, "+1": `"+1" is not expected there`,
		"* 2": `"* 2" is not expected there`, "pow()": `")" is not expected there`, "1\n": `"\n" is not expected there`,
		"1000 ms": `"ms" is not expected there`, "retried(1)": `"(1)" is not expected there`, "ä": `"ä" is not expected there`,
		"1 \xff": `"\xff" is not expected there`, "1 # a remark that goes on": `"# a remark t…" is not expected there`,
		"5 ääääääääääääää": `"ääääääääääää…" is not expected there`,
		"2 ^ retried":      "^" + noOp, "^2": "^" + noOp, "10 % 3": "%" + noOp, "%": "%" + noOp,
		"1.2.3": `"1.2.3" is no number`, ".": `"." is no number`, "..": `".." is no number`,
		"retries": `there is no "retries"` + unknown, "Retried": `there is no "Retried"` + unknown, "log(2)": `there is no "log"` + unknown,
		"log2(8)": `there is no "log2"` + unknown, "POW(1,2)": `there is no "POW"` + unknown,
		"pow": "pow needs its values in brackets", "sqrt 4": "sqrt needs its values in brackets",
		"pow(2)": "pow takes two values", "pow(1,2,3)": "pow takes two values", "sqrt(1,2)": "sqrt takes one value",
		"min(1, max(2))": "max takes two values",
		"(1":             "a bracket is not closed", "(1 2)": "a bracket is not closed", "pow(1,2": "a bracket is not closed", "(1,2)": "a bracket is not closed",
		strings.Repeat("(", 70) + "1" + strings.Repeat(")", 70): "it is nested too deeply",
		strings.Repeat("-", 70) + "1":                           "it is nested too deeply",
		strings.Repeat("abs(", 70) + "1":                        "it is nested too deeply",
	} {
		if got := checkExpression(text); got != want {
			t.Errorf("%.40q: %s\nwant %s", text, got, want)
		}
	}
}

func TestHostileExpressionIsReadInBoundedSpace(t *testing.T) {
	for _, part := range []string{"(", "-", "abs(", "pow(1,", "1+", "1,", "\xff", "ä", " "} {
		if got := checkExpression(strings.Repeat(part, 200_000)); got == "" || len(got) > 300 {
			t.Errorf("%q: a sentence of %d bytes", part, len(got))
		}
	}
}

func FuzzExpression(f *testing.F) {
	for _, text := range []string{"", "1000", "max(1000, pow(2, retried) * 100)", "-(1.5 / .5)", "2 ^ retried", "pow(1", "\xff", "1,2", "1 # ä"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := checkExpression(text)
		if strings.ContainsAny(got, "\r\n") {
			t.Errorf("%q is no sentence", got)
		}
		if got != "" {
			return
		}
		// What is taken can be part of a larger expression, and goes through a header unchanged.
		if problem := checkHeaderText(strings.TrimSpace(strings.ReplaceAll(text, "\t", " "))); problem != "" {
			t.Errorf("%q: %s", text, problem)
		}
		if strings.Trim(text, "0123456789.+-*/(), \tabcdefhilmnopqrstuwx") != "" {
			t.Errorf("%q is taken", text)
		}
		if larger := checkExpression("1 + " + text); larger != "" && larger != "it is nested too deeply" {
			t.Errorf("1 + %q: %s", text, larger)
		}
	})
}
