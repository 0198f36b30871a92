package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mainstay.node.server.DataDirectoryException.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

    private static final NodeIdentity WANTED = new NodeIdentity(-7, 42, "a", List.of("http://localhost:2380"), "token");

    @TempDir
    Path temp = Path.of("");

    private Path data = Path.of("");

    @BeforeEach
    void choosePlace() {
        data = temp.resolve("data");
    }

    @Test
    void isMadeForItsOwnerAlone() throws Exception {
        try (DataDirectory directory = open(WANTED)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                    .isEqualTo("rwx------");
            assertThat(directory.identity()).isEqualTo(WANTED);
            assertThat(directory.log()).isDirectory();
        }
    }

    @Test
    void identityOfTheDataCountsNotThatOfTheFlags() throws Exception {
        open(WANTED).close();

        try (DataDirectory again = open(new NodeIdentity(8, 9, "b", List.of("http://b:1"), "other"))) {
            assertThat(again.identity()).isEqualTo(WANTED);
            assertThat(again.differencesFrom(new NodeIdentity(8, 9, "b", List.of("http://b:1"), "other")))
                    .hasSize(1);
            assertThat(again.differencesFrom(WANTED)).isEmpty();
        }
    }

    @Test
    void cannotBeOwnedTwice() throws Exception {
        try (DataDirectory owner = open(WANTED)) {
            DataDirectoryException refused = refusal(Problem.IN_USE);

            assertThat(owner.path()).isEqualTo(data);
            assertThat(refused)
                    .hasMessageContaining("is owned by another running node (process "
                            + ProcessHandle.current().pid() + ")");
        }
        open(WANTED).close();
    }

    @Test
    void fileInItsPlaceIsRefused() throws IOException {
        Files.writeString(data, "a file");

        assertThat(refusal(Problem.NOT_A_DIRECTORY)).hasMessageContaining("is a file");
    }

    @Test
    void unwritablePlaceIsRefused() {
        data = Path.of("/proc/1/no-such-place");

        assertThat(refusal(Problem.INACCESSIBLE)).hasMessageContaining("read and write access");
    }

    @Test
    void whoBeginsIsAskedWithoutDataOnly() throws Exception {
        DataDirectory.Beginning nobody = directory -> {
            throw new DataDirectoryException(Problem.CANT_BEGIN, directory, "is empty");
        };
        assertThatThrownBy(() -> DataDirectory.open(data, data.resolve("log"), nobody))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("is empty");
        open(WANTED).close();

        try (DataDirectory again = DataDirectory.open(data, data.resolve("log"), nobody)) {
            assertThat(again.identity()).isEqualTo(WANTED);
        }
    }

    @Test
    void newerFormatIsRefused() throws Exception {
        open(WANTED).close();
        Path file = data.resolve("identity.json");
        Files.writeString(file, Files.readString(file).replace("\"format\" : 1", "\"format\" : 2"));

        assertThat(refusal(Problem.NEWER_FORMAT)).hasMessageContaining("has format 2");
    }

    @Test
    void damagedIdentityIsRefused() throws Exception {
        open(WANTED).close();
        for (String text :
                List.of("", "{", "{}", "{\"format\":1}", "{\"format\":1,\"memberId\":\"0\"}", "\u0000\u0000")) {
            Files.writeString(data.resolve("identity.json"), text);

            assertThat(refusal(Problem.DAMAGED_IDENTITY)).as(text).hasMessageContaining("identity.json");
        }
    }

    @Test
    void dataWithoutIdentityIsRefused() throws Exception {
        open(WANTED).close();
        Files.createDirectories(data.resolve("db"));
        Files.writeString(data.resolve("db/CURRENT"), "x");
        Files.delete(data.resolve("identity.json"));

        refusal(Problem.DAMAGED_IDENTITY);
    }

    @Test
    void directoryOfAnEtcdServerIsRefusedAndLeftAlone() throws IOException {
        Files.createDirectories(data.resolve("member/wal"));

        assertThat(refusal(Problem.FOREIGN)).hasMessageContaining("etcd");
        assertThat(data.resolve("LOCK")).doesNotExist();
    }

    private DataDirectory open(NodeIdentity wanted) throws DataDirectoryException {
        return DataDirectory.open(data, data.resolve("log"), _ -> wanted);
    }

    private DataDirectoryException refusal(Problem problem) {
        DataDirectoryException refused = catchThrowableOfType(
                DataDirectoryException.class, () -> open(WANTED).close());
        assertThat(refused).isNotNull();
        assertThat(refused.problem()).isEqualTo(problem);
        return refused;
    }
}
