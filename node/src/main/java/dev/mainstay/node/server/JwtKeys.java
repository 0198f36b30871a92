package dev.mainstay.node.server;

import dev.mainstay.node.api.auth.JwtSettings;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.tls.SigningKeys;
import dev.mainstay.node.tls.TlsException;
import java.security.Key;
import java.security.PrivateKey;
import java.util.Optional;

/** Reads the keys of signed tokens. */
final class JwtKeys {

    private JwtKeys() {}

    /** @throws TlsException if a file isn't the key it should be; the message says which and what to do */
    static JwtSettings read(NodeSettings.Jwt jwt) throws TlsException {
        String method = jwt.method();
        if (method.startsWith("HS")) {
            Key key = SigningKeys.secret(jwt.privateKey().orElseThrow());
            return new JwtSettings(method, key, key, jwt.ttl());
        }
        Optional<PrivateKey> signing = Optional.empty();
        if (jwt.privateKey().isPresent()) {
            signing = Optional.of(SigningKeys.privateKey(jwt.privateKey().get()));
        }
        Key verifying = jwt.publicKey().isPresent()
                ? SigningKeys.publicKey(jwt.publicKey().get())
                : SigningKeys.publicKey(jwt.privateKey().orElseThrow(), signing.orElseThrow());
        return new JwtSettings(method, signing.orElse(null), verifying, jwt.ttl());
    }
}
