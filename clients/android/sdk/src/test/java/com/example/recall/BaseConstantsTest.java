package com.example.recall;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BaseConstantsTest {
    /** The numbers of TIMErrorCode.h and V2TIMErrorCode.h of Tencent's SDK, under the names of Tencent's own BaseConstants. */
    private static final Map<String, Integer> TENCENT = new TreeMap<>(Map.ofEntries(
            Map.entry("ERR_SUCC", 0),
            Map.entry("ERR_REQUEST_TIMEOUT", 6012),
            Map.entry("ERR_INVALID_PARAMETERS", 6017),
            Map.entry("ERR_USER_SIG_EXPIRED", 6206),
            Map.entry("ERR_REVOKE_TIME_LIMIT_EXCEED", 6223),
            Map.entry("ERR_SDK_NET_DISCONNECT", 9508),
            Map.entry("ERR_SVR_GROUP_PERMISSION_DENY", 10007),
            Map.entry("ERR_SVR_GROUP_NOT_FOUND", 10010),
            Map.entry("ERR_SVR_GROUP_INVALID_GROUPID", 10015),
            Map.entry("ERR_SVR_GROUP_SEND_MSG_FREQ_LIMIT", 10023),
            Map.entry("ERR_SVR_GROUP_REVOKE_MSG_NOT_FOUND", 10030),
            Map.entry("ERR_SVR_GROUP_REVOKE_MSG_TIME_LIMIT", 10031),
            Map.entry("ERR_SVR_GROUP_REVOKE_MSG_DENY", 10032),
            Map.entry("ERR_SVR_MSG_NET_ERROR", 20004),
            Map.entry("ERR_SVR_MSG_INTERNAL_ERROR1", 20005),
            Map.entry("ERR_SVR_MSG_REVOKE_TIME_LIMIT", 20016),
            Map.entry("ERR_SVR_COMM_BODY_SIZE_LIMIT", 80002)));

    @Test
    void everyConstantHasTencentsNumber() throws IllegalAccessException {
        Map<String, Integer> ours = new TreeMap<>();
        for (Field constant : BaseConstants.class.getFields()) {
            ours.put(constant.getName(), constant.getInt(null));
        }
        assertEquals(TENCENT, ours);
    }
}
