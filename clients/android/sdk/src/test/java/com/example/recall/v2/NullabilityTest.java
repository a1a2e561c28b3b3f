package com.example.recall.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.recall.client.RecallClient;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the class files say to Kotlin and to Android Studio about null. */
class NullabilityTest {
    private static Stream<Method> publicMethods(Class<?>... types) {
        return Stream.of(types).flatMap(type -> Stream.of(type.getDeclaredMethods()))
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic());
    }

    private static boolean mayBeNull(AnnotatedType type) {
        return type.isAnnotationPresent(Nullable.class);
    }

    @Test
    void nothingIsNullUnlessItSaysSo() {
        assertTrue(V2TIMManager.class.getPackage().isAnnotationPresent(NullMarked.class));
        assertTrue(RecallClient.class.getPackage().isAnnotationPresent(NullMarked.class));
    }

    @Test
    void aMessageSaysWhatItMayLack() {
        Set<String> nullable = publicMethods(V2TIMMessage.class).filter(method -> mayBeNull(method.getAnnotatedReturnType()))
                .map(Method::getName).collect(Collectors.toCollection(TreeSet::new));
        assertEquals("[getBody, getConversationID, getCustomElem, getFileElem, getGroupID, getImageElem, getMsgID, getReplyTo, getRevokerInfo, getRevokerRole, getSender, getTextElem, "
                + "getUnlessRevoked, getUserID]", nullable.toString());
    }

    @Test
    void everyCallbackMayBeLeftOut() {
        int[] callbacks = new int[1];
        publicMethods(V2TIMManager.class, V2TIMMessageManager.class, V2TIMConversationManager.class).forEach(method -> {
            for (int place = 0; place < method.getParameterCount(); place++) {
                Class<?> type = method.getParameterTypes()[place];
                if (V2TIMCallback.class.isAssignableFrom(type) || V2TIMValueCallback.class.isAssignableFrom(type)) {
                    callbacks[0]++;
                    assertTrue(mayBeNull(method.getAnnotatedParameterTypes()[place]), method.toString());
                }
            }
        });
        assertTrue(callbacks[0] > 15, "only " + callbacks[0] + " callbacks were found");
    }
}
