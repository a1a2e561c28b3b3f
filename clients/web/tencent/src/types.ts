/** A message in Tencent's form. After its recall `isRevoked` is true, and it keeps its text only on the device that sent it. */
export interface Message {
  /** ID, the same on all devices. */
  ID: string;
  /** `TIMTextElem`, `TIMImageElem`, `TIMFileElem` or `TIMCustomElem`. */
  type: string;
  /** `{ text }`, `{ uuid, imageFormat, imageInfoArray }`, `{ uuid, fileName, fileSize, fileUrl }`, or `{ data, description, extension }`. */
  payload: Record<string, any>;
  /** `C2C<user ID>` or `GROUP<group ID>`. */
  conversationID: string;
  /** `C2C` or `GROUP`. */
  conversationType: string;
  /** User ID or group ID. */
  to: string;
  /** User ID of the sender. */
  from: string;
  /** `out` if this user sent it, on whichever device. */
  flow: 'in' | 'out';
  /** Server time in seconds. */
  time: number;
  /** Sorts as the messages do. Unlike Tencent's it has gaps. */
  sequence: number;
  /** `unSend` until the server answered, then `success`, or `fail`. */
  status: string;
  /** Whether it was recalled. */
  isRevoked: boolean;
  /** User ID of who recalled it, null if nobody did. */
  revoker: string | null;
  /** Who recalled it, null if nobody did. */
  revokerInfo: { userID: string; nick: string; avatar: string } | null;
  /** Why, as that person said. */
  revokeReason: string;
  /** Whatever the application sent with the message. */
  cloudCustomData: string;
  /** User IDs of who is mentioned. */
  atUserList: string[];
  /** Always empty: there are no profiles. The same is true of `avatar` and `nameCard`. */
  nick: string;
  avatar: string;
  nameCard: string;
  [other: string]: unknown;
}

/** An entry of the conversation list in Tencent's form. */
export interface Conversation {
  conversationID: string;
  type: string;
  unreadCount: number;
  /** The newest message in the form in which a list shows it. */
  lastMessage: Record<string, any>;
  userProfile?: Profile;
  groupProfile?: Group;
  /** Only on this page: it is never sent. */
  draftText: string;
  [other: string]: unknown;
}

/** A group in Tencent's form. */
export interface Group {
  groupID: string;
  name: string;
  /** This user in the group; `role` is `Owner`, `Admin` or `Member`. */
  selfInfo: GroupMember;
  [other: string]: unknown;
}

/** A member of a group in Tencent's form. */
export interface GroupMember {
  userID: string;
  role: string;
  [other: string]: unknown;
}

/** A user's profile in Tencent's form. There are no profiles, so that all but the user ID is as in a new account. */
export interface Profile {
  userID: string;
  nick: string;
  avatar: string;
  [other: string]: unknown;
}

/** What promises resolve to. */
export interface Result<Data = any> {
  code: 0;
  data: Data;
}

/** An event that handlers get. */
export interface ChatEvent {
  name: string;
  data: any;
}
