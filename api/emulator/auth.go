package emulator

import (
	"net/http"
	"strings"
)

// tokenKey is the query parameter that may carry the token.
const tokenKey = "qstash_token"

// authenticate accepts the token, and the read-only token for reading.
func (s *Server) authenticate(r *http.Request) *refusal {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		token = r.URL.Query().Get(tokenKey)
	}
	switch token {
	case s.options.Token:
		return nil
	case "":
	case s.options.ReadOnlyToken:
		if r.Method == http.MethodGet {
			return nil
		}
		status := http.StatusForbidden
		if s.options.Switches.ReadOnlyIs401 {
			status = http.StatusUnauthorized
		}
		return &refusal{status, "not permitted: the token is read-only"}
	}
	return &refusal{http.StatusUnauthorized, "unable to authenticate: invalid token"}
}

func (c *call) signingKeys() (answer, error) {
	return jsonAnswer(http.StatusOK, struct {
		Current string `json:"current"`
		Next    string `json:"next"`
	}{DefaultCurrentSigningKey, DefaultNextSigningKey}), nil
}
