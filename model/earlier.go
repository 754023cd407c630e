package model

import "slices"

// keptResults is how many results of filters are kept. Each is a bit for each row.
const keptResults = 16

// earlierResult is what came of a filter: of the rows that there were, those that it does not exclude by their summaries. As rows never
// change that stays so, in whatever order they are shown. It is never changed.
type earlierResult struct {
	filter Filter
	seen   int // how many rows there were
	rows   rowSet
	n      int // how many are in it
}

// knows tells whether the row was looked at.
func (e *earlierResult) knows(r Row) bool { return e != nil && int(r) < e.seen }

// earlierResults are those of the filters applied last, the newest last: a letter more narrows one of them, and a letter less
// leads back to another.
type earlierResults []*earlierResult

// best is the smallest result that has all that the filter may let through; nil when there is none. same tells that it is
// that of the filter itself.
func (all earlierResults) best(f Filter) (best *earlierResult, same bool) {
	for _, e := range slices.Backward(all) {
		if f.narrows(e.filter) && (best == nil || e.n < best.n) {
			best = e
		}
	}
	return best, best != nil && best.filter.narrows(f)
}

// with are the results with one more, which takes the place of an older one of the same filter.
func (all earlierResults) with(e *earlierResult) earlierResults {
	all = slices.DeleteFunc(slices.Clone(all), func(o *earlierResult) bool { return o.filter.narrows(e.filter) && e.filter.narrows(o.filter) })
	if len(all) == keptResults {
		all = all[1:]
	}
	return append(all, e)
}
