// Command redrive is a terminal dashboard for the dead letter queues of Upstash QStash and Upstash Workflow.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/model"
	"redrive/ui"
	"redrive/ui/terminal"
)

const (
	// answerTime is how long the end of the program waits for answers to writes that are under way.
	answerTime = time.Second
	// leastMemory and mostMemory bound the room for bodies, in MiB.
	leastMemory, mostMemory = 1, 64 << 10
	// workMemory is what reading and showing one large entry may take beside the bodies that are kept, before memory that is
	// free is collected at once instead of later.
	workMemory = 192 << 20
	// exitUsage is the exit code for a start that cannot be: no token, no terminal, a bad flag.
	exitUsage = 2
)

func main() { os.Exit(execute(clock{now: time.Now})) }

// clock is the time that the program goes by, and what else a test puts in the place of the real thing.
type clock struct {
	now func() time.Time
	// after makes a command that waits; nil for the real time.
	after func(time.Duration, func() tea.Msg) tea.Cmd
	// around is put around the screen; nil for nothing.
	around func(tea.Model) tea.Model
}

// execute does what the command line says, and returns the exit code.
func execute(c clock) int {
	var stdout io.Writer = os.Stdout
	stderr := terminal.Sentences{To: os.Stderr, ASCII: !terminal.HasUTF8(os.Getenv)}
	if stderr.ASCII {
		stdout = terminal.Sentences{To: os.Stdout, ASCII: true}
	}
	err := command(stdout, stderr, c).Execute()
	var signalled *signalError
	var failed *runError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &signalled):
		return 128 + int(signalled.signal)
	}
	fmt.Fprintln(stderr, "redrive:", err)
	if errors.As(err, &failed) {
		return 1
	}
	return exitUsage
}

// runError is a failure after the start, signalError the end by a signal.
type (
	runError    struct{ error }
	signalError struct{ signal syscall.Signal }
)

func (e *signalError) Error() string { return e.signal.String() }

func command(stdout, stderr io.Writer, c clock) *cobra.Command {
	var (
		o        = dashboardOptions{clock: c}
		incident incidentFlags
	)
	root := &cobra.Command{
		Use:   "redrive",
		Short: "See why messages and workflow runs failed for good, and bring the right ones back",
		Long: `redrive is a terminal dashboard for the dead letter queues of Upstash QStash and Upstash Workflow.

It reads the variables of the QStash SDKs from the environment: QSTASH_TOKEN and QSTASH_URL, or QSTASH_REGION with
US_EAST_1_QSTASH_TOKEN and US_EAST_1_QSTASH_URL, or QSTASH_DEV for the local development server. --demo needs none, and no
network.`,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(c *cobra.Command, _ []string) error {
			for _, f := range []string{"messages", "workflows", "odd", "seed", "arrivals"} {
				if !o.demo && c.Flags().Changed(f) {
					return fmt.Errorf("--%s goes with --demo or with redrive emulator", f)
				}
			}
			return dashboard(stderr, o, &incident)
		},
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		says, _, _ := strings.Cut(err.Error(), ": strconv.")
		return fmt.Errorf("%s: redrive --help lists what there is", says)
	})
	root.Flags().BoolVar(&o.demo, "demo", false, "run on an emulator within the program: no network, no token")
	root.Flags().BoolVar(&o.readOnly, "read-only", false, "refuse everything that changes an entry")
	root.Flags().BoolVar(&o.noJournal, "no-journal", false, "keep no record of what is sent, and no copy of what is deleted")
	root.Flags().StringVar(&o.name, "name", "", "the name of the account for the header, instead of the host")
	root.Flags().StringVar(&o.filter, "filter", "", "begin with this filter, as it is typed after /")
	root.Flags().IntVar(&o.memory, "memory", api.DefaultMemory>>20, "MiB for the bodies that filters look in; what was looked at least recently is read again")
	root.Flags().DurationVar(&o.refresh, "refresh", 30*time.Second, "how often to look for newcomers; 0 for never")
	root.Flags().StringVar(&o.retention, "retention", "", "how long entries stay in the DLQ by your plan (3d, 7d, 30d): shows when the oldest expires")
	root.Flags().BoolVar(&o.includeSecrets, "include-secrets", false, "write secrets to exported files as they are, instead of masking them")
	root.Flags().StringVar(&o.log, "log", "", "append what the program does to this file: requests, calls, errors; no token, no secret, no body")
	root.Flags().BoolVar(&o.insecureHTTP, "insecure-http", false, "permit plain http to other machines, where the token can be read on the way")
	incident.add(root, "(with --demo)", 14)
	root.AddCommand(emulatorCommand(stdout))
	return root
}

type dashboardOptions struct {
	clock                                        clock
	demo, readOnly, insecureHTTP, includeSecrets bool
	noJournal                                    bool
	name, filter, retention, log                 string
	refresh                                      time.Duration
	memory                                       int // MiB
}

// retentions are the times that plans keep entries for.
var retentions = map[string]time.Duration{"": 0, "3d": 3 * 24 * time.Hour, "7d": 7 * 24 * time.Hour, "30d": 30 * 24 * time.Hour}

// dashboard runs the screen until it is left.
func dashboard(stderr io.Writer, o dashboardOptions, incident *incidentFlags) error {
	filter, err := model.ParseFilterAt(o.filter, o.clock.now())
	if err != nil {
		return fmt.Errorf("--filter %q: %w", o.filter, err)
	}
	retention, known := retentions[o.retention]
	if !known {
		return fmt.Errorf("--retention is %q: it takes 3d, 7d or 30d", o.retention)
	}
	if o.memory < leastMemory || o.memory > mostMemory {
		return fmt.Errorf("--memory is %d: it takes %d to %d (MiB)", o.memory, leastMemory, mostMemory)
	}
	if o.refresh < 0 || o.refresh > 0 && o.refresh < time.Second {
		return fmt.Errorf("--refresh is %s: it takes 1s or more, or 0 for never", o.refresh)
	}
	if !term.IsTerminal(os.Stdin.Fd()) || !term.IsTerminal(os.Stdout.Fd()) {
		return errors.New("this is no terminal: redrive draws a screen and reads keys, so run it in one (redrive emulator needs none)")
	}
	if t := os.Getenv("TERM"); t == "" || t == "dumb" {
		return fmt.Errorf("TERM is %q, which cannot draw a screen: set TERM to what your terminal is, such as xterm-256color", t)
	}
	if !o.demo && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(o.memory)<<20 + workMemory)
	}
	log, err := openLog(o.log)
	if err != nil {
		return err
	}
	defer func() { _ = log.close() }()
	tuneMemory()
	client, title, err := connect(o, incident, log)
	if err != nil {
		return err
	}
	log.Info("start", "account", title, "host", client.Host(), "demo", o.demo, "readOnly", o.readOnly, "term", os.Getenv("TERM"))
	record := openRecord(o, client)
	defer func() { _ = record.close() }()
	backend := record.wrap(client)
	if o.readOnly {
		backend = model.ReadOnly(backend)
	}
	inFlight := model.CountInFlight(log.wrap(backend))
	crash := newCrash()
	t := terminal.New(terminal.Options{
		Now: o.clock.now, Panicked: crash.note,
		Refused: func(times uint64) { log.Error("kept from the terminal", "times", times) },
	})
	screen := ui.New(ui.Options{
		Backend: inFlight, Recorder: record.recorder, Trash: record.trash, Earlier: record.earlier, Other: record.other, Trouble: record.trouble, Durable: !o.demo, ASCII: !terminal.HasUTF8(os.Getenv), Bodies: client, DLQ: client.DLQ(), BaseURL: client.URL(), IncludeSecrets: o.includeSecrets, Title: title, ReadOnly: o.readOnly,
		Filter: filter, Retention: retention, Refresh: o.refresh, Now: o.clock.now, After: o.clock.after, Zone: time.Local, NewOperation: newOperation, Written: func() ui.Written { return ui.Written(t.Written()) },
		Settled: debug.FreeOSMemory, NoSuspend: terminal.NoSuspend(), Copy: t.Copy, Complaint: func(what string) { log.Warn("said", "what", what) },
	})
	end := runScreen(o.clock.show(screen), t, crash)
	waitForAnswers(inFlight)
	if end.stacks != nil {
		tellStacks(stderr, log, end.stacks)
	}
	if end.stuck && !crash.isNoted() {
		log.Warn("end", "why", "the terminal takes no output", "signal", end.signalled)
		return end.signalled
	}
	if left := crash.leftOf(screen); len(left) > 0 {
		fmt.Fprintln(stderr, "redrive: when the program ended")
		for _, line := range left {
			log.Warn("left", "what", line)
			fmt.Fprintln(stderr, " ", line)
		}
	}
	if n := t.Refusals(); n > 0 {
		fmt.Fprintf(stderr, "redrive: %d times something was kept from the terminal that redrive does not send. Nothing of it acted; please report how it came about\n", n)
	}
	switch {
	case crash.isNoted():
		return &runError{crash.tell(stderr, log)}
	case end.signalled != nil:
		log.Info("end", "signal", end.signalled)
		return end.signalled
	case end.err != nil:
		log.Error("end", "error", end.err)
		return &runError{end.err}
	}
	log.Info("end")
	return nil
}

// show is the screen as the program runs it.
func (c clock) show(screen tea.Model) tea.Model {
	if c.around == nil {
		return screen
	}
	return c.around(screen)
}

func waitForAnswers(inFlight *model.InFlight) {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	inFlight.Wait(ctx)
}

// connect makes the client, and what the header calls it: of the emulator within the program, or of the QStash that the
// environment names.
func connect(o dashboardOptions, incident *incidentFlags, log *activity) (client *api.Client, title string, err error) {
	if o.demo {
		s, err := incident.server(emulator.Options{BurstLimit: burstLimit})
		if err != nil {
			return nil, "", err
		}
		client, err = api.New(api.Config{URL: "http://localhost", Token: emulator.DefaultToken, Transport: s.Transport(), Watch: log.watch, Memory: int64(o.memory) << 20})
		return client, cmp.Or(o.name, "DEMO"), err
	}
	env, err := api.FromEnvironment(os.Getenv)
	if err != nil {
		return nil, "", err
	}
	log.hide(env.Token)
	client, err = api.New(api.Config{URL: env.URL, Token: env.Token, InsecureHTTP: o.insecureHTTP, Watch: log.watch, Memory: int64(o.memory) << 20, Now: o.clock.now})
	if err != nil {
		return nil, "", err
	}
	title = cmp.Or(o.name, client.Host())
	if env.DevServer {
		title += " · LOCAL DEV SERVER"
	}
	return client, title, nil
}

// newOperation is a label that no other operation has.
func newOperation() string {
	var b [4]byte
	_, _ = rand.Read(b[:])
	return model.LabelPrefix + hex.EncodeToString(b[:])
}
