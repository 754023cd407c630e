package emulator

import (
	"iter"
	"slices"
	"time"
)

// entry is an entry with its place in the dead letter queue.
type entry struct {
	Entry
	key  orderKey
	gone bool
	fate Fate
}

// deadLetters is the dead letter queue, in order of failure. Removed entries
// stay in the slice until half of it is empty: a bulk retry of everything
// would otherwise move the whole slice once for every entry.
type deadLetters struct {
	slots   []*entry
	removed int
	known   [2]map[string]*entry
	nextSeq [2]map[instant]int
	// sharedIDs counts the ids of the two kinds apart.
	sharedIDs bool
	// oldest is the first slot that can still hold an entry.
	oldest int
}

func newDeadLetters(sharedIDs bool) deadLetters {
	d := deadLetters{sharedIDs: sharedIDs}
	for kind := range d.known {
		d.known[kind], d.nextSeq[kind] = map[string]*entry{}, map[instant]int{}
	}
	return d
}

// kind is the scope that the entry belongs to.
func (e *entry) kind() scope {
	if e.isWorkflow() {
		return workflowScope
	}
	return plainScope
}

// place gives the entry its order and, if it has none, its id.
func (d *deadLetters) place(e *entry) {
	at := instantOf(e.FailedAt)
	key, parsed := parseOrderKey(e.DLQID)
	nextSeq := d.nextSeq[plainScope]
	if d.sharedIDs {
		nextSeq = d.nextSeq[e.kind()]
	}
	if e.DLQID == "" || !parsed {
		key = orderKey{at, nextSeq[at]}
	}
	if e.DLQID == "" {
		e.DLQID = key.String()
	}
	e.key = key
	nextSeq[key.at] = max(nextSeq[key.at], key.seq+1)
	d.known[e.kind()][e.DLQID] = e
}

func (d *deadLetters) insert(e *entry) {
	d.place(e)
	if last := len(d.slots) - 1; last < 0 || d.slots[last].key.compare(e.key) < 0 {
		d.slots = append(d.slots, e)
		return
	}
	index, _ := slices.BinarySearchFunc(d.slots, e.key, compareToKey)
	d.slots = slices.Insert(d.slots, index, e)
	d.oldest = min(d.oldest, index)
}

// load inserts many entries at once; they need not be in order.
func (d *deadLetters) load(entries []*entry) {
	slices.SortStableFunc(entries, func(a, b *entry) int {
		return a.FailedAt.Compare(b.FailedAt)
	})
	for _, e := range entries {
		d.place(e)
	}
	d.slots = append(d.slots, entries...)
	slices.SortStableFunc(d.slots, func(a, b *entry) int { return a.key.compare(b.key) })
	d.oldest = 0
}

func (d *deadLetters) remove(e *entry, state FateState) {
	e.gone = true
	e.fate.State = state
	d.removed++
	if d.removed <= len(d.slots)/2+64 {
		return
	}
	d.slots = slices.DeleteFunc(d.slots, func(e *entry) bool { return e.gone })
	d.removed, d.oldest = 0, 0
}

func (d *deadLetters) size() int { return len(d.slots) - d.removed }

// present finds an entry that is still there, first of the kind of the scope.
func (d *deadLetters) present(id string, in scope) (*entry, bool) {
	e := d.lookup(id, in)
	return e, e != nil && !e.gone
}

// lookup finds an entry, there or gone; nil means that there never was one.
func (d *deadLetters) lookup(id string, in scope) *entry {
	if e := d.known[in][id]; e != nil {
		return e
	}
	return d.known[1-in][id]
}

// keyOf is the place that a cursor stands for. The entry may be gone by now.
func (d *deadLetters) keyOf(cursor string) (orderKey, bool) {
	if e := d.lookup(cursor, plainScope); e != nil {
		return e.key, true
	}
	return parseOrderKey(cursor)
}

// after yields the entries that follow the cursor, which is exclusive; nil
// means from the start.
func (d *deadLetters) after(cursor *orderKey, oldestFirst bool) iter.Seq[*entry] {
	if oldestFirst {
		return d.ascending(cursor)
	}
	return d.descending(cursor)
}

func (d *deadLetters) ascending(cursor *orderKey) iter.Seq[*entry] {
	start := d.oldest
	if cursor != nil {
		index, _ := slices.BinarySearchFunc(d.slots, *cursor, compareToKey)
		for index < len(d.slots) && d.slots[index].key == *cursor {
			index++
		}
		start = index
	}
	return func(yield func(*entry) bool) {
		for _, e := range d.slots[start:] {
			if !e.gone && !yield(e) {
				return
			}
		}
	}
}

func (d *deadLetters) descending(cursor *orderKey) iter.Seq[*entry] {
	end := len(d.slots)
	if cursor != nil {
		end, _ = slices.BinarySearchFunc(d.slots, *cursor, compareToKey)
	}
	return func(yield func(*entry) bool) {
		for i := end - 1; i >= 0; i-- {
			if e := d.slots[i]; !e.gone && !yield(e) {
				return
			}
		}
	}
}

// expireByCreation removes what was created longer than the retention ago.
func (d *deadLetters) expireByCreation(now instant, retention time.Duration) {
	for _, e := range slices.Clone(d.slots) {
		if !e.gone && instantOf(e.CreatedAt).plus(retention) <= now {
			d.remove(e, FateExpired)
		}
	}
}

// expire removes what failed longer than the retention ago.
func (d *deadLetters) expire(now instant, retention time.Duration) {
	for d.oldest < len(d.slots) {
		e := d.slots[d.oldest]
		if !e.gone {
			if instantOf(e.FailedAt).plus(retention) > now {
				return
			}
			d.remove(e, FateExpired)
			if d.oldest == 0 && d.removed == 0 {
				continue
			}
		}
		d.oldest++
	}
}

func compareToKey(e *entry, key orderKey) int { return e.key.compare(key) }
