package api

import (
	"cmp"
	"io"
	"strings"
	"time"

	"redrive/model"
)

// runReader reads a page of runs in either shape that servers give it: runs with their steps, or events.
type runReader struct {
	*scanner
	page model.LogPage
	// byRun is where in the page the run of an event is.
	byRun map[model.RunRef]int
	// newest is the time of the event that told a run's state.
	newest map[int]time.Time
}

func readRunPage(from io.Reader) (model.LogPage, error) {
	r := runReader{scanner: newScanner(from), byRun: map[model.RunRef]int{}, newest: map[int]time.Time{}}
	r.document(func(name []byte) {
		switch string(name) {
		case "runs":
			r.objects(func() { r.page.Runs = append(r.page.Runs, r.run()) })
		case "events":
			r.objects(r.event)
		case "cursor":
			if r.page.Next = r.opaque("cursor of the runs"); len(r.problems) > 0 {
				r.fail("its %s, so that what follows is not known", r.takeProblems())
			}
		default:
			r.skip()
		}
	})
	return r.page, r.err
}

// objects calls read for every object of the list that comes next, and skips what is something else.
func (r *runReader) objects(read func()) {
	if r.kind() != '[' {
		r.skip()
		return
	}
	r.list(func() {
		if r.kind() != '{' {
			r.skip()
			return
		}
		read()
	})
}

func (r *runReader) run() (run model.Run) {
	label := ""
	r.object(func(name []byte) {
		switch field := string(name); field {
		case "workflowRunId":
			run.ID = r.text(field)
		case "workflowUrl":
			run.URL = r.text(field)
		case "workflowState":
			run.State = r.text(field)
		case "workflowRunCreatedAt":
			run.CreatedAt = r.time(field)
		case "workflowRunCompletedAt":
			run.CompletedAt = r.time(field)
		case "workflowRunCallerIp":
			run.CallerIP = r.text(field)
		case "workflowRunResponse":
			run.Response = r.head(field)
		case "dlqId":
			run.DLQID = r.text(field)
		case "label":
			label = r.text(field)
		case "labels":
			run.Labels = r.texts(field)
		case "flowControlKey":
			run.FlowControlKey = r.text(field)
		case "failureFunction":
			r.failureFunction(&run)
		case "steps":
			r.objects(func() { run.Steps = append(run.Steps, r.group()...) })
		default:
			r.skip()
		}
	})
	if len(run.Labels) == 0 && label != "" {
		run.Labels = []string{label}
	}
	run.Problem = r.takeProblems()
	return run
}

func (r *runReader) failureFunction(run *model.Run) {
	if r.kind() != '{' {
		r.skip()
		return
	}
	r.object(func(name []byte) {
		switch field := string(name); field {
		case "state":
			run.FailureState = r.text(field)
		case "responseStatus":
			run.FailureStatus = r.int(field)
		case "responseBody":
			run.FailureResponse = r.head(field)
		default:
			r.skip()
		}
	})
}

// group reads steps that stand to each other in one way.
func (r *runReader) group() (steps []model.RunStep) {
	kind := ""
	r.object(func(name []byte) {
		switch string(name) {
		case "type":
			kind = r.text("type")
		case "steps":
			r.objects(func() { steps = append(steps, r.step()) })
		default:
			r.skip()
		}
	})
	for i := range steps {
		steps[i].Group = kind
	}
	return steps
}

func (r *runReader) step() (step model.RunStep) {
	r.object(func(name []byte) {
		switch field := string(name); field {
		case "stepName":
			step.Name = r.text(field)
		case "stepType":
			step.Type = r.text(field)
		case "state":
			step.State = r.text(field)
		case "messageId":
			step.MessageID = r.text(field)
		case "createdAt":
			step.CreatedAt = r.time(field)
		case "retries":
			step.Retries = r.int(field)
		case "nextDeliveryTime":
			step.NextAt = r.time(field)
		case "errors":
			r.objects(func() { step.Errors = append(step.Errors, r.stepError()) })
		default:
			r.skip()
		}
	})
	return step
}

func (r *runReader) stepError() (e model.StepError) {
	text, body := "", ""
	r.object(func(name []byte) {
		switch field := string(name); field {
		case "status":
			e.Status = r.int(field)
		case "time":
			e.At = r.time(field)
		case "error":
			text = r.head(field)
		case "body":
			body = r.head(field)
		default:
			r.skip()
		}
	})
	e.Text = cmp.Or(text, body)
	return e
}

// event reads one event of a run, and adds it to what is known of that.
func (r *runReader) event() {
	var (
		run         model.Run
		step        *model.RunStep
		at          time.Time
		state       string
		label, text string
		body        string
		status      int
	)
	r.object(func(name []byte) {
		switch field := string(name); field {
		case "time":
			at = r.time(field)
		case "state":
			state = r.text(field)
		case "workflowRunId":
			run.ID = r.text(field)
		case "workflowCreatedAt":
			run.CreatedAt = r.time(field)
		case "workflowUrl":
			run.URL = r.text(field)
		case "dlqId":
			run.DLQID = r.text(field)
		case "label":
			label = r.text(field)
		case "labels":
			run.Labels = r.texts(field)
		case "callerIp":
			run.CallerIP = r.text(field)
		case "workflowRunResponse":
			run.Response = r.head(field)
		case "error":
			text = r.head(field)
		case "responseBody":
			body = r.head(field)
		case "responseStatus":
			status = r.int(field)
		case "stepInfo":
			if r.kind() != '{' {
				r.skip()
				return
			}
			s := r.step()
			step = &s
		default:
			r.skip()
		}
	})
	if len(run.Labels) == 0 && label != "" {
		run.Labels = []string{label}
	}
	if run.Problem = r.takeProblems(); run.ID == "" {
		return
	}
	known, i := r.runOf(run)
	known.URL = cmp.Or(known.URL, run.URL)
	known.DLQID = cmp.Or(known.DLQID, run.DLQID)
	known.CallerIP = cmp.Or(known.CallerIP, run.CallerIP)
	known.Response = cmp.Or(known.Response, run.Response)
	known.Problem = cmp.Or(known.Problem, run.Problem)
	if len(known.Labels) == 0 {
		known.Labels = run.Labels
	}
	if strings.HasPrefix(state, "RUN_") && (known.State == "" || at.After(r.newest[i])) {
		known.State, r.newest[i] = state, at
		if known.CompletedAt = at; state == model.RunStarted {
			known.CompletedAt = time.Time{}
		}
	}
	if step == nil {
		return
	}
	step.State = cmp.Or(step.State, state)
	if text = cmp.Or(text, body); text != "" || status != 0 {
		step.Errors = append(step.Errors, model.StepError{At: at, Status: status, Text: text})
	}
	known.Steps = append(known.Steps, *step)
}

// runOf is the run of the page that an event is about.
func (r *runReader) runOf(run model.Run) (*model.Run, int) {
	ref := model.RunRef{ID: run.ID, CreatedAt: run.CreatedAt}
	i, known := r.byRun[ref]
	if !known {
		i = len(r.page.Runs)
		r.byRun[ref] = i
		r.page.Runs = append(r.page.Runs, model.Run{ID: run.ID, CreatedAt: run.CreatedAt})
	}
	return &r.page.Runs[i], i
}
