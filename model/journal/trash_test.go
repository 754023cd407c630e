package journal

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

// anyOf is a value with anything in every field that there is.
func anyOf[T any]() *rapid.Generator[T] {
	texts := rapid.OneOf(
		rapid.SampledFrom([]string{"", "a", "é\u2028<&>", "\xff\xc3", "\x00", "{\"base64\":\"\"}", "REDACTED:x", "https://a.example/b", "https://u:p@a.example/?k=v", "Name: value"}),
		rapid.String(),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
	)
	return rapid.Custom(func(t *rapid.T) T {
		var d T
		var fill func(v reflect.Value)
		fill = func(v reflect.Value) {
			switch p := v.Addr().Interface().(type) {
			case *time.Time:
				*p = rapid.SampledFrom([]time.Time{{}, epoch, time.UnixMilli(1763600000123).UTC(), time.UnixMilli(1 << 52).UTC(), time.Unix(0, 1).UTC()}).Draw(t, "time")
				return
			case *model.Kind:
				*p = rapid.SampledFrom(model.Kinds[:]).Draw(t, "kind")
				return
			case *model.Verb:
				*p = rapid.SampledFrom(model.Verbs[:]).Draw(t, "verb")
				return
			case *model.Cause:
				return // it follows from the rest
			case *[]byte:
				*p = rapid.OneOf(rapid.Just([]byte(nil)), rapid.SliceOf(rapid.Byte())).Draw(t, "bytes")
				return
			}
			switch v.Kind() {
			case reflect.Struct:
				for i := range v.NumField() {
					fill(v.Field(i))
				}
			case reflect.Array:
				for i := range v.Len() {
					fill(v.Index(i))
				}
			case reflect.Slice:
				if n := rapid.IntRange(-1, 3).Draw(t, "length"); n >= 0 {
					v.Set(reflect.MakeSlice(v.Type(), n, n))
					for i := range n {
						fill(v.Index(i))
					}
				}
			case reflect.Pointer:
				if rapid.Bool().Draw(t, "there") {
					v.Set(reflect.New(v.Type().Elem()))
					fill(v.Elem())
				}
			case reflect.String:
				v.SetString(texts.Draw(t, "text"))
			case reflect.Bool:
				v.SetBool(rapid.Bool().Draw(t, "bool"))
			case reflect.Int, reflect.Int64:
				v.SetInt(rapid.Int64().Draw(t, "int"))
			case reflect.Uint32:
				v.SetUint(uint64(rapid.Uint32().Draw(t, "uint")))
			default:
				t.Fatalf("there is a field of the type %v", v.Type())
			}
		}
		fill(reflect.ValueOf(&d).Elem())
		return d
	})
}

func TestWhatComesBackFromTheTrashIsWhatWasSaved(t *testing.T) {
	j := InMemory()
	rapid.Check(t, func(rt *rapid.T) {
		entries := rapid.SliceOfN(anyOf[model.Detail](), 1, 4).Draw(rt, "entries")
		for i := range entries {
			entries[i].Cause = entries[i].CauseOf(model.ReadResponse(entries[i].ResponseBody.Bytes))
		}
		must(t, j.SaveTrash("redrive-1", entries, time.Time{}))
		all, err := j.Trash()
		must(t, err)
		got, err := j.LoadTrash(all[0].Name)
		if err != nil || !reflect.DeepEqual(got, entries) {
			rt.Fatalf("error %v\ngot  %#v\nwant %#v", err, got, entries)
		}
		must(t, j.RemoveTrash(all[0].Name))
	})
}

func deleted(kind model.Kind, body string) model.Detail {
	d := model.Detail{Body: model.Body{Bytes: []byte(body)}}
	d.Key = model.Key{DLQ: account, Kind: kind, ID: id(1)}
	return d
}

func TestTheTrashSaysWhatIsInItAndUntilWhen(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	must(t, j.SaveTrash("redrive-1", []model.Detail{deleted(model.Message, "a"), deleted(model.Message, "b")}, epoch.Add(time.Hour)))
	must(t, j.SaveTrash("redrive-1", []model.Detail{deleted(model.WorkflowRun, "c")}, epoch.Add(90*24*time.Hour)))
	c.pass(time.Minute)
	must(t, j.SaveTrash("redrive-2", []model.Detail{deleted(model.Message, "d")}, time.Time{}))
	all, err := session(t, dir, c).Trash()
	must(t, err)
	want := []model.Trashed{
		{Name: all[0].Name, Operation: "redrive-1", At: epoch, Until: epoch.Add(KeptFor), Number: 1, Doubt: 1, Kinds: map[model.Kind]int{model.WorkflowRun: 1}},
		{Name: all[1].Name, Operation: "redrive-1", At: epoch, Until: epoch.Add(time.Hour), Number: 2, Doubt: 2, Kinds: map[model.Kind]int{model.Message: 2}},
		{Name: all[2].Name, Operation: "redrive-2", At: epoch.Add(time.Minute), Until: epoch.Add(time.Minute + KeptFor), Number: 1, Doubt: 1, Kinds: map[model.Kind]int{model.Message: 1}},
	}
	if !reflect.DeepEqual(all, want) {
		t.Errorf("got  %+v\nwant %+v", all, want)
	}
}

func TestTheTrashIsEmptiedInTime(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	must(t, j.SaveTrash("redrive-1", []model.Detail{deleted(model.Message, "a")}, epoch.Add(time.Hour)))
	must(t, j.SaveTrash("redrive-2", []model.Detail{deleted(model.Message, "b")}, time.Time{}))
	damaged, err := filepath.Glob(filepath.Join(dir, "*", "trash", "*redrive-2*"))
	must(t, err)
	must(t, os.WriteFile(damaged[0], []byte("no gzip"), 0o600))
	left := func() int {
		t.Helper()
		all, err := session(t, dir, c).Trash()
		must(t, err)
		return len(all)
	}
	for _, step := range []struct {
		after time.Duration
		left  int
	}{{time.Hour - 1, 2}, {1, 1}, {KeptFor - time.Hour - 1, 1}, {1, 0}} {
		c.pass(step.after)
		if n := left(); n != step.left {
			t.Errorf("%v after the beginning %d are left, not %d", c.now().Sub(epoch), n, step.left)
		}
	}
}

func TestATrashFileThatIsDamagedGivesNothingBack(t *testing.T) {
	dir := t.TempDir()
	j := session(t, dir, newClock())
	must(t, j.SaveTrash("redrive-1", []model.Detail{deleted(model.Message, strings.Repeat("body ", 50)), deleted(model.Message, "b")}, time.Time{}))
	path := theFile(t, dir, "trash")
	content, err := os.ReadFile(path)
	must(t, err)
	for cut := range content {
		must(t, os.WriteFile(path, content[:cut], 0o600))
		if got, err := j.LoadTrash(filepath.Base(path)); err == nil || got != nil || sentenceProblem(err) != "" {
			t.Fatalf("cut at %d: %d entries, error %v", cut, len(got), err)
		}
	}
	must(t, os.WriteFile(path, content[:5], 0o600))
	all, err := j.Trash()
	if err != nil || len(all) != 1 || all[0].Damage == "" || all[0].Operation != "redrive-1" {
		t.Errorf("%+v, error %v", all, err)
	}
}

func TestATrashFileWhoseLinesAreOddGivesNothingBack(t *testing.T) {
	head := trashForm{heading: heading{trashLine, version}, Number: 1}
	newer, two := head, head
	newer.Version, two.Number = 2, 2
	detail := deleted(model.Message, "a")
	entry := trashedForm{heading{Line: entryLine}, formOfDetail(&detail)}
	odd := entry
	odd.Entry.Key.Kind = "letter"
	for name, lines := range map[string][]any{
		"another version": {newer, entry},
		"too few entries": {two, entry},
		"no first line":   {entry},
		"another kind":    {head, odd},
		"another form":    {head, map[string]any{"detail": 1}},
		"no checksum":     {head, nil},
	} {
		j := InMemory()
		var content []byte
		for _, l := range lines {
			b := []byte("{}\n")
			if l != nil {
				var err error
				b, err = seal(l)
				must(t, err)
			}
			content = append(content, b...)
		}
		_, err := j.trash.create("1-x.jsonl.gz", zipped(t, content))
		must(t, err)
		if got, err := j.LoadTrash("1-x.jsonl.gz"); err == nil || got != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestTheTrashTakesAndGivesOnlyWhatIsInIt(t *testing.T) {
	dir := t.TempDir()
	j := session(t, dir, newClock())
	outside := filepath.Join(dir, "1-x.jsonl.gz")
	must(t, os.WriteFile(outside, nil, 0o600))
	for _, name := range []string{"", "..", "../../1-x.jsonl.gz", outside, "1-none.jsonl.gz"} {
		if _, err := j.LoadTrash(name); err == nil {
			t.Errorf("%q was read", name)
		}
		if j.RemoveTrash(name) == nil {
			t.Errorf("%q was removed", name)
		}
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
	if j.SaveTrash("../x", []model.Detail{{}}, time.Time{}) == nil {
		t.Error("a path was taken for the name of an operation")
	}
	if j.SaveTrash("redrive-1", nil, time.Time{}) == nil {
		t.Error("nothing was saved, and no error told")
	}
}

// noise is bytes that cannot be packed, the same each time.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

func TestABodyOfManyBytesComesBack(t *testing.T) {
	j := InMemory()
	big := deleted(model.Message, "")
	big.Body = model.Body{Bytes: noise(1 << 20), Base64: true}
	must(t, j.SaveTrash("redrive-1", []model.Detail{big}, time.Time{}))
	all, err := j.Trash()
	must(t, err)
	if all[0].Number != 1 || all[0].Damage != "" {
		t.Errorf("%+v", all[0])
	}
	got, err := j.LoadTrash(all[0].Name)
	if err != nil || len(got) != 1 || !bytes.Equal(got[0].Body.Bytes, big.Body.Bytes) || !got[0].Body.Base64 {
		t.Errorf("it came back otherwise, error %v", err)
	}
}
