package model

import (
	"slices"
	"sync/atomic"
)

// filteringStep is how many rows are looked at before it is asked whether that is still wanted.
const filteringStep = 4096

// Filtering is a [Rebuild] that is being done. Several goroutines may work on it at once.
type Filtering struct {
	Rebuild
	all orderedRows
	// steps are the pieces of all, begun the number of those that someone works on or has.
	steps []filteringStepDone
	begun atomic.Int64
	found sharedFound
}

// filteringStepDone is what came of a piece of the rows.
type filteringStepDone struct {
	shown   []Row
	hidden  []Row // not shown, and not excluded by their summaries
	looked  []lookedIn
	missing []Row
}

// Begin puts the rows in order. What is then to be done is done by Work.
func (b Rebuild) Begin() *Filtering {
	w := &Filtering{Rebuild: b, all: b.orderAll()}
	w.steps = make([]filteringStepDone, (len(w.all.rows)+filteringStep-1)/filteringStep)
	return w
}

// Workers is how many goroutines can work at once, of at most so many.
func (w *Filtering) Workers(most int) int { return max(1, min(most, len(w.steps)/2)) }

// Work does what is to be done and nobody else does. All of it is done when all who work are.
func (w *Filtering) Work() {
	var judge *rowJudge
	shown := make([]Row, 0, filteringStep)
	for {
		i := int(w.begun.Add(1)) - 1
		if i >= len(w.steps) || w.latest.Load() != w.Generation {
			return
		}
		shown = w.step(i, &judge, shown[:0])
		w.steps[i].shown = slices.Clone(shown)
	}
}

// step looks at a piece of the rows, and appends those that are shown. The judge is made when there is something to judge.
func (w *Filtering) step(i int, judge **rowJudge, to []Row) []Row {
	from := i * filteringStep
	done := &w.steps[i]
	everything := w.Filter.IsEmpty()
	for _, r := range w.all.rows[from:min(from+filteringStep, len(w.all.rows))] {
		if w.most.excludes(r) {
			continue
		}
		v := Included
		if !everything && !w.least.has(r) {
			if *judge == nil {
				*judge = newRowJudge(w.Filter, &w.rows, w.judged(), &w.found)
			}
			v = (*judge).judge(r)
		}
		if v == Excluded {
			continue
		}
		shown := v == Included || w.lookIn(r, done)
		if shown = shown && !w.held.has(r); shown {
			to = append(to, r)
		} else {
			done.hidden = append(done.hidden, r)
		}
	}
	return to
}

// judged is about how many rows have to be judged.
func (w *Filtering) judged() int {
	n := len(w.all.rows)
	if w.most != nil {
		n = w.most.n
	}
	if w.least != nil {
		n -= w.least.n
	}
	return max(n, 0)
}

// lookIn looks in the texts of a row.
func (w *Filtering) lookIn(r Row, done *filteringStepDone) (matches bool) {
	if w.latest.Load() != w.Generation {
		return false
	}
	v := w.Filter.JudgeIn(w.bodies, w.rows.At(r))
	if v == Undecided {
		done.missing = append(done.missing, r)
		return false
	}
	done.looked = append(done.looked, lookedIn{r, v == Included})
	return v == Included
}

// Done is the result, once all who work have returned.
func (w *Filtering) Done() Rebuilt {
	done := Rebuilt{
		Generation: w.Generation, sorting: w.sorting, ordered: w.all, held: w.held, heldVersion: w.heldVersion,
		result: &earlierResult{filter: w.Filter, seen: w.all.seen, rows: newRowSet(w.all.seen)},
	}
	n := 0
	for i := range w.steps {
		n += len(w.steps[i].shown)
	}
	all := n == len(w.all.rows)
	if done.rows = w.all.rows[:n:n]; !all {
		done.rows = make([]Row, 0, n+PageSize)
	}
	for i := range w.steps {
		s := &w.steps[i]
		if !all {
			done.rows = append(done.rows, s.shown...)
		}
		done.looked, done.missing = append(done.looked, s.looked...), append(done.missing, s.missing...)
		for _, r := range s.hidden {
			done.result.rows.add(r)
		}
		done.result.n += len(s.shown) + len(s.hidden)
	}
	for _, r := range done.rows {
		done.result.rows.add(r)
	}
	return done
}
