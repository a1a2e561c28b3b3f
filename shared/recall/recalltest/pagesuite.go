package recalltest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/recall"
)

// numbered creates messages 1 to count of alice's, a millisecond apart.
func numbered(t *testing.T, store recall.Store, count int) {
	t.Helper()
	for i := 1; i <= count; i++ {
		create(t, store, text(messageAt(int64(i), i)))
	}
}

func pageSentences() []sentence {
	here := recall.Between(alice, bob)
	id := func(i int) string { return string(messageAt(int64(i), i)) }
	page := func(name string, which recall.MessageRange, wantNumbers []int, wantMore bool) sentence {
		return sentence{name, func(t *testing.T, store recall.Store) {
			numbered(t, store, 7)
			which.Now = noon
			page, err := store.Messages(t.Context(), here, which)
			must(t, err)
			var got []string
			for _, message := range page.Items {
				got = append(got, string(message.ID))
			}
			var expected []string
			for _, number := range wantNumbers {
				expected = append(expected, id(number))
			}
			if difference := cmp.Diff(expected, got); difference != "" {
				t.Error(difference)
			}
			if page.More != wantMore {
				t.Errorf("more=%t", page.More)
			}
		}}
	}
	return []sentence{
		page("all messages come oldest first", recall.MessageRange{Limit: 10}, []int{1, 2, 3, 4, 5, 6, 7}, false),
		page("a page of exactly all has no more", recall.MessageRange{Limit: 7}, []int{1, 2, 3, 4, 5, 6, 7}, false),
		page("reading forwards, the oldest come first and there are more", recall.MessageRange{Limit: 3}, []int{1, 2, 3},
			true),
		page("after is exclusive", recall.MessageRange{After: id(3), Limit: 3}, []int{4, 5, 6}, true),
		page("after the last there is nothing", recall.MessageRange{After: id(7), Limit: 3}, nil, false),
		page("the newest are returned oldest first", recall.MessageRange{Newest: true, Limit: 3}, []int{5, 6, 7}, true),
		page("before is exclusive", recall.MessageRange{Newest: true, Before: id(5), Limit: 3}, []int{2, 3, 4}, true),
		page("before reaches the beginning", recall.MessageRange{Newest: true, Before: id(3), Limit: 3}, []int{1, 2}, false),
		page("before the first there is nothing", recall.MessageRange{Newest: true, Before: id(1), Limit: 3}, nil, false),
		page("both bounds are exclusive", recall.MessageRange{After: id(2), Before: id(6), Limit: 9}, []int{3, 4, 5}, false),
		{"tombstones are among the messages, without a body", func(t *testing.T, store recall.Store) {
			numbered(t, store, 3)
			applied(t, store, takeBack(text(messageAt(2, 2)), 1_000))
			page, err := store.Messages(t.Context(), here, recall.MessageRange{Limit: 9, Now: noon})
			must(t, err)
			if len(page.Items) != 3 || page.Items[1].Revoked == nil || page.Items[1].Body != "" || page.Items[0].Body == "" {
				t.Errorf("messages %+v", page.Items)
			}
		}},
		{"expired messages are left out, and the page is full nevertheless", func(t *testing.T, store recall.Store) {
			for i := 1; i <= 30; i++ {
				message := text(messageAt(int64(i), i))
				if i%3 != 0 {
					message.ExpiresAt = noon + 60_000
				}
				create(t, store, message)
			}
			for now, want := range map[recall.Instant]int{noon + 59_999: 8, noon + 60_000: 8} {
				page, err := store.Messages(t.Context(), here, recall.MessageRange{Limit: 8, Now: now})
				must(t, err)
				if len(page.Items) != want || !page.More {
					t.Errorf("at %d: %d messages, more=%t", now-noon, len(page.Items), page.More)
				}
				for _, message := range page.Items {
					if message.Expired(now) {
						t.Errorf("at %d: %s has expired", now-noon, message.ID)
					}
				}
			}
			page, err := store.Messages(t.Context(), here, recall.MessageRange{Limit: 10, Now: noon + 60_000})
			must(t, err)
			if len(page.Items) != 10 || page.More {
				t.Errorf("%d messages, more=%t", len(page.Items), page.More)
			}
		}},
		{"messages of other conversations are left out", func(t *testing.T, store recall.Store) {
			numbered(t, store, 2)
			page, err := store.Messages(t.Context(), recall.Between(alice, carol), recall.MessageRange{Limit: 9, Now: noon})
			if err != nil || len(page.Items) != 0 || page.More {
				t.Errorf("%d messages, more=%t, error %v", len(page.Items), page.More, err)
			}
		}},
		{"long bodies are paged through", func(t *testing.T, store recall.Store) {
			body := recall.Body(`{"text":"` + strings.Repeat("x", 12_000) + `"}`)
			for i := 1; i <= 100; i++ { // 1.2 MB, beyond DynamoDB's page of 1 MB
				message := text(messageAt(int64(i), i))
				message.Body = body
				create(t, store, message)
			}
			page, err := store.Messages(t.Context(), here, recall.MessageRange{Limit: 100, Now: noon})
			if err != nil || len(page.Items) != 100 || page.More {
				t.Errorf("%d messages, more=%t, error %v", len(page.Items), page.More, err)
			}
		}},
	}
}
