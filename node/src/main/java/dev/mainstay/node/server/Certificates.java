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

/** What a member shows and believes, to other members and to clients. Read, or made, and then followed until closed. */
final class Certificates {

    private Certificates() {}

    /**
     * Between members.
     *
     * @return empty if members speak plaintext
     * @throws TlsException if there is anything in the files that can't be used
     */
    static Optional<TlsSetup> forPeers(NodeSettings settings) throws TlsException {
        if (settings.peerTls().isEmpty()) {
            return Optional.empty();
        }
        List<MemberUrl> urls = Stream.concat(
                        settings.listen().peerUrls().stream(), settings.cluster().peerUrls().stream())
                .toList();
        return Optional.of(open(
                settings.peerTls().get(),
                "peer",
                "peer-auto-tls",
                settings.identity().dataDir().resolve("fixtures/peer"),
                urls));
    }

    /**
     * For clients.
     *
     * @return empty if no URL for them is a https one
     * @throws TlsException if there is anything in the files that can't be used
     */
    static Optional<TlsSetup> forClients(NodeSettings settings) throws TlsException {
        if (settings.clientTls().isEmpty()) {
            return Optional.empty();
        }
        NodeSettings.Listen listen = settings.listen();
        List<MemberUrl> urls = Stream.of(
                        listen.clientUrls(),
                        listen.clientHttpUrls(),
                        listen.metricsUrls(),
                        listen.advertiseClientUrls())
                .flatMap(List::stream)
                .filter(MemberUrl::secure)
                .toList();
        return Optional.of(open(
                settings.clientTls().get(),
                "client",
                "auto-tls",
                settings.identity().dataDir().resolve("fixtures/client"),
                urls));
    }

    /** @param urls what a certificate that is made here is for */
    private static TlsSetup open(
            NodeSettings.Tls tls, String purpose, String autoFlag, Path folder, List<MemberUrl> urls)
            throws TlsException {
        TlsFiles files =
                tls.files().isPresent() ? tls.files().get() : generated(tls.generatedYears(), autoFlag, folder, urls);
        LiveTls live = LiveTls.open(files, tls.names(), purpose, InstantSource.system());
        live.follow();
        return new TlsSetup(live, tls.protocol(), tls.asksClients(), tls.checksAddresses());
    }

    private static TlsFiles generated(int years, String autoFlag, Path folder, List<MemberUrl> urls)
            throws TlsException {
        List<String> hosts = urls.stream().map(MemberUrl::host).distinct().toList();
        KeyPairFiles own = GeneratedCertificate.in(folder, autoFlag, hosts, years, InstantSource.system());
        return new TlsFiles(own, own, new TrustSource.Anybody(), Optional.empty());
    }
}
