package emulator

import (
	"net/http"
	"testing"
)

func BenchmarkSeedIncident(b *testing.B) {
	for b.Loop() {
		New(Options{}).SeedIncident(IncidentOptions{})
	}
}

// benchmarkGet answers one request over and over, in process.
func benchmarkGet(b *testing.B, target string) {
	server := New(Options{})
	server.SeedIncident(IncidentOptions{})
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://emulator.invalid"+target, nil)
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+DefaultToken)
	transport := server.Transport()
	b.ReportAllocs()
	for b.Loop() {
		response, err := transport.RoundTrip(request)
		if err != nil || response.StatusCode != http.StatusOK {
			b.Fatal(response, err)
		}
		b.SetBytes(response.ContentLength)
		_ = response.Body.Close()
	}
}

func BenchmarkListPage(b *testing.B) { benchmarkGet(b, "/v2/dlq?count=100&label=orders") }

func BenchmarkLogsOfOneMessage(b *testing.B) { benchmarkGet(b, "/v2/logs?messageId=msg_none") }

func BenchmarkLogsByLabel(b *testing.B) { benchmarkGet(b, "/v2/logs?label=none") }
