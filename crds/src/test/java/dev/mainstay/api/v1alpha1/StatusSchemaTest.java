package dev.mainstay.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the operator writes into a status has all fields that the definition requires. */
class StatusSchemaTest {

    @TempDir
    Path scratch;

    /** Empty texts are left out when an object is written, so they must not be required. */
    @Test
    void aClusterThatBeginsWithABackupHasAValidStatus() throws IOException {
        EtcdClusterStatus.Restored bootstrap =
                new EtcdClusterStatus.Restored("", "volume", "", "latest", null, null, null, null);

        String written = Serialization.asJson(bootstrap);

        Map<?, ?> fields = Serialization.unmarshal(written, Map.class);
        assertThat(required("restore")).isNotEmpty().allMatch(fields::containsKey);
        assertThat(Serialization.unmarshal(written, EtcdClusterStatus.Restored.class))
                .isEqualTo(bootstrap);
    }

    private List<String> required(String field) throws IOException {
        JSONSchemaProps schema = ManifestsTest.schema(
                Objects.requireNonNull(Manifests.generate(scratch).get("etcdclusters.mainstay.dev.yaml")));
        JSONSchemaProps status = Objects.requireNonNull(schema.getProperties().get("status"));
        return Objects.requireNonNull(status.getProperties().get(field)).getRequired();
    }
}
