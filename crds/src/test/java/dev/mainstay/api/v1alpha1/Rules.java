package dev.mainstay.api.v1alpha1;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Evaluates a definition's validation rules as an API server does: on defaulted objects, transition rules on updates only. */
final class Rules {

    private static final Cel CEL = CelFactory.plannerCelBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("self", SimpleType.DYN)
            .addVar("oldSelf", SimpleType.DYN)
            .addCompilerLibraries(CelExtensions.strings())
            .addRuntimeLibraries(CelExtensions.strings())
            .addFunctionDeclarations(
                    CelFunctionDecl.newFunctionDeclaration(
                            "quantity",
                            CelOverloadDecl.newGlobalOverload("quantity_string", SimpleType.INT, SimpleType.STRING)),
                    CelFunctionDecl.newFunctionDeclaration(
                            "compareTo",
                            CelOverloadDecl.newMemberOverload(
                                    "quantity_compare", SimpleType.INT, SimpleType.INT, SimpleType.INT)))
            .addFunctionBindings(
                    CelFunctionBinding.from(
                            "quantity_string",
                            String.class,
                            text -> new Quantity(text)
                                    .getNumericalAmount()
                                    .multiply(BigDecimal.valueOf(1000))
                                    .longValueExact()),
                    CelFunctionBinding.from(
                            "quantity_compare", Long.class, Long.class, (a, b) -> (long) Long.compare(a, b)))
            .build();

    private static final Map<String, CelRuntime.Program> PROGRAMS = new TreeMap<>();

    private final JSONSchemaProps root;

    Rules(CustomResourceDefinition crd) {
        this.root = crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
    }

    /** Messages of all rules, at any depth. */
    Set<String> all() {
        Set<String> messages = new TreeSet<>();
        collect(root, messages);
        return messages;
    }

    private static void collect(JSONSchemaProps schema, Set<String> messages) {
        rules(schema).forEach(rule -> messages.add(rule.getMessage()));
        properties(schema).values().forEach(property -> collect(property, messages));
        if (schema.getItems() != null && schema.getItems().getSchema() != null) {
            collect(schema.getItems().getSchema(), messages);
        }
    }

    /** Messages of the rules that refuse {@code object}, a creation or an update of {@code old}. */
    Set<String> refusals(Map<String, Object> object, @Nullable Map<String, Object> old) {
        Set<String> messages = new TreeSet<>();
        check(root, defaulted(root, object), old == null ? null : defaulted(root, old), messages);
        return messages;
    }

    private static void check(JSONSchemaProps schema, Object self, @Nullable Object old, Set<String> messages) {
        for (ValidationRule rule : rules(schema)) {
            boolean transition = rule.getRule().contains("oldSelf");
            if ((!transition || old != null) && !holds(rule.getRule(), self, old)) {
                messages.add(rule.getMessage());
            }
        }
        if (self instanceof Map<?, ?> map) {
            properties(schema).forEach((name, property) -> {
                Object value = map.get(name);
                if (value != null) {
                    check(property, value, old instanceof Map<?, ?> before ? before.get(name) : null, messages);
                }
            });
        } else if (self instanceof List<?> list && schema.getItems() != null) {
            list.forEach(item -> check(schema.getItems().getSchema(), item, null, messages));
        }
    }

    private static boolean holds(String rule, Object self, @Nullable Object old) {
        try {
            Map<String, Object> variables = new TreeMap<>();
            variables.put("self", self);
            variables.put("oldSelf", old == null ? "" : old);
            CelRuntime.Program program = PROGRAMS.get(rule);
            if (program == null) {
                program = CEL.createProgram(CEL.compile(rule).getAst());
                PROGRAMS.put(rule, program);
            }
            return (boolean) program.eval(variables);
        } catch (Exception e) {
            throw new IllegalStateException(rule, e);
        }
    }

    private static Object defaulted(JSONSchemaProps schema, Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> object = new TreeMap<>();
            map.forEach((name, inner) -> {
                JSONSchemaProps property = properties(schema).get(name.toString());
                object.put(name.toString(), property == null ? plain(inner) : defaulted(property, inner));
            });
            properties(schema).forEach((name, property) -> {
                if (property.getDefault() != null && !object.containsKey(name)) {
                    object.put(
                            name,
                            plain(
                                    property.getDefault().isNumber()
                                            ? (Object) property.getDefault().longValue()
                                            : property.getDefault().isBoolean()
                                                    ? property.getDefault().booleanValue()
                                                    : property.getDefault().textValue()));
                }
            });
            return object;
        }
        if (value instanceof List<?> list && schema.getItems() != null) {
            return list.stream()
                    .map(item -> defaulted(schema.getItems().getSchema(), item))
                    .toList();
        }
        return plain(value);
    }

    private static Object plain(Object value) {
        return value instanceof Integer number ? (Object) number.longValue() : value;
    }

    private static Map<String, JSONSchemaProps> properties(JSONSchemaProps schema) {
        return schema.getProperties() == null ? Map.of() : schema.getProperties();
    }

    private static List<ValidationRule> rules(JSONSchemaProps schema) {
        return schema.getXKubernetesValidations() == null ? List.of() : schema.getXKubernetesValidations();
    }
}
