// Package journal keeps the record of operations on this machine, by which the next start knows what was under way when the
// line dropped, and the trash, which has whole copies of entries that were deleted.
//
// Of each DLQ there is one folder, below $XDG_STATE_HOME/redrive:
//
//	lock                             held by the one program that changes entries of the DLQ
//	ops/<Unix ms>-<operation>.jsonl  an operation
//	ops/….jsonl.unreadable           one whose plan cannot be read, once that was told
//	restores/<Unix ms>-….jsonl       messages that were published, from the trash
//	trash/<Unix ms>-<operation>.jsonl.gz
//
// Folders are for the user only (0700), and so are files (0600).
//
// The file of an operation has a line for everything that becomes known of it, each JSON with a checksum: the plan first, an
// intent before each call, a result after it, notes of outcomes, and the end. A line is on the disk before the call that it
// is about leaves, and nothing is sent whose intent could not be written. An intent without a result is a call of which it
// is not known whether it was carried out.
//
// The record has ids and addresses, and neither bodies nor secrets: the queries of addresses, the values of forwarded headers
// and what looks like a secret in a text of the server are left out. What goes out with a call cannot be read back where
// something of it was left out, and is then such that it is refused instead of being sent.
//
// The trash has everything that was about to be deleted. Of that the record of its operation says what was: only that comes back,
// with what is in doubt. Before any of it is published anew the file of its messages names the entries; an intent and a result
// follow for each, by which every session knows what was published, and what may have been. What is in the trash is removed after 30 days at the latest, and so are operations that have ended.
package journal
