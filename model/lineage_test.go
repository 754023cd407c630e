package model_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"redrive/model"
)

const later = model.LabelPrefix + "7c1e0a2b"

// began is a job of an operation that was confirmed n seconds after epoch.
func began(t *testing.T, v model.Verb, operation string, n int) *model.Job {
	t.Helper()
	p := planFor(t, v, message(1))
	p.Operation, p.FrozenAt = operation, seconds(n)
	return model.NewJob(1, p)
}

func madeMessage(id string) model.Created { return model.Created{MessageID: id} }

// cameBack is what the advice says of those that came back.
func cameBack(l model.Lineage, now time.Time, entries ...model.Entry) (n int, sentence string) {
	var all []*model.Entry
	for i := range entries {
		all = append(all, &entries[i])
	}
	for _, a := range model.AdviceFor(model.Retry, all, now, &l) {
		if strings.HasPrefix(a.Sentence, "came back") {
			return a.N, a.Sentence
		}
	}
	return 0, ""
}

func TestWhatAnOperationCreatedCameBackWhenItIsInTheDLQ(t *testing.T) {
	var l model.Lineage
	l.Add(began(t, model.Retry, later, 60), []model.Created{madeMessage("msg_2"), {MessageID: "msg_3", Deduplicated: true}})
	l.Add(began(t, model.Delete, operation, 60), []model.Created{madeMessage("msg_4")})
	n, sentence := cameBack(l, seconds(90), message(1), message(2), message(3), message(4))
	if n != 1 || !strings.HasPrefix(sentence, "came back from an earlier retry, of redrive-7c1e0a2b, 03:01") {
		t.Errorf("%d: %q", n, sentence)
	}
	if _, sentence := cameBack(l, seconds(90).Add(24*time.Hour), message(2)); !strings.Contains(sentence, ", 2026-11-20 03:01") {
		t.Errorf("on the day after: %q", sentence)
	}
	if _, sentence := cameBack(l, seconds(90).In(time.FixedZone("CET", 3600)), message(2)); !strings.Contains(sentence, ", 04:01") {
		t.Errorf("in another zone: %q", sentence)
	}
}

func TestALabelSaysThatAnEntryCameBackAndTheRecordWhen(t *testing.T) {
	var l model.Lineage
	again := message(1, labels("release-42", later))
	if n, sentence := cameBack(l, epoch, again, message(2, labels("release-42"))); n != 1 || !strings.HasPrefix(sentence, "came back from an earlier retry, of redrive-7c1e0a2b") {
		t.Errorf("%d: %q", n, sentence)
	}
	l.Add(began(t, model.Retry, later, 60), nil)
	if o, ok := l.Of(&again); !ok || o.Operation != later || !o.At.Equal(seconds(60)) || o.Verb != model.Retry {
		t.Errorf("%+v", o)
	}
	n, sentence := cameBack(l, epoch, again, message(2, labels(operation)))
	if n != 2 || !strings.Contains(sentence, "of 2 operations, the last redrive-7c1e0a2b, 03:01") {
		t.Errorf("%d: %q", n, sentence)
	}
}

func TestARunThatKeptItsIDCameBackOnlyAsTheNewOne(t *testing.T) {
	var l model.Lineage
	l.Add(began(t, model.Resume, later, 60), []model.Created{{WorkflowRunID: "wfr_1", WorkflowCreatedAt: seconds(60)}})
	for created, want := range map[time.Time]bool{seconds(60): true, seconds(0): false, {}: true} {
		e := run(1, func(e *model.Entry) { e.WorkflowCreatedAt = created })
		if _, got := l.Of(&e); got != want {
			t.Errorf("created at %v: %v", created, got)
		}
	}
}

func TestTheRecordOfEarlierSessionsTellsWhatCameBack(t *testing.T) {
	recorded := func(name string, at int, call, note string) model.Recorded {
		return model.Recorded{
			Operation: model.Operation{Name: name, Verb: model.Retry, At: seconds(at)},
			Calls:     []model.RecordedCall{{Result: model.WriteResult{Created: []model.Created{madeMessage(call)}}}},
			Notes:     []model.Note{{Outcome: model.Outcome{Created: madeMessage(note)}}, {}},
		}
	}
	deleted := recorded("redrive-00000000", 5, "msg_8", "msg_9")
	deleted.Operation.Verb = model.Delete
	l := model.LineageOf([]model.Recorded{recorded(later, 60, "msg_1", "msg_2"), deleted, recorded(operation, 5, "msg_3", "msg_4")})
	var now model.Lineage
	now.Add(began(t, model.Retry, "redrive-ffffffff", 90), []model.Created{madeMessage("msg_4"), madeMessage("msg_5")})
	now.Join(l)
	for id, want := range map[int]string{1: later, 2: later, 3: operation, 4: "redrive-ffffffff", 5: "redrive-ffffffff", 6: "", 8: "", 9: ""} {
		e := message(id)
		if o, _ := now.Of(&e); o.Operation != want {
			t.Errorf("msg_%d is of %q, want %q", id, o.Operation, want)
		}
	}
	e := message(7, labels(operation))
	if o, _ := now.Of(&e); !o.At.Equal(seconds(5)) {
		t.Errorf("by its label: %+v", o)
	}
}

func TestALineageIsBoundedAndForgetsTheFirst(t *testing.T) {
	var l model.Lineage
	j := began(t, model.Retry, later, 60)
	knows := func(l model.Lineage, id int) bool {
		e := message(id)
		_, known := l.Of(&e)
		return known
	}
	var early model.Lineage
	const call = 100
	for n := 0; n < 2*model.MostKnown; n += call {
		var created []model.Created
		for i := range call {
			created = append(created, madeMessage(fmt.Sprintf("msg_%d", n+i)))
		}
		l.Add(j, created)
		if n == 0 {
			early = l.Snapshot()
		}
	}
	if !knows(early, 0) || knows(early, call) {
		t.Error("a snapshot changes")
	}
	if knows(l, 0) || !knows(l, model.MostKnown+call) || !knows(l, 2*model.MostKnown-1) {
		t.Error("not the first are forgotten")
	}
}
