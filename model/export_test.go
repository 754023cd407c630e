package model

// TakeIn is [Listing.TakeInWithout] of the entries that it is true of.
func (l *Listing) TakeIn(off func(Key) bool) {
	var keys []Key
	for r := range Row(l.store.Len()) {
		if k := l.store.At(r).Key; off(k) {
			keys = append(keys, k)
		}
	}
	l.TakeInWithout(keys)
}
