package client

// Storage keeps what the client holds of each conversation, so that nothing is lost when the process ends at any
// moment. The documents are JSON that the client writes and reads; a storage does not look into them. One process at a
// time may use the storage of a user.
//
// A method that returns nil has done its work for good: after a kill or a loss of power the document is there as it
// was saved, and no file holds what was there before.
type Storage interface {
	// Load returns the document of every stored conversation of a user. It is called at each login.
	Load(user string) (map[string][]byte, error)
	// Save replaces the document of a conversation as a whole. After a kill the old or the new one is there.
	Save(user, conversation string, document []byte) error
	// Delete removes the document of a conversation. It is no error if there is none.
	Delete(user, conversation string) error
	// Clear removes all documents of a user.
	Clear(user string) error
}

// UnsentMessage is a message that the server has not answered.
type UnsentMessage struct {
	Message
	// Failed is the code of the error with which its send ended, 0 while the client goes on sending it.
	Failed int
	// UnlessRevoked is the condition with which it was sent, "" without one. To send it again, give the condition again.
	UnlessRevoked string
}

// Unsent returns the messages of a conversation that are stored and that the server has not answered, oldest first.
// Those with a Failed code are not sent again by the client itself: send them again with [WithMessageID], or recall
// them. Without Options.Storage nothing is stored.
func (c *Client) Unsent(conversation string) []UnsentMessage {
	s, err := c.current()
	if err != nil {
		return nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.view.outbox(conversation).unsent(conversation, s.user)
}

// ClearStorage removes everything that is stored of a user, for an application's "sign out and forget". The user is
// logged out first. A Logout alone keeps what is stored.
func (c *Client) ClearStorage(user string) error {
	if s, err := c.current(); err == nil && s.user == user {
		c.Logout()
	}
	if c.options.Storage == nil {
		return nil
	}
	return c.options.Storage.Clear(user)
}
