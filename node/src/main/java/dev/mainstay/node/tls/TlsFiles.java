package dev.mainstay.node.tls;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * All files of one endpoint.
 *
 * @param serving what it shows as a server
 * @param calling what it shows as a client; may be the same
 * @param trusted whom it believes, in both roles
 * @param revocations a list of revoked certificates, PEM or DER
 */
public record TlsFiles(KeyPairFiles serving, KeyPairFiles calling, TrustSource trusted, Optional<TlsFile> revocations) {

    /** Each file once. */
    Set<TlsFile> all() {
        Set<TlsFile> files = new LinkedHashSet<>();
        files.add(serving.certificate());
        files.add(serving.key());
        files.add(calling.certificate());
        files.add(calling.key());
        if (trusted instanceof TrustSource.Bundle(TlsFile file)) {
            files.add(file);
        }
        revocations.ifPresent(files::add);
        return files;
    }
}
