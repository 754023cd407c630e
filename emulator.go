package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"redrive/api/emulator"
)

const (
	// burstLimit is how many requests a second the emulator announces and takes.
	burstLimit = 1000
	// mostEntries is how many entries the emulator makes at most.
	mostEntries = 1_000_000
)

// incidentFlags are the flags of the data set that the emulator begins with.
type incidentFlags struct {
	messages, workflows, odd int
	seed                     uint64
	arrivals                 float64
}

func (f *incidentFlags) add(c *cobra.Command, of string, arrivals float64) {
	c.Flags().IntVar(&f.messages, "messages", 2855, "messages in the DLQ "+of)
	c.Flags().IntVar(&f.workflows, "workflows", 145, "workflow runs in the DLQ "+of)
	c.Flags().IntVar(&f.odd, "odd", len(emulator.OddKinds()), "odd entries on top: hostile text, binary bodies, missing fields … "+of)
	c.Flags().Uint64Var(&f.seed, "seed", 1, "makes the same data again "+of)
	c.Flags().Float64Var(&f.arrivals, "arrivals", arrivals, "new failures a minute "+of)
}

// server is the emulator with the data set in it.
func (f *incidentFlags) server(options emulator.Options) (*emulator.Server, error) {
	if min(f.messages, f.workflows, f.odd) < 0 || f.arrivals < 0 {
		return nil, errors.New("--messages, --workflows, --odd and --arrivals take 0 or more")
	}
	if max(f.messages, f.workflows) > mostEntries || f.arrivals > mostEntries {
		return nil, fmt.Errorf("--messages, --workflows and --arrivals take at most %d: the emulator holds its entries in memory", mostEntries)
	}
	options.Seed = f.seed
	s := emulator.New(options)
	s.SeedIncident(emulator.IncidentOptions{
		Messages: noneIfZero(f.messages), Workflows: noneIfZero(f.workflows), Odd: noneIfZero(f.odd),
		Seed: f.seed, ArrivalsPerMinute: f.arrivals,
	})
	return s, nil
}

// noneIfZero is a number as the emulator takes it: there zero stands for the default.
func noneIfZero(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

const emulatorHelp = `redrive emulator is a QStash in memory, on a port of this machine. It serves what dead letters and their triage need:
publish, enqueue and batch, the DLQs of messages and of workflow runs, logs, messages, queues, flow control. Nothing is
really delivered: a message is said to arrive at its first attempt, unless the header
Upstash-Forward-Emulator-Answers says what its destination answers, such as "503, 503, 200".

GET /_emulator/record, without a token, tells as JSON what became of every entry.

` + emulator.FaultSyntax + `

A switch makes the emulator behave otherwise where the API's description is silent or contradicts itself.
--list-switches prints them.`

// emulatorFlags are the flags of the emulator alone.
type emulatorFlags struct {
	incidentFlags
	address, latency, retention string
	token, readOnlyToken        string
	rate, daily, retryQuota     int
	logLag                      time.Duration
	faults, switches            []string
	listSwitches                bool
}

func emulatorCommand(stdout io.Writer) *cobra.Command {
	var f emulatorFlags
	c := &cobra.Command{
		Use:           "emulator",
		Short:         "Serve an emulator of QStash, for scripts and for any QStash SDK",
		Long:          emulatorHelp,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(*cobra.Command, []string) error {
			if f.listSwitches {
				listSwitches(stdout)
				return nil
			}
			return f.serve(stdout)
		},
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		says, _, _ := strings.Cut(err.Error(), ": strconv.")
		return fmt.Errorf("%s: redrive emulator --help lists what there is", says)
	})
	c.Flags().StringVar(&f.address, "addr", "127.0.0.1:8080", "loopback address to listen on")
	f.add(c, "at the start", 0)
	c.Flags().StringVar(&f.token, "token", "", "the token that clients need, instead of the local development server's")
	c.Flags().StringVar(&f.readOnlyToken, "read-only-token", "", "another token, that may only read")
	c.Flags().StringVar(&f.latency, "latency", "", "answer late: 50ms, or 20ms..200ms")
	c.Flags().IntVar(&f.rate, "rate-limit", burstLimit, "requests a second that are answered, as the headers announce; 0 for any number")
	c.Flags().IntVar(&f.daily, "daily-limit", 0, "messages a day that can be made; 0 for any number")
	c.Flags().IntVar(&f.retryQuota, "retry-quota", 0, "the highest Upstash-Retries; 0 for any")
	c.Flags().StringVar(&f.retention, "retention", "7d", "how long entries stay in the DLQ: 3d, 12h …")
	c.Flags().DurationVar(&f.logLag, "log-lag", 0, "how long until a log entry can be read")
	c.Flags().StringArrayVar(&f.faults, "fault", nil, "what goes wrong, see above; can be repeated")
	c.Flags().StringArrayVar(&f.switches, "switch", nil, "a behaviour by its name; can be repeated")
	c.Flags().BoolVar(&f.listSwitches, "list-switches", false, "print the switches and end")
	return c
}

// listSwitches prints what --switch takes.
func listSwitches(w io.Writer) {
	for _, s := range emulator.SwitchNames() {
		name := s.Name
		if s.Takes != "" {
			name += "=" + s.Takes
		}
		fmt.Fprintf(w, "%s\n    %s\n", name, s.Says)
	}
}

// options are what the flags make of the emulator.
func (f *emulatorFlags) options() (emulator.Options, error) {
	if min(f.rate, f.daily, f.retryQuota) < 0 || f.logLag < 0 {
		return emulator.Options{}, errors.New("--rate-limit, --daily-limit, --retry-quota and --log-lag take 0 or more")
	}
	retention, err := parseRetention(f.retention)
	if err != nil {
		return emulator.Options{}, err
	}
	o := emulator.Options{
		Token: f.token, ReadOnlyToken: f.readOnlyToken, Retention: retention,
		BurstLimit: f.rate, DailyLimit: f.daily, RetryQuota: f.retryQuota, LogLag: f.logLag,
	}
	for _, text := range f.switches {
		set, err := emulator.ParseSwitch(text)
		if err != nil {
			return emulator.Options{}, fmt.Errorf("--switch: %w: redrive emulator --list-switches prints what there is", err)
		}
		set(&o.Switches)
	}
	return o, nil
}

// parseRetention reads a duration that may be in days.
func parseRetention(text string) (time.Duration, error) {
	retention, err := time.ParseDuration(text)
	if days, inDays := strings.CutSuffix(text, "d"); inDays {
		var number uint64
		number, err = strconv.ParseUint(days, 10, 16)
		retention = time.Duration(number) * 24 * time.Hour
	}
	if err != nil || retention <= 0 {
		return 0, fmt.Errorf("--retention is %q: it takes a time such as 3d or 12h", text)
	}
	return retention, nil
}

// rules are what goes wrong by the flags.
func (f *emulatorFlags) rules() (rules []emulator.Rule, err error) {
	if f.latency != "" {
		rule, err := emulator.ParseFault("latency=" + f.latency)
		if err != nil {
			return nil, fmt.Errorf("--latency is %q: it takes a time such as 50ms, or 20ms..200ms", f.latency)
		}
		rules = append(rules, rule)
	}
	for _, text := range f.faults {
		rule, err := emulator.ParseFault(text)
		if err != nil {
			return nil, fmt.Errorf("--fault: %w: redrive emulator --help explains it", err)
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

func (f *emulatorFlags) server() (*emulator.Server, error) {
	options, err := f.options()
	if err != nil {
		return nil, err
	}
	rules, err := f.rules()
	if err != nil {
		return nil, err
	}
	s, err := f.incidentFlags.server(options)
	if err == nil && len(rules) > 0 {
		s.SetFaults(emulator.ScriptFaults(f.seed, time.Now, rules...))
	}
	return s, err
}

// serve serves until it is interrupted.
func (f *emulatorFlags) serve(stdout io.Writer) error {
	address := f.address
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--addr %s: %w: use host:port, such as 127.0.0.1:8080", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--addr %s: the emulator listens on loopback only: use 127.0.0.1", address)
	}
	s, err := f.server()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("the emulator cannot listen: %w: choose another --addr", err)
	}
	fmt.Fprintf(stdout, "export QSTASH_URL=http://%s\nexport QSTASH_TOKEN=%s\n", listener.Addr(), cmp.Or(f.token, emulator.DefaultToken))

	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return &runError{err}
	}
	return nil
}
