package journal

import (
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// disk is where files are kept: a folder, or memory.
type disk interface {
	// list names the files, in no order.
	list() ([]string, error)
	read(name string) ([]byte, error)
	// head is the beginning of a file, at most so many bytes.
	head(name string, most int64) ([]byte, error)
	// tail is the end of a file, at most so many bytes.
	tail(name string, most int64) ([]byte, error)
	// create makes a file that is there with all of its content, safely, or not at all.
	create(name string, content []byte) (file, error)
	// open is for going on with a file.
	open(name string) (file, error)
	remove(name string) error
	// rename gives a file another name, and never takes that of another.
	rename(name, to string) error
	// at is how a person finds a file.
	at(name string) string
}

// file takes more at its end.
type file interface {
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
}

// folder is a folder of the user's.
type folder struct{ path string }

const unfinishedSuffix = ".tmp"

func (d folder) at(name string) string { return filepath.Join(d.path, name) }

func (d folder) list() ([]string, error) {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return nil, plainError(err)
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func (d folder) read(name string) ([]byte, error) { return d.head(name, math.MaxInt64) }

func (d folder) head(name string, most int64) ([]byte, error) {
	f, err := os.OpenFile(d.at(name), os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, plainError(err)
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, most))
}

func (d folder) tail(name string, most int64) ([]byte, error) {
	f, err := os.OpenFile(d.at(name), os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, plainError(err)
	}
	defer func() { _ = f.Close() }()
	about, err := f.Stat()
	if err != nil {
		return nil, plainError(err)
	}
	from := max(0, about.Size()-most)
	return io.ReadAll(io.NewSectionReader(f, from, most))
}

func (d folder) create(name string, content []byte) (_ file, err error) {
	temporary := d.at("." + name + unfinishedSuffix)
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_APPEND|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW, fileMode)
	if err != nil {
		return nil, plainError(err)
	}
	made := temporary
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(made)
			err = plainError(err)
		}
	}()
	if _, err := f.Write(content); err != nil {
		return nil, err
	}
	if err := f.Sync(); err != nil {
		return nil, err
	}
	if err := os.Rename(temporary, d.at(name)); err != nil {
		return nil, err
	}
	made = d.at(name)
	if err := d.sync(); err != nil {
		return nil, err
	}
	return f, nil
}

func (d folder) open(name string) (file, error) {
	f, err := os.OpenFile(d.at(name), os.O_WRONLY|os.O_APPEND|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, plainError(err)
	}
	return f, nil
}

func (d folder) remove(name string) error {
	if err := os.Remove(d.at(name)); err != nil {
		return plainError(err)
	}
	return d.sync()
}

func (d folder) rename(name, to string) error {
	if err := os.Link(d.at(name), d.at(to)); err != nil {
		return plainError(err)
	}
	return d.remove(name)
}

// sync makes it last which files there are.
func (d folder) sync() error {
	f, err := os.Open(d.path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// isTemporary tells whether the file is one that was never finished.
func isTemporary(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, unfinishedSuffix)
}
