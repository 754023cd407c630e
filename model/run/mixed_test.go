package run_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
	"redrive/model/run"
)

func TestFaultsTogetherAndAUserLeaveEveryWriteWithTheTruth(t *testing.T) {
	inBubbles(t, func(t *rapid.T) {
		c := rapid.SampledFrom(changes).Draw(t, "change")
		n := rapid.OneOf(rapid.IntRange(1, 12), rapid.IntRange(21, 130)).Draw(t, "entries")
		f := fault{blind: true}
		for range rapid.IntRange(1, 4).Draw(t, "faults") {
			some := rapid.SampledFrom(faults).Draw(t, "fault")
			f.rules = append(f.rules, some.rules...)
			f.arrivals = f.arrivals || some.arrivals
			f.retention = max(f.retention, some.retention)
		}
		w, p := f.set(t, c, n, rapid.Uint64().Draw(t, "seed"))
		if w.byFilter = c.verb != model.RerunFailureFunction && rapid.IntRange(0, 3).Draw(t, "by filter") == 0; w.byFilter {
			p.Matching = w.matching(t)
		}
		j := model.NewJob(1, p)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		paused := false
		run.Run(ctx, w.client, j, run.SystemClock{}, func() {
			if paused {
				return
			}
			switch rapid.IntRange(0, 60).Draw(t, "user") {
			case 0:
				j.Stop("enough", time.Now())
			case 1:
				j.Faster(time.Now())
			case 2:
				j.Slower(time.Now())
			case 3:
				cancel()
			case 4:
				j.Pause()
				paused = true
				time.AfterFunc(time.Hour, cancel)
			}
		})
		if w.byFilter {
			check(t, w.within(c.verb))
		} else {
			check(t, w.untouched())
			check(t, w.once(c.verb))
		}
		if ctx.Err() != nil && !j.Ended() {
			// It was left in the middle: what is known so far must hold.
			if s := j.State(); s != model.Settling && s != model.Following {
				t.Fatalf("it was stopped and is %v", s)
			}
			return
		}
		check(t, w.truth(j))
	})
}

// inBubbles checks a property in a bubble of synctest for each try.
func inBubbles(outer *testing.T, property func(*rapid.T)) {
	rapid.Check(outer, func(t *rapid.T) {
		var failed any
		synctest.Test(outer, func(*testing.T) {
			defer func() { failed = recover() }()
			property(t)
		})
		if failed != nil {
			panic(failed)
		}
	})
}

func check(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
