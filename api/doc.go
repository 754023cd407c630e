// Package api is a client of the QStash and Workflow REST API, as far as dead letters go: it implements
// [model.Backend] over HTTP.
//
// To that API no selection means everything, and an empty id stands for the whole collection. What the client promises
// is therefore mostly about what it does not send:
//
//   - No request with an empty id, an empty list, an empty value, an empty filter or an id that could change the path ever
//     leaves. Such a call ends in a [model.RefusedError].
//   - A write is sent at most once. It has no Idempotency-Key, since Go's transport resends requests that have one, and no
//     body and no Content-Type unless it is a new message. It is refused before it is sent when its entry is of another
//     kind or another DLQ.
//   - The error of a write says which of three things is true: the server refused it (nothing was done), it provably
//     never left ([model.NeverSentError], nothing was done), or its answer was lost ([model.LostAnswerError], it may
//     have been done). Of a call for several ids there is a fourth: some were not found, and what became of the others is
//     open ([model.SomeNotFoundError]).
//   - Redirects are not followed, and the token goes to the configured host only. It is in no error text.
//
// Reads are repeated a little where that is harmless. Answers are read as a stream and within a cap, and what is odd in
// an entry costs that entry a field, never the page.
//
// # What the documents leave open
//
// The published documents of the API are silent or contradict each other on these points. The client is made so that it is
// right, or at least safe, either way.
//
//  1. Whether a call for several ids does the others when some are not found (404). It is answered with an error that says
//     that this is not known. Nothing is sent again; each id has to be read.
//  2. Whether the results of a call for several ids come in the order of the ids. They are counted and handed on, and never
//     matched to ids; a call for one id has one result.
//  3. In which order a list comes. It is handed on as it came, with the time and the number in each DLQ id to sort by, and
//     nothing here stops or starts by order.
//  4. Whether the list of messages has workflow runs in it. Each entry is told by its own workflow run id, whichever list
//     it came from. A write by filter for messages may reach runs then, which nothing here can prevent: a sweep stops when
//     more was done than matched before.
//  5. Whether a DLQ id can stand for a message and for a run at once. Keys have the kind in them, and so do all addresses.
//  6. What a retry does to a workflow run. A verb that is not for the entry's kind is refused here; what a filter
//     picks is up to the server.
//  7. Which time fromDate and toDate are compared with. They are sent when they are asked for, and in a write by filter they
//     only narrow: dates alone are refused.
//  8. What an empty dlqIds, an empty cursor, or a count of 0 or above the maximum means. None is ever sent: a count is 1 to
//     100, for resume and restart 1 to 50, for the logs of runs 1 to 10.
//  9. What happens to query parameters that are not documented. Only documented ones are sent, but for flowControlKey on the
//     list of messages, count and cursor on the bulk retry, and messageIds on the log, which official clients send and rely
//     on; dlqIds on the list of messages, without which the client goes on after a 400; and source=workflow, on the list of
//     messages of a server without one of runs.
//  10. Whether more than 50 runs can be resumed by one call, and whether more are refused or left out. Not more than 50 are
//     asked for.
//  11. Whether a bulk call without a count does everything. By filter a count is always sent; by ids it is not needed.
//  12. Whether the entry of a retry that was taken for a duplicate is removed. The result says that it was a duplicate, and
//     no new message is claimed; the entry can be read.
//  13. Whether a retried message keeps its old deduplication id. A result is looked at for deduplicated, and one with status
//     202 that does not say is taken for a duplicate.
//  14. Whether a retried message goes back to its queue, and where in it. Nothing is assumed; the queue can be read before,
//     and the log after.
//  15. Whether the delay of the original applies again. A delay is sent when it is set, and only then.
//  16. Whether labels that go along replace those of the entry or are added. The caller sends the entry's own with them, so
//     that both come to the same; labels are never sent empty.
//  17. What status an attempt without a response has. 0 and none are the same: no response.
//  18. Whether bodies in an answer can be cut short. The client never publishes a body that it read by itself, and refuses
//     one that shows the mark of a redaction; whether a copy is whole is for the caller to know.
//  19. Whether a token that may only read gets 401 or 403. Both are a [model.UnauthorizedError].
//  20. The unit, the number and the reach of the limit for bursts. A reset is Unix seconds, or milliseconds when it is too
//     large for that; it is waited for at least a second and at most a minute, reads a little longer, each by another
//     moment. The pace is 10 requests a second until the server tells its limit, and then half of that, or up to 10 where
//     half is less.
//  21. Whether retries count towards the limit of the day. They are assumed to: a 429 for the day says so in its error, and
//     nothing is tried again.
//  22. Whether a 429 comes before any work was done. A read is repeated after it. A write is not repeated here, and a sweep
//     by filter ends with it, so that nothing depends on the answer.
//  23. Whether the 302 that answers a cancelled failure function has a Location. It is a success and is not followed.
//  24. Under which address and name logs come, and how many at once. /v2/logs is asked first and /v2/events after a 404;
//     logs, events and messages are all read, 100 at a time. For runs it is /v2/workflows/logs, then /v2/workflows/events
//     grouped by run, and runs as well as events are read. A body that is not base64 is taken as it stands.
//  25. When exactly an entry expires. An entry that is not found was retried, deleted or has expired: which of them is not
//     claimed.
//  26. Whether an entry is gone at once after a resume or a restart, and whether both can be done twice. Neither is ever sent
//     again by the client; the entry can be read.
//  27. How long it takes until a failure is in the DLQ and a line is in the log. The client does not wait, and an empty log
//     is an empty answer, not an error and no proof.
//  28. Whether a development server has its logs under another port. They are asked for under the configured address only:
//     the token goes nowhere else.
//  29. Whether the list of messages with source=workflow can be filtered by the state of the failure function. Runs have a
//     list of their own, which is asked first; in the other form the state is left out, which makes the list longer and
//     never wrong.
//  30. What trimBody does without a value, with 0 and with -1. It is never sent; what a body may cost is bounded here.
package api
