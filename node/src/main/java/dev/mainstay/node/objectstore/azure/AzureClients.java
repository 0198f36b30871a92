package dev.mainstay.node.objectstore.azure;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.http.policy.ExponentialBackoffOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.core.util.Configuration;
import com.azure.identity.AzureCliCredentialBuilder;
import com.azure.identity.ChainedTokenCredentialBuilder;
import com.azure.identity.CredentialBuilderBase;
import com.azure.identity.EnvironmentCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.StoreOption;
import dev.mainstay.node.objectstore.StoreSettings;
import dev.mainstay.node.objectstore.stream.Backoff;
import dev.mainstay.node.objectstore.stream.CaBundle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Makes clients of a container. */
final class AzureClients {

    private static final Duration CONNECTION_LIMIT = Duration.ofSeconds(10);

    /** How long a connection may be silent. */
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(60);

    /** How long one request may take; a block of the longest objects takes its time. */
    private static final Duration REQUEST_LIMIT = Duration.ofMinutes(10);

    private static final int TOKEN_RETRIES = 2;

    private AzureClients() {}

    static BlobContainerClient of(StoreSettings settings, Backoff backoff) throws ObjectStoreException {
        HttpClient http = http(settings);
        BlobContainerClientBuilder builder = new BlobContainerClientBuilder()
                .containerName(settings.bucket())
                .httpClient(http)
                .retryOptions(new RequestRetryOptions(
                        RetryPolicyType.EXPONENTIAL,
                        backoff.attempts(),
                        REQUEST_LIMIT,
                        backoff.first(),
                        backoff.longest(),
                        null));
        Optional<String> account = settings.option(StoreOption.ACCOUNT);
        Optional<String> connection = settings.secret(StoreOption.CONNECTION_STRING_FILE);
        Optional<String> accountKey = settings.secret(StoreOption.ACCOUNT_KEY_FILE);
        Optional<String> signature = settings.secret(StoreOption.SAS_TOKEN_FILE);
        if (count(connection) + count(accountKey) + count(signature) > 1) {
            throw bad(
                    "--connection-string-file, --account-key-file and --sas-token-file are different ways in; give one of them");
        }
        try {
            if (connection.isPresent()) {
                builder.connectionString(connection.get());
                settings.option(StoreOption.ENDPOINT_URL).ifPresent(builder::endpoint);
                return builder.buildClient();
            }
            builder.endpoint(settings.option(StoreOption.ENDPOINT_URL)
                    .or(() -> account.map(name -> "https://" + name + ".blob.core.windows.net"))
                    .orElseThrow(() -> bad("azblob:// needs --account, --endpoint-url or --connection-string-file")));
            if (accountKey.isPresent()) {
                String name = account.orElseThrow(() -> bad("--account-key-file needs --account"));
                builder.credential(new StorageSharedKeyCredential(name, accountKey.get()));
            } else if (signature.isPresent()) {
                builder.sasToken(signature.get());
            } else {
                builder.credential(ambient(http));
            }
            return builder.buildClient();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new ObjectStoreException(
                    Kind.BAD_SETTING, "can't use " + settings.place() + ": " + e.getMessage(), e);
        }
    }

    /** What the SDK's own chain finds, without what developers' tools leave on their machines. */
    private static TokenCredential ambient(HttpClient http) {
        ChainedTokenCredentialBuilder chain = new ChainedTokenCredentialBuilder()
                .addLast(patient(new EnvironmentCredentialBuilder(), http).build());
        Configuration environment = Configuration.getGlobalConfiguration();
        if (environment.contains(Configuration.PROPERTY_AZURE_CLIENT_ID)
                && environment.contains("AZURE_FEDERATED_TOKEN_FILE")) {
            chain.addLast(patient(new WorkloadIdentityCredentialBuilder(), http).build());
        }
        return chain.addLast(
                        patient(new ManagedIdentityCredentialBuilder(), http).build())
                .addLast(new AzureCliCredentialBuilder().build())
                .build();
    }

    /** A request of the store's is tried again as a whole, so that those for tokens needn't be for long. */
    private static <T extends CredentialBuilderBase<T>> T patient(T builder, HttpClient http) {
        return builder.httpClient(http)
                .retryOptions(new RetryOptions(new ExponentialBackoffOptions().setMaxRetries(TOKEN_RETRIES)));
    }

    /** The proxy is the environment's. */
    private static HttpClient http(StoreSettings settings) throws ObjectStoreException {
        java.net.http.HttpClient.Builder client =
                java.net.http.HttpClient.newBuilder().connectTimeout(CONNECTION_LIMIT);
        Optional<Path> bundle = settings.file(StoreOption.CA_BUNDLE);
        if (bundle.isPresent()) {
            client.sslContext(CaBundle.read(bundle.get()).context());
        }
        return new JdkHttpClientBuilder(client)
                .responseTimeout(SILENCE_LIMIT)
                .readTimeout(SILENCE_LIMIT)
                .writeTimeout(SILENCE_LIMIT)
                .build();
    }

    private static int count(Optional<String> option) {
        return option.isPresent() ? 1 : 0;
    }

    private static ObjectStoreException bad(String message) {
        return new ObjectStoreException(Kind.BAD_SETTING, message);
    }
}
