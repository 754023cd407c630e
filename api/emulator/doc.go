// Package emulator is a QStash in memory: an [http.Handler] that serves the
// publishing, dead letter queue, log, queue, flow control and run endpoints of
// the QStash and Workflow REST APIs, without a network and without an account.
//
// It exists for two readers. `redrive --demo` and `redrive emulator` show the
// program at work on a seeded incident; the tests of the client and of the
// screens use it as the other side of the wire. For both it is written from
// the published contract and shares no code with the client, so that a field
// misspelt on one side is not misspelt on both.
//
// The contract leaves much open: which order a listing has, what a bulk call
// does with an id that is gone, how a last page is marked. Every such point
// has a default and a switch (see [Switches], and [SwitchNames] for flags),
// because a client has to survive either answer. What goes wrong on a network
// is scripted with [Server.SetFaults], by a function or by text (see
// [ParseFault]).
//
// GET /_emulator/record, on this machine and without a token, answers what has
// become of every entry that there ever was, as JSON: counts by state, and of
// each entry the state, the messages and runs that were made of it, whether
// one was delivered, and the dlqId under which one came back.
//
// Nothing is really delivered. What is published is said to be delivered at
// the first attempt, unless [Server.ScriptDestination] or the header
// Upstash-Forward-Emulator-Answers (such as "503, 503, 200") says what the
// destination answers.
//
// Nothing runs in the background. Deliveries, workflow runs, arrivals and
// expiry are worked out from the clock whenever a request comes in, so with an
// injected clock the same requests at the same times give the same answers.
package emulator
