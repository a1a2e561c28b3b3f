package com.example.recall.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;

/** Moves the bytes of files by HTTP, on OkHttp's threads. The token of the connection never goes there. */
final class Transfers {
    private static final int PIECE_BYTES = 16 * 1024;
    private static final int OK = 200;

    private final OkHttpClient http;

    Transfers(OkHttpClient base) {
        // A cache would keep the files of recalled messages.
        http = base.newBuilder().cache(null).build();
    }

    /** Is told on one of OkHttp's threads how a transfer ended. */
    interface End {
        void succeeded(long bytes);

        void failed(String why);
    }

    /**
     * Uploads a file with the method, the address and the headers that the server has signed, and no others.
     *
     * @return whether they are such
     */
    boolean upload(JsonObject target, File file, long size, Transfer transfer, End end) {
        String url = Json.string(target, "url");
        String method = Json.string(target, "method");
        if (!isWebAddress(url)) {
            return false;
        }
        Request put;
        try {
            Request.Builder request = new Request.Builder().url(url).method(method == null ? "PUT" : method, new Content(file, size, transfer));
            JsonObject headers = Json.object(target, "headers");
            for (Map.Entry<String, JsonElement> header : (headers == null ? new JsonObject() : headers).entrySet()) {
                // OkHttp sends the length by itself.
                if (!header.getKey().equalsIgnoreCase("content-length")) {
                    request.header(header.getKey(), header.getValue().getAsString());
                }
            }
            put = request.build();
        } catch (IllegalArgumentException | UnsupportedOperationException | IllegalStateException malformed) {
            return false;
        }
        send(put, transfer, end, response -> {
            if (!response.isSuccessful()) {
                throw new StatusException(response.code());
            }
            return size;
        });
        return true;
    }

    /** Downloads a file. False if the address is none. */
    boolean download(String url, Download download, End end) {
        if (!isWebAddress(url)) {
            return false;
        }
        // A body that is compressed on its way would not have the length that its header says.
        Request get = new Request.Builder().url(url).header("Accept-Encoding", "identity").build();
        send(get, download, end, response -> {
            if (response.code() != OK) {
                throw new StatusException(response.code());
            }
            return download.receive(response.body());
        });
        return true;
    }

    private static boolean isWebAddress(String url) {
        return url != null && HttpUrl.parse(url) != null;
    }

    /** Reads an answer, and returns how many bytes were transferred. */
    private interface Reading {
        long read(Response response) throws IOException;
    }

    private void send(Request request, Transfer transfer, End end, Reading reading) {
        Call call = http.newCall(request);
        transfer.by(call);
        call.enqueue(new Callback() {
            @Override
            public void onResponse(Call its, Response response) {
                try (Response read = response) {
                    end.succeeded(reading.read(read));
                } catch (IOException failed) {
                    onFailure(its, failed);
                }
            }

            @Override
            public void onFailure(Call its, IOException failed) {
                // Without the text of the exception, which may have the address. Who has the address has the file.
                end.failed(failed instanceof StatusException ? "HTTP status " + ((StatusException) failed).status : failed.getClass().getSimpleName());
            }
        });
    }

    private static final class StatusException extends IOException {
        private static final long serialVersionUID = 1;
        private final int status;

        StatusException(int status) {
            this.status = status;
        }
    }

    /** The bytes of a file. It has no type, because the type is one of the signed headers. */
    private static final class Content extends RequestBody {
        private final File file;
        private final long size;
        private final Transfer transfer;

        Content(File file, long size, Transfer transfer) {
            this.file = file;
            this.size = size;
            this.transfer = transfer;
        }

        @Override
        public MediaType contentType() {
            return null;
        }

        @Override
        public long contentLength() {
            return size;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            try (InputStream from = new FileInputStream(file)) {
                byte[] piece = new byte[PIECE_BYTES];
                long done = 0;
                for (int count = from.read(piece); count >= 0; count = from.read(piece)) {
                    sink.write(piece, 0, count);
                    done += count;
                    transfer.told(done, size);
                }
            }
        }
    }
}
