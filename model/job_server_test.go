package model_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

// fate is what becomes of one step.
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
	someMissing // 404 of a call for many, after the others were done
	allOrNone   // 404 of a call for many, before anything was done
	refused
	overQuota
	unauthorized
	daily
	expired // an entry goes, by someone else's doing, before the call
	fates
)

// dlqModel is a server that knows what was truly done.
type dlqModel struct {
	job     *model.Job
	items   []itemModel
	of      map[model.Key]int
	steps   []model.Step // under way
	now     time.Time
	halted  bool
	bulk    bool
	made    int
	log     []logged
	record  model.Recorded
	crashed bool
	called  map[int]int // the recorded call of a step, by the step's number
}

// logged is what the logs have of a message.
type logged struct {
	id, url string
	label   bool
	at      time.Time // when it can be read
	end     string    // what it will come to
}

type itemModel struct {
	key      model.Key
	there    bool
	done     bool // carried out, now or before long
	made     string
	later    bool // will be carried out though the answer is lost already
	deduped  bool
	lost     bool // an answer about it was lost, or left open what was done
	lostAt   time.Time
	open     bool // an answer about it once left open what was done
	looks    int
	seen     bool // there, at the last look
	underWay bool
	closed   bool // no further write may go out
}

func TestJobNeverSaysMoreThanIsTrue(t *testing.T) {
	reached := map[model.OutcomeState]int{}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.IntRange(1, model.MaxSingle), rapid.IntRange(model.MaxSingle+1, 260)).Draw(t, "entries")
		d := newDLQModel(t, n)
		for calls := 0; !d.job.Ended(); calls++ {
			if calls > 5000 {
				t.Fatalf("it never ends: %v", d.job.Counts())
			}
			d.start(t)
			if len(d.steps) == 0 && d.wait(t) {
				continue
			}
			switch rapid.IntRange(0, 80).Draw(t, "user") {
			case 0:
				d.job.Stop("stopped", d.now)
				d.halted = true
			case 1:
				d.job.Pause()
				d.start(t)
				d.job.Continue()
			case 2:
				d.job.Faster(d.now)
			case 3:
				d.job.Slower(d.now)
			case 4, 5:
				if calls < 200 {
					d.crash(t)
				}
			}
			if len(d.steps) > 0 {
				// After many answers only good ones come, so that an end is due.
				last := fates - 1
				if calls > 200 {
					last = carriedOut
				}
				d.answer(t, last)
			}
			d.check(t)
		}
		d.settle(t, reached)
	})
	for _, s := range model.OutcomeStates {
		if s != model.Sending && s != model.Sent && s != model.Retrying && reached[s] == 0 {
			t.Errorf("%v was never reached: it is not tested", s)
		}
	}
}

func newDLQModel(t *rapid.T, n int) *dlqModel {
	kind := rapid.SampledFrom(model.Kinds[:]).Draw(t, "kind")
	l := model.NewListing(model.NewStore(), account, kind)
	d := &dlqModel{now: epoch, of: map[model.Key]int{}, bulk: n > model.MaxSingle}
	sets := rapid.IntRange(1, 4).Draw(t, "label sets")
	var page []model.Entry
	for i := range n {
		e := message(i)
		e.Key.Kind = kind
		if set := i % sets; set > 0 {
			e.Labels = []string{fmt.Sprint("set", set)}
			e.FirstLabelOnly = set == 3
		}
		e.URL = fmt.Sprint("https://a.io/", i%2)
		e.WorkflowURL = e.URL
		page = append(page, e)
		l.Marks.Toggle(e.Key)
	}
	arrive(t, l, "", page...)
	p, err := plan(l)
	if err != nil {
		t.Fatal(err)
	}
	if rapid.Bool().Draw(t, "in stages") {
		p = p.InStages()
		p.First = rapid.IntRange(1, n).Draw(t, "first")
	}
	p.Stop.Off = rapid.Bool().Draw(t, "whatever comes back")
	d.job = model.NewJob(1, p)
	d.record.Operation, d.called = p.Record(), map[int]int{}
	for i := range n {
		d.items = append(d.items, itemModel{key: p.Selection.At(i), there: true})
		d.of[p.Selection.At(i)] = i
	}
	return d
}

// start takes the steps that the job wants done, and checks that each may be.
func (d *dlqModel) start(t *rapid.T) {
	for _, s := range d.job.Next(d.now) {
		switch s.Kind {
		case model.SendStep:
			d.startSend(t, s)
		case model.LookStep:
			for _, k := range s.Keys {
				it := &d.items[d.of[k]]
				if !it.lost && !d.crashed || it.underWay {
					t.Fatalf("looks for %+v", it)
				}
				it.looks++
				it.underWay = true
			}
		}
		d.steps = append(d.steps, s)
	}
	calls := 0
	for _, s := range d.steps {
		if s.Kind == model.SendStep || s.Kind == model.LookStep {
			calls++
		}
	}
	if calls > model.MaxInFlight {
		t.Fatalf("%d calls at once", calls)
	}
}

func (d *dlqModel) startSend(t *rapid.T, s model.Step) {
	if d.halted {
		t.Fatal("writes after it was stopped")
	}
	if err := s.Write.Valid(); err != nil || s.Write.Matching.Valid() == nil {
		t.Fatalf("writes %+v: %v", s.Write, err)
	}
	var labels []string
	call := model.RecordedCall{At: d.now, Labelled: slices.Contains(s.Write.Overrides.Labels, s.Write.Operation)}
	for i := range s.Write.Selection.Len() {
		call.IDs = append(call.IDs, s.Write.Selection.At(i).ID)
	}
	d.called[s.Number] = len(d.record.Calls)
	d.record.Calls = append(d.record.Calls, call)
	for i := range s.Write.Selection.Len() {
		n, planned := d.of[s.Write.Selection.At(i)]
		if !planned {
			t.Fatalf("%v is not in the plan", s.Write.Selection.At(i))
		}
		it := &d.items[n]
		if it.underWay || it.lost || it.closed || it.done {
			t.Fatalf("writes again: %+v", it)
		}
		it.underWay = true
		if first := d.job.Plan.First; n < first != (s.Write.Overrides.Values[model.SetRetries] == "0") {
			t.Fatalf("entry %d goes out with %+v, and the first %d have one attempt", n, s.Write.Overrides, first)
		} else if n >= first {
			d.checkFirst(t, first)
		}
		own := d.job.Plan.Labels(n)
		if s.Write.Overrides.Labels == nil {
			continue
		}
		if labels == nil {
			labels = own
		}
		if !slices.Equal(own, labels) || !slices.Equal(labels, s.Write.Overrides.Labels) {
			t.Fatalf("sends the labels %v with an entry of %v", s.Write.Overrides.Labels, own)
		}
	}
	if n := s.Write.Selection.Len(); !d.bulk && n != 1 {
		t.Fatalf("%d at once of a small plan", n)
	}
}

// wait lets time pass until the job has something to do, and tells whether that was needed.
func (d *dlqModel) wait(t *rapid.T) bool {
	if d.job.Ended() {
		return false
	}
	at, ok := d.job.WakeAt(d.now)
	if !ok || !at.After(d.now) {
		t.Fatalf("nothing is under way, and it wakes at %v (%v), now is %v: %v", at, ok, d.now, d.job.Counts())
	}
	d.now = at
	return true
}

func (d *dlqModel) answer(t *rapid.T, last fate) {
	i := rapid.IntRange(0, len(d.steps)-1).Draw(t, "answered")
	s := d.steps[i]
	d.steps = append(d.steps[:i], d.steps[i+1:]...)
	d.now = d.now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
	for j := range d.items {
		if o := &d.items[j]; o.later && rapid.Bool().Draw(t, "now") {
			o.there, o.later = false, false
		}
	}
	f := carriedOut
	if last != carriedOut && rapid.Bool().Draw(t, "bad") {
		f = fate(rapid.IntRange(0, int(last)).Draw(t, "fate"))
	}
	r := model.StepResult{Step: s}
	switch s.Kind {
	case model.SendStep:
		r.Result, r.Err = d.write(t, s, f)
		c := &d.record.Calls[d.called[s.Number]]
		c.Answered, c.Result, c.Err = true, r.Result, r.Err
	case model.LookStep:
		r.Found, r.Err = d.look(s.Keys, f)
	case model.FindStep, model.FollowStep:
		r.Log, r.Err = d.logs(s.Log, f)
	case model.BackStep:
		for _, id := range s.MessageIDs {
			if rapid.Bool().Draw(t, "listed") {
				e := message(1000)
				e.MessageID = id
				r.Found = append(r.Found, e)
			}
		}
	}
	d.job.Apply(r, d.now)
	if rapid.Bool().Draw(t, "noted") {
		d.record.Notes = append(d.record.Notes, d.job.TakeNotes()...)
	}
	if rapid.IntRange(0, 9).Draw(t, "twice") == 0 {
		before := fmt.Sprint(d.job.Counts())
		d.job.Apply(model.StepResult{Step: s, Result: sent("twice")}, d.now)
		if after := fmt.Sprint(d.job.Counts()); before != after {
			t.Fatal(before, after)
		}
	}
}

// crash ends the session and begins another: what is under way may have been carried out, and only the record is left.
func (d *dlqModel) crash(t *rapid.T) {
	for _, s := range d.steps {
		switch s.Kind {
		case model.SendStep:
			f := rapid.SampledFrom([]fate{lostUndone, lostDone, lostDoneLater}).Draw(t, "fate of what was under way")
			_, _ = d.write(t, s, f)
		case model.LookStep:
			for _, k := range s.Keys {
				d.items[d.of[k]].underWay = false
			}
		}
	}
	d.steps, d.halted, d.crashed = nil, false, true
	d.now = d.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "seconds")) * time.Second)
	job, err := model.RestoreJob(1, d.record, d.now)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range job.Next(d.now) {
		if s.Kind == model.SendStep {
			t.Fatal("it sends before the user goes on")
		}
	}
	// The steps given out above belong to a session that ends at once.
	d.job, _ = model.RestoreJob(1, d.record, d.now)
	d.called = map[int]int{}
	d.check(t)
	d.job.GoOn(d.job.Plan.Selection, d.now)
}

// checkFirst is for a call that waits for the entries that went ahead.
func (d *dlqModel) checkFirst(t *rapid.T, first int) {
	delivered, bad := 0, 0
	for i := range first {
		switch o := d.job.Outcome(i); {
		case !o.Settled() || o.Followed:
			t.Fatalf("others are sent while entry %d of the first is %v", i, o.State)
		case o.State == model.Delivered:
			delivered++
		case o.State != model.AlreadyGone && o.State != model.Duplicate:
			bad++
		}
	}
	if first > 0 && (delivered == 0 || delivered*100 < model.StopLeast*(delivered+bad)) {
		t.Fatalf("others are sent though %d of the first %d were delivered, and %d were not", delivered, first, bad)
	}
}

func (d *dlqModel) check(t *rapid.T) {
	sum := 0
	counted := map[model.OutcomeState]int{}
	for i := range d.items {
		counted[d.job.Outcome(i).State]++
	}
	for s, n := range d.job.Counts() {
		if sum += n; counted[s] != n {
			t.Fatalf("%d are said to be %v, and %d are", n, s, counted[s])
		}
	}
	if sum != len(d.items) || d.job.Len() != len(d.items) {
		t.Fatalf("the counts add up to %d of %d", sum, len(d.items))
	}
	for i, it := range d.items {
		o := d.job.Outcome(i)
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
	end := map[string]string{}
	for _, l := range d.log {
		end[l.id] = l.end
	}
	saidSent, said := 0, map[string]bool{}
	for i, it := range d.items {
		o := d.job.Outcome(i)
		reached[o.State]++
		id := o.Created.MessageID + o.Created.WorkflowRunID
		var ok bool
		switch o.State {
		case model.Delivered, model.CameBack, model.Cancelled, model.NoEvidence, model.Sent, model.Retrying:
			want := map[model.OutcomeState]string{model.Delivered: "DELIVERED", model.CameBack: "FAILED", model.Cancelled: "CANCELLED"}[o.State]
			ok = !said[id] && end[id] == want && (o.Among > 0 || it.done && it.made == id)
			saidSent++
			said[id] = true
		case model.Duplicate:
			ok = o.Created.Deduplicated && (o.Among > 0 || it.deduped)
		case model.AlreadyGone:
			ok = !it.there && (o.Among > 0 || !it.done && it.lostAt.IsZero())
		case model.GoneUnknownHow:
			ok = (it.lost || d.crashed && it.open) && !it.there && it.looks > 0
		case model.InDoubt:
			ok = it.lost && (!o.FoundStillThere || it.seen)
		case model.NotSent, model.Refused:
			ok = !it.done && it.lostAt.IsZero() && !it.deduped
		}
		if !ok || !o.Settled() {
			t.Fatalf("%s of %+v, which came to %q", fmt.Sprintf("%+v", o), it, end[id])
		}
	}
	if saidSent > d.made {
		t.Fatalf("%d are said to be sent, and %d were", saidSent, d.made)
	}
}
