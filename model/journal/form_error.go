package journal

import (
	"errors"

	"redrive/model"
)

// errorForm is an error of package model, by its class.
type errorForm struct {
	Class  string `json:"class"`
	Host   text   `json:"host,omitempty"`
	Status int    `json:"status,omitempty"`
	What   text   `json:"what,omitempty"`
	Detail text   `json:"detail,omitempty"`
	Until  moment `json:"until,omitzero"`
	Daily  bool   `json:"daily,omitempty"`
	Verb   string `json:"verb,omitempty"`
}

// formOfError is nil for no error. What is none of package model's is of the class other.
func formOfError(err error) *errorForm {
	if err == nil {
		return nil
	}
	f := errorFormOf(err)
	f.What, f.Detail = text(scrub(string(f.What))), text(scrub(string(f.Detail)))
	return f
}

func errorFormOf(err error) *errorForm {
	// Whatever caused the loss of an answer, it is no answer; so this comes first.
	if e, is := errors.AsType[*model.LostAnswerError](err); is {
		return &errorForm{Class: "lost", Host: text(e.Host), Status: e.Status, Detail: causeOf(e.Cause)}
	}
	if e, is := errors.AsType[*model.SomeNotFoundError](err); is {
		return &errorForm{Class: "some not found", Host: text(e.Host), Detail: text(e.Detail)}
	}
	if e, is := errors.AsType[*model.NotFoundError](err); is {
		return &errorForm{Class: "not found", What: text(e.What), Detail: text(e.Detail)}
	}
	if e, is := errors.AsType[*model.RateLimitedError](err); is {
		return &errorForm{Class: "rate limited", Host: text(e.Host), Until: moment(e.Until), Daily: e.Daily}
	}
	if e, is := errors.AsType[*model.UnauthorizedError](err); is {
		return &errorForm{Class: "unauthorized", Host: text(e.Host), Status: e.Status, Detail: text(e.Detail)}
	}
	if e, is := errors.AsType[*model.ReadOnlyError](err); is {
		f := &errorForm{Class: "read-only", What: text(e.What)}
		if e.Verb != 0 {
			f.Verb = e.Verb.String()
		}
		return f
	}
	if e, is := errors.AsType[*model.NotRecordedError](err); is {
		return &errorForm{Class: "not recorded", Detail: causeOf(e.Cause)}
	}
	if e, is := errors.AsType[*model.BadRequestError](err); is {
		return &errorForm{Class: "bad request", Host: text(e.Host), Status: e.Status, Detail: text(e.Detail)}
	}
	if e, is := errors.AsType[*model.QuotaError](err); is {
		return &errorForm{Class: "quota", Detail: text(e.Detail)}
	}
	if e, is := errors.AsType[*model.RefusedError](err); is {
		return &errorForm{Class: "refused", Detail: text(e.Reason)}
	}
	if e, is := errors.AsType[*model.NeverSentError](err); is {
		return &errorForm{Class: "never sent", Host: text(e.Host), Detail: causeOf(e.Cause)}
	}
	if e, is := errors.AsType[*model.ServerError](err); is {
		return &errorForm{Class: "server", Host: text(e.Host), Status: e.Status, Detail: text(e.Detail)}
	}
	if e, is := errors.AsType[*model.UnreadableError](err); is {
		return &errorForm{Class: "unreadable", Host: text(e.Host), What: text(e.What), Detail: text(e.Detail)}
	}
	return &errorForm{Class: "other", Detail: text(err.Error())}
}

func causeOf(err error) text {
	if err == nil {
		return ""
	}
	return text(err.Error())
}

// error is the error again. One of a class that is not known may mean anything, as an error of no class does.
func (f *errorForm) error() error {
	if f == nil {
		return nil
	}
	host, what, detail := string(f.Host), string(f.What), string(f.Detail)
	switch f.Class {
	case "lost":
		return &model.LostAnswerError{Host: host, Status: f.Status, Cause: cause(detail)}
	case "some not found":
		return &model.SomeNotFoundError{Host: host, Detail: detail}
	case "not found":
		return &model.NotFoundError{What: what, Detail: detail}
	case "rate limited":
		return &model.RateLimitedError{Host: host, Until: f.Until.time(), Daily: f.Daily}
	case "unauthorized":
		return &model.UnauthorizedError{Host: host, Status: f.Status, Detail: detail}
	case "read-only":
		verb, _ := verbOf(f.Verb)
		return &model.ReadOnlyError{Verb: verb, What: what}
	case "not recorded":
		return &model.NotRecordedError{Cause: cause(detail)}
	case "bad request":
		return &model.BadRequestError{Host: host, Status: f.Status, Detail: detail}
	case "quota":
		return &model.QuotaError{Detail: detail}
	case "refused":
		return &model.RefusedError{Reason: detail}
	case "never sent":
		return &model.NeverSentError{Host: host, Cause: cause(detail)}
	case "server":
		return &model.ServerError{Host: host, Status: f.Status, Detail: detail}
	case "unreadable":
		return &model.UnreadableError{Host: host, What: what, Detail: detail}
	}
	return errors.New(detail)
}

func cause(detail string) error {
	if detail == "" {
		return nil
	}
	return errors.New(detail)
}
