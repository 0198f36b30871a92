package dev.mainstay.node.server.settings;

import dev.mainstay.node.tls.KeyPairFiles;
import dev.mainstay.node.tls.NameRules;
import dev.mainstay.node.tls.TlsFile;
import dev.mainstay.node.tls.TlsProtocol;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The flags of TLS for one kind of connection. Those for peers and for clients differ by a prefix. */
final class TlsFlags {

    private static final int MOST_YEARS = 1_000;

    private final FlagValues values;
    private final String prefix;

    /** @param prefix what stands before the names, {@code peer-} or nothing */
    TlsFlags(FlagValues values, String prefix) {
        this.values = values;
        this.prefix = prefix;
    }

    /** The versions and suites that all connections share. */
    static TlsProtocol protocol(FlagValues values) {
        try {
            return TlsProtocol.of(
                    values.string("tls-min-version"),
                    values.string("tls-max-version"),
                    values.strings("cipher-suites"));
        } catch (IllegalArgumentException e) {
            throw BadSettingException.value(String.valueOf(e.getMessage()));
        }
    }

    /** The flag's full name, with dashes. */
    String name(String flag) {
        return "--" + prefix + flag;
    }

    /** Whether there is anything to serve with. */
    boolean certified() {
        return given("cert-file") || given("key-file");
    }

    /** Whether to make a certificate; none is made where one was given. */
    boolean generates() {
        return automatic() && !certified();
    }

    boolean automatic() {
        return values.bool(prefix + "auto-tls");
    }

    int generatedYears() {
        return values.number("self-signed-cert-validity", 1, MOST_YEARS);
    }

    boolean clientCertAuth() {
        return values.bool(prefix + "client-cert-auth");
    }

    Optional<KeyPairFiles> serving() {
        return pair("cert-file", "key-file");
    }

    Optional<KeyPairFiles> calling() {
        return pair("client-cert-file", "client-key-file");
    }

    Optional<TlsFile> bundle() {
        return file(prefix + "trusted-ca-file");
    }

    /** Whether the flag of this full name, without dashes, names a file. */
    Optional<TlsFile> file(String flag) {
        String path = values.string(flag);
        return path.isEmpty() ? Optional.empty() : Optional.of(new TlsFile(flag, Path.of(path)));
    }

    /** What the two flags of these full names, without dashes, ask of the other side's certificate. */
    NameRules names(String commonNameFlag, String hostNameFlag) {
        List<String> commonNames = values.strings(commonNameFlag);
        List<String> hostNames = values.strings(hostNameFlag);
        if (!commonNames.isEmpty() && !hostNames.isEmpty()) {
            throw BadSettingException.value("--" + commonNameFlag + " and --" + hostNameFlag
                    + " are mutually exclusive (cns=" + commonNames + ", hostnames=" + hostNames + ")");
        }
        return new NameRules(commonNames, hostNames);
    }

    /** Says which of the flags mean nothing for a URL without TLS. */
    void warnOfWhatIsIgnored(MemberUrl url, Consumer<String> warnings) {
        if (certified()) {
            warnings.accept("scheme is HTTP while key and cert files are present; ignoring key and cert files: " + url);
        }
        if (clientCertAuth()) {
            warnings.accept("scheme is HTTP while " + name("client-cert-auth") + " is enabled;"
                    + " ignoring client cert auth for this URL: " + url);
        }
        if (automatic()) {
            warnings.accept(
                    "scheme is HTTP while " + name("auto-tls") + " is enabled; ignoring it for this URL: " + url);
        }
    }

    private Optional<KeyPairFiles> pair(String certificateFlag, String keyFlag) {
        Optional<TlsFile> certificate = file(prefix + certificateFlag);
        Optional<TlsFile> key = file(prefix + keyFlag);
        if (certificate.isPresent() != key.isPresent()) {
            throw BadSettingException.value(name(certificateFlag) + " and " + name(keyFlag)
                    + " must both be present or both absent [key: " + values.string(prefix + keyFlag) + ", cert: "
                    + values.string(prefix + certificateFlag) + "]");
        }
        return certificate.flatMap(found -> key.map(own -> new KeyPairFiles(found, own)));
    }

    private boolean given(String flag) {
        return !values.string(prefix + flag).isEmpty();
    }
}
