package action

import (
	"example.com/recall/shared/function"
	"example.com/recall/shared/wire"
)

// admin is the function for administrators. All other functions answer clients.
const admin = "admin"

// All returns the actions of clients and, behind them, those of administrators, each in the order of
// protocol/README.md.
func All() []function.Action {
	return []function.Action{
		hello(), push(), send(), revoke(), sync(), read(), conversations(), attach(), download(),
		adminRevoke(), adminRevokeBySender(), putGroup(), deleteGroup(), putMember(), deleteMember(),
		getSettings(), putSettings(), audit(), disconnect(), getGroup(),
	}
}

// Main runs a function that does nothing but answer its actions.
func Main(name string, posts function.Posts, files function.Files) {
	function.Main(func(environment function.Environment) (function.FrameHandler, error) {
		parts, err := function.Build(environment, posts, files)
		if err != nil {
			return nil, err
		}
		return parts.Frames().Handler(AnsweredBy(name)), nil
	})
}

// AnsweredBy returns the actions that a function answers.
func AnsweredBy(name string) []function.Action {
	var found []function.Action
	for _, action := range All() {
		if action.Function == name {
			found = append(found, action)
		}
	}
	return found
}

// done is the reply of an action that has nothing to tell but that it is done.
func done(call function.Call, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return wire.DoneReply(call.Frame.Envelope)
}
