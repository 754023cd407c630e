package model_test

import (
	"context"
	"errors"
	"testing"

	"redrive/model"
)

// pages answers lists, and says which were asked for.
type pages struct {
	model.Backend
	asked chan model.Query
	err   error
}

func (p *pages) List(_ context.Context, q model.Query) (model.Page, error) {
	p.asked <- q
	return model.Page{Next: q.Cursor + string(rune('a'+q.Kind))}, p.err
}

func TestAPageIsReadBeforeItIsAskedForAndOnlyOnceForThat(t *testing.T) {
	q := model.Query{DLQ: account, Kind: model.Message, Server: model.ServerFilter{Queues: []string{"q"}}}
	broken := errors.New("no answer")
	p := &pages{asked: make(chan model.Query, 10), err: broken}
	a := model.ReadAhead(p, q)
	<-p.asked // before anybody has asked
	if page, err := a.List(t.Context(), q); page.Next != "a" || !errors.Is(err, broken) || len(p.asked) != 0 {
		t.Errorf("got %v, %v, and %d more calls", page, err, len(p.asked))
	}
	if _, err := a.List(t.Context(), q); err == nil || len(p.asked) != 1 {
		t.Errorf("the second time got %v, and %d calls", err, len(p.asked))
	}
}

func TestOnlyThePageThatWasReadAheadIsGivenWithoutACall(t *testing.T) {
	q := model.Query{DLQ: account, Kind: model.Message}
	for name, change := range map[string]func(*model.Query){
		"kind":       func(q *model.Query) { q.Kind = model.WorkflowRun },
		"DLQ":        func(q *model.Query) { q.DLQ = "other" },
		"filter":     func(q *model.Query) { q.Server.Labels = []string{"l"} },
		"cursor":     func(q *model.Query) { q.Cursor = "1" },
		"ids":        func(q *model.Query) { q.IDs = []string{"1-0"} },
		"background": func(q *model.Query) { q.Background = true },
	} {
		t.Run(name, func(t *testing.T) {
			p := &pages{asked: make(chan model.Query, 10)}
			a := model.ReadAhead(p, q)
			<-p.asked
			other := q
			change(&other)
			if _, err := a.List(t.Context(), other); err != nil || len(p.asked) != 1 {
				t.Errorf("%v, and %d calls", err, len(p.asked))
			}
			if _, err := a.List(t.Context(), q); err != nil || len(p.asked) != 1 {
				t.Errorf("what was read ahead is lost: %v, and %d calls", err, len(p.asked))
			}
		})
	}
}

func TestWhoDoesNotWaitForAPageGetsTheErrorOfItsContext(t *testing.T) {
	p := &pages{asked: make(chan model.Query)}
	q := model.Query{DLQ: account}
	a := model.ReadAhead(p, q)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.List(ctx, q); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-p.asked
}
