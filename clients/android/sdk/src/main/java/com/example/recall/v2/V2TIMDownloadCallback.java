package com.example.recall.v2;

/** How a download goes on and ends: exactly one of onSuccess and onError, once. */
public interface V2TIMDownloadCallback extends V2TIMCallback {
    void onProgress(V2TIMElem.V2ProgressInfo progressInfo);
}
