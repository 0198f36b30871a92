package dev.mainstay.e2e.clients;

import dev.mainstay.e2e.server.Binaries;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How the scripts in {@code e2e/clients} are run, with the clients that {@code e2e/bin/clients.sh} has brought. */
final class ClientPrograms {
    private ClientPrograms() {}

    /** A script in {@code e2e/clients/node} with npm's etcd3. */
    static ProcessBuilder node(String script, String... arguments) {
        ProcessBuilder node = program(List.of("node", script("node", script)), arguments);
        node.environment().put("NODE_PATH", cache().resolve("node/node_modules").toString());
        return node;
    }

    /** A script in {@code e2e/clients/python} with Debian's python3-etcd3. */
    static ProcessBuilder python(String script, String... arguments) {
        Path root = cache().resolve("python/root");
        // Debian's own interpreter: another python3 first on the path does not see Debian's packages.
        ProcessBuilder python = program(List.of("/usr/bin/python3", "-B", script("python", script)), arguments);
        python.environment()
                .put("PYTHONPATH", root.resolve("usr/lib/python3/dist-packages").toString());
        python.environment().put("LD_LIBRARY_PATH", libraries(root.resolve("usr/lib")));
        return python;
    }

    private static ProcessBuilder program(List<String> words, String... arguments) {
        List<String> command = new ArrayList<>(words);
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    private static String script(String language, String name) {
        return Binaries.e2eHome()
                .resolve("clients")
                .resolve(language)
                .resolve(name)
                .toString();
    }

    private static String libraries(Path lib) {
        if (!Files.isDirectory(lib)) {
            return "";
        }
        try (Stream<Path> folders = Files.list(lib)) {
            return folders.filter(folder -> folder.getFileName().toString().endsWith("-linux-gnu"))
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path cache() {
        String base = System.getenv("XDG_CACHE_HOME");
        Path root = base == null || base.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(base);
        return root.resolve("mainstay/clients");
    }
}
