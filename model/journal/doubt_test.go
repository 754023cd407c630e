package journal

import (
	"fmt"
	"testing"
	"time"

	"redrive/model"
)

func TestWhatWasLeftInDoubtIsKnownHoweverManyOperationsCameAfter(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	end := func(name string, notes ...model.Note) {
		t.Helper()
		must(t, j.Begin(operation(name, 3)))
		must(t, j.Note(name, notes))
		must(t, j.End(name))
		c.pass(time.Minute)
	}
	end("redrive-doubt", model.Note{Index: 0, Outcome: model.Outcome{State: model.InDoubt, FoundStillThere: true}}, model.Note{Index: 1, Outcome: model.Outcome{State: model.InDoubt}})
	for i := range model.PastOperations + 10 {
		end(fmt.Sprintf("redrive-%d", i), model.Note{Index: 2, Outcome: model.Outcome{State: model.Delivered}})
	}
	end("redrive-known", model.Note{Index: 1, Outcome: model.Outcome{State: model.AlreadyGone}})
	must(t, j.Begin(operation("redrive-open", 3)))
	must(t, j.Note("redrive-open", []model.Note{{Index: 2, Outcome: model.Outcome{State: model.InDoubt}}}))
	must(t, j.Close())

	doubt, err := session(t, dir, c).LeftInDoubt()
	if o := doubt[key(0)]; err != nil || len(doubt) != 1 || o.State != model.InDoubt || o.Verb != model.Retry || !o.FoundStillThere {
		t.Errorf("in doubt: %+v, error %v", doubt, err)
	}
}
