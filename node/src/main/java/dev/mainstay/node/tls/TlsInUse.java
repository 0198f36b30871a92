package dev.mainstay.node.tls;

import java.time.Instant;
import java.util.Optional;

/**
 * What an endpoint works with at one moment, for those who watch over a replacement.
 *
 * @param serving what it shows as a server
 * @param calling what it shows as a client; may be the same
 * @param bundle SHA-256 of the file with the authorities it believes, in hex; empty if there is no such file
 */
public record TlsInUse(Leaf serving, Leaf calling, Optional<String> bundle) {

    /**
     * A certificate that is shown.
     *
     * @param serial in hex, as it stands in logs
     */
    public record Leaf(String serial, Instant expiry) {

        static Leaf of(Credential credential) {
            return new Leaf(Certificates.serial(credential.certificate()), credential.expiry());
        }
    }
}
