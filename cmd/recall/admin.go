package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// adminCommand is `recall admin`: one subcommand for each admin action of protocol/README.md.
type adminCommand struct {
	URL      string `help:"Output AdminUrl of a deployed stack." env:"RECALL_ADMIN_URL" placeholder:"URL"`
	Function string `help:"Name of an admin function to invoke." env:"RECALL_ADMIN_FUNCTION" placeholder:"NAME"`
	Region   string `help:"AWS region of the stack. The default is in your AWS configuration." placeholder:"REGION"`
	State    string `help:"State file of the local stack." placeholder:"FILE"`
	JSON     bool   `help:"Print the replies as JSON, one on each line, for programs." name:"json"`

	Revoke         adminRevoke         `cmd:"" help:"Recall messages of any age."`
	RevokeBySender adminRevokeBySender `cmd:"" help:"Recall all messages of one sender in a conversation."`
	PutGroup       adminPutGroup       `cmd:"" help:"Create a group, or change its name and window."`
	Group          adminGroup          `cmd:"" help:"Show a group: its name, its window and its members."`
	DeleteGroup    adminDeleteGroup    `cmd:"" help:"Delete a group with its roster and messages."`
	PutMember      adminPutMember      `cmd:"" help:"Add a member to a group, or change their role."`
	DeleteMember   adminDeleteMember   `cmd:"" help:"Remove a member from a group."`
	Disconnect     adminDisconnect     `cmd:"" help:"Close all connections of a user, and tell each device why."`
	GetSettings    adminGetSettings    `cmd:"" help:"Show the default recall window."`
	PutSettings    adminPutSettings    `cmd:"" help:"Change the default recall window. It takes at most 10 s."`
	Audit          adminAudit          `cmd:"" help:"Show who recalled which message, when, by what right and why."`
	Raw            adminRaw            `cmd:"" help:"Send one request as JSON from standard input and print the reply."`
}

// Help is shown by `recall admin --help`.
func (adminCommand) Help() string {
	return "Without --url and --function the requests go to the local stack that is running."
}

// where names a conversation absolutely, as the admin protocol does.
type where struct {
	Users []string `help:"The two users of a direct conversation, e.g. alice,bob." xor:"where" placeholder:"A,B"`
	Group string   `help:"The group." xor:"where" placeholder:"GROUP"`
}

func (w where) conversation() (map[string]any, error) {
	switch {
	case w.Group != "":
		return map[string]any{"group": w.Group}, nil
	case len(w.Users) == 2:
		return map[string]any{"users": w.Users}, nil
	}
	return nil, errors.New("say which conversation: --users alice,bob or --group eng")
}

// adminReply is what the tables need of a reply.
type adminReply struct {
	OK      bool          `json:"ok"`
	Error   *adminFailure `json:"error"`
	Results []struct {
		MessageID string           `json:"messageId"`
		OK        bool             `json:"ok"`
		Revoked   *adminRevocation `json:"revoked"`
		Repeated  bool             `json:"repeated"`
		Error     *adminFailure    `json:"error"`
	} `json:"results"`
	Next         string `json:"next"`
	Disconnected int    `json:"disconnected"`
	Name         string `json:"name"`
	Members      []struct {
		User string `json:"user"`
		Role string `json:"role"`
	} `json:"members"`
	RecallWindowSeconds *int64 `json:"recallWindowSeconds"`
	Revocations         []struct {
		Conversation struct {
			Users []string `json:"users"`
			Group string   `json:"group"`
		} `json:"conversation"`
		MessageID string          `json:"messageId"`
		Sender    string          `json:"sender"`
		SentAt    int64           `json:"sentAt"`
		Revoked   adminRevocation `json:"revoked"`
	} `json:"recalls"`
}

type adminFailure struct {
	Code      int    `json:"code"`
	Name      string `json:"name"`
	Desc      string `json:"desc"`
	Retryable bool   `json:"retryable"`
}

func (f adminFailure) Error() string { return fmt.Sprintf("%s (%d): %s", f.Name, f.Code, f.Desc) }

type adminRevocation struct {
	At     int64  `json:"at"`
	By     string `json:"by"`
	Role   string `json:"role"`
	Reason string `json:"reason"`
}

// request is an admin request: its action, and the fields that were given.
func request(action string, fields map[string]any) map[string]any {
	given := map[string]any{"action": action}
	for name, value := range fields {
		switch typed := value.(type) {
		case string:
			if typed == "" {
				continue
			}
		case int64:
			if typed == 0 && name == "since" {
				continue
			}
		}
		given[name] = value
	}
	return given
}

// call sends a request, prints the reply where JSON was asked for, and returns a failure of the whole as an error.
func (c *adminCommand) call(ctx context.Context, request map[string]any) (adminReply, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return adminReply{}, err
	}
	raw, err := c.post(ctx, body)
	if err != nil {
		return adminReply{}, err
	}
	if c.JSON {
		fmt.Println(strings.TrimSpace(string(raw)))
	}
	var reply adminReply
	if err := json.Unmarshal(raw, &reply); err != nil {
		return adminReply{}, fmt.Errorf("the answer is not an admin reply (%w); is the address the admin function's?", err)
	}
	if reply.Error != nil && len(reply.Results) == 0 {
		return reply, reply.Error
	}
	return reply, nil
}

// say prints a line for people, unless JSON is wanted.
func (c *adminCommand) say(format string, values ...any) {
	if !c.JSON {
		fmt.Printf(format+"\n", values...)
	}
}

// errRefused means that the printed reply says why the request was refused. It makes the exit code 1 for scripts.
var errRefused = errors.New("the request was refused; the reply says why")

// adminRaw is `recall admin raw`.
type adminRaw struct{}

// Run sends standard input without a change or check, so that every refusal comes from the server.
func (*adminRaw) Run(ctx context.Context, admin *adminCommand) error {
	body, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	reply, err := admin.post(ctx, body)
	if err != nil {
		return err
	}
	fmt.Println(strings.TrimSpace(string(reply)))
	var outcome adminReply
	if err := json.Unmarshal(reply, &outcome); err != nil || !outcome.OK {
		return errRefused
	}
	return nil
}

func clock(milliseconds int64) string {
	return time.UnixMilli(milliseconds).Format("2006-01-02 15:04:05")
}
