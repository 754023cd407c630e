package model_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

// done answers a write for many with all that was asked for.
func done(s model.Step) model.StepResult {
	r := model.StepResult{Step: s, Result: model.WriteResult{Done: true}}
	for i := range s.Write.Selection.Len() {
		r.Result.Created = append(r.Result.Created, model.Created{MessageID: "msg_" + s.Write.Selection.At(i).ID})
	}
	r.Result.Count = len(r.Result.Created)
	return r
}

// feed starts the next write, whenever that is due, and tells when that was.
func feed(t testing.TB, j *model.Job, now time.Time) (model.Step, time.Time) {
	t.Helper()
	for {
		s, at := wake(t, j, now)
		if now = at; s.Kind == model.SendStep {
			return s, now
		}
		j.Apply(model.StepResult{Step: s}, now)
	}
}

func bulk(t testing.TB, n int) *model.Job {
	return model.NewJob(1, planFor(t, model.Retry, messages(1, n)...))
}

func TestJobFeedsAtItsPace(t *testing.T) {
	j := bulk(t, 300)
	if j.Remaining() != 15*time.Second {
		t.Errorf("%v remain", j.Remaining())
	}
	now := epoch
	for i, want := range []int{0, 5, 10} {
		var s model.Step
		s, now = feed(t, j, now)
		if now != seconds(want) || s.Write.Selection.Len() != 100 {
			t.Errorf("call %d for %d goes out at %v", i, s.Write.Selection.Len(), now.Sub(epoch))
		}
		j.Apply(done(s), now)
	}
	if j.Remaining() != 0 || !j.Finished() {
		t.Errorf("%v remain: %v", j.Remaining(), j.State())
	}
}

func TestPaceIsChosenInSteps(t *testing.T) {
	j := bulk(t, 300)
	var got []float64
	for range 5 {
		j.Faster(epoch)
		p, _ := j.Pace()
		got = append(got, p)
	}
	for range 10 {
		j.Slower(epoch)
		p, _ := j.Pace()
		got = append(got, p)
	}
	want := []float64{50, 100, 200, 200, 200, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.5, 0.5}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}

func TestWhatWaitsGoesByTheNewPace(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*model.Job, time.Time)
		want   time.Duration
	}{
		"faster": {(*model.Job).Faster, 2*time.Second + 1200*time.Millisecond},
		"slower": {(*model.Job).Slower, 2*time.Second + 6*time.Second},
	} {
		j := bulk(t, 200)
		s, now := feed(t, j, epoch)
		j.Apply(done(s), now)
		j.Next(seconds(2)) // the logs are being read
		// 3 of the 5 seconds are left.
		c.change(j, seconds(2))
		if at, ok := j.WakeAt(seconds(2)); !ok || at.Sub(epoch) != c.want {
			t.Errorf("%s: it goes on after %v", name, at.Sub(epoch))
		}
	}
}

func TestRateLimitHalvesThePaceAndGoodCallsBringItBack(t *testing.T) {
	j := bulk(t, 3000)
	now := epoch
	used := func() float64 { _, u := j.Pace(); return u }
	for _, want := range []float64{10, 5, 2.5, 1.25, 0.625, 0.5, 0.5} {
		var s model.Step
		s, now = feed(t, j, now)
		before := now
		j.Apply(model.StepResult{Step: s, Err: &model.RateLimitedError{Host: "h", Until: now.Add(3 * time.Second)}}, now)
		if used() != want {
			t.Fatalf("the pace is %v, want %v", used(), want)
		}
		// What was refused is looked for before it goes out again.
		look, at := wake(t, j, now)
		if look.Kind != model.LookStep || at.Sub(before) < 3*time.Second || at.Sub(before) > 3500*time.Millisecond {
			t.Fatalf("%v after %v", look.Kind, at.Sub(before))
		}
		now = at
		r := model.StepResult{Step: look}
		for _, k := range look.Keys {
			r.Found = append(r.Found, model.Entry{Key: k})
		}
		j.Apply(r, now)
	}
	for _, want := range []float64{2.5, 4.5, 6.5, 8.5, 10.5, 12.5, 14.5, 16.5, 18.5, 20, 20} {
		var s model.Step
		s, now = feed(t, j, now)
		j.Apply(done(s), now)
		if chosen, u := j.Pace(); u != want || chosen != model.DefaultPace {
			t.Fatalf("the pace is %v of %v, want %v", u, chosen, want)
		}
	}
}

func TestPaceIsNeverExceeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(21, 1500).Draw(t, "entries")
		j := model.NewJob(1, planFor(t, model.Delete, messages(1, n)...))
		pace, _ := j.Pace()
		now, ready := epoch, epoch
		for !j.Finished() {
			if rapid.IntRange(0, 3).Draw(t, "change") == 0 {
				if before := pace; rapid.Bool().Draw(t, "faster") {
					j.Faster(now)
					pace, _ = j.Pace()
					if wait := ready.Sub(now); wait > 0 {
						ready = now.Add(time.Duration(float64(wait) * before / pace))
					}
				}
			}
			at, ok := j.WakeAt(now)
			if !ok {
				t.Fatal("it never goes on")
			}
			now = at
			for _, s := range j.Next(now) {
				if now.Before(ready.Add(-time.Millisecond)) {
					t.Fatalf("a call goes out %v before its time", ready.Sub(now))
				}
				ready = now.Add(time.Duration(float64(s.Write.Selection.Len()) / pace * float64(time.Second)))
				j.Apply(done(s), now)
			}
		}
	})
}

func TestFewEntriesGoOutAtOnceWhateverThePace(t *testing.T) {
	j := model.NewJob(1, planFor(t, model.Retry, messages(1, 20)...))
	if n := len(j.Next(epoch)); n != model.MaxInFlight || j.Remaining() != 0 {
		t.Errorf("%d start, %v remain", n, j.Remaining())
	}
}

func TestJobThatIsHeldOrPausedFeedsNothingAndFollowsOn(t *testing.T) {
	for name, c := range map[string]struct {
		hold, release func(*model.Job)
		state         model.JobState
		says          string
	}{
		"paused": {(*model.Job).Pause, (*model.Job).Continue, model.Paused, "paused"},
		"held":   {func(j *model.Job) { j.Hold(true) }, func(j *model.Job) { j.Hold(false) }, model.Waiting, "waiting for another job"},
	} {
		j := model.NewJob(1, planFor(t, model.Retry, messages(1, 150)...))
		if j.State() != model.Feeding || j.State().String() != "feeding" {
			t.Errorf("%s: it is %v", name, j.State())
		}
		s, now := feed(t, j, epoch)
		j.Apply(done(s), now)
		c.hold(j)
		if j.State() != c.state || j.State().String() != c.says {
			t.Errorf("%s: it is %v", name, j.State())
		}
		for range 5 {
			// What was sent is followed all the same.
			var f model.Step
			if f, now = wake(t, j, now); f.Kind != model.FollowStep {
				t.Fatalf("%s: %v starts", name, f.Kind)
			}
			j.Apply(model.StepResult{Step: f}, now)
		}
		c.release(j)
		if s, at := feed(t, j, now); s.Write.Selection.Len() != 50 || at != now {
			t.Errorf("%s: it goes on with %d after %v", name, s.Write.Selection.Len(), at.Sub(now))
		}
		if j.State() != model.Settling || j.State().String() != "awaiting answers" {
			t.Errorf("%s: it is %v", name, j.State())
		}
	}
}

func TestStopLeavesWhatWasNotBegunAndFinishesTheRest(t *testing.T) {
	j := model.NewJob(1, planFor(t, model.Retry, messages(1, 250)...))
	s, now := feed(t, j, epoch)
	j.Stop("enough", now)
	j.Stop("a second time", now)
	if c := j.Counts(); c[model.NotSent] != 150 || c[model.Sending] != 100 || j.Stopped() != "enough" || j.State() != model.Settling {
		t.Errorf("%v, %q, %v", c, j.Stopped(), j.State())
	}
	if o := j.Outcome(j.Len() - 1); o.State == model.NotSent && (o.Reason != "enough" || o.TakesNoVerb()) {
		t.Errorf("%+v", o)
	}
	j.Apply(done(s), now)
	if c := j.Counts(); c[model.Sent] != 100 || !j.Finished() || j.State() != model.Following {
		t.Errorf("%v, %v", c, j.State())
	}
	// What was refused after the stop does not go out again.
	j = model.NewJob(1, planFor(t, model.Retry, messages(1, 1)...))
	s = one(t, j, epoch)
	j.Stop("enough", epoch)
	j.Apply(model.StepResult{Step: s, Err: &model.RateLimitedError{Host: "h"}}, epoch)
	if o := j.Outcome(0); o.State != model.NotSent || o.Reason != "enough" || !j.Ended() {
		t.Errorf("%+v", o)
	}
}

func TestAnswerWithMoreThanWasAskedForStopsTheJob(t *testing.T) {
	for _, verb := range []model.Verb{model.Retry, model.Resume} {
		entries := messages(1, 250)
		if verb == model.Resume {
			entries = nil
			for i := range 250 {
				entries = append(entries, run(i+1))
			}
		}
		j := model.NewJob(1, planFor(t, verb, entries...))
		s, now := feed(t, j, epoch)
		r := done(s)
		r.Result.Count += 2
		r.Result.Created = append(r.Result.Created, model.Created{MessageID: "x"}, model.Created{MessageID: "y"})
		j.Apply(r, now)
		if c := j.Counts(); c[model.Sent] != verb.MostAtOnce() || c[model.NotSent] != 250-verb.MostAtOnce() || j.Extra() != 2 || !strings.Contains(j.Stopped(), fmt.Sprintf("answered with %d", verb.MostAtOnce()+2)) {
			t.Errorf("%v: %v, %d extra, %q", verb, c, j.Extra(), j.Stopped())
		}
	}
}
