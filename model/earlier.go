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

// excludes tells whether the row was looked at and does not match.
func (e *earlierResult) excludes(r Row) bool { return e != nil && int(r) < e.seen && !e.rows.has(r) }

// has tells whether the row was looked at and may match.
func (e *earlierResult) has(r Row) bool { return e != nil && e.rows.has(r) }

// earlierResults are those of the filters applied last, the newest last: a letter more narrows one of them, and a letter less
// leads back to another.
type earlierResults []*earlierResult

// around are the smallest result that has all that the filter may let through, and the largest that has only what it does: what
// lies between has to be looked at. They are nil when there is none.
func (all earlierResults) around(f Filter) (most, least *earlierResult) {
	for _, e := range all {
		if f.narrows(e.filter) && (most == nil || e.n < most.n) {
			most = e
		}
		if e.filter.Parts() == 0 && e.filter.narrows(f) && (least == nil || e.n > least.n) {
			least = e
		}
	}
	return most, least
}

// with are the results with one more, which takes the place of an older one of the same filter.
func (all earlierResults) with(e *earlierResult) earlierResults {
	all = slices.DeleteFunc(slices.Clone(all), func(o *earlierResult) bool { return o.filter.narrows(e.filter) && e.filter.narrows(o.filter) })
	if len(all) == keptResults {
		all = all[1:]
	}
	return append(all, e)
}
