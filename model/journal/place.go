package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"redrive/model"
)

const (
	folderMode = 0o700
	fileMode   = 0o600
)

// Dir is the folder that the journals of all DLQs are in: redrive in $XDG_STATE_HOME, which is ~/.local/state unless it is
// set. A relative XDG_STATE_HOME counts as none.
func Dir(getenv func(string) string) (string, error) {
	if state := getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "redrive"), nil
	}
	home := getenv("HOME")
	if !filepath.IsAbs(home) {
		return "", errors.New("there is no HOME to keep the journal in: set XDG_STATE_HOME, or start with --no-journal")
	}
	return filepath.Join(home, ".local", "state", "redrive"), nil
}

// folderName is a name of a folder for a DLQ. It is another for every DLQ, whatever its name is made of.
func folderName(dlq model.DLQ) string {
	const longest = 80
	plain := strings.Map(func(r rune) rune {
		if isNameRune(r) {
			return r
		}
		return '_'
	}, string(dlq))
	sum := sha256.Sum256([]byte(dlq))
	return strings.TrimLeft(plain[:min(len(plain), longest)], ".") + "-" + hex.EncodeToString(sum[:4])
}

func isNameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r)
}

// prepare makes a folder that is for the user only, or makes one that is there so.
func prepare(path string) error {
	if err := os.MkdirAll(path, folderMode); err != nil {
		return sentence(path, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return sentence(path, err)
	}
	if !info.IsDir() {
		return sentence(path, syscall.ENOTDIR)
	}
	if owner, known := info.Sys().(*syscall.Stat_t); known && int(owner.Uid) != os.Geteuid() {
		return fmt.Errorf("the journal cannot be kept in %s, which belongs to another user: %s", path, elsewhere)
	}
	if info.Mode().Perm()&^folderMode == 0 {
		return nil
	}
	if err := os.Chmod(path, folderMode); err != nil {
		return fmt.Errorf("the journal cannot be kept in %s, which others can read (%w): run chmod 700 on it", path, plainError(err))
	}
	return nil
}

// tighten makes the files of a folder such that only the user can read them.
func tighten(path string) error {
	files, err := os.ReadDir(path)
	if err != nil {
		return sentence(path, err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&^fileMode == 0 {
			continue
		}
		name := filepath.Join(path, f.Name())
		if err := os.Chmod(name, fileMode); err != nil {
			return fmt.Errorf("the journal %s can be read by others (%w): run chmod 600 on it", name, plainError(err))
		}
	}
	return nil
}

const elsewhere = "set XDG_STATE_HOME to a folder of yours, or start with --no-journal"

// sentence says what is in the way of a journal, and what to do.
func sentence(path string, err error) error {
	advice := elsewhere
	what := plainError(err)
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		what, advice = errors.New("the disk is full"), "make room, or start with --no-journal"
	case errors.Is(err, syscall.EROFS):
		what = errors.New("the file system is read-only")
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrExist):
		what, advice = errors.New("a file is in the place of a folder"), "move it away, or start with --no-journal"
	case errors.Is(err, fs.ErrPermission):
		what = errors.New("it may not be written")
	}
	return fmt.Errorf("the journal cannot be kept in %s (%w): %s", path, what, advice)
}

// plainError is what went wrong without the path, which an error of package os repeats.
func plainError(err error) error {
	if p, is := errors.AsType[*fs.PathError](err); is {
		return p.Err
	}
	return err
}
