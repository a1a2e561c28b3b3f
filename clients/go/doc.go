// Package client sends, receives and recalls messages over Recall's WebSocket protocol.
//
// A [Client] logs in with a token, keeps the connection (reconnecting with back-off and sending unanswered requests
// again), synchronises after every connect, and holds the current view of each conversation: sorted, free of repeats,
// recalled messages as tombstones without a body.
//
//	c, err := client.New(client.Options{URL: "ws://127.0.0.1:3001/local"})
//	…
//	c.AddListener(client.Listener{
//		OnRecvNewMessage:     func(message client.Message) { … },
//		OnRecvMessageRevoked: func(msgID, operator, reason string) { … },
//	})
//	err = c.Login(ctx, "alice", token)
//	message, err := c.SendMessage(ctx, "c2c_bob", map[string]string{"text": "hi"})
//	err = c.RevokeMessage(ctx, "c2c_bob", message.MessageID, "typo")
//
// Recall is what people see; on the wire, and in Tencent's V2TIM whose method names this package follows, the verb is
// revoke. Errors carry the (code, desc) pair of V2TIM's callbacks, see [Error]. Times are server time in milliseconds
// since 1970; the machine's own clock decides nothing.
package client
