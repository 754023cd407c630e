package journal

import (
	"io/fs"
	"slices"
	"sync"
)

// memory keeps files for as long as the program runs.
type memory struct {
	mu    sync.Mutex
	files map[string]*memoryFile
}

type memoryFile struct {
	disk    *memory
	content []byte
}

func newMemory() *memory { return &memory{files: map[string]*memoryFile{}} }

func (m *memory) list() ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	for name := range m.files {
		names = append(names, name)
	}
	return names, nil
}

func (m *memory) read(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, there := m.files[name]
	if !there {
		return nil, fs.ErrNotExist
	}
	return slices.Clone(f.content), nil
}

func (m *memory) tail(name string, most int64) ([]byte, error) {
	b, err := m.read(name)
	return b[max(0, int64(len(b))-most):], err
}

func (m *memory) head(name string, most int64) ([]byte, error) {
	b, err := m.read(name)
	return b[:min(int64(len(b)), most)], err
}

func (m *memory) create(name string, content []byte) (file, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := &memoryFile{disk: m, content: slices.Clone(content)}
	m.files[name] = f
	return f, nil
}

func (m *memory) open(name string) (file, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, there := m.files[name]
	if !there {
		return nil, fs.ErrNotExist
	}
	return f, nil
}

func (m *memory) remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, there := m.files[name]; !there {
		return fs.ErrNotExist
	}
	delete(m.files, name)
	return nil
}

func (m *memory) rename(name, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, there := m.files[name]
	if !there {
		return fs.ErrNotExist
	}
	if _, taken := m.files[to]; taken {
		return fs.ErrExist
	}
	delete(m.files, name)
	m.files[to] = f
	return nil
}

func (m *memory) at(name string) string { return name }

func (f *memoryFile) Write(p []byte) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	f.content = append(f.content, p...)
	return len(p), nil
}

func (f *memoryFile) Truncate(size int64) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	f.content = f.content[:size]
	return nil
}

func (f *memoryFile) Sync() error  { return nil }
func (f *memoryFile) Close() error { return nil }
