package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"redrive/model"
)

// LockedError is an operation that was not begun, since another program on this machine changes entries of the same DLQ.
// It is a [model.NotRecordedError].
type LockedError struct {
	// PID is that program's process id; 0 when it is not known.
	PID int
}

func (e *LockedError) Error() string {
	who := "another redrive"
	if e.PID != 0 {
		who = fmt.Sprintf("another redrive (process %d)", e.PID)
	}
	return fmt.Sprintf("nothing was sent: %s is changing entries of this DLQ: end it first, or go on there (redrives on other machines are not kept out)", who)
}

func (e *LockedError) Unwrap() error {
	return &model.NotRecordedError{Cause: errors.New("another redrive is changing entries of this DLQ")}
}

// OverlapError is an operation that was not begun, since another session worked on this DLQ after this one had read what is
// unfinished. It is a [model.NotRecordedError].
type OverlapError struct {
	Operation string // of the other session
	says      string
}

func (e *OverlapError) Error() string { return "nothing was sent: " + e.Operation + " " + e.says }

func (e *OverlapError) Unwrap() error {
	return &model.NotRecordedError{Cause: errors.New("another redrive worked on " + e.Operation)}
}

// holder is who has the lock, as the lock file says.
type holder struct {
	PID     int    `json:"pid"`
	Session string `json:"session"`
}

const (
	lockTries = 10
	lockPause = 5 * time.Millisecond
)

// lock is taken by the one program that changes entries of a DLQ. The system lets go of it when the program ends, however
// it ends.
type lock struct {
	path string
	f    *os.File // while it is held
}

// take takes the lock. Others look at it for a moment, so that it is tried a few times.
func (l *lock) take(session string) error {
	if l.f != nil {
		return nil
	}
	f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, fileMode)
	if err != nil {
		return plainError(err)
	}
	for try := 1; ; try++ {
		err = flock(f, syscall.LOCK_EX)
		if !errors.Is(err, syscall.EWOULDBLOCK) || try == lockTries {
			break
		}
		time.Sleep(lockPause)
	}
	if err != nil {
		h := readHolder(f)
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return &LockedError{PID: h.PID}
		}
		return fmt.Errorf("%s cannot be locked: %w", l.path, err)
	}
	b, err := json.Marshal(holder{os.Getpid(), session})
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = f.WriteAt(b, 0)
	}
	if err != nil {
		_ = f.Close()
		return plainError(err)
	}
	l.f = f
	return nil
}

// other tells whether another session has the lock, and which; it is empty when it is not known.
func (l *lock) other() (h holder, held bool, err error) {
	if l.f != nil {
		return holder{}, false, nil
	}
	f, err := os.OpenFile(l.path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, os.ErrNotExist) {
		return holder{}, false, nil
	}
	if err != nil {
		return holder{}, false, plainError(err)
	}
	defer func() { _ = f.Close() }()
	err = flock(f, syscall.LOCK_SH)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return readHolder(f), true, nil
	}
	return holder{}, false, err
}

// release lets go of the lock.
func (l *lock) release() error {
	if l.f == nil {
		return nil
	}
	f := l.f
	l.f = nil
	return errors.Join(f.Truncate(0), f.Close())
}

func flock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

func readHolder(f *os.File) (h holder) {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<10))
	if err != nil || json.Unmarshal(b, &h) != nil {
		return holder{}
	}
	return h
}
