package model_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"redrive/model"
)

// fakeBackend counts the calls that reach it; a write waits for gate when there is one.
type fakeBackend struct {
	calls []string
	gate  chan error
}

func (b *fakeBackend) List(context.Context, model.Query) (model.Page, error) {
	b.calls = append(b.calls, "list")
	return model.Page{Next: "n"}, nil
}

func (b *fakeBackend) Get(context.Context, model.Key) (model.Detail, error) {
	b.calls = append(b.calls, "get")
	return model.Detail{}, nil
}

func (b *fakeBackend) Logs(context.Context, model.LogQuery) (model.LogPage, error) {
	b.calls = append(b.calls, "logs")
	return model.LogPage{}, nil
}

func (b *fakeBackend) Do(context.Context, model.Write) (model.WriteResult, error) {
	if b.gate != nil {
		return model.WriteResult{}, <-b.gate
	}
	b.calls = append(b.calls, "do")
	return sent("msg_new"), nil
}

func (b *fakeBackend) Control(_ context.Context, c model.ControlCall) (model.ControlResult, error) {
	if b.gate != nil && c.Action.Changes() {
		return model.ControlResult{}, <-b.gate
	}
	b.calls = append(b.calls, "control")
	return model.ControlResult{Queues: []model.Queue{{Name: c.Name}}}, nil
}

func (b *fakeBackend) Publish(context.Context, model.NewMessage) (model.Created, error) {
	if b.gate != nil {
		return model.Created{}, <-b.gate
	}
	b.calls = append(b.calls, "publish")
	return model.Created{MessageID: "msg_new"}, nil
}

func TestReadOnlyBackendRefusesEveryChangeWithoutACall(t *testing.T) {
	fake := &fakeBackend{}
	b := model.ReadOnly(fake)
	for verb, name := range map[model.Verb]string{model.Retry: "retry is off", model.Resume: "resume is off"} {
		_, err := b.Do(t.Context(), model.Write{Verb: verb})
		var refused *model.ReadOnlyError
		if !errors.As(err, &refused) || refused.Verb != verb || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: %v", verb, err)
		}
	}
	for a, name := range map[model.ControlAction]string{
		model.PauseQueue: "changing queues is off", model.ResumeQueue: "changing queues is off",
		model.PauseFlowKey: "changing flow control is off", model.ResumeFlowKey: "changing flow control is off",
		model.PinFlowKey: "changing flow control is off", model.UnpinFlowKey: "changing flow control is off",
		model.ResetFlowRate: "changing flow control is off", 99: "is off",
	} {
		got, err := b.Control(t.Context(), model.ControlCall{Action: a, Name: "q"})
		var refused *model.ReadOnlyError
		if !errors.As(err, &refused) || got.Queues != nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: %v", a, err)
		}
	}
	var refused *model.ReadOnlyError
	if _, err := b.Publish(t.Context(), model.NewMessage{}); !errors.As(err, &refused) || !strings.Contains(err.Error(), "publishing is off") {
		t.Error(err)
	}
	if len(fake.calls) != 0 {
		t.Errorf("calls: %v", fake.calls)
	}
}

func TestReadOnlyBackendLetsReadsThrough(t *testing.T) {
	fake := &fakeBackend{}
	b := model.ReadOnly(fake)
	if p, err := b.List(t.Context(), model.Query{}); err != nil || p.Next != "n" {
		t.Error(p, err)
	}
	if _, err := b.Get(t.Context(), key(1)); err != nil {
		t.Error(err)
	}
	if _, err := b.Logs(t.Context(), model.LogQuery{}); err != nil {
		t.Error(err)
	}
	for _, a := range []model.ControlAction{model.ReadQueue, model.ListQueues, model.ReadFlowKey, model.ListFlowKeys} {
		if got, err := b.Control(t.Context(), model.ControlCall{Action: a, Name: "q"}); err != nil || len(got.Queues) != 1 {
			t.Error(got, err)
		}
	}
	if got := strings.Join(fake.calls, " "); got != "list get logs control control control control" {
		t.Errorf("calls: %s", got)
	}
}

func TestWaitingEndsWithTheLastAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := &fakeBackend{gate: make(chan error)}
		b := model.CountInFlight(fake)
		if n := b.Wait(t.Context()); n != 0 {
			t.Errorf("%d in flight before any write", n)
		}
		answers := make(chan error, 3)
		go func() {
			_, err := b.Do(t.Context(), model.Write{})
			answers <- err
		}()
		go func() {
			_, err := b.Publish(t.Context(), model.NewMessage{})
			answers <- err
		}()
		go func() {
			_, err := b.Control(t.Context(), model.ControlCall{Action: model.PauseQueue})
			answers <- err
		}()
		synctest.Wait()
		waited := make(chan int, 1)
		go func() { waited <- b.Wait(t.Context()) }()

		failure := errors.New("failure")
		fake.gate <- failure
		if err := <-answers; !errors.Is(err, failure) {
			t.Errorf("the answer is %v", err)
		}
		synctest.Wait()
		select {
		case n := <-waited:
			t.Fatalf("waiting ended with %d while a write is unanswered", n)
		default:
		}
		fake.gate <- nil
		synctest.Wait()
		select {
		case n := <-waited:
			t.Fatalf("waiting ended with %d while a write is unanswered", n)
		default:
		}
		fake.gate <- nil
		if n := <-waited; n != 0 {
			t.Errorf("%d remain", n)
		}
		if n := b.Wait(t.Context()); n != 0 {
			t.Errorf("%d remain", n)
		}
	})
}

func TestAllThatChangesSomethingIsWaitedFor(t *testing.T) {
	for name, op := range map[string]func(context.Context, model.Backend) error{
		"a write": func(ctx context.Context, b model.Backend) error {
			_, err := b.Do(ctx, model.Write{})
			return err
		},
		"a new message": func(ctx context.Context, b model.Backend) error {
			_, err := b.Publish(ctx, model.NewMessage{})
			return err
		},
		"a change of a key": func(ctx context.Context, b model.Backend) error {
			_, err := b.Control(ctx, model.ControlCall{Action: model.PinFlowKey})
			return err
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			fake := &fakeBackend{gate: make(chan error)}
			b := model.CountInFlight(fake)
			ended, end := context.WithCancel(t.Context())
			end()
			go func() { _ = op(t.Context(), b) }()
			synctest.Wait()
			if n := b.Wait(ended); n != 1 {
				t.Errorf("%s: %d remain", name, n)
			}
			fake.gate <- nil
			synctest.Wait()
			if n := b.Wait(ended); n != 0 {
				t.Errorf("%s: %d remain after the answer", name, n)
			}
		})
	}
}

func TestWaitingThatIsCutShortTellsHowManyRemain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := &fakeBackend{gate: make(chan error)}
		b := model.CountInFlight(fake)
		ended, end := context.WithCancel(t.Context())
		end()
		for want := 1; want <= 3; want++ {
			go func() { _, _ = b.Do(t.Context(), model.Write{}) }()
			synctest.Wait()
			if n := b.Wait(ended); n != want {
				t.Errorf("%d remain of %d", n, want)
			}
		}
		for want := 2; want >= 0; want-- {
			fake.gate <- nil
			synctest.Wait()
			if n := b.Wait(ended); n != want {
				t.Errorf("%d remain, want %d", n, want)
			}
		}
	})
}

func TestPanickingWriteIsNotWaitedFor(t *testing.T) {
	b := model.CountInFlight(nil)
	func() {
		defer func() {
			if recover() == nil {
				t.Fatal("the panic is gone")
			}
		}()
		_, _ = b.Do(t.Context(), model.Write{})
	}()
	if n := b.Wait(t.Context()); n != 0 {
		t.Errorf("%d remain", n)
	}
}
