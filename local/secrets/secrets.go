// Package secrets stands in for AWS Secrets Manager. It has what functions use: GetSecretValue of the current
// version.
package secrets

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	"example.com/recall/local/answer"
)

// Store keeps secrets under their ARNs. It is an http.Handler that answers in the AWS JSON protocol.
type Store struct {
	mutex  sync.Mutex
	values map[string]string
}

// Put stores a secret or changes it.
func (s *Store) Put(arn, value string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.values == nil {
		s.values = map[string]string{}
	}
	s.values[arn] = value
}

// Value returns a secret; it is empty if there is none.
func (s *Store) Value(arn string) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.values[arn]
}

// maximumBody is much larger than a request with an ARN.
const maximumBody = 64 << 10

// ServeHTTP answers GetSecretValue (Secrets Manager API Reference).
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" {
		answer.Error(w, http.StatusBadRequest, "UnknownOperationException",
			"the local Secrets Manager only knows GetSecretValue")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumBody))
	var asked struct{ SecretID, VersionStage string }
	if err != nil || json.Unmarshal(body, &asked) != nil {
		answer.Error(w, http.StatusBadRequest, "SerializationException", "the request is no GetSecretValue")
		return
	}
	value := s.Value(asked.SecretID)
	if value == "" || asked.VersionStage != "" && asked.VersionStage != current {
		answer.Error(w, http.StatusBadRequest, "ResourceNotFoundException",
			"Secrets Manager can't find the specified secret.")
		return
	}
	name := asked.SecretID[strings.LastIndex(asked.SecretID, ":")+1:]
	answer.AWS(w, http.StatusOK, map[string]any{
		"ARN": asked.SecretID, "Name": name, "SecretString": value, "VersionStages": []string{current},
	})
}

// current is the label of the version that GetSecretValue returns if the request names none.
const current = "AWSCURRENT"
