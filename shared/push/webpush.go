package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"example.com/recall/shared/recall"
)

// WebPush sends to browsers (RFC 8030), encrypted for the device (RFC 8291) and signed by the deployment (RFC 8292).
type WebPush struct {
	keys      *Keys
	publicKey string
	contact   string
	hosts     []string
	client    *http.Client
}

var _ recall.Pusher = (*WebPush)(nil)

// NewWebPush makes the adapter. contact is the address of whoever runs the deployment, with mailto: or https:.
func NewWebPush(keys *Keys, publicKey, contact string, hosts []string) *WebPush {
	dialer := &net.Dialer{Timeout: requestTimeout, Control: func(_, address string, _ syscall.RawConn) error {
		return checkPublic(address, slices.Contains(hosts, "localhost"))
	}}
	return &WebPush{
		keys: keys, publicKey: publicKey, contact: strings.TrimPrefix(contact, "mailto:"), hosts: hosts,
		client: &http.Client{
			Timeout: requestTimeout,
			Transport: &http.Transport{
				DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
				MaxIdleConnsPerHost: 32, IdleConnTimeout: time.Minute,
			},
			CheckRedirect: noRedirect,
		},
	}
}

// checkPublic refuses to connect to an address that is not of the public internet, to which the name of a host may
// lead. Only tests allow the addresses of this machine.
func checkPublic(address string, thisMachine bool) error {
	read, err := netip.ParseAddrPort(address)
	if err != nil {
		return errors.New("the push service has no address")
	}
	ip := read.Addr().Unmap()
	if ip.IsLoopback() && thisMachine {
		return nil
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || sharedAddresses().Contains(ip) {
		return errors.New("the name of the push service leads to an address that is not public")
	}
	return nil
}

// sharedAddresses are used inside of providers' networks, and AWS has services there (RFC 6598).
func sharedAddresses() netip.Prefix { return netip.MustParsePrefix("100.64.0.0/10") }

// Push sends one notification. The topic of Web Push is the messageId, so that a push service that still holds the
// notification of a message replaces it by that of the recall.
func (w *WebPush) Push(ctx context.Context, device recall.Device, notification recall.Notification) error {
	if !recall.AllowedEndpoint(device.Address, w.hosts) { // The list may have been changed since the registration.
		return recall.ErrDeviceGone
	}
	keys, err := w.keys.current(ctx)
	if err != nil {
		return err
	}
	message, err := json.Marshal(payloadOf(notification))
	if err != nil {
		return err
	}
	subscription := &webpush.Subscription{
		Endpoint: string(device.Address),
		Keys:     webpush.Keys{Auth: string(device.Auth), P256dh: string(device.PublicKey)},
	}
	answer, err := webpush.SendNotificationWithContext(ctx, message, subscription, &webpush.Options{
		HTTPClient:      w.client,
		Subscriber:      w.contact,
		Topic:           string(notification.MessageID),
		TTL:             int(notification.TTL / time.Second),
		Urgency:         webpush.UrgencyHigh,
		VAPIDPublicKey:  w.publicKey,
		VAPIDPrivateKey: keys.WebPush.PrivateKey,
	})
	if err != nil {
		return fmt.Errorf("web push: %w", withoutAddress(err))
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 4096)) // so that the connection can be used again
	_ = answer.Body.Close()
	return outcomeOf(answer.StatusCode)
}
