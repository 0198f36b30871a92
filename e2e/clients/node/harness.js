// What the scripts of this folder share.
'use strict';

const readline = require('node:readline');

const deadlineMillis = 20_000;

/** The lines that whoever started the script writes to it. */
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Fails with what was awaited instead of hanging until the caller gives up. */
async function within(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${deadlineMillis} ms for ${what}`)), deadlineMillis);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Collects the events of a watcher and lets a flow wait for some of them. */
class Recorder {
  constructor(watcher) {
    this.events = [];
    this.waiting = [];
    watcher.on('data', (response) => {
      for (const event of response.events) {
        this.events.push({
          type: event.type,
          key: event.kv.key.toString(),
          value: event.kv.value.toString(),
          previous: event.prev_kv ? event.prev_kv.value.toString() : null,
          revision: Number(event.kv.mod_revision),
        });
      }
      this.waiting = this.waiting.filter(({ enough, resolve }) => !enough() || resolve());
    });
  }

  /** Waits until there are so many. */
  atLeast(count) {
    return this.until(`${count} events`, () => this.events.length >= count);
  }

  /** Waits until they have come to this revision. */
  upTo(revision) {
    return this.until(`revision ${revision}`, () => this.events.some((event) => event.revision >= revision));
  }

  until(what, enough) {
    if (enough()) return Promise.resolve();
    return within(what, new Promise((resolve) => this.waiting.push({ enough, resolve })));
  }
}

module.exports = { Recorder, lines, within };
