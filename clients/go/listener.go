package client

import (
	"maps"
	"slices"
	"sync"
)

// Why a device was kicked offline.
const (
	KickedConnectionLimit = "connection_limit" // newer connections of the same user took all places
	KickedByAdministrator = "administrator"    // an administrator closed the user's connections
)

// Listener is told what happens; each field may be nil. Callbacks run one after another, in the order of what they
// report, on a goroutine of their own. They may call the client, but one that blocks holds the later ones up, and
// after some thousand waiting callbacks the connection too.
type Listener struct {
	// OnRecvNewMessage is called once per message, when it is first learnt, unless it is recalled already; messages that
	// the user sent from another device too. It is not called for what a first login finds as history.
	OnRecvNewMessage func(message Message)
	// OnRecvMessageRevoked is called once per recalled message with the user who recalled it and the reason ("" without
	// one); not for what this client recalled itself.
	OnRecvMessageRevoked func(msgID, operator, reason string)
	// OnMessageRevoked is called beside OnRecvMessageRevoked, with the whole tombstone.
	OnMessageRevoked func(tombstone Message)
	// OnConversationChanged is called when a conversation's entry (unread, role, …) changed.
	OnConversationChanged func(conversation Conversation)
	// OnConnected is called after each connect, before the synchronisation.
	OnConnected func()
	// OnDisconnected is called when a connection is lost; the client reconnects by itself.
	OnDisconnected func()
	// OnSynchronised is called after each connect, when everything that was missed is known.
	OnSynchronised func()
	// OnTokenExpired is called when the token is over and no provider gave a new one. The client is logged out.
	OnTokenExpired func()
	// OnKickedOffline is called when the server ended this device's session: KickedConnectionLimit,
	// KickedByAdministrator, or a reason that a newer server has. The client is logged out and does not connect again by
	// itself, as V2TIM's onKickedOffline says; Login connects again. OnDisconnected is not called.
	OnKickedOffline func(reason string)
	// OnStorageFailed is called once in a login when Options.Storage fails. The client goes on in memory: it sends and
	// receives, but after the end of the process what is new is fetched again, and unsent messages are lost. A recalled
	// text may still be on the disk. Make room or repair the disk, and log in again.
	OnStorageFailed func(err error)
}

// registry is what an application has registered and not taken back. The zero value is empty.
type registry[T any] struct {
	mutex sync.Mutex
	next  int
	all   map[int]T
}

func (r *registry[T]) add(one T) (remove func()) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.all == nil {
		r.all = map[int]T{}
	}
	key := r.next
	r.next++
	r.all[key] = one
	return func() {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		delete(r.all, key)
	}
}

// each calls tell for everything that is registered, in the order of registration, without holding the lock.
func (r *registry[T]) each(tell func(T)) {
	r.mutex.Lock()
	registered := make([]T, 0, len(r.all))
	for _, key := range slices.Sorted(maps.Keys(r.all)) {
		registered = append(registered, r.all[key])
	}
	r.mutex.Unlock()
	for _, one := range registered {
		tell(one)
	}
}

// listeners are the registered listeners, and the contexts of messages that work is done on.
type listeners struct {
	registry[Listener]
	contexts messageContexts
}

func (l *listeners) received(m Message) {
	l.each(func(listener Listener) {
		if listener.OnRecvNewMessage != nil {
			listener.OnRecvNewMessage(m.clone())
		}
	})
}

func (l *listeners) revoked(tombstone Message) {
	l.each(func(listener Listener) {
		if listener.OnRecvMessageRevoked != nil {
			listener.OnRecvMessageRevoked(tombstone.MessageID, tombstone.Revoked.By, tombstone.Revoked.Reason)
		}
		if listener.OnMessageRevoked != nil {
			listener.OnMessageRevoked(tombstone.clone())
		}
	})
}

func (l *listeners) changed(entry Conversation) {
	l.each(func(listener Listener) {
		if listener.OnConversationChanged != nil {
			listener.OnConversationChanged(entry)
		}
	})
}

// state calls the callback that pick chooses.
func (l *listeners) state(pick func(Listener) func()) {
	l.each(func(listener Listener) {
		if callback := pick(listener); callback != nil {
			callback()
		}
	})
}
