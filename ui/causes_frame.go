package ui

import (
	"time"

	"redrive/model"
)

// causesFrame is what was drawn last of the view of the causes. A group never changes: when entries come or go there are others.
type causesFrame struct {
	head   kept[causesHeadLook]
	line   kept[causesLineLook]
	advice keptLines[adviceLook]
	groups []drawnGroup
}

type drawnGroup struct {
	span  keptText[spanLook]
	lines keptLines[groupLook]
}

// shown makes room for the n groups on the screen.
func (f *causesFrame) shown(n int) {
	for len(f.groups) < n {
		f.groups = append(f.groups, drawnGroup{})
	}
	clear(f.groups[n:])
	f.groups = f.groups[:n]
}

// at is where a group is kept, by its place among all: when they are scrolled most stay where they are.
func (f *causesFrame) at(place int) *drawnGroup { return &f.groups[place%len(f.groups)] }

// causesHeadLook is what the line above the groups is drawn from.
type causesHeadLook struct {
	by         model.Grouping
	all        bool // is counted
	total, top int
	width      int
}

// causesLineLook is what the second line of the screen is drawn from while no newcomers wait.
type causesLineLook struct {
	by      model.Grouping
	order   groupOrder
	counted countedLook
	steps   int
	width   int
}

// countedLook is how much is counted.
type countedLook struct {
	total int
	// loading is set while everything is being loaded, more when more can be.
	loading, more bool
	// whole is set when all that is in the DLQ is loaded, all when it is counted too, newest when what is counted is the newest.
	whole, all, newest bool
}

// spanLook is what the times of a group are drawn from.
type spanLook struct {
	group *model.Group
	day   day
	left  time.Duration
}

func (m *Model) spanLook(g *model.Group) spanLook { return spanLook{g, m.today(), m.leftOf(g)} }

// groupLook is what the lines of a group are drawn from.
type groupLook struct {
	spanLook
	by           model.Grouping
	here, marked bool
	width, span  int
}

// adviceLook is what the lines below the groups are drawn from.
type adviceLook struct {
	group               *model.Group
	rows, height, width int
	variant             bool
}
