package api_test

import (
	"slices"
	"strings"
	"testing"

	"redrive/api/emulator"
	"redrive/model"
)

// matching are the ids of the entries that a filter shows, in order of the ids.
func matching(kind model.Kind, f model.Filter, entries []model.Entry) []string {
	var ids []string
	for i := range entries {
		if e := &entries[i]; e.Key.Kind == kind && f.Match(e) {
			ids = append(ids, e.Key.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

func TestServerHasAllThatAFilterShows(t *testing.T) {
	for name, switches := range map[string]emulator.Switches{
		"as it is":                     {},
		"with documented keys only":    {OnlyDocumentedKeys: true},
		"with runs by their beginning": {RunIDMatchesPrefix: true, WorkflowCreatedAtText: true, FailureState: emulator.FailureStateFlat},
	} {
		t.Run(name, func(t *testing.T) {
			c, e := emulated(t, emulator.Options{Seed: 2, Switches: switches, BurstLimit: 100_000})
			e.SeedIncident(emulator.IncidentOptions{Messages: 60, Workflows: 40})
			asked := map[string]bool{}
			for _, kind := range model.Kinds {
				all := walk(t, c, model.Query{Kind: kind})
				tried := map[string]bool{}
				perField := map[string]int{}
				for i := range all {
					if all[i].Key.Kind != kind {
						continue
					}
					terms := all[i].FilterValues()
					if !all[i].WorkflowCreatedAt.IsZero() {
						terms = append(terms, "created:"+all[i].WorkflowCreatedAt.Format("2006-01-02T15:04:05.000Z07:00"))
					}
					terms = append(terms, "id:"+all[i].MessageID)
					for _, term := range terms {
						field, _, _ := strings.Cut(term, ":")
						f, err := model.ParseFilter(term)
						if err != nil || tried[term] || perField[field] == 5 {
							continue
						}
						server := f.Server(kind)
						if server.Identity() == (model.ServerFilter{}).Identity() {
							continue
						}
						tried[term] = true
						perField[field]++
						found := walk(t, c, model.Query{Kind: kind, Server: server})
						want := matching(kind, f, all)
						if got := matching(kind, f, found); !slices.Equal(got, want) {
							t.Errorf("%s of kind %v: the server has %d of %d", term, kind, len(got), len(want))
						}
						if len(found) < len(all) {
							asked[field] = true
						}
					}
				}
			}
			for _, field := range []string{"status", "url", "queue", "group", "schedule", "label", "ip", "id", "workflow", "created", "state"} {
				if !asked[field] {
					t.Errorf("%s: no list was shorter for it", field)
				}
			}
		})
	}
}
