package dev.mainstay.node.tls;

import dev.mainstay.node.common.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the files of an endpoint say, all of one moment.
 *
 * @param bundle SHA-256 of the file with the authorities, if there is one
 */
record TlsMaterial(Credential serving, Credential calling, Trust trust, Optional<String> bundle) {

    /** The bytes of the files, before anybody looked into them. */
    record Contents(Map<TlsFile, byte[]> bytes) {

        static Contents read(TlsFiles files) throws TlsException {
            Map<TlsFile, byte[]> bytes = new LinkedHashMap<>();
            for (TlsFile file : files.all()) {
                bytes.put(file, file.read());
            }
            return new Contents(bytes);
        }

        /** Equal for equal contents only. */
        String digest() {
            MessageDigest sha = Sha256.start();
            for (byte[] file : bytes.values()) {
                sha.update((file.length + ":").getBytes(StandardCharsets.US_ASCII));
                sha.update(file);
            }
            return HexFormat.of().formatHex(sha.digest());
        }

        private String digest(TlsFile file) {
            return HexFormat.of().formatHex(Sha256.of(of(file)));
        }

        private byte[] of(TlsFile file) {
            byte[] content = bytes.get(file);
            if (content == null) {
                throw new IllegalStateException(file + " was not read");
            }
            return content;
        }
    }

    /** @throws TlsException if anything in it can't be used now */
    static TlsMaterial of(TlsFiles files, Contents contents, Instant now) throws TlsException {
        return new TlsMaterial(
                credential(files.serving(), contents, now),
                credential(files.calling(), contents, now),
                trust(files, contents, now),
                files.trusted() instanceof TrustSource.Bundle(TlsFile bundle)
                        ? Optional.of(contents.digest(bundle))
                        : Optional.empty());
    }

    /** When the first of the certificates that are shown expires. */
    Instant expiry() {
        return serving.expiry().isBefore(calling.expiry()) ? serving.expiry() : calling.expiry();
    }

    private static Credential credential(KeyPairFiles files, Contents contents, Instant now) throws TlsException {
        return Credential.of(files, contents.of(files.certificate()), contents.of(files.key()), now);
    }

    private static Trust trust(TlsFiles files, Contents contents, Instant now) throws TlsException {
        Optional<TlsFile> file = files.revocations();
        List<X509CRL> revocations =
                file.isPresent() ? Certificates.revocations(file.get(), contents.of(file.get())) : List.of();
        return switch (files.trusted()) {
            case TrustSource.Anybody _ -> Trust.anybody();
            case TrustSource.Platform _ -> Trust.in(null, revocations);
            case TrustSource.Bundle(TlsFile bundle) ->
                Trust.in(authorities(bundle, contents.of(bundle), now), revocations);
        };
    }

    private static List<X509Certificate> authorities(TlsFile file, byte[] bytes, Instant now) throws TlsException {
        List<X509Certificate> authorities = Certificates.in(file, bytes);
        if (authorities.stream()
                .allMatch(authority -> now.isAfter(authority.getNotAfter().toInstant()))) {
            throw file.refused(
                    "holds only certificates that have expired, so that nobody would be believed. Put the authority's"
                            + " present certificate there.");
        }
        return authorities;
    }
}
