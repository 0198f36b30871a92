package dev.mainstay.node.bolt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is what is read, and nothing else is. That bbolt itself reads it too is for the tests with a real etcd. */
class BoltFileTest {

    private static final int PAGE = CountedPages.PAGE_BYTES;

    @TempDir
    private Path directory;

    /** Bucket to key to value, each ascending. */
    private static final class Tree extends TreeMap<Bytes, TreeMap<Bytes, Bytes>> {

        private static final long serialVersionUID = 1;

        void put(String bucket, Bytes key, Bytes value) {
            computeIfAbsent(Bytes.utf8(bucket), _ -> new TreeMap<>()).put(key, value);
        }

        BoltContent content() {
            return listener -> {
                for (Map.Entry<Bytes, TreeMap<Bytes, Bytes>> bucket : entrySet()) {
                    listener.bucket(bucket.getKey());
                    for (Map.Entry<Bytes, Bytes> entry : bucket.getValue().entrySet()) {
                        listener.entry(
                                entry.getKey(), BoltValue.of(entry.getValue().array()));
                    }
                }
            };
        }
    }

    @Seeds(20)
    void whatIsWrittenIsRead(long seed) throws IOException {
        Random random = new Random(seed);
        Tree tree = new Tree();
        for (int bucket = random.nextInt(6); bucket >= 0; bucket--) {
            String name = "b" + bucket;
            tree.put(name, bytes(random, 1 + random.nextInt(40)), Bytes.EMPTY);
            int largest = 1 << random.nextInt(15);
            for (int i = random.nextInt(1 << random.nextInt(12)); i > 0; i--) {
                tree.put(name, bytes(random, 1 + random.nextInt(60)), bytes(random, random.nextInt(largest)));
            }
        }

        assertThat(read(written(tree))).isEqualTo(tree);
    }

    @Test
    void entriesFillPagesToTheByte() throws IOException {
        for (int off = -2; off <= 2; off++) {
            Tree one = new Tree();
            one.put("b", key(1), Bytes.wrap(new byte[PAGE - 2 * 16 - key(1).length() + off]));
            Tree two = new Tree();
            two.put("b", key(1), Bytes.wrap(new byte[100]));
            two.put("b", key(2), Bytes.wrap(new byte[PAGE - 3 * 16 - 2 * key(1).length() - 100 + off]));

            assertThat(pages(one)).isEqualTo(off > 0 ? 6 : 5);
            assertThat(read(written(one))).isEqualTo(one);
            assertThat(pages(two)).isEqualTo(off > 0 ? 7 : 5);
            assertThat(read(written(two))).isEqualTo(two);
        }
    }

    @Test
    void largeValuesAndManyLevelsAreRead() throws IOException {
        Tree tree = new Tree();
        tree.put("large", key(1), Bytes.wrap(new byte[3 << 20]));
        tree.put("large", key(2), Bytes.utf8("small"));
        for (int i = 0; i < 20_000; i++) {
            tree.put("many", key(i), bytes(new Random(i), 200));
        }
        // Keys so long that a branch page holds two, which makes levels.
        for (int i = 0; i < 300; i++) {
            byte[] key = new byte[3_000];
            ByteBuffer.wrap(key).putInt(i);
            tree.put("deep", Bytes.wrap(key), Bytes.EMPTY);
        }

        assertThat(read(written(tree))).isEqualTo(tree);
    }

    @Test
    void aFileWithoutBucketsIsOne() throws IOException {
        assertThat(read(written(new Tree()))).isEmpty();
        assertThat(pages(new Tree())).isEqualTo(4);
    }

    /** A flip in a name or a value, or between entries, is none of the format's business. */
    @Test
    void flippedBitsAreRefusedOrPartOfTheContent() throws IOException {
        byte[] file = written(sample());
        int refused = 0;
        int read = 0;
        for (int bit = 0; bit < file.length * 8; bit += 2_003) {
            byte[] flipped = file.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);

            if (readOrRefused(flipped) == null) {
                refused++;
            } else {
                read++;
            }
        }
        assertThat(refused).isPositive();
        assertThat(read).isPositive();
    }

    @Test
    void flippedBitsOfPageHeadersAreRefused() throws IOException {
        byte[] file = written(sample());
        for (int page = 2; page < file.length / PAGE; page++) {
            // Id, flags and how many pages follow; pages that follow have no header.
            if (file[page * PAGE] != page || file[page * PAGE + 8] == 0) {
                continue;
            }
            for (int bit = 0; bit < 10 * 8; bit++) {
                byte[] flipped = file.clone();
                flipped[page * PAGE + bit / 8] ^= (byte) (1 << bit % 8);

                assertThatThrownBy(() -> read(flipped)).isInstanceOf(BoltException.class);
            }
        }
    }

    @Test
    void everyCutIsFound() throws IOException {
        byte[] file = written(sample());
        for (int length = 0; length < file.length; length += 397) {
            byte[] cut = Arrays.copyOf(file, length);

            assertThatThrownBy(() -> read(cut)).isInstanceOf(BoltException.class);
        }
    }

    @Test
    void pagesPutElsewhereAreFound() throws IOException {
        Tree tree = new Tree();
        for (int i = 0; i < 500; i++) {
            tree.put("key", key(i), bytes(new Random(i), 60));
        }
        byte[] file = written(tree);
        int pages = file.length / PAGE;
        for (int from = 3; from < pages; from++) {
            for (int to = 3; to < pages; to++) {
                byte[] moved = file.clone();
                System.arraycopy(file, from * PAGE, moved, to * PAGE, PAGE);
                ByteBuffer.wrap(moved).order(ByteOrder.LITTLE_ENDIAN).putLong(to * PAGE, to);

                if (from != to) {
                    assertThatThrownBy(() -> read(moved)).isInstanceOf(BoltException.class);
                }
            }
        }
    }

    @Test
    void otherFilesAreRefused() {
        for (byte[] other : List.of(
                new byte[0],
                new byte[32],
                new byte[1 << 16],
                Bytes.utf8("SQLite format 3").array())) {
            assertThatThrownBy(() -> read(other))
                    .isInstanceOf(BoltException.class)
                    .hasMessageContaining("no bbolt database");
        }
    }

    @Test
    void theOtherMetaCountsIfOneIsTorn() throws IOException {
        Tree tree = sample();
        byte[] file = written(tree);
        Arrays.fill(file, 0, PAGE, (byte) 0);

        assertThat(read(file)).isEqualTo(tree);
    }

    private static Tree sample() {
        Tree tree = new Tree();
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            tree.put("key", key(i), bytes(random, random.nextInt(100)));
        }
        tree.put("lease", key(1), bytes(random, 9_000));
        tree.put("meta", key(1), Bytes.EMPTY);
        return tree;
    }

    private static Bytes key(int number) {
        return Bytes.utf8(String.format("%08d", number));
    }

    private static Bytes bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private static long pages(Tree tree) throws IOException {
        return BoltPlan.of(tree.content()).pages();
    }

    private static byte[] written(Tree tree) throws IOException {
        BoltPlan plan = BoltPlan.of(tree.content());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        plan.write(tree.content(), out);
        assertThat(out.size()).isEqualTo((int) plan.bytes());
        return out.toByteArray();
    }

    private @Nullable Tree readOrRefused(byte[] file) throws IOException {
        try {
            return read(file);
        } catch (BoltException e) {
            return null;
        } catch (RuntimeException e) {
            return fail("not a typed error", e);
        }
    }

    private Tree read(byte[] file) throws IOException {
        Path path = directory.resolve("file");
        Files.write(path, file);
        Tree tree = new Tree();
        List<Bytes> current = new ArrayList<>();
        try (BoltFile bolt = BoltFile.open(path, file.length)) {
            bolt.check();
            bolt.visit(new BoltVisitor() {
                @Override
                public void bucket(byte[] name) {
                    current.add(Bytes.wrap(name));
                    tree.computeIfAbsent(Bytes.wrap(name), _ -> new TreeMap<>());
                }

                @Override
                public void entry(byte[] key, ByteBuffer value) {
                    byte[] bytes = new byte[value.remaining()];
                    value.get(bytes);
                    tree.computeIfAbsent(current.getLast(), _ -> new TreeMap<>())
                            .put(Bytes.wrap(key), Bytes.wrap(bytes));
                }
            });
        }
        return tree;
    }
}
