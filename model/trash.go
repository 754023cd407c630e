package model

import "time"

// Trashed is what the trash has of one deletion.
type Trashed struct {
	Name      string // by which the trash knows it
	Operation string
	At        time.Time
	Until     time.Time // when it is removed
	// Number is how many of the entries that it has were deleted, or may have been; what was not is not brought back. Doubt is
	// of how many of those that is not known.
	Number, Doubt int
	Kinds         map[Kind]int // of those
	// Published is how many of them were published anew, and Perhaps of how many that may have been: Last is the latest of those.
	Published, Perhaps int
	Last               Republished
	// Nothing is set when nothing of it was deleted, nor will be.
	Nothing bool
	// Damage says why its entries cannot be read; empty when they can.
	Damage string
}

// Trash keeps whole entries that are deleted.
type Trash interface {
	// SaveTrash keeps entries that are about to be deleted; when it fails nothing may be deleted. A zero time stands for as
	// long as anything is kept.
	SaveTrash(operation string, entries []Detail, until time.Time) error
	// Trash is what there is, oldest first: also that of which nothing was deleted, with the number 0.
	Trash() ([]Trashed, error)
	// LoadTrash is what was deleted, or may have been, as it was saved.
	LoadTrash(name string) ([]Detail, error)
	// RemoveTrash removes it for good.
	RemoveTrash(name string) error
	// BeginPublishing records what is about to be published anew; when it fails nothing may be published.
	BeginPublishing(Republishing) error
	// Republished is what is known of the entries that were to be published anew, by any session.
	Republished() (map[Key]Republished, error)
}
