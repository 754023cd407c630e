package main

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// tuneAfter is when the start is over, far more than it takes, and startPercent how much garbage there may be until then, in
	// percent of what is in use.
	tuneAfter    = time.Second
	startPercent = 400
	// tidyEvery is how often it is looked for memory to give back, and tidyFrom from how much on it is.
	tidyEvery = 5 * time.Second
	tidyFrom  = 1 << 20
)

// tuneMemory has garbage collected at a quarter of what is in use, once many rows may be: they are meant to fit a small machine,
// and have hardly a pointer that would have to be followed for it. A quarter of all bodies is much: when nothing is being
// read, memory that is free is given back too.
func tuneMemory() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(startPercent) // the first frame does not wait for the little garbage before it
	time.AfterFunc(tuneAfter, func() {
		debug.SetGCPercent(25)
		tidy(memoryNow())
	})
}

// tidy gives free memory back, now and then, while no garbage is collected anyhow.
func tidy(before memoryUse) {
	now := memoryNow()
	if now.collections == before.collections && now.spare >= tidyFrom {
		debug.FreeOSMemory()
		now = memoryNow()
	}
	time.AfterFunc(tidyEvery, func() { tidy(now) })
}

// memoryUse is what the program has of memory that it may not need, in bytes, and how often garbage was collected.
type memoryUse struct{ spare, collections uint64 }

func memoryNow() memoryUse {
	samples := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/gc/heap/live:bytes"},
		{Name: "/gc/cycles/total:gc-cycles"},
	}
	metrics.Read(samples)
	all, free, live, collections := samples[0].Value.Uint64(), samples[1].Value.Uint64(), samples[2].Value.Uint64(), samples[3].Value.Uint64()
	return memoryUse{spare: free + all - min(live, all), collections: collections}
}
