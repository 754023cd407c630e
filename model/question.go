package model

import (
	"strconv"
	"strings"
)

// QuestionKind is how a plan is answered. Friction grows with what can go wrong.
type QuestionKind uint8

const (
	// YesNo is answered with one key.
	YesNo QuestionKind = iota
	// TypeCount is answered by typing the number of entries.
	TypeCount
	// TypeWord is answered by typing a word.
	TypeWord
)

// Question is what a plan asks before anything is sent, and what has been typed for an answer.
type Question struct {
	Kind  QuestionKind
	want  string
	typed string
	wrong bool
}

// Question is what the plan asks: a delete of which nothing is kept the word; a restart or a delete of more than one, anything of more than [MaxSingle], and whatever the
// server decides, the number; anything else yes or no.
func (p *Plan) Question() Question {
	n := p.Selection.Len()
	switch {
	case p.Verb == Delete && !p.Kept:
		return Question{Kind: TypeWord, want: "delete"}
	case n > MaxSingle || p.ByFilter() || p.First > 0 && !p.IsCanary || (p.Verb == Restart || p.Verb == Delete) && n > 1:
		return Question{Kind: TypeCount, want: strconv.Itoa(n)}
	}
	return Question{}
}

// CountQuestion is what is asked before so many messages are published: yes or no of a few, the number of more.
func CountQuestion(n int) Question {
	if n > MaxSingle {
		return Question{Kind: TypeCount, want: strconv.Itoa(n)}
	}
	return Question{}
}

// DoubtQuestion is what is asked before so many messages are published that may have been already: their number, of one too.
func DoubtQuestion(n int) Question { return Question{Kind: TypeCount, want: strconv.Itoa(n)} }

// Want is what is to be typed.
func (q *Question) Want() string { return q.want }

// Typed is what has been typed.
func (q *Question) Typed() string { return q.typed }

// Wrong tells whether what was typed was tried and is not the answer.
func (q *Question) Wrong() bool { return q.wrong }

// Takes tells whether a typed character belongs to the answer: digits and what separates them for a number, letters for
// a word. Any other is the sheet's.
func (q *Question) Takes(text string) bool {
	if len(text) != 1 {
		return false
	}
	c := text[0]
	switch q.Kind {
	case TypeCount:
		return isDigit(c) || strings.IndexByte(",._", c) >= 0
	case TypeWord:
		return 'a' <= lower(c) && lower(c) <= 'z'
	}
	return false
}

// maxAnswer is how long an answer may get: longer than any that is right.
const maxAnswer = 24

// Type adds a character. After an answer that was wrong it begins anew: what was left of that could make another of it.
func (q *Question) Type(text string) {
	q.anew()
	if len(q.typed) < maxAnswer {
		q.typed += text
	}
}

// Erase takes the last character back, or all of an answer that was wrong.
func (q *Question) Erase() {
	q.anew()
	if q.typed != "" {
		q.typed = q.typed[:len(q.typed)-1]
	}
}

func (q *Question) anew() {
	if q.wrong {
		q.typed, q.wrong = "", false
	}
}

// Try tells whether what was typed is the answer. What is wrong stays, to be told, until more is typed.
func (q *Question) Try() bool {
	typed := q.typed
	if q.Kind == TypeCount {
		typed = strings.NewReplacer(",", "", ".", "", "_", "").Replace(typed)
	}
	if q.Kind == YesNo || typed != q.want {
		q.wrong = q.Kind != YesNo
		return false
	}
	return true
}
