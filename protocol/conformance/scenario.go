package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

const defaultServerTime = 1_700_000_000_000

// Scenario is one file: a sentence about what holds, and the steps that show it.
type Scenario struct {
	Name       string   `json:"name"`
	Needs      []string `json:"needs"`      // the capabilities without which the scenario does not apply to a client
	Without    []string `json:"without"`    // the capabilities that a client must not use in the scenario
	ServerTime int64    `json:"serverTime"` // the server's clock at the start, milliseconds since 1970
	Steps      []Step   `json:"steps"`
	File       string   `json:"-"`
}

// Persistence is the capability of a client that stores conversations.
const Persistence = "persistence"

// allCapabilities are those that a scenario may need.
func allCapabilities() []string {
	return []string{
		Persistence, "batches", "findMessages", "newConversations", "totalUnread", "throwingListeners", "unlessRevoked",
		"executor", "attachments", "push",
	}
}

// Client is what a driver says about its client.
type Client struct {
	Capabilities []string          // what the client has
	Lacks        map[string]string // why it does not have each of the others
}

// Missing returns the first capability that the scenario needs and the client does not have, and the reason that the
// driver gives. Both are "" if there is none. If the driver says nothing about the capability, that is an error: a
// scenario is left out only where somebody decided so.
func (s Scenario) Missing(client Client) (capability, reason string, err error) {
	for _, needed := range s.Needs {
		if slices.Contains(client.Capabilities, needed) {
			continue
		}
		reason := client.Lacks[needed]
		if reason == "" {
			return needed, "", fmt.Errorf("the driver does not say whether its client has the capability %s", needed)
		}
		return needed, reason, nil
	}
	return "", "", nil
}

// Step is one step; exactly one of the fields that name what it does is set. See README.md.
type Step struct {
	Do          map[string]any  `json:"do"`
	Result      map[string]any  `json:"result"`
	Accept      *Accept         `json:"accept"`
	Handshake   *Handshake      `json:"handshake"`
	ExpectFrame map[string]any  `json:"expectFrame"`
	NeverFrame  map[string]any  `json:"neverFrame"`
	Reply       map[string]any  `json:"reply"`
	SendFrame   map[string]any  `json:"sendFrame"`
	SendRaw     *string         `json:"sendRaw"`
	SendBinary  *string         `json:"sendBinary"`
	SendHuge    int             `json:"sendHuge"`
	Drop        bool            `json:"drop"`
	Close       int             `json:"close"`
	BlackHole   bool            `json:"blackHole"`
	ExpectEvent map[string]any  `json:"expectEvent"`
	InOrder     []any           `json:"expectInOrder"`
	NeverEvent  map[string]any  `json:"neverEvent"`
	Barrier     bool            `json:"barrier"`
	Kill        bool            `json:"kill"`
	Start       bool            `json:"start"`
	Network     *bool           `json:"network"`
	Storage     *StorageCheck   `json:"storage"`
	Object      *ObjectStep     `json:"object"`
	As          string          `json:"as"`
	To          string          `json:"to"`
	Times       int             `json:"times"`
	Comment     string          `json:"comment"`
	source      json.RawMessage // as written, for messages about the step
}

// StorageCheck says what the files of the client's storage folder must hold. Exactly one field is set.
type StorageCheck struct {
	Has   string `json:"has"`   // Wait until a file has this text.
	Lacks string `json:"lacks"` // No file may have this text now.
}

// Accept says how the next handshake is answered.
type Accept struct {
	Status int    `json:"status"` // refuse with this HTTP status; 0: accept
	Token  string `json:"token"`  // the token that the handshake must carry; "": any
}

// Handshake accepts a connection and answers the client's first requests.
type Handshake struct {
	Token         string                     `json:"token"`
	Conversations json.RawMessage            `json:"conversations"` // a list, or a list of lists: pages
	Sync          map[string]json.RawMessage `json:"sync"`          // an item or a list of items, by conversation
	ServerTime    int64                      `json:"serverTime"`
	AnswerLater   *bool                      `json:"answerLater"`
	Repeat        bool                       `json:"repeat"`
	NoPongs       bool                       `json:"noPongs"`
	// MaxAttachmentBytes is that of the hello reply; 0: the deployment has no attachments.
	MaxAttachmentBytes int `json:"maxAttachmentBytes"`
}

// UnmarshalJSON reads a step strictly: an unknown field is an error, because a misspelt step would test nothing.
func (s *Step) UnmarshalJSON(data []byte) error {
	type plain Step
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode((*plain)(s)); err != nil {
		return fmt.Errorf("step %s: %w", data, err)
	}
	s.source = slices.Clone(data)
	if kinds := s.kinds(); kinds != 1 {
		return fmt.Errorf("step %s: names %d things to do, must name one", data, kinds)
	}
	return nil
}

func (s *Step) kinds() int {
	count := 0
	for _, set := range []bool{
		s.Do != nil, s.Result != nil, s.Accept != nil, s.Handshake != nil, s.ExpectFrame != nil, s.NeverFrame != nil,
		s.Reply != nil, s.SendFrame != nil, s.SendRaw != nil, s.SendBinary != nil, s.SendHuge != 0, s.Drop,
		s.Close != 0, s.BlackHole, s.ExpectEvent != nil, s.InOrder != nil, s.NeverEvent != nil, s.Barrier,
		s.Kill, s.Start, s.Network != nil, s.Storage != nil, s.Object != nil,
	} {
		if set {
			count++
		}
	}
	return count
}

// Parse reads a scenario from its JSON text.
func Parse(data []byte) (Scenario, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var scenario Scenario
	if err := decoder.Decode(&scenario); err != nil {
		return Scenario{}, err
	}
	if scenario.Name == "" || len(scenario.Steps) == 0 {
		return Scenario{}, errors.New("a scenario needs a name and steps")
	}
	for _, needed := range slices.Concat(scenario.Needs, scenario.Without) {
		if !slices.Contains(allCapabilities(), needed) {
			return Scenario{}, fmt.Errorf("no client can have the capability %q", needed)
		}
	}
	if scenario.ServerTime == 0 {
		scenario.ServerTime = defaultServerTime
	}
	return scenario, nil
}

// ReadAll reads the scenarios of a folder whose file names match a pattern, such as *.json, sorted by file name.
func ReadAll(folder fs.FS, pattern string) ([]Scenario, error) {
	names, err := fs.Glob(folder, pattern)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("there is no scenario named %s", pattern)
	}
	scenarios := make([]Scenario, 0, len(names))
	for _, name := range names {
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		scenario, err := Parse(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		scenario.File = name
		scenarios = append(scenarios, scenario)
	}
	return scenarios, nil
}
