package journal

import (
	"bytes"
	"errors"
	"io/fs"

	"redrive/model"
)

// LeftInDoubt are the entries that operations which have ended left in doubt, of all operations that are kept: however many came
// after, what may have run must not run a second time.
func (j *Journal) LeftInDoubt() (model.Doubt, error) {
	files, err := sorted(j.ops, suffix)
	if err != nil {
		return nil, notRead(err)
	}
	word := []byte(`"` + model.InDoubt.String() + `"`)
	doubt := model.Doubt{}
	for _, file := range files {
		content, err := j.ops.read(file.file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, notRead(err)
		}
		if len(doubt) == 0 && !bytes.Contains(content, word) {
			continue // most leave none, and need not be taken apart
		}
		if r := readOperation(file.file, content); r.Ended {
			doubt.Add(&r.Recorded)
		}
	}
	return doubt, nil
}
