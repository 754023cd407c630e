package model

import "time"

// Trashed is what the trash has of one deletion.
type Trashed struct {
	Name      string // by which the trash knows it
	Operation string
	At        time.Time
	Until     time.Time // when it is removed
	Number    int
	Kinds     map[Kind]int
	// Damage says why its entries cannot be read; empty when they can.
	Damage string
}

// Trash keeps whole entries that are deleted.
type Trash interface {
	// SaveTrash keeps entries that are about to be deleted; when it fails nothing may be deleted. A zero time stands for as
	// long as anything is kept.
	SaveTrash(operation string, entries []Detail, until time.Time) error
	// Trash is what there is, oldest first.
	Trash() ([]Trashed, error)
	// LoadTrash is what was deleted, as it was saved.
	LoadTrash(name string) ([]Detail, error)
	// RemoveTrash removes it for good.
	RemoveTrash(name string) error
}
