package journal

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"time"

	"redrive/model"
)

// listed is a file with what its name says.
type listed struct {
	file string
	name string
	at   time.Time
}

// sorted are the files of a disk with such a name, oldest first.
func sorted(d disk, suffix string) ([]listed, error) {
	names, err := d.list()
	if err != nil {
		return nil, err
	}
	var files []listed
	for _, n := range names {
		if at, name, ok := parseName(n, suffix); ok {
			files = append(files, listed{n, name, at})
		}
	}
	slices.SortFunc(files, func(a, b listed) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.file, b.file)) })
	return files, nil
}

// tailBytes is how much of a file is read to see whether its last line is its end: far more than that line has.
const tailBytes = 4 << 10

// setAside is the end of the name of a file whose plan cannot be read, once that was told.
const setAside = ".unreadable"

// Unfinished are the operations that have no end, oldest first. Those that this session has begun are not among them, and
// neither are those of another one that still holds the lock. It locks nothing, and may be called again: what has ended is not
// read again.
//
// Of a file that was damaged it has what can be read; of one that another version wrote, its name. [model.Recorded.Damage]
// says so. One whose plan cannot be read, so that nobody can go on with it, is told once: its file is then kept under another
// name, which the damage says.
func (j *Journal) Unfinished() ([]model.Recorded, error) {
	files, alive, err := j.survey()
	if err != nil {
		return nil, err
	}
	var found []model.Recorded
	read, over := map[string]int{}, map[string]bool{}
	for _, file := range files {
		r, size, err := j.readUnfinished(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, notRead(err)
		case r.Ended:
			over[file.file] = true
			continue
		case alive(r.session):
			continue
		}
		if !r.planned && r.other == 0 {
			j.setAside(file.file, &r.Recorded)
		}
		read[file.name] = size
		found = append(found, r.Recorded)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.read == nil {
		j.read = map[string]int{}
	}
	for name, size := range read {
		if _, known := j.read[name]; !known {
			j.read[name] = size
		}
	}
	maps.Copy(j.over, over)
	return found, nil
}

// readUnfinished reads an operation; of one that has ended only that.
func (j *Journal) readUnfinished(file listed) (r recording, size int, err error) {
	end, err := j.ops.tail(file.file, tailBytes)
	if err != nil {
		return r, 0, err
	}
	if hasEnded(end) {
		r.Ended = true
		return r, 0, nil
	}
	if r, size, same := j.left.get(file.file, end); same {
		return r, size, nil
	}
	content, err := j.ops.read(file.file)
	if err != nil {
		return r, 0, err
	}
	r = readOperation(file.file, content)
	j.left.put(file.file, content, r)
	return r, len(content), nil
}

// leftover is what was read of the operations that others left, by file. Lines are only ever added, each with a time and a
// checksum: a file with the same end is the same.
type leftover struct {
	mu    sync.Mutex
	files map[string]leftFile
}

type leftFile struct {
	end  string
	size int
	recording
}

func (l *leftover) get(file string, end []byte) (r recording, size int, same bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f, known := l.files[file]
	return f.recording, f.size, known && f.end == string(end)
}

func (l *leftover) put(file string, content []byte, r recording) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.files == nil {
		l.files = map[string]leftFile{}
	}
	l.files[file] = leftFile{string(content[max(0, len(content)-tailBytes):]), len(content), r}
}

// setAside gives a file that nobody can go on with a name under which it is not looked at any more.
func (j *Journal) setAside(file string, r *model.Recorded) {
	if j.ops.rename(file, file+setAside) == nil {
		r.Damage += "; it is kept as " + j.ops.at(file+setAside)
	}
}

// leftByOthers refuses to begin anything while there is an operation of another session that this one was not told of: its
// entries may have been sent. It needs the lock, under which nobody else begins one.
func (j *Journal) leftByOthers() error {
	if j.lock == nil || j.read == nil || j.surveyed {
		return nil
	}
	files, err := sorted(j.ops, suffix)
	if err != nil {
		return err
	}
	for _, file := range files {
		if _, known := j.read[file.name]; known || j.over[file.file] || j.open[file.name] != nil {
			continue
		}
		switch r, _, err := j.readUnfinished(file); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case !r.Ended:
			return &OverlapError{file.name, "was left unfinished by another redrive meanwhile, and is shown now: look at it, and plan again"}
		default:
			j.over[file.file] = true
		}
	}
	j.surveyed = true
	return nil
}

// Other tells whether another session on this machine has the lock, with its process id; 0 when it is not known.
func (j *Journal) Other() (pid int, there bool, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.lock == nil || j.closed {
		return 0, false, nil
	}
	h, there, err := j.lock.other()
	if err != nil {
		return 0, false, notRead(err)
	}
	return h.PID, there, nil
}

// survey lists the operations that are not known to have ended, without those that this session has begun, and tells which
// sessions are alive.
func (j *Journal) survey() (files []listed, alive func(session string) bool, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if files, err = sorted(j.ops, suffix); err != nil {
		return nil, nil, notRead(err)
	}
	files = slices.DeleteFunc(files, func(f listed) bool { return j.over[f.file] || j.open[f.name] != nil && !j.closed })
	// The lock is looked at last: who began one of the files has it by now, or has ended.
	var holder holder
	held := false
	if j.lock != nil {
		if holder, held, err = j.lock.other(); err != nil {
			return nil, nil, notRead(err)
		}
	}
	return files, func(of string) bool {
		// A holder that has not written its name yet may have begun any of them.
		return held && (holder.Session == "" || holder.Session == of)
	}, nil
}

// Past are the n operations that began last of those that have ended, the latest first.
func (j *Journal) Past(n int) ([]model.Recorded, error) {
	files, err := sorted(j.ops, suffix)
	if err != nil {
		return nil, notRead(err)
	}
	var found []model.Recorded
	for _, file := range slices.Backward(files) {
		if len(found) >= n {
			break
		}
		content, err := j.ops.read(file.file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, notRead(err)
		}
		if r := readOperation(file.file, content); r.Ended {
			found = append(found, r.Recorded)
		}
	}
	return found, nil
}

// expire removes what has been kept for long enough. What has not ended, or cannot be read, stays.
func (j *Journal) expire() error {
	oldest := j.now().Add(-KeptFor)
	err := expire(j.ops, oldest, func(file string, content []byte) bool { return readOperation(file, content).Ended })
	if err == nil {
		err = expire(j.restores, oldest, func(_ string, content []byte) bool { return isOver(content) })
	}
	if err == nil {
		err = j.expireTrash()
	}
	for _, d := range []disk{j.ops, j.restores, j.trash} {
		if err == nil {
			err = removeTemporary(d, j.now().Add(-24*time.Hour))
		}
	}
	return err
}

func expire(d disk, oldest time.Time, over func(file string, content []byte) bool) error {
	files, err := sorted(d, suffix)
	if err != nil {
		return err
	}
	for _, f := range files {
		if !f.at.Before(oldest) {
			return nil
		}
		content, err := d.read(f.file)
		if err != nil || !over(f.file, content) {
			continue
		}
		if err := d.remove(f.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// removeTemporary removes files that were never finished. One that was begun lately may be about to be.
func removeTemporary(d disk, oldest time.Time) error {
	names, err := d.list()
	if err != nil {
		return err
	}
	for _, name := range names {
		if !isTemporary(name) || !isOlder(name, oldest) {
			continue
		}
		if err := d.remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// isOlder tells whether a file that was never finished was begun before then.
func isOlder(temporary string, oldest time.Time) bool {
	at, _, ok := parseName(temporary[1:], unfinishedSuffix)
	return ok && at.Before(oldest)
}

func notRead(err error) error {
	return errors.New("the journal cannot be read (" + plainError(err).Error() + "): look at its folder, or start with --no-journal")
}
