package ui_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"redrive/model"
)

// ledger is what may be sent, which is what a sheet was answered for, once each, and what was. It outlives the programs that
// send.
type ledger struct {
	mu       sync.Mutex
	granted  map[grant]int
	byFilter map[model.Verb]bool
	mine     map[string]bool            // ids that were ever to be acted on
	under    map[grant]string           // the operation that it was granted to last
	sent     map[string]map[string]bool // by operation, the ids that were sent and not refused
	tried    map[string]map[string]bool // the same, refused or not
	lost     map[grant]bool             // of which no answer came back
	wrong    []string
	writes   int
}

// grant is a verb for an entry.
type grant struct {
	verb model.Verb
	kind model.Kind
	id   string
}

func newLedger() *ledger {
	return &ledger{
		granted: map[grant]int{}, byFilter: map[model.Verb]bool{}, mine: map[string]bool{}, under: map[grant]string{},
		sent: map[string]map[string]bool{}, tried: map[string]map[string]bool{}, lost: map[grant]bool{},
	}
}

// grant takes note that a plan was confirmed.
func (l *ledger) grant(p *model.Plan) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.ByFilter() {
		l.byFilter[p.Verb] = true
		return
	}
	for i := range p.Selection.Len() {
		k := p.Selection.At(i)
		g := grant{p.Verb, k.Kind, k.ID}
		l.granted[g]++
		l.under[g] = p.Operation
		l.mine[k.ID] = true
	}
}

// revoke takes all back that was not sent: who was to send it has ended. What is in doubt stays so for those that come after.
func (l *ledger) revoke() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.granted)
	clear(l.byFilter)
}

// send takes off what is sent, and says whether a write by filter is one that was asked for.
func (l *ledger) send(verb model.Verb, kind model.Kind, ids []string, of string) (byFilter bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writes++
	for _, id := range ids {
		g := grant{verb, kind, id}
		if l.granted[g]--; l.granted[g] < 0 {
			l.wrong = append(l.wrong, fmt.Sprintf("%s: to %s %s was not confirmed, or sent before", of, verb, id))
		}
		// Whether a failure function ran shows in the entry.
		if l.lost[g] && !verb.MaySendAgain() && verb != model.RerunFailureFunction {
			l.wrong = append(l.wrong, fmt.Sprintf("%s: to %s %s is in doubt, and cannot be sent again", of, verb, id))
		}
		l.lost[g] = true
		operation := l.under[g]
		if l.sent[operation] == nil {
			l.sent[operation], l.tried[operation] = map[string]bool{}, map[string]bool{}
		}
		l.sent[operation][id], l.tried[operation][id] = true, true
	}
	return l.byFilter[verb]
}

// answered takes note that an answer came back, and of one that refuses that it may be asked for again.
func (l *ledger) answered(verb model.Verb, kind model.Kind, ids []string, refused bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		g := grant{verb, kind, id}
		delete(l.lost, g)
		if refused {
			l.granted[g]++
			delete(l.sent[l.under[g]], id)
		}
	}
}

// saidGone takes note that the server said of entries that they are not there, as a fault lets it say of any: they are in doubt
// no more.
func (l *ledger) saidGone(ids []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.lost, func(g grant, _ bool) bool { return slices.Contains(ids, g.id) })
}

// wasSent tells whether a write of an operation for an entry went out and was not refused, and whether one went out at all.
func (l *ledger) wasSent(operation, id string) (sent, tried bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sent[operation][id], l.tried[operation][id]
}

func (l *ledger) allow(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mine[id] = true
}

func (l *ledger) mistake(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrong = append(l.wrong, fmt.Sprintf(format, args...))
}

// problem is what was sent that should not have been.
func (l *ledger) problem() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.wrong, "; ")
}

// stranger is one of some ids that is in no plan that was confirmed; empty when all are.
func (l *ledger) stranger(ids []string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		if !l.mine[id] {
			return id
		}
	}
	return ""
}
