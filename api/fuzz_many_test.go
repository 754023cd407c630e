package api

import (
	"bytes"
	"io"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

func FuzzRunLog(f *testing.F) {
	addRecorded(f, "run*.json")
	addRecorded(f, "logs.json")
	f.Add([]byte(`{"runs":[null,{"steps":[{"steps":[{"errors":[{"status":"x","body":"\ud800` + "\xff" + `"}]}]}],"labels":[1,"a"]}],"events":[{"workflowRunId":"w","stepInfo":7}],"cursor":12}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := readRunPage(bytes.NewReader(body))
		if err != nil {
			return
		}
		for _, r := range page.Runs {
			if len(r.Response) > model.ResponseHead || len(r.FailureResponse) > model.ResponseHead {
				t.Fatalf("%d and %d bytes are kept", len(r.Response), len(r.FailureResponse))
			}
			for _, s := range r.Steps {
				for _, e := range s.Errors {
					if len(e.Text) > model.ResponseHead || utf8.Valid(body) && !bytes.Contains(body, []byte(`\u`)) && !utf8.ValidString(e.Text) {
						t.Fatalf("%q", e.Text)
					}
				}
			}
			if y := r.CreatedAt.Year(); y < 0 || y > 9999 {
				t.Fatalf("a time in the year %d", y)
			}
		}
		again, err := readRunPage(&stingy{body})
		if diff := cmp.Diff(page, again); err != nil || diff != "" {
			t.Fatalf("it depends on how the bytes arrive: %v %s", err, diff)
		}
		for i := range page.Runs {
			ref := model.RunRef{ID: page.Runs[i].ID, CreatedAt: page.Runs[i].CreatedAt}
			only := onlyRuns(model.LogPage{Runs: append([]model.Run(nil), page.Runs...)}, []model.RunRef{ref})
			for _, r := range only.Runs {
				if r.ID != ref.ID {
					t.Fatalf("%q stands for %q", r.ID, ref.ID)
				}
			}
		}
	})
}

func FuzzBulkAnswer(f *testing.F) {
	f.Add([]byte(`{"cursor":"","responses":[{"messageId":"m"},{"messageId":"n","deduplicated":true}]}`), uint8(2))
	f.Add([]byte(`{"cursor":12,"workflowRuns":[{"workflowRunId":"w","workflowCreatedAt":"2025-10-09T08:53:21Z"}]}`), uint8(1))
	f.Add([]byte(`{"deleted":2,"cursor":null}`), uint8(0))
	f.Add([]byte(`[{"messageId":"m"},{}]`), uint8(9))
	f.Add([]byte(`{"messages":[{"messageId":"m"}],"responses":null}`), uint8(0))
	f.Fuzz(func(t *testing.T, body []byte, most uint8) {
		read := func(r io.Reader) *answer {
			return &answer{status: 200, body: io.NopCloser(r), alive: func() error { return nil }}
		}
		for _, verb := range [...]model.Verb{model.Retry, model.Resume, model.Delete} {
			got, err := readMany(read(bytes.NewReader(body)), verb, int(most))
			if err != nil {
				if !cmp.Equal(got, model.WriteResult{}) {
					t.Fatalf("%+v with %v", got, err)
				}
				continue
			}
			if got.Count < 0 || most > 0 && got.Count > int(most) {
				t.Fatalf("%d of %d", got.Count, most)
			}
			if verb == model.Delete != got.Done || verb.Creates() && got.Count != len(got.Created) || verb == model.Delete && got.Created != nil {
				t.Fatalf("%s: %+v", verb, got)
			}
			for _, made := range got.Created {
				if verb == model.Retry && made.MessageID == "" || verb != model.Retry && made.WorkflowRunID == "" {
					t.Fatalf("%s: %+v", verb, made)
				}
			}
			again, err := readMany(read(&stingy{body}), verb, int(most))
			if diff := cmp.Diff(got, again); err != nil || diff != "" {
				t.Fatalf("it depends on how the bytes arrive: %v %s", err, diff)
			}
		}
		if made, err := readPublished(read(bytes.NewReader(body))); err == nil && (made.MessageID == "" || made.Others < 0) {
			t.Fatalf("%+v", made)
		}
		for _, action := range [...]model.ControlAction{model.ReadQueue, model.ListQueues, model.ReadFlowKey, model.ListFlowKeys} {
			var r model.ControlResult
			if err := readControls(bytes.NewReader(body), action, &r); err == nil && !action.Lists() && len(r.Queues)+len(r.FlowKeys) != 1 {
				t.Fatalf("%+v", r)
			}
		}
	})
}
