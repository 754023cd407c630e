package journal

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"redrive/model"
)

const (
	trashSuffix = ".jsonl.gz"
	// trashHead is how many bytes the first line of a file may take.
	trashHead = 4 << 10
)

// trashForm is the first line of a file of entries.
type trashForm struct {
	heading
	Operation text           `json:"operation"`
	At        moment         `json:"at"`
	Until     moment         `json:"until"`
	Number    int            `json:"number"`
	Kinds     map[string]int `json:"kinds"`
}

// trashedForm is a line with an entry.
type trashedForm struct {
	heading
	Entry detailForm `json:"detail"`
}

// SaveTrash keeps whole entries that are about to be deleted, until then, and for 30 days at most; a zero time stands for
// those. It returns once they are safe. What an operation deletes may come in several parts, as when it is gone on with; what
// is in one already is not kept twice. The error says that nothing should be deleted.
func (j *Journal) SaveTrash(operation string, entries []model.Detail, until time.Time) error {
	if err := j.saveTrash(operation, entries, until); err != nil {
		return fmt.Errorf("the entries cannot be kept in the trash (%w): make room before they are deleted", plainError(err))
	}
	return nil
}

func (j *Journal) saveTrash(operation string, entries []model.Detail, until time.Time) error {
	if !isFileName(operation) {
		return fmt.Errorf("the operation's name %q is none", operation)
	}
	if len(entries) == 0 {
		return errors.New("there are none")
	}
	j.trashing.Lock()
	defer j.trashing.Unlock()
	kept, err := j.keptBy(operation)
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(slices.Clone(entries), func(e model.Detail) bool { return kept[e.Key] })
	if len(entries) == 0 {
		return nil
	}
	now := j.now()
	if latest := now.Add(KeptFor); until.IsZero() || until.After(latest) {
		until = latest
	}
	head := trashForm{
		heading: heading{trashLine, version}, Operation: text(operation), At: moment(now), Until: moment(until),
		Number: len(entries), Kinds: map[string]int{},
	}
	for i := range entries {
		head.Kinds[entries[i].Key.Kind.Noun(1)]++
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	add := func(v any) error {
		b, err := seal(v)
		if err == nil {
			_, err = z.Write(b)
		}
		return err
	}
	err = add(head)
	if err == nil {
		// What was written so far can then be read without the rest.
		err = z.Flush()
	}
	for i := range entries {
		if err == nil {
			err = add(trashedForm{heading{Line: entryLine}, formOfDetail(&entries[i])})
		}
	}
	if err = errors.Join(err, z.Close()); err != nil {
		return err
	}
	name, err := j.trashName(operation, now)
	if err != nil {
		return err
	}
	f, err := j.trash.create(name, packed.Bytes())
	if err != nil {
		return err
	}
	return f.Close()
}

// keptBy are the entries that an operation has copies of which can be read.
func (j *Journal) keptBy(operation string) (map[model.Key]bool, error) {
	files, err := sorted(j.trash, trashSuffix)
	if err != nil {
		return nil, err
	}
	kept := map[model.Key]bool{}
	for _, f := range files {
		if f.name != operation && !strings.HasPrefix(f.name, operation+"-") {
			continue
		}
		head, entries, err := j.loadTrash(f.file)
		if err != nil || string(head.Operation) != operation {
			continue
		}
		for i := range entries {
			kept[entries[i].Key] = true
		}
	}
	return kept, nil
}

// trashName is a name that no file of the trash has.
func (j *Journal) trashName(operation string, now time.Time) (string, error) {
	names, err := j.trash.list()
	if err != nil {
		return "", err
	}
	taken := map[string]bool{}
	for _, n := range names {
		taken[n] = true
	}
	name := fileName(now, operation, trashSuffix)
	for n := 2; taken[name]; n++ {
		name = fileName(now, fmt.Sprintf("%s-%d", operation, n), trashSuffix)
	}
	return name, nil
}

// Trash is what is in the trash, oldest first. The records of the operations say what of it was deleted; where there is none, or
// it cannot be read, all of it may have been. While another session is at an operation, nothing of it counts. It comes with an
// error, too, when all that cannot be read is what of it was published anew.
func (j *Journal) Trash() ([]model.Trashed, error) {
	all, err := j.saved()
	if err != nil {
		return nil, err
	}
	deleted, err := j.deletions()
	if err != nil {
		return nil, notRead(err)
	}
	for i := range all {
		if all[i].Damage != "" {
			continue
		}
		d, err := deleted(all[i].Operation)
		if err != nil {
			return nil, notRead(err)
		}
		j.countDeleted(&all[i], d)
	}
	known, err := j.Republished()
	countPublished(all, known)
	return all, err
}

// saved is what is in the trash, oldest first, whether it was deleted or not.
func (j *Journal) saved() ([]model.Trashed, error) {
	files, err := sorted(j.trash, trashSuffix)
	if err != nil {
		return nil, notRead(err)
	}
	var all []model.Trashed
	for _, f := range files {
		content, err := j.trash.head(f.file, trashHead)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, notRead(err)
		}
		o := model.Trashed{Name: f.file, Operation: f.name, At: f.at, Until: f.at.Add(KeptFor)}
		if head, err := readTrashHead(content); err != nil {
			o.Damage = err.Error()
		} else {
			o.Operation, o.At, o.Until, o.Number = string(head.Operation), head.At.time(), head.Until.time(), head.Number
			o.Kinds = map[model.Kind]int{}
			for name, n := range head.Kinds {
				if k, err := kindOf(name); err == nil {
					o.Kinds[k] = n
				}
			}
		}
		all = append(all, o)
	}
	return all, nil
}

func readTrashHead(content []byte) (head trashForm, err error) {
	z, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return head, err
	}
	b, err := bufio.NewReader(z).ReadBytes('\n')
	if err != nil {
		return head, err
	}
	return parseTrashHead(b)
}

func parseTrashHead(b []byte) (head trashForm, err error) {
	b = bytes.TrimSuffix(b, []byte{'\n'})
	var h heading
	switch {
	case !sealed(b) || json.Unmarshal(b, &h) != nil || h.Line != trashLine:
		return head, errors.New("its first line cannot be read")
	case h.Version != version:
		return head, errors.New(versionText(h.Version))
	}
	return head, json.Unmarshal(b, &head)
}

// LoadTrash is what of a file was deleted, or may have been, as it was saved. All of it comes back, or none.
func (j *Journal) LoadTrash(name string) ([]model.Detail, error) {
	entries, err := j.loadDeleted(name)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read from the trash (%w): nothing of it is brought back", name, plainError(err))
	}
	return entries, nil
}

func (j *Journal) loadTrash(name string) (head trashForm, entries []model.Detail, err error) {
	if _, _, ok := parseName(name, trashSuffix); !ok || !isFileName(name) {
		return head, nil, errors.New("there is no such file")
	}
	content, err := j.trash.read(name)
	if err != nil {
		return head, nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return head, nil, err
	}
	content, err = io.ReadAll(z)
	if err != nil {
		return head, nil, err
	}
	first, rest, _ := bytes.Cut(content, []byte{'\n'})
	head, err = parseTrashHead(first)
	if err != nil {
		return head, nil, err
	}
	for n := 2; len(rest) > 0; n++ {
		var b []byte
		b, rest, _ = bytes.Cut(rest, []byte{'\n'})
		var l trashedForm
		if !sealed(b) {
			return head, nil, fmt.Errorf("line %d is damaged", n)
		}
		if err := json.Unmarshal(b, &l); err != nil {
			return head, nil, fmt.Errorf("line %d: %w", n, err)
		}
		d, err := l.Entry.detail()
		if err != nil {
			return head, nil, fmt.Errorf("line %d: %w", n, err)
		}
		entries = append(entries, d)
	}
	if len(entries) != head.Number {
		return head, nil, fmt.Errorf("it has %d entries of %d", len(entries), head.Number)
	}
	return head, entries, nil
}

// RemoveTrash removes what was deleted for good.
func (j *Journal) RemoveTrash(name string) error {
	err := fs.ErrNotExist
	if _, _, ok := parseName(name, trashSuffix); ok && isFileName(name) {
		err = j.trash.remove(name)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be removed from the trash: %w", name, plainError(err))
	}
	return nil
}

// expireTrash removes what is past its time. What cannot be read goes after the longest time that it can have had.
func (j *Journal) expireTrash() error {
	now := j.now()
	all, err := j.saved()
	if err != nil {
		return err
	}
	for _, o := range all {
		if until := earlier(o.Until, o.At.Add(KeptFor)); until.After(now) {
			continue
		}
		if err := j.trash.remove(o.Name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
