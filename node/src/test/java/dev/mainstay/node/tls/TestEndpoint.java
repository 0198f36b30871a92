package dev.mainstay.node.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.Optional;

/** One endpoint with files of its own, which it follows. */
public final class TestEndpoint implements AutoCloseable {

    private final Path folder;
    private final LiveTls tls;

    /** @param trusted the authorities it believes, in PEM */
    public TestEndpoint(Path folder, TestAuthority.Issued own, String trusted) throws IOException {
        this.folder = Files.createDirectories(folder);
        show(own);
        believe(trusted);
        KeyPairFiles files = new KeyPairFiles(
                new TlsFile("peer-cert-file", folder.resolve("cert.pem")),
                new TlsFile("peer-key-file", folder.resolve("key.pem")));
        tls = LiveTls.open(
                new TlsFiles(
                        files,
                        files,
                        new TrustSource.Bundle(new TlsFile("peer-trusted-ca-file", folder.resolve("ca.pem"))),
                        Optional.empty()),
                NameRules.NONE,
                "peer",
                InstantSource.system());
        tls.follow();
    }

    public void show(TestAuthority.Issued own) throws IOException {
        own.write(folder);
    }

    public void believe(String trusted) throws IOException {
        Path fresh = folder.resolve("ca.pem.new");
        Files.writeString(fresh, trusted);
        Files.move(fresh, folder.resolve("ca.pem"), StandardCopyOption.ATOMIC_MOVE);
    }

    public LiveTls tls() {
        return tls;
    }

    /** Mutual TLS, addresses checked. */
    public TlsSetup setup() {
        return new TlsSetup(tls, TlsProtocol.USUAL, true, true);
    }

    @Override
    public void close() {
        tls.close();
    }
}
