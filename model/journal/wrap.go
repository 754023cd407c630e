package journal

import (
	"context"
	"fmt"
	"slices"

	"redrive/model"
)

// Wrap is b with a record of its writes and its publications. What is sent was recorded first, as an intent; what could not
// be is not sent, and the error is a [model.NotRecordedError]. What comes back is recorded, and returned even if that fails:
// [Journal.Trouble] says so then.
//
// A write belongs to an operation that [Journal.Begin] was asked to record, and is for entries of its plan, by its verb: any
// other is not sent.
func (j *Journal) Wrap(b model.Backend) model.Backend { return recorded{b, j} }

type recorded struct {
	model.Backend
	journal *Journal
}

// Do records the write around it. What [model.Write.Valid] refuses is not recorded: it is never sent.
func (r recorded) Do(ctx context.Context, w model.Write) (model.WriteResult, error) {
	if err := w.Valid(); err != nil {
		return model.WriteResult{}, err
	}
	j := r.journal
	f, err := j.begun(w.Operation)
	if err == nil {
		err = f.allows(w)
	}
	if err != nil {
		return model.WriteResult{}, notRecorded(err)
	}
	intent := line{heading: heading{Line: intentLine}, At: moment(j.now())}
	for i := range w.Selection.Len() {
		intent.IDs = append(intent.IDs, text(w.Selection.At(i).ID))
	}
	intent.Labelled = slices.Contains(w.Overrides.Labels, w.Operation)
	call, err := f.intent(intent)
	if err != nil {
		return model.WriteResult{}, notRecorded(err)
	}
	result, err := r.Backend.Do(ctx, w)
	f.result(line{
		heading: heading{Line: resultLine}, At: moment(j.now()), Call: call,
		Created: convert(result.Created, formOfCreated), Done: result.Done, Count: result.Count, Next: text(result.Next),
		Error: formOfError(err),
	})
	return result, err
}

// begun is an operation that was begun in this session.
func (j *Journal) begun(operation string) (*opened, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f := j.open[operation]
	if f == nil {
		return nil, fmt.Errorf("the operation %q was not begun", operation)
	}
	return f, nil
}
