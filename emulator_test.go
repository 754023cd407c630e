package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"redrive/api/emulator"
)

// emulated starts the program's emulator and returns its URL and token.
func emulated(t *testing.T, args ...string) (url, token string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, binary, append([]string{"emulator", "--addr", "127.0.0.1:0"}, args...)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the emulator ended with %v", err)
		}
	})
	lines := bufio.NewScanner(stdout)
	for token == "" && lines.Scan() {
		if value, found := strings.CutPrefix(lines.Text(), "export QSTASH_URL="); found {
			url = value
		}
		if value, found := strings.CutPrefix(lines.Text(), "export QSTASH_TOKEN="); found {
			token = value
		}
	}
	if url == "" || token == "" {
		t.Fatal("the emulator does not say where it is")
	}
	return url, token
}

func ask(t *testing.T, method, target, token string, headers ...string) (status int, body map[string]any, header http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	_ = json.NewDecoder(response.Body).Decode(&body)
	return response.StatusCode, body, response.Header
}

func TestTheEmulatorDoesWhatItsFlagsSay(t *testing.T) {
	url, token := emulated(
		t, "--messages", "3", "--workflows", "0", "--odd", "0", "--token", "secret", "--read-only-token", "reader",
		"--rate-limit", "500", "--daily-limit", "2", "--retry-quota", "5", "--latency", "1ms..2ms", "--retention", "3650d",
		"--switch", "oldest-first", "--switch", "last-cursor=null", "--fault", "fail=503 on=queues", "--log-lag", "1h",
	)
	if token != "secret" {
		t.Errorf("the token is %s", token)
	}
	status, body, header := ask(t, http.MethodGet, url+"/v2/dlq", "reader")
	messages, _ := body["messages"].([]any)
	cursor, has := body["cursor"]
	if status != 200 || len(messages) != 3 || !has || cursor != nil || header.Get("Burst-RateLimit-Limit") != "500" {
		t.Errorf("%d with %d messages, cursor %v, headers %v", status, len(messages), cursor, header)
	}
	id := messages[0].(map[string]any)["dlqId"].(string)
	for _, test := range []struct {
		method, path, token string
		headers             []string
		want                int
	}{
		{"POST", "/v2/dlq/retry/" + id, "reader", nil, 403},
		{"POST", "/v2/dlq/retry/" + id, "secret", []string{"Upstash-Retries: 6"}, 412},
		{"POST", "/v2/dlq/retry/" + id, "secret", nil, 201},
		{"POST", "/v2/dlq/retry", "secret", nil, 429},
		{"GET", "/v2/queues", "secret", nil, 503},
		{"GET", "/v2/dlq", emulator.DefaultToken, nil, 401},
	} {
		if status, _, _ := ask(t, test.method, url+test.path, test.token, test.headers...); status != test.want {
			t.Errorf("%s %s: %d, want %d", test.method, test.path, status, test.want)
		}
	}
	_, record, _ := ask(t, http.MethodGet, url+"/_emulator/record", "")
	if counts, _ := record["counts"].(map[string]any); counts["retried"] != 1.0 || counts["present"] != 2.0 {
		t.Errorf("record %v", record["counts"])
	}
	made := record["entries"].([]any)[0].(map[string]any)["messageIds"].([]any)[0].(string)
	if _, logs, _ := ask(t, http.MethodGet, url+"/v2/logs?messageId="+made, "secret"); len(logs["logs"].([]any)) != 0 {
		t.Errorf("in spite of the lag the log has %v", logs)
	}
}

// run executes the program's command line within the test.
func run(args ...string) (stdout string, err error) {
	var out bytes.Buffer
	c := command(&out, &out, clock{now: time.Now})
	c.SetArgs(args)
	err = c.Execute()
	return out.String(), err
}

func TestAWrongFlagOfTheEmulatorIsNamed(t *testing.T) {
	for args, want := range map[string]string{
		"--switch=newest-first":           `--switch: there is no switch "newest-first": redrive emulator --list-switches prints what there is`,
		"--switch=last-cursor=nil":        `--switch: the switch last-cursor is "nil": it takes as-observed, absent, empty, null: `,
		"--fault=explode":                 `--fault: the fault "explode": there is no such fault: it is latency, `,
		"--fault=drop on=everything":      `there is no request "everything": on= takes callback|delete|`,
		"--latency=fast":                  `--latency is "fast": it takes a time such as 50ms, or 20ms..200ms`,
		"--retention=0d":                  `--retention is "0d": it takes a time such as 3d or 12h`,
		"--retention=99999d":              `--retention is "99999d"`,
		"--retention=long":                `--retention is "long"`,
		"--rate-limit=-1":                 "--rate-limit, --daily-limit, --retry-quota and --log-lag take 0 or more",
		"--log-lag=-1s":                   "--log-lag take 0 or more",
		"--messages=-1":                   "take 0 or more",
		"--messages=1000001":              "take at most 1000000",
		"--addr=0.0.0.0:80":               "loopback only",
		"--addr=here":                     "use host:port",
		"--daily=1":                       "unknown flag: --daily: redrive emulator --help lists what there is",
		"--daily-limit=many":              `invalid argument "many" for "--daily-limit" flag: redrive emulator --help`,
		"--addr=127.0.0.1:1000000":        "choose another --addr",
		"--latency=2s..1s --messages=nil": `invalid argument "nil"`,
	} {
		_, err := run(append([]string{"emulator"}, splitFlags(args)...)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
	cmd := exec.CommandContext(t.Context(), binary, "emulator", "--switch", "newest-first")
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != exitUsage || strings.Count(string(out), "\n") != 1 {
		t.Errorf("%v: %s", err, out)
	}
}

// splitFlags parts flags whose values may have spaces.
func splitFlags(args string) []string {
	parts := strings.Split(args, " --")
	for n := range parts[1:] {
		parts[n+1] = "--" + parts[n+1]
	}
	return parts
}

func TestTheEmulatorExplainsItsSwitchesAndFaults(t *testing.T) {
	listed, err := run("emulator", "--list-switches")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range emulator.SwitchNames() {
		if !strings.Contains(listed, s.Name) || !strings.Contains(listed, s.Says) {
			t.Errorf("%s is not listed", s.Name)
		}
	}
	if !strings.Contains(listed, "\nlast-cursor=as-observed|absent|empty|null\n") {
		t.Error("the values of a switch are not listed")
	}
	help, err := run("emulator", "--help")
	if err != nil || !strings.Contains(help, emulator.FaultSyntax) || !strings.Contains(help, "/_emulator/record") {
		t.Errorf("%v: %s", err, help)
	}
}
