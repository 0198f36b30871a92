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
import java.util.stream.Stream;

/** TLS for clients, from its flags and from the schemes of the URLs that are for them; each URL decides for itself. */
final class ClientTlsAssembly {

    private final TlsFlags flags;
    private final Consumer<String> warnings;

    ClientTlsAssembly(FlagValues values, Consumer<String> warnings) {
        this.flags = new TlsFlags(values, "");
        this.warnings = warnings;
    }

    /** Empty if no URL asks for it. Reads no files. */
    Optional<NodeSettings.Tls> of(NodeSettings.Listen listen, TlsProtocol protocol) {
        // It goes unused, since this server never calls itself; but half of a pair is a mistake as in etcd.
        flags.calling();
        List<MemberUrl> forClients = Stream.concat(listen.clientUrls().stream(), listen.clientHttpUrls().stream())
                .toList();
        forClients.stream().filter(url -> !url.secure()).forEach(url -> flags.warnOfWhatIsIgnored(url, warnings));
        Optional<MemberUrl> secure =
                forClients.stream().filter(MemberUrl::secure).findFirst();
        Optional<MemberUrl> secureMetrics =
                listen.metricsUrls().stream().filter(MemberUrl::secure).findFirst();
        if (secure.isEmpty() && secureMetrics.isEmpty()) {
            return Optional.empty();
        }
        if (flags.generates()) {
            return Optional.of(generated(protocol));
        }
        if (flags.automatic()) {
            warnings.accept("ignoring client auto TLS since certs given");
        }
        KeyPairFiles serving = flags.serving().orElseThrow(() -> missing(secure));
        return Optional.of(certified(serving, protocol));
    }

    private static BadSettingException missing(Optional<MemberUrl> secure) {
        String needed = secure.map(url -> "TLS key/cert (--cert-file, --key-file) must be provided for client url "
                        + url + " with HTTPS scheme")
                .orElse("client TLS key/cert (--cert-file, --key-file) must be provided for metrics secure url");
        return BadSettingException.value(
                needed + ". Set --cert-file and --key-file, or --auto-tls, or use http:// URLs.");
    }

    private NodeSettings.Tls generated(TlsProtocol protocol) {
        if (flags.clientCertAuth() || flags.bundle().isPresent()) {
            warnings.accept("--client-cert-auth and --trusted-ca-file have no effect with --auto-tls: clients needn't"
                    + " show a certificate. Set --cert-file and --key-file to ask for one.");
        }
        return NodeSettings.Tls.generated(flags.generatedYears(), protocol);
    }

    private NodeSettings.Tls certified(KeyPairFiles serving, TlsProtocol protocol) {
        Optional<TlsFile> bundle = flags.bundle();
        Optional<TlsFile> revocations = flags.file("client-crl-file");
        NameRules names = flags.names("client-cert-allowed-cn", "client-cert-allowed-hostname");
        boolean asks = bundle.isPresent() || flags.clientCertAuth();
        if (asks && bundle.isEmpty()) {
            warnings.accept("--trusted-ca-file is not set: clients' certificates are checked against the authorities"
                    + " that come with Java");
        }
        if (!asks && (revocations.isPresent() || !names.equals(NameRules.NONE))) {
            warnings.accept("--client-crl-file, --client-cert-allowed-cn and --client-cert-allowed-hostname have no"
                    + " effect: clients needn't show a certificate. Set --client-cert-auth and --trusted-ca-file to"
                    + " ask for one.");
        }
        TrustSource trusted = bundle.<TrustSource>map(TrustSource.Bundle::new).orElseGet(TrustSource.Platform::new);
        return new NodeSettings.Tls(
                Optional.of(new TlsFiles(serving, serving, trusted, revocations)), 1, names, protocol, asks, false);
    }
}
