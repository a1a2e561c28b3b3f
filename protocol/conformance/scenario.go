package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const defaultServerTime = 1_700_000_000_000

// Scenario is one file: a sentence about what holds, and the steps that show it.
type Scenario struct {
	Name       string `json:"name"`
	ServerTime int64  `json:"serverTime"` // the server's clock at the start, milliseconds since 1970
	Steps      []Step `json:"steps"`
	File       string `json:"-"`
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
	NeverEvent  map[string]any  `json:"neverEvent"`
	Barrier     bool            `json:"barrier"`
	As          string          `json:"as"`
	To          string          `json:"to"`
	Times       int             `json:"times"`
	Comment     string          `json:"comment"`
	source      json.RawMessage // as written, for messages about the step
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
		s.Close != 0, s.BlackHole, s.ExpectEvent != nil, s.NeverEvent != nil, s.Barrier,
	} {
		if set {
			count++
		}
	}
	return count
}

// Read reads one scenario file.
func Read(path string) (Scenario, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Scenario{}, err
	}
	scenario, err := Parse(data)
	if err != nil {
		return Scenario{}, fmt.Errorf("%s: %w", path, err)
	}
	scenario.File = path
	return scenario, nil
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
	if scenario.ServerTime == 0 {
		scenario.ServerTime = defaultServerTime
	}
	return scenario, nil
}

// ReadAll reads the scenario at path, or all *.json of the folder at path, sorted by file name.
func ReadAll(path string) ([]Scenario, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	paths := []string{path}
	if info.IsDir() {
		paths = nil
		err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && strings.HasSuffix(file, ".json") {
				paths = append(paths, file)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s has no scenario (*.json)", path)
	}
	scenarios := make([]Scenario, 0, len(paths))
	for _, file := range paths {
		scenario, err := Read(file)
		if err != nil {
			return nil, err
		}
		scenarios = append(scenarios, scenario)
	}
	return scenarios, nil
}
