package dev.mainstay.e2e.operator;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * How an application connects: to the service's name, with the files of the secret mounted beside it, read again when they change. Dead
 * connections are noticed by keep-alives, since a node that vanished says nothing.
 */
final class Connection implements AutoCloseable {
    private static final int KEEP_ALIVE_SECONDS = 5;
    private static final int KEEP_ALIVE_TIMEOUT_SECONDS = 3;
    private static final int READ_AGAIN_SECONDS = 5;
    private static final int MAX_MESSAGE_BYTES = 64 << 20;

    private final ScheduledExecutorService reloading = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().factory());
    private final String target;
    private final ChannelCredentials credentials;

    /** To {@code https://host:port} with tls.crt, tls.key and ca.crt of a folder, or to {@code http://host:port} without. */
    Connection(String endpoint, String folder) {
        this.target = "dns:///" + endpoint.replaceFirst("^https?://", "");
        this.credentials = endpoint.startsWith("https:") ? tls(new File(folder)) : InsecureChannelCredentials.create();
    }

    private ChannelCredentials tls(File folder) {
        try {
            AdvancedTlsX509KeyManager own = new AdvancedTlsX509KeyManager();
            var _ = own.updateIdentityCredentials(
                    new File(folder, "tls.crt"),
                    new File(folder, "tls.key"),
                    READ_AGAIN_SECONDS,
                    TimeUnit.SECONDS,
                    reloading);
            AdvancedTlsX509TrustManager others = AdvancedTlsX509TrustManager.newBuilder()
                    .setVerification(AdvancedTlsX509TrustManager.Verification.CERTIFICATE_AND_HOST_NAME_VERIFICATION)
                    .build();
            var _ = others.updateTrustCredentials(
                    new File(folder, "ca.crt"), READ_AGAIN_SECONDS, TimeUnit.SECONDS, reloading);
            return TlsChannelCredentials.newBuilder()
                    .keyManager(own)
                    .trustManager(others)
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("certificates in " + folder, e);
        }
    }

    /** A connection of its own. */
    ManagedChannel open() {
        return Grpc.newChannelBuilder(target, credentials)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
    }

    @Override
    public void close() {
        reloading.shutdownNow();
    }
}
