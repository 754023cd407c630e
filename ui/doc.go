// Package ui is the screen of redrive: a Bubble Tea model.
//
// [Model] is the root and the one place that returns a tea.View. What it holds of the domain (listings, marks, plans,
// jobs) are state machines of package model; a component here is a plain struct with methods and no goroutine. Data
// flows one way round:
//
//	key ─► keymap says which action ─► a state machine of model is asked ─► it returns what to do, as data
//	─► commands.go makes a command that has captured values only ─► Backend ─► a message with the key and the
//	generation it is for ─► Apply ─► View
//
// View and Update do no I/O, and nothing in them grows with the number of rows: only visible rows are drawn, and
// filtering, sorting and indenting run in commands.
//
// Reads are cancelled when they are superseded, and a stale answer is dropped. Writes belong to their job alone: no
// filter, view, resize or quit cancels one.
package ui
