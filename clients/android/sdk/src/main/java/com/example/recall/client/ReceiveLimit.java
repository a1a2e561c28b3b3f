package com.example.recall.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;

/**
 * Makes sockets that stop reading when a message grows beyond what any server of ours sends. OkHttp gathers a whole
 * message before it hands it on and has no bound of its own.
 */
final class ReceiveLimit extends SocketFactory {
    /** Four times API Gateway's largest message of 128 KB. */
    static final long BYTES_PER_MESSAGE = 512 * 1024;

    private final AtomicLong left = new AtomicLong(BYTES_PER_MESSAGE);

    /** A message was complete: the next may be as long again. */
    void reset() {
        left.set(BYTES_PER_MESSAGE);
    }

    @Override
    public Socket createSocket() {
        return new LimitedSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw new IOException("only unconnected sockets are made here");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        throw new IOException("only unconnected sockets are made here");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw new IOException("only unconnected sockets are made here");
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        throw new IOException("only unconnected sockets are made here");
    }

    private final class LimitedSocket extends Socket {
        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    int value = super.read();
                    count(value < 0 ? 0 : 1);
                    return value;
                }

                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                    int read = super.read(target, offset, length);
                    count(Math.max(0, read));
                    return read;
                }
            };
        }

        private void count(int bytes) throws IOException {
            if (left.addAndGet(-bytes) < 0) {
                throw new IOException("a message of more than " + BYTES_PER_MESSAGE + " bytes was refused");
            }
        }
    }
}
