package ui

import (
	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

// wideTabs is the width from which the views are named with room to spare.
const wideTabs = 100

// titleParts is how much of the first line there is room for: the more of it, the less is shown. Whose entries they are, whether
// anything can be done to them, and which view this is, is shown on any screen: an account is cut in its middle, once all else is
// left out.
type titleParts uint8

const (
	wholeTitle titleParts = iota
	withoutZone
	onlyOwnCount // the other views are named without how many they have
	withoutCounts
	othersNumbered // the other views are but the keys that lead to them
	onlyOwnTab
	withoutProgram
)

type tab struct {
	style style
	text  text.Safe
}

func (m *Model) drawTitle() string { return m.frame.title.get(m.titleLook(), m.drawTitleAnew) }

func (m *Model) drawTitleAnew() string {
	account, sealed := text.Line(head(m.opts.Title)), text.Safe{}
	if m.opts.ReadOnly {
		sealed = text.Const(" · READ-ONLY")
	}
	for parts := wholeTitle; ; parts++ {
		program, zone := text.Const(" redrive  "), text.Safe{}
		if parts == wholeTitle {
			zone = text.Sprintf(" · %s", text.Line(m.now.In(m.opts.Zone).Format("MST")))
		}
		if parts == withoutProgram {
			program = text.Const(" ")
		}
		tabs, gap := m.tabs(parts), 3
		if m.width < wideTabs {
			gap = 2
		}
		width := 1
		for _, t := range tabs {
			width += t.text.Width() + gap
		}
		room := m.width - program.Width() - zone.Width() - sealed.Width() - width
		if account.Width() > room && parts < withoutProgram {
			continue
		}
		r := newRow(m.width).put(m.theme.title, program)
		r.put(m.theme.plain, text.Concat(text.Middle(account, max(0, room)), zone, sealed))
		r.space(r.left() - width + 1)
		for _, t := range tabs {
			r.put(t.style, t.text).space(gap)
		}
		return r.String()
	}
}

// tabs are the views, with the one that is shown standing out.
func (m *Model) tabs(parts titleParts) []tab {
	var tabs, own []tab
	add := func(here bool, name, n text.Safe) {
		st := m.theme.dim
		if here {
			st = m.theme.bold
		}
		words := text.Sprintf("%d %s", len(tabs)+1, name)
		switch {
		case !here && parts >= othersNumbered:
			words = text.Int(len(tabs) + 1)
		case !n.IsEmpty() && (parts < onlyOwnCount || here && parts < withoutCounts):
			words = text.Sprintf("%s %s", words, n)
		}
		tabs = append(tabs, tab{st, words})
		if here {
			own = tabs[len(tabs)-1:]
		}
	}
	listed := !m.jobView.open && !m.causes.open
	for _, k := range model.Kinds {
		name := text.Const("Messages")
		if k == model.WorkflowRun {
			name = text.Const("Workflows")
		}
		add(listed && k == m.kind, name, m.known(k))
	}
	groups, jobs := text.Safe{}, text.Safe{}
	if n := len(m.causes.keys); n > 0 && m.causes.by == model.PerCause && m.width >= wideTabs {
		groups = text.Int(n)
	}
	if len(m.jobs) > 0 || m.width >= wideTabs {
		jobs = text.Int(len(m.jobs))
	}
	add(m.causes.open, text.Const("Causes"), groups)
	add(m.jobView.open, text.Const("Jobs"), jobs)
	if parts >= onlyOwnTab {
		return own
	}
	return tabs
}

// known is how many entries of a kind are known of.
func (m *Model) known(k model.Kind) text.Safe {
	l := m.lists[k]
	n := text.Line(humanize.Comma(int64(l.Known())))
	switch {
	case !l.Started() && l.Known() == 0:
		return text.Const("…")
	case !l.Whole():
		return text.Concat(n, text.Const("+"))
	}
	return n
}
