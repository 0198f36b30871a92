package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What programs that run {@code mainstay backup} are told in a file, and the commands that they alone need. */
@Timeout(120)
class BackupResultFileTest {

    @TempDir
    static Path temp = Path.of("");

    private static String place = "";
    private static String id = "";

    @BeforeAll
    static void backUpAMember() throws Exception {
        place = "--repository=file://" + temp.resolve("backups");
        try (RunningMember member = new RunningMember(temp.resolve("member"))) {
            JsonObject told = tool("create", place, "--endpoints=http://127.0.0.1:" + member.port(), "-w", "json");
            id = told.getJsonObject("result").getString("id");
        }
    }

    @Test
    void resultIsThatWhichWasPrinted() throws IOException {
        JsonObject told = tool("verify", "latest", place, "--write-out=json");

        assertThat(told.getInteger("exitCode")).isZero();
        assertThat(told.getJsonObject("result").getString("id")).isEqualTo(id);
        assertThat(told.getJsonObject("result").getJsonObject("verified").getBoolean("good"))
                .isTrue();
        assertThat(told.containsKey("error")).isFalse();
    }

    @Test
    void failureHasTheToolsOwnWordsAndItsKind() throws IOException {
        JsonObject elsewhere = tool("list", "--repository=file://" + temp.resolve("none/backups"));
        JsonObject empty = tool("verify", "--repository=file://" + temp.resolve("empty"));
        JsonObject nonsense = tool("verify", "--nonsense", place);

        assertThat(elsewhere.getInteger("exitCode")).isEqualTo(1);
        assertThat(elsewhere.getString("kind")).isEqualTo("BAD_SETTING");
        assertThat(elsewhere.getString("error")).contains("make it, or mount what should be there");
        assertThat(empty.getString("kind")).isEqualTo("MISSING");
        assertThat(nonsense.getInteger("exitCode")).isEqualTo(128);
        assertThat(nonsense.getString("error")).isEqualTo("unknown flag: --nonsense");
    }

    @Test
    void whatIsTooLongIsShortened() throws IOException {
        Path file = temp.resolve("long.json");
        ResultFile result = new ResultFile();
        JsonObject printed =
                new JsonObject().put("id", "1").put("kept", Collections.nCopies(500, "20270314T020000.000Z-9f3c01ab"));
        result.printing(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8))
                .println(printed.encode());
        result.complaining(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8))
                .println("Error: " + "é".repeat(3000));

        result.write(file, 1);
        JsonObject told = new JsonObject(Files.readString(file));
        assertThat(Files.size(file)).isLessThanOrEqualTo(ResultFile.MOST_BYTES);
        assertThat(told.getJsonObject("result"))
                .isEqualTo(new JsonObject().put("id", "1").put("kept", 500));
        assertThat(told.getString("error")).startsWith("éé").endsWith("…");
    }

    @Test
    void probeLeavesNothing() throws IOException {
        Path root = temp.resolve("probed");
        JsonObject told = tool("probe", "--repository=file://" + root, "-w", "json");
        Path file = Files.writeString(temp.resolve("file"), "");
        JsonObject wrong = tool("probe", "--repository=file://" + file);

        assertThat(told.getInteger("exitCode")).isZero();
        try (var files = Files.walk(root)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
        assertThat(wrong.getString("kind")).isEqualTo("BAD_SETTING");
    }

    @Test
    void restoredDirectoryIsLeftAsItIs() throws IOException {
        Path data = temp.resolve("restored");
        String[] restore = {
            "restore",
            id,
            place,
            "--data-dir=" + data,
            "--name=m1",
            "--initial-cluster=m1=http://127.0.0.1:1",
            "--initial-advertise-peer-urls=http://127.0.0.1:1",
            "--if-absent",
            "-w",
            "json"
        };
        JsonObject first = tool(restore);
        JsonObject again = tool(restore);
        String[] other = restore.clone();
        other[5] = "--initial-cluster=m1=http://127.0.0.1:2";
        other[6] = "--initial-advertise-peer-urls=http://127.0.0.1:2";
        JsonObject others = tool(other);

        assertThat(first.getJsonObject("result").getString("id")).isEqualTo(id);
        assertThat(again.getInteger("exitCode")).isZero();
        assertThat(others.getInteger("exitCode")).isEqualTo(1);
        assertThat(others.getString("error")).contains("not empty");
    }

    @Test
    void deletedBackupIsNoMore() throws Exception {
        String own = "--repository=file://" + temp.resolve("deleted");
        String made;
        try (RunningMember member = new RunningMember(temp.resolve("member2"))) {
            made = tool("create", own, "--endpoints=http://127.0.0.1:" + member.port(), "-w", "json")
                    .getJsonObject("result")
                    .getString("id");
        }

        assertThat(tool("delete", made, own, "-w", "json").getJsonObject("result"))
                .isEqualTo(new JsonObject().put("id", made).put("deleted", true));
        assertThat(tool("delete", made, own, "-w", "json").getJsonObject("result"))
                .isEqualTo(new JsonObject().put("id", made).put("deleted", false));
        assertThat(tool("verify", made, own).getString("kind")).isEqualTo("MISSING");
        assertThat(tool("delete", own).getInteger("exitCode")).isEqualTo(128);
    }

    private static JsonObject tool(String... arguments) throws IOException {
        Path file = temp.resolve("result.json");
        Files.deleteIfExists(file);
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--result-file=" + file);
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        int code = new BackupTool(nowhere, nowhere, false, InstantSource.system()).run(all);
        JsonObject told = new JsonObject(Files.readString(file));
        assertThat(told.getInteger("exitCode")).isEqualTo(code);
        return told;
    }
}
