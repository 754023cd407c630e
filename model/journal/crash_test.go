package journal

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

const crashed = "1-redrive-1.jsonl"

// full is the file of an operation with lines of every kind.
func full(t testing.TB) []byte {
	t.Helper()
	dir := t.TempDir()
	j := session(t, dir, newClock())
	must(t, j.Begin(operation("redrive-1", 5)))
	do(t, j, answers(made("msg_a"), nil), retry(t, "redrive-1", 0))
	_, _ = j.Wrap(answers(model.WriteResult{}, &model.NotFoundError{What: "it"})).Do(t.Context(), retry(t, "redrive-1", 1))
	must(t, j.Note("redrive-1", []model.Note{{Index: 0, Outcome: model.Outcome{State: model.Delivered}}, {Index: 1, Outcome: model.Outcome{State: model.AlreadyGone}}}))
	must(t, j.Close())
	j = session(t, dir, newClock())
	must(t, j.Begin(operation("redrive-1", 5)))
	do(t, j, answers(made("msg_b", "msg_c"), nil), retry(t, "redrive-1", 2, 3))
	_, _ = j.Wrap(answers(model.WriteResult{}, &model.LostAnswerError{Host: "h"})).Do(t.Context(), retry(t, "redrive-1", 4))
	must(t, j.End("redrive-1"))
	b, err := os.ReadFile(theFile(t, dir, "ops"))
	must(t, err)
	return b
}

// kinds counts the lines of each kind.
func kinds(content []byte) map[string]int {
	n := map[string]int{}
	readLines(content, func(kind string, _ []byte) error {
		n[kind]++
		return nil
	})
	return n
}

func TestAFileThatIsCutAnywhereKeepsEveryWholeLineAndInventsNothing(t *testing.T) {
	content := full(t)
	whole := readOperation(crashed, content)
	if whole.Damage != "" || len(whole.Calls) != 4 || !whole.Ended || len(whole.Notes) != 2 {
		t.Fatalf("the whole file: %+v", whole)
	}
	for cut := range len(content) + 1 {
		part := content[:cut]
		r := readOperation(crashed, part)
		n := kinds(part[:bytes.LastIndexByte(part, '\n')+1])
		answered := 0
		for i, call := range r.Calls {
			if !reflect.DeepEqual(call.IDs, whole.Calls[i].IDs) {
				t.Fatalf("cut at %d: call %d is for %v", cut, i, call.IDs)
			}
			if call.Answered {
				answered++
				if !reflect.DeepEqual(call, whole.Calls[i]) {
					t.Fatalf("cut at %d: call %d was answered with %+v", cut, i, call)
				}
			}
		}
		if len(r.Calls) != n[intentLine] || answered != n[resultLine] || r.Ended != (n[endLine] == 1) || len(r.Notes) != 2*n[noteLine] {
			t.Fatalf("cut at %d: %+v of the lines %v", cut, r, n)
		}
		if (n[planLine] == 1) != reflect.DeepEqual(r.Operation, whole.Operation) {
			t.Fatalf("cut at %d: the plan is %+v", cut, r.Operation)
		}
		onLine := cut > 0 && part[cut-1] == '\n'
		if (r.Damage == "") != onLine {
			t.Fatalf("cut at %d: damage %q", cut, r.Damage)
		}
	}
}

func TestASessionGoesOnAfterAFileThatIsCutAnywhere(t *testing.T) {
	content := full(t)
	planEnd := bytes.IndexByte(content, '\n') + 1
	end := bytes.LastIndexByte(content[:len(content)-1], '\n') + 1
	for cut := planEnd; cut <= end; cut++ {
		disk := newMemory()
		_, err := disk.create(crashed, content[:cut])
		must(t, err)
		before := readOperation(crashed, content[:cut])
		j := newJournal(disk, newMemory(), newMemory(), newClock().now)
		if got := unfinished(t, j); !reflect.DeepEqual(got, before.Recorded) {
			t.Fatalf("cut at %d: got %+v, want %+v", cut, got, before.Recorded)
		}
		must(t, j.Begin(before.Operation))
		do(t, j, answers(made("msg_z"), nil), retry(t, "redrive-1", 1))
		must(t, j.Close())
		after := unfinished(t, newJournal(disk, newMemory(), newMemory(), newClock().now))
		n := len(before.Calls)
		if len(after.Calls) != n+1 || n > 0 && !reflect.DeepEqual(after.Calls[:n], before.Calls) || !reflect.DeepEqual(after.Calls[n].Result, made("msg_z")) {
			t.Fatalf("cut at %d: got %+v, want one call more than %+v", cut, after.Calls, before.Calls)
		}
	}
}

func TestAByteThatIsChangedCostsItsLineAndInventsNothing(t *testing.T) {
	content := full(t)
	whole := readOperation(crashed, content)
	rapid.Check(t, func(rt *rapid.T) {
		b := bytes.Clone(content)
		for _, at := range rapid.SliceOfN(rapid.IntRange(0, len(b)-1), 1, 3).Draw(rt, "at") {
			b[at] ^= rapid.SampledFrom([]byte{1, 0x20, 0x80, 0xff}).Draw(rt, "bits")
		}
		if bytes.Equal(b, content) {
			return
		}
		r := readOperation(crashed, b)
		if r.Damage == "" {
			rt.Fatal("the damage is not told")
		}
		for _, call := range r.Calls {
			known := false
			for _, w := range whole.Calls {
				unanswered := w
				unanswered.Answered, unanswered.Result, unanswered.Err = false, model.WriteResult{}, nil
				known = known || reflect.DeepEqual(call, w) || reflect.DeepEqual(call, unanswered)
			}
			if !known {
				rt.Fatalf("there was no call %+v", call)
			}
		}
	})
}

func TestAResultThatIsDamagedLeavesItsCallUnanswered(t *testing.T) {
	lines := strings.SplitAfter(string(full(t)), "\n")
	for i, l := range lines {
		if !strings.Contains(l, `"line":"result"`) || !strings.Contains(l, "msg_a") {
			continue
		}
		torn := append([]string{}, lines...)
		torn[i] = l[:len(l)/2] + "\n"
		r := readOperation(crashed, []byte(strings.Join(torn, "")))
		if len(r.Calls) != 4 || r.Calls[0].Answered || r.Calls[0].Result.Created != nil || !r.Calls[1].Answered || !strings.Contains(r.Damage, "line 3") {
			t.Errorf("%+v", r)
		}
		return
	}
	t.Fatal("there is no such line")
}

func TestAnswersThatContradictEachOtherAreNone(t *testing.T) {
	answer := func(id string) string {
		b, err := seal(line{heading: heading{Line: resultLine}, Call: 1, Created: []createdForm{{MessageID: text(id)}}})
		must(t, err)
		return string(b)
	}
	plan, err := seal(line{heading: heading{planLine, version}, Plan: formOfOperation(operation("redrive-1", 1))})
	must(t, err)
	intent, err := seal(line{heading: heading{Line: intentLine}, Call: 1, IDs: []text{text(id(0))}})
	must(t, err)
	begin := string(plan) + string(intent)
	if r := readOperation(crashed, []byte(begin+answer("msg_a")+answer("msg_b"))); r.Calls[0].Answered || !strings.Contains(r.Damage, "contradict") {
		t.Errorf("two answers: %+v", r)
	}
	if r := readOperation(crashed, []byte(begin+answer("msg_a")+answer("msg_a"))); !r.Calls[0].Answered || r.Damage != "" {
		t.Errorf("the same answer twice: %+v", r)
	}
	if r := readOperation(crashed, []byte(string(plan)+answer("msg_a"))); len(r.Calls) != 0 || !strings.Contains(r.Damage, "calls that cannot be read") {
		t.Errorf("an answer without a call: %+v", r)
	}
}

func TestLinesThatAreThereTwiceChangeNothing(t *testing.T) {
	content := full(t)
	whole := readOperation(crashed, content)
	lines := bytes.SplitAfter(content, []byte{'\n'})
	rapid.Check(t, func(rt *rapid.T) {
		var b []byte
		for _, l := range lines {
			again := bytes.Contains(l, []byte(`"line":"note"`))
			b = append(b, l...)
			if !again && rapid.Bool().Draw(rt, "twice") {
				b = append(b, l...)
			}
		}
		if r := readOperation(crashed, b); !reflect.DeepEqual(r.Recorded, whole.Recorded) {
			rt.Fatalf("got %+v\nwant %+v", r.Recorded, whole.Recorded)
		}
	})
}

func TestLinesOfAnotherKindAreSkippedAndAnotherVersionIsTold(t *testing.T) {
	plan, err := seal(line{heading: heading{planLine, version}, Plan: formOfOperation(operation("redrive-1", 1))})
	must(t, err)
	odd, err := seal(map[string]any{"line": "weather", "notes": "rain", "call": "none"})
	must(t, err)
	if r := readOperation(crashed, append(plan, odd...)); r.Damage != "" || !r.planned {
		t.Errorf("a line of another kind: %+v", r)
	}
	newer, err := seal(map[string]any{"line": "plan", "version": 2, "plan": "elsewhere"})
	must(t, err)
	disk := newMemory()
	_, err = disk.create(crashed, newer)
	must(t, err)
	j := newJournal(disk, newMemory(), newMemory(), newClock().now)
	r := unfinished(t, j)
	if r.Operation.Name != "redrive-1" || !strings.Contains(r.Damage, "another version") {
		t.Errorf("another version: %+v", r)
	}
	if err := j.End("redrive-1"); err == nil {
		t.Error("a file of another version was written to")
	}
}

func TestAFileWhosePlanCannotBeReadIsToldOnceAndIsKept(t *testing.T) {
	content := full(t)
	content[10] ^= 1
	end := bytes.LastIndexByte(content[:len(content)-1], '\n') + 1
	disk := newMemory()
	_, err := disk.create(crashed, content[:end])
	must(t, err)
	j := newJournal(disk, newMemory(), newMemory(), newClock().now)
	r := unfinished(t, j)
	if r.Operation.Name != "redrive-1" || len(r.Calls) != 4 || !strings.Contains(r.Damage, "its plan cannot be read; it is kept as "+crashed+setAside) {
		t.Errorf("%+v", r)
	}
	if err := j.Begin(operation("redrive-1", 5)); !isNotRecorded(err) {
		t.Errorf("it was begun again: %v", err)
	}
	noneUnfinished(t, j)
	noneUnfinished(t, newJournal(disk, newMemory(), newMemory(), newClock().now))
	if kept, err := disk.read(crashed + setAside); err != nil || !bytes.Equal(kept, content[:end]) {
		t.Errorf("it is kept as %q, error %v", kept, err)
	}
}

func TestNothingIsLostWhenAFileCannotBeSetAside(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	must(t, session(t, dir, c).Begin(operation("redrive-1", 1)))
	file := theFile(t, dir, "ops")
	must(t, os.WriteFile(file, []byte("no plan\n"), 0o600))
	must(t, os.WriteFile(file+setAside, []byte("mine"), 0o600))
	j := session(t, dir, c)
	for range 2 {
		if r := unfinished(t, j); strings.Contains(r.Damage, "kept as") {
			t.Errorf("it says %q", r.Damage)
		}
	}
	must(t, os.Remove(file+setAside))
	if r := unfinished(t, j); !strings.Contains(r.Damage, "it is kept as "+file+setAside) {
		t.Errorf("it says %q", r.Damage)
	}
	noneUnfinished(t, j)
}

func TestAPlanThatThisVersionCannotHaveIsNoPlan(t *testing.T) {
	for name, change := range map[string]func(*planForm){
		"verb":    func(p *planForm) { p.Verb = "forward" },
		"kind":    func(p *planForm) { p.Kind = "letter" },
		"setting": func(p *planForm) { p.Settings = map[string]text{"colour": "red"} },
	} {
		p := formOfOperation(operation("redrive-1", 1))
		change(p)
		b, err := seal(line{heading: heading{planLine, version}, Plan: p})
		must(t, err)
		if r := readOperation(crashed, b); r.planned || !strings.Contains(r.Damage, "line 1 cannot be read") {
			t.Errorf("%s: %+v", name, r)
		}
	}
	for name, n := range map[string]noteForm{
		"state": {State: "lost in the post"},
		"verb":  {State: "sent", Verb: "forward"},
		"kind":  {State: "sent", BackAs: &keyForm{Kind: "letter"}},
		"entry": {State: "sent", Index: 1},
	} {
		plan, err := seal(line{heading: heading{planLine, version}, Plan: formOfOperation(operation("redrive-1", 1))})
		must(t, err)
		b, err := seal(line{heading: heading{Line: noteLine}, Notes: []noteForm{n, {State: "delivered"}}})
		must(t, err)
		r := readOperation(crashed, append(plan, b...))
		if len(r.Notes) != 1 || r.Notes[0].Outcome.State != model.Delivered || !strings.Contains(r.Damage, "line 2") {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func FuzzAnyFileCanBeRead(f *testing.F) {
	content := full(f)
	f.Add(content)
	f.Add(content[:len(content)/2])
	f.Add([]byte("{}\n\n\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := readOperation(crashed, b)
		n := kinds(b)
		if len(r.Calls) > n[intentLine] || r.Ended != (n[endLine] > 0) && r.other == 0 && r.Damage == "" {
			t.Errorf("%+v of the lines %v", r, n)
		}
		for _, c := range r.Calls {
			if !c.Answered && (c.Err != nil || c.Result.Created != nil) {
				t.Errorf("a call without an answer has one: %+v", c)
			}
		}
		if hasEnded(b) && r.other == 0 && !r.Ended && r.Damage == "" {
			t.Error("it has ended, and does not say so")
		}
		readPublications(b)
		_, _ = readTrashHead(b)
		_, _ = parseTrashHead(b)
	})
}

func FuzzAnyLineCanBeRead(f *testing.F) {
	for _, l := range bytes.Split(full(f), []byte{'\n'}) {
		if len(l) > sumLength {
			f.Add(append(bytes.Clone(l[:len(l)-sumLength]), '}'))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		// With a checksum of its own, whatever stands in a line gets past the first look.
		b = bytes.ReplaceAll(b, []byte{'\n'}, nil)
		if len(b) == 0 {
			return
		}
		sealedLine, err := sealRaw(b)
		must(t, err)
		r := readOperation(crashed, sealedLine)
		if n := len(r.Operation.Entries); r.planned {
			for _, note := range r.Notes {
				if note.Index < 0 || note.Index >= n {
					t.Errorf("a note of entry %d of %d", note.Index, n)
				}
			}
			again := formOfOperation(r.Operation)
			if o, err := again.operation(); err != nil || !reflect.DeepEqual(o.Entries, r.Operation.Entries) && len(o.Entries) != n {
				t.Errorf("the plan cannot be recorded again: %v", err)
			}
		}
		readPublications(sealedLine)
	})
}

// sealRaw is seal for JSON, or what is none.
func sealRaw(b []byte) ([]byte, error) {
	if len(b) == 0 {
		return nil, errors.New("nothing")
	}
	return sealContent(b[:len(b)-1]), nil
}

func TestTimesOfAnyYearComeBack(t *testing.T) {
	for _, at := range []time.Time{epoch, time.UnixMilli(1 << 50).UTC(), time.Unix(-1<<40, 5).UTC(), epoch.In(time.FixedZone("", 3600))} {
		b, err := moment(at).MarshalJSON()
		must(t, err)
		var m moment
		must(t, m.UnmarshalJSON(b))
		if !m.time().Equal(at) || m.time().Location() != time.UTC {
			t.Errorf("%v came back as %v", at, m.time())
		}
	}
}
