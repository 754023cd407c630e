package emulator

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
)

// Endpoint is a destination of a URL group.
type Endpoint struct {
	// Name may be empty.
	Name string `json:"name,omitempty"`
	URL  string `json:"url"`
}

// urlGroup is a name for several destinations.
type urlGroup struct {
	Name      string     `json:"name"`
	CreatedAt instant    `json:"createdAt"`
	UpdatedAt instant    `json:"updatedAt"`
	Endpoints []Endpoint `json:"endpoints"`
}

// AddURLGroup creates a URL group or replaces its endpoints. A message that
// is published to the group becomes one message for each.
func (s *Server) AddURLGroup(name string, endpoints ...Endpoint) {
	s.locked(func() { s.group(name).Endpoints = endpoints })
}

func (s *Server) group(name string) *urlGroup {
	if known := s.groups[name]; known != nil {
		return known
	}
	created := &urlGroup{Name: name, CreatedAt: s.now, UpdatedAt: s.now}
	s.groups[name] = created
	return created
}

// is says whether the other names the same endpoint, by name or by URL.
func (e Endpoint) is(other Endpoint) bool {
	return other.Name != "" && e.Name == other.Name || other.URL != "" && e.URL == other.URL
}

func (c *call) listGroups() (answer, error) {
	groups := make([]*urlGroup, 0, len(c.groups))
	for _, name := range slices.Sorted(maps.Keys(c.groups)) {
		groups = append(groups, c.groups[name])
	}
	return jsonAnswer(http.StatusOK, groups), nil
}

func (c *call) getGroup() (answer, error) {
	known := c.groups[c.argument]
	if known == nil {
		return answer{}, notFound("topic %s not found", c.argument)
	}
	return jsonAnswer(http.StatusOK, known), nil
}

func (c *call) removeGroup() (answer, error) {
	delete(c.groups, c.argument)
	return emptyAnswer(http.StatusOK), nil
}

func (c *call) endpointsOfBody() ([]Endpoint, error) {
	body, err := c.readBody()
	if err != nil {
		return nil, err
	}
	var asked struct {
		Endpoints []Endpoint `json:"endpoints"`
	}
	if json.Unmarshal(body, &asked) != nil || len(asked.Endpoints) == 0 {
		return nil, badRequest("invalid body")
	}
	return asked.Endpoints, nil
}

// addEndpoints adds endpoints to a group, which need not be there before.
func (c *call) addEndpoints() (answer, error) {
	added, err := c.endpointsOfBody()
	if err != nil {
		return answer{}, err
	}
	for _, endpoint := range added {
		if !isWebAddress(endpoint.URL) {
			return answer{}, badRequest("invalid endpoint url")
		}
	}
	g := c.group(c.argument)
	for _, endpoint := range added {
		g.Endpoints = slices.DeleteFunc(slices.Clone(g.Endpoints), func(have Endpoint) bool { return have.is(endpoint) })
		g.Endpoints = append(g.Endpoints, endpoint)
	}
	g.UpdatedAt = c.now
	return emptyAnswer(http.StatusOK), nil
}

// removeEndpoints removes endpoints from a group, and the group with its last
// one.
func (c *call) removeEndpoints() (answer, error) {
	removed, err := c.endpointsOfBody()
	if err != nil {
		return answer{}, err
	}
	g := c.groups[c.argument]
	if g == nil {
		return answer{}, notFound("topic %s not found", c.argument)
	}
	g.Endpoints = slices.DeleteFunc(slices.Clone(g.Endpoints), func(have Endpoint) bool {
		return slices.ContainsFunc(removed, have.is)
	})
	g.UpdatedAt = c.now
	if len(g.Endpoints) == 0 {
		delete(c.groups, c.argument)
	}
	return emptyAnswer(http.StatusOK), nil
}
