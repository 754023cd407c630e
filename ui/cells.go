package ui

import (
	"redrive/model"
	"redrive/ui/text"
)

func drawStatus(m *Model, e *model.Entry, _ int) (style, text.Safe) {
	if e.Status == 0 {
		return m.theme.note, text.Const("none")
	}
	return m.theme.status(e.Status), text.Int(e.Status)
}

// cellBytes is how much of a remote string is looked at for a cell: a longer one is cut anyhow.
const cellBytes = 1024

func head(s string) string { return s[:min(len(s), cellBytes)] }

func drawDestination(m *Model, e *model.Entry, width int) (style, text.Safe) {
	return m.theme.plain, text.Cell(head(e.Method)+" "+model.Destination(e.URL), width)
}

func drawWorkflow(m *Model, e *model.Entry, width int) (style, text.Safe) {
	url := e.WorkflowURL
	if url == "" {
		url = e.URL
	}
	return m.theme.plain, text.Cell(model.Destination(url), width)
}

func drawRun(m *Model, e *model.Entry, width int) (style, text.Safe) {
	return m.theme.plain, cellOrNone(e.WorkflowRunID, width)
}

func drawFailureState(m *Model, e *model.Entry, width int) (style, text.Safe) {
	switch e.FailureState {
	case "CALLBACK_FAIL":
		return m.theme.bad, text.Const("failed")
	case "CALLBACK_SUCCESS":
		return m.theme.plain, text.Const("done")
	case "CALLBACK_INPROGRESS":
		return m.theme.plain, text.Const("running")
	case "CALLBACK_CANCELED":
		return m.theme.plain, text.Const("cancelled")
	}
	return m.theme.plain, cellOrNone(e.FailureState, width)
}

func drawQueue(m *Model, e *model.Entry, width int) (style, text.Safe) {
	if e.QueueName != "" {
		return m.theme.plain, text.Cell(e.QueueName, width)
	}
	return m.theme.plain, cellOrNone(e.URLGroup, width)
}

func drawLabels(m *Model, e *model.Entry, width int) (style, text.Safe) {
	if len(e.Labels) == 0 {
		return m.theme.plain, text.Const("–")
	}
	first := text.Cell(e.Labels[0], width)
	if n := len(e.Labels) - 1; n > 0 {
		more := text.Sprintf(" +%d", n)
		return m.theme.plain, text.Concat(text.Cut(first, width-more.Width()), more)
	}
	return m.theme.plain, first
}

func drawMaxRetries(m *Model, e *model.Entry, _ int) (style, text.Safe) {
	return m.theme.plain, text.Int(e.MaxRetries)
}

func drawResponse(m *Model, e *model.Entry, width int) (style, text.Safe) {
	if e.Problem != "" {
		return m.theme.warn, text.Cell(e.Problem, width)
	}
	return m.theme.plain, cellOrNone(model.MaskText(head(e.Response)), width)
}

func cellOrNone(s string, width int) text.Safe {
	if s == "" {
		return text.Const("–")
	}
	return text.Cell(s, width)
}

func orNone(s string) text.Safe {
	if s == "" {
		return text.Const("–")
	}
	return text.Line(head(s))
}
