package ui

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"redrive/model"
	"redrive/ui/text"
)

// newLogDocument lays out what the logs tell of an entry: the attempts at delivering a message, or the steps of a run.
func newLogDocument(e *model.Entry, p model.LogPage, o documentOptions) *document {
	b := &documentBuilder{doc: &document{}, o: o}
	if e.Key.Kind == model.WorkflowRun {
		b.runLog(e, p)
	} else {
		b.messageLog(e, p)
	}
	for _, part := range b.doc.parts {
		b.doc.texts = append(b.doc.texts, part.searchText())
	}
	return b.doc
}

// noLog says that there is none, and why that may be.
func (b *documentBuilder) noLog(id, what string) {
	why := "logs are kept for a shorter time than dead letters, and are written some time after the fact: r reads again"
	if id == "" {
		why = "the entry does not have the id of its " + what
	}
	b.field(text.Const("No log of it"), why)
}

// goesOn says that there is more than was read.
func (b *documentBuilder) goesOn(p model.LogPage) {
	if p.Next != "" {
		b.field(text.Const("And more"), "the log goes on beyond what is read here")
	}
}

func (b *documentBuilder) messageLog(e *model.Entry, p model.LogPage) {
	attempts, rest := model.Attempts(p.Events)
	if len(attempts)+len(rest) == 0 {
		b.noLog(e.MessageID, "message")
		return
	}
	b.field(text.Const("Message"), e.MessageID)
	b.field(text.Const("Attempts"), strconv.Itoa(len(attempts))+" in the log, "+retriesConfigured(e.MaxRetries))
	b.goesOn(p)
	b.add(&blank{})
	i := 0
	for _, r := range rest {
		for ; i < len(attempts) && attemptAt(&attempts[i]).Before(r.At); i++ {
			b.attempt(i+1, &attempts[i])
		}
		b.event(&r)
	}
	for ; i < len(attempts); i++ {
		b.attempt(i+1, &attempts[i])
	}
}

func retriesConfigured(n int) string {
	if n == 1 {
		return "1 retry configured"
	}
	return strconv.Itoa(n) + " retries configured"
}

func attemptAt(a *model.Attempt) time.Time {
	if a.Began.IsZero() {
		return a.Ended
	}
	return a.Began
}

func (b *documentBuilder) attempt(n int, a *model.Attempt) {
	parts := []string{b.clock(attemptAt(a)), statusOf(a.Status)}
	if !a.Began.IsZero() && !a.Ended.IsZero() {
		parts = append(parts, "after "+lasted(a.Ended.Sub(a.Began)))
	}
	parts = append(parts, b.said(a.Text))
	parts = append(parts, b.at("next at ", a.NextAt))
	b.field(text.Sprintf("%s %d %s", logGlyph(a.State), n, text.Line(head(a.State))), dotted(parts...))
}

func (b *documentBuilder) event(e *model.LogEvent) {
	b.field(text.Sprintf("%s %s", logGlyph(e.State), text.Line(head(e.State))), dotted(b.clock(e.At), statusOf(e.Status), b.said(e.Error)))
}

func (b *documentBuilder) runLog(e *model.Entry, p model.LogPage) {
	r, found := model.RunOf(p.Runs, e)
	if !found {
		b.noLog(e.WorkflowRunID, "run")
		return
	}
	b.field(text.Const("Workflow run"), r.ID)
	b.field(text.Const("State"), r.State)
	b.field(text.Const("Created"), b.clock(r.CreatedAt))
	if took := r.CompletedAt.Sub(r.CreatedAt); !r.CompletedAt.IsZero() && !r.CreatedAt.IsZero() {
		b.field(text.Const("Ended"), dotted(b.clock(r.CompletedAt), "after "+lasted(took)))
	} else {
		b.field(text.Const("Ended"), b.clock(r.CompletedAt))
	}
	b.field(text.Const("Failed step"), r.FailedStep())
	b.field(text.Const("Failure function"), dotted(r.FailureState, statusOf(r.FailureStatus), b.said(r.FailureResponse)))
	b.field(text.Const("Problem"), r.Problem)
	b.goesOn(p)
	b.heading(text.Sprintf("Steps · %d in the log", len(r.Steps)))
	beside := labelWidth
	for i := range r.Steps {
		beside = max(beside, min(stepLabel(&r.Steps[i]).Width()+1, headerWidth))
	}
	before := r.CreatedAt
	for i := range r.Steps {
		b.step(&r.Steps[i], before, beside)
		if at := r.Steps[i].CreatedAt; !at.IsZero() {
			before = at
		}
	}
}

func stepLabel(s *model.RunStep) text.Safe {
	name := text.Line(head(s.Name))
	if name.IsEmpty() {
		name = text.Const("(not named)")
	}
	return text.Sprintf("%s %s", logGlyph(s.State), name)
}

// step says when a step was done, and how long after the one before it.
func (b *documentBuilder) step(s *model.RunStep, before time.Time, beside int) {
	since := ""
	if !s.CreatedAt.IsZero() && s.CreatedAt.After(before) && !before.IsZero() {
		since = "+" + lasted(s.CreatedAt.Sub(before))
	}
	parts := []string{strings.TrimPrefix(s.State, "STEP_"), s.Type, b.clock(s.CreatedAt), since}
	if s.Group == "parallel" {
		parts = append(parts, "beside others")
	}
	if len(s.Errors) > 0 {
		parts = append(parts, retriesConfigured(s.Retries))
	}
	parts = append(parts, b.at("next at ", s.NextAt))
	b.beside(stepLabel(s), dotted(parts...), beside)
	for i := range s.Errors {
		e := &s.Errors[i]
		b.beside(text.Sprintf("    attempt %d", i+1), dotted(b.clock(e.At), statusOf(e.Status), b.said(e.Text)), beside)
	}
}

// beside adds a field whose value begins in a column.
func (b *documentBuilder) beside(label text.Safe, value string, at int) {
	b.doc.unsafe += text.Unsafe(value)
	f := newField(label, value)
	f.beside = at
	b.add(f)
}

// longestSaid is how much of an answer is shown, in bytes.
const longestSaid = 200

// said is the beginning of what an answer says, on one line.
func (b *documentBuilder) said(raw string) string {
	if b.o.masked {
		raw = model.MaskText(raw)
	}
	s := strings.Join(strings.Fields(raw), " ")
	if len(s) <= longestSaid {
		return s
	}
	end := longestSaid
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// at is a time behind what happened then; empty when it is not known.
func (b *documentBuilder) at(what string, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return what + b.clock(at)
}

// clock is a time to the millisecond, with the day when that is not today; empty when it is not known.
func (b *documentBuilder) clock(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at, now := at.In(b.o.zone), b.o.now.In(b.o.zone)
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format("15:04:05.000")
	}
	return at.Format("01-02 15:04:05.000")
}

func statusOf(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// dotted joins what there is.
func dotted(parts ...string) string {
	kept := parts[:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " · ")
}

// lasted is a duration to the precision that matters.
func lasted(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Hour:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// logGlyph is the sign of a state of an attempt or a step, which is named beside it.
func logGlyph(state string) text.Safe {
	switch strings.TrimPrefix(state, "STEP_") {
	case "DELIVERED", "SUCCESS":
		return text.Const("✓")
	case "ERROR", "FAILED":
		return text.Const("✗")
	case "RETRY":
		return text.Const("~")
	case "ACTIVE", "PROGRESS":
		return text.Const("…")
	case "CANCELLED", "CANCELED", "CANCEL_REQUESTED":
		return text.Const("x")
	}
	return text.Const("·")
}
