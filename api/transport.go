package api

import (
	"net"
	"net/http"
	"net/url"
	"time"
)

// newTransport is HTTP/1.1 only: over HTTP/2 Go's transport sends a request again after some errors that do not prove
// that it was not carried out, and a connection that died silently is found out late.
func newTransport() *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Transport{
		Protocols:              &protocols,
		Proxy:                  proxyForHTTPS,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        60 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
}

// proxyForHTTPS takes the proxy of the environment for https only, where it sees a tunnel. Of plain http it would see
// the token.
func proxyForHTTPS(r *http.Request) (*url.URL, error) {
	if r.URL.Scheme != "https" {
		return nil, nil
	}
	return http.ProxyFromEnvironment(r)
}
