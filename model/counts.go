package model

// Server is the filter that the server is asked with.
func (l *Listing) Server() ServerFilter { return l.walk.server }

// Known is how many entries of the kind are loaded, whatever the filter; newcomers that wait and entries taken off the
// list are not counted. It is all there are when [Listing.Whole] is true.
func (l *Listing) Known() int {
	known := l.store.Count(l.kind) - len(l.cleared) - len(l.waiting)
	for k := range l.waiting {
		if _, both := l.cleared[k]; both {
			known++
		}
	}
	return known
}
