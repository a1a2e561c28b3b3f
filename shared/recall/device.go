package recall

import (
	"cmp"
	"context"
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Device is a browser or an app to which notifications go while its user has no open connection.
type Device struct {
	User UserID
	Kind PushKind
	// Address is where the push service takes notifications for this device: the endpoint of a web push subscription, or
	// the token that FCM or APNs gave to the app.
	Address PushAddress
	// PublicKey and Auth are the keys p256dh and auth of a web push subscription (RFC 8291).
	PublicKey, Auth PushKey
	// Topic is the app's bundle ID, for APNs.
	Topic        PushTopic
	RegisteredAt Instant
}

// DeviceID names a device without telling its address: it is a hash of the kind and the address.
type DeviceID string

// ID returns the same ID whoever registers the device, so that a device belongs to one user at a time.
func (d Device) ID() DeviceID {
	sum := sha256.Sum256([]byte(string(d.Kind) + "\n" + string(d.Address)))
	return DeviceID(base64.RawURLEncoding.EncodeToString(sum[:16]))
}

// PushKind is the kind of a push service, as on the wire.
type PushKind string

// The kinds.
const (
	PushWeb  PushKind = "webpush"
	PushFCM  PushKind = "fcm"
	PushAPNs PushKind = "apns"
)

// Valid reports whether it is one of the kinds.
func (k PushKind) Valid() bool { return k == PushWeb || k == PushFCM || k == PushAPNs }

// PushTopic is the bundle ID of an app, by which APNs knows it.
type PushTopic string

// PushAddress is a device's endpoint or token. Who knows it can disturb the device, so it prints as its size only.
type PushAddress string

// String hides the address from errors and logs.
func (a PushAddress) String() string { return Body(a).String() }

// GoString hides the address from %#v too.
func (a PushAddress) GoString() string { return a.String() }

// LogValue hides the address from structured logs.
func (a PushAddress) LogValue() slog.Value { return slog.StringValue(a.String()) }

// PushKey is one of the keys of a web push subscription, in base64url. It prints as its size only.
type PushKey string

// String hides the key from errors and logs.
func (k PushKey) String() string { return Body(k).String() }

// GoString hides the key from %#v too.
func (k PushKey) GoString() string { return k.String() }

// LogValue hides the key from structured logs.
func (k PushKey) LogValue() slog.Value { return slog.StringValue(k.String()) }

// bytes reads base64url with or without padding, as browsers and libraries write it.
func (k PushKey) bytes() ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(string(k), "="))
}

// Limits of a device. DevicesPerUser bounds what each notification to a user costs.
const (
	DevicesPerUser          = 20
	MaximumPushAddressBytes = 2048
	MaximumPushKeyBytes     = 128
	MaximumPushTopicBytes   = 128
	authBytes               = 16 // RFC 8291, 3.2
)

// DeviceStore keeps the devices that are registered for push, and to which of them a notification of a message may
// have gone. recalltest.RunDevices is its conformance suite.
type DeviceStore interface {
	// RegisterDevice gives the device to its user, and takes it from the user who had it before. If the user has more
	// than limit devices then, those that were registered first are removed.
	RegisterDevice(ctx context.Context, device Device, limit int) error
	// RemoveDevice removes the device if it belongs to the user. It is no error if it does not.
	RemoveDevice(ctx context.Context, user UserID, id DeviceID) error
	// DevicesOf finds the devices of the users.
	DevicesOf(ctx context.Context, users []UserID) ([]Device, error)
	// Devices finds devices by their IDs, whoever has them.
	Devices(ctx context.Context, ids []DeviceID) ([]Device, error)
	// AddPushed remembers until then that a notification of the message may have gone to the devices. part names the
	// part of the members that the devices are of.
	AddPushed(ctx context.Context, message PushedMessage, part string, devices []DeviceID, until Instant) error
	// Pushed returns the devices that AddPushed remembered: those of one part, or all if part is empty.
	Pushed(ctx context.Context, message PushedMessage, part string) ([]DeviceID, error)
}

// PushedMessage names a message of which notifications were sent.
type PushedMessage struct {
	Conversation Conversation
	ID           MessageID
}

// Push is what notifications need. A deployment without push has none.
type Push struct {
	Devices DeviceStore
	// Kinds are the push services that the deployment uses.
	Kinds []PushKind
	// WebPushKey is the public key by which push services know the deployment (VAPID, RFC 8292).
	WebPushKey string
	// WebPushHosts are the hosts of push services to which endpoints may lead. An endpoint's host is one of them, or
	// ends with a point and one of them.
	WebPushHosts []string
	// Queue takes what is to be sent. It is nil in functions that only register devices.
	Queue PushQueue
	// Pusher is there only in the function that sends notifications.
	Pusher Pusher
	// ShowsText says that notifications have the text of their message.
	ShowsText bool
}

// DefaultWebPushHosts are the push services of Google, Mozilla, Microsoft and Apple.
func DefaultWebPushHosts() []string {
	return []string{"fcm.googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com"}
}

// RegisterDevice registers the caller's device for notifications. It returns push_off if the deployment has no push of
// that kind, invalid_request for an endpoint that is not one of a known push service, or unavailable.
func (s *Service) RegisterDevice(ctx context.Context, caller Caller, device Device) error {
	if err := s.checkDevice(device); err != nil {
		return err
	}
	device.User, device.RegisteredAt = caller.User, s.now()
	return s.Push.Devices.RegisterDevice(ctx, device, DevicesPerUser)
}

// RemoveDevice removes the caller's device. It is no error if the caller has no such device. It returns push_off if
// the deployment has no push of that kind, or unavailable.
func (s *Service) RemoveDevice(ctx context.Context, caller Caller, device Device) error {
	if err := s.checkKind(device.Kind); err != nil {
		return err
	}
	return s.Push.Devices.RemoveDevice(ctx, caller.User, device.ID())
}

func (s *Service) checkKind(kind PushKind) error {
	if s.Push == nil || !slices.Contains(s.Push.Kinds, kind) {
		return Fail(PushOff, "this deployment sends no notifications of this kind")
	}
	return nil
}

func (s *Service) checkDevice(device Device) error {
	if err := s.checkKind(device.Kind); err != nil {
		return err
	}
	switch device.Kind {
	case PushWeb:
		return s.checkSubscription(device)
	case PushAPNs:
		if _, err := hex.DecodeString(string(device.Address)); err != nil {
			return Invalid("device.token", "must be in hexadecimal digits")
		}
	}
	return nil
}

func (s *Service) checkSubscription(device Device) error {
	if !AllowedEndpoint(device.Address, s.Push.WebPushHosts) {
		return Invalid("device.endpoint", "must be an https address of a push service that this deployment knows")
	}
	if point, err := device.PublicKey.bytes(); err != nil {
		return Invalid("device.p256dh", "must be a public key in base64url")
	} else if _, err := ecdh.P256().NewPublicKey(point); err != nil {
		return Invalid("device.p256dh", "must be a public key of the curve P-256")
	}
	if secret, err := device.Auth.bytes(); err != nil || len(secret) != authBytes {
		return Invalid("device.auth", "must be 16 bytes in base64url")
	}
	return nil
}

// thisMachine is the host that only tests put into the list of hosts.
const thisMachine = "localhost"

// AllowedEndpoint reports whether the server may send requests to an endpoint, which a client gave. It must be https,
// on the usual port, at a host of the list, and it must name no user. An address in numbers is never allowed. If the
// list has localhost, which is for tests on one machine, endpoints there may be plain http and have any port.
func AllowedEndpoint(endpoint PushAddress, hosts []string) bool {
	read, err := url.Parse(string(endpoint))
	if err != nil || read.User != nil || read.Fragment != "" {
		return false
	}
	host, port := strings.ToLower(read.Hostname()), read.Port()
	if host == thisMachine {
		return slices.Contains(hosts, thisMachine) && (read.Scheme == "https" || read.Scheme == "http")
	}
	if read.Scheme != "https" || port != "" && port != "443" || net.ParseIP(host) != nil {
		return false
	}
	return slices.ContainsFunc(hosts, func(known string) bool {
		return host == known || strings.HasSuffix(host, "."+known)
	})
}

// webPushKey returns the key that clients need to subscribe, and an empty one if the deployment has no web push.
func (s *Service) webPushKey() string {
	if s.Push == nil || !slices.Contains(s.Push.Kinds, PushWeb) {
		return ""
	}
	return s.Push.WebPushKey
}

// OldestDevices returns the devices that must leave so that only so many stay: those that were registered first. Two
// of the same millisecond are ordered by their IDs.
func OldestDevices(devices []Device, stay int) []Device {
	sorted := slices.SortedFunc(slices.Values(devices), func(a, b Device) int {
		return cmp.Or(cmp.Compare(a.RegisteredAt, b.RegisteredAt), strings.Compare(string(a.ID()), string(b.ID())))
	})
	return sorted[:max(0, len(sorted)-stay)]
}
