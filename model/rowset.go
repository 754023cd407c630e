package model

import "math/bits"

// rowSet is a set of rows, a bit each: a store has so many rows that a list of them is large.
type rowSet []uint64

func newRowSet(rows int) rowSet { return make(rowSet, (rows+63)/64) }

func (s rowSet) add(r Row) { s[r/64] |= 1 << (r % 64) }

func (s rowSet) has(r Row) bool { return int(r/64) < len(s) && s[r/64]&(1<<(r%64)) != 0 }

// grown is a copy with room for more rows.
func (s rowSet) grown(rows int) rowSet {
	more := newRowSet(rows)
	copy(more, s)
	return more
}

// all are the rows in the set, from the first on.
func (s rowSet) all() (rows []Row) {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			rows = append(rows, Row(64*i+bits.TrailingZeros64(word))) //nolint:gosec // it is a row
		}
	}
	return rows
}
