package emulator

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Queue is a queue and how it is set up.
type Queue struct {
	Name string
	// Parallelism is the number of consumers; 1, the default, keeps the order
	// of messages.
	Parallelism int
	Paused      bool
}

type queue struct {
	name                 string
	createdAt, updatedAt instant
	waiting              []*message
	// active counts the consumers in use, lag all unfinished messages.
	active, lag int
	parallelism int
	paused      bool
}

// isQueueName says whether the service accepts a name for a queue.
func isQueueName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		return !letter && (r < '0' || r > '9') && !strings.ContainsRune("._-", r)
	})
}

// AddQueue creates a queue or changes how it is set up. Queues that entries
// name exist by themselves, with a parallelism of 1.
func (s *Server) AddQueue(q Queue) {
	s.locked(func() {
		known := s.queue(q.Name)
		known.parallelism = max(q.Parallelism, 1)
		known.paused = q.Paused
		s.drainQueue(known)
	})
}

func (s *Server) queue(name string) *queue {
	if known := s.queues[name]; known != nil {
		return known
	}
	created := &queue{name: name, createdAt: s.now, updatedAt: s.now, parallelism: 1}
	s.queues[name] = created
	return created
}

type queueJSON struct {
	Name        string `json:"name"`
	CreatedAt   int64  `json:"createdAt"`
	UpdatedAt   int64  `json:"updatedAt"`
	Parallelism int    `json:"parallelism"`
	Paused      bool   `json:"paused"`
	Lag         int    `json:"lag"`
}

func (q *queue) json() queueJSON {
	return queueJSON{q.name, int64(q.createdAt), int64(q.updatedAt), q.parallelism, q.paused, q.lag}
}

func (c *call) listQueues() (answer, error) {
	listed := make([]queueJSON, 0, len(c.queues))
	for _, name := range slices.Sorted(maps.Keys(c.queues)) {
		listed = append(listed, c.queues[name].json())
	}
	return jsonAnswer(http.StatusOK, listed), nil
}

// namedQueue finds the queue of the path. A queue of a seeded entry may have a
// name that the service would not accept, and is found all the same.
func (c *call) namedQueue() (*queue, error) {
	if known := c.queues[c.argument]; known != nil {
		return known, nil
	}
	if !isQueueName(c.argument) {
		return nil, badRequest("invalid queue name")
	}
	return nil, notFound("queue %s not found", c.argument)
}

func (c *call) getQueue() (answer, error) {
	known, err := c.namedQueue()
	if err != nil {
		return answer{}, err
	}
	return jsonAnswer(http.StatusOK, known.json()), nil
}

// upsertQueue creates a queue or changes how it is set up.
func (c *call) upsertQueue() (answer, error) {
	body, err := c.readBody()
	if err != nil {
		return answer{}, err
	}
	var asked struct {
		Name        string `json:"queueName"`
		Parallelism *int   `json:"parallelism"`
		Paused      *bool  `json:"paused"`
	}
	if err := json.Unmarshal(body, &asked); err != nil {
		return answer{}, badRequest("invalid body")
	}
	if !isQueueName(asked.Name) {
		return answer{}, badRequest("invalid queue name")
	}
	if asked.Parallelism != nil && *asked.Parallelism < 1 {
		return answer{}, badRequest("parallelism must be greater than 0")
	}
	if quota := c.options.QueueQuota; c.queues[asked.Name] == nil && quota > 0 && len(c.queues) >= quota {
		return answer{}, refusal{http.StatusPreconditionFailed, "quota maxQueues exceeded"}
	}
	q := c.queue(asked.Name)
	q.updatedAt = c.now
	if asked.Parallelism != nil {
		q.parallelism = *asked.Parallelism
	}
	if asked.Paused != nil {
		q.paused = *asked.Paused
	}
	c.drainQueue(q)
	return emptyAnswer(http.StatusOK), nil
}

// removeQueue drops the messages that wait in the queue; those that have been
// taken from it are delivered.
func (c *call) removeQueue() (answer, error) {
	q := c.queues[c.argument]
	if q == nil {
		return emptyAnswer(http.StatusOK), nil
	}
	delete(c.queues, c.argument)
	for _, m := range c.messages {
		if m.queue == q && !m.inQueue {
			m.cancelled = true
		}
	}
	for _, m := range q.waiting {
		c.droppedIfCancelled(m)
	}
	q.waiting = nil
	return emptyAnswer(http.StatusOK), nil
}

func (c *call) pauseQueue() (answer, error) { return c.setQueuePaused(true) }

func (c *call) resumeQueue() (answer, error) { return c.setQueuePaused(false) }

func (c *call) setQueuePaused(paused bool) (answer, error) {
	known, err := c.namedQueue()
	if err != nil {
		return answer{}, err
	}
	if known.paused != paused {
		known.paused, known.updatedAt = paused, c.now
		c.drainQueue(known)
	}
	return emptyAnswer(http.StatusOK), nil
}
