package client

import "context"

// PushDevice is a browser or an app to which notifications go while its user has no open connection.
type PushDevice struct {
	Kind string `json:"kind"` // webpush, fcm or apns

	// The fields of a browser's subscription, for webpush.
	Endpoint string `json:"endpoint,omitempty"`
	P256DH   string `json:"p256dh,omitempty"`
	Auth     string `json:"auth,omitempty"`

	// Token is what FCM or APNs gave to the app. Topic is the app's bundle ID, for apns.
	Token string `json:"token,omitempty"`
	Topic string `json:"topic,omitempty"`
}

// RegisterPush registers a device of the user for notifications. Register at every start, because tokens change. A
// device belongs to the user who registered it last.
//
// Errors: CodePushOff, CodeInvalidRequest, CodeNotLoggedIn, CodeTimeout, CodeTokenExpired, CodeTooManyRequests,
// CodeUnavailable, CodeInternal.
func (c *Client) RegisterPush(ctx context.Context, device PushDevice) error {
	return c.push(ctx, map[string]any{"device": device})
}

// UnregisterPush ends the notifications of a device, for example when its user signs out. It is no error if the device
// is not the user's. The errors are those of RegisterPush.
func (c *Client) UnregisterPush(ctx context.Context, device PushDevice) error {
	return c.push(ctx, map[string]any{"device": device, "remove": true})
}

func (c *Client) push(ctx context.Context, fields map[string]any) error {
	s, err := c.current()
	if err != nil {
		return err
	}
	_, err = s.request(ctx, nil, "push", fields)
	return err
}
