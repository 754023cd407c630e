// Package model is the domain of redrive: what a dead letter is, which of them are on the screen, what is marked,
// what a write would do, and what became of it.
//
// Everything here is a pure value or a pure state machine. There is no I/O, no clock and no goroutine: time comes in
// with the call, and what has to be asked of the server goes out as data. The one interface to the outside is
// [Backend].
//
// Strings hold the bytes as the server sent them. They are hostile until ui/text has made them drawable.
package model
