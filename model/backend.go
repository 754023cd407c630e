package model

import "context"

// Backend is a QStash account in one region, as the program sees it. Its errors are those of errors.go; the context's
// own error comes back when the context ended first.
type Backend interface {
	// List reads one page of entries.
	List(ctx context.Context, q Query) (Page, error)
	// Get reads a whole entry, with bodies.
	Get(ctx context.Context, key Key) (Detail, error)
	// Logs reads attempts of messages, or workflow runs with their steps.
	Logs(ctx context.Context, q LogQuery) (LogPage, error)
	// Do changes entries; it is the one way to do so. It sends each request at most once.
	Do(ctx context.Context, w Write) (WriteResult, error)
	// Control reads queues and flow-control keys, or changes what they let through.
	Control(ctx context.Context, c ControlCall) (ControlResult, error)
	// Publish sends a new message. It sends the request at most once.
	Publish(ctx context.Context, m NewMessage) (Created, error)
}

// PageSize is the largest page that the server gives.
const PageSize = 100

// Query asks for one page of a kind.
type Query struct {
	DLQ    DLQ
	Kind   Kind
	Server ServerFilter
	Cursor string // empty for the first page; otherwise as the page before gave it
	// IDs asks for exactly these entries instead (at most [PageSize]); the filter and the cursor are not used then. When there
	// are many and the server cannot list by ids, the error is a [NoListByIDError].
	IDs []string
	// Background lets every read go first that is not in the background.
	Background bool
}

// Page is a part of a DLQ.
type Page struct {
	// Entries may hold entries of the other kind: the API does not promise to keep them apart.
	Entries []Entry
	// Next is the cursor of the following page; empty at the end.
	Next string
}
