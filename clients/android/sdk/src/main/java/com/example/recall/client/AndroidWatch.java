package com.example.recall.client;

import android.app.Activity;
import android.app.Application;
import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.net.ConnectivityManager;
import android.os.Bundle;

/**
 * Checks the connection when the network changes and when the app comes to the front, until it is run.
 *
 * <p>The broadcast is the older way of learning of the network. It still reaches a receiver that is registered while the app runs, and it
 * needs no permission. An app that takes the jar and does not declare ACCESS_NETWORK_STATE would end with an error if we used the newer way.
 */
final class AndroidWatch extends BroadcastReceiver implements Application.ActivityLifecycleCallbacks, Runnable {
    private final Context context;
    private final Runnable check;
    private int activitiesInFront;

    AndroidWatch(Context given, Runnable check) {
        Context application = given.getApplicationContext();
        context = application == null ? given : application;
        this.check = check;
        context.registerReceiver(this, new IntentFilter(ConnectivityManager.CONNECTIVITY_ACTION));
        if (context instanceof Application) {
            ((Application) context).registerActivityLifecycleCallbacks(this);
        }
    }

    @Override
    public void run() {
        context.unregisterReceiver(this);
        if (context instanceof Application) {
            ((Application) context).unregisterActivityLifecycleCallbacks(this);
        }
    }

    @Override
    public void onReceive(Context where, Intent intent) {
        if (!intent.getBooleanExtra(ConnectivityManager.EXTRA_NO_CONNECTIVITY, false)) {
            check.run();
        }
    }

    @Override
    public void onActivityStarted(Activity activity) {
        if (activitiesInFront++ == 0) {
            check.run();
        }
    }

    @Override
    public void onActivityStopped(Activity activity) {
        activitiesInFront = Math.max(0, activitiesInFront - 1);
    }

    @Override
    public void onActivityCreated(Activity activity, Bundle state) {
    }

    @Override
    public void onActivityResumed(Activity activity) {
    }

    @Override
    public void onActivityPaused(Activity activity) {
    }

    @Override
    public void onActivitySaveInstanceState(Activity activity, Bundle state) {
    }

    @Override
    public void onActivityDestroyed(Activity activity) {
    }
}
