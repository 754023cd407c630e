package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/model"
	"redrive/ui/text"
)

// groupOrder is what groups are sorted by.
type groupOrder uint8

const (
	byCount groupOrder = iota
	byLastFailure
	byFirstFailure
	byKey
)

var groupOrders = [...]text.Safe{
	text.Const("the number of entries"), text.Const("the last failure, newest first"), text.Const("the first failure, oldest first"), text.Const("what they have in common"),
}

// sort sorts the groups; while they are being put together by something else there are none to sort.
func (v *causesPane) sort() {
	if v.of == nil {
		return
	}
	v.keys = v.keys[:0]
	for i := range v.groups.All {
		v.keys = append(v.keys, v.groups.All[i].Key)
	}
	slices.SortStableFunc(v.keys, func(a, b string) int {
		x, y := v.of[a], v.of[b]
		switch v.order {
		case byLastFailure:
			return y.Last.Compare(x.Last)
		case byFirstFailure:
			return x.First.Compare(y.First)
		case byKey:
			return slices.Compare([]byte(a), []byte(b))
		}
		return y.Count - x.Count
	})
}

func (m *Model) regroupMenu() *menu {
	n := &menu{title: text.Const("Put together by")}
	for _, g := range model.Groupings {
		n.lines = append(n.lines, text.Line(g.String()))
	}
	n.at = slices.Index(model.Groupings[:], m.causes.by)
	n.choose = func(m *Model, i int) tea.Cmd {
		v := &m.causes
		v.marked = nil
		v.by, v.settle, v.done, v.at, v.top = model.Groupings[i], true, time.Time{}, 0, 0
		v.keys, v.of = nil, nil
		return nil
	}
	return n
}

func (m *Model) groupSortMenu() *menu {
	n := &menu{title: text.Const("Sort by"), lines: groupOrders[:], at: int(m.causes.order)}
	n.choose = func(m *Model, i int) tea.Cmd {
		v := &m.causes
		under := v.under()
		v.order = groupOrder(i)
		v.sort()
		if under != nil && v.at > 0 {
			v.at = v.heir(m.store, under)
		}
		m.moveInCauses(0)
		return nil
	}
	return n
}
