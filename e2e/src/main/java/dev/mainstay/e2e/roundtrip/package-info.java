/** From a real etcd into Mainstay and back, by snapshots. */
@org.jspecify.annotations.NullMarked
package dev.mainstay.e2e.roundtrip;
