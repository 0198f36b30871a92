package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@code etcdctl put}, {@code get}, {@code del} and {@code compaction} with all their flags and output formats. */
final class EtcdctlKeysE2E extends EtcdctlSuite {
    @Test
    void putPrintsOkAndThePreviousPair() {
        assertThat(etcdctl().out("put", "put/a", "1")).isEqualTo("OK\n");
        assertThat(etcdctl().out("put", "put/a", "2", "--prev-kv")).isEqualTo("OK\nput/a\n1\n");
        assertThat(etcdctl().out("put", "put/new", "2", "--prev-kv")).isEqualTo("OK\n");
        assertThat(etcdctl().out("get", "put/a")).isEqualTo("put/a\n2\n");
    }

    @Test
    void putReadsTheValueFromStandardInputAndKeysThatLookLikeFlags() {
        assertThat(etcdctl().runWithInput("from stdin", "put", "put/stdin").out())
                .isEqualTo("OK\n");
        assertThat(etcdctl().out("get", "put/stdin", "--print-value-only")).isEqualTo("from stdin\n");
        assertThat(etcdctl().out("put", "--", "-put", "v")).isEqualTo("OK\n");
        assertThat(etcdctl().out("get", "--", "-put")).isEqualTo("-put\nv\n");
        assertThat(etcdctl().out("put", "put/empty", "")).isEqualTo("OK\n");
        assertThat(etcdctl().out("get", "put/empty")).isEqualTo("put/empty\n\n");
    }

    @Test
    void putKeepsValueOrLeaseWhenAsked() {
        String lease = grantedLease();
        etcdctl().out("put", "put/keep", "v1", "--lease=" + lease);

        assertThat(etcdctl().out("put", "put/keep", "--ignore-value")).isEqualTo("OK\n");
        assertThat(field(etcdctl().out("get", "put/keep", "-w", "fields"), "Lease"))
                .isEqualTo("0");
        assertThat(field(etcdctl().out("get", "put/keep", "-w", "fields"), "Value"))
                .isEqualTo("\"v1\"");

        etcdctl().out("put", "put/keep", "v2", "--lease=" + lease);
        assertThat(etcdctl().out("put", "put/keep", "v3", "--ignore-lease")).isEqualTo("OK\n");
        String fields = etcdctl().out("get", "put/keep", "-w", "fields");
        assertThat(field(fields, "Lease")).isEqualTo(Long.toString(Long.parseLong(lease, 16)));
        assertThat(field(fields, "Value")).isEqualTo("\"v3\"");
        assertThat(field(fields, "Version")).isEqualTo("4");

        refused("etcdserver: key not found", "put", "put/none", "--ignore-value");
        refused("etcdserver: key not found", "put", "put/none", "v", "--ignore-lease");
        refused("etcdserver: requested lease not found", "put", "put/none", "v", "--lease=1234abcd");
        assertThat(etcdctl().run("put", "put/none", "v", "--lease=zz").code()).isEqualTo(128);
        assertThat(etcdctl().run("put").code()).isEqualTo(128);
    }

    @Test
    void putWritesEveryOutputFormat() {
        long before = revision();

        assertThat(anonymous(etcdctl().out("put", "put/format", "1", "-w", "json")))
                .isEqualTo("{\"header\":{" + HEADER + ",\"revision\":" + (before + 1) + "}}\n");
        String fields = etcdctl().out("put", "put/format", "2", "--prev-kv", "-w", "fields");
        assertThat(field(fields, "Revision")).isEqualTo(Long.toString(before + 2));
        assertThat(fields).endsWith("""
                "PrevKey" : "put/format"
                "PrevCreateRevision" : %d
                "PrevModRevision" : %d
                "PrevVersion" : 1
                "PrevValue" : "1"
                "PrevLease" : 0
                """.formatted(before + 1, before + 1));
        assertThat(etcdctl().out("put", "put/format", "3", "-w", "protobuf")).isNotEmpty();
        assertThat(etcdctl().run("put", "put/format", "4", "-w", "table").code())
                .isEqualTo(4);
        assertThat(etcdctl().run("put", "put/format", "5", "-w", "nonsense").code())
                .isNotZero();
    }

    @Test
    void getFindsKeysByNamePrefixRangeAndStart() {
        for (String key : new String[] {"a", "b", "b/1", "b/2", "c"}) {
            etcdctl().out("put", "get/" + key, "v" + key);
        }

        assertThat(etcdctl().out("get", "get/b")).isEqualTo("get/b\nvb\n");
        assertThat(etcdctl().out("get", "get/nothing")).isEmpty();
        assertThat(keys("get", "--prefix", "get/b")).containsExactly("get/b", "get/b/1", "get/b/2");
        assertThat(keys("get", "get/a", "get/b/2")).containsExactly("get/a", "get/b", "get/b/1");
        assertThat(keys("get", "--from-key", "get/b/2", "--limit=2")).containsExactly("get/b/2", "get/c");
        assertThat(keys("get", "--prefix", "get/", "--limit=2")).containsExactly("get/a", "get/b");
        assertThat(keys("get", "--prefix", "", "--limit=1")).hasSize(1);
        assertThat(etcdctl().out("get", "--prefix", "get/b/", "--print-value-only"))
                .isEqualTo("vb/1\nvb/2\n");
        assertThat(etcdctl().out("get", "--prefix", "get/b/", "--keys-only")).isEqualTo("get/b/1\n\nget/b/2\n\n");
        assertThat(keys("get", "--prefix", "get/b/", "--consistency=s")).containsExactly("get/b/1", "get/b/2");
        assertThat(keys("get", "--prefix", "get/b/", "--consistency=l")).containsExactly("get/b/1", "get/b/2");
        assertThat(etcdctl().out("get", "get/a", "--hex")).isEqualTo("\\x67\\x65\\x74\\x2f\\x61\n\\x76\\x61\n");
    }

    @Test
    void getSortsByEveryTarget() {
        etcdctl().out("put", "sort/a", "3");
        etcdctl().out("put", "sort/b", "1");
        etcdctl().out("put", "sort/c", "2");
        etcdctl().out("put", "sort/b", "1");
        etcdctl().out("put", "sort/a", "3");
        etcdctl().out("put", "sort/b", "1");

        assertThat(keys("get", "--prefix", "sort/", "--sort-by=KEY", "--order=DESCEND"))
                .containsExactly("sort/c", "sort/b", "sort/a");
        assertThat(keys("get", "--prefix", "sort/", "--sort-by=VALUE", "--order=ASCEND"))
                .containsExactly("sort/b", "sort/c", "sort/a");
        assertThat(keys("get", "--prefix", "sort/", "--sort-by=MODIFY", "--order=DESCEND"))
                .containsExactly("sort/b", "sort/a", "sort/c");
        assertThat(keys("get", "--prefix", "sort/", "--sort-by=CREATE", "--order=DESCEND", "--limit=2"))
                .containsExactly("sort/c", "sort/b");
        assertThat(keys("get", "--prefix", "sort/", "--sort-by=VERSION")).containsExactly("sort/c", "sort/a", "sort/b");
        assertThat(etcdctl().run("get", "--prefix", "sort/", "--sort-by=COLOUR").code())
                .isEqualTo(4);
        assertThat(etcdctl().run("get", "--prefix", "sort/", "--order=UP").code())
                .isEqualTo(4);
    }

    @Test
    void getReadsOldRevisions() {
        long before = revision();
        etcdctl().out("put", "old/a", "1");
        etcdctl().out("put", "old/a", "2");
        etcdctl().out("del", "old/a");

        assertThat(etcdctl().out("get", "old/a", "--rev=" + (before + 1))).isEqualTo("old/a\n1\n");
        assertThat(etcdctl().out("get", "old/a", "--rev=" + (before + 2))).isEqualTo("old/a\n2\n");
        assertThat(etcdctl().out("get", "old/a", "--rev=" + (before + 3))).isEmpty();
        refused("etcdserver: mvcc: required revision is a future revision", "get", "old/a", "--rev=" + (before + 999));
    }

    @Test
    void getWritesEveryOutputFormat() {
        long before = revision();
        etcdctl().out("put", "format/a", "1");
        etcdctl().out("put", "format/b", "2");
        etcdctl().out("put", "format/a", "3");
        String a = "{\"key\":\"%s\",\"create_revision\":%d,\"mod_revision\":%d,\"version\":2,\"value\":\"%s\"}"
                .formatted(base64("format/a"), before + 1, before + 3, base64("3"));
        String header = "{\"header\":{" + HEADER + ",\"revision\":" + (before + 3) + "},";

        assertThat(anonymous(etcdctl().out("get", "format/a", "-w", "json")))
                .isEqualTo(header + "\"kvs\":[" + a + "],\"count\":1}\n");
        assertThat(anonymous(etcdctl().out("get", "--prefix", "format/", "--limit=1", "-w", "json")))
                .isEqualTo(header + "\"kvs\":[" + a + "],\"more\":true,\"count\":2}\n");
        assertThat(anonymous(etcdctl().out("get", "format/none", "-w", "json")))
                .isEqualTo(header.substring(0, header.length() - 1) + "}\n");
        String fields = etcdctl().out("get", "format/a", "-w", "fields");
        assertThat(fields).endsWith("""
                "Key" : "format/a"
                "CreateRevision" : %d
                "ModRevision" : %d
                "Version" : 2
                "Value" : "3"
                "Lease" : 0
                "More" : false
                "Count" : 1
                """.formatted(before + 1, before + 3));
        String counted = etcdctl().out("get", "--prefix", "format/", "--count-only", "-w", "fields");
        assertThat(counted).endsWith("\"More\" : false\n\"Count\" : 2\n");
        assertThat(etcdctl().run("get", "--prefix", "format/", "--count-only").code())
                .isEqualTo(128);
        assertThat(etcdctl().out("get", "format/a", "-w", "protobuf")).contains("format/a");
        assertThat(etcdctl().run("get", "format/a", "-w", "table").code()).isEqualTo(4);
        assertThat(etcdctl().run("get", "--prefix", "--from-key", "format/a").code())
                .isEqualTo(128);
        assertThat(etcdctl().run("get", "format/a", "--consistency=z").code()).isEqualTo(4);
        assertThat(etcdctl().run("get").code()).isEqualTo(128);
    }

    @Test
    void delCountsWhatItDeleted() {
        for (int i = 0; i < 9; i++) {
            etcdctl().out("put", "zdel/" + i, "v" + i);
        }

        assertThat(etcdctl().out("del", "zdel/0")).isEqualTo("1\n");
        assertThat(etcdctl().out("del", "zdel/0")).isEqualTo("0\n");
        assertThat(etcdctl().out("del", "zdel/1", "--prev-kv")).isEqualTo("1\nzdel/1\nv1\n");
        assertThat(etcdctl().out("del", "zdel/2", "zdel/4", "--range")).isEqualTo("2\n");
        assertThat(etcdctl().out("del", "--from-key", "zdel/7")).isEqualTo("2\n");
        long before = revision();
        assertThat(anonymous(etcdctl().out("del", "--prefix", "zdel/", "-w", "json")))
                .isEqualTo("{\"header\":{" + HEADER + ",\"revision\":" + (before + 1) + "},\"deleted\":3}\n");
        assertThat(anonymous(etcdctl().out("del", "--prefix", "zdel/", "-w", "json")))
                .isEqualTo("{\"header\":{" + HEADER + ",\"revision\":" + (before + 1) + "}}\n");
        assertThat(field(etcdctl().out("del", "zdel/0", "-w", "fields"), "Deleted"))
                .isEqualTo("0");
        assertThat(etcdctl().run("del").code()).isEqualTo(128);
    }

    @Test
    void compactionMovesTheOldestReadableRevision() {
        etcdctl().out("put", "compact/a", "1");
        etcdctl().out("put", "compact/a", "2");
        etcdctl().out("put", "compact/a", "3");
        long last = revision();

        assertThat(etcdctl().out("compaction", Long.toString(last - 1)))
                .isEqualTo("compacted revision " + (last - 1) + "\n");
        refused("etcdserver: mvcc: required revision has been compacted", "get", "compact/a", "--rev=" + (last - 2));
        assertThat(etcdctl().out("get", "compact/a", "--rev=" + (last - 1))).isEqualTo("compact/a\n2\n");
        refused("etcdserver: mvcc: required revision has been compacted", "compaction", Long.toString(last - 1));
        refused("etcdserver: mvcc: required revision is a future revision", "compaction", Long.toString(last + 99));
        assertThat(etcdctl().out("compaction", "--physical", Long.toString(last)))
                .isEqualTo("compacted revision " + last + "\n");
        assertThat(etcdctl().out("get", "compact/a")).isEqualTo("compact/a\n3\n");
        assertThat(etcdctl().run("compaction", "abc").code()).isEqualTo(1);
        assertThat(etcdctl().run("compaction").code()).isEqualTo(128);
    }
}
