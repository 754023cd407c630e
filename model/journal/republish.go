package journal

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"redrive/model"
)

// republishForm is what is recorded of a [model.Republishing] before its first message.
type republishForm struct {
	Trash   text      `json:"trash"`
	Label   text      `json:"label"`
	Entries []keyForm `json:"entries"`
}

// BeginPublishing records which entries of the trash are about to be published anew, and takes the DLQ's lock, which is held
// until [Journal.Close]. It refuses when more is known of one of them than was known when it was confirmed: another session
// may have published it meanwhile. Its errors are those of [Journal.Begin].
func (j *Journal) BeginPublishing(r model.Republishing) error {
	j.republishing.Lock()
	defer j.republishing.Unlock()
	return notRecorded(j.beginPublishing(r))
}

func (j *Journal) beginPublishing(r model.Republishing) error {
	if r.Label == "" || len(r.Entries) == 0 {
		return errors.New("nothing is to be published")
	}
	if err := j.lockToPublish(); err != nil {
		return err
	}
	// Nobody else begins to publish from here on.
	known, err := j.republished()
	if err != nil {
		return err
	}
	form := &republishForm{Trash: text(r.Trash), Label: text(r.Label)}
	from := map[model.Key]bool{}
	for _, k := range r.Entries {
		now, then := known[k], r.Known[k]
		if now.MayBeOut() && (now.State != then.State || now.Label != then.Label || !now.At.Equal(then.At)) {
			return &OverlapError{now.Label, "has published some of these meanwhile, or may have: R shows what is left"}
		}
		form.Entries = append(form.Entries, *formOfKey(k))
		from[k] = false
	}
	if _, err := j.trash.head(r.Trash, 1); errors.Is(err, fs.ErrNotExist) {
		return &OverlapError{r.Trash, "is not in the trash any more: it was published or removed meanwhile"}
	} else if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return errClosed
	}
	f, err := j.newPublications(r.Label, form)
	if err == nil {
		f.from = from
	}
	return err
}

var errClosed = errors.New("it is closed")

func (j *Journal) lockToPublish() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return errClosed
	}
	return j.takeLock()
}

// mayPublish refuses the copy of an entry that is not to be published, or was.
func (f *opened) mayPublish(k model.Key) error {
	if f == nil || f.from == nil {
		return errors.New("the publishing was not begun")
	}
	switch begun, is := f.from[k]; {
	case !is:
		return errors.New("an entry is not among those that are to be published")
	case begun:
		return errors.New("an entry was published already")
	}
	return nil
}

// Republished is what is known of the deleted entries that were to be published anew, by this session or any other. What was
// recorded without an answer, and what a damaged record may have lost, is in doubt.
func (j *Journal) Republished() (map[model.Key]model.Republished, error) {
	known, err := j.republished()
	if err != nil {
		return nil, notRead(err)
	}
	return known, nil
}

func (j *Journal) republished() (map[model.Key]model.Republished, error) {
	files, err := sorted(j.restores, suffix)
	if err != nil {
		return nil, err
	}
	known := map[model.Key]model.Republished{}
	for _, file := range files {
		said, err := j.republishedIn(file.file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for k, r := range said {
			if before, is := known[k]; is {
				r = before.Join(r)
			}
			known[k] = r
		}
	}
	return known, nil
}

// republishedIn is what one file says. It is read again only when its end is another.
func (j *Journal) republishedIn(file string) (map[model.Key]model.Republished, error) {
	j.mu.Lock()
	f := j.publishes[file]
	j.mu.Unlock()
	var end []byte
	if f == nil {
		var err error
		if end, err = j.restores.tail(file, tailBytes); err != nil {
			return nil, err
		}
	} else {
		end = f.stamp()
	}
	if said, same := j.marks.get(file, end); same {
		return said, nil
	}
	content, err := j.restores.read(file)
	if err != nil {
		return nil, err
	}
	if f == nil {
		end = content[max(0, len(content)-tailBytes):]
	} else {
		content = f.withPending(content)
	}
	said, err := readRepublished(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.restores.at(file), err)
	}
	j.marks.put(file, end, said)
	return said, nil
}

// stamp is another whenever something was added.
func (f *opened) stamp() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fmt.Appendf(nil, "%d+%d", f.size, len(f.pending))
}

// withPending is the content of the file once what could not be written yet is in it.
func (f *opened) withPending(content []byte) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.pending) == 0 {
		return content
	}
	size := min(f.size, int64(len(content)))
	return append(content[:size:size], f.pending...)
}

// readRepublished reads what a file of messages says of deleted entries.
func readRepublished(content []byte) (map[model.Key]model.Republished, error) {
	p := readPublished(content)
	switch {
	case p.other != 0:
		return nil, errors.New(versionText(p.other))
	case len(p.bad) > 0 && p.bad[0] == 1:
		return nil, errors.New("which deleted entries were published cannot be read: move it away once you have looked in the logs")
	case p.begun == nil:
		return nil, nil
	}
	known := map[model.Key]model.Republished{}
	of := model.Republished{Trash: string(p.begun.Republish.Trash), Label: string(p.begun.Republish.Label), At: p.begun.At.time()}
	for i := range p.begun.Republish.Entries {
		k, err := p.begun.Republish.Entries[i].key()
		if err != nil {
			return nil, err
		}
		// A call is made once its line is there as a whole, so that only a line in the middle can have been one.
		if of.Key, of.State = k, model.NotSent; len(p.bad) > 0 {
			of.State = model.InDoubt
		}
		known[k] = of
	}
	for i := range p.all {
		m := &p.all[i]
		if m.From == (model.Key{}) {
			continue
		}
		of.Key, of.At, of.State, of.MessageID = m.From, m.At, model.InDoubt, ""
		if m.Answered {
			of.State, of.MessageID = model.PublishedState(m.Err), m.Created.MessageID
		}
		known[m.From] = of
	}
	return known, nil
}

// marked is what files said when they were read, with what tells that they are the same, as [leftover] has operations.
type marked struct {
	mu    sync.Mutex
	files map[string]markedFile
}

type markedFile struct {
	end  string
	said map[model.Key]model.Republished
}

func (m *marked) get(file string, end []byte) (said map[model.Key]model.Republished, same bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, known := m.files[file]
	return f.said, known && f.end == string(end)
}

func (m *marked) put(file string, end []byte, said map[model.Key]model.Republished) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.files == nil {
		m.files = map[string]markedFile{}
	}
	m.files[file] = markedFile{string(end), said}
}

// countPublished counts what of the trash was published anew, or may have been.
func countPublished(all []model.Trashed, known map[model.Key]model.Republished) {
	byName := map[string]int{}
	for i := range all {
		byName[all[i].Name] = i
	}
	for _, r := range known {
		i, is := byName[r.Trash]
		if !is || !r.MayBeOut() {
			continue
		}
		o := &all[i]
		if r.State == model.Sent {
			o.Published++
		} else {
			o.Perhaps++
		}
		if tellsMore(r, o.Last) {
			o.Last = r
		}
	}
}

// tellsMore tells whether a is told rather than b: what is in doubt first, and then what was last.
func tellsMore(a, b model.Republished) bool {
	if a.State != b.State {
		return a.State == model.InDoubt || b.State == model.NotSent
	}
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Key.ID, b.Key.ID)) > 0
}
