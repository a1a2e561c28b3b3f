/**
 * Recall with the calls that V2TIM developers know: change the imports from {@code com.tencent.imsdk.v2} to
 * {@code com.example.recall.v2}. Each method and the README say what differs.
 */
@NullMarked
package com.example.recall.v2;

import org.jspecify.annotations.NullMarked;
