import type { Conversation as RecallConversation, Message as RecallMessage } from 'recall-web';
import { type HeldFile, IMAGE_FORMATS } from './files.js';
import type { Conversation, Group, GroupMember, Message, Profile } from './types.js';
import { TYPES } from './values.js';

/** `C2Cbob` for `c2c_bob`, `GROUPeng` for `group_eng`. */
export const toConversationID = (id: string): string => id.replace(/^c2c_/, TYPES.CONV_C2C).replace(/^group_/, TYPES.CONV_GROUP);
/** `c2c_bob` for `C2Cbob`, `group_eng` for `GROUPeng`. What is neither is left as it is, and recall-web refuses it. */
export const fromConversationID = (id: string): string => id.replace(/^C2C/, 'c2c_').replace(/^GROUP/, 'group_');

const isGroup = (conversationID: string): boolean => conversationID.startsWith(TYPES.CONV_GROUP);
const nameIn = (conversationID: string): string => conversationID.slice((isGroup(conversationID) ? TYPES.CONV_GROUP : TYPES.CONV_C2C).length);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** The time of a message ID, and ten of its random bits: it sorts as the IDs do, and JavaScript can hold it exactly until the year 2248. */
const SEQUENCE_DIGITS = 12;
const sequenceOf = (ID: string): number => [...ID.slice(0, SEQUENCE_DIGITS)].reduce((sum, digit) => sum * 32 + ALPHABET.indexOf(digit), 0);
/** The time of a message ID in milliseconds since 1970. */
const timeOf = (ID: string): number => Math.floor(sequenceOf(ID) / 1024);

/** What a message is as a body on the server. Other clients of Recall show `text`. A picture that is sent as a file says so, because its type does not. */
export function toBody(type: string, payload: Record<string, any>, cloudCustomData = ''): Record<string, unknown> {
  const { data, description, extension } = payload;
  const rest = cloudCustomData && { cloudCustomData };
  if (type === TYPES.MSG_TEXT) return { text: payload.text, ...(payload.atUserList && { atUserList: payload.atUserList }), ...rest };
  if (type === TYPES.MSG_IMAGE) return { text: '', ...rest };
  if (type === TYPES.MSG_FILE) return { text: '', asFile: true, ...rest };
  return { custom: { data: text(data), description: text(description), extension: text(extension) }, ...rest };
}

/** Type and payload of a body. One that another client of Recall made in a form of its own is a custom message with the body as its data. */
function fromBody(body: Record<string, any> | undefined, file: HeldFile | undefined): Pick<Message, 'type' | 'payload' | 'cloudCustomData' | 'atUserList'> {
  const { text: words, custom, asFile, atUserList, cloudCustomData } = body ?? {};
  const rest = { cloudCustomData: text(cloudCustomData), atUserList: Array.isArray(atUserList) ? atUserList.filter((each) => typeof each === 'string') : [] };
  if (body && file && !text(words) && !custom) return { ...fromFile(file, asFile === true), ...rest };
  if (typeof words === 'string') return { type: TYPES.MSG_TEXT, payload: { text: words }, ...rest };
  const { data, description, extension } = typeof custom === 'object' && custom !== null ? custom : { data: body && JSON.stringify(body) };
  return { type: TYPES.MSG_CUSTOM, payload: { data: text(data), description: text(description), extension: text(extension) }, ...rest };
}

/** Type and payload of a file. Tencent's form has three sizes of a picture, which are all the same here. */
function fromFile({ attachment: { attachmentID, name, type, size }, url, width, height }: HeldFile, asFile: boolean): Pick<Message, 'type' | 'payload'> {
  const imageFormat = IMAGE_FORMATS[type];
  // The kit saves what is at the address of a file. At an empty one that would be the page itself.
  if (asFile || !imageFormat) return { type: TYPES.MSG_FILE, payload: { uuid: attachmentID, fileName: name, fileSize: size, fileUrl: url || 'about:blank' } };
  const imageInfoArray = [0, 1, 2].map((each) => ({ type: each, sizeType: each + 1, size, width, height, url, imageUrl: url }));
  return { type: TYPES.MSG_IMAGE, payload: { uuid: attachmentID, imageFormat, imageInfoArray } };
}

/** A message of recall-web in Tencent's form. `body` is what a message that this device sent had before its recall, and `held` what this page has of its file. */
export function toMessage(message: RecallMessage, self: string, body = message.payload, held?: HeldFile): Message {
  const conversationID = toConversationID(message.conversationID);
  const group = isGroup(conversationID);
  const { ID, from, flow, status, isRevoked, revokerInfo, revokeReason } = message;
  return {
    ID, conversationID, conversationType: group ? TYPES.CONV_GROUP : TYPES.CONV_C2C, from, flow, status,
    to: group || flow === 'out' ? nameIn(conversationID) : self,
    time: Math.floor((message.sentAt || timeOf(ID)) / 1000), sequence: sequenceOf(ID), ...fromBody(body, held ?? toFile(message)),
    isRevoked, revoker: revokerInfo?.userID ?? null, revokeReason,
    revokerInfo: revokerInfo ? { userID: revokerInfo.userID, nick: '', avatar: '' } : null,
    nick: '', avatar: '', nameCard: '', priority: TYPES.MSG_PRIORITY_NORMAL, isPeerRead: false, isDeleted: false, isModified: false,
    needReadReceipt: false, readReceiptInfo: {}, isBroadcastMessage: false, isSupportExtension: false, hasRiskContent: false,
  };
}

/** The file of a message as long as this page has not downloaded it. */
function toFile({ attachments }: RecallMessage): HeldFile | undefined {
  return attachments?.[0] && { attachment: attachments[0], url: '', width: 0, height: 0 };
}

const NOTHING_SENT = {
  lastTime: 0, lastSequence: 0, fromAccount: '', messageForShow: '', payload: null, type: '', isRevoked: false, cloudCustomData: '', nick: '',
  nameCard: '', isPeerRead: false, revoker: null,
};

/** What Tencent's SDK has in the place of a text. */
const WORDS: Record<string, string> = { [TYPES.MSG_IMAGE]: '[Image]', [TYPES.MSG_FILE]: '[File]', [TYPES.MSG_CUSTOM]: '[Custom Messages]' };

function toLastMessage(message: Message | undefined): Record<string, any> {
  if (!message) return { ...NOTHING_SENT };
  const { time, sequence, from, payload, type, isRevoked, cloudCustomData, revoker } = message;
  const messageForShow = type === TYPES.MSG_TEXT ? payload.text : WORDS[type];
  return { ...NOTHING_SENT, lastTime: time, lastSequence: sequence, fromAccount: from, messageForShow, payload, type, isRevoked, cloudCustomData, revoker };
}

/** A conversation of recall-web in Tencent's form. `show` turns its last message into Tencent's form. */
export function toConversation(
  conversation: Pick<RecallConversation, 'conversationID' | 'unreadCount' | 'lastMessage' | 'role' | 'name'>, self: string, draftText: string,
  show: (message: RecallMessage) => Message,
): Conversation {
  const { unreadCount, lastMessage } = conversation;
  const conversationID = toConversationID(conversation.conversationID);
  const group = isGroup(conversationID);
  return {
    conversationID, type: group ? TYPES.CONV_GROUP : TYPES.CONV_C2C, unreadCount, draftText,
    lastMessage: toLastMessage(lastMessage && show(lastMessage)),
    ...(group ? { groupProfile: toGroup(conversation, self) } : { userProfile: toProfile(nameIn(conversationID)) }),
    groupAtInfoList: [], remark: '', isPinned: false, messageRemindType: TYPES.MSG_REMIND_ACPT_AND_NOTE, markList: [], customData: '',
    conversationGroupList: [],
  };
}

/** A group of recall-web in Tencent's form. */
export function toGroup({ conversationID, name, role }: Pick<RecallConversation, 'conversationID' | 'role' | 'name'>, self: string): Group {
  const groupID = nameIn(toConversationID(conversationID));
  return {
    groupID, name: name ?? '', type: TYPES.GRP_WORK, selfInfo: toMember(self, role), avatar: '', introduction: '', notification: '', ownerID: '',
    createTime: 0, infoSequence: 0, lastInfoTime: 0, nextMessageSeq: 0, memberCount: 0, maxMemberCount: 0, muteAllMembers: false,
    joinOption: TYPES.JOIN_OPTIONS_DISABLE_APPLY, groupCustomField: [], isSupportTopic: false,
  };
}

const ROLES: Record<string, string> = { owner: TYPES.GRP_MBR_ROLE_OWNER, admin: TYPES.GRP_MBR_ROLE_ADMIN };

const toMember = (userID: string, role: string | undefined): GroupMember => ({
  userID, role: ROLES[role ?? ''] ?? TYPES.GRP_MBR_ROLE_MEMBER, nick: '', avatar: '', nameCard: '', joinTime: 0, muteUntil: 0, memberCustomField: [],
  messageRemindType: TYPES.MSG_REMIND_ACPT_AND_NOTE,
});

/** The profile of any user, as a new account has it. */
export const toProfile = (userID: string): Profile => ({
  userID, nick: '', avatar: '', gender: TYPES.GENDER_UNKNOWN, birthday: 0, location: '', selfSignature: '', allowType: TYPES.ALLOW_TYPE_ALLOW_ANY,
  language: 0, messageSettings: 0, adminForbidType: TYPES.FORBID_TYPE_NONE, level: 0, role: 0, lastUpdatedTime: 0, profileCustomField: [],
});
