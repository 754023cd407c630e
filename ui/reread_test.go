package ui_test

import (
	"context"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
)

// withoutIDs is a server that cannot list entries by their ids.
type withoutIDs struct{ *memory }

func (b withoutIDs) List(ctx context.Context, q model.Query) (model.Page, error) {
	if len(q.IDs) > 0 {
		return model.Page{}, &model.NoListByIDError{Host: "qstash.example"}
	}
	return b.memory.List(ctx, q)
}

func TestReadingTheListAgainIsNoErrorWhereTheServerCannotListByID(t *testing.T) {
	b := newMemory(0, 40)
	d := newDriver(t, withoutIDs{b}, 120, 40)
	d.press(keymap.Workflows, keymap.TakeIn)
	d.pass(time.Second)
	d.hides("✗", "cannot list")
	d.shows("row 1 of 40")
}
