package api

import (
	"cmp"
	"math"
	"slices"
	"time"

	"redrive/model"
)

// detailField reads the fields that only a whole entry has, or has more of; false when name is none of them.
func (r *entryReader) detailField(name []byte) bool {
	d := r.detail
	switch string(name) {
	case "header":
		d.Header = r.header("header")
	case "body":
		r.body("body", &d.Body)
	case "bodyBase64":
		r.bodyBase64("bodyBase64", &d.Body)
	case "responseHeader", "responseHeaders":
		h := r.header("responseHeader")
		d.RetryAfter = retryAfterOf(h)
		if len(h) > 0 {
			d.ResponseHeader = h
		}
	case "responseBody":
		r.body("responseBody", &d.ResponseBody)
	case "responseBodyBase64":
		r.bodyBase64("responseBodyBase64", &d.ResponseBody)
	case "notBefore":
		d.NotBefore = r.time("notBefore")
	case "retryDelayExpression":
		d.RetryDelayExpression = r.text("retryDelayExpression")
	case "callback":
		d.Callback = r.text("callback")
	case "callbackHeader":
		d.CallbackHeader = r.header("callbackHeader")
	case "failureCallback":
		d.FailureCallback = r.text("failureCallback")
	case "failureCallbackHeader":
		d.FailureCallbackHeader = r.header("failureCallbackHeader")
	case "failureCallbackInfo":
		r.readFailureFunction()
	default:
		return false
	}
	return true
}

func (r *entryReader) finishDetail() {
	d := r.detail
	d.Response = string(cutAtRune(d.ResponseBody.Bytes, model.ResponseHead))
	d.ResponseCut = len(d.ResponseBody.Bytes) > model.ResponseHead
	r.said = model.ReadResponse(d.ResponseBody.Bytes)
	if r.info == nil && d.FailureState != "" {
		r.info = &model.FailureFunction{}
	}
	if r.info != nil {
		r.info.State = d.FailureState
		d.FailureFunction = r.info
	}
	sortByName(d.Unknown)
}

func (r *entryReader) readFailureFunction() {
	if r.kind() != '{' {
		r.readFailureInfo()
		return
	}
	f := &model.FailureFunction{}
	r.info = f
	r.object(func(name []byte) {
		switch string(name) {
		case "state":
			r.setFailureState(r.text("failureCallbackInfo.state"))
		case "responseStatus":
			f.Status = r.int("failureCallbackInfo.responseStatus")
		case "responseHeaders", "responseHeader":
			if h := r.header("failureCallbackInfo.responseHeaders"); len(h) > 0 {
				f.Header = h
			}
		case "responseBody":
			r.body("failureCallbackInfo.responseBody", &f.Body)
		case "responseBodyBase64":
			r.bodyBase64("failureCallbackInfo.responseBodyBase64", &f.Body)
		default:
			r.keepUnknown("failureCallbackInfo." + string(name))
		}
	})
}

// header reads an HTTP header: names with a list of values, or with a single one.
func (r *entryReader) header(field string) []model.HeaderField {
	switch r.kind() {
	case '{':
	case 'n':
		r.skip()
		return nil
	default:
		r.problem(field, "an object")
		return nil
	}
	var lines []model.HeaderField
	r.object(func(quoted []byte) {
		name := string(quoted)
		value := func() {
			if r.kind() == '"' {
				lines = append(lines, model.HeaderField{Name: name, Value: r.text(field)})
				return
			}
			r.text("a value of " + field)
		}
		if r.kind() == '[' {
			r.list(value)
			return
		}
		value()
	})
	sortByName(lines)
	return lines
}

// body keeps what is there already when nothing comes: a body is in one of two fields.
func (r *entryReader) body(field string, b *model.Body) {
	if r.kind() != '"' {
		r.text(field)
		return
	}
	if quoted := r.raw(); r.err == nil && len(quoted) > len(`""`) {
		b.Bytes = appendUnescaped(make([]byte, 0, len(quoted)), quoted, math.MaxInt)
		b.Base64 = false
	}
}

func (r *entryReader) bodyBase64(field string, b *model.Body) {
	var text model.Body
	r.body(field, &text)
	if len(text.Bytes) == 0 {
		return
	}
	decoded, ok := decodeBase64(text.Bytes)
	if !ok {
		r.note(field + " is not base64")
		*b = text
		return
	}
	*b = model.Body{Bytes: decoded, Base64: true}
}

// seconds reads a duration that the API gives in whole seconds.
func (r *entryReader) seconds(field string) time.Duration {
	n := r.int(field)
	if n < 0 || n > math.MaxInt64/int(time.Second) {
		r.note(field + " is not a duration")
		return 0
	}
	return time.Duration(n) * time.Second
}

func (r *entryReader) keepUnknown(name string) {
	if value := r.raw(); r.err == nil {
		r.detail.Unknown = append(r.detail.Unknown, model.HeaderField{Name: name, Value: string(value)})
	}
}

func sortByName(lines []model.HeaderField) {
	slices.SortStableFunc(lines, func(a, b model.HeaderField) int { return cmp.Compare(a.Name, b.Name) })
}
