package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A member that wants certificates of its clients is shown what isn't one, and serves the others on. */
class MalformedCertificateTest {

    private static final String HOST = "127.0.0.1";
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int FLIPS = 60;
    private static final int CUTS = 15;

    private final TestAuthority authority = new TestAuthority("ca");
    private final TestAuthority.Issued issued = authority.issue("client", HOST);
    private final TlsClients known = new TlsClients(authority.pem(), issued);

    @TempDir
    Path temp = Path.of("");

    private RunningMember member() throws IOException, DataDirectoryException {
        authority.issue("m", HOST).write(temp);
        Files.writeString(temp.resolve("ca.pem"), authority.pem());
        return new RunningMember(
                temp.resolve("data"),
                "--listen-client-urls=https://127.0.0.1:0",
                "--advertise-client-urls=https://127.0.0.1:2379",
                "--cert-file=" + temp.resolve("cert.pem"),
                "--key-file=" + temp.resolve("key.pem"),
                "--trusted-ca-file=" + temp.resolve("ca.pem"),
                "--client-cert-auth");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whatIsNoCertificateIsRefused(String protocol) throws Exception {
        byte[] good = issued.certificate().getEncoded();
        try (RunningMember member = member();
                SSLSocket before = known.connect(member.port(), "http/1.1")) {
            assertThat(answer(member, protocol, List.of(good))).startsWith("HTTP/1.1 200");
            for (List<byte[]> chain : malformed(good)) {
                assertThat(answer(member, protocol, chain))
                        .as("a chain of %s that begins with %s", chain.size(), Arrays.toString(chain.getFirst()))
                        .isEmpty();
            }
            assertThat(ask(before)).startsWith("HTTP/1.1 200");
            assertThat(known.get(member.port(), "/health", "http/1.1")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void chainsThatEndlesslyNestOrNameTheirLengthFalselyCostLittle() throws Exception {
        try (RunningMember member = member()) {
            long from = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                assertThat(answer(member, "TLSv1.3", List.of(nested(15_000)))).isEmpty();
                assertThat(answer(member, "TLSv1.3", List.of(falselyLong()))).isEmpty();
            }
            assertThat((System.nanoTime() - from) / 1_000_000_000).isLessThan(15);
            assertThat(known.get(member.port(), "/health", "http/1.1")).startsWith("HTTP/1.1 200");
        }
    }

    private static List<List<byte[]>> malformed(byte[] good) {
        List<List<byte[]>> chains = new ArrayList<>();
        Random random = new Random(20_261_122);
        for (int i = 0; i < FLIPS; i++) {
            byte[] flipped = good.clone();
            flipped[random.nextInt(good.length)] ^= (byte) (1 << random.nextInt(8));
            chains.add(List.of(flipped));
        }
        for (int i = 0; i < CUTS; i++) {
            chains.add(List.of(Arrays.copyOf(good, 1 + random.nextInt(good.length - 1))));
        }
        chains.add(List.of(new byte[] {0}));
        chains.add(List.of(new byte[20_000]));
        chains.add(List.of(nested(10_000)));
        chains.add(List.of(falselyLong()));
        chains.add(Collections.nCopies(40, good));
        return chains;
    }

    /** Sequences of indefinite length within each other. */
    private static byte[] nested(int depth) {
        byte[] sequences = new byte[2 * depth];
        for (int i = 0; i < depth; i++) {
            sequences[2 * i] = 0x30;
            sequences[2 * i + 1] = (byte) 0x80;
        }
        return sequences;
    }

    /** A sequence of 2 GiB less one byte, as it says. */
    private static byte[] falselyLong() {
        return new byte[] {0x30, (byte) 0x84, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x30, 0x00};
    }

    /** What a client that shows this is answered; nothing if its connection is ended first. */
    private String answer(RunningMember member, String protocol, List<byte[]> chain)
            throws GeneralSecurityException, IOException {
        SSLContext context = SSLContext.getInstance(protocol);
        context.init(new KeyManager[] {new Shown(chain, issued)}, new TrustManager[] {new Trusting()}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket(new Socket(InetAddress.getLoopbackAddress(), member.port()), HOST, 0, true)) {
            socket.setEnabledProtocols(new String[] {protocol});
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.startHandshake();
            return ask(socket);
        } catch (SocketTimeoutException e) {
            throw new IllegalStateException("the member neither answered nor ended the connection", e);
        } catch (SSLException | SocketException e) {
            return "";
        }
    }

    private static String ask(SSLSocket socket) throws IOException {
        socket.getOutputStream()
                .write("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                        .getBytes(StandardCharsets.ISO_8859_1));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Shows any bytes as a certificate, with the key of a good one. */
    private static final class Shown extends X509ExtendedKeyManager {

        private final X509Certificate[] chain;
        private final PrivateKey key;

        Shown(List<byte[]> chain, TestAuthority.Issued issued) {
            this.chain = chain.stream()
                    .map(bytes -> new ShownCertificate(issued.certificate(), bytes))
                    .toArray(X509Certificate[]::new);
            this.key = issued.key();
        }

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {"shown"};
        }

        @Override
        public String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return "shown";
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.clone();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }
    }

    private static final class Trusting implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("no server");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
