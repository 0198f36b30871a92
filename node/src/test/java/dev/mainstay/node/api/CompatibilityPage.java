package dev.mainstay.node.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What {@code docs/compatibility.md} promises. */
public final class CompatibilityPage {

    private static final Path FILE = Path.of("..", "docs", "compatibility.md");

    private CompatibilityPage() {}

    /**
     * A row of the table of RPCs.
     *
     * @param method the full name, such as {@code etcdserverpb.KV/Range}
     * @param paths of the gateway
     * @param served what the page says
     */
    public record Rpc(String method, List<String> paths, boolean served) {}

    /** The table of RPCs. */
    public static List<Rpc> rpcs() throws IOException {
        return Files.readAllLines(FILE).stream()
                .filter(line -> line.matches("\\| `[A-Za-z0-9.]+/[A-Za-z]+` .*"))
                .map(CompatibilityPage::rpc)
                .toList();
    }

    private static Rpc rpc(String row) {
        String[] cells = row.split("\\|", -1);
        List<String> paths = Arrays.stream(cells[2].split(",", -1))
                .map(path -> path.strip().replace("`", ""))
                .filter(path -> !path.isEmpty())
                .toList();
        return new Rpc(
                cells[1].strip().replace("`", ""), paths, cells[3].strip().startsWith("yes"));
    }
}
