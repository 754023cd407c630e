package journal

import (
	"errors"
	"io/fs"
	"slices"

	"redrive/model"
)

// deletion is what is known of what an operation deleted.
type deletion struct {
	model.Deleted
	// unknown is set when no record tells of it.
	unknown bool
	// elsewhere is set while another session may still delete entries by it.
	elsewhere bool
	ended     bool
}

// has tells whether an entry was deleted, or may have been, which is then in doubt.
func (d *deletion) has(id string) (is, doubt bool) {
	switch {
	case d.unknown:
		return true, true
	case d.elsewhere:
		return false, false
	}
	return d.Has(id)
}

// deletions tells of operations what they deleted. It has read the names of the files once.
func (j *Journal) deletions() (of func(operation string) (deletion, error), err error) {
	files, err := sorted(j.ops, suffix)
	if err != nil {
		return nil, err
	}
	byName := map[string]string{}
	for _, f := range files {
		byName[f.name] = f.file
	}
	known := map[string]deletion{}
	return func(operation string) (deletion, error) {
		if d, is := known[operation]; is {
			return d, nil
		}
		d, err := j.deletion(byName[operation])
		if err == nil {
			known[operation] = d
		}
		return d, err
	}, nil
}

// deletion reads in the file of an operation what it deleted; an empty name stands for no file.
func (j *Journal) deletion(file string) (deletion, error) {
	if file == "" {
		return deletion{unknown: true}, nil
	}
	j.mu.Lock()
	d, known := j.deleted[file]
	j.mu.Unlock()
	if known {
		return d, nil
	}
	content, err := j.ops.read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return deletion{unknown: true}, nil
	}
	if err != nil {
		return d, err
	}
	r := readOperation(file, content)
	if !r.planned || r.Operation.Verb != model.Delete {
		return deletion{unknown: true}, nil
	}
	d = deletion{Deleted: r.Deleted(j.now()), ended: r.Ended}
	j.mu.Lock()
	defer j.mu.Unlock()
	if d.ended {
		if len(d.Doubt) == 0 {
			j.deleted[file] = d // an answer may come after the end
		}
		return d, nil
	}
	if j.lock != nil {
		h, held, err := j.lock.other()
		if err != nil {
			return d, err
		}
		d.elsewhere = held && (h.Session == "" || h.Session == r.session)
	}
	return d, nil
}

// countDeleted counts what of a file was deleted, which needs the file itself only when some was and some was not.
func (j *Journal) countDeleted(o *model.Trashed, d deletion) {
	switch {
	case d.unknown:
		o.Doubt = o.Number
		return
	case d.All && !d.elsewhere:
		return
	case d.elsewhere, len(d.Went)+len(d.Doubt) == 0:
		o.Number, o.Kinds, o.Nothing = 0, map[model.Kind]int{}, d.ended
		return
	}
	_, entries, err := j.loadTrash(o.Name)
	if err != nil {
		o.Damage = err.Error()
		return
	}
	o.Number, o.Kinds = 0, map[model.Kind]int{}
	for i := range entries {
		k := entries[i].Key
		if is, doubt := d.has(k.ID); is {
			o.Number++
			o.Kinds[k.Kind]++
			if doubt {
				o.Doubt++
			}
		}
	}
}

// loadDeleted reads what of a file was deleted.
func (j *Journal) loadDeleted(name string) ([]model.Detail, error) {
	head, entries, err := j.loadTrash(name)
	if err != nil {
		return nil, err
	}
	deleted, err := j.deletions()
	if err != nil {
		return nil, err
	}
	d, err := deleted(string(head.Operation))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(entries, func(e model.Detail) bool {
		is, _ := d.has(e.Key.ID)
		return !is
	}), nil
}
