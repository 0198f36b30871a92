package dev.mainstay.node.objectstore.sealed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.ObjectUpload;
import dev.mainstay.node.objectstore.file.DirectoryStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ObjectCodecTest {

    /** As in {@link ObjectCipher}. */
    private static final int SEGMENT = 256 * 1024;

    @TempDir
    static Path directory;

    @TempDir
    Path own;

    static Stream<ObjectCodec> codecs() throws IOException {
        Optional<EncryptionKeys> keys = Optional.of(keys("k1"));
        return Stream.of(
                ObjectCodec.of(0, Optional.empty()),
                ObjectCodec.of(3, Optional.empty()),
                ObjectCodec.of(0, keys),
                ObjectCodec.of(3, keys));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void everyLengthComesBack(ObjectCodec codec) throws IOException {
        for (int length :
                new int[] {0, 1, 31, 32, 33, 65_535, 65_536, SEGMENT - 56, SEGMENT - 16, SEGMENT, 3 * SEGMENT + 7}) {
            byte[] plain = random(length);

            byte[] sealed = seal(codec, "a/key", plain);

            assertThat(open(codec, "a/key", sealed, length))
                    .as("%s bytes", length)
                    .isEqualTo(plain);
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void everyTruncationOfASmallObjectIsFound(ObjectCodec codec) throws IOException {
        byte[] sealed = seal(codec, "a/key", random(150));

        for (int length = 0; length < sealed.length; length++) {
            byte[] cut = Arrays.copyOf(sealed, length);
            assertThat(kind(codec, "a/key", cut)).as("cut to %s bytes", length).isEqualTo(Kind.DAMAGED);
        }
        assertThat(kind(codec, "a/key", Arrays.copyOf(sealed, sealed.length + 1)))
                .isEqualTo(Kind.DAMAGED);
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void everyFlippedBitOfAFrontAndOneOfEachByteBehindAreFound(ObjectCodec codec) throws IOException {
        byte[] sealed = seal(codec, "a/key", random(150));
        int header = headerLength(sealed);

        for (int bit = 0; bit < sealed.length * 8; bit += bit < header * 8 ? 1 : 7) {
            byte[] flipped = sealed.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            // A flip in the key's name names a key that isn't known.
            assertThat(kind(codec, "a/key", flipped)).as("bit %s flipped", bit).isIn(Kind.DAMAGED, Kind.BAD_SETTING);
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void flipsAndCutsAtTheBordersOfSegmentsAreFound(ObjectCodec codec) throws IOException {
        byte[] sealed = seal(codec, "a/key", random(SEGMENT + 1000));
        Set<Integer> places = new TreeSet<>();
        for (int border : new int[] {0, 65_536, SEGMENT, sealed.length - 32, sealed.length}) {
            for (int base : new int[] {border, border + headerLength(sealed)}) {
                for (int place = base - 1; place <= base + 1; place++) {
                    if (place >= 0 && place < sealed.length) {
                        places.add(place);
                    }
                }
            }
        }

        for (int place : places) {
            byte[] flipped = sealed.clone();
            flipped[place] ^= 0x10;
            assertThat(kind(codec, "a/key", flipped))
                    .as("byte %s flipped", place)
                    .isEqualTo(Kind.DAMAGED);
            byte[] cut = Arrays.copyOf(sealed, place);
            assertThat(kind(codec, "a/key", cut)).as("cut to %s bytes", place).isEqualTo(Kind.DAMAGED);
        }
    }

    @Test
    void segmentsInAnotherOrderAreFound() throws IOException {
        ObjectCodec codec = ObjectCodec.of(0, Optional.of(keys("k1")));
        byte[] sealed = seal(codec, "a/key", random(4 * SEGMENT));
        int header = headerLength(sealed);
        byte[] swapped = sealed.clone();
        System.arraycopy(sealed, header + SEGMENT, swapped, header + 2 * SEGMENT, SEGMENT);
        System.arraycopy(sealed, header + 2 * SEGMENT, swapped, header + SEGMENT, SEGMENT);
        byte[] without = new byte[sealed.length - SEGMENT];
        System.arraycopy(sealed, 0, without, 0, header + SEGMENT);
        System.arraycopy(sealed, header + 2 * SEGMENT, without, header + SEGMENT, without.length - header - SEGMENT);

        assertThat(kind(codec, "a/key", swapped)).isEqualTo(Kind.DAMAGED);
        assertThat(kind(codec, "a/key", without)).isEqualTo(Kind.DAMAGED);
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void objectUnderAnotherKeyIsFound(ObjectCodec codec) throws IOException {
        byte[] sealed = seal(codec, "a/key", random(500));

        assertThat(kind(codec, "a/other", sealed)).isEqualTo(Kind.DAMAGED);
    }

    @Test
    void littleThatBecomesMuchIsStopped() throws IOException {
        ObjectCodec codec = ObjectCodec.of(3, Optional.empty());
        byte[] bomb = seal(codec, "a/key", new byte[64 * 1024 * 1024]);
        assertThat(bomb.length).isLessThan(20_000);

        long read = 0;
        ObjectStoreException failure = null;
        try (InputStream in = codec.decode("a/key", new ByteArrayInputStream(bomb), 1_000_000)) {
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                read += count;
            }
        } catch (ObjectStoreException e) {
            failure = e;
        }

        assertThat(failure).isNotNull();
        assertThat(failure.kind()).isEqualTo(Kind.DAMAGED);
        assertThat(read).isLessThanOrEqualTo(1_000_000);
    }

    @Test
    void whatIsEncryptedShowsNothingAndNeedsItsKey() throws IOException {
        ObjectCodec codec = ObjectCodec.of(0, Optional.of(keys("k1")));
        byte[] plain = "a text that would be found ".repeat(20).getBytes(UTF_8);

        byte[] sealed = seal(codec, "a/key", plain);

        assertThat(new String(sealed, UTF_8)).doesNotContain("would be found").contains("k1");
        assertThat(seal(codec, "a/key", plain)).as("a key of its own").isNotEqualTo(sealed);
        assertThat(kind(ObjectCodec.of(0, Optional.empty()), "a/key", sealed)).isEqualTo(Kind.BAD_SETTING);
        assertThat(kind(ObjectCodec.of(0, Optional.of(keys("k2"))), "a/key", sealed))
                .isEqualTo(Kind.BAD_SETTING);
        EncryptionKeys wrong = EncryptionKeys.read("k1=" + keyFile(directory.resolve("k2"), 2), Optional.empty());
        assertThat(kind(ObjectCodec.of(0, Optional.of(wrong)), "a/key", sealed)).isEqualTo(Kind.DAMAGED);
    }

    @Test
    void olderKeysAreStillReadAndTheCurrentOneWrites() throws IOException {
        byte[] old = seal(ObjectCodec.of(3, Optional.of(keys("k1"))), "a/key", random(10));
        EncryptionKeys both = EncryptionKeys.read(
                "k1=" + keyFile(directory.resolve("k1"), 1) + ",k2=" + keyFile(directory.resolve("k2"), 2),
                Optional.of("k2"));
        ObjectCodec codec = ObjectCodec.of(3, Optional.of(both));

        assertThat(open(codec, "a/key", old, 10)).isEqualTo(random(10));
        assertThat(codec.keyId()).contains("k2");
        assertThat(ObjectCodec.header("a/key", seal(codec, "a/key", random(10))).keyId())
                .isEqualTo("k2");
    }

    @Test
    void plainObjectInThePlaceOfAnEncryptedOneIsRefusedUnlessAskedFor() throws IOException {
        byte[] plain = seal(ObjectCodec.of(3, Optional.empty()), "a/key", random(10));
        ObjectCodec codec = ObjectCodec.of(3, Optional.of(keys("k1")));

        assertThat(kind(codec, "a/key", plain)).isEqualTo(Kind.DAMAGED);
        assertThat(open(codec.acceptingPlain(), "a/key", plain, 10)).isEqualTo(random(10));
    }

    @Test
    void objectsOfTheFutureAreToldAsSuch() throws IOException {
        byte[] sealed = seal(ObjectCodec.of(0, Optional.empty()), "a/key", random(10));
        sealed[4] = 2;

        ObjectStoreException failure = failure(ObjectCodec.of(0, Optional.empty()), "a/key", sealed);

        assertThat(failure).isNotNull().hasMessageContaining("newer Mainstay");
    }

    @Test
    void failureOfTheStoreIsNoDamage() throws IOException {
        for (ObjectCodec codec : codecs().toList()) {
            byte[] sealed = seal(codec, "a/key", random(SEGMENT));
            InputStream front = new ByteArrayInputStream(sealed, 0, sealed.length - 100);
            InputStream breaking = new FilterInputStream(front) {
                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    int count = in.read(bytes, offset, length);
                    if (count < 0) {
                        throw new ObjectStoreException(Kind.UNREACHABLE, "the cable is cut");
                    }
                    return count;
                }
            };

            ObjectStoreException failure = catchThrowableOfType(ObjectStoreException.class, () -> {
                try (InputStream in = codec.decode("a/key", breaking, Long.MAX_VALUE)) {
                    in.readAllBytes();
                }
            });

            assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void goesThroughAStore(ObjectCodec codec) throws IOException {
        try (ObjectStore store = DirectoryStore.open(own)) {
            byte[] plain = random(1_000_000);
            try (ObjectUpload upload = codec.upload(store, "chain/data")) {
                upload.write(plain);
                upload.commit();
            }
            try (ObjectUpload upload = codec.upload(store, "chain/never")) {
                upload.write(plain);
            }

            assertThat(codec.create(store, "chain/manifest", "m".getBytes(UTF_8)))
                    .isTrue();
            assertThat(codec.create(store, "chain/manifest", "n".getBytes(UTF_8)))
                    .isFalse();
            try (InputStream in = codec.read(store, "chain/data", plain.length)) {
                assertThat(in.readAllBytes()).isEqualTo(plain);
            }
            try (InputStream in = codec.read(store, "chain/manifest", 100)) {
                assertThat(in.readAllBytes()).isEqualTo("m".getBytes(UTF_8));
            }
            assertThat(store.find("chain/never")).isEmpty();
        }
    }

    @Test
    void keysComeFromFilesOfEitherForm() throws IOException {
        Path raw = keyFile(own.resolve("raw"), 7);
        Path text = Files.writeString(
                own.resolve("text"), Base64.getEncoder().encodeToString(Files.readAllBytes(raw)) + "\n");

        EncryptionKeys one = EncryptionKeys.read(raw.toString(), Optional.empty());
        EncryptionKeys other = EncryptionKeys.read(text.toString(), Optional.empty());

        assertThat(other.currentId()).isEqualTo(one.currentId()).hasSize(16);
        assertThat(other.find(one.currentId())).isPresent();
        assertThat(EncryptionKeys.read(raw.toString(), Optional.of("mine")).currentId())
                .isEqualTo("mine");
        for (String wrong : new String[] {"", "short", "x".repeat(44), "x".repeat(5000)}) {
            Path file = Files.writeString(own.resolve("wrong"), wrong);
            ObjectStoreException failure = catchThrowableOfType(
                    ObjectStoreException.class, () -> EncryptionKeys.read(file.toString(), Optional.empty()));
            assertThat(failure.kind()).isEqualTo(Kind.BAD_SETTING);
        }
    }

    private static EncryptionKeys keys(String id) throws IOException {
        return EncryptionKeys.read(id + "=" + keyFile(directory.resolve(id), id.charAt(1) - '0'), Optional.empty());
    }

    private static Path keyFile(Path file, int seed) throws IOException {
        byte[] key = new byte[32];
        new Random(seed).nextBytes(key);
        return Files.write(file, key);
    }

    private static int headerLength(byte[] sealed) throws IOException {
        return ObjectCodec.header("a/key", sealed).encode().length;
    }

    private static byte[] seal(ObjectCodec codec, String key, byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream in = codec.encode(key, out)) {
            in.write(plain);
        }
        return out.toByteArray();
    }

    private static byte[] open(ObjectCodec codec, String key, byte[] sealed, long limit) throws IOException {
        try (InputStream in = codec.decode(key, new ByteArrayInputStream(sealed), limit)) {
            return in.readAllBytes();
        }
    }

    private static @Nullable Kind kind(ObjectCodec codec, String key, byte[] sealed) {
        ObjectStoreException failure = failure(codec, key, sealed);
        return failure == null ? null : failure.kind();
    }

    private static @Nullable ObjectStoreException failure(ObjectCodec codec, String key, byte[] sealed) {
        return catchThrowableOfType(ObjectStoreException.class, () -> open(codec, key, sealed, Long.MAX_VALUE));
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
