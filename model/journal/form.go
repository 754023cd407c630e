package journal

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"redrive/model"
)

// planForm is a [model.Operation] in a line.
type planForm struct {
	Operation text                `json:"operation"`
	Verb      string              `json:"verb"`
	DLQ       text                `json:"dlq"`
	Kind      string              `json:"kind"`
	At        moment              `json:"at,omitzero"`
	Labels    []text              `json:"labels,omitzero"`
	Settings  map[string]text     `json:"settings,omitempty"`
	First     int                 `json:"first,omitempty"`
	Canary    bool                `json:"canary,omitempty"`
	StopOff   bool                `json:"neverStops,omitempty"`
	StopLeast int                 `json:"stopsUnder,omitempty"`
	Forward   []text              `json:"forwardedNames,omitempty"`
	Filter    *model.ServerFilter `json:"filter,omitempty"`
	Entries   []entryForm         `json:"entries,omitempty"`
}

// entryForm is a [model.RecordedEntry].
type entryForm struct {
	ID             text   `json:"id"`
	MessageID      text   `json:"messageId,omitempty"`
	RunID          text   `json:"workflowRunId,omitempty"`
	URL            text   `json:"url,omitempty"`
	Status         int    `json:"status,omitempty"`
	Labels         []text `json:"labels,omitzero"`
	FirstLabelOnly bool   `json:"firstLabelOnly,omitempty"`
	FailedAt       moment `json:"failedAt,omitzero"`
	MaxRetries     int    `json:"maxRetries,omitempty"`
	FlowControlKey text   `json:"flowControlKey,omitempty"`
	Rate           int    `json:"rate,omitempty"`
	Parallelism    int    `json:"parallelism,omitempty"`
	Period         int64  `json:"periodNanoseconds,omitempty"`

	Given       map[string]text `json:"given,omitempty"`
	GivenLabels []text          `json:"givenLabels,omitzero"`
}

// createdForm is a [model.Created].
type createdForm struct {
	MessageID    text   `json:"messageId,omitempty"`
	RunID        text   `json:"workflowRunId,omitempty"`
	RunCreatedAt moment `json:"workflowCreatedAt,omitzero"`
	Deduplicated bool   `json:"deduplicated,omitempty"`
	Others       int    `json:"others,omitempty"`
}

// noteForm is a [model.Note].
type noteForm struct {
	Index           int         `json:"entry"`
	State           string      `json:"state"`
	Verb            string      `json:"verb,omitempty"`
	At              moment      `json:"at,omitzero"`
	Reason          text        `json:"reason,omitempty"`
	Created         createdForm `json:"created,omitzero"`
	Among           int         `json:"among,omitempty"`
	NextAt          moment      `json:"nextAt,omitzero"`
	BackAs          *keyForm    `json:"backAs,omitempty"`
	SameFailure     bool        `json:"sameFailure,omitempty"`
	Followed        bool        `json:"followed,omitempty"`
	FoundStillThere bool        `json:"foundStillThere,omitempty"`
	Unfinished      bool        `json:"unfinished,omitempty"`
}

// keyForm is a [model.Key].
type keyForm struct {
	DLQ  text   `json:"dlq"`
	Kind string `json:"kind"`
	ID   text   `json:"id"`
}

func formOfKey(k model.Key) *keyForm { return &keyForm{text(k.DLQ), k.Kind.Noun(1), text(k.ID)} }

// key is the key again; zero for none.
func (f *keyForm) key() (k model.Key, err error) {
	if f == nil {
		return k, nil
	}
	k = model.Key{DLQ: model.DLQ(f.DLQ), ID: string(f.ID)}
	k.Kind, err = kindOf(f.Kind)
	return k, err
}

func formOfOperation(o model.Operation) *planForm {
	p := &planForm{
		Operation: text(o.Name), Verb: o.Verb.String(), DLQ: text(o.DLQ), Kind: o.Kind.Noun(1), At: moment(o.At),
		Labels: texts(o.Overrides.Labels), Settings: formOfSettings(o.Overrides), First: o.First, Canary: o.Canary,
		StopOff: o.Stop.Off, StopLeast: o.Stop.Least,
	}
	for _, f := range o.Overrides.Forward {
		name, _, _ := strings.Cut(f, ":")
		p.Forward = append(p.Forward, text(strings.TrimSpace(name)))
	}
	if o.Filter != nil {
		f := *o.Filter
		f.URLs, f.WorkflowURLs = convert(f.URLs, unsendable), convert(f.WorkflowURLs, unsendable)
		p.Filter = &f
	}
	for i := range o.Entries {
		e := &o.Entries[i]
		p.Entries = append(p.Entries, entryForm{
			ID: text(e.ID), MessageID: text(e.MessageID), RunID: text(e.WorkflowRunID), URL: text(address(e.URL)),
			Status: e.Status, Labels: texts(e.Labels), FirstLabelOnly: e.FirstLabelOnly, FailedAt: moment(e.FailedAt),
			MaxRetries: e.MaxRetries, FlowControlKey: text(e.FlowControlKey), Rate: e.Flow.Rate, Parallelism: e.Flow.Parallelism,
			Period: int64(e.Flow.Period), Given: formOfSettings(e.Given), GivenLabels: texts(e.Given.Labels),
		})
	}
	return p
}

func formOfSettings(o model.Overrides) map[string]text {
	var settings map[string]text
	for i, v := range o.Values {
		s := model.Setting(i)
		if v == "" {
			continue
		}
		if s == model.SetCallback || s == model.SetFailureCallback {
			v = unsendable(v)
		}
		if settings == nil {
			settings = map[string]text{}
		}
		settings[s.Name()] = text(v)
	}
	return settings
}

// setAll sets the settings of a record.
func setAll(o *model.Overrides, recorded map[string]text) error {
	for name, v := range recorded {
		known := false
		for i := range o.Values {
			if model.Setting(i).Name() == name {
				o.Values[i], known = string(v), true
			}
		}
		if !known {
			return fmt.Errorf("there is no setting %q", name)
		}
	}
	return nil
}

func (p *planForm) operation() (model.Operation, error) {
	o := model.Operation{
		Name: string(p.Operation), DLQ: model.DLQ(p.DLQ), At: p.At.time(), Filter: p.Filter,
		First: p.First, Canary: p.Canary, Stop: model.StopRule{Off: p.StopOff, Least: p.StopLeast},
		Overrides: model.Overrides{Labels: plain(p.Labels)},
	}
	var err error
	if o.Verb, err = verbOf(p.Verb); err != nil {
		return model.Operation{}, err
	}
	if o.Kind, err = kindOf(p.Kind); err != nil {
		return model.Operation{}, err
	}
	if err := setAll(&o.Overrides, p.Settings); err != nil {
		return model.Operation{}, err
	}
	for _, name := range p.Forward {
		// A header without a value is refused: it would not be the one that went along.
		o.Overrides.Forward = append(o.Overrides.Forward, string(name)+":")
	}
	for i := range p.Entries {
		e := &p.Entries[i]
		given := model.Overrides{Labels: plain(e.GivenLabels)}
		if err := setAll(&given, e.Given); err != nil {
			return model.Operation{}, err
		}
		o.Entries = append(o.Entries, model.RecordedEntry{
			ID: string(e.ID), MessageID: string(e.MessageID), WorkflowRunID: string(e.RunID), URL: string(e.URL),
			Status: e.Status, Labels: plain(e.Labels), FirstLabelOnly: e.FirstLabelOnly, FailedAt: e.FailedAt.time(),
			MaxRetries: e.MaxRetries, FlowControlKey: string(e.FlowControlKey),
			Flow:  model.FlowLimits{Rate: e.Rate, Parallelism: e.Parallelism, Period: time.Duration(e.Period)},
			Given: given,
		})
	}
	return o, nil
}

func formOfCreated(c model.Created) createdForm {
	return createdForm{
		MessageID: text(c.MessageID), RunID: text(c.WorkflowRunID), RunCreatedAt: moment(c.WorkflowCreatedAt),
		Deduplicated: c.Deduplicated, Others: c.Others,
	}
}

func (c createdForm) created() model.Created {
	return model.Created{
		MessageID: string(c.MessageID), WorkflowRunID: string(c.RunID), WorkflowCreatedAt: c.RunCreatedAt.time(),
		Deduplicated: c.Deduplicated, Others: c.Others,
	}
}

func formOfNote(n model.Note) noteForm {
	o := &n.Outcome
	f := noteForm{
		Index: n.Index, State: o.State.String(), At: moment(o.At), Reason: text(scrub(o.Reason)),
		Created: formOfCreated(o.Created), Among: o.Among, NextAt: moment(o.NextAt), SameFailure: o.SameFailure,
		Followed: o.Followed, FoundStillThere: o.FoundStillThere, Unfinished: o.Unfinished,
	}
	if o.Verb != 0 {
		f.Verb = o.Verb.String()
	}
	if o.BackAs != (model.Key{}) {
		f.BackAs = formOfKey(o.BackAs)
	}
	return f
}

func (f *noteForm) note() (model.Note, error) {
	n := model.Note{Index: f.Index, Outcome: model.Outcome{
		At: f.At.time(), Reason: string(f.Reason), Created: f.Created.created(), Among: f.Among, NextAt: f.NextAt.time(),
		SameFailure: f.SameFailure, Followed: f.Followed, FoundStillThere: f.FoundStillThere, Unfinished: f.Unfinished,
	}}
	var err error
	if n.Outcome.State, err = stateOf(f.State); err != nil {
		return model.Note{}, err
	}
	if f.Verb != "" {
		if n.Outcome.Verb, err = verbOf(f.Verb); err != nil {
			return model.Note{}, err
		}
	}
	n.Outcome.BackAs, err = f.BackAs.key()
	if err != nil {
		return model.Note{}, err
	}
	return n, nil
}

func verbOf(name string) (model.Verb, error) {
	for _, v := range model.Verbs {
		if v.String() == name {
			return v, nil
		}
	}
	return 0, fmt.Errorf("there is no verb %q", name)
}

func kindOf(name string) (model.Kind, error) {
	for _, k := range model.Kinds {
		if k.Noun(1) == name {
			return k, nil
		}
	}
	return 0, fmt.Errorf("there is no kind %q", name)
}

func stateOf(name string) (model.OutcomeState, error) {
	for _, s := range model.OutcomeStates {
		if s.String() == name {
			return s, nil
		}
	}
	return 0, errors.New("there is no such outcome")
}
