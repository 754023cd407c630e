package api

import (
	"hash/maphash"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"redrive/model"
)

const (
	// base64Head is how many characters of base64 hold [model.ResponseHead] bytes.
	base64Head = (model.ResponseHead + 2) / 3 * 4
	// base64Cause is how many hold [model.CauseHead].
	base64Cause = (model.CauseHead + 2) / 3 * 4
	// longestEscape is how many bytes one may stand for in a string of JSON.
	longestEscape = len(`\u0000`)
	// labelChunk is how many labels of a page share one allocation.
	labelChunk = 64
)

// causeSeed is of this process: the sums made with it tell nothing beyond it.
var causeSeed = maphash.MakeSeed()

// The time in a DLQ id is believed within this span: the service is younger than its beginning.
var (
	earliestFailure = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	latestFailure   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
)

// entryReader reads entries of both kinds, which share a shape.
type entryReader struct {
	*scanner
	dlq    model.DLQ
	only   string // the id of an entry that came without one, when it was asked for by that
	entry  *model.Entry
	detail *model.Detail // nil when a summary is enough
	named  bool          // the entry came with a DLQ id

	// texts, when it is not nil, gets the texts of the entry as they stand.
	texts *rawTexts

	headers *scanner // of a header that is read for Retry-After alone

	// said is what the response says of the cause; answers are what responses of the page said, by their beginning.
	said    model.Said
	answers map[uint64]model.Said

	label       string
	labels      []string
	labelsOdd   bool
	labelsSpace []string
	info        *model.FailureFunction
}

// read fills entry from the object that comes next, whatever it is like; its key has no id when none came. With detail,
// whose entry it then is, everything else is kept too.
func (r *entryReader) read(entry *model.Entry, detail *model.Detail) {
	r.entry, r.detail, r.said = entry, detail, model.Said{}
	r.label, r.labels, r.labelsOdd, r.info = "", nil, false, nil
	if r.texts != nil {
		*r.texts = rawTexts{json: r.texts.json[:0]}
	}
	entry.Key.DLQ = r.dlq
	if r.kind() != '{' {
		r.problem("the entry", "an object")
	} else {
		r.object(r.field)
	}
	r.finish()
}

func (r *entryReader) finish() {
	e := r.entry
	e.Labels, e.FirstLabelOnly = r.labels, r.labelsOdd
	if len(e.Labels) == 0 && r.label != "" {
		e.Labels, e.FirstLabelOnly = []string{r.label}, true
	}
	if e.WorkflowRunID != "" {
		e.Key.Kind = model.WorkflowRun
	}
	if r.named = e.Key.ID != ""; !r.named {
		e.Key.ID = r.only
	}
	e.FailedAt, e.Sequence = failure(e.Key.ID)
	if r.detail != nil {
		r.finishDetail()
	}
	e.Cause = e.CauseOf(r.said)
	e.Problem = r.takeProblems()
}

func (r *entryReader) field(name []byte) {
	if r.detail != nil && r.detailField(name) || r.texts != nil && r.keepText(name) {
		return
	}
	e := r.entry
	switch string(name) {
	case "dlqId":
		e.Key.ID = r.text("dlqId")
	case "messageId":
		e.MessageID = r.text("messageId")
	case "url":
		e.URL = r.text("url")
	case "method":
		e.Method = r.text("method")
	case "queueName":
		e.QueueName = r.text("queueName")
	case "topicName":
		e.URLGroup = r.text("topicName")
	case "endpointName":
		e.Endpoint = r.text("endpointName")
	case "scheduleId":
		e.ScheduleID = r.text("scheduleId")
	case "flowControlKey":
		e.FlowControlKey = r.text("flowControlKey")
	case "rate":
		e.Flow.Rate = r.int("rate")
	case "parallelism":
		e.Flow.Parallelism = r.int("parallelism")
	case "period":
		e.Flow.Period = r.seconds("period")
	case "callerIP", "callerIp":
		e.CallerIP = r.text("callerIP")
	case "label":
		r.label = r.text("label")
	case "labels":
		r.readLabels()
	case "maxRetries":
		e.MaxRetries = r.int("maxRetries")
	case "createdAt":
		e.CreatedAt = r.time("createdAt")
	case "responseStatus":
		e.Status = r.int("responseStatus")
	case "responseHeader", "responseHeaders":
		e.RetryAfter = r.retryAfter(r.raw())
	case "responseBody":
		r.readResponseHead()
	case "responseBodyBase64":
		r.readResponseHeadBase64()
	case "workflowRunId":
		e.WorkflowRunID = r.text("workflowRunId")
	case "workflowUrl":
		e.WorkflowURL = r.text("workflowUrl")
	case "workflowCreatedAt":
		e.WorkflowCreatedAt = r.time("workflowCreatedAt")
	case "failureFunctionState":
		r.setFailureState(r.text("failureFunctionState"))
	case "failureCallbackState":
		r.setFailureState(r.text("failureCallbackState"))
	case "failureCallbackInfo":
		r.readFailureInfo()
	default:
		if r.detail != nil {
			r.keepUnknown(string(name))
			return
		}
		r.skip()
	}
}

// setFailureState keeps the first state that says something: which of the fields comes depends on the server's version.
func (r *entryReader) setFailureState(state string) {
	if r.entry.FailureState == "" {
		r.entry.FailureState = state
	}
}

func (r *entryReader) readFailureInfo() {
	switch r.kind() {
	case '{':
		r.object(func(name []byte) {
			if string(name) == "state" {
				r.setFailureState(r.text("failureCallbackInfo.state"))
				return
			}
			r.skip()
		})
	case 'n':
		r.skip()
	default:
		r.problem("failureCallbackInfo", "an object")
	}
}

// readLabels takes note of a list that could not be read whole: labels that are not known must not be replaced.
func (r *entryReader) readLabels() {
	r.labels, r.labelsOdd = nil, false
	switch r.kind() {
	case '[':
		first := len(r.labelsSpace)
		r.list(func() {
			if r.kind() != '"' {
				r.labelsOdd = true
				r.problem("one of labels", "text")
				return
			}
			if len(r.labelsSpace) == cap(r.labelsSpace) {
				grown := make([]string, 0, labelChunk+2*(len(r.labelsSpace)-first))
				r.labelsSpace = append(grown, r.labelsSpace[first:]...)
				first = 0
			}
			r.labelsSpace = append(r.labelsSpace, r.text("one of labels"))
		})
		if n := len(r.labelsSpace); n > first {
			r.labels = r.labelsSpace[first:n:n]
		}
	case 'n':
		r.skip()
	default:
		r.labelsOdd = true
		r.problem("labels", "a list")
	}
}

// readResponseHead looks at no more of a body than is kept of it.
func (r *entryReader) readResponseHead() {
	if r.kind() != '"' {
		r.text("responseBody")
		return
	}
	if quoted := r.raw(); r.err == nil && len(quoted) > len(`""`) {
		r.keepRaw(response, quoted)
		r.scratch = appendUnescaped(r.scratch[:0], quoted, model.ResponseHead+utf8.UTFMax)
		r.entry.ResponseCut = len(r.scratch) > model.ResponseHead
		r.entry.Response = r.keep(cutAtRune(r.scratch, model.ResponseHead))
		r.readCause(response, quoted, func() []byte { return appendUnescaped(r.scratch[:0], quoted, model.CauseHead) })
	}
}

// readCause reads what the response says of the cause. Responses that are alike are looked at once a page: that two which
// are not have one sum of 64 bits does not happen.
func (r *entryReader) readCause(part textPart, raw []byte, body func() []byte) {
	sum := maphash.Bytes(causeSeed, raw[:min(len(raw), longestEscape*model.CauseHead)]) ^ uint64(part)
	said, known := r.answers[sum]
	if !known {
		r.scratch = body()
		said = model.ReadResponse(r.scratch)
		if r.answers == nil {
			r.answers = map[uint64]model.Said{}
		}
		r.answers[sum] = said
	}
	r.said = said
}

func (r *entryReader) readResponseHeadBase64() {
	if r.kind() != '"' {
		r.text("responseBodyBase64")
		return
	}
	quoted := r.raw()
	if r.err != nil || len(quoted) == len(`""`) {
		return
	}
	r.keepRaw(responseBase64, quoted)
	r.scratch = appendUnescaped(r.scratch[:0], quoted, base64Head+1)
	r.entry.ResponseCut = len(r.scratch) > base64Head
	body, ok := decodeBase64(r.scratch[:min(len(r.scratch), base64Head)])
	if !ok { // it is taken for text, as in the whole entry
		r.note("responseBodyBase64 is not base64")
		body = slices.Clone(r.scratch)
	}
	r.entry.ResponseCut = r.entry.ResponseCut || len(body) > model.ResponseHead
	r.entry.Response = r.keep(cutAtRune(body, model.ResponseHead))
	r.readCause(responseBase64, quoted, func() []byte {
		r.scratch = appendUnescaped(r.scratch[:0], quoted, base64Cause)
		whole, ok := decodeBase64(r.scratch[:min(len(r.scratch), base64Cause)])
		if !ok {
			return body
		}
		return whole
	})
}

// failure reads the time and the number in a DLQ id of the usual form `<13-digit ms>-<n>`; zero of any other id.
func failure(id string) (at time.Time, sequence uint32) {
	const digits = 13
	if len(id) < digits+2 || id[digits] != '-' {
		return time.Time{}, 0
	}
	ms, err := strconv.ParseUint(id[:digits], 10, 63)
	if err != nil || int64(ms) < earliestFailure || int64(ms) >= latestFailure {
		return time.Time{}, 0
	}
	n, err := strconv.ParseUint(id[digits+1:], 10, 64)
	if err != nil || n > math.MaxUint32 {
		return time.Time{}, 0
	}
	return time.UnixMilli(int64(ms)), uint32(n)
}
