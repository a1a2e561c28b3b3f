package com.example.recall.sample;

import java.util.List;

/** What draws the screen; called on the client's callback executor, which is the main thread on Android. */
public interface MessageListView {
    /** Shows these rows, oldest first. */
    void showRows(List<MessageRow> rows);

    /** Shows a short notice, as a toast does. */
    void showNotice(String text);

    /** Puts a text into the input field. */
    void putIntoInput(String text);

    /** Closes an open menu of a row, since the row has changed. */
    void closeMenu(String messageId);
}
