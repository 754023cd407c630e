package model

import "slices"

// LeftInDoubt are the entries of operations, the latest first, that may have been done and may not, with what is known of them.
// What a later operation found out counts.
func LeftInDoubt(past []Recorded) map[Key]Outcome {
	doubt := map[Key]Outcome{}
	for _, r := range slices.Backward(past) {
		for _, n := range r.Notes {
			if n.Index < 0 || n.Index >= len(r.Operation.Entries) {
				continue
			}
			k := Key{r.Operation.DLQ, r.Operation.Kind, r.Operation.Entries[n.Index].ID}
			delete(doubt, k)
			if o := n.Outcome; o.State == InDoubt {
				o.Verb = r.Operation.Verb
				doubt[k] = o
			}
		}
	}
	return doubt
}
