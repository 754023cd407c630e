package api

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"redrive/model"
)

const (
	// DefaultURL is the region that a token belongs to when nothing else is said.
	DefaultURL = "https://qstash.upstash.io"
	// DefaultTimeout is how long a request may go without progress.
	DefaultTimeout = 30 * time.Second
	// DefaultPageCap is how many bytes a page of a list may have, after decompression.
	DefaultPageCap int64 = 64 << 20
	// DefaultMemory is how many bytes of the texts of entries are kept for filters.
	DefaultMemory = 64 << 20
	// entryCap is how many bytes a single entry may have, with its bodies.
	entryCap int64 = 256 << 20
)

// Config says which account a [Client] is for and how it is reached.
type Config struct {
	// URL is the address of the region; empty means [DefaultURL]. One slash at its end is taken off. It may have a path,
	// but no user, query or fragment.
	URL string
	// Token authenticates every request.
	Token string
	// DLQ names the account and region in the keys of entries. Empty means a name made of the host and a digest of the
	// token, so that entries of different accounts can never be confused.
	DLQ model.DLQ
	// Transport carries the requests. Nil means one of the client's own, which takes a proxy for https from the
	// environment.
	Transport http.RoundTripper
	// Watch is put around the transport, to see the requests that go through; nil for nothing.
	Watch func(http.RoundTripper) http.RoundTripper
	// Now tells the time that the limits of the server are compared with; nil means [time.Now].
	Now func() time.Time
	// Timeout is how long a request may go without progress; zero means [DefaultTimeout]. A write has that long
	// altogether, and a read four times as long while its answer keeps coming.
	Timeout time.Duration
	// PageCap is how many bytes a page may have; zero means [DefaultPageCap]. A larger one is asked for again with fewer
	// entries.
	PageCap int64
	// Memory is how many bytes of the texts of entries are kept for filters; zero means [DefaultMemory]. Those of the entries
	// read least recently make room for others.
	Memory int64
	// Random gives numbers from 0 up to 1, by which reads that were refused together are spread; it is called concurrently.
	// Nil means [rand.Float64].
	Random func() float64
	// InsecureHTTP permits http to hosts other than this one, where the token can be read on the way.
	InsecureHTTP bool
}

// URL is the address that requests go to, without a slash at its end.
func (c *Client) URL() string { return c.base }

// Client is a [model.Backend] over HTTP. Make one with [New]; it is safe for concurrent use.
type Client struct {
	base    string // without a slash at its end
	host    string
	token   string
	dlq     model.DLQ
	http    http.Client
	now     func() time.Time
	timeout time.Duration
	pageCap int64
	limit   *limiter
	bodies  *bodies

	pages    [len(model.Kinds)]pageSize
	logPages pageSize
	runPages pageSize
	// What the server was found not to know: lists by id, /v2/workflows/dlq, /v2/logs, logs by several ids,
	// /v2/workflows/logs, several runs at once.
	noIDList     atomic.Bool
	oldRuns      atomic.Bool
	oldLogs      atomic.Bool
	logsOneByOne atomic.Bool
	oldRunLogs   atomic.Bool
	runsOneByOne atomic.Bool
}

var _ model.Backend = (*Client)(nil)

// New makes a client. It sends nothing. Its error is one sentence that says what is wrong with the configuration.
func New(cfg Config) (*Client, error) {
	base, err := parseBase(cfg.URL, cfg.InsecureHTTP)
	if err != nil {
		return nil, err
	}
	token := strings.TrimSpace(cfg.Token)
	if token == "" {
		return nil, errors.New("there is no token: set QSTASH_TOKEN")
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("the token has characters that no token has: check QSTASH_TOKEN")
	}
	c := &Client{
		base:    base.String(),
		host:    base.Host,
		token:   token,
		dlq:     cfg.DLQ,
		now:     cfg.Now,
		timeout: cfg.Timeout,
		pageCap: cfg.PageCap,
	}
	if c.dlq == "" {
		digest := sha256.Sum256([]byte(token))
		c.dlq = model.DLQ(c.host + "#" + hex.EncodeToString(digest[:8]))
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.timeout <= 0 {
		c.timeout = DefaultTimeout
	}
	if c.pageCap <= 0 {
		c.pageCap = DefaultPageCap
	}
	c.bodies = newBodies(cmp.Or(cfg.Memory, DefaultMemory))
	c.limit = newLimiter(c.now, cfg.Random)
	c.runPages.most = model.MostRuns
	c.http.Transport = cfg.Transport
	if c.http.Transport == nil {
		c.http.Transport = newTransport()
	}
	if cfg.Watch != nil {
		c.http.Transport = cfg.Watch(c.http.Transport)
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c, nil
}

// Host is the host that requests go to, with its port if it has one.
func (c *Client) Host() string { return c.host }

// DLQ is the name that the client gives the account and region in the keys of entries, and the only one that it takes.
func (c *Client) DLQ() model.DLQ { return c.dlq }

// CloseIdleConnections closes connections that are not in use. The client can be used afterwards.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// parseBase checks a configured URL. Its errors quote nothing of the text: tokens get pasted into the wrong variable.
func parseBase(raw string, insecure bool) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		raw = DefaultURL
	}
	u, err := url.Parse(strings.TrimSuffix(raw, "/"))
	if err != nil || u.Hostname() == "" || u.Opaque != "" {
		return nil, fmt.Errorf("QSTASH_URL is not a URL such as %s", DefaultURL)
	}
	switch {
	case u.User != nil:
		return nil, errors.New("QSTASH_URL has a user or a password in it: take it out, the token goes into QSTASH_TOKEN")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("QSTASH_URL has more than an address in it: cut it after the host, as in %s", DefaultURL)
	case u.Scheme == "https":
	case u.Scheme != "http":
		return nil, fmt.Errorf("QSTASH_URL begins with neither https nor http: it should look like %s", DefaultURL)
	case !insecure && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("the token could be read on the way to http://%s: use https, or --insecure-http if that is meant", u.Host)
	}
	return u, nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
