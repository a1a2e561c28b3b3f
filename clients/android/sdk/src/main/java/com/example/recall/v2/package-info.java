/**
 * Recall with the calls that V2TIM developers know: change the imports from {@code com.tencent.imsdk.v2} to
 * {@code com.example.recall.v2}. What differs is said at each method and in the README.
 */
@NullMarked
package com.example.recall.v2;

import org.jspecify.annotations.NullMarked;
