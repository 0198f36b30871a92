package dev.mainstay.node.server;

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
            JsonObject json = new JsonObject();
            columns.forEach(column -> json.put(column.jsonName(), column.value()));
            return json.encode() + "\n";
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
            List<String> bars = new ArrayList<>();
            List<String> heads = new ArrayList<>();
            List<String> cells = new ArrayList<>();
            for (Column column : columns) {
                int width = Math.max(column.title().length(), column.shown().length());
                int left = (width - column.title().length()) / 2;
                int right = width - column.title().length() - left;
                bars.add("─".repeat(width + 2));
                heads.add(" " + " ".repeat(left) + column.title() + " ".repeat(right) + " ");
                cells.add(" " + " ".repeat(width - column.shown().length()) + column.shown() + " ");
            }
            return "┌" + String.join("┬", bars) + "┐\n"
                    + "│" + String.join("│", heads) + "│\n"
                    + "├" + String.join("┼", bars) + "┤\n"
                    + "│" + String.join("│", cells) + "│\n"
                    + "└" + String.join("┴", bars) + "┘\n";
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
