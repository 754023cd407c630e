package emulator

import (
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
)

// recordPath answers GET with what has become of every entry, for scripts. It
// is no part of the API: it takes no token, counts against no limit, suffers
// no fault, and only answers this machine.
const recordPath = "/_emulator/record"

type recordJSON struct {
	Counts  map[FateState]int `json:"counts"`
	Entries []fateJSON        `json:"entries"`
}

type fateJSON struct {
	DLQID           string        `json:"dlqId"`
	Workflow        bool          `json:"workflow"`
	State           FateState     `json:"state"`
	MessageIDs      []string      `json:"messageIds"`
	Runs            []runIdentity `json:"runs"`
	Deduplicated    int           `json:"deduplicated"`
	CallbackRetries int           `json:"callbackRetries"`
	CallbackCancels int           `json:"callbackCancels"`
	Delivered       bool          `json:"delivered"`
	BackAs          string        `json:"backAs"`
}

// serveRecord answers a request for the record and says whether it was one.
func (s *Server) serveRecord(w http.ResponseWriter, r *http.Request) bool {
	if r.URL.Path != recordPath {
		return false
	}
	switch {
	case !isLoopback(r.RemoteAddr):
		textAnswer(http.StatusForbidden, "for this machine only").write(w, 0)
	case r.Method != http.MethodGet:
		textAnswer(http.StatusMethodNotAllowed, "Method Not Allowed").write(w, 0)
	default:
		jsonAnswer(http.StatusOK, s.record()).write(w, 0)
	}
	return true
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}

// record is what has become of every entry ever, oldest first.
func (s *Server) record() (all recordJSON) {
	s.locked(func() {
		all = recordJSON{Counts: map[FateState]int{}, Entries: []fateJSON{}}
		for _, e := range s.dlq.everything() {
			shape := e.fateJSON()
			all.Counts[shape.State]++
			all.Entries = append(all.Entries, shape)
		}
	})
	return all
}

func (d *deadLetters) everything() []*entry {
	all := slices.AppendSeq(slices.Collect(maps.Values(d.known[plainScope])), maps.Values(d.known[workflowScope]))
	slices.SortFunc(all, func(a, b *entry) int {
		if order := a.key.compare(b.key); order != 0 {
			return order
		}
		return strings.Compare(a.DLQID, b.DLQID)
	})
	return all
}

func (e *entry) fateJSON() fateJSON {
	fate := e.fateNow()
	shape := fateJSON{
		DLQID: e.DLQID, Workflow: e.isWorkflow(), State: fate.State,
		MessageIDs: append([]string{}, fate.MessageIDs...), Runs: []runIdentity{}, Deduplicated: fate.Deduplicated,
		CallbackRetries: fate.CallbackRetries, CallbackCancels: fate.CallbackCancels,
		Delivered: fate.Delivered, BackAs: fate.BackAs,
	}
	for _, r := range fate.Runs {
		shape.Runs = append(shape.Runs, runIdentity{r.ID, r.CreatedAt.UnixMilli()})
	}
	return shape
}
