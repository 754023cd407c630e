package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"redrive/model"
)

// KeptFor is how long operations that have ended are kept, and how long anything is in the trash at most.
const KeptFor = 30 * 24 * time.Hour

// Journal is the record of one DLQ, as one session of the program writes it. It is safe for concurrent use.
type Journal struct {
	now     func() time.Time
	dlq     model.DLQ // empty for any
	session string

	ops, restores, trash disk

	left leftover

	trashing sync.Mutex // held while a name in the trash is chosen and taken
	// republishing is held while it is looked up what was published from the trash, until more of it is begun.
	republishing sync.Mutex
	marks        marked

	// mu is for what follows. Each file has a lock of its own, so that calls of one operation do not wait for another's.
	mu     sync.Mutex
	lock   *lock // nil in memory
	open   map[string]*opened
	labels map[string]*opened // of restores, by their label
	// publishes are all of restores that this session has begun, by their file.
	publishes map[string]*opened
	// over are the files of operations that have ended, which need not be read again.
	over map[string]bool
	// deleted is what operations that have ended deleted, by their file.
	deleted map[string]deletion
	// read is how long the files of unfinished operations were when they were read, by operation; nil before that.
	read map[string]int
	// surveyed is set once this session has the lock and knows all that others left unfinished.
	surveyed bool
	closed   bool
}

var (
	_ model.Recorder = (*Journal)(nil)
	_ model.History  = (*Journal)(nil)
)

// Open is the journal of a DLQ below dir, as [Dir] finds it; dlq is what the client names it. It makes the folders, and
// removes what has been kept for long enough. Its errors say in one sentence what to do. Nothing is locked until
// [Journal.Begin].
func Open(dir, dlq string, now func() time.Time) (*Journal, error) {
	home := filepath.Join(dir, folderName(model.DLQ(dlq)))
	paths := []string{dir, home}
	for _, name := range []string{"ops", "restores", "trash"} {
		paths = append(paths, filepath.Join(home, name))
	}
	for i, path := range paths {
		if err := prepare(path); err != nil {
			return nil, err
		}
		if i > 0 {
			if err := tighten(path); err != nil {
				return nil, err
			}
		}
	}
	j := newJournal(folder{paths[2]}, folder{paths[3]}, folder{paths[4]}, now)
	j.dlq = model.DLQ(dlq)
	j.lock = &lock{path: filepath.Join(home, "lock")}
	if err := j.expire(); err != nil {
		return nil, sentence(home, err)
	}
	return j, nil
}

// InMemory is a journal that is gone when the program ends, of whatever DLQ. It has no file.
func InMemory() *Journal { return newJournal(newMemory(), newMemory(), newMemory(), time.Now) }

func newJournal(ops, restores, trash disk, now func() time.Time) *Journal {
	return &Journal{
		ops: ops, restores: restores, trash: trash, now: now, session: rand.Text(),
		open: map[string]*opened{}, over: map[string]bool{}, deleted: map[string]deletion{}, labels: map[string]*opened{}, publishes: map[string]*opened{},
	}
}

// Begin records a plan, and takes the DLQ's lock, which is held until [Journal.Close]. An operation of another session that
// has not ended is gone on with, when it is the same, and nobody has worked on it since [Journal.Unfinished] read it. Once that
// was called, nothing new is begun while others left something unfinished that it has not told of. The errors are a [LockedError] or a [model.NotRecordedError].
func (j *Journal) Begin(o model.Operation) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return notRecorded(j.begin(o))
}

func (j *Journal) begin(o model.Operation) error {
	if err := j.check(o); err != nil {
		return err
	}
	form := formOfOperation(o)
	if f := j.open[o.Name]; f != nil {
		return f.goOn(form)
	}
	if f, err := j.resume(o.Name, form); err != nil || f != nil {
		return err
	}
	if _, known := j.read[o.Name]; known {
		return errors.New("the plan of the operation " + o.Name + " cannot be read")
	}
	if err := j.leftByOthers(); err != nil {
		return err
	}
	first, err := seal(line{heading: heading{planLine, version}, Session: j.session, At: moment(j.now()), Plan: form})
	if err != nil {
		return err
	}
	w, err := j.ops.create(fileName(j.now(), o.Name, suffix), first)
	if err != nil {
		return err
	}
	f := newOpened(w, int64(len(first)))
	f.setPlan(form)
	f.begun = true
	j.open[o.Name] = f
	return nil
}

func (j *Journal) check(o model.Operation) error {
	switch {
	case j.closed:
		return errors.New("it is closed")
	case !isFileName(o.Name):
		return fmt.Errorf("the operation's name %q is none", o.Name)
	case j.dlq != "" && o.DLQ != j.dlq:
		return errors.New("the operation is for another DLQ")
	case len(o.Entries) == 0 && o.Filter == nil:
		return errors.New("the operation is for nothing")
	case slices.ContainsFunc(o.Entries, func(e model.RecordedEntry) bool { return e.ID == "" }):
		return errors.New("an entry has no id")
	}
	if _, err := verbOf(o.Verb.String()); err != nil {
		return err
	}
	return j.takeLock()
}

func isFileName(name string) bool {
	const longest = 100
	return name != "" && len(name) <= longest && !strings.ContainsFunc(name, func(r rune) bool { return !isNameRune(r) })
}

func (j *Journal) takeLock() error {
	if j.lock == nil {
		return nil
	}
	return j.lock.take(j.session)
}

// resume goes on with the file of an operation that an earlier session began; nil when there is none. With a plan it is begun
// again, which needs the same plan.
func (j *Journal) resume(name string, plan *planForm) (*opened, error) {
	files, err := sorted(j.ops, suffix)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if file.name != name {
			continue
		}
		content, err := j.ops.read(file.file)
		if err != nil {
			return nil, err
		}
		r := readOperation(file.file, content)
		switch {
		case r.other != 0:
			return nil, errors.New(r.Damage)
		case r.Ended:
			return nil, fmt.Errorf("the operation %s has ended", name)
		}
		f := newOpened(nil, int64(len(content)))
		if size, known := j.read[name]; known {
			f.stale = size != len(content)
		}
		f.calls = r.calls
		if r.planned {
			f.setPlan(formOfOperation(r.Operation))
		}
		if plan != nil {
			if err := f.goOn(plan); err != nil {
				return nil, err
			}
		}
		if err := j.takeLock(); err != nil {
			return nil, err
		}
		if f.w, err = j.ops.open(file.file); err != nil {
			return nil, err
		}
		if len(content) > 0 && content[len(content)-1] != '\n' {
			// What was cut off stays on a line of its own, which is none even if only its end was missing.
			f.pending = []byte("~\n")
		}
		if err := f.write(line{heading: heading{Line: resumedLine}, Session: j.session, At: moment(j.now())}); err != nil {
			_ = f.w.Close()
			return nil, err
		}
		j.open[name] = f
		return f, nil
	}
	return nil, nil
}

// find is an operation that was begun in this session, or one of an earlier session that has not ended.
func (j *Journal) find(operation string) (*opened, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, errors.New("it is closed")
	}
	if f := j.open[operation]; f != nil {
		return f, nil
	}
	f, err := j.resume(operation, nil)
	if err == nil && f == nil {
		err = fmt.Errorf("there is no operation %q", operation)
	}
	return f, err
}

// Note records what became of entries of an operation.
func (j *Journal) Note(operation string, notes []model.Note) error {
	if len(notes) == 0 {
		return nil
	}
	f, err := j.find(operation)
	if err != nil {
		return notRecorded(err)
	}
	for _, n := range notes {
		if n.Index < 0 || n.Index >= f.entries() {
			return fmt.Errorf("the operation %s has no entry %d", operation, n.Index)
		}
	}
	return notKept(f.write(line{
		heading: heading{Line: noteLine}, At: moment(j.now()), Notes: convert(notes, formOfNote),
	}))
}

// End records that nothing more is to be done or learnt. An operation of an earlier session can be ended, too.
func (j *Journal) End(operation string) error {
	f, err := j.find(operation)
	if err != nil {
		return notRecorded(err)
	}
	return notKept(f.end(line{heading: heading{Line: endLine}, At: moment(j.now())}))
}

// Trouble is nil unless the result of a call could not be recorded; the next thing that is recorded of that operation brings
// it along. Until then the record has a call of which it is not known what became.
func (j *Journal) Trouble() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, files := range []map[string]*opened{j.open, j.publishes} {
		for _, f := range files {
			if err := f.trouble(); err != nil {
				return fmt.Errorf("the journal lacks an answer (%w): make room; redrive still knows it", err)
			}
		}
	}
	return nil
}

// Close closes the files and lets go of the lock. Operations that have not ended stay so. Nothing is recorded after it.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	var errs []error
	for _, files := range []map[string]*opened{j.open, j.publishes} {
		for _, f := range files {
			errs = append(errs, f.close())
		}
	}
	if j.lock != nil {
		errs = append(errs, j.lock.release())
	}
	return errors.Join(errs...)
}

// notRecorded is the refusal of a call that could not be written down.
func notRecorded(err error) error {
	if _, is := errors.AsType[*model.NotRecordedError](err); err == nil || is {
		return err
	}
	return &model.NotRecordedError{Cause: err}
}

// notKept is the error of what is not about a call to be sent.
func notKept(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the journal cannot be written (%w): make room, and do it again", err)
}
