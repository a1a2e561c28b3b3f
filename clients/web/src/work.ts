/** What is called of each recall that the client learns of: one for each work on a message that is under way. */
export type Works = Set<(conversationID: string, messageID: string) => void>;
