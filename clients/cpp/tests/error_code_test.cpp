// That none of the server's codes is missing in V2TIMErrorCode.h.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "V2TIMErrorCode.h"

TEST(ErrorCodes, HaveEveryCodeOfTheServer) {
    const std::set<int> known{
        ERR_INVALID_PARAMETERS, ERR_USER_SIG_EXPIRED, ERR_RECALL_UNKNOWN_ACTION, ERR_SVR_GROUP_PERMISSION_DENY,
        ERR_SVR_GROUP_NOT_FOUND, ERR_SVR_GROUP_INVALID_GROUPID, ERR_SVR_GROUP_SEND_MSG_FREQ_LIMIT,
        ERR_SVR_GROUP_REVOKE_MSG_NOT_FOUND, ERR_SVR_GROUP_REVOKE_MSG_TIME_LIMIT, ERR_SVR_GROUP_REVOKE_MSG_DENY,
        ERR_SVR_MSG_NET_ERROR, ERR_SVR_MSG_INTERNAL_ERROR1, ERR_SVR_MSG_REVOKE_TIME_LIMIT, ERR_SVR_MSG_REVOKE_NOT_FOUND,
        ERR_SVR_MSG_REVOKE_REPEATED, ERR_SVR_COMM_BODY_SIZE_LIMIT, ERR_RECALL_STALE_MESSAGE_ID,
        ERR_RECALL_MESSAGE_ID_TAKEN, ERR_RECALL_CONVERSATION_FULL, ERR_RECALL_OTHER_MESSAGE_RECALLED,
        ERR_RECALL_ATTACHMENTS_OFF, ERR_RECALL_ATTACHMENT_NOT_FOUND, ERR_RECALL_ATTACHMENT_TOO_LARGE,
        ERR_RECALL_PUSH_OFF};
    std::ifstream input(RECALL_VECTORS "/errors.json");
    const auto errors = nlohmann::json::parse(input);
    EXPECT_GT(errors.size(), 15u);
    for (const auto& error : errors) {
        EXPECT_TRUE(known.count(error["code"])) << error["name"];
        EXPECT_TRUE(known.count(error["groupCode"])) << error["name"];
    }
}
