package model

import "time"

// FieldInfo explains a field of the filter line.
type FieldInfo struct {
	Name string
	Hint string // what it takes
}

// FilterFields are the names that may stand before a colon.
func FilterFields() []string {
	names := make([]string, len(filterFields))
	for i, f := range filterFields {
		names[i] = f.name
	}
	return names
}

// FilterFieldInfo explains every field, in the order of [FilterFields].
func FilterFieldInfo() []FieldInfo {
	infos := make([]FieldInfo, len(filterFields))
	for i, f := range filterFields {
		infos[i] = FieldInfo{Name: f.name, Hint: f.takes}
		if f.note != "" {
			infos[i].Hint += "; " + f.note
		}
	}
	return infos
}

// FilterValues are the terms by which others like the entry are found, each as [Filter.String] prints it and
// [Filter.With] takes it. All of them match the entry.
func (e *Entry) FilterValues() []string {
	var terms []string
	for _, f := range filterFields {
		if f.values == nil {
			continue
		}
		for _, v := range f.values(e) {
			t := term{field: f, value: v}
			if v == "" || t.read(time.Time{}) != "" {
				continue // what cannot be written in a filter
			}
			terms = append(terms, Filter{[]term{t}}.String())
		}
	}
	return terms
}
