package model

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// filterField is one field of the filter line. Adding one here is all that is needed for it to be parsed, printed,
// matched, explained and sent.
type filterField struct {
	name  string
	takes string // what its values are
	part  part   // what of an entry it looks at
	runs  bool   // only workflow runs have it
	note  string // what else there is to know, for help
	// read takes a value in, and returns what is wrong with it, or "". Without it every value is right.
	read  func(t *term, now time.Time) string
	match func(t *term, e *Entry) bool
	// row is match, or search without texts, of a row of the store, where that is less work.
	row func(t *term, j *rowJudge, p *packedRow) Verdict
	// narrows tells whether all that match t match o, where they are not the same. Without it that is not known.
	narrows func(t, o *term) bool
	// search takes the place of match in a field of texts, which are in the parts.
	parts  TextParts
	search func(t *term, e *Entry, texts *Texts) Verdict
	// exact is the value that means the same to the server, or "". Without it that is the value as it is.
	exact func(t *term) string
	// server puts the values into s when the server means exactly the same by them for this kind. Without it nothing of
	// the field is ever sent.
	server func(kind Kind, values []string, s *ServerFilter)
	// values are those of an entry by which others like it are found.
	values func(e *Entry) []string
}

var filterFields = []*filterField{
	{
		name: "status", part: statusPart, takes: "503, 5xx, or none for no response",
		read: readStatus, match: matchStatus,
		exact: func(t *term) string {
			if _, err := strconv.Atoi(t.value); err != nil {
				return ""
			}
			return t.value
		},
		server: ofMessages(func(s *ServerFilter) *[]string { return &s.Statuses }),
		values: func(e *Entry) []string {
			if e.Status == 0 {
				return []string{"none"}
			}
			return []string{strconv.Itoa(e.Status)}
		},
	},
	inRows(addressField("url", urlPart, "the destination: a whole URL, or a part of one",
		func(e *Entry) string { return e.URL }, ofMessages(func(s *ServerFilter) *[]string { return &s.URLs })),
		func(t *term, j *rowJudge, p *packedRow) Verdict {
			if isWholeURL(t.value) {
				return verdict(j.textOf(p.url) == t.value)
			}
			return verdict(j.has(t, p.url))
		}),
	{
		name: "method", part: sharedPart, takes: "the method of the request: POST, GET, …",
		match:  func(t *term, e *Entry) bool { return strings.EqualFold(e.Method, t.value) },
		values: func(e *Entry) []string { return []string{e.Method} },
	},
	exactField("queue", sharedPart, "the whole name of a queue",
		func(e *Entry) string { return e.QueueName }, ofMessages(func(s *ServerFilter) *[]string { return &s.Queues })),
	exactField("group", sharedPart, "the whole name of a URL group",
		func(e *Entry) string { return e.URLGroup }, ofMessages(func(s *ServerFilter) *[]string { return &s.Groups })),
	exactField("schedule", sharedPart, "the whole id of a schedule",
		func(e *Entry) string { return e.ScheduleID }, ofMessages(func(s *ServerFilter) *[]string { return &s.Schedules })),
	{
		name: "label", part: labelsPart, takes: "a whole label, one of those of the entry",
		match: func(t *term, e *Entry) bool { return slices.Contains(e.Labels, t.value) },
		row: func(t *term, j *rowJudge, p *packedRow) Verdict {
			return verdict(anyLabel(j.textOf(p.labels), func(l string) bool { return l == t.value }))
		},
		server: ofAll(func(s *ServerFilter) *[]string { return &s.Labels }),
		values: func(e *Entry) []string { return e.Labels },
	},
	exactField("ip", sharedPart, "the whole address of who published",
		func(e *Entry) string { return e.CallerIP }, ofAll(func(s *ServerFilter) *[]string { return &s.CallerIPs })),
	// Whether the lists can be filtered by flow control key is not documented for all kinds.
	inRows(exactField("flow", flowPart, "a whole flow control key", func(e *Entry) string { return e.FlowControlKey }, nil),
		func(t *term, j *rowJudge, p *packedRow) Verdict { return verdict(j.textOf(p.flow) == t.value) }),
	{
		name: "id", takes: "a whole message id, DLQ id or workflow run id",
		match: func(t *term, e *Entry) bool {
			return e.MessageID == t.value || e.Key.ID == t.value || e.WorkflowRunID == t.value
		},
		row: func(t *term, j *rowJudge, p *packedRow) Verdict {
			return verdict(j.rows.messageID(p) == t.value || j.rows.hasID(p, t.value) || j.rows.runID(p) == t.value)
		},
		server: func(kind Kind, values []string, s *ServerFilter) {
			if kind == Message && len(values) == 1 && strings.HasPrefix(values[0], "msg_") {
				s.MessageID = values[0]
			}
		},
	},
	ofRunsOnly(addressField("workflow", sharedPart, "the URL of a workflow, whole or a part of it",
		func(e *Entry) string { return e.WorkflowURL }, ofRuns(func(s *ServerFilter) *[]string { return &s.WorkflowURLs }))),
	// The server is not asked: it may take the id of a run for the beginning of one.
	inRows(ofRunsOnly(exactField("run", wholeEntry, "the whole id of a workflow run", func(e *Entry) string { return e.WorkflowRunID }, nil)),
		func(t *term, j *rowJudge, p *packedRow) Verdict { return verdict(j.rows.runID(p) == t.value) }),
	{
		name: "created", runs: true, takes: "when a workflow run was created: Unix ms, or a time like 2026-11-20T03:00:00Z",
		note: "exact to the millisecond",
		read: readRunCreated,
		match: func(t *term, e *Entry) bool {
			return !e.WorkflowCreatedAt.IsZero() && e.WorkflowCreatedAt.UnixMilli() == t.runMilli
		},
		row:   func(t *term, j *rowJudge, p *packedRow) Verdict { return verdict(j.rows.runCreated(p) == t.runMilli) },
		exact: func(t *term) string { return strconv.FormatInt(t.runMilli, 10) },
		server: func(kind Kind, values []string, s *ServerFilter) {
			if kind == WorkflowRun && len(values) == 1 {
				s.RunCreatedMilli, _ = strconv.ParseInt(values[0], 10, 64)
			}
		},
	},
	{
		name: "state", runs: true, part: sharedPart, takes: "the state of the failure function: failed, done, running, cancelled, none, or as it is sent: CALLBACK_FAIL, …",
		read: readState, match: matchState, exact: exactState,
		server: ofRuns(func(s *ServerFilter) *[]string { return &s.States }),
		values: stateValues,
	},
	{
		name: "step", runs: true, takes: "the step that a workflow run failed at, its whole name; ? while that is not known",
		note:  "without ids and long numbers",
		match: func(t *term, e *Entry) bool { return t.matchesStep(e.Key.Kind, e.Cause.Step) },
		row: func(t *term, j *rowJudge, p *packedRow) Verdict {
			return verdict(t.matchesStep(j.rows.shared[p.shared].kind, j.textOf(j.rows.causes[p.cause].step)))
		},
		values: func(e *Entry) []string {
			if e.Key.Kind == WorkflowRun && e.Cause.Step == "" {
				return []string{StepUnknown}
			}
			return []string{e.Cause.Step}
		},
	},
	timeField("since", "the time of failure, then or later: 2h, 3d, 2026-11-20, or a time like 2026-11-20T03:00:00Z",
		"a day counts from its beginning", readSince),
	timeField("until", "the time of failure, then or before: 2h, 3d, 2026-11-20, or a time like 2026-11-20T03:00:00Z",
		"a day counts to its end", readUntil),
	timeField("age", "how long ago it failed: 2h or 3d for at most that, <2h for less, >2h for more",
		"for a range use since and until", readAge),
	{
		name: "cause", part: causePart, takes: "the id of a cause: 8 hex digits",
		read: readCauseID, match: func(t *term, e *Entry) bool { return e.Cause.ID == t.cause },
		row:    func(t *term, j *rowJudge, p *packedRow) Verdict { return verdict(j.rows.causes[p.cause].id == t.cause) },
		values: func(e *Entry) []string { return []string{e.Cause.ID.String()} },
	},
	{
		name: "class", part: causePart, takes: "the class of a cause: " + strings.Join(classNames[:], ", "),
		read: readClass, match: func(t *term, e *Entry) bool { return e.Cause.Class == t.class },
		row: func(t *term, j *rowJudge, p *packedRow) Verdict {
			return verdict(j.rows.causes[p.cause].class == t.class)
		},
		values: func(e *Entry) []string {
			if e.Cause.ID == 0 {
				return nil
			}
			return []string{e.Cause.Class.String()}
		},
	},
	{
		name: "response", part: responsePart, takes: "a part of the response's body",
		parts: ResponseText, narrows: narrowsPart,
		search: func(t *term, e *Entry, texts *Texts) Verdict {
			return t.searchResponse(e.Response, e.ResponseCut, texts)
		},
		row: func(t *term, j *rowJudge, p *packedRow) Verdict {
			switch {
			case j.has(t, p.response):
				return Included
			case p.flags&responseCut != 0:
				return Undecided
			}
			return Excluded
		},
	},
	textField("body", "a part of the request's body", BodyText, func(t *Texts) string { return t.Body }),
	textField("header", `a part of a line of the request's or the response's header, such as "retry-after: 5"`, HeaderText,
		func(t *Texts) string { return t.Header }),
}

// textField is a field of texts that summaries have nothing of.
func textField(name, takes string, part TextParts, of func(*Texts) string) *filterField {
	return &filterField{
		name: name, takes: takes, parts: part, narrows: narrowsPart,
		row: func(*term, *rowJudge, *packedRow) Verdict { return Undecided },
		search: func(t *term, _ *Entry, texts *Texts) Verdict {
			if texts == nil {
				return Undecided
			}
			return verdict(t.folded.in(of(texts)))
		},
	}
}

func (t *term) searchResponse(head string, cut bool, texts *Texts) Verdict {
	switch {
	case t.folded.in(head):
		return Included
	case !cut:
		return Excluded
	case texts == nil:
		return Undecided
	}
	return verdict(t.folded.in(texts.Response))
}

func (t *term) matchesStep(k Kind, step string) bool {
	if t.value == StepUnknown {
		return k == WorkflowRun && step == ""
	}
	return step == t.value
}

func inRows(f *filterField, row func(*term, *rowJudge, *packedRow) Verdict) *filterField {
	f.row = row
	return f
}

func ofRunsOnly(f *filterField) *filterField {
	f.runs = true
	return f
}

// exactField is a field whose values are compared as they are.
func exactField(name string, part part, takes string, of func(*Entry) string, server func(Kind, []string, *ServerFilter)) *filterField {
	return &filterField{
		name: name, part: part, takes: takes, server: server,
		match:  func(t *term, e *Entry) bool { return of(e) == t.value },
		values: func(e *Entry) []string { return []string{of(e)} },
	}
}

// addressField is a field of URLs: a whole one is compared as it is, anything else is looked for whatever its case.
func addressField(name string, part part, takes string, of func(*Entry) string, server func(Kind, []string, *ServerFilter)) *filterField {
	return &filterField{
		name: name, part: part, takes: takes, server: server,
		narrows: narrowsAddress,
		match:   func(t *term, e *Entry) bool { return t.matchesAddress(of(e)) },
		exact: func(t *term) string {
			if !isWholeURL(t.value) {
				return ""
			}
			return t.value
		},
		values: func(e *Entry) []string { return []string{of(e)} },
	}
}

func (t *term) matchesAddress(address string) bool {
	if isWholeURL(t.value) {
		return address == t.value
	}
	return t.folded.in(address)
}

func isWholeURL(v string) bool {
	return strings.HasPrefix(v, "https://") || strings.HasPrefix(v, "http://")
}

func readStatus(t *term, _ time.Time) string {
	v := t.value
	if v == "none" || len(v) == 3 && v[0] >= '1' && v[0] <= '9' && v[1:] == "xx" {
		return ""
	}
	if n, err := strconv.Atoi(v); err == nil && n >= 100 && n <= 999 && len(v) == 3 {
		return ""
	}
	return t.mistaken()
}

// mistaken says what the field takes instead.
func (t *term) mistaken() string { return t.field.name + " takes " + t.field.takes }

func matchStatus(t *term, e *Entry) bool {
	switch {
	case t.value == "none":
		return e.Status == 0
	case t.value[1:] == "xx":
		return e.Status/100 == int(t.value[0]-'0')
	default:
		n, _ := strconv.Atoi(t.value)
		return e.Status == n
	}
}

const (
	stateFailed   = "CALLBACK_FAIL"
	stateDone     = "CALLBACK_SUCCESS"
	stateRunning  = "CALLBACK_INPROGRESS"
	stateCanceled = "CALLBACK_CANCELED"
	// stateCancelled is not documented; the log of messages has the word spelt this way.
	stateCancelled = "CALLBACK_CANCELLED"
)

func readState(t *term, _ time.Time) string {
	switch t.value {
	case "failed", "done", "running", "cancelled", "none":
		return ""
	}
	name, ok := strings.CutPrefix(t.value, "CALLBACK_")
	if !ok || name == "" || strings.ContainsFunc(name, func(r rune) bool { return r != '_' && (r < 'A' || r > 'Z') }) {
		return t.mistaken()
	}
	return ""
}

func matchState(t *term, e *Entry) bool {
	switch t.value {
	case "failed":
		return e.FailureState == stateFailed
	case "done":
		return e.FailureState == stateDone
	case "running":
		return e.FailureState == stateRunning
	case "cancelled":
		return e.FailureState == stateCanceled || e.FailureState == stateCancelled
	case "none":
		return e.FailureState == ""
	}
	return e.FailureState == t.value
}

// exactState leaves out states that the server is not known to have: it may refuse them.
func exactState(t *term) string {
	switch t.value {
	case "failed":
		return stateFailed
	case "done":
		return stateDone
	case "running":
		return stateRunning
	case stateFailed, stateDone, stateRunning, stateCanceled:
		return t.value
	}
	return ""
}

func stateValues(e *Entry) []string {
	switch e.FailureState {
	case stateFailed:
		return []string{"failed"}
	case stateDone:
		return []string{"done"}
	case stateRunning:
		return []string{"running"}
	case stateCanceled, stateCancelled:
		return []string{"cancelled"}
	case "":
		if e.Key.Kind == WorkflowRun {
			return []string{"none"}
		}
	}
	return []string{e.FailureState}
}

func readCauseID(t *term, _ time.Time) string {
	id, ok := ParseCauseID(t.value)
	if !ok || t.value != id.String() {
		return t.mistaken()
	}
	t.cause = id
	return ""
}

func readClass(t *term, _ time.Time) string {
	class, ok := ParseClass(t.value)
	if !ok {
		return t.mistaken()
	}
	t.class = class
	return ""
}

func readRunCreated(t *term, _ time.Time) string {
	at, err := time.Parse(time.RFC3339, t.value)
	t.runMilli = at.UnixMilli()
	if err != nil {
		t.runMilli, err = strconv.ParseInt(t.value, 10, 64)
	}
	// A run was created after 1970, and zero would ask the server for all.
	if err != nil || t.runMilli <= 0 || t.value[0] == '+' {
		return t.mistaken()
	}
	return ""
}
