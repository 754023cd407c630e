package model_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

// dead is a whole message with one of everything that a new one can have.
func dead(change ...func(*model.Detail)) model.Detail {
	d := model.Detail{Entry: message(1, labels("orders", "redrive-0a1b2c3d", "release-42"))}
	d.MaxRetries, d.FlowControlKey, d.ScheduleID = 5, "acme", "scd_1"
	d.URLGroup, d.Endpoint = "group", "first"
	d.Header = []model.HeaderField{
		{Name: "Content-Type", Value: "application/json"},
		{Name: "X-Order", Value: "7"},
		{Name: "Empty", Value: ""},
		{Name: "content-length", Value: "7"},
		{Name: "Connection", Value: "keep-alive, X-Hop"},
		{Name: "x-hop", Value: "1"},
		{Name: "Host", Value: "a.example"},
		{Name: "Upstash-Signature", Value: "eyJ"},
		{Name: "upstash-retried", Value: "3"},
		{Name: "Transfer-Encoding", Value: "chunked"},
		{Name: "TE", Value: "trailers"},
	}
	d.Body = model.Body{Bytes: []byte("{\"n\":\xff}"), Base64: true}
	d.RetryDelayExpression, d.Flow.Rate, d.Flow.Parallelism, d.Flow.Period = "1000 * retried", 10, 2, time.Minute
	d.Callback, d.FailureCallback = "https://cb.example/done", "https://cb.example/failed"
	d.NotBefore = epoch
	for _, c := range change {
		c(&d)
	}
	return d
}

func TestADeletedMessageIsPublishedAgainWithAllThatItHad(t *testing.T) {
	d := dead()
	got, err := model.NewMessageOf(d, "restore-1")
	if err != nil {
		t.Fatal(err)
	}
	want := model.NewMessage{
		DLQ: account, From: d.Key, Destination: "https://api.acme.io/hook", Method: "POST", Body: []byte("{\"n\":\xff}"),
		Header: []model.HeaderField{{Name: "Content-Type", Value: "application/json"}, {Name: "X-Order", Value: "7"}, {Name: "Empty", Value: ""}},
	}
	want.Overrides.Labels = []string{"orders", "release-42", "restore-1"}
	for s, v := range map[model.Setting]string{
		model.SetRetries: "5", model.SetRetryDelay: "1000 * retried", model.SetFlowKey: "acme", model.SetRate: "10",
		model.SetParallelism: "2", model.SetPeriod: "60s", model.SetCallback: "https://cb.example/done",
		model.SetFailureCallback: "https://cb.example/failed",
	} {
		want.Overrides.Values[s] = v
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	got.Body[0] = 'x'
	if d.Body.Bytes[0] == 'x' {
		t.Error("the message shares its body with the copy")
	}
}

func TestAMessageOfAQueueGoesBackToIt(t *testing.T) {
	got, err := model.NewMessageOf(dead(func(d *model.Detail) {
		d.QueueName, d.FlowControlKey, d.Flow.Rate, d.Flow.Parallelism, d.Flow.Period = "mail", "", 0, 0, time.Second
		d.MaxRetries, d.Labels = 0, nil
	}), "")
	if err != nil || got.Queue != "mail" || got.Overrides.Values[model.SetRetries] != "0" || got.Overrides.Values[model.SetPeriod] != "" || got.Overrides.Labels != nil {
		t.Errorf("%+v, error %v", got, err)
	}
}

func TestWhatAMessageCannotBringBackIsRefused(t *testing.T) {
	const mark = "REDACTED:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for says, change := range map[string]func(*model.Detail){
		"workflow run":       func(d *model.Detail) { d.Key.Kind = model.WorkflowRun },
		"a workflow run":     func(d *model.Detail) { d.WorkflowRunID = "wfr_1" },
		"workflow run can":   func(d *model.Detail) { d.Header = []model.HeaderField{{Name: "upstash-workflow-init", Value: "false"}} },
		"body was redacted":  func(d *model.Detail) { d.Body.Bytes = []byte(mark) },
		"X-Key was redacted": func(d *model.Detail) { d.Header = append(d.Header, model.HeaderField{Name: "X-Key", Value: mark}) },
		"read in part":       func(d *model.Detail) { d.Problem = "body is not text" },
		"has headers":        func(d *model.Detail) { d.CallbackHeader = []model.HeaderField{{Name: "A", Value: "b"}} },
		"callback has":       func(d *model.Detail) { d.FailureCallbackHeader = []model.HeaderField{{Name: "A", Value: "b"}} },
		"for an API":         func(d *model.Detail) { d.Unknown = []model.HeaderField{{Name: "api", Value: `"llm"`}} },
		"whole number":       func(d *model.Detail) { d.Flow.Period = time.Millisecond },
		"there twice":        func(d *model.Detail) { d.Header = append(d.Header, model.HeaderField{Name: "x-order", Value: "8"}) },
		"destination":        func(d *model.Detail) { d.URL = "" },
		"a queue takes no":   func(d *model.Detail) { d.QueueName = "mail" },
		"flow-control key":   func(d *model.Detail) { d.Flow.Rate, d.Flow.Parallelism = 0, 0 },
		"a label":            func(d *model.Detail) { d.Labels = []string{"a,b"} },
		"the method":         func(d *model.Detail) { d.Method = "TRACE" },
		"retries cannot":     func(d *model.Detail) { d.MaxRetries = -1 },
	} {
		m, err := model.NewMessageOf(dead(change), "restore-1")
		var refused *model.RefusedError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), says) || !reflect.DeepEqual(m, model.NewMessage{}) {
			t.Errorf("%s: %+v, error %v", says, m, err)
		}
	}
	for _, harmless := range []model.HeaderField{{Name: "api", Value: "null"}, {Name: "topicId", Value: `"t"`}} {
		if _, err := model.NewMessageOf(dead(func(d *model.Detail) { d.Unknown = []model.HeaderField{harmless} }), "x"); err != nil {
			t.Errorf("%+v: %v", harmless, err)
		}
	}
}

func TestAMessageThatIsBroughtBackArrivesAsItIsOrIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := dead(func(d *model.Detail) {
			d.URL, d.QueueName = text().Draw(t, "url"), text().Draw(t, "queue")
			d.Labels = rapid.SliceOfN(text(), 0, 2).Draw(t, "labels")
			d.Header = nil
			for range rapid.IntRange(0, 3).Draw(t, "headers") {
				d.Header = append(d.Header, model.HeaderField{Name: text().Draw(t, "name"), Value: text().Draw(t, "value")})
			}
			d.Flow.Rate, d.Flow.Parallelism = rapid.IntRange(-1, 2).Draw(t, "rate"), rapid.IntRange(-1, 2).Draw(t, "parallelism")
			d.FlowControlKey = text().Draw(t, "flow")
		})
		m, err := model.NewMessageOf(d, "restore-1")
		if err != nil {
			var refused *model.RefusedError
			if !errors.As(err, &refused) {
				t.Fatal(err)
			}
			return
		}
		if m.Valid() != nil || m.Destination != d.URL || string(m.Body) != string(d.Body.Bytes) || !slices.Contains(m.Overrides.Labels, "restore-1") {
			t.Fatalf("%+v of %+v", m, d)
		}
	})
}
