package model_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redrive/model"
)

// fate is what becomes of one call.
type fate int

const (
	carriedOut fate = iota
	duplicate
	burst
	neverSent
	lostUndone
	lostDone
	lostDoneLater
	badAnswer
	refused
	overQuota
	unauthorized
	daily
	expired // the entry goes, by someone else's doing, before the call
	fates
)

// dlqModel is a server that knows what was truly done.
type dlqModel struct {
	job    *model.Job
	items  []itemModel
	steps  []model.Step // under way
	now    time.Time
	halted bool
}

type itemModel struct {
	key      model.Key
	there    bool
	done     bool // carried out, now or before long
	later    bool // will be carried out though the answer is lost already
	deduped  bool
	lost     bool
	lostAt   time.Time
	looks    int
	unsent   int
	seen     bool // there, at the last look
	underWay bool
	closed   bool // no further write may go out
}

func TestJobNeverSaysMoreThanIsTrue(t *testing.T) {
	reached := map[model.OutcomeState]int{}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, model.MaxSingle).Draw(t, "entries")
		d := newDLQModel(t, n)
		for calls := 0; !d.job.Finished(); calls++ {
			if calls > 2000 {
				t.Fatal("it never ends")
			}
			d.start(t)
			if len(d.steps) == 0 && d.wait(t) {
				continue
			}
			if rapid.IntRange(0, 60).Draw(t, "stop") == 0 {
				d.job.Stop("stopped")
				d.halted = true
			}
			if len(d.steps) > 0 {
				// After many answers only good ones come, so that an end is due.
				last := fates - 1
				if calls > 150 {
					last = carriedOut
				}
				d.answer(t, last)
			}
			d.check(t)
		}
		d.settle(t, reached)
	})
	for s := model.NotSent; s <= model.Sent; s++ {
		if s != model.Sending && reached[s] == 0 {
			t.Errorf("%v was never reached: it is not tested", s)
		}
	}
}

func newDLQModel(t *rapid.T, n int) *dlqModel {
	kind := rapid.SampledFrom(model.Kinds[:]).Draw(t, "kind")
	l := model.NewListing(model.NewStore(), account, kind)
	d := &dlqModel{now: epoch}
	var page []model.Entry
	for i := range n {
		e := message(i)
		e.Key.Kind = kind
		page = append(page, e)
		l.Marks.Toggle(e.Key)
	}
	arrive(t, l, "", page...)
	p, err := plan(l)
	if err != nil {
		t.Fatal(err)
	}
	d.job = model.NewJob(1, p)
	for i := range n {
		d.items = append(d.items, itemModel{key: p.Selection.At(i), there: true})
	}
	return d
}

// start takes the calls that the job wants made, and checks that each may be.
func (d *dlqModel) start(t *rapid.T) {
	for _, s := range d.job.Next(d.now) {
		it := &d.items[s.Index]
		if s.Key != it.key || s.Job != 1 || it.underWay {
			t.Fatalf("starts %+v, under way %v", s, it.underWay)
		}
		if s.Look {
			if !it.lost {
				t.Fatal("looks though no answer was lost")
			}
			if wait := []time.Duration{2 * time.Second, 10 * time.Second, 30 * time.Second}; it.looks == len(wait) || d.now.Sub(it.lostAt) < wait[it.looks] {
				t.Fatalf("look %d after %v", it.looks+1, d.now.Sub(it.lostAt))
			}
			it.looks++
		} else {
			if it.lost || it.closed || d.halted {
				t.Fatalf("writes again: lost %v, closed %v, halted %v", it.lost, it.closed, d.halted)
			}
			if diff := cmp.Diff(d.job.Plan.Write(s.Index), s.Write, cmp.AllowUnexported(model.Selection{}, model.Matching{})); diff != "" {
				t.Fatal(diff)
			}
			if s.Write.Selection.Len() != 1 || s.Write.Selection.At(0) != it.key || !s.Write.Verb.Takes(it.key.Kind) {
				t.Fatalf("writes %+v", s.Write)
			}
		}
		it.underWay = true
		d.steps = append(d.steps, s)
	}
	if len(d.steps) > model.MaxInFlight {
		t.Fatalf("%d calls at once", len(d.steps))
	}
}

// wait lets time pass until the job has something to do, and tells whether that was needed.
func (d *dlqModel) wait(t *rapid.T) bool {
	if d.job.Finished() {
		return false
	}
	at, ok := d.job.WakeAt(d.now)
	if !ok || !at.After(d.now) {
		t.Fatalf("nothing is under way, and it wakes at %v (%v), now is %v", at, ok, d.now)
	}
	d.now = at
	return true
}

func (d *dlqModel) answer(t *rapid.T, last fate) {
	i := rapid.IntRange(0, len(d.steps)-1).Draw(t, "answered")
	s := d.steps[i]
	d.steps = append(d.steps[:i], d.steps[i+1:]...)
	d.now = d.now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
	it := &d.items[s.Index]
	it.underWay = false
	for j := range d.items {
		if o := &d.items[j]; o.later && rapid.Bool().Draw(t, "now") {
			o.there, o.later = false, false
		}
	}
	f := rapid.Custom(func(t *rapid.T) fate { return fate(rapid.IntRange(0, int(last)).Draw(t, "fate")) }).Draw(t, "fate")
	r := model.StepResult{Step: s}
	if s.Look {
		r.Err = it.look(f)
	} else {
		r.Result, r.Err = d.write(it, f)
	}
	d.job.Apply(r, d.now)
	if rapid.IntRange(0, 9).Draw(t, "twice") == 0 {
		before := d.job.Outcome(s.Index)
		d.job.Apply(model.StepResult{Step: s, Result: sent("twice")}, d.now)
		if diff := cmp.Diff(before, d.job.Outcome(s.Index)); diff != "" {
			t.Fatal(diff)
		}
	}
}

func (it *itemModel) look(f fate) error {
	it.seen = it.there
	switch f {
	case burst:
		return &model.RateLimitedError{Host: "h"}
	case neverSent:
		return &model.NeverSentError{Host: "h"}
	case lostUndone, lostDone:
		return &model.LostAnswerError{Host: "h"}
	case badAnswer:
		return &model.ServerError{Host: "h", Status: 500}
	case unauthorized:
		return &model.UnauthorizedError{Host: "h", Status: 401}
	case expired:
		it.there = false
	}
	if !it.there {
		return &model.NotFoundError{What: it.key.ID}
	}
	return nil
}

func (d *dlqModel) write(it *itemModel, f fate) (model.WriteResult, error) {
	lose := func(err error) (model.WriteResult, error) {
		it.lost, it.lostAt = true, d.now
		return model.WriteResult{}, err
	}
	switch f {
	case burst:
		return model.WriteResult{}, &model.RateLimitedError{Host: "h", Until: d.now.Add(3 * time.Second)}
	case neverSent:
		if it.unsent++; it.unsent == 4 {
			d.halted = true
		}
		return model.WriteResult{}, &model.NeverSentError{Host: "h"}
	case lostUndone:
		return lose(&model.LostAnswerError{Host: "h", Cause: &model.NeverSentError{Host: "h"}})
	case refused:
		it.closed = true
		return model.WriteResult{}, &model.BadRequestError{Host: "h", Status: 400}
	case overQuota:
		it.closed = true
		return model.WriteResult{}, &model.QuotaError{}
	case unauthorized:
		d.halted = true
		return model.WriteResult{}, &model.UnauthorizedError{Host: "h", Status: 401}
	case daily:
		d.halted = true
		return model.WriteResult{}, &model.RateLimitedError{Host: "h", Daily: true}
	case expired:
		it.there = false
	}
	if !it.there {
		it.closed = true
		return model.WriteResult{}, &model.NotFoundError{What: it.key.ID}
	}
	it.done = true
	if f == lostDoneLater {
		it.later = true
		return lose(context.DeadlineExceeded)
	}
	it.there = false
	switch f {
	case lostDone:
		return lose(&model.ServerError{Host: "h", Status: 504})
	case badAnswer:
		r, _ := lose(nil)
		return r, nil
	case duplicate:
		it.done, it.deduped = false, true
	}
	it.closed = true
	return model.WriteResult{Created: []model.Created{{MessageID: "new " + it.key.ID, Deduplicated: it.deduped}}}, nil
}

func (d *dlqModel) check(t *rapid.T) {
	sum := 0
	for _, n := range d.job.Counts() {
		sum += n
	}
	if sum != len(d.items) || d.job.Len() != len(d.items) {
		t.Fatalf("the counts add up to %d of %d", sum, len(d.items))
	}
	for i, it := range d.items {
		o := d.job.Outcome(i)
		if d.job.Key(i) != it.key {
			t.Fatalf("entry %d is %v", i, d.job.Key(i))
		}
		if it.underWay && o.State != model.Sending && o.State != model.InDoubt {
			t.Fatalf("%v while a call is under way", o.State)
		}
		if o.Unfinished == o.Settled() {
			t.Fatalf("%+v is settled: %v", o, o.Settled())
		}
	}
}

// settle checks at the end that every outcome is true.
func (d *dlqModel) settle(t *rapid.T, reached map[model.OutcomeState]int) {
	if len(d.steps) > 0 || d.job.Next(d.now.Add(time.Hour)) != nil {
		t.Fatal("something is still done after the end")
	}
	for i, it := range d.items {
		o := d.job.Outcome(i)
		reached[o.State]++
		var ok bool
		switch o.State {
		case model.Sent:
			ok = it.done && !it.lost && o.Created.MessageID == "new "+it.key.ID
		case model.Duplicate:
			ok = it.deduped && o.Created.Deduplicated
		case model.AlreadyGone:
			ok = !it.done && !it.there && !it.lost
		case model.GoneUnknownHow:
			ok = it.lost && !it.there && it.looks > 0
		case model.InDoubt:
			ok = it.lost && it.looks == 3 && (!o.FoundStillThere || it.seen)
		case model.NotSent, model.Refused:
			ok = !it.done && !it.lost && !it.deduped
		}
		if !ok || !o.Settled() {
			t.Fatalf("%+v of %+v", fmt.Sprintf("%+v", o), it)
		}
	}
}
