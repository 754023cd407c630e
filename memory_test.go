package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

var garbage []byte

func TestGarbageIsGivenBackOnceNothingHappens(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	runtime.GC()
	before := memoryNow()
	const size = 32 << 20 // what is told of it is not exact
	garbage = make([]byte, size)
	garbage = nil
	held := memoryNow()
	if held.spare < size-tidyFrom || held.collections != before.collections {
		t.Fatalf("%d bytes of garbage are held to be %+v", size, held)
	}
	tidy(before)
	if now := memoryNow(); now.spare >= tidyFrom || now.collections == held.collections {
		t.Errorf("what is left is %+v", now)
	}
	garbage = make([]byte, size)
	garbage = nil
	tidy(before)
	if now := memoryNow(); now.spare < size-tidyFrom {
		t.Errorf("while garbage was collected anyhow, memory was given back: %+v", now)
	}
}
