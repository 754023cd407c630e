package ui

import (
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"redrive/keymap"
	"redrive/ui/text"
)

const (
	// searchStep is how much text is searched before what was found is shown.
	searchStep = 1 << 20
	// mostMatches is how many matches are found at most: a letter is in a large body millions of times.
	mostMatches = 10_000
	// litBytes is how much of a row is looked at for matches to be shown in it.
	litBytes = 8 << 10
)

// search is the search in the detail.
type search struct {
	editing bool
	input   textinput.Model

	pattern    *regexp.Regexp // nil when nothing is searched for
	reach      int            // how long a match can be
	generation int
	matches    []match // in the order of the document
	all        bool    // there are no others, or too many
	current    int     // the match gone to last; -1 for none
	going      bool    // its row is not found yet
	wanted     bool    // the first match is gone to as soon as it is found
}

// match is a place in a document where the search matches; from is -1 for a match in the label of the part.
type match struct{ part, from, to int }

func (a match) before(b place) bool {
	return a.part < b.part || a.part == b.part && a.from < b.offset
}

func (a match) place() place { return place{a.part, max(0, a.from)} }

// searchText is what can be searched of a part.
type searchText struct{ label, body string }

// searchedMsg is what was found in one step, and where the next one begins.
type searchedMsg struct {
	generation int
	found      []match
	next       match
	done       bool
}

// edit begins a search, or goes on with the one there is.
func (s *search) edit() {
	if s.pattern == nil {
		s.input = textinput.New()
		s.input.Prompt = ""
		s.input.CharLimit = 256
		s.input.KeyMap.Paste.SetEnabled(false) // it would read the clipboard of the machine that redrive runs on
	}
	s.editing = true
	s.input.CursorEnd()
	s.input.Focus()
}

// drop ends the search.
func (s *search) drop() { *s = search{generation: s.generation + 1} }

// restart forgets what was found, and returns where to begin.
func (s *search) restart() match {
	s.generation++
	s.matches, s.all, s.current, s.going, s.wanted = nil, false, -1, false, false
	return match{from: -1}
}

// searchAgain searches the document from its beginning.
func (d *detailPane) searchAgain() tea.Cmd {
	at := d.search.restart()
	if d.search.pattern == nil || d.doc == nil {
		return nil
	}
	return d.searchFrom(at)
}

func (d *detailPane) searchFrom(at match) tea.Cmd {
	s := &d.search
	return searchDocument(d.doc.texts, s.pattern, s.reach, at, mostMatches-len(s.matches), s.generation)
}

// searchDocument searches a part of the document in a command, however large it is.
func searchDocument(texts []searchText, pattern *regexp.Regexp, reach int, at match, room, generation int) tea.Cmd {
	return safely("searching", func() tea.Msg {
		found, next, done := findMatches(texts, pattern, reach, at, room)
		return searchedMsg{generation, found, next, done}
	}, failed)
}

// findMatches goes on from a place until enough was searched or found.
func findMatches(texts []searchText, pattern *regexp.Regexp, reach int, at match, room int) (found []match, next match, done bool) {
	for left := searchStep; left > 0; {
		if at.part == len(texts) || len(found) >= room {
			return found, at, true
		}
		t := texts[at.part]
		if at.from < 0 {
			if pattern.MatchString(t.label) {
				found = append(found, match{at.part, -1, 0})
			}
			at.from = 0
			continue
		}
		end := min(len(t.body), at.from+left)
		for end < len(t.body) && !utf8.RuneStart(t.body[end]) {
			end++
		}
		left -= end - at.from + 1
		// A match may begin before the end of what is searched and go on behind it.
		window := t.body[at.from:min(len(t.body), end+reach)]
		to := end
		for _, m := range pattern.FindAllStringIndex(window, room-len(found)) {
			to = max(end, at.from+m[1])
			found = append(found, match{at.part, at.from + m[0], at.from + m[1]})
		}
		at.from = to
		if to >= len(t.body) {
			at = match{part: at.part + 1, from: -1}
		}
	}
	return found, at, false
}

func (m *Model) searched(msg searchedMsg) tea.Cmd {
	d := &m.detail
	s := &d.search
	if msg.generation != s.generation || d.doc == nil {
		return nil
	}
	s.matches = append(s.matches, msg.found...)
	s.all = msg.done
	if s.wanted && len(s.matches) > 0 {
		s.wanted = false
		d.goTo(m, d.firstFrom(d.top)%len(s.matches))
	}
	if s.all {
		return nil
	}
	return d.searchFrom(msg.next)
}

// searchTyped takes a key or a paste into the line, and searches for what it says now.
func (m *Model) searchTyped(msg tea.Msg) tea.Cmd {
	s := &m.detail.search
	before := s.input.Value()
	if p, ok := msg.(tea.PasteMsg); ok {
		// The end of a line that was copied with it would become a space, which matches nothing.
		msg = tea.PasteMsg{Content: strings.TrimRight(p.Content, "\r\n")}
	}
	s.input, _ = s.input.Update(msg)
	if s.input.Value() == before {
		return nil
	}
	return m.searchFor(s.input.Value())
}

func (m *Model) searchFor(words string) tea.Cmd {
	s := &m.detail.search
	s.pattern = nil
	if words != "" {
		// What is quoted and valid UTF-8 always compiles; anything else finds nothing.
		s.pattern, _ = regexp.Compile("(?i)" + regexp.QuoteMeta(words))
		s.reach = utf8.UTFMax * utf8.RuneCountInString(words)
	}
	return m.detail.searchAgain()
}

func (m *Model) searchKey(b keymap.Binding) tea.Cmd {
	d := &m.detail
	s := &d.search
	switch b.Action {
	case keymap.ApplySearch:
		s.editing = false
		switch {
		case s.pattern == nil:
			s.drop()
		case len(s.matches) > 0:
			d.goTo(m, d.firstFrom(d.top)%len(s.matches))
		case s.all:
			return m.say(text.Sprintf("nothing in the entry matches %s", s.input.Value()))
		default:
			s.wanted = true
		}
	case keymap.CancelSearch:
		s.drop()
	case keymap.EmptySearch:
		s.input.Reset()
		return m.searchFor("")
	case keymap.Interrupt:
		return m.interrupt()
	case keymap.Suspend:
		return m.suspend()
	}
	return nil
}

// noSearch says why there is no next match, or "".
func (m *Model) noSearch() string {
	if m.detail.search.pattern == nil {
		return "nothing is searched for (/ begins it)"
	}
	return ""
}

// firstFrom is the first match at a row or after it.
func (d *detailPane) firstFrom(row int) int {
	at := d.doc.placeOf(row)
	if at.offset == 0 {
		at.offset = -1
	}
	matches := d.search.matches
	return sort.Search(len(matches), func(i int) bool { return !matches[i].before(at) })
}

// nextMatch goes by matches. From a place that was scrolled to it goes to the nearest.
func (d *detailPane) nextMatch(m *Model, by int) tea.Cmd {
	s := &d.search
	if d.doc == nil {
		return nil
	}
	if len(s.matches) == 0 {
		if s.all {
			return m.say(text.Sprintf("nothing in the entry matches %s", s.input.Value()))
		}
		s.wanted = true
		return nil
	}
	to := s.current + by
	if s.current < 0 || !s.going && !d.onScreen(m, d.doc.rowOf(s.matches[s.current].place())) {
		to = d.firstFrom(d.top)
		if by < 0 {
			to--
		}
	}
	wrapped := text.Safe{}
	switch n := len(s.matches); {
	case to >= 0 && to < n:
	case !s.all:
		return m.say(text.Sprintf("still searching: %s found so far", humanize.Comma(int64(n))))
	case to < 0:
		to, wrapped = n-1, text.Const("before the first match: on from the last")
	default:
		to, wrapped = 0, text.Const("after the last match: on from the first")
	}
	d.goTo(m, to)
	if wrapped.IsEmpty() {
		return nil
	}
	return m.say(wrapped)
}

// goTo shows a match. When its row is not found yet, it is gone to once it is: finding it at once would hold everything up.
func (d *detailPane) goTo(m *Model, i int) {
	s := &d.search
	s.current = i
	at := s.matches[i].place()
	s.going = !d.doc.reached(at)
	if s.going {
		return
	}
	if row := d.doc.rowOf(at); !d.onScreen(m, row) {
		d.top = max(0, row-d.page(m)/3)
		d.scroll(0)
	}
}

// page is how many rows of the document are seen.
func (d *detailPane) page(m *Model) int {
	return max(1, d.height-titleRows-len(d.drawOutcome(m, d.width)))
}

func (d *detailPane) onScreen(m *Model, row int) bool { return row >= d.top && row < d.top+d.page(m) }

// arrive goes on to a match whose row was not found yet.
func (d *detailPane) arrive(m *Model) {
	if d.search.going && d.search.current >= 0 {
		d.goTo(m, d.search.current)
	}
}

// says is how far the search is.
func (s *search) says() text.Safe {
	if s.pattern == nil {
		return text.Safe{}
	}
	more := text.Safe{}
	if !s.all || len(s.matches) >= mostMatches {
		more = text.Const("+")
	}
	n := text.Concat(text.Line(humanize.Comma(int64(len(s.matches)))), more)
	switch {
	case len(s.matches) == 0 && s.all:
		return text.Const("no match  ")
	case s.current >= 0 && s.going:
		return text.Sprintf("on the way to match %s of %s  ", humanize.Comma(int64(s.current+1)), n)
	case s.current >= 0:
		return text.Sprintf("match %s of %s  ", humanize.Comma(int64(s.current+1)), n)
	case len(s.matches) == 1 && s.all:
		return text.Const("1 match  ")
	}
	return text.Sprintf("%s matches  ", n)
}

// drawSearch is the search while it is edited, in the place of the filter.
func (m *Model) drawSearch() (line string, cursor int) {
	return m.drawInput(text.Const(" search  "), &m.detail.search.input)
}

// drawInput draws a line of text being edited.
func (m *Model) drawInput(label text.Safe, in *textinput.Model) (line string, cursor int) {
	r := newRow(m.width).put(m.theme.dim, label)
	value := []rune(in.Value())
	at := min(in.Position(), len(value))
	// What is left of the cursor is skipped when the line is too long, so that the cursor is always seen.
	left := text.Line(string(value[:at]))
	if over := left.Width() - (m.width - r.used - 2); over > 0 {
		left = text.Skip(left, over)
	}
	r.put(m.theme.plain, left)
	cursor = r.used
	r.put(m.theme.plain, text.Line(string(value[at:])))
	return r.String(), cursor
}
