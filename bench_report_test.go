//go:build linux

package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// report is what the benchmark has found, as docs/performance.md shows it.
type report struct {
	all     []*figures
	remarks []string
	// view and page are results of benchmarks within a process: of View, and of reading a page of 100 messages.
	view, page, standard []string
}

func (r *report) remark(format string, args ...any) {
	r.remarks = append(r.remarks, fmt.Sprintf(format, args...))
}

func pair(of []time.Duration) string {
	if len(of) == 0 {
		return "–"
	}
	return fmt.Sprintf("%s / %s", short(quantile(of, 0.5)), short(quantile(of, 0.99)))
}

// short is a duration in milliseconds, with two digits that mean something.
func short(d time.Duration) string {
	switch v := ms(d); {
	case v == 0:
		return "0"
	case v < 1:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 20:
		return strconv.FormatFloat(v, 'f', 1, 64)
	default:
		return thousands(int(v + 0.5))
	}
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func (c *cost) bytesCell() string {
	if c.keys == 0 {
		return "–"
	}
	return thousands(int(c.perKey() + 0.5))
}

// peers is the table of all programs.
func (r *report) peers() string {
	var b strings.Builder
	b.WriteString("| program | move B/key | scroll B/key | page B/key | move p50 / p99 ms | scroll p50 / p99 ms | page p50 / p99 ms | CPU ms a scrolled row | idle: B, CPU ms/s, wake-ups/s | memory MB | start ms |\n" +
		"|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, f := range r.all {
		name := strings.TrimSpace(f.program.name + " " + f.version)
		if f.program.about != "" {
			name += " (" + f.program.about + ")"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s, %s, %.0f | %.1f | %s |\n", name,
			f.move.bytesCell(), f.scroll.bytesCell(), f.page.bytesCell(), pair(f.move.first), pair(f.scroll.first), pair(f.page.first),
			short(f.scroll.cpuPerKey()), thousands(f.idleBytes), short(f.idleCPU/time.Duration(idleTime.Seconds())),
			float64(f.idleSwitches)/idleTime.Seconds(), float64(f.memory)/1e6, short(quantile(f.starts, 0.5)))
	}
	b.WriteString("\n| program | filter B/letter | first of it p50 / p99 ms | last of it p50 / p99 ms | CPU ms/letter | held key over the bad line: B | its lag ms | start over ssh, more than `echo`, ms |\n|---|---|---|---|---|---|---|---|\n")
	for _, f := range r.all {
		if f.program.echo {
			continue
		}
		cpu := "–"
		if f.filter.keys > 0 {
			cpu = short(f.filter.cpuPerKey())
		}
		held, lag := "–", "–"
		if f.lag > 0 {
			held, lag = thousands(f.lagBytes), short(f.lag)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", f.program.name, f.filter.bytesCell(), pair(f.filter.first), pair(f.filter.last), cpu,
			held, lag, f.remoteExtra())
	}
	return b.String()
}

// remoteMore is how much longer a start over ssh takes than a word over ssh: of both the best, as much else is in them.
func (f *figures) remoteMore() time.Duration {
	return max(0, quantile(f.remoteStarts, 0)-quantile(f.remoteNothing, 0))
}

func (f *figures) remoteExtra() string {
	if len(f.remoteStarts) == 0 {
		return "–"
	}
	return short(f.remoteMore())
}

// inProcess runs the benchmarks of View and of reading pages, which need no terminal.
func (r *report) inProcess(b testing.TB) {
	out, err := exec.Command("go", "test", "-run", "^$", "-bench", "^(BenchmarkView|BenchmarkPage)$", "-benchtime", "500x", "-benchmem", "./ui", "./api").CombinedOutput()
	if err != nil {
		b.Fatalf("%s", out)
	}
	for line := range strings.Lines(string(out)) {
		switch fields := strings.Fields(line); {
		case strings.HasPrefix(line, fmt.Sprintf("BenchmarkView/%d", benchRows)):
			r.view = fields
		case strings.HasPrefix(line, "BenchmarkPage/redrive"):
			r.page = fields
		case strings.HasPrefix(line, "BenchmarkPage/encoding-json"):
			r.standard = fields
		}
	}
}

// metric is a number of a line of a benchmark, by its unit.
func metric(fields []string, unit string) float64 {
	for i := 1; i < len(fields); i++ {
		if fields[i] == unit {
			n, _ := strconv.ParseFloat(fields[i-1], 64)
			return n
		}
	}
	return 0
}

// machine says where the figures come from.
func machine() string {
	model := ""
	if file, err := os.Open("/proc/cpuinfo"); err == nil {
		defer func() { _ = file.Close() }()
		for lines := bufio.NewScanner(file); lines.Scan() && model == ""; {
			if name, rest, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(rest)
			}
		}
	}
	load, _ := os.ReadFile("/proc/loadavg")
	return fmt.Sprintf("%s, %d cores of %s, %s/%s, %s, load at the end %s", time.Now().UTC().Format("2006-01-02"), runtime.NumCPU(), model, runtime.GOOS, runtime.GOARCH, runtime.Version(), strings.Join(strings.Fields(string(load))[:3], " "))
}

const (
	reportFile  = "docs/performance.md"
	reportBegin = "<!-- what follows is written by the benchmark -->\n"
	reportEnd   = "<!-- what the benchmark writes ends here -->\n"
)

// markdown is the whole of what the benchmark writes.
func (r *report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on %s.\n\n%s\n%s", machine(), r.peers(), r.scorecard())
	for _, remark := range r.remarks {
		fmt.Fprintf(&b, "\n- %s", remark)
	}
	if len(r.remarks) > 0 {
		b.WriteString("\n")
	}
	return b.String()
}

// write puts the result into the document, between its marks.
func (r *report) write(b testing.TB) {
	b.Helper()
	text, err := os.ReadFile(reportFile)
	if err != nil {
		b.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), reportBegin)
	_, after, ended := strings.Cut(rest, reportEnd)
	if !found || !ended {
		b.Fatalf("%s has no place for the result", reportFile)
	}
	if err := os.WriteFile(reportFile, []byte(before+reportBegin+"\n"+r.markdown()+"\n"+reportEnd+after), 0o644); err != nil {
		b.Fatal(err)
	}
}
