package dev.mainstay.node.server;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How offline tools print what they found, after etcd's tools. */
enum ToolOutput {
    /** One line, the values with commas between. */
    SIMPLE {
        @Override
        String print(List<Column> columns) {
            return String.join(", ", columns.stream().map(Column::shown).toList()) + "\n";
        }
    },
    /** One line of JSON. */
    JSON {
        @Override
        String print(List<Column> columns) {
            return json(columns).encode() + "\n";
        }
    },
    /** A line for each value, with its name. */
    FIELDS {
        @Override
        String print(List<Column> columns) {
            StringBuilder text = new StringBuilder();
            for (Column column : columns) {
                text.append('"').append(column.fieldName()).append("\" : ");
                text.append(column.value()).append('\n');
            }
            return text.toString();
        }
    },
    /** A table with a head. */
    TABLE {
        @Override
        String print(List<Column> columns) {
            return table(columns, List.of(columns));
        }
    };

    /**
     * One thing that was found.
     *
     * @param shown the value for people
     */
    record Column(String title, String fieldName, String jsonName, Object value, String shown) {

        /** One that people are shown as it is. */
        static Column of(String title, String fieldName, String jsonName, Object value) {
            return new Column(title, fieldName, jsonName, value, value.toString());
        }
    }

    /** What to write to the standard output. */
    abstract String print(List<Column> columns);

    /**
     * The same for several things of one kind.
     *
     * @param columns what each has, without values
     * @param rows the values, in the order of the columns
     */
    String printAll(List<Column> columns, List<List<Column>> rows) {
        return switch (this) {
            case SIMPLE, FIELDS ->
                String.join(
                        this == FIELDS ? "\n" : "",
                        rows.stream().map(this::print).toList());
            case JSON -> new JsonArray(rows.stream().map(ToolOutput::json).toList()).encode() + "\n";
            case TABLE -> table(columns, rows);
        };
    }

    private static JsonObject json(List<Column> row) {
        JsonObject json = new JsonObject();
        row.forEach(column -> json.put(column.jsonName(), column.value()));
        return json;
    }

    private static String table(List<Column> columns, List<List<Column>> rows) {
        List<String> bars = new ArrayList<>();
        List<String> heads = new ArrayList<>();
        List<StringBuilder> lines = rows.stream().map(_ -> new StringBuilder()).toList();
        for (int i = 0; i < columns.size(); i++) {
            int at = i;
            String title = columns.get(i).title();
            int width =
                    rows.stream().mapToInt(row -> row.get(at).shown().length()).reduce(title.length(), Math::max);
            int left = (width - title.length()) / 2;
            bars.add("─".repeat(width + 2));
            heads.add(" " + " ".repeat(left) + title + " ".repeat(width - title.length() - left) + " ");
            for (int row = 0; row < rows.size(); row++) {
                String shown = rows.get(row).get(i).shown();
                lines.get(row)
                        .append("│ ")
                        .append(" ".repeat(width - shown.length()))
                        .append(shown)
                        .append(' ');
            }
        }
        StringBuilder text = new StringBuilder();
        text.append("┌").append(String.join("┬", bars)).append("┐\n");
        text.append("│").append(String.join("│", heads)).append("│\n");
        text.append("├").append(String.join("┼", bars)).append("┤\n");
        lines.forEach(line -> text.append(line).append("│\n"));
        return text.append("└").append(String.join("┴", bars)).append("┘\n").toString();
    }

    static ToolOutput of(String name) {
        return Arrays.stream(values())
                .filter(output -> output.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> ToolException.usage(
                        "unsupported output format \"" + name + "\": it is one of simple, fields, json, table"));
    }

    /** A size as people read it, in powers of 1000. */
    static String size(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
        double size = bytes;
        int unit = 0;
        while (size >= 1000 && unit < units.length - 1) {
            size /= 1000;
            unit++;
        }
        if (unit == 0) {
            return bytes + " B";
        }
        double rounded = Math.floor(size * 10 + 0.5) / 10;
        return rounded < 10
                ? String.format(Locale.ROOT, "%.1f %s", rounded, units[unit])
                : (long) Math.rint(rounded) + " " + units[unit];
    }
}
