/**
 * The logic of a chat screen: a list of messages where a long press recalls and the bubble becomes "Message recalled". Plain
 * Java; an Activity or a composable implements {@link com.example.recall.sample.MessageListView} and draws.
 */
package com.example.recall.sample;
