package journal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"redrive/model"
)

// Publication is a message that was recorded before it was published, with what came back of it.
type Publication struct {
	At          time.Time
	Destination string // without its query
	Queue       string
	Labels      []string
	// Digest tells two messages apart: it is made of the destination, the method and the body.
	Digest   string
	Answered bool
	Created  model.Created
	Err      error // one of package model's, when the answer was one
	// Damage says what of the file that this is in cannot be read; empty when all can.
	Damage string
}

// publishForm is what is recorded of a [model.NewMessage].
type publishForm struct {
	Destination text   `json:"destination"`
	Queue       text   `json:"queue,omitempty"`
	Labels      []text `json:"labels,omitzero"`
	Digest      string `json:"digest"`
}

func formOfMessage(m model.NewMessage) *publishForm {
	h := sha256.New()
	for _, part := range []string{m.Destination, m.Method, string(m.Body)} {
		_, _ = fmt.Fprintf(h, "%d ", len(part))
		_, _ = io.WriteString(h, part)
	}
	return &publishForm{
		Destination: text(address(m.Destination)), Queue: text(m.Queue), Labels: texts(m.Overrides.Labels),
		Digest: hex.EncodeToString(h.Sum(nil)[:8]),
	}
}

// Publish records the message around it: what goes where, and not its content. What [model.NewMessage.Valid] refuses is not
// recorded: it is never sent. Messages with the same last label are in one file.
func (r recorded) Publish(ctx context.Context, m model.NewMessage) (model.Created, error) {
	if err := m.Valid(); err != nil {
		return model.Created{}, err
	}
	j := r.journal
	f, call, err := j.publish(m)
	if err != nil {
		return model.Created{}, notRecorded(err)
	}
	created, err := r.Backend.Publish(ctx, m)
	l := line{heading: heading{Line: publishedLine}, At: moment(j.now()), Call: call, Error: formOfError(err)}
	if err == nil {
		l.Created = []createdForm{formOfCreated(created)}
	}
	if l.Error != nil {
		// The server may repeat what it was sent.
		l.Error.Detail = ""
	}
	f.result(l)
	return created, err
}

// publish records the intent of a publication.
func (j *Journal) publish(m model.NewMessage) (*opened, int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, 0, errors.New("it is closed")
	}
	label := ""
	if n := len(m.Overrides.Labels); n > 0 {
		label = m.Overrides.Labels[n-1]
	}
	intent := line{heading: heading{Line: publishLine}, At: moment(j.now()), Publish: formOfMessage(m)}
	f := j.labels[label]
	if f == nil {
		first, err := seal(line{heading: heading{restoreLine, version}, Session: j.session, At: moment(j.now())})
		if err != nil {
			return nil, 0, err
		}
		name := fileName(j.now(), fmt.Sprintf("%s-%d", j.session, len(j.labels)), suffix)
		w, err := j.restores.create(name, first)
		if err != nil {
			return nil, 0, err
		}
		f = newOpened(w, int64(len(first)))
		f.reopen = func() (file, error) { return j.restores.open(name) }
		j.labels[label] = f
	}
	call, err := f.intent(intent)
	return f, call, err
}

// Publications are the messages that were published, or of which that is not known, oldest first.
func (j *Journal) Publications() ([]Publication, error) {
	files, err := sorted(j.restores, suffix)
	if err != nil {
		return nil, notRead(err)
	}
	var all []Publication
	for _, file := range files {
		content, err := j.restores.read(file.file)
		if err != nil {
			return nil, notRead(err)
		}
		all = append(all, readPublications(content)...)
	}
	slices.SortStableFunc(all, func(a, b Publication) int { return a.At.Compare(b.At) })
	return all, nil
}

// readPublications reads a file of publications. There is no content that it cannot take.
func readPublications(content []byte) []Publication {
	var all []Publication
	byNumber := map[int]int{}
	bad, torn, other := readLines(content, func(kind string, b []byte) error {
		if kind != publishLine && kind != publishedLine {
			return nil
		}
		var l line
		if err := json.Unmarshal(b, &l); err != nil {
			return err
		}
		i, there := byNumber[l.Call]
		switch {
		case kind == publishLine && !there && l.Publish != nil:
			byNumber[l.Call] = len(all)
			p := l.Publish
			all = append(all, Publication{
				At: l.At.time(), Destination: string(p.Destination), Queue: string(p.Queue), Labels: plain(p.Labels), Digest: p.Digest,
			})
		case kind == publishedLine && there:
			all[i].Answered, all[i].Err = true, l.Error.error()
			if len(l.Created) > 0 {
				all[i].Created = l.Created[0].created()
			}
		}
		return nil
	})
	damage := damageText(bad, torn)
	if other != 0 {
		return []Publication{{Damage: versionText(other)}}
	}
	for i := range all {
		all[i].Damage = damage
	}
	return all
}

// allAnswered tells whether nothing in a file of publications is left to be found out.
func allAnswered(content []byte) bool {
	return !slices.ContainsFunc(readPublications(content), func(p Publication) bool { return !p.Answered })
}
