package model

// Doubt are the entries of operations that may have been done and may not, with what is known of them.
type Doubt map[Key]Outcome

// Add takes in an operation that began after those before. What it found out of their entries counts.
func (d Doubt) Add(r *Recorded) {
	for _, n := range r.Notes {
		if n.Index < 0 || n.Index >= len(r.Operation.Entries) {
			continue
		}
		k := Key{r.Operation.DLQ, r.Operation.Kind, r.Operation.Entries[n.Index].ID}
		delete(d, k)
		if o := n.Outcome; o.State == InDoubt {
			o.Verb = r.Operation.Verb
			d[k] = o
		}
	}
}
