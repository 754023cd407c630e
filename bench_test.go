//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// benchTime is the most that the benchmark may take.
const benchTime = 15 * time.Minute

// BenchmarkTerminal measures the built program in a pseudo-terminal, and in the same way the other programs that are
// installed. docs/performance.md says how, and has the last result. It is run by
//
//	go test -timeout 20m -run '^$' -bench Terminal -benchtime 1x .
//
// and, to write the result into docs/performance.md, with REDRIVE_BENCH_WRITE=1 before it.
func BenchmarkTerminal(b *testing.B) {
	ctx, cancel := context.WithTimeout(context.Background(), benchTime)
	defer cancel()
	home := b.TempDir()
	url, file := benchServer(b, benchRows), benchFile(b, benchRows)
	var r report
	ssh, why := startShell(ctx, b)
	if why != "" {
		r.remark("%s: nothing was measured over ssh.", why)
	}
	bad, far := relay(ctx, b, ssh.address, lineDelay, lineRate), relay(ctx, b, ssh.address, lineDelay, 0)
	for _, p := range append([]benchProgram{redriveProgram(url, filepath.Join(home, "redrive"))}, benchPeers(b, file, home)...) {
		if without := p.missing(); without != "" {
			r.remark("%s.", without)
			continue
		}
		if err := os.MkdirAll(strings.TrimPrefix(p.env[0], "HOME="), 0o700); err != nil {
			b.Fatal(err)
		}
		b.Run(p.name, func(b *testing.B) {
			f := p.measure(ctx, b)
			if p.name == "redrive" {
				f.more(ctx, b)
			}
			if why == "" && !p.echo {
				f.hold(ctx, b, ssh, bad)
				f.startRemote(ctx, b, ssh, far)
			}
			f.report(b)
			r.all = append(r.all, f)
		})
	}
	r.inProcess(b)
	fmt.Printf("\n%s\n", r.markdown())
	if os.Getenv("REDRIVE_BENCH_WRITE") != "" {
		r.write(b)
	}
}

// report gives the figures to the benchmark.
func (f *figures) report(b *testing.B) {
	b.ReportMetric(0, "ns/op")
	for name, c := range map[string]*cost{"move": &f.move, "scroll": &f.scroll, "page": &f.page, "filter": &f.filter} {
		if c.keys == 0 {
			continue
		}
		b.ReportMetric(c.perKey(), name+"-B/key")
		b.ReportMetric(ms(quantile(c.first, 0.5)), name+"-p50-ms")
		b.ReportMetric(ms(quantile(c.first, 0.99)), name+"-p99-ms")
		b.ReportMetric(ms(c.cpuPerKey()), name+"-cpu-ms/key")
	}
	b.ReportMetric(float64(f.scroll.writes)/float64(max(f.scroll.keys, 1)), "scroll-writes/key")
	b.ReportMetric(ms(quantile(f.starts, 0.5)), "start-ms")
	b.ReportMetric(float64(f.memory)/1e6, "rss-MB")
	b.ReportMetric(float64(f.idleBytes), "idle-B")
	b.ReportMetric(ms(f.idleCPU)/idleTime.Seconds(), "idle-cpu-ms/s")
	b.ReportMetric(float64(f.idleSwitches)/idleTime.Seconds(), "idle-switches/s")
	if f.loading.keys > 0 {
		b.ReportMetric(ms(quantile(f.loadingShown, 0.5)), "loading-p50-ms")
		b.ReportMetric(ms(quantile(f.loadingShown, 0.99)), "loading-p99-ms")
		b.ReportMetric(f.loadingPages, "loading-pages/s")
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
