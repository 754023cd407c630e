package emulator

import (
	"encoding/json"
	"net/http"
	"time"
)

// How long a failure function runs when it is called again.
const callbackSoonest, callbackLatest = time.Second, 3 * time.Second

// runIdentity identifies the run that a call made or is about.
type runIdentity struct {
	ID        string `json:"workflowRunId"`
	CreatedAt int64  `json:"workflowCreatedAt"`
}

// howToRun is the difference between resuming and restarting.
type howToRun int

const (
	resuming howToRun = iota
	restarting
)

func (c *call) resumeOne() (answer, error) { return c.runOne(resuming) }

func (c *call) restartOne() (answer, error) { return c.runOne(restarting) }

func (c *call) runOne(how howToRun) (answer, error) {
	o, err := c.overrides()
	if err != nil {
		return answer{}, err
	}
	e, err := c.failedRunEntry()
	if err != nil {
		return answer{}, err
	}
	if err := c.spendAgain(1); err != nil {
		return answer{}, err
	}
	return jsonAnswer(http.StatusOK, c.rerun(e, o, how)), nil
}

// failedRunEntry finds the entry of the path, which has to be a workflow run.
func (c *call) failedRunEntry() (*entry, error) {
	e, present := c.dlq.present(c.argument, workflowScope)
	if !present {
		return nil, notFound("dlq message %s not found", c.argument)
	}
	if !e.isWorkflow() {
		return nil, badRequest("dlq message %s is not a workflow run", c.argument)
	}
	return e, nil
}

func (c *call) resumeMany() (answer, error) { return c.runMany(resuming) }

func (c *call) restartMany() (answer, error) { return c.runMany(restarting) }

func (c *call) runMany(how howToRun) (answer, error) {
	o, err := c.overrides()
	if err != nil {
		return answer{}, err
	}
	limit := runLimit
	if c.options.Switches.NoRunLimit {
		limit = pageLimit
	}
	s, err := c.selection(workflowScope, limit)
	if err != nil {
		return answer{}, err
	}
	if max(len(s.ids), s.asked) > limit && c.options.Switches.RefuseOverRunLimit {
		return answer{}, badRequest("at most %d workflow runs at once", runLimit)
	}
	if !c.options.Switches.NoRunLimit {
		s.ids = s.ids[:min(len(s.ids), limit)]
	}
	f := c.find(s)
	if err := c.missing(f); err != nil && c.options.Switches.AllOrNothing404 {
		return answer{}, err
	}
	if err := c.spendAgain(len(f.entries)); err != nil {
		return answer{}, err
	}
	cursor := c.cursor(f.next(), true)
	made := make([]runIdentity, 0, len(f.entries))
	for _, e := range f.entries {
		made = append(made, c.rerun(e, o, how))
	}
	if err := c.missing(f); err != nil {
		return answer{}, err
	}
	return jsonAnswer(http.StatusOK, struct {
		Cursor json.RawMessage `json:"cursor,omitempty"`
		Runs   []runIdentity   `json:"workflowRuns"`
	}{cursor, listed(c, shuffled(c, made))}), nil
}

// rerun makes a new run of an entry and removes the entry.
func (c *call) rerun(e *entry, o *override, how howToRun) runIdentity {
	switches := c.options.Switches
	like := *e
	if switches.ResumeResetsRetries {
		like.MaxRetries = defaultRetries
	}
	bag := o.message(&like, c.ids.messageID(), c.now)
	workflow := *e.Workflow
	workflow.CreatedAt = c.now.time()
	if how == restarting || !switches.ResumeKeepsRunID {
		workflow.RunID = c.ids.runID()
	}
	bag.Workflow = &workflow

	m := &message{Entry: bag, origin: e, script: e.Script}
	state, start := FateResumed, o.start(e, c.now)
	if how == restarting {
		m.run = newRun(&m.Entry, start)
		state, start = FateRestarted, start.plus(duration(workflow.Done))
		if e.Script.RestartSucceeds {
			m.script = Script{}
		}
	} else {
		m.run = resumedRun(&m.Entry)
	}
	c.runs.add(m.run)
	e.fate.Runs = append(e.fate.Runs, Run{workflow.RunID, workflow.CreatedAt})
	if !switches.RunsKeepEntry {
		c.leave(e, state)
	}
	c.send(m, start)
	return runIdentity{workflow.RunID, int64(c.now)}
}

// retryCallback runs the failure function of an entry again. It is answered
// with the run that failed; there is no new one.
func (c *call) retryCallback() (answer, error) {
	e, err := c.failedRunEntry()
	if err != nil {
		return answer{}, err
	}
	callback := &e.Workflow.Callback
	if callback.State != CallbackFail {
		return answer{}, badRequest("workflow run has no failed failure callback")
	}
	e.fate.CallbackRetries++
	c.callFailureFunction(e)
	return jsonAnswer(http.StatusOK, runIdentity{
		e.Workflow.RunID, e.Workflow.CreatedAt.UnixMilli(),
	}), nil
}

// callFailureFunction calls the failure function of a run. If it fails, it
// does so as it did before.
func (s *Server) callFailureFunction(e *entry) {
	callback := &e.Workflow.Callback
	failed := FailureCallback{State: CallbackFail, ResponseStatus: http.StatusInternalServerError}
	if callback.State == CallbackFail {
		failed = *callback
	}
	*callback = FailureCallback{State: CallbackInProgress}
	s.after(s.ids.between(callbackSoonest, callbackLatest), func() {
		switch {
		case callback.State != CallbackInProgress:
		case e.Script.CallbackFailsAgain:
			*callback = failed
		default:
			*callback = FailureCallback{State: CallbackSuccess, ResponseStatus: http.StatusOK}
		}
	})
}

// cancelCallback stops a failure function that is running. The documented
// answer is 302.
func (c *call) cancelCallback() (answer, error) {
	e, err := c.failedRunEntry()
	if err != nil {
		return answer{}, err
	}
	if e.Workflow.Callback.State != CallbackInProgress {
		return answer{}, badRequest("workflow run has no failure callback in progress")
	}
	e.fate.CallbackCancels++
	e.Workflow.Callback = FailureCallback{State: CallbackCanceled}
	reply := emptyAnswer(http.StatusFound)
	if location := c.options.Switches.CancelCallbackLocation; location != "" {
		reply.header.Set("Location", location)
	}
	return reply, nil
}
