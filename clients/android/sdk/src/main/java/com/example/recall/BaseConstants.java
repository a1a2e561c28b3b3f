package com.example.recall;

/**
 * Tencent's names and numbers of the errors that are returned here, as in {@code com.tencent.imsdk.BaseConstants}.
 * {@link com.example.recall.client.ErrorCode} also has those that Tencent has no name for.
 */
public final class BaseConstants {
    public static final int ERR_SUCC = 0;
    /** The bytes of a file did not get to the storage. */
    public static final int ERR_FILE_TRANS_UPLOAD_FAILED = 6008;
    /** The bytes of a file did not come, or not all of them, or could not be written. */
    public static final int ERR_FILE_TRANS_DOWNLOAD_FAILED = 6009;
    /** No answer after all retries; the outcome is unknown. V2TIM's other SDKs call it ERR_REQUEST_TIME_OUT. */
    public static final int ERR_REQUEST_TIMEOUT = 6012;
    /** The call came before initSDK. */
    public static final int ERR_SDK_NOT_INITIALIZED = 6013;
    /** Tencent's code for a call without a login. Recall's clients say {@link #ERR_SDK_NET_DISCONNECT} in that case. */
    public static final int ERR_SDK_NOT_LOGGED_IN = 6014;
    /** A parameter is missing, ill-typed or too long. */
    public static final int ERR_INVALID_PARAMETERS = 6017;
    /** What is stored on this device could not be read or written. */
    public static final int ERR_DATABASE_OPERATE_FAILED = 6019;
    /** The token (userSig) is over and no new one could be had. */
    public static final int ERR_USER_SIG_EXPIRED = 6206;
    /** The client knows, on the server's clock, that the recall window is over; nothing was asked. */
    public static final int ERR_REVOKE_TIME_LIMIT_EXCEED = 6223;
    /** This service does not have the function. */
    public static final int ERR_SDK_INTERFACE_NOT_SUPPORT = 7013;
    /** Not logged in, or not connected. */
    public static final int ERR_SDK_NET_DISCONNECT = 9508;
    /** The action needs another role. */
    public static final int ERR_SVR_GROUP_PERMISSION_DENY = 10007;
    /** The group was deleted. Only the server's administration answers it. */
    public static final int ERR_SVR_GROUP_NOT_FOUND = 10010;
    /** No such group, or not a member of it. */
    public static final int ERR_SVR_GROUP_INVALID_GROUPID = 10015;
    /** Too many requests of this user. */
    public static final int ERR_SVR_GROUP_SEND_MSG_FREQ_LIMIT = 10023;
    /** No such message in that group. */
    public static final int ERR_SVR_GROUP_REVOKE_MSG_NOT_FOUND = 10030;
    /** The server says that the recall window of a group message is over. */
    public static final int ERR_SVR_GROUP_REVOKE_MSG_TIME_LIMIT = 10031;
    /** A member, but neither the sender nor a moderator. */
    public static final int ERR_SVR_GROUP_REVOKE_MSG_DENY = 10032;
    /** A part of the server failed for a while, after all retries. */
    public static final int ERR_SVR_MSG_NET_ERROR = 20004;
    /** A bug of the server. */
    public static final int ERR_SVR_MSG_INTERNAL_ERROR1 = 20005;
    /** The server says that the recall window of a one-to-one message is over. */
    public static final int ERR_SVR_MSG_REVOKE_TIME_LIMIT = 20016;
    /** The body has more than 12,288 bytes. */
    public static final int ERR_SVR_COMM_BODY_SIZE_LIMIT = 80002;

    private BaseConstants() {
    }
}
