package function

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/recall/shared/bus"
	"example.com/recall/shared/recall"
)

// hosts is an HTTP client whose every answer is a refusal. It keeps the hosts that were asked, with the number of
// requests.
type hosts struct {
	mutex sync.Mutex
	asked map[string]int
}

func (h *hosts) Do(request *http.Request) (*http.Response, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.asked[request.URL.Scheme+"://"+request.URL.Host]++
	return &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{}, Body: http.NoBody, Request: request},
		nil
}

// take returns the hosts that were asked since the last time.
func (h *hosts) take() []string {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	asked := slices.Sorted(maps.Keys(h.asked))
	clear(h.asked)
	return asked
}

// TestEveryCallGoesToThePartitionOfItsRegion holds the domain of China's and of the US government's partition.
func TestEveryCallGoesToThePartitionOfItsRegion(t *testing.T) {
	for region, domain := range map[string]string{
		"eu-central-1": "amazonaws.com", "cn-north-1": "amazonaws.com.cn", "us-gov-west-1": "amazonaws.com",
	} {
		t.Run(region, func(t *testing.T) {
			client := &hosts{asked: make(map[string]int)}
			connections := "https://api.execute-api." + region + "." + domain
			address := func(service string) string { return "https://" + service + "." + region + "." + domain }
			environment := Environment{
				Region:             region,
				MessagesTable:      "Messages",
				ConnectionsTable:   "Connections",
				ManagementEndpoint: connections + "/prod",
				ChunksQueueURL:     address("sqs") + "/123456789012/chunks",
			}
			parts, err := build(environment, FewPosts, NoFiles, client)
			if err != nil {
				t.Fatal(err)
			}
			want := func(step string, addresses ...string) {
				t.Helper()
				if asked := client.take(); !slices.Equal(asked, addresses) {
					t.Errorf("%s asks %s, want %s", step, strings.Join(asked, " and "), strings.Join(addresses, " and "))
				}
			}
			want("warming", connections, address("dynamodb"))
			_, err = build(environment, NoPosts, NoFiles, client)
			if err != nil {
				t.Fatal(err)
			}
			want("warming a function that posts to nobody", address("dynamodb"))
			ctx := t.Context()
			_, _, _ = parts.Service.Store.DefaultWindow(ctx)
			want("the store", address("dynamodb"))
			_, _ = parts.Service.Presence.Connections(ctx, []recall.UserID{"alice"})
			want("presence", address("dynamodb"))
			_ = parts.Service.Queue.Enqueue(ctx, []recall.Chunk{{Conversation: recall.InGroup("eng")}})
			want("the queue", address("sqs"))
			_ = parts.Service.Notifier.Disconnect(ctx, recall.Connection{ID: "A="})
			want("@connections", connections)
			publisher := &bus.Bus{Client: bus.NewClient(parts.AWS, nil), Name: "bus"}
			_ = publisher.PublishRevoked(ctx, recall.RevokedMessage{})
			want("the event bus", address("events"))
		})
	}
}
