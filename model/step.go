package model

import "time"

// StepKind is what a step of a job does.
type StepKind uint8

const (
	// SendStep makes a write. It is given out once, and never for an entry whose answer was lost.
	SendStep StepKind = iota
	// LookStep reads which of some entries are still in the DLQ.
	LookStep
	// FindStep looks in the logs for what was made under the operation's label.
	FindStep
	// FollowStep reads the logs of what was made.
	FollowStep
	// BackStep looks in the DLQ for messages that came back.
	BackStep
)

// Step is one thing that a job wants done now. Number tells it apart from the others of the job.
type Step struct {
	Job    int
	Number int
	Kind   StepKind

	Write Write    // of a SendStep
	Keys  []Key    // of a LookStep, all of one kind
	Log   LogQuery // of a FindStep and a FollowStep: all of its pages are read

	// Of a BackStep: the messages, and the time before which none of them failed.
	// Of workflow runs, whose new entries are known, Keys are these.
	MessageIDs []string
	Since      time.Time
	DLQ        DLQ
}

// StepResult is what came back of a step.
type StepResult struct {
	Step   Step
	Result WriteResult // of a SendStep
	Found  []Entry     // of a LookStep and a BackStep, those that are in the DLQ
	Log    LogPage     // of a FindStep and a FollowStep
	Err    error
}

// jobCall is a write that is to be made.
type jobCall struct {
	items     []int
	overrides Overrides
	// labelled is set when the operation's label goes along, by which what it makes can be found.
	labelled bool
	// first is set of an entry that goes out ahead of the others.
	first   bool
	at      time.Time // not before
	unsent  int       // how often it never left
	unfound int       // how often the server did not find some of its entries
}

// openStep is a step under way.
type openStep struct {
	kind  StepKind
	call  *jobCall  // of a SendStep
	look  *lookback // of a LookStep
	items []int     // of the others
}
