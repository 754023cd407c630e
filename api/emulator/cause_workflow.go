package emulator

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Of the workflow runs, some have a failure function that failed too, and
// some were started by code that the deploy changed.
const (
	runsCallbackFailed = 31
	runsIncompatible   = 3
)

// functionTimeout is how long a function runs before it is killed.
const functionTimeout = 300 * time.Second

func (i *incident) orderWorkflow(number, size int) Entry {
	d := i.dice(causeWorkflow, number)
	e := Entry{
		URL: workflowURL, MaxRetries: defaultRetries, Labels: []string{"order-flow"},
		CallerIP: "203.0.113." + strconv.Itoa(60+number%2), ResponseStatus: http.StatusGatewayTimeout,
		FailureCallback: workflowURL,
		Workflow:        orderRun(&d, number, i.ids.runID()),
		fill:            func(e *Entry) { fillWorkflow(e, number) },
	}
	// Two waves, the last of them over eleven minutes ago.
	ago := d.within(35*time.Minute, 55*time.Minute)
	if number%2 == 1 {
		ago = d.within(11*time.Minute, 22*time.Minute)
	}
	i.failed(&e, ago, functionTimeout)
	e.Workflow.CreatedAt = e.CreatedAt.Add(-900 * time.Millisecond)

	e.Workflow.Callback = FailureCallback{State: CallbackSuccess, ResponseStatus: http.StatusOK}
	if _, failed := among(number, share(runsCallbackFailed, fullWorkflows, size), size); failed {
		e.Workflow.Callback = FailureCallback{
			State: CallbackFail, ResponseStatus: http.StatusInternalServerError,
			ResponseHeader: Header{"Content-Type": {"text/plain"}},
			ResponseBody:   []byte("failure function: cannot reach the refund service"),
		}
	}
	// Counted from the other end, so that the two kinds do not coincide.
	if _, incompatible := among(size-1-number, share(runsIncompatible, fullWorkflows, size), size); incompatible {
		e.Script = Script{Attempts: []Attempt{incompatibleStep()}, RestartSucceeds: true}
	}
	return e
}

// orderRun is a run that got as far as charging the card.
func orderRun(d *dice, number int, id string) *Workflow {
	return &Workflow{
		RunID: id, URL: workflowURL,
		Done: []Step{
			{Name: "validate", Out: `{"valid":true}`, Took: 100 * time.Millisecond},
			{
				Name: "create-intent", Out: fmt.Sprintf(`{"pi":"pi_3Q%012x","orderId":"o_%d"}`, d.draw()>>16, 9000+number),
				Took: 600 * time.Millisecond,
			},
		},
		Failed: Step{Name: "charge-card", Out: `{"charged":true}`, Took: 900 * time.Millisecond},
		Rest:   []Step{{Name: "send-receipt", Out: `{"sent":true}`, Took: 200 * time.Millisecond}},
	}
}

// incompatibleStep is the answer of a workflow whose steps are not those that
// the run remembers. The workflow knows that trying again is no use.
func incompatibleStep() Attempt {
	return Attempt{
		Status: http.StatusBadRequest,
		Header: Header{"Content-Type": {"application/json"}, "Upstash-NonRetryable-Error": {"true"}},
		Body: []byte(`{"error":"incompatible step name: expected \"reserve-stock\", got \"charge-card\"; ` +
			`the workflow was changed before the failed step"}`),
	}
}

func fillWorkflow(e *Entry, number int) {
	d := dice(number)
	e.Header = Header{
		"Content-Type":                  {"application/json"},
		"User-Agent":                    {"Upstash-QStash"},
		"Upstash-Workflow-Init":         {"false"},
		"Upstash-Workflow-Runid":        {e.Workflow.RunID},
		"Upstash-Workflow-Url":          {e.Workflow.URL},
		"Upstash-Workflow-Sdk-Version":  {"1"},
		"Upstash-Forward-Authorization": {fmt.Sprintf("Bearer demo-%016x", d.draw())},
	}
	e.Body = fmt.Appendf(nil, `{"orderId":"o_%d","tenant":"t_%d","amount":%d,"currency":"EUR","customer":"c_%06d"}`,
		9000+number, number%40+1, 900+d.below(60_000), d.below(1_000_000))
	trace := fmt.Sprintf("fra1::%05x-%d-%012x", d.draw()>>44, e.FailedAt.UnixMilli(), d.draw()>>16)
	e.ResponseHeader = Header{
		"Content-Type": {"text/plain; charset=utf-8"}, "Server": {"Vercel"},
		"X-Vercel-Error": {"FUNCTION_INVOCATION_TIMEOUT"}, "X-Vercel-Id": {trace},
	}
	e.ResponseBody = []byte("An error occurred with your deployment\n\nFUNCTION_INVOCATION_TIMEOUT\n\n" + trace + "\n")
}
