package dev.mainstay.node.consensus;

import dev.mainstay.node.tls.CallerAddress;
import dev.mainstay.node.tls.RefusalLog;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.ratis.thirdparty.io.grpc.Attributes;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.ServerTransportFilter;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Refuses the calls of connections whose certificate doesn't name the address they come from. Looked up at a connection's
 * first call, on that call's thread, because lookups of names may take long; a refusal is looked into again after a while,
 * since names come to resolve.
 */
final class PeerAddressCheck implements ServerInterceptor {

    private static final Attributes.Key<Connection> CONNECTION = Attributes.Key.create("mainstay-peer-connection");
    private static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final CallerAddress rule = new CallerAddress();
    private final RefusalLog refusals;
    private final LongSupplier nanoClock;

    PeerAddressCheck(RefusalLog refusals, LongSupplier nanoClock) {
        this.refusals = refusals;
        this.nanoClock = nanoClock;
    }

    /** Remembers each connection; to be installed besides the check. */
    ServerTransportFilter connections() {
        return new ServerTransportFilter() {
            @Override
            public Attributes transportReady(Attributes attributes) {
                return attributes.toBuilder()
                        .set(CONNECTION, new Connection(attributes))
                        .build();
            }
        };
    }

    /** Whether a call on a connection with these attributes may have to wait for the check. */
    static boolean isDue(Attributes attributes) {
        Connection connection = attributes.get(CONNECTION);
        return connection != null && !connection.admitted;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Connection connection = call.getAttributes().get(CONNECTION);
        Optional<String> refusal =
                connection == null ? Optional.of("a call without a connection") : connection.refusal();
        if (refusal.isEmpty()) {
            return next.startCall(call, headers);
        }
        call.close(Status.PERMISSION_DENIED.withDescription(refusal.get()), new Metadata());
        return new ServerCall.Listener<>() {};
    }

    /** One connection, and what came of the check. */
    private final class Connection {

        private final @Nullable InetAddress caller;
        private final @Nullable X509Certificate certificate;
        private Optional<String> verdict = Optional.empty();
        private volatile boolean admitted;
        private boolean judged;
        private long judgedAt;

        Connection(Attributes attributes) {
            caller = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress address
                    ? address.getAddress()
                    : null;
            certificate = certificate(attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
        }

        synchronized Optional<String> refusal() {
            long now = nanoClock.getAsLong();
            if (judged && (verdict.isEmpty() || now - judgedAt < REFUSED_NANOS)) {
                return verdict;
            }
            Optional<String> fresh = caller == null || certificate == null
                    ? Optional.of("a caller without an address or a certificate")
                    : rule.refusal(certificate, caller);
            if (fresh.isPresent()) {
                refusals.refused(
                        "the client at " + (caller == null ? "an unknown address" : caller.getHostAddress()),
                        fresh.get() + ". Put the address or its name into the certificate, or set"
                                + " --peer-skip-client-san-verification.");
            }
            verdict = fresh;
            admitted = fresh.isEmpty();
            judged = true;
            judgedAt = now;
            return fresh;
        }

        private static @Nullable X509Certificate certificate(@Nullable SSLSession session) {
            if (session == null) {
                return null;
            }
            try {
                Certificate[] chain = session.getPeerCertificates();
                return chain[0] instanceof X509Certificate leaf ? leaf : null;
            } catch (SSLPeerUnverifiedException e) {
                return null;
            }
        }
    }
}
