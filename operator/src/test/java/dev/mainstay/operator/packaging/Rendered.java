package dev.mainstay.operator.packaging;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The objects of a manifest.
 *
 * @param objects in their order
 */
record Rendered(List<HasMetadata> objects) {

    private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();
    private static final Pattern DOCUMENTS = Pattern.compile("(?m)^---.*$");
    private static final Path ROOT = root();

    /** A chart with values. */
    static Rendered chart(String chart, UnaryOperator<TemplateCommand> values) {
        return of(values.apply(new Helm(ROOT.resolve("charts").resolve(chart))
                        .template()
                        .withName("mainstay-operator")
                        .withNamespace("mainstay-system"))
                .call());
    }

    /** A file of this repository. */
    static Rendered file(String path) {
        try {
            return of(Files.readString(ROOT.resolve(path)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@code kubectl kustomize} makes of an overlay. */
    static Rendered overlay(String overlay) throws IOException, InterruptedException {
        return of(Programs.out(ROOT, Programs.brought("kubectl.sh"), "kustomize", overlay));
    }

    static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("charts")) ? here : here.resolve("..").normalize();
    }

    <T extends HasMetadata> List<T> all(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <T extends HasMetadata> T one(Class<T> type, String name) {
        return all(type).stream()
                .filter(object -> object.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type.getSimpleName() + " " + name));
    }

    /** The only object of a type that Kubernetes doesn't bring itself. */
    <T extends HasMetadata> T custom(Class<T> type) {
        return SERIALIZATION.convertValue(objects.getFirst(), type);
    }

    List<String> kinds() {
        return objects.stream().map(HasMetadata::getKind).sorted().toList();
    }

    /** Fields that Kubernetes doesn't know, of objects whose types it does. */
    List<String> unknownFields() {
        List<String> unknown = new ArrayList<>();
        for (HasMetadata object : objects) {
            if (!(object instanceof GenericKubernetesResource)) {
                collect(object, object.getKind(), unknown);
            }
        }
        return unknown;
    }

    private static Rendered of(String manifest) {
        return new Rendered(Stream.of(DOCUMENTS.split(manifest, -1))
                .filter(document -> document.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#")))
                .map(document -> (HasMetadata) SERIALIZATION.unmarshal(document))
                .toList());
    }

    private static void collect(Object bean, String path, List<String> unknown) {
        for (Method method : bean.getClass().getMethods()) {
            if (method.getParameterCount() > 0 || !method.getName().startsWith("get")) {
                continue;
            }
            Object value = value(bean, method);
            String field = path + "." + method.getName().substring(3);
            if (method.getName().equals("getAdditionalProperties") && value instanceof Map<?, ?> properties) {
                properties.keySet().forEach(key -> unknown.add(path + "." + key));
            } else if (value instanceof KubernetesResource nested) {
                collect(nested, field, unknown);
            } else if (value instanceof Collection<?> elements) {
                elements.stream()
                        .filter(KubernetesResource.class::isInstance)
                        .forEach(element -> collect(element, field, unknown));
            }
        }
    }

    private static Object value(Object bean, Method method) {
        try {
            Object value = method.invoke(bean);
            return value == null ? "" : value;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
