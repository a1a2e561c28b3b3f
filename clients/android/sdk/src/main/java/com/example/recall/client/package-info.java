/**
 * The client's engine: one connection, its requests, and the view of every conversation.
 *
 * <p>Apps use {@code com.example.recall.v2}; this package is public for those who do not want V2TIM's shapes. All state
 * lives on one {@link com.example.recall.client.EventLoop}, so nothing here takes a lock around a rule.
 */
@NullMarked
package com.example.recall.client;

import org.jspecify.annotations.NullMarked;
