package main

import (
	"os"

	"redrive/api"
	"redrive/model"
	"redrive/model/journal"
)

// record is where operations are recorded, with what is known of earlier ones.
type record struct {
	recorder model.Recorder
	trash    model.Trash
	// earlier reads what earlier sessions left unfinished; nil when nothing is recorded.
	earlier func() ([]model.Recorded, error)
	// other tells whether another program has the lock; nil when nothing is locked.
	other func() (pid int, there bool, err error)
	// trouble says what is wrong with it; empty when nothing is.
	trouble string
	wrap    func(model.Backend) model.Backend
	close   func() error
}

// openRecord opens the journal of the client's DLQ. One that cannot be opened refuses everything, so that nothing is sent
// that is not recorded.
func openRecord(o dashboardOptions, client *api.Client) record {
	none := record{wrap: func(b model.Backend) model.Backend { return b }, close: func() error { return nil }}
	if o.noJournal || o.readOnly {
		return none
	}
	if o.demo {
		j := journal.InMemory()
		return record{recorder: j, trash: j, wrap: j.Wrap, close: j.Close}
	}
	dir, err := journal.Dir(os.Getenv)
	if err != nil {
		return none.refusing(err)
	}
	j, err := journal.Open(dir, string(client.DLQ()), o.clock.now)
	if err != nil {
		return none.refusing(err)
	}
	return record{recorder: j, trash: j, wrap: j.Wrap, close: j.Close, earlier: j.Unfinished, other: j.Other}
}

// refusing is a record that cannot be kept.
func (r record) refusing(err error) record {
	r.recorder, r.trouble = refusal{err}, "nothing can be sent: "+err.Error()
	return r
}

// refusal refuses to record anything.
type refusal struct{ err error }

func (r refusal) Begin(model.Operation) error     { return &model.NotRecordedError{Cause: r.err} }
func (r refusal) Note(string, []model.Note) error { return nil }
func (r refusal) End(string) error                { return nil }
func (r refusal) Trouble() error                  { return nil }
