package dev.mainstay.node.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows the credential of the moment. As in etcd it is shown whatever authorities the other side says it knows: a clear
 * refusal is better than no certificate. A handshake that began with the one before can end with it. Any thread.
 */
final class LiveKeyManager extends X509ExtendedKeyManager {

    private volatile Held held;

    private record Held(long number, Credential now, Credential before) {

        String alias() {
            return Long.toString(number);
        }
    }

    LiveKeyManager(Credential credential) {
        held = new Held(0, credential, credential);
    }

    /** From now on this one. One thread at a time. */
    void replace(Credential credential) {
        Held was = held;
        held = new Held(was.number + 1, credential, was.now);
    }

    private @Nullable String alias(String... keyTypes) {
        Held current = held;
        String kind = current.now.key().getAlgorithm();
        boolean fits = Arrays.stream(keyTypes).anyMatch(type -> type.equals(kind) || type.startsWith(kind + "_"));
        return fits ? current.alias() : null;
    }

    private @Nullable Credential credential(String alias) {
        Held current = held;
        if (alias.equals(current.alias())) {
            return current.now;
        }
        return alias.equals(Long.toString(current.number - 1)) ? current.before : null;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
        return alias(keyTypes);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        return alias(keyType);
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
        return alias(keyTypes);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
        return alias(keyType);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return aliases(keyType);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return aliases(keyType);
    }

    private String @Nullable [] aliases(String keyType) {
        String alias = alias(keyType);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Credential credential = credential(alias);
        return credential == null ? null : credential.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Credential credential = credential(alias);
        return credential == null ? null : credential.key();
    }
}
