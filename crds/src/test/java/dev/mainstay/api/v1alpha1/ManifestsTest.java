package dev.mainstay.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is checked in is what the types say. {@code make manifests} writes it anew. */
class ManifestsTest {

    private static final Path CHECKED_IN = Path.of("manifests");
    private static final String KUSTOMIZATION = "kustomization.yaml";

    @TempDir
    Path scratch;

    @Test
    void checkedInDefinitionsMatchTheTypes() throws IOException {
        SortedMap<String, String> generated = Manifests.generate(scratch);
        if (Boolean.getBoolean("manifests.write")) {
            Files.createDirectories(CHECKED_IN);
            for (Map.Entry<String, String> file : generated.entrySet()) {
                Files.writeString(CHECKED_IN.resolve(file.getKey()), file.getValue());
            }
        }

        SortedMap<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.list(CHECKED_IN)) {
            for (Path file : files.filter(file -> !file.endsWith(KUSTOMIZATION)).toList()) {
                found.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        assertThat(found).as("run make manifests").isEqualTo(generated);
    }

    @Test
    void kustomizeKnowsEveryDefinition() throws IOException {
        Map<?, ?> kustomization =
                Serialization.unmarshal(Files.readString(CHECKED_IN.resolve(KUSTOMIZATION)), Map.class);

        assertThat(kustomization.get("resources"))
                .isEqualTo(List.copyOf(Manifests.generate(scratch).keySet()));
    }

    @Test
    void everyRuleSaysWhatToDo() throws IOException {
        List<String> unhelpful = new ArrayList<>();
        Manifests.generate(scratch)
                .values()
                .forEach(yaml -> eachSchema(schema(yaml), "", (path, schema) -> {
                    if (schema.getXKubernetesValidations() != null) {
                        schema.getXKubernetesValidations().forEach(rule -> {
                            if (rule.getMessage() == null || !rule.getMessage().contains(": ")) {
                                unhelpful.add(path + " " + rule.getRule());
                            }
                        });
                    }
                }));

        assertThat(unhelpful).isEmpty();
    }

    /** Rules have a cost budget, which only strings and lists of bounded length fit into. */
    @Test
    void everyListOfSpecIsBounded() throws IOException {
        List<String> unbounded = new ArrayList<>();
        Manifests.generate(scratch)
                .values()
                .forEach(yaml -> eachSchema(schema(yaml), "", (path, schema) -> {
                    if ("array".equals(schema.getType()) && schema.getMaxItems() == null) {
                        unbounded.add(path);
                    }
                }));

        assertThat(unbounded).isEmpty();
    }

    /** An API server refuses definitions otherwise. */
    @Test
    void keysOfListsAreRequiredAndNoRuleIsThereTwice() throws IOException {
        List<String> wrong = new ArrayList<>();
        Manifests.generate(scratch)
                .values()
                .forEach(yaml -> eachSchema(schema(yaml), "", (path, schema) -> {
                    if (schema.getXKubernetesListMapKeys() != null
                            && schema.getItems() != null
                            && !schema.getItems()
                                    .getSchema()
                                    .getRequired()
                                    .containsAll(schema.getXKubernetesListMapKeys())) {
                        wrong.add(path + " has items without keys");
                    }
                    long rules = schema.getXKubernetesValidations().stream()
                            .map(ValidationRule::getRule)
                            .distinct()
                            .count();
                    if (rules < schema.getXKubernetesValidations().size()) {
                        wrong.add(path + " has a rule twice");
                    }
                }));

        assertThat(wrong).isEmpty();
    }

    /** The defaults of the schema are those of the constructors. */
    @Test
    void defaultsAgree() throws IOException {
        List<String> different = new ArrayList<>();
        for (String yaml : Manifests.generate(scratch).values()) {
            JSONSchemaProps spec =
                    Objects.requireNonNull(schema(yaml).getProperties().get("spec"));
            CustomResourceDefinition crd = Serialization.unmarshal(yaml, CustomResourceDefinition.class);
            Map<String, Object> least = least(spec);
            Object object = Serialization.unmarshal(
                    Serialization.asJson(Map.of(
                            "apiVersion",
                            "mainstay.dev/v1alpha1",
                            "kind",
                            crd.getSpec().getNames().getKind(),
                            "metadata",
                            Map.of("name", "x"),
                            "spec",
                            least)),
                    Manifests.KINDS.stream()
                            .filter(kind -> kind.getSimpleName()
                                    .equals(crd.getSpec().getNames().getKind()))
                            .findFirst()
                            .orElseThrow());
            Map<?, ?> back = Serialization.unmarshal(Serialization.asJson(object), Map.class);
            compare(
                    spec,
                    (Map<?, ?>) Objects.requireNonNull(back.get("spec")),
                    crd.getSpec().getNames().getKind(),
                    different);
        }

        assertThat(different).isEmpty();
    }

    /** An object in which each field that has no default is left out or, if an object, as small as can be. */
    private static Map<String, Object> least(JSONSchemaProps schema) {
        Map<String, Object> object = new TreeMap<>();
        schema.getProperties().forEach((name, property) -> {
            if (property.getProperties() != null && !property.getProperties().isEmpty()) {
                object.put(name, least(property));
            }
        });
        return object;
    }

    private static void compare(JSONSchemaProps schema, Map<?, ?> object, String path, List<String> different) {
        schema.getProperties().forEach((name, property) -> {
            Object value = object.get(name);
            if (property.getDefault() != null) {
                if (value == null || !property.getDefault().asText().equals(value.toString())) {
                    different.add(path + "." + name + ": " + property.getDefault() + " is not " + value);
                }
            } else if (value instanceof Map<?, ?> inner && property.getProperties() != null) {
                compare(property, inner, path + "." + name, different);
            }
        });
    }

    private static JSONSchemaProps schema(String yaml) {
        return Serialization.unmarshal(yaml, CustomResourceDefinition.class)
                .getSpec()
                .getVersions()
                .getFirst()
                .getSchema()
                .getOpenAPIV3Schema();
    }

    private static void eachSchema(JSONSchemaProps schema, String path, BiConsumer<String, JSONSchemaProps> visitor) {
        visitor.accept(path, schema);
        if (schema.getProperties() != null) {
            schema.getProperties().forEach((name, property) -> eachSchema(property, path + "." + name, visitor));
        }
        if (schema.getItems() != null && schema.getItems().getSchema() != null) {
            eachSchema(schema.getItems().getSchema(), path + "[]", visitor);
        }
    }
}
