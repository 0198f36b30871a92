package dev.mainstay.node.server;

import dev.mainstay.node.server.settings.MemberUrl;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.tls.GeneratedCertificate;
import dev.mainstay.node.tls.KeyPairFiles;
import dev.mainstay.node.tls.LiveTls;
import dev.mainstay.node.tls.TlsException;
import dev.mainstay.node.tls.TlsFiles;
import dev.mainstay.node.tls.TlsSetup;
import dev.mainstay.node.tls.TrustSource;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What members show and believe when they speak to each other. */
final class PeerCertificates {

    private static final String PURPOSE = "peer";
    private static final String GENERATED = "fixtures/peer";

    private PeerCertificates() {}

    /**
     * Reads the files, or makes them, and follows them until closed.
     *
     * @return empty if members speak plaintext
     * @throws TlsException if there is anything in them that can't be used
     */
    static Optional<TlsSetup> open(NodeSettings settings) throws TlsException {
        if (settings.peerTls().isEmpty()) {
            return Optional.empty();
        }
        NodeSettings.PeerTls tls = settings.peerTls().get();
        TlsFiles files = tls.files().isPresent() ? tls.files().get() : generated(settings, tls.generatedYears());
        LiveTls live = LiveTls.open(files, tls.names(), PURPOSE, InstantSource.system());
        live.follow();
        return Optional.of(new TlsSetup(live, tls.protocol(), tls.asksPeers(), tls.checksAddresses()));
    }

    private static TlsFiles generated(NodeSettings settings, int years) throws TlsException {
        Path folder = settings.identity().dataDir().resolve(GENERATED);
        List<String> hosts = Stream.concat(
                        settings.listen().peerUrls().stream(), settings.cluster().peerUrls().stream())
                .map(MemberUrl::host)
                .distinct()
                .toList();
        KeyPairFiles own = GeneratedCertificate.in(folder, "peer-auto-tls", hosts, years, InstantSource.system());
        return new TlsFiles(own, own, new TrustSource.Anybody(), Optional.empty());
    }
}
