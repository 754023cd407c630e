package emulator

import "container/heap"

// event is something that happens at a time of its own.
type event struct {
	at     instant
	seq    int
	happen func()
}

// timeline holds what is going to happen, soonest first; what is planned for
// the same time happens in the order in which it was planned.
type timeline struct {
	events  eventHeap
	planned int
}

func (t *timeline) plan(at instant, happen func()) {
	t.planned++
	heap.Push(&t.events, event{at, t.planned, happen})
}

// next takes the first event that is due.
func (t *timeline) next(now instant) (event, bool) {
	if len(t.events) == 0 || t.events[0].at > now {
		return event{}, false
	}
	return heap.Pop(&t.events).(event), true
}

type eventHeap []event

func (h eventHeap) Len() int { return len(h) }

func (h eventHeap) Less(i, j int) bool {
	if h[i].at != h[j].at {
		return h[i].at < h[j].at
	}
	return h[i].seq < h[j].seq
}

func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h *eventHeap) Push(x any) { *h = append(*h, x.(event)) }

func (h *eventHeap) Pop() any {
	last := len(*h) - 1
	soonest := (*h)[last]
	(*h)[last] = event{}
	*h = (*h)[:last]
	return soonest
}
