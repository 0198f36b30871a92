package dev.mainstay.e2e.operator;

import dev.mainstay.e2e.faults.DamagedFile;
import dev.mainstay.e2e.faults.TamperedStore;
import java.nio.file.Path;

/**
 * Spoils what is on a volume. Runs in a pod that has mounted it:
 *
 * <pre>
 * Tampering values FOLDER FROM TO
 * Tampering bit FOLDER NAME
 * </pre>
 *
 * <p>{@code values} changes the end of all values of a stopped member that end in FROM, so that no checksum tells; {@code bit} flips one in the
 * middle of the largest file whose name contains NAME.
 */
public final class Tampering {
    private Tampering() {}

    /** See above. */
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "values" -> TamperedStore.replace(folder, arguments[2], arguments[3]);
            case "bit" -> {
                DamagedFile file = DamagedFile.largest(folder, arguments[2]);
                file.flipBit(file.used() / 2);
                System.out.println(file.path());
            }
            default -> throw new IllegalArgumentException("no way to " + arguments[0]);
        }
    }
}
