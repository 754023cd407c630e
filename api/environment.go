package api

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// devToken is the first user of every local development server: a public constant, no secret.
const devToken = "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0="

// Environment is what the environment says of the account.
type Environment struct {
	URL   string
	Token string
	// Region is the value of QSTASH_REGION when the variables of that region were taken; else empty.
	Region string
	// DevServer is set when the local development server is meant.
	DevServer bool
}

var regions = []string{"EU_CENTRAL_1", "US_EAST_1"}

// FromEnvironment reads the variables of the official SDKs, in their order: QSTASH_DEV wins over everything; then the pair of
// the region that QSTASH_REGION names; then QSTASH_URL and QSTASH_TOKEN. What an SDK would only warn of is an error here,
// since it would lead to another account than was meant.
func FromEnvironment(getenv func(string) string) (Environment, error) {
	dev, err := devServer(getenv)
	if err != nil || dev.DevServer {
		return dev, err
	}
	region := strings.ToUpper(strings.ReplaceAll(getenv("QSTASH_REGION"), "-", "_"))
	if region != "" {
		known := false
		for _, r := range regions {
			known = known || r == region
		}
		if !known {
			return Environment{}, fmt.Errorf("QSTASH_REGION is %q, which is no region: set it to %s", getenv("QSTASH_REGION"), strings.Join(regions, " or "))
		}
		url, token := getenv(region+"_QSTASH_URL"), getenv(region+"_QSTASH_TOKEN")
		switch {
		case url != "" && token != "":
			return Environment{URL: url, Token: token, Region: region}, nil
		case url != "":
			return Environment{}, fmt.Errorf("%[1]s_QSTASH_URL is set and %[1]s_QSTASH_TOKEN is not: set both, or neither to use QSTASH_URL and QSTASH_TOKEN", region)
		case token != "":
			return Environment{}, fmt.Errorf("%[1]s_QSTASH_TOKEN is set and %[1]s_QSTASH_URL is not: set both, or neither to use QSTASH_URL and QSTASH_TOKEN", region)
		}
	}
	e := Environment{URL: getenv("QSTASH_URL"), Token: getenv("QSTASH_TOKEN")}
	if e.Token == "" {
		return Environment{}, errors.New("there is no token: set QSTASH_TOKEN (and QSTASH_URL, if it is not the default), or try redrive --demo, which needs none")
	}
	return e, nil
}

func devServer(getenv func(string) string) (Environment, error) {
	switch v := getenv("QSTASH_DEV"); v {
	case "", "false", "0":
		return Environment{}, nil
	case "true", "1":
	default:
		return Environment{}, fmt.Errorf("QSTASH_DEV is %q: set it to true for the local development server, or to false", v)
	}
	port := getenv("QSTASH_DEV_PORT")
	if port == "" {
		port = "8080"
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return Environment{}, fmt.Errorf("QSTASH_DEV_PORT is %q, which is no port: set it to the port of the development server, or leave it out for 8080", port)
	}
	return Environment{URL: "http://127.0.0.1:" + port, Token: devToken, DevServer: true}, nil
}
