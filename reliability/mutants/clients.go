package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// failedScenario is a scenario that a driver failed, as recall conformance prints it.
var failedScenario = regexp.MustCompile(`(?m)^FAIL  .*\((\S+)\)$`)

// play runs all conformance scenarios with the driver of a client. The driver is built from a copy of the tree that
// has the files of the overlay, since only Go's compiler takes an overlay. It prints failures as Go's tests do.
func (s suite) play(overlay string) (string, error) {
	copied, err := os.MkdirTemp("", "mutant-client-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(copied) }() // A file that stays in the temporary directory does no harm.
	top, err := root()
	if err != nil {
		return "", err
	}
	if err := copyClients(top, copied, overlay); err != nil {
		return "", err
	}
	driver := filepath.Join(copied, s.driver)
	command := exec.Command("go", "run", "./cmd/recall", "conformance", "--", driver) // #nosec G204 -- the suites
	command.Env = append(os.Environ(), compilerCache(copied)...)
	output, err := command.CombinedOutput()
	return failedScenario.ReplaceAllString(string(output), "--- FAIL: $1"), err
}

// copyClients copies what the clients are built from, and puts the files of the overlay in their places.
func copyClients(top, copied, overlay string) error {
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "clients", "scripts")
	list.Dir = top
	files, err := list.Output()
	if err != nil {
		return fmt.Errorf("listing the clients' files: %w", err)
	}
	var replaced struct{ Replace map[string]string }
	if overlay != "" {
		content, err := os.ReadFile(overlay) // #nosec G304 -- written by this program
		if err != nil {
			return err
		}
		if err := json.Unmarshal(content, &replaced); err != nil {
			return err
		}
	}
	for _, file := range strings.Split(strings.TrimSuffix(string(files), "\x00"), "\x00") {
		from := filepath.Join(top, file)
		if planted, ok := replaced.Replace[from]; ok {
			from = planted
		}
		if err := copyFile(from, filepath.Join(copied, file)); err != nil {
			return err
		}
	}
	return os.Symlink(filepath.Join(top, ".tools"), filepath.Join(copied, ".tools"))
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from) // #nosec G304 -- of this repository
	if os.IsNotExist(err) {
		return nil // It was removed, and git does not know it yet.
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o700) // #nosec G306 -- scripts must be executable
}

// compilerCache lets CMake take from ccache, where that is installed, what was compiled in another copy.
func compilerCache(copied string) []string {
	if _, err := exec.LookPath("ccache"); err != nil {
		return nil
	}
	return []string{"CCACHE_BASEDIR=" + copied, "CCACHE_NOHASHDIR=true", "CMAKE_CXX_COMPILER_LAUNCHER=ccache"}
}

// inClients are bugs in the calls of V2TIM that an application makes.
func inClients() []mutant {
	const (
		java     = "clients/android/sdk/src/main/java/com/example/recall/v2/V2TIMMessageManager.java"
		cpp      = "clients/cpp/v2tim/message_manager.cpp"
		cppTells = "clients/cpp/v2tim/instance.cpp"
		apple    = "clients/apple/src/V2TIMManager+Message.mm"
		tells    = "clients/apple/src/listeners.mm"
	)
	return []mutant{
		{"Android recalls another message than the given one", "V2TIM", []change{{
			java, `client.revoke(msg.getConversationID(), msg.getMsgID(), null,`,
			`client.revoke(msg.getConversationID(), "", null,`,
		}}, android},
		{"Android sends a text message without its text", "V2TIM", []change{{
			java, `body.addProperty("text", text);`, `body.addProperty("text", "");`,
		}}, android},
		{"Android tells neither of V2TIM's forms of a recall", "V2TIM", []change{
			{java, `            listener.onRecvMessageRevoked(tombstone.messageId());` + "\n", ""},
			{java, `            listener.onRecvMessageRevoked(tombstone.messageId(), operator, reason);` + "\n", ""},
		}, android},
		{"C++ recalls another message than the given one", "V2TIM", []change{{
			cpp, `RevokeMessage(message.ConversationID(), message.msgID, "", callback);`,
			`RevokeMessage(message.ConversationID(), "", "", callback);`,
		}}, native},
		{"C++ sends a text message without its text", "V2TIM", []change{{cpp, "    element->text = text;\n", ""}}, native},
		{"C++ tells neither of V2TIM's forms of a recall", "V2TIM", []change{
			{cppTells, `            listener.OnRecvMessageRevoked(converted.msgID);` + "\n", ""},
			{
				cppTells,
				`            listener.OnRecvMessageRevoked(converted.msgID, converted.revokerInfo, converted.revokeReason);
`, "",
			},
		}, native},
		{"Apple recalls another message than the given one", "V2TIM", []change{{
			apple, `client->revoke(fromObjectiveC([msg conversationID]), fromObjectiveC(msg.msgID), "",`,
			`client->revoke(fromObjectiveC([msg conversationID]), "", "",`,
		}}, objectiveC},
		{"Apple sends a text message without its text", "V2TIM", []change{{
			apple, "    message.text = text;\n", "    message.text = @\"\";\n",
		}}, objectiveC},
		{"Apple tells neither of V2TIM's forms of a recall", "V2TIM", []change{
			{
				tells, `registry_->message.each(@selector(onRecvMessageRevoked:operateUser:reason:),`,
				`Listeners().each(@selector(onRecvMessageRevoked:operateUser:reason:),`,
			},
			{
				tells, `registry_->message.each(@selector(onRecvMessageRevoked:), `,
				`Listeners().each(@selector(onRecvMessageRevoked:), `,
			},
		}, objectiveC},
	}
}

// inListeners are bugs in what an application is told, and in calls that are made seldom: one for each scenario about
// them.
func inListeners() []mutant {
	const (
		manager      = "clients/android/sdk/src/main/java/com/example/recall/v2/V2TIMMessageManager.java"
		list         = "clients/android/sdk/src/main/java/com/example/recall/v2/V2TIMConversationManager.java"
		callbacks    = "clients/android/sdk/src/main/java/com/example/recall/client/Callbacks.java"
		document     = "clients/android/sdk/src/main/java/com/example/recall/client/Document.java"
		cpp          = "clients/cpp/v2tim/message_manager.cpp"
		cppDocument  = "clients/cpp/core/document.cpp"
		cppListeners = "clients/cpp/v2tim/listeners.h"
		cppTells     = "clients/cpp/v2tim/instance.cpp"
		tells        = "clients/apple/src/listeners.mm"
		queue        = "clients/apple/src/callback_queue.mm"
		apple        = "clients/apple/src/V2TIMManager+Message.mm"
		messages     = "clients/go/messages.go"
		session      = "clients/go/session.go"
		events       = "clients/web/src/events.ts"
	)
	return []mutant{
		{"Android finds no message", "V2TIM", []change{{
			manager, `client.heldMessages(new ArrayList<>(messageIDList),`, `client.heldMessages(new ArrayList<>(),`,
		}}, android},
		{"Android calls no conversation new", "V2TIM", []change{{
			list, `boolean isNew = listed != null && listed.add(conversation.id());`, `boolean isNew = false;`,
		}}, android},
		{"Android runs callbacks beside the executor", "V2TIM", []change{{
			callbacks, `            executor.execute(() -> {`, `            ((Executor) Runnable::run).execute(() -> {`,
		}}, android},
		{"C++ sends an answer without what it answers", "V2TIM", []change{{
			cpp, `message.replyTo.ToString(), message.unlessRevoked`, `"", message.unlessRevoked`,
		}}, native},
		{"Android forgets the condition of an answer over a kill", "protocol", []change{{
			document, `Json.string(entry, "unlessRevoked"),`, `null,`,
		}}, android},
		{"C++ forgets the condition of an answer over a kill", "protocol", []change{{
			cppDocument, "            unsent.message.unlessRevoked = message.value(\"unlessRevoked\", \"\");\n", "",
		}}, native},
		{"Apple sends an answer without its condition", "protocol", []change{{
			apple, `fromObjectiveC(message.unlessRevoked), attachmentsOf`, `"", attachmentsOf`,
		}}, objectiveC},
		{"C++ passes a listener over after one that goes away", "V2TIM", []change{{
			cppListeners, `const std::vector<Listener*> now = listeners_;`,
			`const std::vector<Listener*>& now = listeners_;`,
		}}, native},
		{"C++ does not tell the total of unread messages when it changes", "V2TIM", []change{{
			cppTells, `if (!registry_->told.isAnotherTotal(total)) return;`,
			`if (registry_->told.isAnotherTotal(total)) return;`,
		}}, native},
		{"Apple goes on telling a listener that went away", "V2TIM", []change{{
			tells, `    list_.erase(std::remove_if(list_.begin(), list_.end(), isOver), list_.end());
`, `    (void)isOver;
`,
		}}, objectiveC},
		{"Apple does not tell that a conversation changed", "V2TIM", []change{{
			tells, `                [listener onConversationChanged:list];
`, "",
		}}, objectiveC},
		{"Apple runs callbacks beside the queue", "V2TIM", []change{{
			queue, `            [kept.get() addOperation:operation];`, `            [operation main];`,
		}}, objectiveC},
		{"Go recalls the first of several messages", "protocol", []change{{
			messages, `fields["messageIds"] = recall.MessageIDs`, `fields["messageIds"] = recall.MessageIDs[:1]`,
		}}, scenarios},
		{"Go runs callbacks at the same time", "protocol", []change{{
			session, `	select {
	case s.callbacks <- callback:
		return
	default:
	}
`, `	go callback()
	if s.ctx != nil {
		return
	}
`,
		}}, scenarios},
		{"web lets a listener that throws stop the client", "protocol", []change{{
			events, `        (globalThis.reportError ?? console.error)(error);`, `        throw error;`,
		}}, web},
	}
}
