package api

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestProxyNeverSeesTheTokenOfPlainHTTP(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "http://203.0.113.1/", nil)
	if proxy, err := http.ProxyFromEnvironment(r); err != nil || proxy == nil {
		t.Fatal("the environment of the test has no proxy: nothing is tested", err)
	}
	if proxy, err := newTransport().Proxy(r); err != nil || proxy != nil {
		t.Errorf("%v, %v", proxy, err)
	}
}

func TestHTTP2IsNotSpoken(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	transport := newTransport()
	defer transport.CloseIdleConnections()
	transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	resp, err := (&http.Client{Transport: transport}).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.ProtoMajor != 1 {
		t.Error(resp.Proto)
	}
}
