package dev.mainstay.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Generates the definitions of all kinds. */
final class Manifests {

    /** Every kind of the group. */
    static final List<Class<? extends HasMetadata>> KINDS = List.of(
            EtcdCluster.class,
            EtcdMember.class,
            EtcdBackupStore.class,
            EtcdBackup.class,
            EtcdBackupSchedule.class,
            EtcdRestore.class,
            EtcdUser.class,
            EtcdRole.class);

    private Manifests() {}

    /** File name to YAML, in name order. */
    static SortedMap<String, String> generate(Path scratch) throws IOException {
        new CRDGenerator()
                .customResourceClasses(List.copyOf(KINDS))
                .forCRDVersions("v1")
                .inOutputDir(scratch.toFile())
                .generate();
        SortedMap<String, String> files = new TreeMap<>();
        try (Stream<Path> made = Files.list(scratch)) {
            for (Path file : made.sorted().toList()) {
                CustomResourceDefinition crd =
                        Serialization.unmarshal(Files.readString(file), CustomResourceDefinition.class);
                CustomResourceDefinitionVersion version =
                        crd.getSpec().getVersions().getFirst();
                JSONSchemaProps schema = version.getSchema().getOpenAPIV3Schema();
                schema.setRequired(List.of("spec"));
                finish(schema);
                List<String> order = columns(crd.getSpec().getNames().getKind());
                version.getAdditionalPrinterColumns()
                        .sort(Comparator.comparingInt(column -> order.indexOf(column.getName())));
                files.put(crd.getMetadata().getName() + ".yaml", Serialization.asYaml(crd));
            }
        }
        return files;
    }

    /** Columns in the order of the annotations, which the generator doesn't keep. */
    private static List<String> columns(String kind) {
        return KINDS.stream()
                .filter(type -> type.getSimpleName().equals(kind))
                .flatMap(type -> Arrays.stream(type.getAnnotationsByType(AdditionalPrinterColumn.class)))
                .map(AdditionalPrinterColumn::name)
                .toList();
    }

    /** Adds what annotations can't say: lists keyed by a field, and bounds of what status holds. Rules that the generator wrote twice stay once. */
    private static void finish(JSONSchemaProps schema) {
        schema.setXKubernetesValidations(
                schema.getXKubernetesValidations().stream().distinct().toList());
        if (schema.getProperties() != null) {
            schema.getProperties().forEach((name, property) -> {
                if ("conditions".equals(name)) {
                    keyed(property, "type");
                } else if ("members".equals(name) || "extraArgs".equals(name) || "active".equals(name)) {
                    keyed(property, "name");
                }
                finish(property);
            });
        }
        if (schema.getItems() != null && schema.getItems().getSchema() != null) {
            finish(schema.getItems().getSchema());
        }
        if ("array".equals(schema.getType()) && schema.getMaxItems() == null) {
            schema.setMaxItems(64L);
        }
    }

    private static void keyed(JSONSchemaProps list, String key) {
        list.setXKubernetesListType("map");
        list.setXKubernetesListMapKeys(List.of(key));
        JSONSchemaProps item = list.getItems().getSchema();
        if (!item.getRequired().contains(key)) {
            item.setRequired(
                    Stream.concat(item.getRequired().stream(), Stream.of(key)).toList());
        }
    }
}
