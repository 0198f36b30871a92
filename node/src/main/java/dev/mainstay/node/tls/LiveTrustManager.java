package dev.mainstay.node.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Judges by the trust of the moment, by revocations and by names. Whoever it refuses as a server is noted. Any thread. */
final class LiveTrustManager extends X509ExtendedTrustManager {

    private final Supplier<Trust> trust;
    private final NameRules rules;
    private final RefusalLog refusals;

    LiveTrustManager(Supplier<Trust> trust, NameRules rules, RefusalLog refusals) {
        this.trust = trust;
        this.rules = rules;
        this.refusals = refusals;
    }

    /** One of the judge's ways to check a chain. */
    private interface Check {
        void by(X509ExtendedTrustManager judge) throws CertificateException;
    }

    private void check(X509Certificate[] chain, Check check) throws CertificateException {
        Trust now = trust.get();
        try {
            check.by(now.judge());
        } catch (CertificateException e) {
            throw new CertificateException(Certificates.describe(chain[0]) + ": " + TlsFailure.innermost(e), e);
        }
        Optional<X509Certificate> revoked = now.revoked(chain);
        if (revoked.isPresent()) {
            throw new CertificateException(Certificates.describe(revoked.get()) + ": it was revoked");
        }
        Optional<String> refusal = rules.refusal(chain[0]);
        if (refusal.isPresent()) {
            throw new CertificateException(Certificates.describe(chain[0]) + ": " + refusal.get());
        }
    }

    private void checkServer(X509Certificate[] chain, String host, Check check) throws CertificateException {
        try {
            check(chain, check);
        } catch (CertificateException e) {
            refusals.refused("the server at " + host, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, judge -> judge.checkClientTrusted(chain, authType));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, judge -> judge.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, judge -> judge.checkClientTrusted(chain, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        checkServer(chain, "an unknown address", judge -> judge.checkServerTrusted(chain, authType));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServer(
                chain,
                String.valueOf(socket.getRemoteSocketAddress()),
                judge -> judge.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServer(
                chain,
                engine.getPeerHost() + ":" + engine.getPeerPort(),
                judge -> judge.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return trust.get().judge().getAcceptedIssuers();
    }
}
