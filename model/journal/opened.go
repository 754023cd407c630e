package journal

import (
	"encoding/json"
	"errors"
	"reflect"
	"sync"

	"redrive/model"
)

// opened is a file that lines are being added to.
type opened struct {
	mu sync.Mutex
	w  file // nil while reopen is to be asked for it
	// reopen is set for a file that is not kept open between calls.
	reopen func() (file, error)
	// size is how much of the file is known to be there.
	size int64
	// pending could not be written, and goes along with what is written next.
	pending []byte
	// broken is set once it is not known what is on the disk: nothing is written then.
	broken error
	lost   error // why a result is not in the file
	stale  bool  // another session has written to it since it was read
	ended  bool
	closed bool

	// from are the deleted entries that are published with the file, with whether that was begun of each; nil for none.
	from map[model.Key]bool

	begun bool      // in this session
	plan  *planForm // nil when it cannot be read
	ids   map[string]struct{}
	calls int // the highest number of a call
	// under is how many calls are under way.
	under int
}

func newOpened(w file, size int64) *opened { return &opened{w: w, size: size} }

func (f *opened) setPlan(p *planForm) {
	f.plan, f.ids = p, make(map[string]struct{}, len(p.Entries))
	for i := range p.Entries {
		f.ids[string(p.Entries[i].ID)] = struct{}{}
	}
}

func (f *opened) entries() int {
	if f.plan == nil {
		return 0
	}
	return len(f.plan.Entries)
}

// goOn begins the operation of this file again, if it is the same and has not ended.
func (f *opened) goOn(p *planForm) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.ended:
		return errors.New("the operation " + string(p.Operation) + " has ended")
	case f.stale:
		return &OverlapError{string(p.Operation), "was gone on with by another redrive since it was read here: end this one, and start it again"}
	case f.plan == nil:
		return errors.New("the plan of the operation " + string(p.Operation) + " cannot be read")
	case !samePlan(f.plan, p):
		return errors.New("there is another operation with the name " + string(p.Operation))
	}
	f.begun = true
	return nil
}

// samePlan compares what two plans come back as.
func samePlan(a, b *planForm) bool {
	first, err := comesBack(a)
	second, other := comesBack(b)
	return err == nil && other == nil && reflect.DeepEqual(first, second)
}

func comesBack(p *planForm) (again planForm, err error) {
	b, err := json.Marshal(p)
	if err != nil {
		return again, err
	}
	return again, json.Unmarshal(b, &again)
}

// write adds a line, with what is pending, and returns once it is safe.
func (f *opened) write(l line) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.add(l)
}

func (f *opened) add(l line) error {
	b, err := seal(l)
	if err != nil {
		return err
	}
	return f.flush(b)
}

func (f *opened) flush(b []byte) error {
	switch {
	case f.closed:
		return errors.New("it is closed")
	case f.broken != nil:
		return f.broken
	}
	if f.w == nil {
		w, err := f.reopen()
		if err != nil {
			return err
		}
		f.w = w
	}
	all := append(f.pending[:len(f.pending):len(f.pending)], b...)
	if _, err := f.w.Write(all); err != nil {
		err = plainError(err)
		if f.w.Truncate(f.size) != nil {
			f.broken = err
		}
		return err
	}
	if err := f.w.Sync(); err != nil {
		// After a sync that failed, a later one may say that all is well though it is not.
		f.broken = plainError(err)
		_ = f.w.Truncate(f.size)
		return f.broken
	}
	f.size += int64(len(all))
	f.pending, f.lost = nil, nil
	return nil
}

// intent records a call that is about to be made, and gives it its number.
func (f *opened) intent(l line) (call int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return 0, errors.New("the operation has ended")
	}
	l.Call = f.calls + 1
	if err := f.add(l); err != nil {
		return 0, err
	}
	f.calls++
	f.under++
	return f.calls, nil
}

// result records what came back of a call. It is kept when it cannot be written.
func (f *opened) result(l line) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.under--
	b, err := seal(l)
	if err == nil {
		if err = f.flush(b); err != nil {
			f.pending = append(f.pending, b...)
		}
	}
	if err != nil {
		f.lost = err
	}
	f.closeWhenDone()
	if f.reopen != nil && f.under == 0 && f.lost == nil {
		f.letGo()
	}
}

// letGo closes the file until something is to be added again.
func (f *opened) letGo() {
	if f.w != nil {
		_ = f.w.Close()
		f.w = nil
	}
}

// end records the end, which it does once.
func (f *opened) end(l line) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return nil
	}
	if err := f.add(l); err != nil {
		return err
	}
	f.ended = true
	f.closeWhenDone()
	return nil
}

// closeWhenDone closes the file of an operation that has ended, once all its calls have come back.
func (f *opened) closeWhenDone() {
	if f.ended && f.under == 0 && f.lost == nil && !f.closed {
		f.closed = true
		_ = f.w.Close()
	}
}

func (f *opened) trouble() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lost
}

func (f *opened) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	var err error
	if len(f.pending) > 0 {
		err = f.flush(nil)
	}
	f.closed = true
	if f.w != nil {
		err = errors.Join(err, f.w.Close())
	}
	return err
}

// allows refuses a write that is not of the plan.
func (f *opened) allows(w model.Write) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.plan
	switch {
	case !f.begun || p == nil:
		return errors.New("the operation was not begun")
	case f.ended:
		return errors.New("the operation has ended")
	case p.Verb != w.Verb.String():
		return errors.New("the operation is to " + p.Verb + ", not to " + w.Verb.String())
	}
	if w.Selection.Len() == 0 {
		if p.Filter == nil || string(p.DLQ) != string(w.Matching.DLQ()) || p.Kind != w.Matching.Kind().Noun(1) {
			return errors.New("the operation is not for that filter")
		}
		return nil
	}
	if string(p.DLQ) != string(w.Selection.DLQ()) || p.Kind != w.Selection.Kind().Noun(1) {
		return errors.New("the entries are not those of the operation")
	}
	for i := range w.Selection.Len() {
		if _, planned := f.ids[w.Selection.At(i).ID]; !planned {
			return errors.New("an entry is not in the operation's plan")
		}
	}
	return nil
}
