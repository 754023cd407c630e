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
	From     model.Key // the deleted entry that it is a copy of; zero for none
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
	// From is the id of the deleted entry that it is a copy of.
	From *keyForm `json:"from,omitempty"`
}

func formOfMessage(m model.NewMessage) *publishForm {
	h := sha256.New()
	for _, part := range []string{m.Destination, m.Method, string(m.Body)} {
		_, _ = fmt.Fprintf(h, "%d ", len(part))
		_, _ = io.WriteString(h, part)
	}
	p := &publishForm{
		Destination: text(address(m.Destination)), Queue: text(m.Queue), Labels: texts(m.Overrides.Labels),
		Digest: hex.EncodeToString(h.Sum(nil)[:8]),
	}
	if m.From != (model.Key{}) {
		p.From = formOfKey(m.From)
	}
	return p
}

// Publish records the message around it: what goes where, and not its content. What [model.NewMessage.Valid] refuses is not
// recorded: it is never sent. Messages with the same last label are in one file. The copy of a deleted entry is sent only if
// [Journal.BeginPublishing] was told of it, and once.
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
	if m.From != (model.Key{}) {
		if err := f.mayPublish(m.From); err != nil {
			return nil, 0, err
		}
	} else if f == nil {
		var err error
		if f, err = j.newPublications(label, nil); err != nil {
			return nil, 0, err
		}
	}
	call, err := f.intent(intent)
	if err == nil && f.from != nil {
		f.from[m.From] = true
	}
	return f, call, err
}

// newPublications begins a file of messages with a label.
func (j *Journal) newPublications(label string, r *republishForm) (*opened, error) {
	first, err := seal(line{heading: heading{restoreLine, version}, Session: j.session, At: moment(j.now()), Republish: r})
	if err != nil {
		return nil, err
	}
	name := fileName(j.now(), fmt.Sprintf("%s-%d", j.session, len(j.publishes)), suffix)
	w, err := j.restores.create(name, first)
	if err != nil {
		return nil, err
	}
	f := newOpened(w, int64(len(first)))
	f.reopen = func() (file, error) { return j.restores.open(name) }
	j.labels[label], j.publishes[name] = f, f
	return f, nil
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

// readPublications are the messages in a file. There is no content that it cannot take.
func readPublications(content []byte) []Publication {
	p := readPublished(content)
	if p.other != 0 {
		return []Publication{{Damage: versionText(p.other)}}
	}
	for i := range p.all {
		p.all[i].Damage = damageText(p.bad, p.torn)
	}
	return p.all
}

// publications is what a file of messages says.
type publications struct {
	all   []Publication
	begun *line // the first line of what is published from the trash; nil for other messages
	bad   []int
	torn  bool
	other int // the version, when it is another
}

func readPublished(content []byte) (r publications) {
	byNumber := map[int]int{}
	r.bad, r.torn, r.other = readLines(content, func(kind string, b []byte) error {
		if kind != restoreLine && kind != publishLine && kind != publishedLine {
			return nil
		}
		var l line
		if err := json.Unmarshal(b, &l); err != nil {
			return err
		}
		i, there := byNumber[l.Call]
		switch {
		case kind == restoreLine && r.begun == nil && l.Republish != nil:
			r.begun = &l
		case kind == publishLine && !there && l.Publish != nil:
			from, err := l.Publish.From.key()
			if err != nil {
				return err
			}
			byNumber[l.Call] = len(r.all)
			p := l.Publish
			r.all = append(r.all, Publication{
				At: l.At.time(), Destination: string(p.Destination), Queue: string(p.Queue), Labels: plain(p.Labels), Digest: p.Digest,
				From: from,
			})
		case kind == publishedLine && there:
			r.all[i].Answered, r.all[i].Err = true, l.Error.error()
			if len(l.Created) > 0 {
				r.all[i].Created = l.Created[0].created()
			}
		}
		return nil
	})
	return r
}

// isOver tells whether nothing in a file of publications is left to be found out, once its time is over: what was published from
// the trash cannot be published again by then, as it is not in there any more.
func isOver(content []byte) bool {
	return !slices.ContainsFunc(readPublications(content), func(p Publication) bool { return !p.Answered && p.From == (model.Key{}) })
}
