// Package keymap holds every key of the program once. The help, the footer, the key table of the README, the check for
// conflicts and the handling of keys are all made from it, so that they cannot disagree.
//
// Every key that can make something go to the server to be changed is uppercase, and asks before it does.
package keymap

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
)

// Scope is where a key works. In a scope that does not leak, the keys of [Everywhere] do not work.
type Scope uint8

const (
	// Everywhere is below every scope that leaks: lists and detail.
	Everywhere Scope = iota
	// List is a table of entries.
	List
	// Detail is the pane with one entry.
	Detail
	// Sheet is the plan sheet: what a write would do, and the question.
	Sheet
	// SheetCount is the plan sheet when a number is typed for an answer.
	SheetCount
	// SheetWord is the plan sheet when a word is typed for an answer.
	SheetWord
	// Form is the form of the overrides.
	Form
	// Menu is a short list to choose from.
	Menu
	// Filter is the filter line while it is edited.
	Filter
	// Help is the page of keys and past messages.
	Help
	// Copying is what the second key of a copy goes to.
	Copying
	// Searching is the search in the detail while it is edited.
	Searching
	// Saving is the name of a file while it is edited.
	Saving
	// Jobs is the list of jobs.
	Jobs
	// JobEntries is what became of the entries of a job.
	JobEntries
	// Causes is what failed by why it failed.
	Causes

	// Scopes is how many scopes there are.
	Scopes = iota
)

// leaks tells whether keys that the scope does not know go on to [Everywhere].
func (s Scope) leaks() bool {
	return s == List || s == Detail || s == Jobs || s == JobEntries || s == Causes
}

// Action names what a key does.
type Action string

// The actions of the program.
const (
	Down         Action = "down"
	Up           Action = "up"
	HalfDown     Action = "half down"
	HalfUp       Action = "half up"
	ScreenDown   Action = "screen down"
	ScreenUp     Action = "screen up"
	First        Action = "first"
	Last         Action = "last"
	Left         Action = "left"
	Right        Action = "right"
	NextPage     Action = "next page"
	PreviousPage Action = "previous page"
	Open         Action = "open"
	Back         Action = "back"
	EditFilter   Action = "filter"
	ApplyFilter  Action = "apply filter"
	CancelFilter Action = "cancel filter"
	EmptyFilter  Action = "empty filter"
	Mark         Action = "mark"
	MarkRange    Action = "mark range"
	MarkAll      Action = "mark all"
	Unmark       Action = "unmark all"
	LoadAll      Action = "load all"
	TakeIn       Action = "take in"
	BringBack    Action = "bring back"
	Secrets      Action = "secrets"
	Attempts     Action = "attempts"
	Export       Action = "export"
	ApplyExport  Action = "write file"
	CancelExport Action = "write nothing"
	EmptyExport  Action = "empty name"
	EditSearch   Action = "search"
	ApplySearch  Action = "keep search"
	CancelSearch Action = "drop search"
	EmptySearch  Action = "empty search"
	NextMatch    Action = "next match"
	LastMatch    Action = "previous match"
	Copy         Action = "copy"
	CopyID       Action = "copy id"
	CopyBody     Action = "copy body"
	CopyHeaders  Action = "copy headers"
	CopyResponse Action = "copy response"
	CopyJSON     Action = "copy JSON"
	CopyCurl     Action = "copy curl"
	CopyError    Action = "copy error"
	CancelCopy   Action = "cancel copy"
	Canary       Action = "canary"
	Restart      Action = "restart"
	RerunFailure Action = "failure function"
	Delete       Action = "delete"
	Overrides    Action = "overrides"
	Sort         Action = "sort"
	FilterBy     Action = "filter by"
	Choose       Action = "choose"
	OlderFilter  Action = "older filter"
	NewerFilter  Action = "newer filter"
	Answer       Action = "answer"
	Erase        Action = "erase"
	NextField    Action = "next field"
	LastField    Action = "previous field"
	Take         Action = "take"
	Drop         Action = "drop"
	EmptyField   Action = "empty field"
	ScrollDown   Action = "scroll down"
	ScrollUp     Action = "scroll up"
	Yes          Action = "yes"
	No           Action = "no"
	Pause        Action = "pause"
	StopFeed     Action = "stop feeding"
	Faster       Action = "faster"
	Slower       Action = "slower"
	PlanAgain    Action = "plan again"
	TakeBack     Action = "take back"
	CopyReport   Action = "copy report"
	WriteReport  Action = "write report"
	OnlyOutcome  Action = "only an outcome"
	SortOutcomes Action = "sort outcomes"
	ByFilter     Action = "by filter"
	Tick         Action = "tick"
	JobsView     Action = "jobs"
	CausesView   Action = "causes"
	WhyTogether  Action = "why together"
	Regroup      Action = "regroup"
	Messages     Action = "messages"
	Workflows    Action = "workflows"
	NextPane     Action = "next pane"
	PreviousPane Action = "previous pane"
	ShowHelp     Action = "help"
	Quit         Action = "quit"
	Interrupt    Action = "interrupt"
	Suspend      Action = "suspend"
)

// Binding is one action, the keys for it, and where they work.
type Binding struct {
	Action Action
	Scopes []Scope
	Group  string
	// Key has the keys, and as help the short form for the footer.
	Key key.Binding
	// Effect says what the key does, for the help and the README.
	Effect string
	// Writes is set when the key can lead to a change on the server. Such a key opens a sheet that asks.
	Writes bool
	// Footer ranks it in the footer, 1 first; 0 leaves it out.
	Footer int
}

func bind(a Action, group, effect, label, short string, keys []string, scopes ...Scope) Binding {
	return Binding{
		Action: a, Scopes: scopes, Group: group, Effect: effect,
		Key: key.NewBinding(key.WithKeys(keys...), key.WithHelp(label, short)),
	}
}

func (b Binding) footer(rank int) Binding { b.Footer = rank; return b }

func (b Binding) writes() Binding { b.Writes = true; return b }

// The groups of the help, in order.
const (
	groupMove   = "Move"
	groupFind   = "Find and mark"
	groupAct    = "Bring back"
	groupJobs   = "Jobs"
	groupCauses = "Causes"
	groupDetail = "Detail"
	groupSheet  = "On the plan sheet"
	groupRest   = "Program"
)

// Groups are the groups of the help, in order.
func Groups() []string {
	return []string{groupMove, groupFind, groupAct, groupCauses, groupSheet, groupJobs, groupDetail, groupRest}
}

// All are all bindings, in the order of the help.
func All() []Binding { return slices.Clone(bindings) }

var bindings = []Binding{
	bind(Down, groupMove, "down a row", "j ↓", "down", []string{"j", "down"}, List, Detail, Sheet, Help, Jobs, JobEntries, Causes),
	bind(Up, groupMove, "up a row", "k ↑", "up", []string{"k", "up"}, List, Detail, Sheet, Help, Jobs, JobEntries, Causes),
	bind(HalfDown, groupMove, "down half a screen", "ctrl+d", "half down", []string{"ctrl+d"}, List, Detail, Help, JobEntries, Causes),
	bind(HalfUp, groupMove, "up half a screen", "ctrl+u", "half up", []string{"ctrl+u"}, List, Detail, Help, JobEntries, Causes),
	bind(ScreenDown, groupMove, "down a screen", "pgdn", "screen down", []string{"pgdown"}, List, Detail, Help, JobEntries, Causes),
	bind(ScreenUp, groupMove, "up a screen", "pgup", "screen up", []string{"pgup"}, List, Detail, Help, JobEntries, Causes),
	bind(First, groupMove, "to the first row", "g home", "first", []string{"g", "home"}, List, Detail, Help, Jobs, JobEntries, Causes),
	bind(Last, groupMove, "to the last row that is loaded", "G end", "last", []string{"G", "end"}, List, Detail, Help, Jobs, JobEntries, Causes),
	bind(Left, groupMove, "the table to the left", "h ←", "left", []string{"h", "left"}, List),
	bind(Right, groupMove, "the table to the right, to read more of it", "l →", "right", []string{"l", "right"}, List),
	bind(NextPage, groupMove, "next page of 100, fetched when needed", "]", "next page", []string{"]"}, List),
	bind(PreviousPage, groupMove, "previous page of 100", "[", "previous page", []string{"["}, List),
	bind(Messages, groupMove, "the messages", "1", "messages", []string{"1"}, Everywhere),
	bind(Workflows, groupMove, "the workflow runs", "2", "workflows", []string{"2"}, Everywhere),
	bind(CausesView, groupMove, "the causes: what failed, by why it failed", "3", "causes", []string{"3"}, Everywhere),
	bind(JobsView, groupMove, "the jobs: what was sent, and what became of it", "4", "jobs", []string{"4"}, Everywhere),
	bind(NextPane, groupMove, "next pane", "tab", "pane", []string{"tab"}, Everywhere),
	bind(PreviousPane, groupMove, "previous pane", "shift+tab", "pane", []string{"shift+tab"}, Everywhere),
	bind(Open, groupMove, "open the entry; again, go into it", "enter", "detail", []string{"enter"}, List).footer(3),
	bind(Back, groupMove, "dismiss the error; else leave what is open (never quits)", "esc", "back", []string{"esc"}, Everywhere, Help).footer(7),

	bind(EditFilter, groupFind, "edit the filter", "/", "filter", []string{"/"}, List).footer(4),
	bind(ApplyFilter, groupFind, "in the filter: ask the server", "enter", "ask the server", []string{"enter"}, Filter).footer(1),
	bind(CancelFilter, groupFind, "in the filter: leave it as it was", "esc", "leave as it was", []string{"esc"}, Filter).footer(2),
	bind(EmptyFilter, groupFind, "in the filter: empty it", "ctrl+u", "empty", []string{"ctrl+u"}, Filter).footer(3),
	bind(Mark, groupFind, "mark, and go down", "space", "mark", []string{"space"}, List, Causes).footer(1),
	bind(MarkRange, groupFind, "mark from the last mark to here", "v", "mark to here", []string{"v"}, List),
	bind(MarkAll, groupFind, "mark all that match; the rest is loaded first, and esc in the middle marks nothing", "*", "mark all", []string{"*"}, List),
	bind(Unmark, groupFind, "unmark all; again, bring the marks of a list back", "u", "unmark", []string{"u"}, List, Causes),
	bind(LoadAll, groupFind, "load all pages; again or esc stops", "a", "load all", []string{"a"}, List, Causes).footer(6),
	bind(Sort, groupFind, "sort by a column; the same again turns the order round", "s", "sort", []string{"s"}, List, Causes),
	bind(FilterBy, groupFind, "filter by a value of the row under the cursor", "f", "filter by", []string{"f"}, List),
	bind(Choose, groupFind, "in a menu: take the line", "enter", "choose", []string{"enter"}, Menu).footer(1),
	bind(Down, groupFind, "in a menu: down", "j ↓", "down", []string{"j", "down"}, Menu),
	bind(Up, groupFind, "in a menu: up", "k ↑", "up", []string{"k", "up"}, Menu),
	bind(OlderFilter, groupFind, "in the filter: the one before", "up", "older", []string{"up"}, Filter),
	bind(NewerFilter, groupFind, "in the filter: the one after", "down", "newer", []string{"down"}, Filter),
	bind(TakeIn, groupFind, "take newcomers in, clear what was acted on, read again; in jobs, what other sessions left; of a job, sort anew", "r", "refresh", []string{"r"}, List, Detail, Jobs, JobEntries, Causes).footer(5),
	bind(Export, groupFind, "write the marked entries or groups, else all rows or this group, to a file: .jsonl has entries whole, .csv is a table", "w", "write to a file", []string{"w"}, List, Causes),
	bind(ApplyExport, groupFind, "in the file name: write", "enter", "write", []string{"enter"}, Saving).footer(1),
	bind(CancelExport, groupFind, "in the file name: write nothing", "esc", "write nothing", []string{"esc"}, Saving).footer(2),
	bind(EmptyExport, groupFind, "in the file name: empty it", "ctrl+u", "empty", []string{"ctrl+u"}, Saving).footer(3),

	bind(BringBack, groupAct, "plan a retry of the marked messages or groups, or of what is under the cursor; of workflow runs, a resume", "R", "retry", []string{"R"}, List, Detail, Causes).writes().footer(2),
	bind(Canary, groupAct, "canary: as R, but one entry goes first, with one attempt; the others wait until it was delivered", "C", "canary", []string{"C"}, List, Detail).writes(),
	bind(Canary, groupAct, "in Causes: a canary of the group; the newest of it goes first", "C", "canary", []string{"C"}, Causes).writes().footer(4),
	bind(Restart, groupAct, "plan a restart of workflow runs from their first step", "S", "restart", []string{"S"}, List, Detail, Causes).writes(),
	bind(RerunFailure, groupAct, "plan to run the failure function of workflow runs again", "F", "failure function", []string{"F"}, List, Detail).writes(),
	bind(Delete, groupAct, "plan a delete", "D", "delete", []string{"D"}, List, Detail, Causes).writes(),

	bind(Open, groupCauses, "show the entries of the group, by a filter; esc comes back", "enter", "entries", []string{"enter"}, Causes).footer(1),
	bind(WhyTogether, groupCauses, "why these are together: what their responses say, with how often", "i", "why together", []string{"i"}, Causes).footer(2),
	bind(Regroup, groupCauses, "put together by status, destination, queue, label, … instead", "b", "regroup", []string{"b"}, Causes).footer(3),

	bind(Yes, groupSheet, "send what the sheet says", "y", "send", []string{"y"}, Sheet).writes().footer(1),
	bind(No, groupSheet, "send nothing (the default)", "n esc enter", "nothing", []string{"n", "esc", "enter"}, Sheet).footer(2),
	bind(Answer, groupSheet, "send, when the number or the word that is asked for was typed; with nothing typed, send nothing", "enter", "send", []string{"enter"}, SheetCount, SheetWord).footer(1),
	bind(Drop, groupSheet, "send nothing", "esc", "nothing", []string{"esc"}, SheetCount, SheetWord).footer(2),
	bind(Erase, groupSheet, "take the last character back", "backspace", "erase", []string{"backspace"}, SheetCount, SheetWord),
	bind(Overrides, groupSheet, "edit the overrides: what goes out instead of what the entries have", "o", "overrides", []string{"o"}, Sheet, SheetCount).footer(3),
	bind(ScrollDown, groupSheet, "see more of the sheet", "down", "more", []string{"down"}, SheetCount, SheetWord),
	bind(ScrollUp, groupSheet, "see more of the sheet, upwards", "up", "more", []string{"up"}, SheetCount, SheetWord),
	bind(Tick, groupSheet, "say that what is red was read: before that the sheet takes no answer; of what may have been published already, take it in", "space", "tick", []string{"space"}, Sheet, SheetCount).footer(2),
	bind(NextField, groupSheet, "in the form: next field", "tab ↓", "next", []string{"tab", "down"}, Form).footer(3),
	bind(LastField, groupSheet, "in the form: previous field", "shift+tab ↑", "previous", []string{"shift+tab", "up"}, Form),
	bind(Take, groupSheet, "in the form: back to the sheet with what was typed", "enter", "take over", []string{"enter"}, Form).footer(1),
	bind(Back, groupSheet, "in the form and in menus: leave everything as it was", "esc", "leave as it was", []string{"esc"}, Form, Menu).footer(2),
	bind(EmptyField, groupSheet, "in the form and in an answer: empty the field", "ctrl+u", "empty", []string{"ctrl+u"}, Form, SheetCount, SheetWord),

	bind(ByFilter, groupSheet, "for all that a filter lets through: by ids, or by the filter on the server, which then decides what it takes", "f", "by filter", []string{"f"}, Sheet, SheetCount).footer(4),

	bind(Open, groupJobs, "what became of the entries of the job", "enter", "entries", []string{"enter"}, Jobs).footer(1),
	bind(Pause, groupJobs, "pause, or go on", "p", "pause", []string{"p"}, Jobs, JobEntries).footer(2),
	bind(StopFeed, groupJobs, "stop: what was not sent stays as it is; nothing on the server is cancelled", "x", "stop", []string{"x"}, Jobs, JobEntries).footer(3),
	bind(Faster, groupJobs, "feed faster", "+", "faster", []string{"+"}, Jobs, JobEntries).footer(5),
	bind(Slower, groupJobs, "feed slower", "-", "slower", []string{"-"}, Jobs, JobEntries).footer(6),
	bind(PlanAgain, groupJobs, "plan what was refused, not sent, or came back, or of that what is shown; of an operation that a session left unfinished, what is left", "R", "plan the rest", []string{"R"}, Jobs, JobEntries).writes().footer(4),
	bind(Canary, groupJobs, "of a canary that was delivered: what was answered, and the sheet for what waits behind it", "C", "the others", []string{"C"}, Jobs, JobEntries).writes().footer(7),
	bind(TakeBack, groupJobs, "take back a delete that still waits", "z", "take back", []string{"z"}, Everywhere),
	bind(OnlyOutcome, groupJobs, "show the entries with one outcome", "f", "filter", []string{"f"}, JobEntries).footer(1),
	bind(SortOutcomes, groupJobs, "sort the entries", "s", "sort", []string{"s"}, JobEntries),
	bind(WriteReport, groupJobs, "write the report to a file, as Markdown", "w", "report", []string{"w"}, Jobs, JobEntries),

	bind(Secrets, groupDetail, "show or mask secrets", "m", "show secrets", []string{"m"}, Detail).footer(1),
	bind(Attempts, groupDetail, "the attempts of the message, or the steps of the run, by the logs; again, the entry", "t", "attempts", []string{"t"}, Detail).footer(8),
	bind(EditSearch, groupDetail, "search in the entry", "/", "search", []string{"/"}, Detail).footer(4),
	bind(NextMatch, groupDetail, "next match of the search", "n", "next match", []string{"n"}, Detail).footer(2),
	bind(LastMatch, groupDetail, "previous match of the search", "N", "previous match", []string{"N"}, Detail),
	bind(ApplySearch, groupDetail, "in the search: keep it, and go to the first match from here", "enter", "keep", []string{"enter"}, Searching).footer(1),
	bind(CancelSearch, groupDetail, "in the search: drop it", "esc", "drop", []string{"esc"}, Searching).footer(2),
	bind(EmptySearch, groupDetail, "in the search: empty it", "ctrl+u", "empty", []string{"ctrl+u"}, Searching).footer(3),
	bind(Copy, groupDetail, "copy, with a second key that says what: over OSC 52, to the clipboard of the terminal", "y", "copy", []string{"y"}, List, Detail, Jobs, JobEntries),
	bind(CopyID, groupDetail, "copy the DLQ id", "i", "id", []string{"i"}, Copying),
	bind(CopyBody, groupDetail, "copy the body of the request, masked unless secrets are shown", "b", "body", []string{"b"}, Copying),
	bind(CopyHeaders, groupDetail, "copy the headers of the request", "h", "headers", []string{"h"}, Copying),
	bind(CopyResponse, groupDetail, "copy the body of the response", "r", "response", []string{"r"}, Copying),
	bind(CopyJSON, groupDetail, "copy the entry as JSON", "j", "JSON", []string{"j"}, Copying),
	bind(CopyCurl, groupDetail, "copy the curl command that brings it back, with $QSTASH_TOKEN in the place of the token", "u", "curl", []string{"u"}, Copying),
	bind(CopyError, groupDetail, "copy the error on the screen, else how the entry failed", "e", "error", []string{"e"}, Copying),
	bind(CopyReport, groupDetail, "copy the report of a job, as Markdown", "m", "report", []string{"m"}, Copying),
	bind(CancelCopy, groupDetail, "copy nothing", "esc", "copy nothing", []string{"esc"}, Copying).footer(1),

	bind(ShowHelp, groupRest, "keys and past messages", "?", "help", []string{"?"}, Everywhere, Help).footer(8),
	bind(Quit, groupRest, "close what is on top; from a list, quit (asks while something is not settled)", "q", "quit", []string{"q"}, Everywhere, Help).footer(9),
	bind(Interrupt, groupRest, "as q, also while typing and on the sheet; twice in a row always leaves", "ctrl+c", "quit", []string{"ctrl+c"}, Everywhere, Help, Sheet, SheetCount, SheetWord, Form, Menu, Filter, Copying, Searching, Saving),
	bind(Suspend, groupRest, "suspend the program", "ctrl+z", "suspend", []string{"ctrl+z"}, Everywhere, Help, Sheet, SheetCount, SheetWord, Form, Menu, Filter, Copying, Searching, Saving),
}

// Lookup finds what a key does in a scope.
func Lookup(s Scope, pressed fmt.Stringer) (Binding, bool) {
	if b, ok := find(s, pressed); ok || !s.leaks() {
		return b, ok
	}
	return find(Everywhere, pressed)
}

func find(s Scope, pressed fmt.Stringer) (Binding, bool) {
	for _, b := range bindings {
		if slices.Contains(b.Scopes, s) && key.Matches(pressed, b.Key) {
			return b, true
		}
	}
	return Binding{}, false
}

// For is the binding of an action.
func For(a Action) Binding {
	for _, b := range bindings {
		if b.Action == a {
			return b
		}
	}
	return Binding{}
}

// FooterOf are the bindings that the footer names in a scope, first the most important.
func FooterOf(s Scope) []Binding {
	var out []Binding
	for _, b := range bindings {
		if b.Footer > 0 && (slices.Contains(b.Scopes, s) || s.leaks() && slices.Contains(b.Scopes, Everywhere)) {
			out = append(out, b)
		}
	}
	slices.SortStableFunc(out, func(a, b Binding) int { return a.Footer - b.Footer })
	return out
}

// Markdown is the key table of the README.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| key | does | where |\n|---|---|---|\n")
	for _, g := range Groups() {
		for _, k := range bindings {
			if k.Group != g {
				continue
			}
			var places []string
			for _, s := range k.Scopes {
				if !slices.Contains(places, s.String()) {
					places = append(places, s.String())
				}
			}
			keys := strings.Fields(k.Key.Help().Key)
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", strings.Join(keys, "` `"), k.Effect, strings.Join(places, ", "))
		}
	}
	return b.String()
}

// Page is docs/keys.md: every key by what it is for.
func Page() string {
	var b strings.Builder
	b.WriteString("# Keys\n\nMade from the keymap of the program; `?` shows the same there.\n")
	for _, g := range Groups() {
		fmt.Fprintf(&b, "\n## %s\n\n", g)
		for _, k := range bindings {
			if k.Group != g {
				continue
			}
			asks := ""
			if k.Writes && k.Action != Yes {
				asks = " (asks before anything is sent)"
			}
			fmt.Fprintf(&b, "- `%s` %s%s\n", strings.Join(strings.Fields(k.Key.Help().Key), "` `"), k.Effect, asks)
		}
	}
	return b.String()
}

// String names the scope in the README.
func (s Scope) String() string {
	return [...]string{"lists, detail", "lists", "detail", "plan sheet", "plan sheet", "plan sheet", "form", "menus", "filter line", "help", "after y", "search line", "file name", "jobs", "a job", "causes"}[s]
}
