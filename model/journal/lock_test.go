package journal

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestMain is another redrive when it is told to be: it begins an operation, says so, and holds the lock until its input
// ends or it is killed.
func TestMain(m *testing.M) {
	dir := os.Getenv("JOURNAL_TEST_SECOND")
	if dir == "" {
		os.Exit(m.Run())
	}
	j, err := Open(dir, string(account), newClock().now)
	if err == nil {
		err = j.Begin(operation("redrive-second", 1))
	}
	if err != nil {
		_, _ = os.Stdout.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	_, _ = os.Stdout.WriteString("begun\n")
	_, _ = io.ReadAll(os.Stdin)
	os.Exit(0)
}

// second is another redrive that has begun an operation.
func second(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "JOURNAL_TEST_SECOND="+dir)
	_, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	said, err := bufio.NewReader(out).ReadString('\n')
	if said != "begun\n" {
		t.Fatalf("the other process says %q, error %v", said, err)
	}
	return cmd
}

func TestOneProgramChangesADLQAndAnotherIsToldWhich(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	old := session(t, dir, c)
	must(t, old.Begin(operation("redrive-old", 1)))
	must(t, old.Close())

	other := second(t, dir)
	j := session(t, dir, c)
	err := j.Begin(operation("redrive-mine", 1))
	locked, is := errors.AsType[*LockedError](err)
	if !is || locked.PID != other.Process.Pid || !isNotRecorded(err) || sentenceProblem(err) != "" {
		t.Errorf("while another process has the lock: %v", err)
	}
	if err := j.End("redrive-old"); !errors.Is(err, locked) && !isNotRecorded(err) {
		t.Errorf("an operation was ended without the lock: %v", err)
	}
	if r := unfinished(t, j); r.Operation.Name != "redrive-old" {
		t.Errorf("unfinished is %s", r.Operation.Name)
	}

	must(t, other.Process.Kill())
	_ = other.Wait()
	all, err := j.Unfinished()
	if err != nil || len(all) != 2 {
		t.Fatalf("after it was killed: %+v, error %v", all, err)
	}
	must(t, j.Begin(operation("redrive-mine", 1)))
	if all, err := j.Unfinished(); err != nil || len(all) != 2 {
		t.Fatalf("with the lock: %+v, error %v", all, err)
	}
	must(t, j.Close())
	must(t, session(t, dir, c).Begin(operation("redrive-next", 1)))
}

func TestTwoDLQsHaveTwoLocks(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	must(t, session(t, dir, c).Begin(operation("redrive-1", 1)))
	j, err := Open(dir, "other", c.now)
	must(t, err)
	o := operation("redrive-2", 1)
	o.DLQ = "other"
	must(t, j.Begin(o))
	must(t, j.Close())
}

func TestAHolderThatHasNotSaidItsNameHidesWhatItMayHaveBegun(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	old := session(t, dir, c)
	must(t, old.Begin(operation("redrive-old", 1)))
	must(t, old.Close())
	j := session(t, dir, c)
	f, err := os.OpenFile(filepath.Join(filepath.Dir(filepath.Dir(theFile(t, dir, "ops"))), "lock"), os.O_RDWR, 0)
	must(t, err)
	must(t, flock(f, syscall.LOCK_EX))
	noneUnfinished(t, j)
	var locked *LockedError
	if err := j.Begin(operation("redrive-1", 1)); !errors.As(err, &locked) || locked.PID != 0 || strings.Contains(err.Error(), "process") {
		t.Errorf("%v", err)
	}
	must(t, f.Close())
	unfinished(t, j)
}

func TestALockThatCannotBeTakenIsTold(t *testing.T) {
	l := &lock{path: filepath.Join(t.TempDir(), "none", "lock")}
	if err := l.take("s"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a lock in no folder: %v", err)
	}
	loop := filepath.Join(t.TempDir(), "lock")
	must(t, os.Symlink("/dev/null", loop))
	l = &lock{path: loop}
	if _, _, err := l.other(); err == nil {
		t.Error("a link was followed")
	}
	dir := t.TempDir()
	j := session(t, dir, newClock())
	j.lock.path = loop
	if _, err := j.Unfinished(); err == nil {
		t.Error("what is unfinished was told without the lock being looked at")
	}
	if err := j.Begin(operation("redrive-1", 1)); !isNotRecorded(err) {
		t.Errorf("an operation was begun without the lock: %v", err)
	}
}

func TestWhatAProgramThatWasKilledLeftIsFoundByOneThatRuns(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	noneUnfinished(t, j)
	other := second(t, dir)
	noneUnfinished(t, j)
	if pid, there, err := j.Other(); pid != other.Process.Pid || !there || err != nil {
		t.Errorf("while it runs it is told to be %d, %v, error %v", pid, there, err)
	}
	must(t, other.Process.Kill())
	_ = other.Wait()
	if _, there, err := j.Other(); there || err != nil {
		t.Errorf("after it was killed it is there: %v, error %v", there, err)
	}
	for range 2 {
		if r := unfinished(t, j); r.Operation.Name != "redrive-second" || r.Damage != "" {
			t.Errorf("unfinished is %+v", r)
		}
	}
	must(t, j.Begin(operation("redrive-second", 1)))
	noneUnfinished(t, j)
}

func TestNothingNewIsBegunBeforeItIsKnownWhatAnotherLeft(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j, other := session(t, dir, c), session(t, dir, c)
	noneUnfinished(t, j)
	must(t, other.Begin(operation("redrive-theirs", 1)))
	must(t, other.Close())
	if err := j.Begin(operation("redrive-mine", 1)); !isNotRecorded(err) {
		t.Fatalf("it was begun: %v", err)
	}
	if r := unfinished(t, j); r.Operation.Name != "redrive-theirs" {
		t.Errorf("unfinished is %s", r.Operation.Name)
	}
	must(t, j.Begin(operation("redrive-mine", 1)))
}

func TestAnOperationIsNeverGoneOnWithByTwo(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	first := session(t, dir, c)
	must(t, first.Begin(operation("redrive-1", 2)))
	must(t, first.Close()) // as the system does when it dies
	b, d := session(t, dir, c), session(t, dir, c)
	unfinished(t, b)
	unfinished(t, d)
	must(t, b.Begin(operation("redrive-1", 2)))
	do(t, b, answers(made("msg_a"), nil), retry(t, "redrive-1", 0))
	if err := d.Begin(operation("redrive-1", 2)); !isNotRecorded(err) {
		t.Fatalf("both went on: %v", err)
	}
	must(t, b.Close())
	// What the other sent is not known here.
	if err := d.Begin(operation("redrive-1", 2)); !isNotRecorded(err) || !strings.Contains(err.Error(), "since it was read here") {
		t.Fatalf("what was sent meanwhile would be sent again: %v", err)
	}
	must(t, d.Close())
	e := session(t, dir, c)
	if r := unfinished(t, e); len(r.Calls) != 1 || !r.Calls[0].Answered || r.Damage != "" {
		t.Errorf("unfinished is %+v", r)
	}
	must(t, e.Begin(operation("redrive-1", 2)))
}
