package journal

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"redrive/model"
)

// smallDisk is a file system of its own that has little room.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("a file system cannot be mounted here: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return dir
}

// fill leaves no room, until what it returns is removed.
func fill(t *testing.T, dir string) (path string) {
	t.Helper()
	path = filepath.Join(dir, "filler")
	if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 1<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	return path
}

func TestOnADiskThatIsReallyFullNothingIsSentAndNothingIsLost(t *testing.T) {
	dir, c := smallDisk(t), newClock()
	j := session(t, dir, c)
	o := operation("redrive-1", 100)
	must(t, j.Begin(o))
	do(t, j, answers(made("msg_a"), nil), retry(t, "redrive-1", 0))
	name := saved(t, j, 1)
	filler := fill(t, dir)
	var refused error
	many := make([]int, 100)
	for i := range many {
		many[i] = i
	}
	sent := 0
	for refused == nil && sent < 100 {
		_, refused = j.Wrap(server{do: func(model.Write) (model.WriteResult, error) {
			sent++
			return made("msg_b"), nil
		}}).Do(t.Context(), retry(t, "redrive-1", many...))
	}
	if !isNotRecorded(refused) || !errors.Is(refused, syscall.ENOSPC) {
		t.Fatalf("after %d calls: %v", sent, refused)
	}
	if err := j.Begin(operation("redrive-2", 100)); !isNotRecorded(err) || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("an operation was begun: %v", err)
	}
	if err := j.SaveTrash("redrive-2", []model.Detail{{Body: model.Body{Bytes: noise(8 << 10)}}}, time.Time{}); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("the trash was written: %v", err)
	}
	if err := j.BeginPublishing(republishing(name, "redrive-3", nil, many...)); !isNotRecorded(err) || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("something was to be published: %v", err)
	}
	must(t, os.Remove(filler))
	do(t, j, answers(made("msg_c"), nil), retry(t, "redrive-1", 1))
	must(t, j.Close())

	next := session(t, dir, c)
	r := unfinished(t, next)
	if len(r.Calls) != sent+2 || r.Damage != "" {
		t.Errorf("%d calls were sent, and the record has %d, damage %q", sent+2, len(r.Calls), r.Damage)
	}
	for i, call := range r.Calls {
		if !call.Answered {
			t.Errorf("call %d has no answer", i)
		}
	}
	if all, err := next.Trash(); err != nil || len(all) != 1 {
		t.Errorf("the trash has %+v, error %v", all, err)
	}
}

func TestAReadOnlyFileSystemIsTold(t *testing.T) {
	dir, c := smallDisk(t), newClock()
	first := session(t, dir, c)
	name := saved(t, first, 1)
	must(t, first.Close())
	if out, err := exec.Command("mount", "-o", "remount,ro", dir).CombinedOutput(); err != nil {
		t.Skipf("it cannot be made read-only: %v: %s", err, out)
	}
	j, err := Open(dir, string(account), c.now)
	must(t, err)
	if err := j.Begin(operation("redrive-1", 1)); !isNotRecorded(err) || !errors.Is(err, syscall.EROFS) {
		t.Errorf("an operation was begun: %v", err)
	}
	if err := j.BeginPublishing(republishing(name, "redrive-2", nil, 0)); !isNotRecorded(err) || !errors.Is(err, syscall.EROFS) {
		t.Errorf("something was to be published: %v", err)
	}
	noneUnfinished(t, j)
	if _, err := Open(filepath.Join(dir, "new"), string(account), c.now); err == nil || sentenceProblem(err) != "" || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("a folder that cannot be made: %v", err)
	}
}
