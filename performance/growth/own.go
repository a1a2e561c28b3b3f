package growth

import (
	_ "embed"
	"encoding/json"
	"sync"
)

//go:embed measured.json
var measured []byte

// Own is what the functions themselves take, besides what they wait for.
type Own struct {
	// Source says where and when it was measured, and by which command.
	Source string `json:"source"`
	// Seconds is an invocation, PostSeconds a post to one more device, and MemberSeconds a row of a roster.
	Seconds       float64 `json:"seconds"`
	PostSeconds   float64 `json:"postSeconds"`
	MemberSeconds float64 `json:"memberSeconds"`
}

// own reads measured.json, which recall bench latency --growth writes.
var own = sync.OnceValue(func() Own {
	var read Own
	if err := json.Unmarshal(measured, &read); err != nil {
		panic("measured.json: " + err.Error()) // every test of this package would find it
	}
	return read
})

// The same as numbers of the model.
var (
	ownSeconds     = own().Seconds
	ownPostSeconds = own().PostSeconds
)
