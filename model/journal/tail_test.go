package journal

import (
	"fmt"
	"testing"
)

// weighed counts the bytes that are read.
type weighed struct {
	disk
	bytes *int
}

func (d weighed) read(name string) ([]byte, error) {
	b, err := d.disk.read(name)
	*d.bytes += len(b)
	return b, err
}

func (d weighed) tail(name string, most int64) ([]byte, error) {
	b, err := d.disk.tail(name, most)
	*d.bytes += len(b)
	return b, err
}

func TestOfAnOperationThatHasEndedOnlyTheEndIsRead(t *testing.T) {
	const operations = 20
	dir, c := t.TempDir(), newClock()
	first := session(t, dir, c)
	for n := range operations {
		name := fmt.Sprint("redrive-", n)
		must(t, first.Begin(operation(name, 500)))
		must(t, first.End(name))
	}
	must(t, first.Begin(operation("redrive-open", 1)))
	must(t, first.Close())

	j, read := session(t, dir, c), 0
	j.ops = weighed{j.ops, &read}
	all, err := j.Unfinished()
	must(t, err)
	if len(all) != 1 || all[0].Operation.Name != "redrive-open" {
		t.Errorf("unfinished: %+v", all)
	}
	if most := (operations + 2) * tailBytes; read > most {
		t.Errorf("%d bytes were read, want at most %d", read, most)
	}
}

func TestTheTailOfAFileIsItsEnd(t *testing.T) {
	for _, d := range []disk{folder{t.TempDir()}, newMemory()} {
		f, err := d.create("1-a.jsonl", []byte("one two three"))
		must(t, err)
		must(t, f.Close())
		for most, want := range map[int64]string{5: "three", 100: "one two three"} {
			if got, err := d.tail("1-a.jsonl", most); err != nil || string(got) != want {
				t.Errorf("%q, %v, want %q", got, err, want)
			}
		}
		if _, err := d.tail("2-b.jsonl", 5); err == nil {
			t.Error("the end of a file that is not there was read")
		}
	}
}
