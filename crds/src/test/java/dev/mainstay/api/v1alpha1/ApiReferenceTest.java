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
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/api-reference.md} says what the types say; {@code make docs} writes it anew. */
class ApiReferenceTest {

    private static final Path PAGE = Path.of("..", "docs", "api-reference.md");

    private static final String INTRODUCTION = """
            # Custom resources

            Written by `make docs` from the types in `crds`, group `mainstay.dev`, version `v1alpha1`. `kubectl explain` prints the
            same. What the operator doesn't do yet with them is in [operator.md](operator.md#not-there-yet).

            `[]` stands behind lists. A field in bold must be given. Below each table stand the rules that the API server checks,
            in the words in which it refuses.
            """;

    @TempDir
    Path scratch;

    @Test
    void pageIsWhatTheTypesSay() throws IOException {
        String page = page();
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, page);
        }

        assertThat(PAGE).as("`make docs` brings it up to date").content().isEqualTo(page);
    }

    private String page() throws IOException {
        StringBuilder page = new StringBuilder(INTRODUCTION);
        for (String yaml : Manifests.generate(scratch).values()) {
            CustomResourceDefinition definition = Serialization.unmarshal(yaml, CustomResourceDefinition.class);
            JSONSchemaProps schema =
                    definition.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
            page.append("\n## ")
                    .append(definition.getSpec().getNames().getKind())
                    .append("\n\n");
            page.append("`kubectl get ").append(definition.getSpec().getNames().getPlural());
            page.append("`, short `");
            page.append(String.join("`, `", definition.getSpec().getNames().getShortNames()));
            page.append("`.\n");
            section(page, "spec", schema);
            section(page, "status", schema);
        }
        return page.toString();
    }

    private static void section(StringBuilder page, String name, JSONSchemaProps schema) {
        JSONSchemaProps section = schema.getProperties().get(name);
        if (section == null
                || section.getProperties() == null
                || section.getProperties().isEmpty()) {
            return;
        }
        List<String> rows = new ArrayList<>();
        List<String> rules = new ArrayList<>();
        rows(section, "", rows, rules);
        page.append("\n### ")
                .append(name)
                .append("\n\n| Field | Type | Default | Meaning |\n| --- | --- | --- | --- |\n");
        rows.forEach(row -> page.append(row).append('\n'));
        if (!rules.isEmpty()) {
            page.append('\n');
            rules.forEach(rule -> page.append("* ").append(rule).append('\n'));
        }
    }

    private static void rows(JSONSchemaProps object, String path, List<String> rows, List<String> rules) {
        for (ValidationRule rule :
                Objects.requireNonNullElse(object.getXKubernetesValidations(), List.<ValidationRule>of())) {
            rules.add((path.isEmpty() ? "" : '`' + path + "`: ") + cell(rule.getMessage()));
        }
        List<String> required = Objects.requireNonNullElse(object.getRequired(), List.of());
        Map<String, JSONSchemaProps> properties =
                Objects.requireNonNullElse(object.getProperties(), Map.<String, JSONSchemaProps>of());
        properties.forEach((name, property) -> {
            String field = path.isEmpty() ? name : path + "." + name;
            boolean list = "array".equals(property.getType());
            String shown = '`' + field + (list ? "[]" : "") + '`';
            rows.add("| " + (required.contains(name) ? "**" + shown + "**" : shown) + " | " + type(property) + " | "
                    + (property.getDefault() == null
                            ? ""
                            : '`' + property.getDefault().asText() + '`') + " | "
                    + cell(Objects.requireNonNullElse(property.getDescription(), "")) + " |");
            JSONSchemaProps inner =
                    list && property.getItems() != null ? property.getItems().getSchema() : property;
            if (inner != null) {
                rows(inner, list ? field + "[]" : field, rows, rules);
            }
        });
    }

    private static String type(JSONSchemaProps property) {
        JSONSchemaProps element = "array".equals(property.getType()) && property.getItems() != null
                ? property.getItems().getSchema()
                : property;
        if (element == null) {
            return "";
        }
        String name = Boolean.TRUE.equals(element.getXKubernetesIntOrString())
                ? "quantity"
                : Objects.requireNonNullElse(element.getType(), "any");
        if (element.getEnum() != null && !element.getEnum().isEmpty()) {
            name = element.getEnum().stream()
                    .map(value -> '`' + value.asText() + '`')
                    .collect(Collectors.joining(", "));
        }
        return name + bounds(element);
    }

    private static String bounds(JSONSchemaProps property) {
        if (property.getMinimum() == null && property.getMaximum() == null) {
            return "";
        }
        String from = property.getMinimum() == null
                ? ""
                : Long.toString(property.getMinimum().longValue());
        String to = property.getMaximum() == null
                ? ""
                : Long.toString(property.getMaximum().longValue());
        return ", " + from + "…" + to;
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace('\n', ' ');
    }
}
