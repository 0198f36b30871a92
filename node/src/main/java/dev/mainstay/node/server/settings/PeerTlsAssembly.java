package dev.mainstay.node.server.settings;

import dev.mainstay.node.tls.KeyPairFiles;
import dev.mainstay.node.tls.NameRules;
import dev.mainstay.node.tls.TlsFile;
import dev.mainstay.node.tls.TlsFiles;
import dev.mainstay.node.tls.TlsProtocol;
import dev.mainstay.node.tls.TrustSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** TLS between members, from its flags and from the scheme of the peer URLs. */
final class PeerTlsAssembly {

    private static final int MOST_YEARS = 1_000;

    private final FlagValues values;
    private final Consumer<String> warnings;

    PeerTlsAssembly(FlagValues values, Consumer<String> warnings) {
        this.values = values;
        this.warnings = warnings;
    }

    /** Empty if members speak plaintext. Reads no files. */
    Optional<NodeSettings.PeerTls> of(NodeSettings.Listen listen, NodeSettings.Cluster cluster) {
        TlsProtocol protocol = protocol();
        MemberUrl url = listen.peerUrls().getFirst();
        requireOneScheme(url, listen, cluster);
        if (!url.secure()) {
            warnOfWhatIsIgnored(url);
            return Optional.empty();
        }
        if (!protocol.outdatedSuites().isEmpty()) {
            warnings.accept("--cipher-suites " + String.join(",", protocol.outdatedSuites())
                    + " has no effect: this Java takes them for insecure and doesn't offer them");
        }
        boolean auto = values.bool("peer-auto-tls");
        if (auto && !given("peer-cert-file") && !given("peer-key-file")) {
            return Optional.of(generated(protocol));
        }
        if (auto) {
            warnings.accept("ignoring peer auto TLS since certs given");
        }
        return Optional.of(certified(url, protocol));
    }

    private TlsProtocol protocol() {
        try {
            return TlsProtocol.of(
                    values.string("tls-min-version"),
                    values.string("tls-max-version"),
                    values.strings("cipher-suites"));
        } catch (IllegalArgumentException e) {
            throw BadSettingException.value(String.valueOf(e.getMessage()));
        }
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

    private void warnOfWhatIsIgnored(MemberUrl url) {
        if (given("peer-cert-file") || given("peer-key-file")) {
            warnings.accept("scheme is HTTP while key and cert files are present; ignoring key and cert files: " + url);
        }
        if (values.bool("peer-client-cert-auth")) {
            warnings.accept("scheme is HTTP while --peer-client-cert-auth is enabled;"
                    + " ignoring client cert auth for this URL: " + url);
        }
        if (values.bool("peer-auto-tls")) {
            warnings.accept("scheme is HTTP while --peer-auto-tls is enabled; ignoring it for this URL: " + url);
        }
    }

    private NodeSettings.PeerTls generated(TlsProtocol protocol) {
        warnings.accept("--peer-auto-tls encrypts what members say to each other, but doesn't prove who they are:"
                + " whoever reaches the peer port can pass for one");
        return new NodeSettings.PeerTls(
                Optional.empty(),
                values.number("self-signed-cert-validity", 1, MOST_YEARS),
                NameRules.NONE,
                protocol,
                false,
                false);
    }

    private NodeSettings.PeerTls certified(MemberUrl url, TlsProtocol protocol) {
        KeyPairFiles serving = pair("peer-cert-file", "peer-key-file")
                .orElseThrow(() -> BadSettingException.value("cannot listen on TLS for " + url.hostAndPort()
                        + ": KeyFile and CertFile are not presented."
                        + " Set --peer-cert-file and --peer-key-file, or --peer-auto-tls, or use http:// peer URLs."));
        KeyPairFiles calling =
                pair("peer-client-cert-file", "peer-client-key-file").orElse(serving);
        Optional<TlsFile> bundle = file("peer-trusted-ca-file");
        boolean asks = bundle.isPresent() || values.bool("peer-client-cert-auth");
        if (!asks) {
            warnings.accept("neither --peer-client-cert-auth nor --peer-trusted-ca-file is set, so that peers needn't"
                    + " show a certificate: whoever reaches the peer port can pass for one");
        }
        if (bundle.isEmpty()) {
            warnings.accept("--peer-trusted-ca-file is not set: peers' certificates are checked against the"
                    + " authorities that come with Java");
        }
        TrustSource trusted = bundle.<TrustSource>map(TrustSource.Bundle::new).orElseGet(TrustSource.Platform::new);
        return new NodeSettings.PeerTls(
                Optional.of(new TlsFiles(serving, calling, trusted, file("peer-crl-file"))),
                1,
                names(),
                protocol,
                asks,
                !values.bool("peer-skip-client-san-verification"));
    }

    private NameRules names() {
        List<String> commonNames = values.strings("peer-cert-allowed-cn");
        List<String> hostNames = values.strings("peer-cert-allowed-hostname");
        if (!commonNames.isEmpty() && !hostNames.isEmpty()) {
            throw BadSettingException.value("--peer-cert-allowed-cn and --peer-cert-allowed-hostname are mutually"
                    + " exclusive (cns=" + commonNames + ", hostnames=" + hostNames + ")");
        }
        return new NameRules(commonNames, hostNames);
    }

    private Optional<KeyPairFiles> pair(String certificateFlag, String keyFlag) {
        Optional<TlsFile> certificate = file(certificateFlag);
        Optional<TlsFile> key = file(keyFlag);
        if (certificate.isPresent() != key.isPresent()) {
            throw BadSettingException.value("--" + certificateFlag + " and --" + keyFlag
                    + " must both be present or both absent [key: " + values.string(keyFlag) + ", cert: "
                    + values.string(certificateFlag) + "]");
        }
        return certificate.flatMap(found -> key.map(own -> new KeyPairFiles(found, own)));
    }

    private Optional<TlsFile> file(String flag) {
        return given(flag) ? Optional.of(new TlsFile(flag, Path.of(values.string(flag)))) : Optional.empty();
    }

    private boolean given(String flag) {
        return !values.string(flag).isEmpty();
    }
}
