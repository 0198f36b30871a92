// Works through the npm client etcd3 on a cluster whose members are killed and restarted by whoever started this script:
//
//   node cluster.js <http://host:port>,<http://host:port>,...
//
// Prints "READY", then "ACKNOWLEDGED <n>" as it gets on. When it reads a line, it stops, and asserts that nothing
// acknowledged is lost, that its one watch has seen every event once and in order, and that its lease has lived on.
// Prints "PASS cluster" and exits 0 only if all that holds.
'use strict';

const assert = require('node:assert/strict');
const { Etcd3 } = require('etcd3');
const { Recorder, lines, within } = require('./harness');

assert.ok(process.argv[2], 'usage: node cluster.js <endpoint>,<endpoint>,...');
const hosts = process.argv[2].split(',');

const prefix = 'node/cluster/';
const workers = 3;
const ttlSeconds = 15;
const callMillis = 5_000;
const patienceMillis = 30_000;
const pauseMillis = 50;

// A call may be sent again by the client itself, so what it does must bear that.
const newClient = () =>
  new Etcd3({ hosts, defaultCallOptions: (call) => (call.isStream ? {} : { deadline: Date.now() + callMillis }) });

let stopping = false;
let acknowledged = 0;

function count() {
  acknowledged += 1;
  if (acknowledged % 10 === 0) console.log(`ACKNOWLEDGED ${acknowledged}`);
}

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** Does as applications do: tries again until it works, though not for ever. */
async function persistently(attempt) {
  const deadline = Date.now() + patienceMillis;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(pauseMillis);
    }
  }
}

/** Sets the value if the key is still at this revision, and finds out whether it did when it isn't told. */
async function replace(client, key, value, revision) {
  return persistently(async () => {
    const answer = await client
      .if(key, 'Mod', '==', revision)
      .then(client.put(key).value(value))
      .else(client.get(key))
      .commit();
    if (answer.succeeded) return Number(answer.header.revision);
    // Nobody else writes here: an earlier attempt has done it.
    const found = answer.responses[0].response_range.kvs[0];
    assert.equal(found.value.toString(), value, `${key} is ${found.value} at ${found.mod_revision}, not at ${revision}`);
    return Number(found.mod_revision);
  });
}

/** Puts new keys, reads them, and moves a counter on. */
async function work(client, worker, done) {
  const counter = `${prefix}${worker}/counter`;
  let revision = 0;
  for (let n = 0; !stopping; n++) {
    const key = `${prefix}${worker}/${n}`;
    await persistently(() => client.put(key).value(`v${n}`).exec());
    done.set(key, `v${n}`);
    count();
    assert.equal(await persistently(() => client.get(key).string()), `v${n}`);
    count();
    revision = await replace(client, counter, `c${n}`, revision);
    done.set(counter, `c${n}`);
    count();
  }
}

async function main() {
  const began = Date.now();
  const client = newClient();
  const lease = client.lease(ttlSeconds);
  let lost = null;
  lease.on('lost', (error) => (lost = error));
  await lease.put('node/alive').value('yes').exec();
  const first = Number((await client.get('node/alive').exec()).header.revision) + 1;
  const watched = new Recorder(await client.watch().prefix(prefix).startRevision(String(first)).create());

  const done = new Map();
  const running = Array.from({ length: workers }, (_, worker) => work(client, worker, done));
  console.log('READY');
  await Promise.race([lines.next(), Promise.all(running)]);
  // A lease that nobody kept alive must have had the time to end.
  await pause(Math.max(0, began + 1_500 * ttlSeconds - Date.now()));
  stopping = true;
  await within('the workers', Promise.all(running));

  const stored = await persistently(() => client.getAll().prefix(prefix).exec());
  const values = new Map(stored.kvs.map((kv) => [kv.key.toString(), kv.value.toString()]));
  for (const [key, value] of done) assert.equal(values.get(key), value, `acknowledged, but ${key} is ${values.get(key)}`);

  const last = Math.max(...stored.kvs.map((kv) => Number(kv.mod_revision)));
  const other = newClient();
  const history = new Recorder(await other.watch().prefix(prefix).startRevision(String(first)).create());
  await history.upTo(last);
  await watched.upTo(last);
  const until = (recorder) => recorder.events.filter((event) => event.revision <= last);
  assert.deepEqual(until(watched), until(history));
  assert.ok(until(history).length >= done.size);

  assert.equal(lost, null);
  assert.equal(await client.get('node/alive').string(), 'yes');
  await lease.keepaliveOnce();
  await lease.revoke();
  other.close();
  client.close();
  console.log(`${acknowledged} calls, ${until(history).length} events`);
  console.log('PASS cluster');
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
