/**
 * Calls for what the server does not have, with the answer that a new, empty account of Tencent's gets. A call whose empty
 * answer could be taken for the truth, such as a search that finds nothing, is not among them: it rejects.
 */
export const EMPTY_ANSWERS: Record<string, () => unknown> = {
  getBlacklist: () => [],
  getConversationGroupList: () => [],
  getFriendApplicationList: () => ({ friendApplicationList: [], unreadCount: 0 }),
  getFriendGroupList: () => [],
  getFriendList: () => [],
  getFriendProfile: () => ({ friendList: [], failureUserIDList: [] }),
  getGroupApplicationList: () => ({ applicationList: [] }),
  getGroupAttributes: () => ({ groupAttributes: {} }),
  getGroupCounters: () => ({ counters: {} }),
  getJoinedCommunityList: () => ({ groupList: [] }),
  getMessageExtensions: () => ({ extensions: [] }),
  getMessageReactions: () => ({ resultList: [] }),
  getMessageReadReceiptList: () => ({ messageList: [] }),
  getMutualFollowersList: () => ({ userList: [], nextCursor: '' }),
  getMyFollowersList: () => ({ userList: [], nextCursor: '' }),
  getMyFollowingList: () => ({ userList: [], nextCursor: '' }),
  getPinnedGroupMessageList: () => ({ messageList: [] }),
  getTopicList: () => ({ successTopicList: [], failureTopicList: [] }),
};

/** Calls that reject with 2998, Tencent's code for a module that is not there. */
export const REJECTED = [
  'accept', 'acceptFriendApplication', 'addConversationsToGroup', 'addFriend', 'addGroupMember', 'addMessageReaction', 'addToBlacklist',
  'addToFriendGroup', 'cancel', 'changeGroupOwner', 'checkFollowType', 'checkFriend', 'clearHistoryMessage', 'convertVoiceToText',
  'createConversationGroup', 'createFriendGroup', 'createGroup', 'createTopicInCommunity', 'decreaseGroupCounter', 'deleteConversation',
  'deleteConversationGroup', 'deleteConversationsFromGroup', 'deleteFriend', 'deleteFriendApplication', 'deleteFriendGroup',
  'deleteGroupAttributes', 'deleteGroupMember', 'deleteMessage', 'deleteMessageExtensions', 'deleteTopicFromCommunity', 'dismissGroup',
  'downloadMergerMessage', 'followUser', 'getAllReceiveMessageOpt', 'getAllUserListOfMessageReaction', 'getGroupMessageReadMemberList',
  'getGroupOnlineMemberCount', 'getMessageListHopping', 'getUserFollowInfo', 'getUserStatus', 'handleGroupApplication',
  'increaseGroupCounter', 'initGroupAttributes', 'invite', 'inviteInGroup', 'joinGroup', 'markConversation', 'markGroupMemberList',
  'modifyInvitation', 'modifyMessage', 'pinConversation', 'pinGroupMessage', 'quitGroup', 'refuseFriendApplication', 'reject',
  'removeFromBlacklist', 'removeFromFriendGroup', 'removeMessageReaction', 'renameConversationGroup', 'renameFriendGroup',
  'searchCloudGroupMembers', 'searchCloudGroups', 'searchCloudMessages', 'searchCloudUsers', 'searchGroupByID', 'sendMessageReadReceipt',
  'setAllMessageRead', 'setAllReceiveMessageOpt', 'setConversationCustomData', 'setFriendApplicationRead', 'setGroupAttributes',
  'setGroupCounters', 'setGroupMemberCustomField', 'setGroupMemberMuteTime', 'setGroupMemberNameCard', 'setGroupMemberRole',
  'setMessageExtensions', 'setMessageRemindType', 'setSelfStatus', 'subscribeUserStatus', 'translateText', 'unfollowUser',
  'unsubscribeUserStatus', 'updateFriend', 'updateGroupProfile', 'updateMyProfile', 'updateTopicProfile',
] as const;

/** Calls that Tencent's SDK answers at once, without a promise: they throw the same error. */
export const THROWN = [
  'createAudioMessage', 'createFaceMessage', 'createForwardMessage', 'createLocationMessage', 'createMergerMessage', 'createVideoMessage',
  'inviteInGroupSync', 'inviteSync',
] as const;
