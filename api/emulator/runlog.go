package emulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// runPageLimit is the default and the maximum of count when logs are grouped
// by run.
const runPageLimit = 10

var runKeys = []string{
	"cursor", "count", "workflowUrl", "workflowRunId", "workflowCreatedAt", "workflowRuns", "state",
	"fromDate", "toDate", "trimBody", "label", "flowControlKey", "callerIp",
}

type runJSON struct {
	RunID           string               `json:"workflowRunId"`
	URL             string               `json:"workflowUrl"`
	State           string               `json:"workflowState"`
	CreatedAt       int64                `json:"workflowRunCreatedAt"`
	CompletedAt     int64                `json:"workflowRunCompletedAt,omitempty"`
	CallerIP        string               `json:"workflowRunCallerIp,omitempty"`
	Steps           []stepGroupJSON      `json:"steps"`
	Response        string               `json:"workflowRunResponse,omitempty"`
	FailureFunction *failureFunctionJSON `json:"failureFunction,omitempty"`
	DLQID           string               `json:"dlqId,omitempty"`
	Label           string               `json:"label,omitempty"`
	Labels          []string             `json:"labels,omitempty"`
	FlowControlKey  string               `json:"flowControlKey,omitempty"`
}

type stepGroupJSON struct {
	Steps []stepJSON `json:"steps"`
	Type  string     `json:"type"`
}

type stepJSON struct {
	ID         *int            `json:"stepId,omitempty"`
	Name       string          `json:"stepName,omitempty"`
	Type       string          `json:"stepType,omitempty"`
	CallType   string          `json:"callType,omitempty"`
	MessageID  string          `json:"messageId,omitempty"`
	Out        string          `json:"out,omitempty"`
	Concurrent int             `json:"concurrent,omitempty"`
	State      string          `json:"state"`
	CreatedAt  int64           `json:"createdAt,omitempty"`
	Retries    int             `json:"retries"`
	RetryDelay string          `json:"retryDelay,omitempty"`
	Next       int64           `json:"nextDeliveryTime,omitempty"`
	Errors     []stepErrorJSON `json:"errors,omitempty"`
}

type stepErrorJSON struct {
	Status  int    `json:"status"`
	Headers Header `json:"headers,omitempty"`
	Body    string `json:"body,omitempty"`
	Error   string `json:"error,omitempty"`
	Time    int64  `json:"time"`
}

type failureFunctionJSON struct {
	URL             string        `json:"url"`
	State           CallbackState `json:"state"`
	FailHeaders     Header        `json:"failHeaders,omitempty"`
	FailStatus      int           `json:"failStatus"`
	FailResponse    string        `json:"failResponse,omitempty"`
	ResponseBody    string        `json:"responseBody,omitempty"`
	ResponseHeaders Header        `json:"responseHeaders,omitempty"`
	ResponseStatus  int           `json:"responseStatus,omitempty"`
	MaxRetries      int           `json:"maxRetries"`
}

// listRuns answers workflow logs grouped by run.
func (c *call) listRuns() (answer, error) {
	if err := c.checkGrouping(); err != nil {
		return answer{}, err
	}
	s, err := c.selection(workflowScope, runPageLimit)
	if err != nil {
		return answer{}, err
	}
	matches, err := c.runFilter()
	if err != nil {
		return answer{}, err
	}
	shown, next := make([]*runJSON, 0, s.count), ""
	var last orderKey
	for _, r := range c.candidates() {
		if s.cursor != nil && r.key.compare(*s.cursor) >= 0 || !matches(r) {
			continue
		}
		rendered := c.runJSON(r, s.trim)
		if state := c.query.Get("state"); state != "" && !rendered.has(state) {
			continue
		}
		if len(shown) == s.count {
			next = last.String()
			break
		}
		shown, last = append(shown, rendered), r.key
	}
	return jsonAnswer(http.StatusOK, struct {
		Cursor json.RawMessage `json:"cursor,omitempty"`
		Runs   []*runJSON      `json:"runs"`
	}{c.cursor(next, false), listed(c, shown)}), nil
}

// checkGrouping refuses the event mode of the older path.
func (c *call) checkGrouping() error {
	grouping := c.query.Get("groupBy")
	if grouping == "" && c.request.URL.Path == "/v2/workflows/logs" || grouping == "workflowRunId" {
		return nil
	}
	return badRequest("invalid groupBy")
}

// candidates are the runs that can match: all, or those with the wanted id.
func (c *call) candidates() []*run {
	all := c.runs.newestFirst()
	id := c.query.Get("workflowRunId")
	if id == "" || c.query.Has("workflowRuns") {
		return all
	}
	return slices.SortedFunc(slices.Values(c.runs.byID[id]), func(x, y *run) int {
		return y.key.compare(x.key)
	})
}

func (c *call) runFilter() (func(*run) bool, error) {
	if state := c.query.Get("state"); state != "" && !slices.Contains(runStates, state) {
		return nil, badRequest("invalid state")
	}
	if pairs := c.query.Get("workflowRuns"); pairs != "" {
		wanted := strings.Split(pairs, ",")
		return func(r *run) bool {
			created := strconv.FormatInt(int64(r.key.at), 10)
			return slices.Contains(wanted, r.workflow.RunID+"@"+created)
		}, nil
	}
	from, to, err := dateRange(c.query)
	if err != nil {
		return nil, err
	}
	wants := func(key, have string) bool { return !c.query.Has(key) || c.query.Get(key) == have }
	labels := c.splitCommas(c.query["label"])
	return func(r *run) bool {
		return wants("workflowUrl", r.workflow.URL) &&
			wants("workflowCreatedAt", strconv.FormatInt(int64(r.key.at), 10)) &&
			wants("flowControlKey", r.bag.FlowControlKey) && wants("callerIp", r.bag.CallerIP) &&
			(from == nil || r.key.at >= *from) && (to == nil || r.key.at <= *to) &&
			(len(labels) == 0 || slices.ContainsFunc(r.bag.Labels, func(label string) bool {
				return slices.Contains(labels, label)
			}))
	}, nil
}

func (j *runJSON) has(state string) bool {
	return j.State == state || slices.ContainsFunc(j.Steps, func(group stepGroupJSON) bool {
		return slices.ContainsFunc(group.Steps, func(step stepJSON) bool { return step.State == state })
	})
}

func (c *call) runJSON(r *run, trim *int) *runJSON {
	shape := &runJSON{
		RunID: r.workflow.RunID, URL: r.workflow.URL, State: r.state,
		CreatedAt: int64(r.key.at), CompletedAt: int64(r.completedAt), CallerIP: r.bag.CallerIP,
		Labels: r.bag.Labels, FlowControlKey: r.bag.FlowControlKey, Steps: c.stepGroups(r, trim),
	}
	if len(r.bag.Labels) > 0 {
		shape.Label = r.bag.Labels[0]
	}
	if r.state == runSuccess && (trim == nil || *trim > 0) {
		shape.Response = `"done"`
	}
	if r.entry != nil {
		shape.DLQID = r.entry.DLQID
		shape.FailureFunction = failureFunction(r.entry, trim)
	}
	return shape
}

func failureFunction(e *entry, trim *int) *failureFunctionJSON {
	callback := e.Workflow.Callback
	if callback.State == "" {
		return nil
	}
	full := e.full()
	return &failureFunctionJSON{
		URL: full.FailureCallback, State: callback.State,
		FailHeaders: full.ResponseHeader, FailStatus: full.ResponseStatus,
		FailResponse:    string(trimmed(full.ResponseBody, trim)),
		ResponseBody:    string(trimmed(callback.ResponseBody, trim)),
		ResponseHeaders: callback.ResponseHeader, ResponseStatus: callback.ResponseStatus,
		MaxRetries: full.MaxRetries,
	}
}

// stepGroups are the steps up to the present of the clock: what is done, and
// then the one that the run is at.
func (c *call) stepGroups(r *run, trim *int) []stepGroupJSON {
	created := r.key.at
	full := r.bag.readable()
	groups := []stepGroupJSON{
		done(0, Step{Name: "init", Type: "Initial", Out: string(trimmed(full.Body, trim))}, created, full),
	}
	id := 0
	finished := func(step Step, at instant) {
		id++
		step.Out = string(trimmed([]byte(step.Out), trim))
		groups = append(groups, done(id, step, at, full))
	}
	for i, step := range r.workflow.Done {
		if r.doneAt[i] > c.now {
			return append(groups, c.current(r, stepJSON{Name: step.Name, State: stepProgress}))
		}
		finished(step, r.doneAt[i])
	}
	if r.failedStepAt == 0 {
		failing := stepJSON{
			Name: r.workflow.Failed.Name, State: r.stepState, MessageID: r.bag.MessageID, Next: int64(r.next),
		}
		for _, past := range r.history() {
			failing.Errors = append(failing.Errors, stepErrorJSON{
				Status: past.reply.Status, Headers: past.reply.Header,
				Body: string(trimmed(past.reply.Body, trim)), Error: past.reply.errorText(), Time: int64(past.at),
			})
		}
		return append(groups, c.current(r, failing))
	}
	at := r.failedStepAt
	finished(r.workflow.Failed, at)
	for _, step := range r.workflow.Rest {
		if at = at.plus(step.Took); at > c.now {
			return append(groups, c.current(r, stepJSON{Name: step.Name, State: stepProgress}))
		}
		finished(step, at)
	}
	return groups
}

func done(id int, step Step, at instant, bag *Entry) stepGroupJSON {
	kind := step.Type
	if kind == "" {
		kind = "Run"
	}
	return stepGroupJSON{Type: "sequential", Steps: []stepJSON{{
		ID: &id, Name: step.Name, Type: kind, CallType: "step", Out: step.Out, Concurrent: 1,
		State: stepSuccess, CreatedAt: int64(at), Retries: bag.MaxRetries,
		RetryDelay: bag.RetryDelayExpression,
	}}}
}

func (c *call) current(r *run, step stepJSON) stepGroupJSON {
	step.Retries, step.RetryDelay = r.bag.MaxRetries, r.bag.RetryDelayExpression
	if c.options.Switches.NextStepWithoutName {
		step.Name = ""
	}
	return stepGroupJSON{Type: "next", Steps: []stepJSON{step}}
}
