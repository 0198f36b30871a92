package dev.mainstay.node.objectstore.s3;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.StoreOption;
import dev.mainstay.node.objectstore.StoreSettings;
import dev.mainstay.node.objectstore.stream.Backoff;
import dev.mainstay.node.objectstore.stream.CaBundle;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/**
 * Makes clients that S3 and what is compatible with it understand alike: no checksums of the newer kinds, which many compatible stores
 * refuse, but MD5, which all know; bodies in one piece. Proxies are those of the environment.
 */
final class S3Clients {

    private static final Duration CONNECTION_LIMIT = Duration.ofSeconds(10);

    /** How long a connection may be silent. */
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(60);

    private static final int MAX_CONNECTIONS = 16;

    private S3Clients() {}

    static S3Client of(StoreSettings settings, Backoff backoff) throws ObjectStoreException {
        Optional<URI> endpoint = endpoint(settings);
        ApacheHttpClient.Builder http = ApacheHttpClient.builder()
                .connectionTimeout(CONNECTION_LIMIT)
                .connectionAcquisitionTimeout(SILENCE_LIMIT)
                .socketTimeout(SILENCE_LIMIT)
                .maxConnections(MAX_CONNECTIONS);
        Optional<String> bundle = settings.option(StoreOption.CA_BUNDLE);
        if (bundle.isPresent()) {
            CaBundle authorities =
                    CaBundle.read(settings.file(StoreOption.CA_BUNDLE).orElseThrow());
            http.tlsTrustManagersProvider(authorities::trustManagers);
        }
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(http)
                .region(region(settings, endpoint.isPresent()))
                .credentialsProvider(credentials(settings))
                .forcePathStyle(settings.isOn(StoreOption.PATH_STYLE))
                .crossRegionAccessEnabled(endpoint.isEmpty())
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .addPlugin(LegacyMd5Plugin.create())
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build())
                .overrideConfiguration(override -> override.retryStrategy(retries(backoff)));
        endpoint.ifPresent(builder::endpointOverride);
        return builder.build();
    }

    private static StandardRetryStrategy retries(Backoff backoff) {
        BackoffStrategy waits = BackoffStrategy.exponentialDelay(backoff.first(), backoff.longest());
        return AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(backoff.attempts())
                .backoffStrategy(waits)
                .throttlingBackoffStrategy(waits)
                .circuitBreakerEnabled(false)
                .build();
    }

    private static Optional<URI> endpoint(StoreSettings settings) throws ObjectStoreException {
        Optional<String> given = settings.option(StoreOption.ENDPOINT_URL);
        if (given.isEmpty()) {
            return Optional.empty();
        }
        String text = given.get();
        if (!text.matches("https?://[^/?#@\\s]+(/[^?#\\s]*)?")) {
            throw new ObjectStoreException(
                    Kind.BAD_SETTING, "--endpoint-url " + text + " is no URL of a store; write https://host:port");
        }
        return Optional.of(URI.create(text));
    }

    /** With an endpoint of its own a store seldom cares; AWS redirects from any region to the bucket's. */
    private static Region region(StoreSettings settings, boolean ownEndpoint) {
        Optional<String> given = settings.option(StoreOption.REGION);
        if (given.isPresent()) {
            return Region.of(given.get());
        }
        String ofEnvironment = System.getenv("AWS_REGION");
        if (ofEnvironment != null && !ofEnvironment.isBlank()) {
            return Region.of(ofEnvironment.strip());
        }
        if (ownEndpoint && settings.option(StoreOption.PROFILE).isEmpty()) {
            return Region.US_EAST_1;
        }
        try {
            DefaultAwsRegionProviderChain.Builder chain = DefaultAwsRegionProviderChain.builder();
            settings.option(StoreOption.PROFILE).ifPresent(chain::profileName);
            return chain.build().getRegion();
        } catch (SdkClientException e) {
            return Region.US_EAST_1;
        }
    }

    private static AwsCredentialsProvider credentials(StoreSettings settings) throws ObjectStoreException {
        boolean hasKey = settings.option(StoreOption.ACCESS_KEY_FILE).isPresent();
        if (hasKey != settings.option(StoreOption.SECRET_KEY_FILE).isPresent()) {
            throw new ObjectStoreException(
                    Kind.BAD_SETTING, "--access-key-file and --secret-key-file go together; give both or neither");
        }
        if (hasKey) {
            return FileCredentials.of(settings);
        }
        Optional<String> profile = settings.option(StoreOption.PROFILE);
        return profile.isPresent()
                ? ProfileCredentialsProvider.create(profile.get())
                : DefaultCredentialsProvider.builder().build();
    }
}
