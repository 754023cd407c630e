package ui

import (
	"time"

	"redrive/model"
)

// Messages carry the key and the generation that they are for, so that one that comes late changes nothing.
type (
	// pageMsg is the answer to a fetch of a listing.
	pageMsg struct {
		kind  model.Kind
		fetch model.Fetch
		page  model.Page
		err   error
	}
	rebuiltMsg struct {
		kind    model.Kind
		rebuilt model.Rebuilt
	}
	textsSearchedMsg struct {
		kind   model.Kind
		search model.TextSearch
	}
	markedAllMsg struct {
		kind   model.Kind
		marked model.MarkAll
	}
	// detailMsg is the answer to reading a whole entry.
	detailMsg struct {
		key        model.Key
		generation int
		detail     model.Detail
		err        error
	}
	// documentMsg is a detail laid out for the screen.
	documentMsg struct {
		key        model.Key
		generation int
		doc        *document
	}
	growDocumentMsg struct{ generation int }
	followMsg       struct{ generation int }

	// stepsMsg is the answer to a read of the logs of runs, for the steps that they failed at.
	stepsMsg struct {
		read model.StepRead
		page model.LogPage
		err  error
	}
	// logMsg is the log of the entry in the detail.
	logMsg struct {
		key        model.Key
		generation int
		page       model.LogPage
		err        error
	}

	// checkedMsg is the result of a step of the check of a sheet.
	checkedMsg struct {
		check  *model.Check
		result model.StepResult
	}
	stepMsg struct{ result model.StepResult }

	// wakeMsg comes when something waited for is due; at tells which waiting it ends.
	wakeMsg    struct{ at time.Time }
	refreshMsg struct{}
	expireMsg  struct{}
	// stoodMsg asks whether the frame with the sheet has reached the terminal.
	stoodMsg struct {
		sheet int
		begun uint64
	}

	panicMsg struct{ what string }
)

// StopMsg is sent by main when the program is to end at once, since a signal came.
type StopMsg struct{}
