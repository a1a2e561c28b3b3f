package pushtest

import (
	"crypto/ecdh"
	"encoding/base64"
	"testing"
)

// TestTheExampleOfRFC8291IsDecrypted has the keys and the message of RFC 8291, 5.
func TestTheExampleOfRFC8291IsDecrypted(t *testing.T) {
	decoded := func(text string) []byte {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	key, err := ecdh.P256().NewPrivateKey(decoded("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
	if err != nil {
		t.Fatal(err)
	}
	subscription := Subscription{key: key, auth: decoded("BTBZMqHH6r4Tts7J_aSIgg")}
	got, err := subscription.Decrypt(decoded("DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml" +
		"mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT" +
		"pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"))
	if err != nil || got != "When I grow up, I want to be a watermelon" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := subscription.Decrypt(decoded("DGv6ra1nlYgDCS1F")); err == nil {
		t.Error("a body without a header was read")
	}
}
