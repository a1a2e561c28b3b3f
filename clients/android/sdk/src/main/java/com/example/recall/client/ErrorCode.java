package com.example.recall.client;

/** The numbers that {@link RecallError#code()} takes: Tencent's where it has one for the case, 76xxx this project's own. */
public final class ErrorCode {
    /** A parameter is missing, ill-typed or too long. */
    public static final int INVALID_REQUEST = 6017;
    /** The body has more than 12,288 bytes. */
    public static final int BODY_TOO_LARGE = 80002;
    /** The server says the recall window of a one-to-one message is over. */
    public static final int RECALL_WINDOW_EXPIRED = 20016;
    /** The server says the recall window of a group message is over. */
    public static final int GROUP_RECALL_WINDOW_EXPIRED = 10031;
    /** No such message in that one-to-one conversation. */
    public static final int MESSAGE_NOT_FOUND = 20022;
    /** No such message in that group. */
    public static final int GROUP_MESSAGE_NOT_FOUND = 10030;
    /** Somebody else recalled it before, or a message that was recalled is sent. */
    public static final int ALREADY_RECALLED = 20023;
    /** A member, but neither the sender nor a moderator. */
    public static final int RECALL_DENIED = 10032;
    /** No such group, or not a member of it. */
    public static final int CONVERSATION_NOT_FOUND = 10015;
    /** The group was deleted; only the admin function answers it. */
    public static final int GROUP_DELETED = 10010;
    /** Reserved, no longer returned. */
    public static final int NOT_ALLOWED = 10007;
    /** The message ID's time is far off the server's. */
    public static final int STALE_MESSAGE_ID = 76001;
    /** The message ID is another sender's, or another body's. */
    public static final int MESSAGE_ID_TAKEN = 76002;
    /** The conversation takes no more. */
    public static final int CONVERSATION_FULL = 76003;
    /** The message that {@code unlessRevoked} of a send names was recalled, so nothing was stored. */
    public static final int OTHER_MESSAGE_RECALLED = 76004;
    /** The deployment has no attachments. */
    public static final int ATTACHMENTS_OFF = 76005;
    /** There is no such attachment, it is not the user's, or it is not uploaded completely. */
    public static final int ATTACHMENT_NOT_FOUND = 76006;
    /** The attachment is larger than the deployment allows. */
    public static final int ATTACHMENT_TOO_LARGE = 76007;
    /** The deployment sends no notifications of this kind. */
    public static final int PUSH_OFF = 76008;
    /** The bytes of a file did not get to the storage. */
    public static final int UPLOAD_FAILED = 6008;
    /** The bytes of a file did not come, or not all of them, or could not be written. */
    public static final int DOWNLOAD_FAILED = 6009;
    /** The server does not know the action. */
    public static final int UNKNOWN_ACTION = 7014;
    /** Too many requests of this user, after all retries. */
    public static final int TOO_MANY_REQUESTS = 10023;
    /** A part of the server failed for a while, after all retries. */
    public static final int UNAVAILABLE = 20004;
    /** A bug of the server, after all retries. */
    public static final int INTERNAL = 20005;
    /** The token (userSig) expired and no new one could be had. */
    public static final int TOKEN_EXPIRED = 6206;
    /** The client knows, on the server's clock, that the window is over; nothing was asked. */
    public static final int RECALL_WINDOW_KNOWN_TO_BE_OVER = 6223;
    /** No answer after all retries. */
    public static final int REQUEST_TIMED_OUT = 6012;
    /** What is stored on this device could not be read or written. */
    public static final int STORAGE_FAILED = 6019;
    /** Not logged in, or not connected. */
    public static final int NOT_CONNECTED = 9508;

    private ErrorCode() {
    }
}
