package model

import "bytes"

// Class is the sort of a cause, by what can be done about it.
type Class uint8

const (
	// ClassUnknown is of what fits no other: there was no response, and nothing says why.
	ClassUnknown Class = iota
	// ClassOverload is a destination that is down, or has too much to do: 502, 503, 529.
	ClassOverload
	// ClassTimeout is a destination that did not answer in time, and may have done its work: 408, 499, 504, 524.
	ClassTimeout
	// ClassRateLimit is a destination that asks for a slower pace: 429.
	ClassRateLimit
	// ClassAuth is a destination that does not accept the credentials: 401, 403.
	ClassAuth
	// ClassNotFound is a destination that is not there: 404, 410.
	ClassNotFound
	// ClassClientError is a message that the destination does not accept: the other 4xx.
	ClassClientError
	// ClassServerError is a failure of the destination: the other 5xx.
	ClassServerError
	// ClassNetwork is a destination that could not be connected to, or that broke off.
	ClassNetwork
	// ClassTLS is a destination whose certificate or encryption was not accepted.
	ClassTLS
	// ClassDNS is a destination whose name has no address.
	ClassDNS
	// ClassNonRetryable is what the destination itself said not to try again: 489.
	ClassNonRetryable
)

// Classes are all classes, in the order of their numbers.
var Classes = [...]Class{
	ClassUnknown, ClassOverload, ClassTimeout, ClassRateLimit, ClassAuth, ClassNotFound, ClassClientError, ClassServerError, ClassNetwork, ClassTLS, ClassDNS, ClassNonRetryable,
}

var classNames = [...]string{
	"unknown", "overload", "timeout", "rate-limit", "auth", "not-found", "client-error", "server-error", "network", "tls", "dns",
	"non-retryable",
}

func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return classNames[ClassUnknown]
}

// ParseClass reads the name of a class.
func ParseClass(s string) (Class, bool) {
	for _, c := range Classes {
		if classNames[c] == s {
			return c, true
		}
	}
	return ClassUnknown, false
}

// Transport is how a request failed that got no response.
type Transport uint8

const (
	// NoTransportError is what there is when there was a response, or nothing says what happened.
	NoTransportError Transport = iota
	// TransportTimeout is a request that got no answer in time.
	TransportTimeout
	// TransportRefused is a connection that was refused.
	TransportRefused
	// TransportBroken is a connection that broke off, or could not be made for another reason.
	TransportBroken
	// TransportDNS is a host that has no address.
	TransportDNS
	// TransportTLS is a certificate or an encryption that was not accepted.
	TransportTLS
)

const (
	statusNonRetryable = 489
	statusClosed       = 499
	// statusConnectTimeout is Cloudflare's for a destination that it could not connect to in time.
	statusConnectTimeout = 522
	statusOverloaded     = 529
)

func classOf(status int, transport Transport, endedByPlatform bool) Class {
	switch status {
	case 0:
		return [...]Class{ClassUnknown, ClassTimeout, ClassNetwork, ClassNetwork, ClassDNS, ClassTLS}[transport]
	case statusNonRetryable:
		return ClassNonRetryable
	case 408, statusClosed, 504, statusConnectTimeout, 524, 598:
		return ClassTimeout
	case 401, 403, 407, 511:
		return ClassAuth
	case 404, 410:
		return ClassNotFound
	case 429:
		return ClassRateLimit
	case 525, 526, 495, 496:
		return ClassTLS
	case 521, 523, 599:
		return ClassNetwork
	case 530:
		return ClassDNS
	}
	switch {
	case endedByPlatform && status/100 == 5:
		return ClassTimeout
	case status == 502, status == 503, status == statusOverloaded:
		return ClassOverload
	case status/100 == 4:
		return ClassClientError
	case status/100 == 5:
		return ClassServerError
	}
	return ClassUnknown
}

// transportWords are what texts of failed requests have in them, the most telling first.
var transportWords = []struct {
	word string
	kind Transport
}{
	{"no such host", TransportDNS},
	{"enotfound", TransportDNS},
	{"eai_again", TransportDNS},
	{"nxdomain", TransportDNS},
	{"dns", TransportDNS},
	{"name resolution", TransportDNS},
	{"name or service not known", TransportDNS},
	{"lookup", TransportDNS},
	{"x509", TransportTLS},
	{"certificate", TransportTLS},
	{"tls", TransportTLS},
	{"ssl", TransportTLS},
	{"timeout", TransportTimeout},
	{"timed out", TransportTimeout},
	{"deadline exceeded", TransportTimeout},
	{"etimedout", TransportTimeout},
	{"refused", TransportRefused},
	{"reset", TransportBroken},
	{"broken pipe", TransportBroken},
	{"unreachable", TransportBroken},
	{"eof", TransportBroken},
	{"hang up", TransportBroken},
	{"closed", TransportBroken},
	{"no route", TransportBroken},
}

// transportOf is how the request failed, as far as the text tells.
func transportOf(text string) Transport {
	for _, w := range transportWords {
		if containsFold(text, w.word) {
			return w.kind
		}
	}
	return NoTransportError
}

var platformTimeouts = [][]byte{
	[]byte("FUNCTION_INVOCATION_TIMEOUT"), []byte("EDGE_FUNCTION_INVOCATION_TIMEOUT"), []byte("MIDDLEWARE_INVOCATION_TIMEOUT"),
	[]byte("Task timed out"), []byte("Endpoint request timed out"), []byte("Inactivity Timeout"), []byte("Execution timed out"),
	[]byte("Request timeout H12"),
}

func endedByPlatform(text []byte) bool {
	for _, w := range platformTimeouts {
		if bytes.Contains(text, w) {
			return true
		}
	}
	return false
}
