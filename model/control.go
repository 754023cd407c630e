package model

import "time"

// ControlAction is what to do with queues or flow-control keys.
type ControlAction uint8

const (
	// ReadQueue reads one queue (GET /v2/queues/{name}).
	ReadQueue ControlAction = iota
	// ListQueues reads all queues (GET /v2/queues).
	ListQueues
	// PauseQueue holds the messages of a queue (POST /v2/queues/{name}/pause).
	PauseQueue
	// ResumeQueue lets them go on (POST /v2/queues/{name}/resume); that may take a minute.
	ResumeQueue
	// ReadFlowKey reads one flow-control key (GET /v2/flowControl/{key}).
	ReadFlowKey
	// ListFlowKeys reads all flow-control keys (GET /v2/flowControl).
	ListFlowKeys
	// PauseFlowKey holds the messages of a key (POST /v2/flowControl/{key}/pause).
	PauseFlowKey
	// ResumeFlowKey lets them go on (POST /v2/flowControl/{key}/resume).
	ResumeFlowKey
	// PinFlowKey fixes limits of a key, whatever messages ask for, and forgets what its rate period has used
	// (POST /v2/flowControl/{key}/pin).
	PinFlowKey
	// UnpinFlowKey lets messages set limits of a key again (POST /v2/flowControl/{key}/unpin).
	UnpinFlowKey
	// ResetFlowRate forgets what the rate period of a key has used (POST /v2/flowControl/{key}/resetRate).
	ResetFlowRate
	controlActions
)

// ControlActions are all actions.
func ControlActions() []ControlAction {
	all := make([]ControlAction, controlActions)
	for i := range all {
		all[i] = ControlAction(i)
	}
	return all
}

// Changes tells whether the action changes something.
func (a ControlAction) Changes() bool {
	switch a {
	case ReadQueue, ListQueues, ReadFlowKey, ListFlowKeys:
		return false
	}
	return true
}

// OfFlowKeys tells whether the action is about flow-control keys, not queues.
func (a ControlAction) OfFlowKeys() bool { return a >= ReadFlowKey && a < controlActions }

// Lists tells whether the action reads all there are: it takes no name.
func (a ControlAction) Lists() bool { return a == ListQueues || a == ListFlowKeys }

// ControlCall says what to do with a queue or a flow-control key.
type ControlCall struct {
	DLQ    DLQ
	Action ControlAction
	// Name is that of the queue or the key; a list takes none.
	Name string
	// Pin are the limits that [PinFlowKey] fixes.
	Pin FlowLimits
	// UnpinParallelism and UnpinRate say which limits [UnpinFlowKey] lets go: at least one.
	UnpinParallelism, UnpinRate bool
}

// FlowLimits are limits of a flow-control key. One that is zero is left as it is; one of the first two is not.
type FlowLimits struct {
	Parallelism int           // calls at once
	Rate        int           // calls in each period
	Period      time.Duration // in whole seconds, at most a week; only with a rate, and a second without it
}

const longestPeriod = 7 * 24 * time.Hour

// Valid is nil for a call that says all that its action needs and no more. Its error is a [RefusedError].
func (c ControlCall) Valid() error {
	unpins := c.UnpinParallelism || c.UnpinRate
	switch {
	case c.Action >= controlActions:
		return refuse("there is no such action on a queue or a flow-control key")
	case c.Action.Lists() && c.Name != "":
		return refuse("a list of all was asked for by a name")
	case !c.Action.Lists() && c.Name == "":
		return refuse("the name is empty, and would stand for all")
	case c.Action != PinFlowKey && c.Pin != FlowLimits{}:
		return refuse("limits are for pinning only")
	case c.Action == UnpinFlowKey && !unpins:
		return refuse("neither the parallelism nor the rate is to be let go")
	case c.Action != UnpinFlowKey && unpins:
		return refuse("what is let go is for unpinning only")
	case c.Action == PinFlowKey:
		return c.Pin.check()
	}
	return nil
}

func (l FlowLimits) check() error {
	switch {
	case l.Parallelism < 0 || l.Rate < 0 || l.Period < 0:
		return refuse("a limit is less than nothing")
	case l.Parallelism == 0 && l.Rate == 0:
		return refuse("neither a parallelism nor a rate is to be fixed")
	case l.Period != 0 && l.Rate == 0:
		return refuse("a period needs a rate")
	case l.Period%time.Second != 0 || l.Period > longestPeriod:
		return refuse("a period is a number of whole seconds, at most a week")
	}
	return nil
}

// ControlResult is what a [ControlCall] read: one queue or key for a read, all of them for a list, nothing for a change.
type ControlResult struct {
	Queues   []Queue
	FlowKeys []FlowKey
}

// Queue is the state of a queue.
type Queue struct {
	Name        string
	Parallelism int
	Paused      bool
	Lag         int // messages waiting
}

// FlowKey is the state of a flow-control key. What the server leaves out is zero.
type FlowKey struct {
	Name        string
	Waiting     int // messages
	Parallelism int // calls at once that are let through; 0 for any number
	Running     int
	Rate        int // calls in each period that are let through; 0 for any number
	Used        int // of the rate, in this period
	Period      time.Duration
	PeriodStart time.Time

	Paused            bool
	PinnedParallelism bool
	PinnedRate        bool
}
