package ui

import (
	"maps"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"redrive/keymap"
	"redrive/model"
	"redrive/ui/text"
)

// countedParts is in how many parts of time failures are counted: several for each cell that is drawn, so that they can be
// drawn in any number of cells.
const countedParts = 120

// groupsTime is the least time between two groupings while pages come in.
const groupsTime = time.Second

// causesPane is the view of what failed by why it failed.
type causesPane struct {
	open    bool
	by      model.Grouping
	order   groupOrder
	groups  model.Groups
	keys    []string // of the groups, in the order in which they are shown
	of      map[string]*model.Group
	at, top int
	marked  map[string]bool
	variant bool // why the entries of the group are together
	running bool
	whole   bool // the groups are of all there is; begins is that of those that are being made
	begins  bool
	done    time.Time // when the groups were made
	settle  bool      // the order is made anew with the next result
	moved   bool      // the user has moved in it, so that nothing may jump
	back    bool      // esc in a list comes back here
	drilled string    // the filter of the group that was chosen
}

// groupedMsg is the result of a grouping.
type groupedMsg struct{ groups model.Groups }

func runGrouping(w model.GroupWork) tea.Cmd {
	return safely("grouping", func() tea.Msg { return groupedMsg{w.Run()} }, failed)
}

func (m *Model) showCauses() tea.Cmd {
	m.jobView.open, m.jobView.inside = false, nil
	m.causes.open, m.causes.settle, m.causes.moved, m.causes.back = true, true, m.causes.at > 0, false
	m.causes.done = time.Time{}
	m.focus = onTable
	return m.arrange()
}

// grouping is the next grouping to run, when the view is open and what is loaded has changed, or time has passed.
func (m *Model) grouping() tea.Cmd {
	v := &m.causes
	if !v.open || v.running || m.now.Sub(v.done) < groupsTime {
		return nil
	}
	whole := m.wholeLists()
	if v.groups.Seen == m.store.Len() && v.whole == whole && !v.settle && m.now.Sub(v.done) < model.RecentFailures/10 {
		return nil
	}
	v.running, v.begins = true, whole
	return runGrouping(model.BeginGroups(m.store, m.lists[:], model.GroupQuery{
		By: v.by, Now: m.now.In(m.opts.Zone), Buckets: countedParts, Retention: m.opts.Retention,
		Advise: true, Lineage: m.lineage.Snapshot(),
	}))
}

// grouped takes groups in. Those that were shown stay where they are until they are sorted anew.
func (m *Model) grouped(msg groupedMsg) tea.Cmd {
	v := &m.causes
	v.running, v.done = false, m.now
	if msg.groups.By != v.by {
		v.done = time.Time{}
		return nil
	}
	under := v.under()
	v.groups, v.whole = msg.groups, v.begins
	v.of = make(map[string]*model.Group, len(msg.groups.All))
	for i := range msg.groups.All {
		v.of[msg.groups.All[i].Key] = &msg.groups.All[i]
	}
	if v.settle || !v.moved {
		// Who is at the top reads from there: what is most is to be seen, whichever it is by now.
		v.moved = v.moved && v.at > 0
		v.settle = false
		v.sort()
	} else {
		v.keys = slices.DeleteFunc(v.keys, func(k string) bool { return v.of[k] == nil })
		for i := range msg.groups.All {
			if k := msg.groups.All[i].Key; !slices.Contains(v.keys, k) {
				v.keys = append(v.keys, k)
			}
		}
	}
	if under != nil && v.moved {
		v.at = v.heir(m.store, under)
	}
	maps.DeleteFunc(v.marked, func(k string, _ bool) bool { return v.of[k] == nil })
	m.moveInCauses(0)
	return m.after(groupsTime, expireMsg{})
}

// under is the group under the cursor; nil when there is none.
func (v *causesPane) under() *model.Group {
	if v.at >= len(v.keys) {
		return nil
	}
	return v.of[v.keys[v.at]]
}

func (m *Model) moveInCauses(n int) {
	v := &m.causes
	v.at = max(0, min(v.at+n, len(v.keys)-1))
	v.moved = v.moved || n != 0
	shown := m.groupsShown()
	v.top = max(0, min(v.top, v.at), v.at-shown+1)
}

// disabledInCauses says why a key of the view does nothing now, or "".
func (m *Model) disabledInCauses(a keymap.Action) string {
	switch a {
	case keymap.BringBack, keymap.Canary, keymap.Restart, keymap.Delete:
		if m.opts.ReadOnly {
			return "redrive was started with --read-only"
		}
		if m.causes.under() == nil {
			return "nothing is loaded yet"
		}
	case keymap.Open, keymap.WhyTogether:
		if m.causes.under() == nil {
			return "nothing is loaded yet"
		}
	case keymap.Export:
		switch {
		case m.export.job != nil:
			return beingWritten
		case m.causes.under() == nil:
			return "nothing is loaded yet"
		}
	}
	return ""
}

// causesKey does what a key does in the view.
func (m *Model) causesKey(b keymap.Binding) (cmd tea.Cmd, done bool) {
	v := &m.causes
	switch b.Action {
	case keymap.Down:
		m.moveInCauses(1)
	case keymap.Up:
		m.moveInCauses(-1)
	case keymap.HalfDown, keymap.ScreenDown:
		m.moveInCauses(max(1, m.groupsShown()))
	case keymap.HalfUp, keymap.ScreenUp:
		m.moveInCauses(-max(1, m.groupsShown()))
	case keymap.First:
		m.moveInCauses(-1 << 30)
	case keymap.Last:
		m.moveInCauses(1 << 30)
	case keymap.Open:
		return m.drill(), true
	case keymap.Mark:
		if g := v.under(); g != nil {
			if v.marked == nil {
				v.marked = map[string]bool{}
			}
			if v.marked[g.Key] {
				delete(v.marked, g.Key)
			} else {
				v.marked[g.Key] = true
			}
			m.moveInCauses(1)
		}
	case keymap.Unmark:
		v.marked = nil
	case keymap.BringBack, keymap.Canary, keymap.Restart, keymap.Delete:
		return m.planGroup(b.Action), true
	case keymap.Export:
		m.askForGroups()
	case keymap.WhyTogether:
		v.variant = !v.variant
		m.moveInCauses(0)
	case keymap.Regroup:
		m.menu = m.regroupMenu()
	case keymap.Sort:
		m.menu = m.groupSortMenu()
	case keymap.LoadAll:
		return m.loadAllForCauses(), true
	case keymap.TakeIn:
		v.settle, v.done = true, time.Time{}
		return m.takeInAll(), true
	case keymap.Back:
		switch {
		case m.notices.err != nil || m.offered() != nil:
			return nil, false
		case m.lists[model.Message].LoadingAll() || m.lists[model.WorkflowRun].LoadingAll():
			return m.loadAllForCauses(), true
		case m.export.job != nil:
			return m.stopExport(), true
		case v.variant:
			v.variant = false
		default:
			v.open = false
			return tea.Batch(m.arrange(), m.follow()), true
		}
	case keymap.CausesView, keymap.NextPane, keymap.PreviousPane:
	default:
		return nil, false
	}
	return nil, true
}

// chosen are the marked groups, else the one under the cursor.
func (v *causesPane) chosen() []*model.Group {
	var out []*model.Group
	for _, k := range v.keys {
		if g := v.of[k]; v.marked[k] && g != nil {
			out = append(out, g)
		}
	}
	if len(out) == 0 {
		out = append(out, v.under())
	}
	return out
}

// entriesOf are all loaded entries of the groups, each once, with the kind of the first and whether all are of it.
func (m *Model) entriesOf(groups []*model.Group) (entries []*model.Entry, kind model.Kind, alike bool) {
	seen := map[model.Key]bool{}
	alike = true
	for _, g := range groups {
		for _, e := range g.Entries(m.store) {
			if seen[e.Key] {
				continue
			}
			seen[e.Key] = true
			if len(entries) == 0 {
				kind = e.Key.Kind
			}
			alike = alike && e.Key.Kind == kind
			entries = append(entries, e)
		}
	}
	return entries, kind, alike
}

// planGroup shows the sheet for all loaded entries of the marked groups, else of the one under the cursor.
func (m *Model) planGroup(a keymap.Action) tea.Cmd {
	if c := m.offered(); c != nil && a == keymap.Canary {
		return m.planBehind(c)
	}
	entries, kind, all := m.entriesOf(m.causes.chosen())
	verb := map[keymap.Action]model.Verb{keymap.BringBack: bringBackVerb(kind), keymap.Canary: bringBackVerb(kind), keymap.Restart: model.Restart, keymap.Delete: model.Delete}[a]
	switch {
	case !all:
		return m.say(text.Const("these are messages and workflow runs: choose groups of one kind (b puts together by cause)"))
	case !verb.Takes(kind):
		return m.say(text.Sprintf("%s is not for %s", verb.String(), kind.Noun(2)))
	}
	show := (*Model).showSheet
	if a == keymap.Canary {
		show = func(m *Model, plan model.Plan) tea.Cmd { return m.showCanary(plan, model.Key{}) }
	}
	return m.makePlan(model.PlanRequest{
		Verb: verb, List: m.lists[kind], Acted: m.takesNoVerb, Gives: m.gives(), Operation: m.opts.NewOperation(), Now: m.now, Group: entries,
	}, show)
}

// loadAllForCauses loads the rest of both lists, or stops that.
func (m *Model) loadAllForCauses() tea.Cmd {
	loading := false
	for _, l := range m.lists {
		loading = loading || l.LoadingAll()
	}
	for _, l := range m.lists {
		if loading {
			l.StopLoading()
		} else {
			l.LoadAll()
		}
	}
	if loading {
		return m.say(text.Const("stopped: what was loaded stays"))
	}
	return nil
}

// takeInAll takes newcomers into both lists.
func (m *Model) takeInAll() tea.Cmd {
	var cmds []tea.Cmd
	kind := m.kind
	for _, k := range model.Kinds {
		m.kind = k
		cmds = append(cmds, m.takeIn())
	}
	m.kind = kind
	return tea.Batch(cmds...)
}

// drill shows the entries of the group under the cursor, by a filter that can be changed like any other.
func (m *Model) drill() tea.Cmd {
	v := &m.causes
	g := v.under()
	kind, all := g.Kind(m.store)
	term := g.Term(v.by, m.store)
	switch {
	case term == "":
		return m.say(text.Sprintf("there is no term for a filter by what these lack: their %s", v.by.String()))
	case !all:
		kind = model.Message
	}
	f, err := model.ParseFilterAt(term, m.now.In(m.opts.Zone))
	if err != nil {
		return m.say(text.Line(err.Error()))
	}
	m.filter.remember(f.String())
	v.open, v.back, v.drilled = false, true, f.String()
	m.kind = kind
	return tea.Batch(m.arrange(), m.setFilter(f), m.follow())
}

// backToCauses takes the filter of a group off, and goes back to where it was chosen.
func (m *Model) backToCauses() tea.Cmd {
	v := &m.causes
	v.open, v.back = true, false
	if m.list().Filter().String() != v.drilled {
		return m.arrange()
	}
	return tea.Batch(m.arrange(), m.setFilter(model.Filter{}))
}
