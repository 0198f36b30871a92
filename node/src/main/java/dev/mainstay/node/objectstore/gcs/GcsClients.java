package dev.mainstay.node.objectstore.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.gax.retrying.RetrySettings;
import com.google.auth.Credentials;
import com.google.auth.http.HttpTransportFactory;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import com.google.cloud.storage.StorageRetryStrategy;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.StoreOption;
import dev.mainstay.node.objectstore.StoreSettings;
import dev.mainstay.node.objectstore.stream.Backoff;
import dev.mainstay.node.objectstore.stream.CaBundle;
import dev.mainstay.node.objectstore.stream.EnvironmentProxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Makes clients that speak JSON over HTTP/1.1. */
final class GcsClients {

    private static final URI OWN_ADDRESS = URI.create("https://storage.googleapis.com");

    private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";

    /** No object's address has a project in it; without this the client would search for one. */
    private static final String NO_PROJECT = "none";

    private static final int CONNECTION_LIMIT_MILLIS = 10_000;

    /** How long a connection may be silent. */
    private static final int SILENCE_LIMIT_MILLIS = 60_000;

    private GcsClients() {}

    static Storage of(StoreSettings settings, Backoff backoff) throws ObjectStoreException {
        Optional<String> endpoint = settings.option(StoreOption.ENDPOINT_URL);
        HttpTransport transport = transport(settings, endpoint.map(URI::create).orElse(OWN_ADDRESS));
        HttpTransportFactory transports = () -> transport;
        StorageOptions.Builder builder = StorageOptions.http()
                .setProjectId(NO_PROJECT)
                .setCredentials(credentials(settings, endpoint, transports))
                .setStorageRetryStrategy(StorageRetryStrategy.getUniformStorageRetryStrategy())
                .setRetrySettings(RetrySettings.newBuilder()
                        .setMaxAttempts(backoff.attempts())
                        .setInitialRetryDelayDuration(backoff.first())
                        .setRetryDelayMultiplier(2)
                        .setMaxRetryDelayDuration(backoff.longest())
                        .setTotalTimeoutDuration(Duration.ofHours(1))
                        .build())
                .setTransportOptions(HttpTransportOptions.newBuilder()
                        .setHttpTransportFactory(transports)
                        .setConnectTimeout(CONNECTION_LIMIT_MILLIS)
                        .setReadTimeout(SILENCE_LIMIT_MILLIS)
                        .build());
        endpoint.ifPresent(builder::setHost);
        return builder.build().getService();
    }

    private static HttpTransport transport(StoreSettings settings, URI server) throws ObjectStoreException {
        NetHttpTransport.Builder builder = new NetHttpTransport.Builder();
        Optional<Path> bundle = settings.file(StoreOption.CA_BUNDLE);
        if (bundle.isPresent()) {
            builder.setSslSocketFactory(CaBundle.read(bundle.get()).context().getSocketFactory());
        }
        Optional<InetSocketAddress> proxy = EnvironmentProxy.of(server, System.getenv());
        if (proxy.isPresent()) {
            builder.setProxy(new Proxy(
                    Proxy.Type.HTTP,
                    new InetSocketAddress(
                            proxy.get().getHostString(), proxy.get().getPort())));
        }
        return builder.build();
    }

    /** Over plain HTTP, as emulators speak it, no credentials are sent. */
    private static Credentials credentials(
            StoreSettings settings, Optional<String> endpoint, HttpTransportFactory transports)
            throws ObjectStoreException {
        if (endpoint.filter(url -> url.startsWith("http://")).isPresent()) {
            return NoCredentials.getInstance();
        }
        Optional<Path> file = settings.file(StoreOption.CREDENTIALS_FILE);
        if (file.isPresent()) {
            try (InputStream in = Files.newInputStream(file.get())) {
                return GoogleCredentials.fromStream(in, transports).createScoped(SCOPE);
            } catch (IOException e) {
                throw new ObjectStoreException(
                        Kind.BAD_SETTING,
                        "--credentials-file: can't take credentials from " + file.get() + ": " + e.getMessage(),
                        e);
            }
        }
        try {
            return GoogleCredentials.getApplicationDefault(transports).createScoped(SCOPE);
        } catch (IOException e) {
            throw new ObjectStoreException(
                    Kind.DENIED,
                    "there are no credentials for " + settings.place()
                            + "; give --credentials-file, or what Google's client finds by itself (GOOGLE_APPLICATION_CREDENTIALS,"
                            + " workload identity): " + e.getMessage(),
                    e);
        }
    }
}
