#import "RecallTexts.h"

@implementation RecallTexts

+ (NSString *)lineOf:(V2TIMMessage *)tombstone toUser:(NSString *)user {
    NSString *operator = tombstone.revokerInfo.userID;
    NSString *line = @"Message recalled";
    if ([operator isEqualToString:user]) {
        line = tombstone.isSelf ? @"You recalled a message"
                                : [NSString stringWithFormat:@"You recalled a message of %@", tombstone.sender];
    } else if (![operator isEqualToString:tombstone.sender]) {
        line = [NSString stringWithFormat:@"%@ recalled a message of %@", operator,
                                          tombstone.isSelf ? @"yours" : tombstone.sender];
    } else if (tombstone.groupID != nil) {
        line = [NSString stringWithFormat:@"%@ recalled a message", operator];
    }
    if ([tombstone.revokeReason length] == 0) return line;
    return [NSString stringWithFormat:@"%@: %@", line, tombstone.revokeReason];
}

+ (NSString *)failure:(int)code {
    switch (code) {
        case ERR_REVOKE_TIME_LIMIT_EXCEED:
        case ERR_SVR_MSG_REVOKE_TIME_LIMIT:
        case ERR_SVR_GROUP_REVOKE_MSG_TIME_LIMIT:
            return @"Too late: this message can no longer be recalled";
        case ERR_SVR_MSG_REVOKE_REPEATED:
            return @"Already recalled";
        case ERR_SVR_GROUP_REVOKE_MSG_DENY:
            return @"Only its sender or a moderator can recall this message";
        case ERR_REQUEST_TIME_OUT:
        case ERR_SDK_NET_DISCONNECT:
            return @"No connection: the message may not be recalled yet. Try again";
        default:
            return [NSString stringWithFormat:@"Recalling failed (%d)", code];
    }
}

@end
