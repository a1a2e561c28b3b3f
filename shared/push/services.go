package push

import (
	"errors"
	"fmt"

	"example.com/recall/shared/recall"
)

// Configuration is what the deployment says of its push services.
type Configuration struct {
	Kinds []recall.PushKind
	// WebPushKey, WebPushContact and WebPushHosts are those of NewWebPush.
	WebPushKey, WebPushContact string
	WebPushHosts               []string
	// APNsHost is Apple's host for apps from the store, or that for apps in development.
	APNsHost string
}

// NewServices makes the adapters of the push services that the deployment uses.
func NewServices(keys *Keys, clock recall.Clock, configuration Configuration) (Services, error) {
	services := make(Services)
	for _, kind := range configuration.Kinds {
		switch kind {
		case recall.PushWeb:
			if configuration.WebPushKey == "" {
				return nil, errors.New("WEB_PUSH_KEY is not set, which browsers need")
			}
			services[kind] = NewWebPush(
				keys, configuration.WebPushKey, configuration.WebPushContact, configuration.WebPushHosts,
			)
		case recall.PushFCM:
			services[kind] = NewFCM(keys, FCMAddress, HTTPClient())
		case recall.PushAPNs:
			services[kind] = NewAPNs(keys, clock, "https://"+configuration.APNsHost, HTTPClient())
		default:
			return nil, fmt.Errorf("there is no push service %q", kind)
		}
	}
	return services, nil
}
