package model_test

import (
	"testing"

	"redrive/model"
)

func TestARecordThatCannotBeGoneOnWithLeavesAllInDoubt(t *testing.T) {
	r := model.Recorded{Operation: model.Operation{Verb: model.Delete, DLQ: "test", Entries: []model.RecordedEntry{{ID: "1-0"}, {ID: "1-0"}}}}
	d := r.Deleted(epoch)
	if is, doubt := d.Has("1-0"); !is || !doubt {
		t.Errorf("%v, in doubt %v", is, doubt)
	}
}
