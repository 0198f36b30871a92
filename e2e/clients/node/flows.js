// The flows that an application runs through the npm client etcd3, each asserting what it gets back.
//
//   node flows.js <host:port>
//
// The server is killed and restarted under the last flow by whoever started this script: it prints
// "RESTART" and goes on when it reads a line. Prints "PASS <flow>" per flow; exits 0 only if all passed.
'use strict';

const assert = require('node:assert/strict');
const { Etcd3, EtcdLeaseInvalidError } = require('etcd3');
const { Recorder, lines, within } = require('./harness');

const endpoint = process.argv[2];
assert.ok(endpoint, 'usage: node flows.js <host:port>');

const newClient = (options = {}) => new Etcd3({ hosts: `http://${endpoint}`, ...options });

async function putAndGet(client) {
  const first = await client.put('node/kv/a').value('one').exec();
  await client.put('node/kv/b').value(Buffer.from([0, 255, 10]));
  await client.put('node/kv/c').value('three');

  assert.equal(await client.get('node/kv/a').string(), 'one');
  assert.deepEqual(await client.get('node/kv/b').buffer(), Buffer.from([0, 255, 10]));
  assert.equal(await client.get('node/kv/missing').string(), null);

  const replaced = await client.put('node/kv/a').value('uno').getPrevious();
  assert.equal(replaced.value.toString(), 'one');
  assert.equal(replaced.version, '1');
  const now = await client.get('node/kv/a').exec();
  assert.equal(now.kvs[0].version, '2');
  assert.equal(now.kvs[0].create_revision, first.header.revision);
  assert.equal(Number(now.kvs[0].mod_revision), Number(first.header.revision) + 3);

  const old = await client.get('node/kv/a').revision(Number(first.header.revision)).string();
  assert.equal(old, 'one');
  await client.put('node/kv/a').touch();
  assert.equal((await client.get('node/kv/a').exec()).kvs[0].version, '3');
  assert.equal(await client.get('node/kv/a').string(), 'uno');
}

async function rangesAndDeletes(client) {
  for (let i = 0; i < 20; i++) {
    await client.put(`node/range/${String(i).padStart(2, '0')}`).value(String(100 - i));
  }
  const all = client.getAll().prefix('node/range/');

  assert.equal(await all.count(), 20);
  const page = await client.getAll().prefix('node/range/').limit(3).exec();
  assert.deepEqual(page.kvs.map((kv) => kv.key.toString()), ['node/range/00', 'node/range/01', 'node/range/02']);
  assert.equal(page.more, true);
  assert.equal(page.count, '20');
  const last = await client.getAll().prefix('node/range/').sort('Key', 'Descend').limit(2).keys();
  assert.deepEqual(last, ['node/range/19', 'node/range/18']);
  const smallest = await client.getAll().prefix('node/range/').sort('Value', 'Ascend').limit(1).strings();
  assert.deepEqual(smallest, { 'node/range/00': '100' });
  const between = await client.getAll().inRange({ start: 'node/range/05', end: 'node/range/08' }).keys();
  assert.deepEqual(between, ['node/range/05', 'node/range/06', 'node/range/07']);

  const gone = await client.delete().key('node/range/00').getPrevious();
  assert.equal(gone[0].value.toString(), '100');
  const some = await client.delete().inRange({ start: 'node/range/10', end: 'node/range/15' });
  assert.equal(some.deleted, '5');
  const none = await client.delete().key('node/range/00');
  assert.equal(none.deleted, '0');
  assert.equal(await client.getAll().prefix('node/range/').count(), 14);
}

async function transactions(client) {
  const create = () =>
    client
      .if('node/txn/a', 'Version', '==', 0)
      .then(client.put('node/txn/a').value('made'), client.get('node/txn/a'))
      .else(client.get('node/txn/a'))
      .commit();

  const made = await create();
  assert.equal(made.succeeded, true);
  assert.equal(made.responses[1].response_range.kvs[0].value.toString(), 'made');
  const refused = await create();
  assert.equal(refused.succeeded, false);
  assert.equal(refused.responses[0].response_range.kvs[0].mod_revision, made.header.revision);
  assert.equal(refused.header.revision, made.header.revision);

  const swapped = await client
    .if('node/txn/a', 'Mod', '==', Number(made.header.revision))
    .and('node/txn/a', 'Value', '!=', 'other')
    .then(client.delete().key('node/txn/a'), client.put('node/txn/b').value('next'))
    .commit();
  assert.equal(swapped.succeeded, true);
  assert.equal(swapped.responses[0].response_delete_range.deleted, '1');
  assert.equal(Number(swapped.header.revision), Number(made.header.revision) + 1);

  await client.put('node/txn/counter').value(0);
  const increment = () =>
    client.stm({ retries: 50 }).transact(async (tx) => {
      const current = await tx.get('node/txn/counter').number();
      await tx.put('node/txn/counter').value(current + 1);
    });
  await Promise.all(Array.from({ length: 5 }, increment));
  assert.equal(await client.get('node/txn/counter').number(), 5);
}

async function watches(client) {
  const before = await client.put('node/watch/a').value('0');
  await client.put('node/watch/a').value('1');
  const watcher = await client
    .watch()
    .prefix('node/watch/')
    .startRevision(String(Number(before.header.revision)))
    .withPreviousKV()
    .create();
  const recorder = new Recorder(watcher);
  const deletesOnly = new Recorder(await client.watch().prefix('node/watch/').only('delete').create());
  const elsewhere = new Recorder(await client.watch().key('node/watch').create());

  await client.put('node/watch/b').value('2');
  await client.delete().key('node/watch/a');
  await recorder.atLeast(4);
  await deletesOnly.atLeast(1);

  const base = Number(before.header.revision);
  assert.deepEqual(recorder.events, [
    { type: 'Put', key: 'node/watch/a', value: '0', previous: null, revision: base },
    { type: 'Put', key: 'node/watch/a', value: '1', previous: '0', revision: base + 1 },
    { type: 'Put', key: 'node/watch/b', value: '2', previous: null, revision: base + 2 },
    { type: 'Delete', key: 'node/watch/a', value: '', previous: '1', revision: base + 3 },
  ]);
  assert.deepEqual(deletesOnly.events.map((event) => event.type), ['Delete']);
  assert.deepEqual(elsewhere.events, []);

  await watcher.cancel();
  await client.put('node/watch/c').value('3');
  await client.get('node/watch/c').string();
  assert.equal(recorder.events.length, 4);
}

async function leases(client) {
  const lease = client.lease(60);
  const id = await lease.grant();
  await lease.put('node/lease/a').value('held');
  await lease.put('node/lease/b').value('held');
  const renewed = await lease.keepaliveOnce();
  assert.equal(renewed.ID, id);
  assert.equal(renewed.TTL, '60');
  const left = await client.leaseClient.leaseTimeToLive({ ID: id, keys: true });
  assert.equal(left.grantedTTL, '60');
  assert.ok(Number(left.TTL) >= 58 && Number(left.TTL) <= 60, `TTL ${left.TTL}`);
  assert.deepEqual(left.keys.map(String).sort(), ['node/lease/a', 'node/lease/b']);
  await lease.revoke();
  assert.equal(await client.getAll().prefix('node/lease/').count(), 0);

  const lost = client.lease(60);
  const lostId = await lost.grant();
  await client.leaseClient.leaseRevoke({ ID: lostId });
  await assert.rejects(() => lost.keepaliveOnce(), EtcdLeaseInvalidError);
  await assert.rejects(() => client.put('node/lease/c').value('x').lease(lostId), /requested lease not found/);
  assert.equal((await client.leaseClient.leaseTimeToLive({ ID: lostId })).TTL, '-1');

  const expiring = client.lease(2, { autoKeepAlive: false });
  const gone = new Recorder(await client.watch().key('node/lease/short').only('delete').create());
  await expiring.put('node/lease/short').value('soon gone');
  await gone.atLeast(1);
  assert.equal(await client.get('node/lease/short').string(), null);
}

async function locks(client) {
  const lock = client.lock('node/lock');
  await lock.acquire();
  await assert.rejects(() => client.lock('node/lock').acquire(), /lock/i);
  await lock.release();
  await client.lock('node/lock').do(async () => {});
}

async function status(client) {
  const answer = await client.maintenance.status();
  assert.match(answer.version, /^3\.\d+\.\d+$/);
  assert.ok(Number(answer.dbSize) > 0);
  assert.notEqual(answer.leader, '0');
  assert.equal(answer.leader, answer.header.member_id);
  const members = await client.cluster.memberList({});
  assert.equal(members.members.length, 1);
  assert.equal(members.members[0].ID, answer.leader);
}

async function refusals(client) {
  const { header } = await client.put('node/refused').value('1').exec();
  await client.put('node/refused').value('2');
  const future = Number(header.revision) + 1_000_000;

  await assert.rejects(() => client.get('node/refused').revision(future).exec(), /required revision is a future revision/);
  await assert.rejects(() => client.get('').exec(), /key is not provided/);
  await client.kv.compact({ revision: Number(header.revision) + 1 });
  await assert.rejects(
    () => client.get('node/refused').revision(Number(header.revision)).exec(),
    /required revision has been compacted/,
  );
}

/** A watch sees every revision exactly once, and a lease lives on, though the server dies in between. */
async function restart(client) {
  const watcher = await client.watch().prefix('node/restart/').create();
  const recorder = new Recorder(watcher);
  const lease = client.lease(30);
  await lease.put('node/restart/lease').value('held');
  let lost = false;
  lease.on('lost', () => (lost = true));
  for (let i = 0; i < 10; i++) await client.put(`node/restart/${i}`).value(String(i));
  await recorder.atLeast(11);

  console.log('RESTART');
  await within('the restarted server', lines.next());

  const other = newClient();
  let put = false;
  for (let tries = 0; !put; tries++) {
    try {
      await other.get('node/restart/0').exec();
      put = true;
    } catch (error) {
      if (tries > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  for (let i = 10; i < 20; i++) await other.put(`node/restart/${i}`).value(String(i));
  await recorder.atLeast(21);
  const revisions = recorder.events.map((event) => event.revision);
  assert.deepEqual(revisions, Array.from({ length: 21 }, (_, i) => revisions[0] + i));
  assert.equal(await other.get('node/restart/lease').string(), 'held');
  await lease.keepaliveOnce();
  assert.equal(lost, false);
  await lease.revoke();
  other.close();
}

async function main() {
  const client = newClient();
  await client.delete().prefix('node/');
  const flows = { putAndGet, rangesAndDeletes, transactions, watches, leases, locks, status, refusals, restart };
  for (const [name, flow] of Object.entries(flows)) {
    await flow(client);
    console.log(`PASS ${name}`);
  }
  client.close();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
