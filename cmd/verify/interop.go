package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/recall/protocol/conformance"
)

// interop is the rule about the clients in all languages.
const interop = "recall.interop"

func clientsMeet(ctx context.Context, p Product) (string, error) {
	matrix, err := Meet(ctx, p, conformance.Meeting{Participants: p.Clients})
	if err != nil {
		return "", err
	}
	if differences := matrix.Differences(); len(differences) > 0 {
		return "", errors.New(strings.Join(differences, "; "))
	}
	var names []string
	for _, each := range p.Clients {
		names = append(names, each.User)
	}
	return strings.Join(names, ", "), nil
}

// Meet makes a group whose members are the participants of a meeting, and lets them meet there. The users have the
// names of the participants, behind the prefix of the product.
func Meet(ctx context.Context, p Product, meeting conformance.Meeting) (conformance.Matrix, error) {
	if p.Invoke == nil {
		return conformance.Matrix{}, errNoAdministration
	}
	named := func(name string) string { return strings.TrimPrefix(p.Prefix+"-"+name, "-") }
	group := named("interop")
	if err := administer(ctx, p.Invoke, map[string]any{"action": "putGroup", "group": group}); err != nil {
		return conformance.Matrix{}, err
	}
	meeting.URL, meeting.Conversation = p.URL, "group_"+group
	meeting.Participants = slices.Clone(meeting.Participants)
	for place := range meeting.Participants {
		participant := &meeting.Participants[place]
		participant.User = named(participant.User)
		if err := administer(ctx, p.Invoke, map[string]any{
			"action": "putMember", "group": group, "user": participant.User, "role": "member",
		}); err != nil {
			return conformance.Matrix{}, err
		}
		var err error
		if participant.Token, err = p.Token(participant.User); err != nil {
			return conformance.Matrix{}, err
		}
	}
	return meeting.Run(ctx)
}

// DriverBuildTime is the longest time that building a driver may take.
const DriverBuildTime = 30 * time.Minute

// BuildDrivers lets each participant build its driver where it is not built.
func BuildDrivers(ctx context.Context, participants []conformance.Participant, say func(text string)) error {
	for _, participant := range participants {
		say(participant.User + ": building its driver where it is not built")
		if _, err := conformance.Ask(ctx, participant.Driver, DriverBuildTime); err != nil {
			return fmt.Errorf("%s: %w", participant.User, err)
		}
	}
	return nil
}
