package dev.mainstay.node.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mainstay.node.tls.KeyPairFiles;
import dev.mainstay.node.tls.NameRules;
import dev.mainstay.node.tls.TlsFile;
import dev.mainstay.node.tls.TlsFiles;
import dev.mainstay.node.tls.TrustSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsReaderTest {

    private final SettingsReader reader = new SettingsReader("etcd Version: 3.7.0\n");

    @Test
    void withoutAnythingAllIsDefault() {
        NodeSettings settings = settings(List.of(), Map.of());

        assertThat(settings.identity())
                .isEqualTo(
                        new NodeSettings.Identity("default", Path.of("default.etcd"), Path.of("default.etcd", "log")));
        assertThat(settings.cluster().members())
                .containsExactly(new NodeSettings.InitialMember("default", List.of("http://localhost:2380")));
        assertThat(settings.raft()).isEqualTo(new NodeSettings.Raft(100, 1000, 10_000, Long.MAX_VALUE));
        assertThat(settings.raft().requestTimeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(settings.raft().minLeaseSeconds()).isEqualTo(2);
        assertThat(settings.limits().quotaBytes()).isEqualTo(2L << 30);
        assertThat(settings.limits().maxRequestBytes()).isEqualTo(1_572_864);
        assertThat(settings.compaction()).isEqualTo(new NodeSettings.Compaction.Off());
        assertThat(settings.listen().maxConcurrentStreams()).isEqualTo(0xFFFF_FFFFL);
        assertThat(settings.listen().hostWhitelist()).isEmpty();
        assertThat(settings.listen().corsOrigins()).isEmpty();
        assertThat(settings.listen().gateway()).isTrue();
    }

    @Test
    void gatewayAndItsOriginsAreChosen() {
        NodeSettings.Listen listen = settings(
                        List.of("--enable-grpc-gateway=false", "--cors=http://a,http://b"), Map.of())
                .listen();

        assertThat(listen.gateway()).isFalse();
        assertThat(listen.corsOrigins()).containsExactly("http://a", "http://b");
    }

    @Test
    void flagsTakeEveryFormOfGo() {
        NodeSettings settings = settings(
                List.of("-name", "a", "--data-dir=/d", "-strict-reconfig-check=false", "--socket-reuse-port"),
                Map.of());

        assertThat(settings.identity().name()).isEqualTo("a");
        assertThat(settings.identity().dataDir()).isEqualTo(Path.of("/d"));
        assertThat(settings.cluster().strictReconfigCheck()).isFalse();
        assertThat(settings.listen().reusePort()).isTrue();
        assertThat(settings.cluster().members().getFirst().name()).isEqualTo("a");
    }

    @Test
    void bothPrefixesOfVariablesWork() {
        NodeSettings settings = settings(
                List.of(), Map.of("ETCD_NAME", "a", "MAINSTAY_DATA_DIR", "/m", "ETCD_MAX_TXN_OPS", "", "HOME", "/"));

        assertThat(settings.identity().name()).isEqualTo("a");
        assertThat(settings.identity().dataDir()).isEqualTo(Path.of("/m"));
        assertThat(settings.limits().maxTxnOps()).isEqualTo(128);
    }

    @Test
    void flagAndVariableOfOneOptionConflict() {
        BadSettingException refused = refusal(List.of("--name", "a"), Map.of("ETCD_NAME", "b"));

        assertThat(refused)
                .hasMessageContaining("conflicting environment variable \"ETCD_NAME\" is shadowed by corresponding"
                        + " command-line flag");
        assertThat(refused.exitCode()).isEqualTo(1);
    }

    @Test
    void unknownVariableIsOnlyWarnedAbout() {
        assertThat(run(List.of(), Map.of("ETCD_NONSENSE", "1")).warnings())
                .containsExactly("unrecognized environment variable ETCD_NONSENSE");
    }

    @Test
    void configFileStandsAlone(@TempDir Path dir) throws IOException {
        Path file = write(dir, """
                name: from-file
                max-txn-ops: 7
                watch-progress-notify-interval: 5000000000
                grpc-keepalive-interval: 1h
                listen-metrics-urls: [http://127.0.0.1:2381]
                listen-client-urls: http://127.0.0.1:9
                client-transport-security: {client-cert-auth: false}
                colour: blue
                """);

        Invocation.Run run = run(
                List.of("--config-file", file.toString(), "--name", "flag", "--max-request-bytes", "1"),
                Map.of("ETCD_NAME", "variable"));

        assertThat(run.settings().identity().name()).isEqualTo("from-file");
        assertThat(run.settings().limits().maxTxnOps()).isEqualTo(7);
        assertThat(run.settings().limits().maxRequestBytes()).isEqualTo(1_572_864);
        assertThat(run.settings().limits().watchProgressInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(run.settings().listen().keepAlive().interval()).isEqualTo(Duration.ofHours(1));
        assertThat(run.settings().listen().metricsUrls())
                .extracting(MemberUrl::port)
                .containsExactly(2381);
        assertThat(run.warnings()).anyMatch(warning -> warning.startsWith("unrecognized key colour"));
    }

    @Test
    void configFileCanBeNamedByVariableAndBeJson(@TempDir Path dir) throws IOException {
        Path file = write(dir, "{\"name\": \"j\", \"quota-backend-bytes\": -1}");

        NodeSettings settings = settings(List.of(), Map.of("ETCD_CONFIG_FILE", file.toString()));

        assertThat(settings.identity().name()).isEqualTo("j");
        assertThat(settings.limits().quotaBytes()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void badConfigFilesAreRefusedInOneLine(@TempDir Path dir) throws IOException {
        for (String text : List.of("- a\n- b\n", "name: [", "max-txn-ops: many", "name: {a: b}")) {
            BadSettingException refused =
                    refusal(List.of("--config-file", write(dir, text).toString()), Map.of());

            assertThat(refused.getMessage()).as(text).doesNotContain("\n");
            assertThat(refused.exitCode()).as(text).isEqualTo(1);
        }
        assertThat(refusal(List.of("--config-file", "/no/such/file"), Map.of())).hasMessageContaining("no such file");
        assertThat(refusal(
                        List.of("--config-file", write(dir, "name: \"a\\0b\"").toString()), Map.of()))
                .hasMessageContaining("must not contain the character NUL");
    }

    @Test
    void oldNamesMeanTheirSuccessors() {
        Invocation.Run run = run(
                List.of("--experimental-watch-progress-notify-interval", "5s", "--experimental-initial-corrupt-check"),
                Map.of());

        assertThat(run.settings().limits().watchProgressInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(run.warnings())
                .contains(
                        "--experimental-watch-progress-notify-interval is an old name; use"
                                + " --watch-progress-notify-interval instead",
                        "--experimental-initial-corrupt-check is an old name; use"
                                + " --feature-gates=InitialCorruptCheck=true instead");
        assertThat(run.settings().checks().initial()).isTrue();
        assertThat(refusal(List.of("--max-learners=1", "--experimental-max-learners=2"), Map.of()))
                .hasMessageContaining("its old name");
    }

    @Test
    void checksOfConsistencyAreEtcdsAndOffByDefault() {
        NodeSettings.Checks usual = run(List.of(), Map.of()).settings().checks();
        assertThat(usual).isEqualTo(new NodeSettings.Checks(Duration.ZERO, Duration.ofMinutes(1), false, false));
        assertThat(usual.enabledGates()).isEmpty();

        Invocation.Run asked = run(
                List.of(
                        "--corrupt-check-time=4h",
                        "--compact-hash-check-time=5s",
                        "--feature-gates=AllAlpha=true" + ",CompactHashCheck=false"),
                Map.of());

        assertThat(asked.warnings()).isEmpty();
        assertThat(asked.settings().checks())
                .isEqualTo(new NodeSettings.Checks(Duration.ofHours(4), Duration.ofSeconds(5), true, false));
        assertThat(asked.settings().checks().enabledGates()).containsExactly("InitialCorruptCheck");
        assertThat(run(List.of("--feature-gates=LeaseCheckpoint=true"), Map.of())
                        .warnings())
                .containsExactly("feature gate LeaseCheckpoint has no effect");
    }

    @Test
    void flagsWithoutEffectAreWarnedAboutOnce() {
        assertThat(run(List.of("--max-wals", "3", "--logger=zap"), Map.of()).warnings())
                .containsExactly(
                        "--max-wals has no effect: the log is cut by what is flushed, not by count",
                        "--logger has no effect: there is one logger");
    }

    private static List<String> securePeers(String... more) {
        List<String> flags = new ArrayList<>(List.of(
                "--listen-peer-urls=https://127.0.0.1:2380", "--initial-advertise-peer-urls=https://127.0.0.1:2380"));
        flags.addAll(List.of(more));
        return flags;
    }

    @Test
    void peerTlsIsPutTogetherFromItsFlags() {
        Invocation.Run run = run(
                securePeers(
                        "--peer-cert-file=/c",
                        "--peer-key-file=/k",
                        "--peer-client-cert-file=/cc",
                        "--peer-client-key-file=/ck",
                        "--peer-trusted-ca-file=/ca",
                        "--peer-crl-file=/crl",
                        "--peer-cert-allowed-cn=a,b",
                        "--experimental-peer-skip-client-san-verification",
                        "--tls-min-version=TLS1.3"),
                Map.of());

        NodeSettings.Tls tls = run.settings().peerTls().orElseThrow();
        assertThat(tls.files())
                .hasValue(new TlsFiles(
                        pair("peer-cert-file", "/c", "peer-key-file", "/k"),
                        pair("peer-client-cert-file", "/cc", "peer-client-key-file", "/ck"),
                        new TrustSource.Bundle(new TlsFile("peer-trusted-ca-file", Path.of("/ca"))),
                        Optional.of(new TlsFile("peer-crl-file", Path.of("/crl")))));
        assertThat(tls.names()).isEqualTo(new NameRules(List.of("a", "b"), List.of()));
        assertThat(tls.protocol().versions()).containsExactly("TLSv1.3");
        assertThat(tls.asksClients()).isTrue();
        assertThat(tls.checksAddresses()).isFalse();
    }

    private static KeyPairFiles pair(String certificateFlag, String certificate, String keyFlag, String key) {
        return new KeyPairFiles(new TlsFile(certificateFlag, Path.of(certificate)), new TlsFile(keyFlag, Path.of(key)));
    }

    @Test
    void peerTlsComesFromItsSectionOfTheFileToo(@TempDir Path dir) throws IOException {
        Path file = write(dir, """
                listen-peer-urls: https://127.0.0.1:2380
                initial-advertise-peer-urls: https://127.0.0.1:2380
                peer-transport-security:
                  cert-file: /c
                  key-file: /k
                  client-cert-auth: true
                  trusted-ca-file: /ca
                  allowed-hostname: [a, b]
                  skip-client-san-verification: true
                """);

        NodeSettings.Tls tls = run(List.of("--config-file", file.toString()), Map.of())
                .settings()
                .peerTls()
                .orElseThrow();

        assertThat(tls.files().orElseThrow().serving())
                .isEqualTo(tls.files().orElseThrow().calling())
                .isEqualTo(pair("peer-cert-file", "/c", "peer-key-file", "/k"));
        assertThat(tls.names().hostNames()).containsExactly("a", "b");
        assertThat(tls.asksClients()).isTrue();
        assertThat(tls.checksAddresses()).isFalse();
    }

    @Test
    void peerTlsThatIsLessThanItSeemsIsWarnedAbout() {
        assertThat(run(securePeers("--peer-auto-tls", "--self-signed-cert-validity=3"), Map.of()))
                .satisfies(run -> {
                    assertThat(run.settings().peerTls().orElseThrow().generatedYears())
                            .isEqualTo(3);
                    assertThat(run.warnings()).singleElement().asString().contains("doesn't prove who they are");
                });
        assertThat(run(securePeers("--peer-cert-file=/c", "--peer-key-file=/k", "--peer-auto-tls"), Map.of())
                        .warnings())
                .contains("ignoring peer auto TLS since certs given")
                .anyMatch(warning -> warning.contains("needn't show a certificate"))
                .anyMatch(warning -> warning.contains("the authorities that come with Java"));
        assertThat(run(
                                securePeers(
                                        "--peer-auto-tls",
                                        "--cipher-suites=TLS_RSA_WITH_AES_128_GCM_SHA256,"
                                                + "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
                                Map.of())
                        .warnings())
                .anyMatch(
                        warning -> warning.startsWith("--cipher-suites TLS_RSA_WITH_AES_128_GCM_SHA256 has no effect"));
    }

    @Test
    void certificatesAreIgnoredWithoutHttpsAndThatIsSaid() {
        Invocation.Run run = run(
                List.of("--peer-cert-file=/c", "--peer-key-file=/k", "--peer-client-cert-auth", "--peer-auto-tls"),
                Map.of());

        assertThat(run.settings().peerTls()).isEmpty();
        assertThat(run.warnings())
                .containsExactly(
                        "scheme is HTTP while key and cert files are present; ignoring key and cert files:"
                                + " http://localhost:2380",
                        "scheme is HTTP while --peer-client-cert-auth is enabled; ignoring client cert auth for this"
                                + " URL: http://localhost:2380",
                        "scheme is HTTP while --peer-auto-tls is enabled; ignoring it for this URL:"
                                + " http://localhost:2380");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --tls-min-version= | cannot listen on TLS for 127.0.0.1:2380: KeyFile and CertFile are not presented. Set --peer-cert-file and --peer-key-file, or --peer-auto-tls, or use http:// peer URLs.
            --peer-cert-file=/c | --peer-cert-file and --peer-key-file must both be present or both absent [key: , cert: /c]
            --peer-key-file=/k | --peer-cert-file and --peer-key-file must both be present or both absent [key: /k, cert: ]
            --peer-auto-tls --self-signed-cert-validity=0 | --self-signed-cert-validity must be between 1 and 1000 (set to 0)
            --peer-cert-file=/c --peer-key-file=/k --peer-client-key-file=/x | --peer-client-cert-file and --peer-client-key-file must both be present or both absent [key: /x, cert: ]
            --peer-cert-file=/c --peer-key-file=/k --peer-cert-allowed-cn=a --peer-cert-allowed-hostname=b | --peer-cert-allowed-cn and --peer-cert-allowed-hostname are mutually exclusive (cns=[a], hostnames=[b])
            --peer-cert-file=/c --peer-key-file=/k --tls-min-version=TLS1.3 --tls-max-version=TLS1.2 | min version (TLS1.3) is greater than max version (TLS1.2)
            --peer-cert-file=/c --peer-key-file=/k --tls-min-version=TLS1.3 --cipher-suites=TLS_AES_128_GCM_SHA256 | cipher suites cannot be configured when only TLS1.3 is enabled
            """)
    void nonsenseOfPeerTlsIsOneLine(String flags, String message) {
        BadSettingException refused = refusal(securePeers(flags.split(" ", -1)), Map.of());

        assertThat(refused).hasMessage(message);
        assertThat(refused.exitCode()).isEqualTo(1);
    }

    private static List<String> secureClients(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--listen-client-urls=https://127.0.0.1:2379", "--advertise-client-urls=https://127.0.0.1:2379"));
        arguments.addAll(List.of(more));
        return arguments;
    }

    @Test
    void clientTlsIsPutTogetherFromItsFlags() {
        NodeSettings settings = settings(
                secureClients(
                        "--cert-file=/c",
                        "--key-file=/k",
                        "--trusted-ca-file=/ca",
                        "--client-cert-auth",
                        "--client-crl-file=/crl",
                        "--client-cert-allowed-hostname=a,b",
                        "--tls-max-version=TLS1.2"),
                Map.of());

        NodeSettings.Tls tls = settings.clientTls().orElseThrow();
        KeyPairFiles own = pair("cert-file", "/c", "key-file", "/k");
        assertThat(tls.files())
                .hasValue(new TlsFiles(
                        own,
                        own,
                        new TrustSource.Bundle(new TlsFile("trusted-ca-file", Path.of("/ca"))),
                        Optional.of(new TlsFile("client-crl-file", Path.of("/crl")))));
        assertThat(tls.names()).isEqualTo(new NameRules(List.of(), List.of("a", "b")));
        assertThat(tls.protocol().versions()).containsExactly("TLSv1.2");
        assertThat(tls.asksClients()).isTrue();
        assertThat(tls.checksAddresses()).isFalse();
        assertThat(settings.clientCertAuth()).isTrue();
        assertThat(settings.peerTls()).isEmpty();
    }

    @Test
    void clientTlsComesFromItsSectionOfTheFileToo(@TempDir Path dir) throws IOException {
        Path file = write(dir, """
                listen-client-urls: https://127.0.0.1:2379
                client-transport-security:
                  cert-file: /c
                  key-file: /k
                  trusted-ca-file: /ca
                  allowed-cn: [a, b]
                  crl-file: /crl
                """);

        NodeSettings settings = settings(List.of("--config-file", file.toString()), Map.of());

        NodeSettings.Tls tls = settings.clientTls().orElseThrow();
        assertThat(tls.names().commonNames()).containsExactly("a", "b");
        assertThat(tls.files().orElseThrow().revocations()).isPresent();
        assertThat(tls.asksClients()).isTrue();
        // Asked for a certificate, but not by the flag that lets names in it stand for users.
        assertThat(settings.clientCertAuth()).isFalse();
    }

    @Test
    void eachClientUrlDecidesForItself() {
        Invocation.Run run = run(
                List.of(
                        "--listen-client-urls=https://127.0.0.1:2379,http://127.0.0.1:2378",
                        "--advertise-client-urls=https://127.0.0.1:2379",
                        "--listen-metrics-urls=http://127.0.0.1:2381",
                        "--cert-file=/c",
                        "--key-file=/k"),
                Map.of());

        assertThat(run.settings().clientTls()).isPresent();
        assertThat(run.settings().clientTls().orElseThrow().asksClients()).isFalse();
        assertThat(run.warnings())
                .containsExactly("scheme is HTTP while key and cert files are present; ignoring key and cert files:"
                        + " http://127.0.0.1:2378");
    }

    @Test
    void clientCertificatesWithoutHttpsAreIgnoredAndThatIsSaid() {
        Invocation.Run run = run(
                List.of(
                        "--cert-file=/c",
                        "--key-file=/k",
                        "--client-cert-auth",
                        "--auto-tls",
                        "--client-cert-file=/c",
                        "--client-key-file=/k"),
                Map.of());

        assertThat(run.settings().clientTls()).isEmpty();
        assertThat(run.settings().clientCertAuth()).isFalse();
        assertThat(run.warnings())
                .containsExactly(
                        "--client-cert-file has no effect: this server never calls itself",
                        "--client-key-file has no effect: this server never calls itself",
                        "scheme is HTTP while key and cert files are present; ignoring key and cert files:"
                                + " http://localhost:2379",
                        "scheme is HTTP while --client-cert-auth is enabled; ignoring client cert auth for this"
                                + " URL: http://localhost:2379",
                        "scheme is HTTP while --auto-tls is enabled; ignoring it for this URL:"
                                + " http://localhost:2379");
    }

    @Test
    void clientTlsThatIsLessThanItSeemsIsWarnedAbout() {
        Invocation.Run auto =
                run(secureClients("--auto-tls", "--self-signed-cert-validity=3", "--client-cert-auth"), Map.of());
        NodeSettings.Tls generated = auto.settings().clientTls().orElseThrow();
        assertThat(generated.generatedYears()).isEqualTo(3);
        assertThat(generated.asksClients()).isFalse();
        assertThat(auto.settings().clientCertAuth()).isFalse();
        assertThat(auto.warnings())
                .singleElement()
                .asString()
                .startsWith("--client-cert-auth and --trusted-ca-file have no effect with --auto-tls");
        assertThat(run(secureClients("--auto-tls", "--cert-file=/c", "--key-file=/k", "--client-crl-file=/l"), Map.of())
                        .warnings())
                .contains("ignoring client auto TLS since certs given")
                .anyMatch(warning -> warning.contains("clients needn't show a certificate"));
        assertThat(run(secureClients("--cert-file=/c", "--key-file=/k", "--client-cert-auth"), Map.of())
                        .warnings())
                .singleElement()
                .asString()
                .contains("the authorities that come with Java");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --tls-min-version= | TLS key/cert (--cert-file, --key-file) must be provided for client url https://127.0.0.1:2379 with HTTPS scheme. Set --cert-file and --key-file, or --auto-tls, or use http:// URLs.
            --listen-client-urls=http://127.0.0.1:2379 --listen-metrics-urls=https://127.0.0.1:2381 | client TLS key/cert (--cert-file, --key-file) must be provided for metrics secure url. Set --cert-file and --key-file, or --auto-tls, or use http:// URLs.
            --listen-client-urls=http://127.0.0.1:2379 --listen-client-http-urls=https://127.0.0.1:2382 | TLS key/cert (--cert-file, --key-file) must be provided for client url https://127.0.0.1:2382 with HTTPS scheme. Set --cert-file and --key-file, or --auto-tls, or use http:// URLs.
            --cert-file=/c | --cert-file and --key-file must both be present or both absent [key: , cert: /c]
            --cert-file=/c --key-file=/k --client-cert-file=/x | --client-cert-file and --client-key-file must both be present or both absent [key: , cert: /x]
            --cert-file=/c --key-file=/k --client-cert-allowed-cn=a --client-cert-allowed-hostname=b | --client-cert-allowed-cn and --client-cert-allowed-hostname are mutually exclusive (cns=[a], hostnames=[b])
            --auto-tls --self-signed-cert-validity=0 | --self-signed-cert-validity must be between 1 and 1000 (set to 0)
            --cert-file=/c --key-file=/k --listen-metrics-urls=http://127.0.0.1:2379 | cannot bind both --listen-client-urls https://127.0.0.1:2379 and --listen-metrics-urls http://127.0.0.1:2379 on the same address. Give them different ports.
            """)
    void nonsenseOfClientTlsIsOneLine(String flags, String message) {
        BadSettingException refused = refusal(secureClients(flags.split(" ", -1)), Map.of());

        assertThat(refused).hasMessage(message);
        assertThat(refused.exitCode()).isEqualTo(1);
    }

    @Test
    void kubeadmsPlainFlagsAreTaken() {
        Invocation.Run run = run(
                List.of(
                        "--advertise-client-urls=http://10.0.0.1:2379",
                        "--data-dir=/var/lib/etcd",
                        "--feature-gates=InitialCorruptCheck=true",
                        "--initial-advertise-peer-urls=http://10.0.0.1:2380",
                        "--initial-cluster=cp=http://10.0.0.1:2380",
                        "--listen-client-urls=http://127.0.0.1:2379,http://10.0.0.1:2379",
                        "--listen-metrics-urls=http://127.0.0.1:2381",
                        "--listen-peer-urls=http://10.0.0.1:2380",
                        "--name=cp",
                        "--snapshot-catchup-entries=500",
                        "--snapshot-count=10000",
                        "--watch-progress-notify-interval=5s"),
                Map.of());

        assertThat(run.settings().listen().clientUrls()).hasSize(2);
        assertThat(run.settings().raft().snapshotEntries()).isEqualTo(10_000);
        assertThat(run.settings().raft().catchUpEntries()).isEqualTo(500);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --nonsense | 2 | flag provided but not defined: -nonsense
            --name | 2 | flag needs an argument: -name
            ---name=x | 2 | bad flag syntax: ---name=x
            stray | 1 | "stray" is not a valid flag
            --max-txn-ops=many | 2 | invalid value "many" for flag -max-txn-ops: must be a whole number
            --pre-vote=perhaps | 2 | invalid value "perhaps" for flag -pre-vote: must be true or false
            --grpc-keepalive-interval=5 | 2 | invalid value "5" for flag -grpc-keepalive-interval: must be a duration such as 300ms, 5s or 1h30m
            --max-txn-ops=0 | 1 | --max-txn-ops must be between 1 and 2147483647 (set to 0)
            --heartbeat-interval=300 | 1 | --election-timeout[1000ms] should be at least as 5 times as --heartbeat-interval[300ms]
            --election-timeout=60000 | 1 | --election-timeout must be between 1 and 50000 (set to 60000)
            --listen-client-urls=http://127.0.0.1:1 | 1 | --advertise-client-urls is required when --listen-client-urls is set explicitly
            --listen-metrics-urls=ftp://a:1 | 2 | invalid value "ftp://a:1" for flag -listen-metrics-urls: URL scheme must be http, https, unix, or unixs: ftp://a:1
            --listen-metrics-urls=http://a | 2 | invalid value "http://a" for flag -listen-metrics-urls: URL address does not have the form "host:port": http://a
            --listen-metrics-urls=http://a:1/x | 2 | invalid value "http://a:1/x" for flag -listen-metrics-urls: URL must not contain a path: http://a:1/x
            --listen-metrics-urls=unix:// | 2 | invalid value "unix://" for flag -listen-metrics-urls: URL is malformed: unix://
            --listen-metrics-urls=unix://x,unixs://x | 1 | cannot bind both --listen-metrics-urls unix://x and --listen-metrics-urls unixs://x on the same address. Give them different ports.
            --listen-peer-urls=unix://x | 1 | --listen-peer-urls can't have unix://x: members talk over the network alone; only clients are served on socket files
            --max-watchers=-1 | 2 | invalid value "-1" for flag -max-watchers: must be a whole number between 0 and 9223372036854775807
            --listen-metrics-urls=http://example.com:1 | 1 | --listen-metrics-urls: expected IP in URL for binding (http://example.com:1)
            --listen-metrics-urls=http://127.0.0.1:1,https://127.0.0.1:1 | 1 | cannot bind both --listen-metrics-urls http://127.0.0.1:1 and --listen-metrics-urls https://127.0.0.1:1 on the same address. Give them different ports.
            --listen-client-http-urls=http://localhost:2379 | 1 | cannot bind both --listen-client-urls http://localhost:2379 and --listen-client-http-urls http://localhost:2379 on the same address. Give them different ports.
            --listen-peer-urls=https://127.0.0.1:2380 | 1 | --initial-advertise-peer-urls has http://localhost:2380, but --listen-peer-urls has https://127.0.0.1:2380: members speak TLS to all others or to none. Give all peer URLs the same scheme.
            --initial-advertise-peer-urls=https://localhost:2380 | 1 | --initial-advertise-peer-urls has https://localhost:2380, but --listen-peer-urls has http://localhost:2380: members speak TLS to all others or to none. Give all peer URLs the same scheme.
            --initial-cluster=default=http://localhost:2380,b=https://b:2380 | 1 | --initial-cluster has https://b:2380, but --listen-peer-urls has http://localhost:2380: members speak TLS to all others or to none. Give all peer URLs the same scheme.
            --tls-min-version=TLS1.4 | 1 | unexpected TLS version "TLS1.4" (must be one of: TLS1.2, TLS1.3)
            --tls-max-version=TLS1.1 | 1 | unexpected TLS version "TLS1.1" (must be one of: TLS1.2, TLS1.3)
            --cipher-suites=FOO | 1 | unexpected TLS cipher suite "FOO"
            --auth-token=bearer | 1 | unknown --auth-token "bearer": must be simple or jwt
            --auth-token=jwt | 1 | --auth-token jwt: sign-method must be one of ES256, ES384, ES512, EdDSA, HS256, HS384, HS512, PS256, PS384, PS512, RS256, RS384, RS512
            --auth-token=jwt,sign-method=RS256 | 1 | --auth-token jwt with sign-method RS256 needs pub-key to check tokens, and priv-key to make them
            --auth-token=jwt,sign-method=HS256,pub-key=/p | 1 | --auth-token jwt with sign-method HS256 needs priv-key, the file of the secret
            --auth-token=jwt,sign-method=RS256,pub-key=/p,ttl=soon | 1 | --auth-token jwt: ttl "soon" is no duration such as 10m
            --auth-token=jwt,sign-method=RS256,key=/p | 1 | --auth-token jwt: unknown, repeated or empty option "key=/p"; there are sign-method, pub-key, priv-key and ttl
            --initial-cluster=other=http://localhost:2380 | 1 | couldn't find local name "default" in the initial cluster configuration
            --initial-cluster=default=http://b:1 | 1 | --initial-cluster has default=http://b:1 but --initial-advertise-peer-urls is http://localhost:2380
            --initial-cluster=nonsense | 1 | --initial-cluster must be name=url,name2=url: no name in "nonsense"
            --initial-cluster-state=old | 1 | unexpected initial-cluster-state "old": must be new or existing
            --auto-compaction-mode=never | 1 | unknown auto-compaction-mode "never"
            --auto-compaction-retention=soon | 1 | --auto-compaction-retention "soon" must be a number of hours or a duration such as 30m
            --feature-gates=Nothing=true | 1 | unrecognized feature gate: Nothing
            --feature-gates=CompactHashCheck | 1 | missing bool value for feature gate CompactHashCheck
            --log-level=loud | 1 | unknown log-level "loud": must be one of debug, dpanic, error, fatal, info, panic, warn
            """)
    void nonsenseIsRefusedWithAReason(String argument, int exitCode, String reason) {
        BadSettingException refused = refusal(List.of(argument), Map.of());

        assertThat(refused).hasMessage(reason);
        assertThat(refused.exitCode()).isEqualTo(exitCode);
    }

    @ParameterizedTest
    @CsvSource({"periodic,0,off", "periodic,2,7200", "periodic,30m,1800", "revision,0,off", "revision,500,500"})
    void compactionRetentionDependsOnItsMode(String mode, String retention, String meaning) {
        NodeSettings settings = settings(
                List.of("--auto-compaction-mode=" + mode, "--auto-compaction-retention=" + retention), Map.of());

        String found = switch (settings.compaction()) {
            case NodeSettings.Compaction.Off _ -> "off";
            case NodeSettings.Compaction.Periodic(Duration kept) -> Long.toString(kept.toSeconds());
            case NodeSettings.Compaction.ByRevision(long kept) -> Long.toString(kept);
        };

        assertThat(found).isEqualTo(meaning);
    }

    @Test
    void tracesAreOffUnlessAskedForAndTheirOlderNamesCount() {
        assertThat(settings(List.of("--distributed-tracing-sampling-rate=5"), Map.of())
                        .tracing())
                .isEmpty();
        assertThat(settings(List.of("--experimental-enable-distributed-tracing"), Map.of())
                        .tracing())
                .contains(new NodeSettings.Tracing("localhost:4317", "etcd", Optional.empty(), 0));
        assertThat(settings(
                                List.of(
                                        "--enable-distributed-tracing",
                                        "--experimental-distributed-tracing-address=[::1]:4317",
                                        "--distributed-tracing-service-name=store",
                                        "--distributed-tracing-instance-id=m1",
                                        "--distributed-tracing-sampling-rate=1000000"),
                                Map.of())
                        .tracing())
                .contains(new NodeSettings.Tracing("[::1]:4317", "store", Optional.of("m1"), 1_000_000));
        for (String wrong : List.of(
                "--distributed-tracing-address=http://collector:4317",
                "--distributed-tracing-sampling-rate=-1",
                "--distributed-tracing-sampling-rate=1000001")) {
            assertThat(refusal(List.of("--enable-distributed-tracing", wrong), Map.of()))
                    .hasMessageContaining(wrong.substring(2, wrong.indexOf('=')));
        }
    }

    @Test
    void auditLogIsOffWithoutAPathAndAPolicyNeedsOne() {
        assertThat(settings(List.of(), Map.of()).audit()).isEmpty();
        assertThat(settings(List.of("--audit-log-path=/var/audit.log"), Map.of())
                        .audit())
                .contains(new NodeSettings.Audit(Path.of("/var/audit.log"), 100L << 20, 10, Optional.empty()));
        assertThat(refusal(List.of("--audit-policy-file=/policy.yaml"), Map.of()))
                .hasMessage("--audit-policy-file needs --audit-log-path, where to write");
        assertThat(refusal(List.of("--audit-log-path=a", "--audit-log-max-size=0"), Map.of()))
                .hasMessageStartingWith("--audit-log-max-size must be between 1 and ");
    }

    @Test
    void helpNamesEveryFlagAndVersionIsPrinted() {
        Invocation help = reader.read(List.of("-h"), Map.of());

        assertThat(help).isInstanceOf(Invocation.Print.class);
        for (String name : new FlagTable().names()) {
            assertThat(((Invocation.Print) help).text()).contains("--" + name);
        }
        assertThat(reader.read(List.of("--version"), Map.of()))
                .isEqualTo(new Invocation.Print("etcd Version: 3.7.0\n"));
    }

    private Invocation.Run run(List<String> arguments, Map<String, String> environment) {
        return (Invocation.Run) reader.read(arguments, environment);
    }

    private NodeSettings settings(List<String> arguments, Map<String, String> environment) {
        return run(arguments, environment).settings();
    }

    private BadSettingException refusal(List<String> arguments, Map<String, String> environment) {
        BadSettingException refused =
                catchThrowableOfType(BadSettingException.class, () -> reader.read(arguments, environment));
        assertThat(refused).as("refusal of %s", arguments).isNotNull();
        return refused;
    }

    private static Path write(Path dir, String text) throws IOException {
        Path file = dir.resolve("conf.yml");
        Files.writeString(file, text);
        return file;
    }
}
