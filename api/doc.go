// Package api is a client of the QStash and Workflow REST API, as far as dead letters go: it implements
// [model.Backend] over HTTP.
//
// To that API no selection means everything, and an empty id stands for the whole collection. What the client promises
// is therefore mostly about what it does not send:
//
//   - No request with an empty id, an empty list, an empty value or an id that could change the path ever leaves. Such
//     a call ends in a [model.RefusedError].
//   - A write is sent at most once. It has no body, no Content-Type and no Idempotency-Key, the last because Go's
//     transport resends requests that have one. It is refused before it is sent when its entry is of another kind or
//     another DLQ.
//   - The error of a write says which of three things is true: the server refused it (nothing was done), it provably
//     never left ([model.NeverSentError], nothing was done), or its answer was lost ([model.LostAnswerError], it may
//     have been done).
//   - Redirects are not followed, and the token goes to the configured host only. It is in no error text.
//
// Reads are repeated a little where that is harmless. Answers are read as a stream and within a cap, and what is odd in
// an entry costs that entry a field, never the page.
package api
