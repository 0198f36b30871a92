"""The flows that an application runs through Debian's python3-etcd3, each asserting what it gets back.

    flows.py <host> <port>

The server is killed and restarted under the last flow by whoever started this script: it prints "RESTART"
and goes on when it reads a line. Prints "PASS <flow>" per flow; exits 0 only if all passed.
"""
import queue
import sys
import time

import etcd3
import grpc

DEADLINE_SECONDS = 20


class Recorder:
    """Collects the events of a watch and lets a flow wait until there are so many."""

    def __init__(self):
        self.events = []
        self.failure = None
        self._arrived = queue.Queue()

    def __call__(self, response):
        """Called by the client's watch thread, with a response or the exception that ended the watch."""
        self._arrived.put(response)

    def at_least(self, count):
        end = time.monotonic() + DEADLINE_SECONDS
        while len(self.events) < count:
            self._take(end - time.monotonic(), f"{count} events, got {self.events}")
        return self.events

    def await_failure(self):
        end = time.monotonic() + DEADLINE_SECONDS
        while self.failure is None:
            self._take(end - time.monotonic(), "the end of the watch")
        return self.failure

    def _take(self, seconds, what):
        try:
            response = self._arrived.get(timeout=max(seconds, 0))
        except queue.Empty:
            raise AssertionError(f"waited {DEADLINE_SECONDS} s for {what}") from None
        if isinstance(response, Exception):
            self.failure = response
            return
        for event in response.events:
            kind = "DELETE" if isinstance(event, etcd3.events.DeleteEvent) else "PUT"
            self.events.append((kind, event.key, event.value, event.prev_value, event.mod_revision))


def equal(actual, wanted):
    assert actual == wanted, f"got {actual!r}, wanted {wanted!r}"


def refused(message, call):
    """The call must fail with etcd's own words, either inside a client exception or as the gRPC error."""
    try:
        call()
    except grpc.RpcError as error:
        assert message in error.details(), error
    except Exception as error:  # the client wraps some codes in its own types
        cause = error.__cause__ or error.__context__ or error
        assert message in str(cause), repr(error)
    else:
        raise AssertionError(f"not refused with: {message}")


def put_and_get(client):
    first = client.put("py/kv/a", "one")
    second = client.put("py/kv/a", b"\x00\xff", prev_kv=True)
    equal(second.prev_kv.value, b"one")
    equal(second.header.revision, first.header.revision + 1)
    value, meta = client.get("py/kv/a")
    equal(value, b"\x00\xff")
    equal((meta.version, meta.create_revision, meta.mod_revision),
          (2, first.header.revision, second.header.revision))
    equal(client.get("py/kv/a", serializable=True)[0], b"\x00\xff")
    equal(client.get("py/kv/missing"), (None, None))
    equal(client.put_if_not_exists("py/kv/a", "no"), False)
    equal(client.put_if_not_exists("py/kv/b", "yes"), True)
    equal(client.replace("py/kv/b", "yes", "replaced"), True)
    equal(client.replace("py/kv/b", "yes", "never"), False)
    equal(client.get("py/kv/b")[0], b"replaced")
    refused("etcdserver: key is not provided", lambda: client.put("", "x"))


def ranges_and_deletes(client):
    for i in range(20):
        client.put(f"py/range/{i:02}", f"{100 - i:03}")
    keys = [meta.key for _, meta in client.get_prefix("py/range/")]
    equal(keys, [b"py/range/%02d" % i for i in range(20)])
    values = [value for value, _ in client.get_prefix("py/range/", sort_order="ascend", sort_target="value")]
    equal(values, [b"%03d" % i for i in range(81, 101)])
    latest = [meta.key for _, meta in client.get_prefix("py/range/", sort_order="descend", sort_target="mod")]
    equal(latest, list(reversed(keys)))
    equal([value for value, _ in client.get_prefix("py/range/", keys_only=True)], [b""] * 20)
    between = [meta.key for _, meta in client.get_range("py/range/05", "py/range/08")]
    equal(between, keys[5:8])
    equal(client.get_prefix_response("py/range/").count, 20)

    gone = client.delete("py/range/00", prev_kv=True, return_response=True)
    equal((gone.deleted, gone.prev_kvs[0].value), (1, b"100"))
    equal(client.delete("py/range/00"), False)
    equal(client.delete_prefix("py/range/1").deleted, 10)
    equal(client.get_prefix_response("py/range/").count, 9)


def transactions(client):
    tx = client.transactions

    def create():
        return client.transaction(
            compare=[tx.version("py/txn/a") == 0, tx.create("py/txn/a") == 0, tx.mod("py/txn/a") < 1],
            success=[tx.put("py/txn/a", "made"), tx.get("py/txn/a")],
            failure=[tx.get("py/txn/a")])

    made, (_, read) = create()
    equal(made, True)
    equal(read[0][0], b"made")
    made, ((found,),) = create()
    equal(made, False)
    equal((found[0], found[1].version), (b"made", 1))

    swapped, _ = client.transaction(
        compare=[tx.value("py/txn/a") > "maa", tx.value("py/txn/a") != "other", tx.version("py/txn/a") > 0],
        success=[tx.txn(compare=[tx.value("py/txn/a") == "made"],
                        success=[tx.delete("py/txn/a"), tx.put("py/txn/b", "nested")],
                        failure=[])],
        failure=[])
    equal(swapped, True)
    equal(client.get("py/txn/a"), (None, None))
    equal(client.get("py/txn/b")[0], b"nested")
    refused("duplicate key given in txn request", lambda: client.transaction(
        compare=[], success=[tx.put("py/txn/d", "1"), tx.put("py/txn/d", "2")], failure=[]))


def watches(client):
    base = client.put("py/watch/a", "0").header.revision
    client.put("py/watch/a", "1")
    history, single = Recorder(), Recorder()
    watched = client.add_watch_prefix_callback("py/watch/", history, start_revision=base, prev_kv=True)
    client.add_watch_callback("py/watch/b", single)
    client.put("py/watch/b", "2")
    client.delete("py/watch/a")
    equal(history.at_least(4), [
        ("PUT", b"py/watch/a", b"0", b"", base),
        ("PUT", b"py/watch/a", b"1", b"0", base + 1),
        ("PUT", b"py/watch/b", b"2", b"", base + 2),
        ("DELETE", b"py/watch/a", b"", b"1", base + 3),
    ])
    equal(single.at_least(1), [("PUT", b"py/watch/b", b"2", b"", base + 2)])

    client.cancel_watch(watched)
    client.put("py/watch/c", "3")
    equal(len(history.events), 4)
    try:
        client.watch_once("py/watch/never", timeout=0.2)
        raise AssertionError("an event of nothing")
    except etcd3.exceptions.WatchTimedOut:
        pass


def leases(client):
    lease = client.lease(60)
    client.put("py/lease/a", "held", lease=lease)
    client.put("py/lease/b", "held", lease=lease)
    equal(lease.granted_ttl, 60)
    assert 57 <= lease.remaining_ttl <= 60, lease.remaining_ttl
    equal(sorted(lease.keys), [b"py/lease/a", b"py/lease/b"])
    equal([(r.ID, r.TTL) for r in lease.refresh()], [(lease.id, 60)])
    lease.revoke()
    equal(list(client.get_prefix("py/lease/")), [])
    equal(client.get_lease_info(lease.id).TTL, -1)
    equal([r.TTL for r in client.refresh_lease(lease.id)], [0])
    refused("etcdserver: requested lease not found", lambda: client.put("py/lease/c", "x", lease=lease))
    refused("etcdserver: requested lease not found", lease.revoke)

    own = client.lease(60, lease_id=4711)
    equal(own.id, 4711)
    refused("etcdserver: lease already exists", lambda: client.lease(60, lease_id=4711))
    own.revoke()

    gone = Recorder()
    short = client.lease(2)
    client.put("py/lease/short", "soon gone", lease=short)
    client.add_watch_callback("py/lease/short", gone)
    equal([event[:2] for event in gone.at_least(1)], [("DELETE", b"py/lease/short")])


def locks(client):
    with client.lock("py", ttl=10) as lock:
        assert lock.is_acquired()
    assert not lock.is_acquired()


def status(client):
    answer = client.status()
    assert answer.version.startswith("3."), answer.version
    assert answer.db_size > 0
    members = list(client.members)
    equal([answer.leader.id], [member.id for member in members])
    equal(list(client.list_alarms()), [])
    assert client.hash() != 0
    client.defragment()


def compactions(client):
    base = client.put("py/compact/a", "0").header.revision
    client.put("py/compact/a", "1")
    client.put("py/compact/a", "2")
    client.compact(base + 1, physical=True)
    refused("required revision has been compacted", lambda: client.compact(base))
    refused("required revision is a future revision", lambda: client.compact(base + 1_000_000))
    kept, late = Recorder(), Recorder()
    client.add_watch_callback("py/compact/a", kept, start_revision=base + 1)
    equal([event[2] for event in kept.at_least(2)], [b"1", b"2"])
    client.add_watch_callback("py/compact/a", late, start_revision=base)
    failure = late.await_failure()
    assert isinstance(failure, etcd3.exceptions.RevisionCompactedError), failure
    equal(failure.compacted_revision, base + 1)


def restart(client, host, port):
    """This client ends its watches when the server goes; resumed where they ended, nothing is lost or doubled."""
    lease = client.lease(30)
    before = Recorder()
    client.add_watch_prefix_callback("py/restart/", before)
    client.put("py/restart/lease", "held", lease=lease)
    for i in range(10):
        client.put(f"py/restart/{i}", str(i))
    before.at_least(11)

    print("RESTART", flush=True)
    sys.stdin.readline()

    assert isinstance(before.await_failure(), grpc.RpcError)
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            equal(client.get("py/restart/9")[0], b"9")
            break
        except etcd3.exceptions.Etcd3Exception:
            assert time.monotonic() < end, "the server did not come back"
            time.sleep(0.1)
    for i in range(10, 20):
        client.put(f"py/restart/{i}", str(i))
    after = Recorder()
    last = before.events[-1][4]
    client.add_watch_prefix_callback("py/restart/", after, start_revision=last + 1)
    revisions = [event[4] for event in before.events + after.at_least(10)]
    equal(revisions, list(range(revisions[0], revisions[0] + 21)))
    equal([r.TTL for r in lease.refresh()], [30])
    equal(client.get("py/restart/lease")[0], b"held")
    lease.revoke()


def main(host, port):
    client = etcd3.client(host=host, port=port, timeout=10)
    client.delete_prefix("py/")
    for flow in (put_and_get, ranges_and_deletes, transactions, watches, leases, locks, status, compactions):
        flow(client)
        print("PASS", flow.__name__, flush=True)
    restart(client, host, port)
    print("PASS restart", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
