package ui_test

import (
	"context"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
)

func TestItIsToldOnceWhenAllPagesWereLoaded(t *testing.T) {
	told := 0
	d := newDriver(t, newMemory(450, 3), 100, 30, func(o *ui.Options) { o.Settled = func() { told++ } })
	if told != 0 {
		t.Error("it was told before anything was asked for")
	}
	d.press(keymap.LoadAll)
	d.shows("450")
	if told != 1 {
		t.Errorf("it was told %d times", told)
	}
	d.press(keymap.Down)
	if told != 1 {
		t.Errorf("it was told again")
	}
}

// asked notes the kinds of the lists that are read, in order.
type asked struct {
	*memory
	kinds []model.Kind
}

func (a *asked) List(ctx context.Context, q model.Query) (model.Page, error) {
	a.kinds = append(a.kinds, q.Kind)
	return a.memory.List(ctx, q)
}

// carried carries a command out, and what it is made of, without giving the screen what comes of it.
func carried(cmd tea.Cmd) (came []tea.Msg) {
	if cmd == nil {
		return nil
	}
	msg := cmd()
	batch, several := msg.(tea.BatchMsg)
	if !several {
		return []tea.Msg{msg}
	}
	for _, c := range batch {
		came = append(came, carried(c)...)
	}
	return came
}

func TestTheListOnTheScreenIsReadBeforeTheOther(t *testing.T) {
	for name, failure := range map[string]error{"an answer": nil, "no answer": &model.NeverSentError{Host: "qstash.example"}} {
		t.Run(name, func(t *testing.T) {
			b := &asked{memory: newMemory(3, 3)}
			b.listErr = failure
			m := ui.New(ui.Options{
				Backend: b, DLQ: "test", Now: func() time.Time { return start }, Zone: time.UTC,
				After: func(time.Duration, func() tea.Msg) tea.Cmd { return nil },
			})
			came := carried(m.Init())
			if !slices.Equal(b.kinds, []model.Kind{model.Message}) {
				t.Fatalf("first the lists of %v were read", b.kinds)
			}
			for _, msg := range came {
				if msg != nil {
					_, cmd := m.Update(msg)
					carried(cmd)
				}
			}
			if !slices.Equal(b.kinds, []model.Kind{model.Message, model.WorkflowRun}) {
				t.Errorf("the lists of %v were read", b.kinds)
			}
		})
	}
}
