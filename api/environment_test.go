package api_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrive/api"
)

func TestTheEnvironmentIsReadInTheOrderOfTheSDKs(t *testing.T) {
	const dev = "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0="
	tests := map[string]struct {
		env  map[string]string
		want api.Environment
		says string
	}{
		"the plain pair":            {env: map[string]string{"QSTASH_TOKEN": "t", "QSTASH_URL": "u"}, want: api.Environment{URL: "u", Token: "t"}},
		"a token alone":             {env: map[string]string{"QSTASH_TOKEN": "t"}, want: api.Environment{Token: "t"}},
		"nothing":                   {says: "set QSTASH_TOKEN"},
		"a region with its pair":    {env: map[string]string{"QSTASH_REGION": "us-east-1", "US_EAST_1_QSTASH_URL": "u", "US_EAST_1_QSTASH_TOKEN": "t", "QSTASH_TOKEN": "x"}, want: api.Environment{URL: "u", Token: "t", Region: "US_EAST_1"}},
		"a region without its pair": {env: map[string]string{"QSTASH_REGION": "EU_CENTRAL_1", "QSTASH_TOKEN": "t"}, want: api.Environment{Token: "t"}},
		"a region's token alone":    {env: map[string]string{"QSTASH_REGION": "EU_CENTRAL_1", "EU_CENTRAL_1_QSTASH_TOKEN": "t"}, says: "EU_CENTRAL_1_QSTASH_URL is not"},
		"a region's URL alone":      {env: map[string]string{"QSTASH_REGION": "EU_CENTRAL_1", "EU_CENTRAL_1_QSTASH_URL": "t"}, says: "EU_CENTRAL_1_QSTASH_TOKEN is not"},
		"an unknown region":         {env: map[string]string{"QSTASH_REGION": "mars-1", "QSTASH_TOKEN": "t"}, says: `"mars-1"`},
		"the dev server":            {env: map[string]string{"QSTASH_DEV": "true", "QSTASH_TOKEN": "x", "QSTASH_REGION": "mars-1"}, want: api.Environment{URL: "http://127.0.0.1:8080", Token: dev, DevServer: true}},
		"the dev server on a port":  {env: map[string]string{"QSTASH_DEV": "1", "QSTASH_DEV_PORT": "9000"}, want: api.Environment{URL: "http://127.0.0.1:9000", Token: dev, DevServer: true}},
		"the dev server off":        {env: map[string]string{"QSTASH_DEV": "0", "QSTASH_TOKEN": "t"}, want: api.Environment{Token: "t"}},
		"the dev server unclear":    {env: map[string]string{"QSTASH_DEV": "yes", "QSTASH_TOKEN": "t"}, says: `QSTASH_DEV is "yes"`},
		"a port that is none":       {env: map[string]string{"QSTASH_DEV": "1", "QSTASH_DEV_PORT": "http"}, says: `QSTASH_DEV_PORT is "http"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := api.FromEnvironment(func(k string) string { return tt.env[k] })
			if tt.says != "" {
				if err == nil || !strings.Contains(err.Error(), tt.says) {
					t.Fatalf("it says %v, want %q", err, tt.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
