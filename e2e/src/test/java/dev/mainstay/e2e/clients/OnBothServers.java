package dev.mainstay.e2e.clients;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.server.TestServer;
import dev.mainstay.etcd.proto.RangeRequest;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A suite that runs once per {@link Product}, each time with one server for all its tests. Tests of a suite share the
 * server, so each uses keys of its own and expects revisions relative to {@link #revision}.
 *
 * <p>{@code -De2e.products=etcd} runs only that side, e.g. while writing assertions.
 */
@Tag("clients")
@ParameterizedClass(name = "{0}")
@MethodSource("dev.mainstay.e2e.clients.OnBothServers#products")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OnBothServers {
    /** JUnit demands a field to inject, but fills it only before the first test: {@link #startServer} is earlier. */
    @Parameter
    @Nullable
    Product product;

    private @Nullable TestServer server;
    private @Nullable EtcdClient client;

    static Stream<Product> products() {
        String only = System.getProperty("e2e.products", "etcd,mainstay").toUpperCase(Locale.ROOT);
        return Arrays.stream(only.split(",", -1)).map(Product::valueOf);
    }

    /** Flags beyond addresses and the data directory, for suites that need some. */
    String[] flags() {
        return new String[0];
    }

    @BeforeParameterizedClassInvocation
    void startServer(Product product, @TempDir Path dir) {
        this.product = product;
        TestServer started = product.start(dir.resolve("server"), flags());
        server = started;
        client = new EtcdClient(started.endpoint());
    }

    @AfterParameterizedClassInvocation
    void stopServer() {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }

    /** Which server this is. */
    final Product product() {
        return Objects.requireNonNull(product, "set before anything runs");
    }

    /** The running server. */
    final TestServer server() {
        return Objects.requireNonNull(server, "the server starts before all tests");
    }

    /** A plain gRPC client of {@link #server}. */
    final EtcdClient client() {
        return Objects.requireNonNull(client, "the client is made before all tests");
    }

    /** An etcdctl that talks to {@link #server}. */
    final Etcdctl etcdctl() {
        return new Etcdctl(server().endpoint());
    }

    /** The store's revision now. */
    final long revision() {
        return client().kv()
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("any"))
                        .setCountOnly(true)
                        .build())
                .getHeader()
                .getRevision();
    }
}
