package journal

import (
	"time"

	"redrive/model"
)

// detailForm is a [model.Detail], with all that is in it.
type detailForm struct {
	Key       keyForm `json:"key"`
	MessageID text    `json:"messageId,omitempty"`

	URL            text          `json:"url,omitempty"`
	Method         text          `json:"method,omitempty"`
	QueueName      text          `json:"queueName,omitempty"`
	URLGroup       text          `json:"topicName,omitempty"`
	Endpoint       text          `json:"endpointName,omitempty"`
	ScheduleID     text          `json:"scheduleId,omitempty"`
	FlowControlKey text          `json:"flowControlKey,omitempty"`
	CallerIP       text          `json:"callerIP,omitempty"`
	Labels         []text        `json:"labels,omitzero"`
	FirstLabelOnly bool          `json:"firstLabelOnly,omitempty"`
	MaxRetries     int           `json:"maxRetries,omitempty"`
	CreatedAt      moment        `json:"createdAt,omitzero"`
	FailedAt       moment        `json:"failedAt,omitzero"`
	Sequence       uint32        `json:"sequence,omitempty"`
	Status         int           `json:"responseStatus,omitempty"`
	Response       text          `json:"responseHead,omitempty"`
	ResponseCut    bool          `json:"responseCut,omitempty"`
	RetryAfter     time.Duration `json:"retryAfterNanoseconds,omitempty"`

	WorkflowRunID     text   `json:"workflowRunId,omitempty"`
	WorkflowURL       text   `json:"workflowUrl,omitempty"`
	WorkflowCreatedAt moment `json:"workflowCreatedAt,omitzero"`
	FailureState      text   `json:"failureState,omitempty"`
	Problem           text   `json:"problem,omitempty"`

	Header         []fieldForm `json:"header,omitzero"`
	Body           bodyForm    `json:"body,omitzero"`
	ResponseHeader []fieldForm `json:"responseHeader,omitzero"`
	ResponseBody   bodyForm    `json:"responseBody,omitzero"`

	NotBefore            moment        `json:"notBefore,omitzero"`
	RetryDelayExpression text          `json:"retryDelayExpression,omitempty"`
	Rate                 int           `json:"rate,omitempty"`
	Parallelism          int           `json:"parallelism,omitempty"`
	Period               time.Duration `json:"periodNanoseconds,omitempty"`

	Callback              text         `json:"callback,omitempty"`
	CallbackHeader        []fieldForm  `json:"callbackHeader,omitzero"`
	FailureCallback       text         `json:"failureCallback,omitempty"`
	FailureCallbackHeader []fieldForm  `json:"failureCallbackHeader,omitzero"`
	FailureFunction       *failureForm `json:"failureFunction,omitempty"`

	Unknown []fieldForm `json:"otherFields,omitzero"`
}

// fieldForm is a [model.HeaderField].
type fieldForm struct {
	Name  text `json:"name"`
	Value text `json:"value"`
}

// bodyForm is a [model.Body].
type bodyForm struct {
	Bytes  []byte `json:"bytes,omitzero"`
	Base64 bool   `json:"cameAsBase64,omitempty"`
}

// failureForm is a [model.FailureFunction].
type failureForm struct {
	State  text        `json:"state,omitempty"`
	Status int         `json:"status,omitempty"`
	Header []fieldForm `json:"header,omitzero"`
	Body   bodyForm    `json:"body,omitzero"`
}

func formOfField(h model.HeaderField) fieldForm { return fieldForm{text(h.Name), text(h.Value)} }

func (f fieldForm) field() model.HeaderField {
	return model.HeaderField{Name: string(f.Name), Value: string(f.Value)}
}

func formOfBody(b model.Body) bodyForm { return bodyForm{Bytes: b.Bytes, Base64: b.Base64} }

func (f bodyForm) body() model.Body { return model.Body{Bytes: f.Bytes, Base64: f.Base64} }

func formOfDetail(d *model.Detail) detailForm {
	f := detailForm{
		Key:       keyForm{text(d.Key.DLQ), d.Key.Kind.Noun(1), text(d.Key.ID)},
		MessageID: text(d.MessageID), URL: text(d.URL), Method: text(d.Method), QueueName: text(d.QueueName),
		URLGroup: text(d.URLGroup), Endpoint: text(d.Endpoint), ScheduleID: text(d.ScheduleID),
		FlowControlKey: text(d.FlowControlKey), CallerIP: text(d.CallerIP), Labels: texts(d.Labels),
		FirstLabelOnly: d.FirstLabelOnly, MaxRetries: d.MaxRetries, CreatedAt: moment(d.CreatedAt),
		FailedAt: moment(d.FailedAt), Sequence: d.Sequence, Status: d.Status, Response: text(d.Response),
		ResponseCut: d.ResponseCut, RetryAfter: d.RetryAfter, WorkflowRunID: text(d.WorkflowRunID), WorkflowURL: text(d.WorkflowURL),
		WorkflowCreatedAt: moment(d.WorkflowCreatedAt), FailureState: text(d.FailureState), Problem: text(d.Problem),
		Header: convert(d.Header, formOfField), Body: formOfBody(d.Body),
		ResponseHeader: convert(d.ResponseHeader, formOfField), ResponseBody: formOfBody(d.ResponseBody),
		NotBefore: moment(d.NotBefore), RetryDelayExpression: text(d.RetryDelayExpression), Rate: d.Flow.Rate,
		Parallelism: d.Flow.Parallelism, Period: d.Flow.Period,
		Callback: text(d.Callback), CallbackHeader: convert(d.CallbackHeader, formOfField),
		FailureCallback: text(d.FailureCallback), FailureCallbackHeader: convert(d.FailureCallbackHeader, formOfField),
		Unknown: convert(d.Unknown, formOfField),
	}
	if x := d.FailureFunction; x != nil {
		f.FailureFunction = &failureForm{text(x.State), x.Status, convert(x.Header, formOfField), formOfBody(x.Body)}
	}
	return f
}

func (f *detailForm) detail() (model.Detail, error) {
	kind, err := kindOf(f.Key.Kind)
	if err != nil {
		return model.Detail{}, err
	}
	d := model.Detail{
		Entry: model.Entry{
			Key:       model.Key{DLQ: model.DLQ(f.Key.DLQ), Kind: kind, ID: string(f.Key.ID)},
			MessageID: string(f.MessageID), URL: string(f.URL), Method: string(f.Method), QueueName: string(f.QueueName),
			URLGroup: string(f.URLGroup), Endpoint: string(f.Endpoint), ScheduleID: string(f.ScheduleID),
			FlowControlKey: string(f.FlowControlKey), Flow: model.FlowLimits{Rate: f.Rate, Parallelism: f.Parallelism, Period: f.Period},
			CallerIP: string(f.CallerIP), Labels: plain(f.Labels),
			FirstLabelOnly: f.FirstLabelOnly, MaxRetries: f.MaxRetries, CreatedAt: f.CreatedAt.time(),
			FailedAt: f.FailedAt.time(), Sequence: f.Sequence, Status: f.Status, Response: string(f.Response),
			ResponseCut: f.ResponseCut, RetryAfter: f.RetryAfter, WorkflowRunID: string(f.WorkflowRunID), WorkflowURL: string(f.WorkflowURL),
			WorkflowCreatedAt: f.WorkflowCreatedAt.time(), FailureState: string(f.FailureState), Problem: string(f.Problem),
		},
		Header: convert(f.Header, fieldForm.field), Body: f.Body.body(),
		ResponseHeader: convert(f.ResponseHeader, fieldForm.field), ResponseBody: f.ResponseBody.body(),
		NotBefore: f.NotBefore.time(), RetryDelayExpression: string(f.RetryDelayExpression),
		Callback: string(f.Callback), CallbackHeader: convert(f.CallbackHeader, fieldForm.field),
		FailureCallback: string(f.FailureCallback), FailureCallbackHeader: convert(f.FailureCallbackHeader, fieldForm.field),
		Unknown: convert(f.Unknown, fieldForm.field),
	}
	if x := f.FailureFunction; x != nil {
		d.FailureFunction = &model.FailureFunction{
			State: string(x.State), Status: x.Status, Header: convert(x.Header, fieldForm.field), Body: x.Body.body(),
		}
	}
	// The cause is not kept: its id would be that of the version that saved it.
	d.Cause = d.CauseOf(model.ReadResponse(d.ResponseBody.Bytes))
	return d, nil
}
