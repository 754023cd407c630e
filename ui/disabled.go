package ui

import (
	"redrive/keymap"
	"redrive/model"
)

// disabled says why an action cannot be done now, or "".
func (m *Model) disabled(a keymap.Action) string {
	if m.planning != nil && a != keymap.No && a != keymap.Interrupt && a != keymap.Suspend {
		return "a plan is being made"
	}
	if m.record.unread || m.record.past {
		switch a {
		case keymap.BringBack, keymap.Canary, keymap.Restart, keymap.RerunFailure, keymap.Delete, keymap.PlanAgain:
			return "it is still being read what earlier sessions sent"
		}
	}
	if m.jobView.open && m.sheet == nil {
		return m.disabledInJobs(a)
	}
	if m.causes.open && m.sheet == nil {
		return m.disabledInCauses(a)
	}
	l := m.list()
	switch a {
	case keymap.BringBack, keymap.Canary, keymap.Restart, keymap.RerunFailure, keymap.Delete:
		if m.opts.ReadOnly {
			return "redrive was started with --read-only"
		}
		if m.kind == model.Message && (a == keymap.Restart || a == keymap.RerunFailure) {
			return "it is for workflow runs (2)"
		}
		if l.Len() == 0 && !(a == keymap.Canary && m.offered() != nil) {
			return "the list is empty"
		}
	case keymap.Tick:
		if s := m.sheet; s != nil && !s.red && !(s.publish != nil && s.publish.addsDoubt()) {
			return "nothing on the sheet is red"
		}
	case keymap.ByFilter:
		if m.sheet != nil && m.sheet.plan.Filterable.Valid() != nil {
			return "only all that a filter lets through, which the server can do exactly, can be done by filter"
		}
	case keymap.Overrides:
		if m.sheet != nil && m.sheet.rest != nil {
			return "an operation goes on as it was begun"
		}
		if m.sheet != nil && len(m.sheet.plan.Verb.Settings()) == 0 {
			return "this has nothing to override"
		}
	case keymap.Mark, keymap.MarkRange, keymap.Open, keymap.FilterBy:
		if l.Len() == 0 {
			return "the list is empty"
		}
	case keymap.MarkAll:
		if l.Len() == 0 && l.Exhausted() {
			return "the list is empty"
		}
	case keymap.Copy:
		return m.noCopy()
	case keymap.NextMatch, keymap.LastMatch:
		return m.noSearch()
	case keymap.Export:
		return m.noExport()
	case keymap.Suspend:
		return m.opts.NoSuspend
	case keymap.LoadAll:
		switch {
		case l.Complete():
			return "all pages are loaded"
		case l.Exhausted():
			return "the bodies that are missing are gone from the DLQ, or too large for --memory"
		}
	case keymap.NextPane, keymap.PreviousPane:
		if !m.detail.open {
			return "only the list is open (enter opens the entry)"
		}
	}
	return ""
}
