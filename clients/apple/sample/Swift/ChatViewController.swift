import RecallIM
import UIKit

/// A chat with one person or group: a long press on an own bubble recalls it, and the bubble becomes "Message recalled".
/// Callbacks come on the main queue, so they draw at once.
final class ChatViewController: UITableViewController, V2TIMAdvancedMsgListener {
    private let manager: V2TIMManager
    private let conversationID: String
    private var messages: [V2TIMMessage] = []  // oldest first

    init(manager: V2TIMManager, conversationID: String) {
        self.manager = manager
        self.conversationID = conversationID
        super.init(style: .plain)
    }

    @available(*, unavailable)
    required init?(coder: NSCoder) {
        fatalError("Make it with init(manager:conversationID:)")
    }

    override func viewDidLoad() {
        super.viewDidLoad()
        tableView.register(UITableViewCell.self, forCellReuseIdentifier: "bubble")
        manager.addAdvancedMsgListener(listener: self)
        Task { await load() }
    }

    /// What is stored on this device stands there at once, also without a network. The server's messages follow.
    private func load() async {
        do {
            show(try await manager.storedMessages(conversationID: conversationID))
            show(try await manager.messages(conversationID: conversationID, count: 50, before: nil))
        } catch {
            notify("The messages could not be loaded: \(error.localizedDescription)")
        }
    }

    func send(_ text: String) {
        Task {
            do {
                show([try await manager.send(text: text, to: conversationID)])
            } catch {
                notify("Not sent: \(error.localizedDescription)")
            }
        }
    }

    private func recall(_ message: V2TIMMessage) {
        Task {
            do {
                try await manager.revoke(message, reason: nil)
                show(try await manager.storedMessages(conversationID: conversationID))
            } catch {
                notify((error as NSError).code == V2TIMErrorCode.ERR_SVR_MSG_REVOKE_TIME_LIMIT.rawValue
                    ? "It is too late to recall this message" : "Not recalled: \(error.localizedDescription)")
            }
        }
    }

    // MARK: - V2TIMAdvancedMsgListener

    func onRecvNewMessage(msg: V2TIMMessage) {
        if msg.conversationID() == conversationID { show([msg]) }
    }

    func onRecvMessageTombstone(_ tombstone: V2TIMMessage) {
        if tombstone.conversationID() == conversationID { show([tombstone]) }
    }

    // MARK: - The list

    /// Takes in messages. A tombstone stays one, whatever comes later.
    private func show(_ some: [V2TIMMessage]) {
        for message in some {
            if let place = messages.firstIndex(where: { $0.msgID == message.msgID }) {
                if !isTombstone(messages[place]) { messages[place] = message }
            } else {
                messages.append(message)
            }
        }
        messages.sort { ($0.msgID ?? "") < ($1.msgID ?? "") }
        tableView.reloadData()
    }

    private func isTombstone(_ message: V2TIMMessage) -> Bool {
        message.status == .MSG_STATUS_LOCAL_REVOKED
    }

    private func isRecallable(_ message: V2TIMMessage) -> Bool {
        message.isSelf && !isTombstone(message)
            && (message.recallableUntil < 0 || manager.getServerTimeMilliseconds() <= message.recallableUntil)
    }

    override func tableView(_ tableView: UITableView, numberOfRowsInSection section: Int) -> Int {
        messages.count
    }

    override func tableView(_ tableView: UITableView, cellForRowAt indexPath: IndexPath) -> UITableViewCell {
        let message = messages[indexPath.row]
        let cell = tableView.dequeueReusableCell(withIdentifier: "bubble", for: indexPath)
        var content = cell.defaultContentConfiguration()
        content.text = isTombstone(message) ? "Message recalled" : message.text ?? "[something else than text]"
        content.textProperties.color = isTombstone(message) ? .secondaryLabel : .label
        content.textProperties.alignment = isTombstone(message) ? .center : message.isSelf ? .justified : .natural
        cell.contentConfiguration = content
        return cell
    }

    override func tableView(
        _ tableView: UITableView, contextMenuConfigurationForRowAt indexPath: IndexPath, point: CGPoint
    ) -> UIContextMenuConfiguration? {
        let message = messages[indexPath.row]
        guard isRecallable(message) else { return nil }
        return UIContextMenuConfiguration(identifier: nil, previewProvider: nil) { _ in
            UIMenu(children: [UIAction(title: "Recall") { [weak self] _ in self?.recall(message) }])
        }
    }

    private func notify(_ text: String) {
        let alert = UIAlertController(title: nil, message: text, preferredStyle: .alert)
        alert.addAction(UIAlertAction(title: "OK", style: .default))
        present(alert, animated: true)
    }
}
