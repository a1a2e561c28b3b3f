package com.example.recall.example;

import android.app.Activity;
import android.app.AlertDialog;
import android.graphics.Color;
import android.graphics.drawable.GradientDrawable;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.view.Gravity;
import android.view.View;
import android.view.ViewGroup;
import android.widget.BaseAdapter;
import android.widget.Button;
import android.widget.EditText;
import android.widget.LinearLayout;
import android.widget.ListView;
import android.widget.TextView;
import android.widget.Toast;
import com.example.recall.sample.MessageListScreen;
import com.example.recall.sample.MessageListView;
import com.example.recall.sample.MessageRow;
import com.example.recall.v2.V2TIMCallback;
import com.example.recall.v2.V2TIMManager;
import com.example.recall.v2.V2TIMSDKConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * A chat of two people. A long press on your own message offers "Recall", and then the bubble of the message changes to the "Message recalled"
 * status on both phones.
 */
public final class ChatActivity extends Activity implements MessageListView {
    private static final int WINDOW_CHECK_MILLISECONDS = 1_000;

    private final Handler mainThread = new Handler(Looper.getMainLooper());
    private final List<MessageRow> rows = new ArrayList<>();
    private final BaseAdapter adapter = new Rows();
    private final Runnable windowCheck = new Runnable() {
        @Override
        public void run() {
            // The menu entry disappears when the time in which a message can be recalled is over.
            screen.draw();
            mainThread.postDelayed(this, WINDOW_CHECK_MILLISECONDS);
        }
    };
    private MessageListScreen screen;
    private EditText input;
    private AlertDialog menu;
    private String menuOf;

    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        setContentView(loginForm());
    }

    /** Asks who you are and whom you talk to. */
    private View loginForm() {
        EditText server = field("Server", "ws://127.0.0.1:3001/local");
        EditText user = field("Your user ID", "alice");
        EditText token = field("Your token", "");
        EditText peer = field("Whom you talk to", "bob");
        Button login = new Button(this);
        login.setText("Log in");
        login.setOnClickListener(pressed -> open(server.getText().toString().trim(), user.getText().toString().trim(),
                token.getText().toString().trim(), peer.getText().toString().trim()));
        LinearLayout form = column();
        form.addView(server);
        form.addView(user);
        form.addView(token);
        form.addView(peer);
        form.addView(login);
        return form;
    }

    /** Shows what the phone has stored of the conversation at once, and the rest after the login. */
    private void open(String server, String user, String token, String peer) {
        V2TIMManager manager = V2TIMManager.getInstance();
        manager.unInitSDK();
        // With this Context, messages are stored in the app's private folder, and the connection is checked when the network comes back.
        manager.initSDK(getApplicationContext(), 0, new V2TIMSDKConfig().setServerUrl(server));
        screen = new MessageListScreen(manager, "c2c_" + peer, this);
        setContentView(chat());
        manager.login(user, token, new V2TIMCallback() {
            @Override
            public void onSuccess() {
                screen.fetch();
            }

            @Override
            public void onError(int code, String desc) {
                showNotice("Not logged in (" + code + "): " + desc);
            }
        });
        screen.openStored();
        mainThread.postDelayed(windowCheck, WINDOW_CHECK_MILLISECONDS);
    }

    private View chat() {
        ListView list = new ListView(this);
        list.setAdapter(adapter);
        list.setDivider(null);
        list.setTranscriptMode(ListView.TRANSCRIPT_MODE_ALWAYS_SCROLL);
        list.setOnItemLongClickListener((parent, view, position, id) -> offerRecall(rows.get(position)));
        list.setOnItemClickListener((parent, view, position, id) -> screen.editAgain(rows.get(position).messageId()));
        input = field("Message", "");
        Button send = new Button(this);
        send.setText("Send");
        send.setOnClickListener(pressed -> {
            String text = input.getText().toString().trim();
            if (!text.isEmpty()) {
                input.setText("");
                screen.send(text);
            }
        });
        LinearLayout bottom = new LinearLayout(this);
        bottom.addView(input, new LinearLayout.LayoutParams(0, ViewGroup.LayoutParams.WRAP_CONTENT, 1));
        bottom.addView(send);
        LinearLayout chat = column();
        chat.addView(list, new LinearLayout.LayoutParams(ViewGroup.LayoutParams.MATCH_PARENT, 0, 1));
        chat.addView(bottom);
        return chat;
    }

    /** The menu of a long press. Only a message that can still be recalled has one. */
    private boolean offerRecall(MessageRow row) {
        if (!row.isRecallable()) {
            return false;
        }
        menuOf = row.messageId();
        menu = new AlertDialog.Builder(this)
                .setItems(new CharSequence[] {"Recall"}, (dialog, which) -> screen.recall(row.messageId()))
                .show();
        return true;
    }

    @Override
    protected void onDestroy() {
        mainThread.removeCallbacks(windowCheck);
        if (screen != null) {
            screen.close();
        }
        super.onDestroy();
    }

    @Override
    public void showRows(List<MessageRow> shown) {
        rows.clear();
        rows.addAll(shown);
        adapter.notifyDataSetChanged();
    }

    @Override
    public void showNotice(String text) {
        Toast.makeText(this, text, Toast.LENGTH_LONG).show();
    }

    @Override
    public void putIntoInput(String text) {
        input.setText(text);
        input.setSelection(text.length());
        input.requestFocus();
    }

    @Override
    public void closeMenu(String messageId) {
        if (menu != null && messageId.equals(menuOf)) {
            menu.dismiss();
            menu = null;
        }
    }

    /** Draws a row: a bubble on the right or on the left, or the line that a recalled message leaves. */
    private final class Rows extends BaseAdapter {
        @Override
        public int getCount() {
            return rows.size();
        }

        @Override
        public MessageRow getItem(int position) {
            return rows.get(position);
        }

        @Override
        public long getItemId(int position) {
            return position;
        }

        @Override
        public View getView(int position, View reused, ViewGroup parent) {
            MessageRow row = rows.get(position);
            TextView bubble = new TextView(ChatActivity.this);
            bubble.setText(row.isEditable() ? row.text() + "  ·  Edit again" : row.text());
            bubble.setPadding(dp(12), dp(8), dp(12), dp(8));
            if (row.isRevoked()) {
                bubble.setTextColor(Color.GRAY);
            } else {
                GradientDrawable background = new GradientDrawable();
                background.setCornerRadius(dp(12));
                background.setColor(row.isSelf() ? Color.rgb(200, 230, 201) : Color.rgb(224, 224, 224));
                bubble.setBackground(background);
                bubble.setTextColor(Color.BLACK);
            }
            LinearLayout line = new LinearLayout(ChatActivity.this);
            line.setPadding(dp(8), dp(4), dp(8), dp(4));
            line.setGravity(row.isRevoked() ? Gravity.CENTER_HORIZONTAL : row.isSelf() ? Gravity.END : Gravity.START);
            line.addView(bubble, new LinearLayout.LayoutParams(ViewGroup.LayoutParams.WRAP_CONTENT, ViewGroup.LayoutParams.WRAP_CONTENT));
            return line;
        }
    }

    private LinearLayout column() {
        LinearLayout column = new LinearLayout(this);
        column.setOrientation(LinearLayout.VERTICAL);
        column.setPadding(dp(8), dp(8), dp(8), dp(8));
        // Newer versions of Android draw an app behind the system's bars, unless it asks for this.
        column.setFitsSystemWindows(true);
        return column;
    }

    private EditText field(String hint, String value) {
        EditText field = new EditText(this);
        field.setHint(hint);
        field.setText(value);
        field.setSingleLine(true);
        return field;
    }

    private int dp(int size) {
        return Math.round(size * getResources().getDisplayMetrics().density);
    }
}
