package run_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"redrive/model"
	"redrive/model/run"
)

// delivering retries whatever it is told to, and its log has every message delivered.
func delivering(writes *atomic.Int32) backend {
	return backend{
		do: func(_ context.Context, w model.Write) (r model.WriteResult, _ error) {
			writes.Add(1)
			for i := range w.Selection.Len() {
				r.Created = append(r.Created, model.Created{MessageID: "msg_" + w.Selection.At(i).ID})
			}
			r.Count = len(r.Created)
			return r, nil
		},
		logs: func(q model.LogQuery) (p model.LogPage, _ error) {
			for _, id := range q.MessageIDs {
				p.Events = append(p.Events, model.LogEvent{MessageID: id, State: "DELIVERED"})
			}
			return p, nil
		},
	}
}

func TestJobIsDrivenUntilAllItSentIsAtItsEnd(t *testing.T) {
	for n, calls := range map[int]int32{1: 1, 20: 20, 250: 3} {
		var writes atomic.Int32
		j := model.NewJob(1, planOf(t, model.Retry, keysOf(model.Message, n)...))
		clock := &fakeClock{now: epoch}
		changes := 0
		run.Run(t.Context(), delivering(&writes), j, clock, func() {
			changes++
			if sum := total(j); sum != n {
				t.Errorf("the outcomes add up to %d of %d", sum, n)
			}
		})
		if !j.Ended() || j.Counts()[model.Delivered] != n || writes.Load() != calls || changes == 0 {
			t.Errorf("%d entries: %v after %d calls and %d changes", n, j.Counts(), writes.Load(), changes)
		}
		// 250 at 20 a second are fed 5 s after 5 s.
		if took := clock.Now().Sub(epoch); n == 250 && took < 10*time.Second || took > time.Minute {
			t.Errorf("%d entries took %v", n, took)
		}
	}
}

func total(j *model.Job) (sum int) {
	for _, n := range j.Counts() {
		sum += n
	}
	return sum
}

func TestJobOfAContextThatIsDoneSendsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var writes atomic.Int32
	j := model.NewJob(1, planOf(t, model.Retry, keysOf(model.Message, 3)...))
	run.Run(ctx, delivering(&writes), j, &fakeClock{now: epoch}, nil)
	if writes.Load() != 0 || j.Counts()[model.NotSent] != 3 || j.Stopped() == "" || !j.Ended() {
		t.Errorf("%d writes, %v, %q", writes.Load(), j.Counts(), j.Stopped())
	}
}

func TestJobWhoseContextEndsWaitsForTheWritesUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var writes atomic.Int32
		b := delivering(&writes)
		carryOut := b.do
		b.do = func(ctx context.Context, w model.Write) (model.WriteResult, error) {
			time.Sleep(5 * time.Second)
			if ctx.Err() != nil {
				t.Error("a write under way was cancelled")
			}
			return carryOut(ctx, w)
		}
		j := model.NewJob(1, planOf(t, model.Retry, keysOf(model.Message, 20)...))
		time.AfterFunc(time.Second, cancel)
		run.Run(ctx, b, j, run.SystemClock{}, nil)
		c := j.Counts()
		if c[model.Sent] != model.MaxInFlight || c[model.NotSent] != 20-model.MaxInFlight || writes.Load() != model.MaxInFlight {
			t.Errorf("%v after %d writes", c, writes.Load())
		}
	})
}

func TestReadUnderWayIsGivenUpWhenTheContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		b := hangingReads{
			do: func() (model.WriteResult, error) { return model.WriteResult{}, &model.LostAnswerError{Host: "h"} },
		}
		j := model.NewJob(1, planOf(t, model.Retry, keysOf(model.Message, 1)...))
		time.AfterFunc(time.Minute, cancel)
		began := time.Now()
		run.Run(ctx, b, j, run.SystemClock{}, nil)
		if o := j.Outcome(0); o.State != model.InDoubt || o.Settled() || time.Since(began) != time.Minute {
			t.Errorf("%+v after %v", o, time.Since(began))
		}
	})
}

// hangingReads answers no read before its context ends.
type hangingReads struct {
	model.Backend
	do func() (model.WriteResult, error)
}

func (b hangingReads) Do(context.Context, model.Write) (model.WriteResult, error) { return b.do() }

func (b hangingReads) Get(ctx context.Context, _ model.Key) (model.Detail, error) {
	<-ctx.Done()
	return model.Detail{}, ctx.Err()
}

func TestJobIsLedByWhoIsToldOfItsChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var writes atomic.Int32
		j := model.NewJob(1, planOf(t, model.Retry, keysOf(model.Message, 300)...))
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		run.Run(ctx, delivering(&writes), j, run.SystemClock{}, func() {
			if writes.Load() == 1 && j.State() == model.Feeding {
				j.Pause()
			}
		})
		// Paused after the first call, it waits for nothing but the context.
		c := j.Counts()
		if writes.Load() != 1 || c[model.Delivered] != 100 || c[model.NotSent] != 200 || ctx.Err() == nil {
			t.Errorf("%v after %d writes: %v", c, writes.Load(), ctx.Err())
		}
	})
}

func TestStepThatPanicsIsALostAnswer(t *testing.T) {
	b := backend{
		do:  func(context.Context, model.Write) (model.WriteResult, error) { panic("mistake") },
		get: func(model.Key) (model.Detail, error) { return model.Detail{}, nil },
	}
	j := model.NewJob(1, planOf(t, model.Retry, keysOf(model.Message, 1)...))
	run.Run(t.Context(), b, j, &fakeClock{now: epoch}, nil)
	if o := j.Outcome(0); o.State != model.InDoubt || !o.FoundStillThere || !j.Ended() {
		t.Errorf("%+v", o)
	}
	r := run.Take(t.Context(), b, model.Step{Kind: model.SendStep})
	if lost, is := errors.AsType[*model.LostAnswerError](r.Err); !is || fmt.Sprint(lost.Cause) != "mistake" {
		t.Error(r.Err)
	}
}

func TestNothingIsBegunBeforeTheClockSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var writes atomic.Int32
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		j := model.NewJob(1, planOf(t, model.Retry, keysOf(model.Message, 300)...))
		run.Run(ctx, delivering(&writes), j, stillClock{epoch}, nil)
		if n := writes.Load(); n != 1 {
			t.Errorf("%d calls went out in no time", n)
		}
	})
}
