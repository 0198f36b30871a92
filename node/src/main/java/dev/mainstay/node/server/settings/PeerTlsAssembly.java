package dev.mainstay.node.server.settings;

import dev.mainstay.node.tls.KeyPairFiles;
import dev.mainstay.node.tls.NameRules;
import dev.mainstay.node.tls.TlsFile;
import dev.mainstay.node.tls.TlsFiles;
import dev.mainstay.node.tls.TlsProtocol;
import dev.mainstay.node.tls.TrustSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** TLS between members, from its flags and from the scheme of the peer URLs. */
final class PeerTlsAssembly {

    private final FlagValues values;
    private final TlsFlags flags;
    private final Consumer<String> warnings;

    PeerTlsAssembly(FlagValues values, Consumer<String> warnings) {
        this.values = values;
        this.flags = new TlsFlags(values, "peer-");
        this.warnings = warnings;
    }

    /** Empty if members speak plaintext. Reads no files. */
    Optional<NodeSettings.Tls> of(NodeSettings.Listen listen, NodeSettings.Cluster cluster, TlsProtocol protocol) {
        MemberUrl url = listen.peerUrls().getFirst();
        requireOneScheme(url, listen, cluster);
        if (!url.secure()) {
            flags.warnOfWhatIsIgnored(url, warnings);
            return Optional.empty();
        }
        if (flags.generates()) {
            return Optional.of(generated(protocol));
        }
        if (flags.automatic()) {
            warnings.accept("ignoring peer auto TLS since certs given");
        }
        return Optional.of(certified(url, protocol));
    }

    /** The log speaks to all members in the same way. */
    private static void requireOneScheme(MemberUrl first, NodeSettings.Listen listen, NodeSettings.Cluster cluster) {
        requireScheme(first, "listen-peer-urls", texts(listen.peerUrls()));
        requireScheme(first, "initial-advertise-peer-urls", texts(cluster.peerUrls()));
        cluster.members().forEach(member -> requireScheme(first, "initial-cluster", member.peerUrls()));
    }

    private static List<String> texts(List<MemberUrl> urls) {
        return urls.stream().map(MemberUrl::text).toList();
    }

    private static void requireScheme(MemberUrl listen, String flag, List<String> urls) {
        for (String url : urls) {
            if (MemberUrl.parse(url).secure() != listen.secure()) {
                throw BadSettingException.value("--" + flag + " has " + url + ", but --listen-peer-urls has " + listen
                        + ": members speak TLS to all others or to none. Give all peer URLs the same scheme.");
            }
        }
    }

    private NodeSettings.Tls generated(TlsProtocol protocol) {
        warnings.accept("--peer-auto-tls encrypts what members say to each other, but doesn't prove who they are:"
                + " whoever reaches the peer port can pass for one");
        return NodeSettings.Tls.generated(flags.generatedYears(), protocol);
    }

    private NodeSettings.Tls certified(MemberUrl url, TlsProtocol protocol) {
        KeyPairFiles serving = flags.serving()
                .orElseThrow(() -> BadSettingException.value("cannot listen on TLS for " + url.hostAndPort()
                        + ": KeyFile and CertFile are not presented."
                        + " Set --peer-cert-file and --peer-key-file, or --peer-auto-tls, or use http:// peer URLs."));
        KeyPairFiles calling = flags.calling().orElse(serving);
        Optional<TlsFile> bundle = flags.bundle();
        boolean asks = bundle.isPresent() || flags.clientCertAuth();
        if (!asks) {
            warnings.accept("neither --peer-client-cert-auth nor --peer-trusted-ca-file is set, so that peers needn't"
                    + " show a certificate: whoever reaches the peer port can pass for one");
        }
        if (bundle.isEmpty()) {
            warnings.accept("--peer-trusted-ca-file is not set: peers' certificates are checked against the"
                    + " authorities that come with Java");
        }
        TrustSource trusted = bundle.<TrustSource>map(TrustSource.Bundle::new).orElseGet(TrustSource.Platform::new);
        NameRules names = flags.names("peer-cert-allowed-cn", "peer-cert-allowed-hostname");
        return new NodeSettings.Tls(
                Optional.of(new TlsFiles(serving, calling, trusted, flags.file("peer-crl-file"))),
                1,
                names,
                protocol,
                asks,
                !values.bool("peer-skip-client-san-verification"));
    }
}
