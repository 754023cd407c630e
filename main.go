// Command redrive is a terminal dashboard for the dead letter queues of Upstash QStash and Upstash Workflow.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/model"
	"redrive/ui"
)

const (
	// refreshEvery is how often the first page is read again for newcomers.
	refreshEvery = 30 * time.Second
	// answerTime is how long the end of the program waits for answers to writes that are under way.
	answerTime = time.Second
	// exitUsage is the exit code for a start that cannot be: no token, no terminal, a bad flag.
	exitUsage = 2
)

func main() {
	err := command(os.Stdout, os.Stderr).Execute()
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "redrive:", err)
	var failed *runError
	if errors.As(err, &failed) {
		os.Exit(1)
	}
	os.Exit(exitUsage)
}

// runError is a failure after the start.
type runError struct{ error }

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

func (f *incidentFlags) server() (*emulator.Server, error) {
	if f.messages < 0 || f.workflows < 0 || f.odd < 0 || f.arrivals < 0 {
		return nil, errors.New("--messages, --workflows, --odd and --arrivals take 0 or more")
	}
	s := emulator.New(emulator.Options{Seed: f.seed})
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

func command(stdout, stderr io.Writer) *cobra.Command {
	var (
		demo, readOnly bool
		name           string
		incident       incidentFlags
	)
	root := &cobra.Command{
		Use:   "redrive",
		Short: "See why messages and workflow runs failed for good, and bring the right ones back",
		Long: `redrive is a terminal dashboard for the dead letter queues of Upstash QStash and Upstash Workflow.

It reads QSTASH_TOKEN and QSTASH_URL from the environment. --demo needs neither, and no network.`,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(c *cobra.Command, _ []string) error {
			for _, f := range []string{"messages", "workflows", "odd", "seed", "arrivals"} {
				if !demo && c.Flags().Changed(f) {
					return fmt.Errorf("--%s goes with --demo or with redrive emulator", f)
				}
			}
			return dashboard(stderr, demo, readOnly, name, &incident)
		},
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.Flags().BoolVar(&demo, "demo", false, "run on an emulator within the program: no network, no token")
	root.Flags().BoolVar(&readOnly, "read-only", false, "refuse everything that changes an entry")
	root.Flags().StringVar(&name, "name", "", "the name of the account for the header, instead of the host")
	incident.add(root, "(with --demo)", 14)
	root.AddCommand(emulatorCommand(stdout))
	return root
}

func emulatorCommand(stdout io.Writer) *cobra.Command {
	var (
		address  string
		incident incidentFlags
	)
	c := &cobra.Command{
		Use:           "emulator",
		Short:         "Serve an emulator of QStash, for scripts and for any QStash SDK",
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(*cobra.Command, []string) error {
			return serveEmulator(stdout, address, &incident)
		},
	}
	c.Flags().StringVar(&address, "addr", "127.0.0.1:8080", "loopback address to listen on")
	incident.add(c, "at the start", 0)
	return c
}

// dashboard runs the screen until it is left.
func dashboard(stderr io.Writer, demo, readOnly bool, name string, incident *incidentFlags) error {
	if !term.IsTerminal(os.Stdin.Fd()) || !term.IsTerminal(os.Stdout.Fd()) {
		return errors.New("this is no terminal: redrive draws a screen and reads keys, so run it in one (redrive emulator needs none)")
	}
	if t := os.Getenv("TERM"); t == "" || t == "dumb" {
		return fmt.Errorf("TERM is %q, which cannot draw a screen: set TERM to what your terminal is, such as xterm-256color", t)
	}
	client, err := connect(demo, incident)
	if err != nil {
		return err
	}
	if name == "" {
		name = client.Host()
	}
	var backend model.Backend = client
	if readOnly {
		backend = model.ReadOnly(backend)
	}
	inFlight := model.CountInFlight(backend)
	output := &countingFile{File: os.Stdout}
	screen := ui.New(ui.Options{
		Backend: inFlight, DLQ: client.DLQ(), Title: name, ReadOnly: readOnly, Demo: demo,
		Refresh: refreshEvery, Now: time.Now, Zone: time.Local, NewOperation: newOperation, Written: output.written,
	})
	program := tea.NewProgram(screen, tea.WithOutput(output), tea.WithFPS(120), tea.WithoutSignalHandler())

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	ended := make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			program.Send(ui.StopMsg{Why: s.String()})
		case <-ended:
		}
	}()
	_, err = program.Run()
	close(ended)

	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	if n := inFlight.Wait(ctx); n > 0 {
		fmt.Fprintf(stderr, "redrive: %d calls were sent and not answered; what became of them is not known:\n", n)
		for _, line := range screen.Unfinished() {
			fmt.Fprintln(stderr, " ", line)
		}
	}
	if err != nil {
		return &runError{err}
	}
	return nil
}

// connect makes the client: to the emulator within the program, or to the QStash that the environment names.
func connect(demo bool, incident *incidentFlags) (*api.Client, error) {
	if demo {
		s, err := incident.server()
		if err != nil {
			return nil, err
		}
		return api.New(api.Config{URL: "http://localhost", Token: emulator.DefaultToken, Transport: s.Transport()})
	}
	token := os.Getenv("QSTASH_TOKEN")
	if token == "" {
		return nil, errors.New("there is no token: set QSTASH_TOKEN (and QSTASH_URL, if it is not the default), or try redrive --demo, which needs none")
	}
	return api.New(api.Config{URL: os.Getenv("QSTASH_URL"), Token: token})
}

// serveEmulator serves until it is interrupted.
func serveEmulator(stdout io.Writer, address string, incident *incidentFlags) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--addr %s: %w: use host:port, such as 127.0.0.1:8080", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--addr %s: the emulator listens on loopback only: use 127.0.0.1", address)
	}
	s, err := incident.server()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("the emulator cannot listen: %w: choose another --addr", err)
	}
	fmt.Fprintf(stdout, "export QSTASH_URL=http://%s\nexport QSTASH_TOKEN=%s\n", listener.Addr(), emulator.DefaultToken)

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

// newOperation is a label that no other operation has.
func newOperation() string {
	var b [4]byte
	_, _ = rand.Read(b[:])
	return model.LabelPrefix + hex.EncodeToString(b[:])
}

// countingFile is the terminal, with a count of the writes to it: so it is known when a frame stands.
type countingFile struct {
	*os.File
	begun, done atomic.Uint64
}

func (f *countingFile) Write(b []byte) (int, error) {
	f.begun.Add(1)
	defer f.done.Add(1)
	return f.File.Write(b)
}

func (f *countingFile) written() (begun, done uint64) { return f.begun.Load(), f.done.Load() }
